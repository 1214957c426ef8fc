/* normalize/asset.c: one typed document becomes one asset, and every document one coverage row.
 *
 * The asset gets its identity from the templates of its type and provider, its columns from the plan, its kind from
 * the conditions of the service. Nothing here looks at another document. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "normalize/arm_id.h"
#include "normalize/document.h"

#define SPOOL_BUFFER_BYTES (1u << 20)

apl_normalizer *apl_normalizer_new(const apl_normalizer_options *options)
{
    apl_normalizer *normalizer = apl_memory_new(sizeof *normalizer);

    normalizer->options = *options;
    normalizer->keep = apl_arena_new();
    normalizer->scratch = apl_arena_new();
    normalizer->projector = apl_projector_new(normalizer->keep);
    normalizer->recogniser = apl_projector_new(normalizer->scratch);
    normalizer->spare = apl_json_reader_new();
    normalizer->coverage_rows = apl_table_new(false);
    apl_text_init(&normalizer->spooled, (size_t)APL_DOCUMENT_BYTES_MAX * 2);
    return normalizer;
}

void apl_normalizer_free(apl_normalizer *normalizer)
{
    if (normalizer == NULL)
        return;
    apl_projector_free(normalizer->projector);
    apl_projector_free(normalizer->recogniser);
    apl_json_reader_free(normalizer->spare);
    apl_table_free(normalizer->coverage_rows);
    apl_text_free(&normalizer->spooled);
    apl_memory_free(normalizer->assets.items);
    apl_memory_free(normalizer->coverage.items);
    apl_memory_free(normalizer->pending.items);
    apl_arena_free(normalizer->scratch);
    apl_arena_free(normalizer->keep);
    apl_memory_free(normalizer);
}

apl_asset_list *apl_normalizer_assets(apl_normalizer *normalizer)
{
    return &normalizer->assets;
}

apl_coverage_list *apl_normalizer_coverage(apl_normalizer *normalizer)
{
    return &normalizer->coverage;
}

apl_arena *apl_normalizer_take_arena(apl_normalizer *normalizer)
{
    apl_arena *arena = normalizer->keep;

    normalizer->keep = NULL;
    return arena;
}

uint64_t apl_normalizer_documents(const apl_normalizer *normalizer)
{
    return normalizer->documents;
}

static apl_str kept(apl_normalizer *normalizer, apl_str text)
{
    return apl_projector_text(normalizer->projector, text);
}

uint32_t apl_coverage_count(apl_normalizer *normalizer, const apl_coverage *row)
{
    char key[APL_PATH_BYTES_MAX];
    int size = snprintf(key, sizeof key, "%.*s\n%.*s\n%.*s\n%u\n%.*s", APL_STR_ARG(row->source),
                        APL_STR_ARG(row->scope), APL_STR_ARG(row->type), row->state, APL_STR_ARG(row->why));
    apl_str text = apl_str_make(key, size < (int)sizeof key ? (size_t)size : sizeof key - 1);
    uint32_t at = apl_table_get(normalizer->coverage_rows, text);

    normalizer->documents += row->count;
    if (at != APL_TABLE_NONE) {
        normalizer->coverage.items[at].count += row->count;
        return at;
    }
    apl_coverage added = {
        .source = kept(normalizer, row->source),
        .scope = kept(normalizer, row->scope),
        .type = kept(normalizer, row->type),
        .state = row->state,
        .count = row->count,
        .why = kept(normalizer, row->why),
        .needs = kept(normalizer, row->needs),
    };
    at = (uint32_t)normalizer->coverage.count;
    (void)apl_table_put(normalizer->coverage_rows, apl_arena_str(normalizer->keep, text), at);
    APL_PUSH(&normalizer->coverage, added);
    return at;
}

static apl_str scope_of_id(apl_str id)
{
    apl_str subscription = apl_arm_segment(id, APL_STR("subscriptions"));

    return subscription.size ? subscription : APL_STR("-");
}

void apl_document_unsupported(apl_normalizer *normalizer, const apl_document *document, apl_str type)
{
    const apl_json *id = apl_json_is_object(document->body) ? apl_json_get(document->body, APL_STR("id")) : NULL;
    bool is_arm = id && apl_arm_is_id(apl_json_str(id));
    apl_coverage row = {
        .source = document->source.size ? document->source
                  : is_arm              ? APL_STR("azure")
                                        : APL_STR("file"),
        .scope = document->scope.size ? document->scope
                 : id                 ? scope_of_id(apl_json_str(id))
                                      : APL_STR("-"),
        .type = type,
        .state = APL_COVERAGE_UNSUPPORTED,
        .count = 1,
        .why = APL_STR("no service knows this type"),
    };
    (void)apl_coverage_count(normalizer, &row);
}

void apl_document_unread(apl_normalizer *normalizer, const apl_coverage *row)
{
    (void)apl_coverage_count(normalizer, row);
}

void apl_document_empty_list(apl_normalizer *normalizer, const apl_document *document)
{
    apl_coverage row = {
        .source = document->source.size ? document->source : APL_STR("file"),
        .scope = document->scope.size ? document->scope : APL_STR("-"),
        .type = APL_STR("empty list"),
        .state = APL_COVERAGE_READ,
        .count = 1,
    };
    (void)apl_coverage_count(normalizer, &row);
}

void apl_normalizer_broken(apl_normalizer *normalizer, const apl_place *place, const char *why, bool counts)
{
    apl_coverage row = {
        .source = APL_STR("file"),
        .scope = place->path,
        .type = APL_STR("unreadable text"),
        .state = APL_COVERAGE_UNREAD,
        .count = counts,
        .why = apl_str_from(why),
    };
    (void)apl_coverage_count(normalizer, &row);
}

void apl_normalizer_unsupported(apl_normalizer *normalizer, const char *what)
{
    apl_coverage row = {
        .source = APL_STR("file"),
        .scope = APL_STR("-"),
        .type = apl_str_from(what),
        .state = APL_COVERAGE_UNSUPPORTED,
        .count = 1,
        .why = APL_STR("no document"),
    };
    (void)apl_coverage_count(normalizer, &row);
}

bool apl_normalizer_is_wrapper(const apl_normalizer *normalizer, apl_str name)
{
    return apl_services_is_wrapper(normalizer->options.services, name);
}

static apl_str text_of(const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_is_object(object) ? apl_json_get(object, apl_str_from(name)) : NULL;

    return member ? apl_json_str(member) : APL_STR_NONE;
}

void apl_document_facts(apl_asset *asset, const apl_document *document)
{
    asset->id = text_of(document->body, "id");
    asset->name = text_of(document->body, "name");
    asset->location = text_of(document->body, "location");
    if (asset->type.size == 0)
        asset->type = text_of(document->body, "type");
}

static apl_str filled(const apl_template *own, const apl_template *providers, apl_normalizer *normalizer,
                      const apl_subject *subject, const apl_template_facts *facts)
{
    const apl_template *template = own ? own : providers;

    return template ? apl_template_fill(template, normalizer->scratch, subject, facts) : APL_STR_NONE;
}

static apl_str or_else(apl_str text, apl_str otherwise)
{
    return text.size ? text : otherwise;
}

static apl_str last_part(apl_str id)
{
    long slash = apl_str_find_last_char(id, '/');

    return apl_str_slice(id, (size_t)(slash + 1), id.size);
}

/* Most ids end in the name: then it lies there. */
static apl_str kept_name(apl_normalizer *normalizer, apl_str id, apl_str name)
{
    return apl_str_ends(id, name) ? apl_str_slice(id, id.size - name.size, id.size) : kept(normalizer, name);
}

