/* scan/content.c: built-in content and that of the user, compiled to what a scan needs.
 *
 * Order matters: vocabulary, frameworks, providers, services, rules, techniques. A user's folder is added to the
 * built-in files, so that one more service is one more folder. Every mistake is one line. */
#include "scan/content.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "bytes/files.h"
#include "evaluate/mute.h"
#include "yaml/yaml.h"
#include "json/json.h"

static bool target_takes(const apl_target *target, const apl_type *type, const apl_kind *kinds)
{
    apl_technique like = {
        .types = target->types,
        .type_count = target->type_count,
        .kinds = target->kinds,
        .kind_count = target->kind_count,
    };

    return apl_technique_takes(&like, type->name, kinds, type->kind_count);
}

/* Techniques and targets that may be on the type; a condition on the other end of a relation may read any type. */
static void ask_techniques(apl_content *content, const apl_type *type)
{
    const apl_techniques *techniques = &content->techniques;
    apl_kind *kinds = apl_memory_new((type->kind_count + 1) * sizeof *kinds);

    for (size_t k = 0; k < type->kind_count; k++)
        kinds[k] = type->kinds[k].kind;
    for (size_t i = 0; i < techniques->items.count; i++) {
        const apl_technique *technique = &techniques->items.items[i];
        if (technique->from_when || technique->to_when ||
            apl_technique_takes(technique, type->name, kinds, type->kind_count))
            apl_services_ask(content->services, type->number, &technique->asked);
    }
    for (size_t i = 0; i < techniques->targets.count; i++) {
        if (target_takes(&techniques->targets.items[i], type, kinds))
            apl_services_ask(content->services, type->number, &techniques->targets.items[i].asked);
    }
    apl_memory_free(kinds);
}

static void ask_for_type(void *context, const apl_type *type)
{
    apl_content *content = context;
    bool is_read_by_policies = false;

    for (size_t i = 0; i < content->compiled.count; i++) {
        const apl_compiled_rule *compiled = &content->compiled.items[i];
        if (apl_policy_reads_type(compiled->rule.policy, type->name))
            apl_services_ask(content->services, type->number, &compiled->asked);
    }
    for (size_t i = 0; content->policies && i < apl_policy_set_count(content->policies); i++)
        is_read_by_policies =
            is_read_by_policies || apl_policy_reads_type(apl_policy_set_rule(content->policies, i)->policy, type->name);
    if (is_read_by_policies)
        apl_services_ask(content->services, type->number, &content->policy_fields);
    ask_techniques(content, type);
    if (content->wants_bom)
        apl_services_ask(content->services, type->number, &type->bom_asked);
    if (apl_access_reads_type(type->name))
        apl_services_ask(content->services, type->number, &content->access_asked);
}

apl_content *apl_content_new(apl_aliases *aliases)
{
    apl_content *content = apl_memory_new(sizeof *content);

    content->arena = apl_arena_new();
    content->aliases = aliases;
    content->fields = apl_fields_new();
    content->controls_by_check = apl_table_new(false);
    content->mutes = apl_mutes_new();
    apl_techniques_init(&content->techniques);
    content->library = apl_library_new();
    content->calls = apl_calls_new(content->arena);
    apl_fields_record(content->fields, &content->access_asked);
    content->access_fields = apl_access_fields_ask(content->arena, content->fields);
    apl_fields_record(content->fields, NULL);
    apl_vocabulary_init(&content->vocabulary, content->arena);
    apl_services_options options = {
        .vocabulary = &content->vocabulary,
        .aliases = aliases,
        .fields = content->fields,
        .arena = content->arena,
    };
    content->services = apl_services_new(&options);
    apl_services_on_plan(content->services, ask_for_type, content);
    return content;
}

