/* normalize/services.c: provider.yaml and service.yaml to compiled types.
 *
 * Runs before the first byte of input is read. Every mistake is one line: file, member, cause, and the nearest valid
 * name. Unknown members are mistakes. */
#include "normalize/services.h"

#include <pthread.h>
#include <stdio.h>

#include "base/limits.h"
#include "normalize/service_file.h"

struct apl_services {
    apl_services_options options;
    APL_VECTOR(apl_provider *) providers;
    APL_VECTOR(apl_service) services;
    APL_VECTOR(apl_type *) types;
    apl_table *types_by_name;
    APL_VECTOR(apl_type *) made; /* types that no service knows; their numbers go on behind those of `types` */
    apl_table *made_by_name;
    APL_VECTOR(apl_recognition) recognitions;
    apl_table *wrappers;
    apl_field_list recognition_fields;
    apl_plan *recognition_plan;
    pthread_mutex_t lock; /* for plans and made types; everything else is read without it while documents come */
    void (*ask)(void *context, const apl_type *type);
    void *ask_context;
};

/* Members that pages of any provider hold their documents in. */
static const char *const usual_wrappers[] = {"value", "data",    "items",   "resources", "results", "records",
                                             "rows",  "entries", "objects", "assets",    NULL};

apl_services *apl_services_new(const apl_services_options *options)
{
    apl_services *services = apl_memory_new(sizeof *services);

    services->options = *options;
    services->types_by_name = apl_table_new(true);
    services->made_by_name = apl_table_new(true);
    services->wrappers = apl_table_new(true);
    for (size_t i = 0; usual_wrappers[i]; i++)
        (void)apl_table_put(services->wrappers, apl_str_from(usual_wrappers[i]), 1);
    (void)pthread_mutex_init(&services->lock, NULL);
    return services;
}

void apl_services_free(apl_services *services)
{
    if (services == NULL)
        return;
    for (size_t i = 0; i < services->types.count; i++) {
        apl_memory_free(services->types.items[i]->asked.items);
        apl_memory_free(services->types.items[i]->bom_asked.items);
    }
    for (size_t i = 0; i < services->made.count; i++)
        apl_memory_free(services->made.items[i]->asked.items);
    for (size_t i = 0; i < services->providers.count; i++)
        apl_memory_free(services->providers.items[i]->asked.items);
    apl_memory_free(services->types.items);
    apl_memory_free(services->made.items);
    apl_memory_free(services->providers.items);
    apl_memory_free(services->services.items);
    apl_memory_free(services->recognitions.items);
    apl_memory_free(services->recognition_fields.items);
    apl_table_free(services->types_by_name);
    apl_table_free(services->made_by_name);
    apl_table_free(services->wrappers);
    (void)pthread_mutex_destroy(&services->lock);
    apl_memory_free(services);
}

apl_status apl_services_add_provider(apl_services *services, apl_value file, const char *file_name)
{
    apl_provider *provider = APL_ARENA_NEW(services->options.arena, apl_provider);
    apl_status status;

    APL_PUSH(&services->providers, provider);
    apl_fields_record(services->options.fields, &provider->asked);
    status = apl_service_file_provider(provider, &services->options, file, file_name);
    apl_fields_record(services->options.fields, NULL);
    apl_str wanted = apl_arena_format(services->options.arena, "/%.*s/provider.yaml", APL_STR_ARG(provider->name));
    if (status == APL_OK && !apl_str_ends(apl_str_from(file_name), wanted))
        return apl_fail(APL_E_CONTENT, "%s: provider \"%.*s\" is not the name of the folder", file_name,
                        APL_STR_ARG(provider->name));
    return status;
}

static const apl_provider *provider_named(const apl_services *services, apl_str name)
{
    for (size_t i = 0; i < services->providers.count; i++) {
        if (apl_str_equal(services->providers.items[i]->name, name))
            return services->providers.items[i];
    }
    return NULL;
}

static apl_type *type_new(apl_services *services, apl_str name)
{
    apl_type *type = APL_ARENA_NEW(services->options.arena, apl_type);

    type->number = (uint32_t)services->types.count;
    type->name = apl_arena_str(services->options.arena, name);
    APL_PUSH(&services->types, type);
    (void)apl_table_put(services->types_by_name, type->name, type->number);
    return type;
}

static apl_type *type_at(const apl_services *services, uint32_t number)
{
    size_t known = services->types.count;

    return number < known ? services->types.items[number] : services->made.items[number - known];
}