/* Identity in the order in which the parts may lean on each other: id, tenant, scope, location, name. */
static void identify(apl_normalizer *normalizer, apl_asset *asset, const apl_document *document, const apl_type *type)
{
    static const apl_provider no_provider = {.name = {"file", 4}, .ids_ignore_case = true};
    const apl_provider *provider = type->provider ? type->provider : &no_provider;
    apl_subject subject = {NULL, asset, asset->plan};
    apl_template_facts facts = {
        .type = type->name, .tenant = document->tenant, .scope = document->scope, .parent = document->holder};

    facts.id = or_else(document->id, filled(type->id, provider->id, normalizer, &subject, &facts));
    if (facts.id.size == 0 && normalizer->options.judges_all_types)
        facts.id = text_of(document->body, "id");
    if (facts.id.size == 0 && normalizer->options.judges_all_types)
        facts.id = apl_arena_format(normalizer->scratch, "file:%.*s#%llu/%u", APL_STR_ARG(normalizer->place->path),
                                    (unsigned long long)normalizer->place->offset, normalizer->made_ids++);
    facts.tenant = or_else(document->tenant, filled(type->tenant, provider->tenant, normalizer, &subject, &facts));
    facts.scope = or_else(document->scope, filled(type->scope, provider->scope, normalizer, &subject, &facts));
    if (facts.scope.size == 0 || (provider->has_arm_scope && type->scope == NULL && apl_arm_is_id(facts.id)))
        facts.scope = scope_of_id(facts.id);
    facts.location = filled(type->location, provider->location, normalizer, &subject, &facts);
    facts.name = filled(type->name_template, provider->name_template, normalizer, &subject, &facts);
    if (facts.name.size == 0 && type->provider == NULL)
        facts.name = text_of(document->body, "name");
    if (facts.location.size == 0 && type->provider == NULL)
        facts.location = text_of(document->body, "location");
    asset->id = kept(normalizer, facts.id); /* the projector has mostly kept it a moment ago */
    asset->name = kept_name(normalizer, asset->id, or_else(facts.name, last_part(facts.id)));
    asset->tenant = kept(normalizer, facts.tenant);
    asset->scope = kept(normalizer, facts.scope);
    asset->location = kept(normalizer, facts.location);
    asset->source = provider->name;
    asset->cloud = provider->cloud;
    asset->ids_ignore_case = provider->ids_ignore_case;
    if (apl_arm_is_id(facts.id)) {
        apl_str full = apl_arm_full_name(normalizer->scratch, facts.id);
        if (!apl_str_equal(full, asset->name))
            asset->full_name = kept(normalizer, full);
    }
}