void apl_content_free(apl_content *content)
{
    if (content == NULL)
        return;
    for (size_t i = 0; i < content->compiled.count; i++)
        apl_memory_free(content->compiled.items[i].asked.items);
    for (size_t i = 0; i < content->control_lists.count; i++)
        apl_memory_free(content->control_lists.items[i].items);
    apl_memory_free(content->control_lists.items);
    apl_memory_free(content->compiled.items);
    apl_memory_free(content->policy_fields.items);
    apl_memory_free(content->access_asked.items);
    apl_memory_free(content->service_infos.items);
    apl_memory_free(content->frameworks.items);
    apl_memory_free(content->models.items);
    apl_memory_free(content->rules);
    apl_table_free(content->controls_by_check);
    apl_policy_set_free(content->policies);
    apl_mutes_free(content->mutes);
    apl_techniques_free(&content->techniques);
    apl_library_free(content->library);
    apl_calls_free(content->calls);
    apl_services_free(content->services);
    apl_fields_free(content->fields);
    apl_vocabulary_free(&content->vocabulary);
    apl_aliases_free(content->tenant_aliases);
    apl_aliases_free(content->aliases);
    apl_arena_free(content->texts);
    apl_arena_free(content->arena);
    apl_memory_free(content);
}

/* Compiling reports every mistake; the first one is the message of the status, the rest is dropped here. */
static apl_policy_context policy_context(apl_content *content)
{
    return (apl_policy_context){
        .arena = content->arena,
        .fields = content->fields,
        .aliases = content->aliases,
        .skips_policies = content->need != APL_NEED_ALL,
    };
}

/* "services/azure/x/rules/y.yaml" has the service "azure/x". */
static apl_str service_of(apl_str path)
{
    apl_str rest = apl_str_slice(path, 9, path.size);
    long first = apl_str_find(rest, APL_STR("/"));
    long second = first < 0 ? -1 : apl_str_find(apl_str_slice(rest, (size_t)first + 1, rest.size), APL_STR("/"));

    return second < 0 ? APL_STR_NONE : apl_str_slice(rest, 0, (size_t)(first + 1 + second));
}

static apl_status add_rule(apl_content *content, const apl_content_file *file)
{
    apl_compiled_rule compiled = {0};
    apl_policy_context context = policy_context(content);
    apl_str path = apl_arena_str(content->arena, file->path);

    apl_fields_record(content->fields, &compiled.asked);
    apl_status status = apl_rule_compile(&compiled.rule, &context, file->value, service_of(path), path.data);
    apl_fields_record(content->fields, NULL);
    if (status == APL_OK && !context.skips_policies)
        status = apl_content_check_rule(content, &compiled, path.data);
    if (status != APL_OK) {
        apl_memory_free(compiled.asked.items);
        return status;
    }
    apl_content_join_controls(content, &compiled.rule.info);
    APL_PUSH(&content->compiled, compiled);
    return APL_OK;
}

static int by_rule_id(const void *a, const void *b)
{
    return apl_str_compare(((const apl_compiled_rule *)a)->rule.info.id, ((const apl_compiled_rule *)b)->rule.info.id);
}

static void sort_rules(apl_content *content)
{
    size_t count = content->compiled.count;

    if (count)
        qsort(content->compiled.items, count, sizeof *content->compiled.items, by_rule_id);
    apl_memory_free(content->rules);
    content->rules = apl_memory_new(count * sizeof *content->rules);
    content->rule_count = count;
    for (size_t i = 0; i < count; i++)
        content->rules[i] = content->compiled.items[i].rule;
}

static apl_status add_provider(apl_content *content, const apl_content_file *file)
{
    apl_str path = apl_arena_str(content->arena, file->path);

    return apl_services_add_provider(content->services, file->value, path.data);
}

static apl_status add_service(apl_content *content, const apl_content_file *file)
{
    apl_str path = apl_arena_str(content->arena, file->path);
    apl_str service = service_of(path);
    apl_str rest = service;
    apl_str provider = service;

    apl_status status = apl_services_add_service(content->services, file->value, service, path.data);
    (void)apl_str_next(&provider, &rest, '/');
    return status == APL_OK ? apl_calls_add(content->calls, file->value, provider, path.data) : status;
}

static apl_status add_technique(apl_content *content, const apl_content_file *file)
{
    apl_str path = apl_arena_str(content->arena, file->path);
    apl_techniques_options options = {
        .vocabulary = &content->vocabulary,
        .aliases = content->aliases,
        .fields = content->fields,
        .arena = content->arena,
    };

    return apl_techniques_add(&content->techniques, &options, file->value, path.data);
}

