/* unit/test_access_estate.h: a small directory and subscription, from JSON documents to an access.
 *
 * In JSON texts a back quote stands for a double quote. What goes wrong here is a bug of the test and stops it. */
#ifndef APL_TESTS_UNIT_TEST_ACCESS_ESTATE_H
#define APL_TESTS_UNIT_TEST_ACCESS_ESTATE_H

#include "test_random.h"

#include "access/access.h"
#include "link/link.h"
#include "normalize/normalizer.h"

#define WORLD_SUBSCRIPTION "/subscriptions/00000000-0000-0000-0000-000000000001"
#define WORLD_GROUP WORLD_SUBSCRIPTION "/resourceGroups/rg"
#define WORLD_ROLE WORLD_SUBSCRIPTION "/providers/Microsoft.Authorization/roleDefinitions/"

typedef struct access_world {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_fields *fields;
    apl_field_list asked;
    apl_access_fields *access_fields;
    apl_services *services;
    apl_normalizer *normalizer;
    apl_json_reader *json;
    apl_estate estate;
    apl_library *library;
    apl_access *access;
} access_world;

static const char world_vocabulary[] =
    "{`kinds`: {`role`: {`title`: `r`}, `role-assignment`: {`title`: `r`}, `deny-assignment`: {`title`: `d`},"
    " `user`: {`title`: `u`}, `group`: {`title`: `g`}, `account`: {`title`: `a`}, `external`: {`title`: `e`},"
    " `resource-group`: {`title`: `r`}, `management-group`: {`title`: `m`}, `key-vault`: {`title`: `k`}},"
    " `relations`: {`contains`: {`title`: `c`}, `member-of`: {`title`: `m`}, `has-role`: {`title`: `h`},"
    " `owns`: {`title`: `o`}, `authenticates-as`: {`title`: `s`}}}";

static const char world_azure[] = "{`provider`: `azure`, `cloud`: `azure`, `ids`: `nocase`, `parent`: `arm`,"
                                  " `scope`: `arm`, `tenant`: `{tenantId}`, `id`: `{id}`, `name`: `{name}`}";

static const char world_service[] =
    "{`service`: `azure/world`, `title`: `W`, `types`: {"
    "`Microsoft.Authorization/roleAssignments`: {`title`: `t`, `kind`: `role-assignment`},"
    "`Microsoft.Authorization/roleEligibilityScheduleInstances`: {`title`: `t`, `kind`: `role-assignment`},"
    "`Microsoft.Authorization/roleDefinitions`: {`title`: `t`, `kind`: `role`},"
    "`Microsoft.Authorization/denyAssignments`: {`title`: `t`, `kind`: `deny-assignment`},"
    "`Microsoft.KeyVault/vaults`: {`title`: `t`, `kind`: `key-vault`},"
    "`Microsoft.Management/managementGroups`: {`title`: `t`, `kind`: `management-group`,"
    "  `parent`: `{properties.details.parent.id}`},"
    "`Microsoft.Resources/subscriptions`: {`title`: `t`, `kind`: `account`, `unread_without`: []},"
    "`microsoft.graph.user`: {`title`: `t`, `kind`: `user`, `id`: `entra://-/users/{id}`,"
    "  `keys`: [`principal:{id}`], `recognise`: [{`members`: [`userPrincipalName`]}],"
    "  `relations`: [{`type`: `member-of`, `to_key`: `principal:{memberOf[*].id}`}]},"
    "`microsoft.graph.group`: {`title`: `t`, `kind`: `group`, `id`: `entra://-/groups/{id}`,"
    "  `keys`: [`principal:{id}`], `recognise`: [{`members`: [`groupTypes`]}],"
    "  `relations`: [{`type`: `member-of`, `to_key`: `principal:{memberOf[*].id}`}]}}}";

static inline void world_need(apl_status status)
{
    if (status != APL_OK)
        apl_die(apl_error_message());
}