static apl_kind kind_of(apl_normalizer *normalizer, const apl_asset *asset, const apl_type *type)
{
    apl_subject subject = {NULL, asset, asset->plan};
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = normalizer->scratch};

    for (size_t i = 0; i < type->kind_count; i++) {
        if (type->kinds[i].when == NULL || apl_condition_eval(type->kinds[i].when, &eval) == APL_TRUE)
            return type->kinds[i].kind;
    }
    return APL_KIND_NONE;
}

/* Tags are an object, or a list of {Key, Value} as AWS gives them; both become an object of texts. */
static apl_value tags_of(apl_normalizer *normalizer, const apl_asset *asset, const apl_type *type)
{
    apl_subject subject = {NULL, asset, asset->plan};

    if (type->provider == NULL || !type->provider->has_tags)
        return APL_MISSING;
    apl_value tags = apl_subject_value(&subject, type->provider->tags);
    if (tags.type == APL_VALUE_OBJECT)
        return tags;
    if (tags.type != APL_VALUE_ARRAY)
        return APL_MISSING;
    apl_member *members = APL_ARENA_ARRAY(normalizer->keep, apl_member, tags.size);
    size_t count = 0;
    for (uint32_t i = 0; i < tags.size; i++) {
        apl_value key = apl_value_member(tags.items[i], "key");
        if (key.type != APL_VALUE_STRING)
            continue;
        members[count++] = (apl_member){apl_value_str(key), apl_value_member(tags.items[i], "value")};
    }
    return count ? apl_value_object(members, count) : APL_MISSING;
}

static apl_status write_out(apl_normalizer *normalizer, uint64_t at)
{
    size_t done = 0;

    while (done < normalizer->spooled.size) {
        ssize_t wrote = pwrite(normalizer->options.spool->descriptor, normalizer->spooled.data + done,
                               normalizer->spooled.size - done, (off_t)(at + done));
        if (wrote <= 0)
            return apl_fail(APL_E_IO, "bodies cannot be kept for the store: %s", strerror(errno));
        done += (size_t)wrote;
    }
    normalizer->spooled.size = 0;
    return APL_OK;
}

/* Buffered bodies have an offset inside the buffer until it is written; then the buffer's place is added. */
apl_status apl_normalizer_flush(apl_normalizer *normalizer)
{
    if (normalizer->options.spool == NULL || normalizer->spooled.size == 0)
        return APL_OK;
    uint64_t at = __atomic_fetch_add(&normalizer->options.spool->size, normalizer->spooled.size, __ATOMIC_RELAXED);
    for (size_t i = normalizer->assets.count; i > 0 && normalizer->assets.items[i - 1].is_buffered; i--) {
        normalizer->assets.items[i - 1].origin.offset += at;
        normalizer->assets.items[i - 1].is_buffered = false;
    }
    return write_out(normalizer, at);
}