static apl_status add_roles(apl_content *content, const apl_content_file *file)
{
    apl_str path = apl_arena_str(content->arena, file->path);

    return apl_library_add(content->library, file->value, path.data);
}

static apl_status add_model_names(apl_content *content, const apl_content_file *file)
{
    apl_content_file kept = {apl_arena_str(content->arena, file->path), file->value};

    APL_PUSH(&content->models, kept);
    return APL_OK;
}

apl_status apl_content_globals(apl_globals **out, const apl_content *content)
{
    size_t count = content->models.count;
    apl_value *values = apl_memory_new((count + 1) * sizeof *values);
    apl_str *paths = apl_memory_new((count + 1) * sizeof *paths);

    for (size_t i = 0; i < count; i++) {
        values[i] = content->models.items[i].value;
        paths[i] = content->models.items[i].path;
    }
    apl_status status = apl_globals_new(out, values, paths, count);
    apl_memory_free(values);
    apl_memory_free(paths);
    return status;
}

static apl_status add_vocabulary(apl_content *content, const apl_content_file *file)
{
    apl_str path = apl_arena_str(content->arena, file->path);

    return apl_vocabulary_add(&content->vocabulary, file->value, path.data);
}

static apl_status each_file(apl_content *content, const apl_content_files *files, const char *start, const char *end,
                            apl_status (*add)(apl_content *content, const apl_content_file *file))
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < files->count; i++) {
        bool is_meant = apl_str_starts(files->items[i].path, apl_str_from(start)) &&
                        apl_str_ends(files->items[i].path, apl_str_from(end));
        bool is_rule = apl_str_find(files->items[i].path, APL_STR("/rules/")) >= 0;
        if (is_meant && is_rule == (add == add_rule))
            status = add(content, &files->items[i]);
    }
    return status;
}

static void list_services(apl_content *content)
{
    content->service_infos.count = 0;
    for (size_t s = 0; s < apl_services_count(content->services); s++) {
        const apl_service *service = apl_services_service(content->services, s);
        apl_service_type_info *types = APL_ARENA_ARRAY(content->arena, apl_service_type_info, service->type_count);
        apl_service_info info = {service->name, service->title, service->cloud, types, service->type_count, 0};
        for (uint32_t t = 0; t < service->type_count; t++) {
            const apl_type *type = apl_services_type(content->services, service->first_type + t);
            apl_text kinds;
            apl_text_init(&kinds, APL_PATH_BYTES_MAX);
            for (size_t k = 0; k < type->kind_count; k++)
                apl_text_add_format(&kinds, "%s%.*s", k ? ", " : "",
                                    APL_STR_ARG(content->vocabulary.kinds.items[type->kinds[k].kind].name));
            types[t] = (apl_service_type_info){type->name, type->title,
                                               apl_arena_str(content->arena, apl_text_str(&kinds)), type->needs};
            apl_text_free(&kinds);
        }
        for (size_t r = 0; r < content->rule_count; r++)
            info.rule_count += apl_str_equal(content->rules[r].info.service, service->name);
        APL_PUSH(&content->service_infos, info);
    }
}

apl_status apl_content_compile(apl_content *content, const apl_content_files *files)
{
    apl_status status = apl_content_check_places(files);

    if (status == APL_OK)
        status = each_file(content, files, "vocabulary/", "", add_vocabulary);
    if (status == APL_OK)
        status = apl_content_frameworks(content, files);
    if (status == APL_OK)
        status = each_file(content, files, "services/", "/provider.yaml", add_provider);
    if (status == APL_OK)
        status = each_file(content, files, "services/", "/service.yaml", add_service);
    if (status == APL_OK)
        status = apl_calls_finish(content->calls);
    if (status == APL_OK)
        status = each_file(content, files, "services/", "/roles.yaml", add_roles);
    if (status == APL_OK)
        status = each_file(content, files, "services/", "", add_rule);
    if (status == APL_OK)
        status = each_file(content, files, "techniques/", "", add_technique);
    if (status == APL_OK)
        status = each_file(content, files, "models/", "", add_model_names);
    if (status != APL_OK)
        return status;
    sort_rules(content);
    list_services(content);
    return apl_services_finish(content->services);
}