static apl_status add_recognitions(apl_services *services, const apl_type *type, apl_value list, const char *where)
{
    if (list.type != APL_VALUE_ARRAY && apl_value_is_there(list))
        return apl_fail(APL_E_CONTENT, "%s: recognise must be a list", where);
    for (uint32_t i = 0; i < list.size && list.type == APL_VALUE_ARRAY; i++) {
        apl_recognition recognition = {.type = type->number};
        apl_fields_record(services->options.fields, &services->recognition_fields);
        apl_status status = apl_service_file_recognition(
            &recognition, &services->options, list.items[i],
            apl_arena_format(services->options.arena, "%s.recognise[%u]", where, i).data);
        apl_fields_record(services->options.fields, NULL);
        if (status != APL_OK)
            return status;
        for (size_t w = 0; w < recognition.wrapper_count; w++)
            (void)apl_table_put(services->wrappers, recognition.wrappers[w], 1);
        APL_PUSH(&services->recognitions, recognition);
    }
    return APL_OK;
}

static apl_status add_type(apl_services *services, const apl_provider *provider, const apl_member *member,
                           const apl_service *service, const char *file_name)
{
    char where[APL_ERROR_BYTES_MAX];

    (void)snprintf(where, sizeof where, "%s: types.%.*s", file_name, APL_STR_ARG(member->key));
    uint32_t known = apl_table_get(services->types_by_name, member->key);
    if (known != APL_TABLE_NONE)
        return apl_fail(APL_E_CONTENT, "%s: the service %.*s has this type already", where,
                        APL_STR_ARG(services->types.items[known]->service));
    apl_type *type = type_new(services, member->key);
    type->provider = provider;
    type->service = service->name;
    apl_fields_record(services->options.fields, &type->asked);
    apl_status status = apl_service_file_type(type, &services->options, member->value, where);
    apl_fields_record(services->options.fields, &type->bom_asked);
    if (status == APL_OK)
        status = apl_service_file_bom(type, &services->options, member->value, where);
    apl_fields_record(services->options.fields, NULL);
    if (status != APL_OK)
        return status;
    return add_recognitions(services, type, apl_value_member(member->value, "recognise"), where);
}