/* Secrets are hidden in what is kept, after all fields were read. Where the condition cannot be told, they are hidden.
 */
static void hide_secrets(apl_normalizer *normalizer, const apl_asset *asset, const apl_type *type, const apl_json *body)
{
    apl_subject subject = {NULL, asset, asset->plan};
    apl_eval eval = {.subject = &subject, .origin = &subject, .arena = normalizer->scratch};

    if (type->hides_when && apl_condition_eval(type->hides_when, &eval) == APL_FALSE)
        return;
    for (size_t i = 0; i < type->hide_count; i++)
        apl_document_hide(normalizer->scratch, &type->hides[i], body);
}

static void spool_body(apl_normalizer *normalizer, apl_asset *asset, const apl_json *body)
{
    size_t before = normalizer->spooled.size;

    if (!apl_json_write(&normalizer->spooled, body))
        return;
    apl_str text = apl_str_make(normalizer->spooled.data + before, normalizer->spooled.size - before);
    asset->digest = apl_digest_of(text);
    asset->origin.offset = before;
    asset->origin.size = text.size;
    asset->is_buffered = true;
}

/* The row of (type, scope) is found by their addresses, because both texts are kept once; a miss takes the long way. */
static void count_read(apl_normalizer *normalizer, const apl_asset *asset)
{
    uintptr_t mixed = ((uintptr_t)asset->plan >> 4) ^ ((uintptr_t)asset->scope.data >> 3);
    apl_read_row *known = &normalizer->read_rows[mixed & (APL_READ_ROWS - 1)];
    apl_coverage row = {
        .source = asset->source,
        .scope = asset->scope,
        .type = asset->type,
        .state = APL_COVERAGE_READ,
        .count = 1,
    };

    if (known->plan == asset->plan && known->scope == asset->scope.data) {
        normalizer->coverage.items[known->row].count++;
        normalizer->documents++;
        return;
    }
    uint32_t at = apl_coverage_count(normalizer, &row);
    *known = (apl_read_row){asset->plan, asset->scope.data, at};
}

void apl_document_take(apl_normalizer *normalizer, const apl_document *document, const apl_type *type,
                       const apl_recognition *recognition)
{
    apl_asset asset = {.type = type->name, .is_read = true, .parent = APL_ASSET_NONE, .same_letters = APL_ASSET_NONE};

    asset.plan = apl_services_plan(normalizer->options.services, type);
    apl_project(&asset.record, &asset.unread_groups, normalizer->projector, asset.plan, document->body);
    apl_document_facts(&asset, document);
    identify(normalizer, &asset, document, type);
    if (asset.id.size == 0 && document->holder.size)
        return;
    if (asset.id.size == 0 && !normalizer->options.judges_all_types) {
        apl_coverage row = {
            .source = asset.source,
            .scope = asset.scope,
            .type = asset.type,
            .state = APL_COVERAGE_UNSUPPORTED,
            .count = 1,
            .why = APL_STR("the document has no id"),
        };
        (void)apl_coverage_count(normalizer, &row);
        return;
    }
    asset.was_asked = document->asked.size && !document->is_partial &&
                      apl_project_asked(asset.unread_groups, asset.plan, document->asked) == 0;
    if (document->is_partial || (recognition && recognition->is_partial))
        asset.unread_groups |= 1u;
    asset.kind = kind_of(normalizer, &asset, type);
    asset.tags = tags_of(normalizer, &asset, type);
    asset.read_at = document->read_at;
    asset.origin.file = normalizer->place->file;
    asset.weight = (uint32_t)apl_json_weight(document->body);
    if (type->hide_count && normalizer->options.spool)
        hide_secrets(normalizer, &asset, type, document->body);
    if (normalizer->options.spool)
        spool_body(normalizer, &asset, document->body);
    APL_PUSH(&normalizer->assets, asset);
    if (document->holder.size == 0)
        count_read(normalizer, &asset);
    if (type->part_count)
        apl_document_push_parts(normalizer, document, type, &asset);
    if (normalizer->spooled.size > SPOOL_BUFFER_BYTES && apl_normalizer_flush(normalizer) != APL_OK)
        apl_normalizer_broken(normalizer, normalizer->place, apl_error_message(), false);
}