static apl_status add_policy_file(apl_content *content, const apl_file *file)
{
    apl_value value = APL_MISSING;
    apl_str text;
    bool is_yaml = apl_str_ends(file->path, APL_STR(".yaml")) || apl_str_ends(file->path, APL_STR(".yml"));
    bool is_json = apl_str_ends(file->path, APL_STR(".json"));

    if (!is_yaml && !is_json && !file->is_named)
        return APL_OK; /* a README beside the definitions */
    apl_status status = apl_file_read(&text, content->arena, file->path.data, APL_CONTENT_BYTES_MAX);
    if (status == APL_OK)
        status = is_yaml ? apl_yaml_parse(&value, content->arena, text) : apl_json_parse(&value, content->arena, text);
    if (status != APL_OK)
        return apl_fail_context(status, "%s", file->path.data);
    return apl_policy_set_add(content->policies, value, file->path.data);
}

static apl_status add_policies(apl_content *content, const apl_scan_options *options, apl_value parameters)
{
    apl_policy_context context = policy_context(content);
    apl_files files;

    context.parameters = parameters;
    context.keeps_incomplete = options->is_policy_eval;
    if (options->policy_count == 0)
        return APL_OK;
    apl_files_init(&files);
    apl_fields_record(content->fields, &content->policy_fields);
    apl_status status = apl_policy_set_new(&content->policies, &context);
    for (size_t i = 0; status == APL_OK && i < options->policy_count; i++)
        status = apl_files_add(&files, options->policies[i]);
    for (size_t i = 0; status == APL_OK && i < files.files.count; i++) {
        /* The path is used in messages as long as the set lives. */
        files.files.items[i].path = apl_arena_str(content->arena, files.files.items[i].path);
        status = add_policy_file(content, &files.files.items[i]);
    }
    if (status == APL_OK)
        status = apl_policy_set_finish(content->policies);
    apl_fields_record(content->fields, NULL);
    apl_files_free(&files);
    return status;
}

static apl_status add_mutes(apl_content *content, const apl_scan_options *options)
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < options->mute_count; i++) {
        apl_value value = APL_MISSING;
        apl_str text;
        status = apl_file_read(&text, content->arena, options->mutes[i], APL_CONTENT_BYTES_MAX);
        if (status == APL_OK && apl_yaml_parse(&value, content->arena, text) != APL_OK)
            status = apl_fail_context(APL_E_USAGE, "%s", options->mutes[i]);
        if (status == APL_OK)
            status = apl_mutes_add(content->mutes, value, options->mutes[i]);
    }
    return status;
}

/* A tenant's own alias table goes before the built-in one. */
static apl_status add_tenant_aliases(apl_aliases **out, apl_arena *arena, const char *path, const apl_aliases *below)
{
    apl_str text;

    apl_status status = apl_file_read(&text, arena, path, APL_DOCUMENT_BYTES_MAX);
    if (status == APL_OK)
        status = apl_aliases_load(out, text);
    if (status != APL_OK)
        return apl_fail_context(status, "%s", path);
    apl_aliases_stack(*out, below);
    return APL_OK;
}

/* The digest of the built-in content was taken at build time; files of the user are added to it. */
static void set_digest(apl_content *content, const apl_unpacked *unpacked)
{
    uint8_t hash[APL_SHA256_BYTES];
    char hex[2 * APL_SHA256_BYTES + 1];
    apl_text own;

    memcpy(hash, unpacked->digest.data, sizeof hash);
    if (unpacked->files.count > unpacked->built_in_count) {
        apl_content_files files = {.items = unpacked->files.items + unpacked->built_in_count};
        files.count = unpacked->files.count - unpacked->built_in_count;
        apl_text_init(&own, APL_CONTENT_PACKED_BYTES_MAX);
        apl_content_pack(&own, &files, APL_STR_NONE);
        apl_str parts[2] = {unpacked->digest, apl_text_str(&own)};
        apl_sha256(hash, parts, 2);
        apl_text_free(&own);
    }
    apl_hex(hex, hash, APL_SHA256_BYTES);
    content->digest = apl_arena_format(content->arena, "sha256:%s", hex);
}