apl_status apl_services_add_service(apl_services *services, apl_value file, apl_str folder, const char *file_name)
{
    static const char *const allowed[] = {"service", "title", "types", "calls", NULL};
    apl_value types = apl_value_member(file, "types");
    apl_str name = apl_value_str(apl_value_member(file, "service"));
    apl_str cloud = folder;
    apl_str rest = folder;

    apl_status status = apl_service_file_members(file, allowed, file_name);
    if (status != APL_OK)
        return status;
    if (!apl_str_equal(name, folder))
        return apl_fail(APL_E_CONTENT, "%s: service must be \"%.*s\", the folder", file_name, APL_STR_ARG(folder));
    (void)apl_str_next(&cloud, &rest, '/');
    const apl_provider *provider = provider_named(services, cloud);
    if (provider == NULL)
        return apl_fail(APL_E_CONTENT, "%s: services/%.*s/provider.yaml is missing", file_name, APL_STR_ARG(cloud));
    if (types.type != APL_VALUE_OBJECT || types.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: types must be an object with at least one type", file_name);
    apl_service service = {
        .name = apl_arena_str(services->options.arena, name),
        .title = apl_arena_str(services->options.arena, apl_value_str(apl_value_member(file, "title"))),
        .cloud = provider->name,
        .first_type = (uint32_t)services->types.count,
        .type_count = types.size,
    };
    for (uint32_t i = 0; status == APL_OK && i < types.size; i++)
        status = add_type(services, provider, &types.members[i], &service, file_name);
    APL_PUSH(&services->services, service);
    return status;
}

void apl_services_on_plan(apl_services *services, void (*ask)(void *context, const apl_type *type), void *context)
{
    services->ask = ask;
    services->ask_context = context;
}

void apl_services_ask(apl_services *services, uint32_t type, const apl_field_list *fields)
{
    apl_field_list *asked = &type_at(services, type)->asked;

    APL_ASSERT(type_at(services, type)->plan == NULL);
    for (size_t i = 0; i < fields->count; i++) {
        size_t known = 0;
        while (known < asked->count && asked->items[known] != fields->items[i])
            known++;
        if (known == asked->count)
            APL_PUSH(asked, fields->items[i]);
    }
}

static bool find_alias(void *context, apl_str *path, apl_str type, apl_str name)
{
    return context && apl_aliases_find(path, context, type, name);
}

static apl_plan *plan_new(apl_services *services, const apl_type *type, const apl_field_list *asked)
{
    apl_plan_options options = {
        .arena = services->options.arena,
        .fields = services->options.fields,
        .asked = asked->items,
        .asked_count = asked->count,
        .type = type ? type->name : APL_STR_NONE,
        .unread_without = type ? type->unread_without : NULL,
        .unread_without_count = type ? type->unread_without_count : 0,
        .vocabulary = services->options.vocabulary,
        .find_alias = find_alias,
        .find_alias_context = (void *)(uintptr_t)services->options.aliases,
    };
    apl_plan *plan = apl_plan_new(&options);
    plan->number = type ? type->number : UINT32_MAX;
    return plan;
}

static apl_status check_parts(const apl_services *services, const apl_type *type)
{
    for (size_t i = 0; i < type->part_count; i++) {
        if (apl_services_find(services, type->parts[i].type) == NULL)
            return apl_fail(APL_E_CONTENT, "%.*s: parts: no service has the type \"%.*s\"", APL_STR_ARG(type->name),
                            APL_STR_ARG(type->parts[i].type));
    }
    return APL_OK;
}

apl_status apl_services_finish(apl_services *services)
{
    for (size_t i = 0; i < services->types.count; i++) {
        apl_status status = check_parts(services, services->types.items[i]);
        if (status != APL_OK)
            return status;
    }
    services->recognition_plan = plan_new(services, NULL, &services->recognition_fields);
    return APL_OK;
}

const apl_plan *apl_services_plan(apl_services *services, const apl_type *type)
{
    apl_plan *plan = __atomic_load_n(&type->plan, __ATOMIC_ACQUIRE);

    if (plan)
        return plan;
    (void)pthread_mutex_lock(&services->lock);
    apl_type *own = type_at(services, type->number);
    if (own->plan == NULL) {
        if (own->provider)
            apl_services_ask(services, own->number, &own->provider->asked);
        if (services->ask)
            services->ask(services->ask_context, own);
        __atomic_store_n(&own->plan, plan_new(services, own, &own->asked), __ATOMIC_RELEASE);
    }
    plan = own->plan;
    (void)pthread_mutex_unlock(&services->lock);
    return plan;
}

const apl_plan *apl_services_recognition_plan(const apl_services *services)
{
    return services->recognition_plan;
}

static bool has_wrapper(const apl_recognition *recognition, apl_str wrapper)
{
    for (size_t i = 0; i < recognition->wrapper_count; i++) {
        if (apl_str_equal_nocase(recognition->wrappers[i], wrapper))
            return true;
    }
    return recognition->wrapper_count == 0;
}

static bool holds(const apl_recognition *recognition, const apl_subject *subject, apl_arena *scratch)
{
    for (size_t i = 0; i < recognition->member_count; i++) {
        if (!apl_value_is_there(apl_subject_value(subject, recognition->members[i])))
            return false;
    }
    if (recognition->when == NULL)
        return true;
    apl_eval eval = {.subject = subject, .origin = subject, .arena = scratch};
    return apl_condition_eval(recognition->when, &eval) == APL_TRUE;
}

const apl_recognition *apl_services_recognise(const apl_services *services, const apl_subject *subject,
                                              apl_str wrapper, apl_arena *scratch)
{
    const apl_recognition *best = NULL;

    for (size_t i = 0; i < services->recognitions.count; i++) {
        const apl_recognition *candidate = &services->recognitions.items[i];
        if (best && candidate->weight <= best->weight)
            continue;
        if (has_wrapper(candidate, wrapper) && holds(candidate, subject, scratch))
            best = candidate;
    }
    return best;
}

bool apl_services_is_wrapper(const apl_services *services, apl_str name)
{
    return apl_table_get(services->wrappers, name) != APL_TABLE_NONE;
}

const apl_type *apl_services_find(const apl_services *services, apl_str type_name)
{
    uint32_t number = apl_table_get(services->types_by_name, type_name);

    return number == APL_TABLE_NONE ? NULL : services->types.items[number];
}

const apl_type *apl_services_find_or_make(apl_services *services, apl_str type_name)
{
    const apl_type *known = apl_services_find(services, type_name);

    if (known)
        return known;
    (void)pthread_mutex_lock(&services->lock);
    uint32_t at = apl_table_get(services->made_by_name, type_name);
    if (at == APL_TABLE_NONE) {
        apl_type *type = APL_ARENA_NEW(services->options.arena, apl_type);
        at = (uint32_t)services->made.count;
        type->number = (uint32_t)services->types.count + at;
        type->name = apl_arena_str(services->options.arena, type_name);
        APL_PUSH(&services->made, type);
        (void)apl_table_put(services->made_by_name, type->name, at);
    }
    known = services->made.items[at];
    (void)pthread_mutex_unlock(&services->lock);
    return known;
}

size_t apl_services_count(const apl_services *services)
{
    return services->services.count;
}

const apl_service *apl_services_service(const apl_services *services, size_t index)
{
    return &services->services.items[index];
}

uint32_t apl_services_type_count(const apl_services *services)
{
    return (uint32_t)(services->types.count + services->made.count);
}

const apl_type *apl_services_type(const apl_services *services, uint32_t type)
{
    return type_at(services, type);
}

apl_fields *apl_services_fields(const apl_services *services)
{
    return services->options.fields;
}

const apl_vocabulary *apl_services_vocabulary(const apl_services *services)
{
    return services->options.vocabulary;
}