static inline void world_ask(void *context, const apl_type *type)
{
    access_world *world = context;

    if (apl_access_reads_type(type->name))
        apl_services_ask(world->services, type->number, &world->asked);
}

static inline void world_open(access_world *world)
{
    *world = (access_world){.arena = apl_arena_new(), .fields = apl_fields_new(), .library = apl_library_new()};
    apl_arena *arena = world->arena;
    apl_vocabulary_init(&world->vocabulary, arena);
    world_need(apl_vocabulary_add(&world->vocabulary, test_value(arena, world_vocabulary), "kinds.yaml"));
    apl_fields_record(world->fields, &world->asked);
    world->access_fields = apl_access_fields_ask(arena, world->fields);
    apl_fields_record(world->fields, NULL);
    apl_services_options options = {&world->vocabulary, NULL, world->fields, arena};
    world->services = apl_services_new(&options);
    world_need(apl_services_add_provider(world->services, test_value(arena, world_azure),
                                         "services/azure/provider.yaml"));
    world_need(apl_services_add_service(world->services, test_value(arena, world_service), APL_STR("azure/world"),
                                        "services/azure/world/service.yaml"));
    world_need(apl_services_finish(world->services));
    apl_services_on_plan(world->services, world_ask, world);
    apl_normalizer_options normal = {.services = world->services};
    world->normalizer = apl_normalizer_new(&normal);
    world->json = apl_json_reader_new();
    apl_estate_init(&world->estate, &world->vocabulary);
}

/* One document; in its text ` stands for ". */
static inline void world_read(access_world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline void world_read(access_world *world, const char *format, ...)
{
    static char text[1u << 16];
    const apl_json *value = NULL;
    apl_place place = {0, APL_STR("x.json"), 0};
    size_t used = 0;
    va_list arguments;

    va_start(arguments, format);
    int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    APL_ASSERT(size > 0 && (size_t)size < sizeof text);
    for (int i = 0; i < size; i++) {
        if (text[i] == '`')
            text[i] = '"';
    }
    world_need(apl_json_read(&value, &used, world->json, apl_str_make(text, (size_t)size)));
    (void)apl_normalizer_value(world->normalizer, value, &place);
}

static inline void world_assign(access_world *world, const char *name, const char *principal, const char *role,
                                const char *scope)
{
    world_read(world,
               "{`id`: `%s/providers/Microsoft.Authorization/roleAssignments/%s`, `name`: `%s`,"
               " `type`: `Microsoft.Authorization/roleAssignments`, `properties`: {`principalId`: `%s`,"
               " `roleDefinitionId`: `" WORLD_ROLE "%s`, `scope`: `%s`}}",
               strcmp(scope, "/") == 0 ? "" : scope, name, name, principal, role, scope);
}

static inline void world_close_reading(access_world *world)
{
    apl_access_options options = {&world->estate, world->access_fields, world->library};

    apl_link_assets(&world->estate, &world->normalizer, 1, 1);
    apl_link_relations(&world->estate, world->services, 1);
    world->access = apl_access_new(&options);
}

static inline void world_close(access_world *world)
{
    apl_access_free(world->access);
    apl_normalizer_free(world->normalizer);
    apl_estate_free(&world->estate);
    apl_json_reader_free(world->json);
    apl_services_free(world->services);
    apl_library_free(world->library);
    apl_vocabulary_free(&world->vocabulary);
    apl_fields_free(world->fields);
    apl_memory_free(world->asked.items);
    apl_arena_free(world->arena);
}

/* The decision about one question. */
static inline apl_decision world_decide(apl_asker *asker, const char *principal, const char *action, const char *scope)
{
    apl_access_question question = {.principal = apl_str_from(principal), .action = apl_str_from(action)};
    apl_access_answer answer;

    question.scope = apl_str_from(scope);
    apl_access_ask(&answer, asker, &question);
    return answer.decision;
}

#endif