apl_status apl_content_open(apl_content **out, const apl_scan_options *options)
{
    return apl_content_open_with(out, options, APL_MISSING);
}

/* What the user adds may refer to anything. */
static apl_content_need need_of(const apl_scan_options *options)
{
    return options->content_folder_count || options->policy_count ? APL_NEED_ALL : options->need;
}

/* The built-in files and those of --content, and the alias tables. */
static apl_status gather(apl_unpacked *out, apl_aliases **built_in, apl_aliases **tenant, apl_arena *texts,
                         const apl_scan_options *options)
{
    apl_str packed = apl_str_make((const char *)apl_content_data,
                                  (size_t)((uintptr_t)apl_content_data_end - (uintptr_t)apl_content_data));

    apl_status status = apl_content_unpack(out, texts, packed, need_of(options));
    for (size_t i = 0; status == APL_OK && i < options->content_folder_count; i++)
        status = apl_content_read_folder(&out->files, texts, options->content_folders[i]);
    if (status == APL_OK)
        status = apl_aliases_open(built_in, out->alias_image);
    if (status == APL_OK && options->aliases_file)
        status = add_tenant_aliases(tenant, texts, options->aliases_file, *built_in);
    return status;
}

apl_status apl_content_open_with(apl_content **out, const apl_scan_options *options, apl_value parameters)
{
    apl_arena *texts = apl_arena_new(); /* moves into the content */
    apl_unpacked unpacked = {0};
    apl_aliases *built_in = NULL;
    apl_aliases *tenant = NULL;

    apl_status status = gather(&unpacked, &built_in, &tenant, texts, options);
    if (status != APL_OK) {
        apl_aliases_free(tenant);
        apl_aliases_free(built_in);
        apl_memory_free(unpacked.files.items);
        apl_arena_free(texts);
        return status;
    }
    apl_content *content = apl_content_new(tenant ? tenant : built_in);
    content->tenant_aliases = tenant ? built_in : NULL;
    content->texts = texts;
    content->wants_bom = options->wants_bom;
    content->need = need_of(options);
    set_digest(content, &unpacked);
    status = apl_content_compile(content, &unpacked.files);
    if (status == APL_OK)
        status = add_policies(content, options, parameters);
    if (status == APL_OK)
        status = add_mutes(content, options);
    apl_memory_free(unpacked.files.items);
    if (status != APL_OK)
        apl_content_free(content);
    else
        *out = content;
    return status;
}

size_t apl_content_rule_count(const apl_content *content)
{
    return content->rule_count;
}

const apl_rule_info *apl_content_rule(const apl_content *content, size_t index)
{
    return &content->rules[index].info;
}

size_t apl_content_policy_count(const apl_content *content)
{
    return content->policies ? apl_policy_set_count(content->policies) : 0;
}

const apl_rule_info *apl_content_policy(const apl_content *content, size_t index)
{
    return &apl_policy_set_rule(content->policies, index)->info;
}

size_t apl_content_service_count(const apl_content *content)
{
    return content->service_infos.count;
}

const apl_service_info *apl_content_service(const apl_content *content, size_t index)
{
    return &content->service_infos.items[index];
}

size_t apl_content_framework_count(const apl_content *content)
{
    return content->frameworks.count;
}

const apl_framework_info *apl_content_framework(const apl_content *content, size_t index)
{
    return &content->frameworks.items[index];
}

const apl_techniques *apl_content_techniques(const apl_content *content)
{
    return &content->techniques;
}

const apl_vocabulary *apl_content_vocabulary(const apl_content *content)
{
    return &content->vocabulary;
}

const apl_calls *apl_content_calls(const apl_content *content)
{
    return content->calls;
}

apl_str apl_content_digest(const apl_content *content)
{
    return content->digest;
}

const apl_aliases *apl_content_aliases(const apl_content *content)
{
    return content->aliases;
}
