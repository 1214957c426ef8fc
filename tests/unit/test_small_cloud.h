/* unit/test_small_cloud.h: two providers, a handful of types and the way from JSON to a linked estate, for the tests of
 * normalize, link, exposure and evaluate, and for fuzzing.
 *
 * In JSON texts a back quote stands for a double quote. What goes wrong here is a bug of the test and stops it. */
#ifndef APL_TESTS_UNIT_TEST_SMALL_CLOUD_H
#define APL_TESTS_UNIT_TEST_SMALL_CLOUD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "exposure/exposure.h"
#include "link/link.h"
#include "json/json.h"

#define SMALL_SUBSCRIPTION "/subscriptions/00000000-0000-0000-0000-000000000001"
#define SMALL_GROUP SMALL_SUBSCRIPTION "/resourceGroups/rg"
#define SMALL_ACCOUNT SMALL_GROUP "/providers/T.Ai/accounts/"
#define SMALL_STORE SMALL_GROUP "/providers/T.Data/stores/"

#define SMALL_READERS_MAX 4

typedef struct small_cloud {
    apl_arena *arena;
    apl_vocabulary vocabulary;
    apl_fields *fields;
    apl_services *services;
    unsigned readers;
    apl_normalizer *normalizers[SMALL_READERS_MAX];
    apl_json_reader *json;
    apl_estate estate;
} small_cloud;

static const char small_vocabulary[] =
    "{`kinds`: {`ai-service`: {`title`: `s`, `ai`: true}, `ai-agent`: {`title`: `a`, `ai`: true, `network`: false},"
    "  `storage-account`: {`title`: `t`}, `resource-group`: {`title`: `r`, `network`: false, `data`: false},"
    "  `account`: {`title`: `c`, `network`: false, `data`: false}, `external`: {`title`: `e`},"
    "  `managed-identity`: {`title`: `m`, `network`: false}},"
    " `relations`: {`contains`: {`title`: `c`, `sensitivity`: [`label`, `back`]},"
    "  `stores-in`: {`title`: `s`, `makes_ai`: true, `sensitivity`: `back`}, `grounded-on`: {`title`: `g`,"
    "    `makes_ai`: true, `used_for`: `grounding`, `sensitivity`: `back`}, `has-role`: {`title`: `h`},"
    "  `connects-to`: {`title`: `n`, `makes_ai`: true}, `governed-by`: {`title`: `v`}, `exempt-from`: {`title`: `x`},"
    "  `applies-to`: {`title`: `p`}, `assigned-to`: {`title`: `o`}, `assigns`: {`title`: `i`}}}";

static const char small_azure[] =
    "{`provider`: `azure`, `cloud`: `azure`, `ids`: `nocase`, `parent`: `arm`, `scope`: `arm`, `tenant`: `{tenantId}`,"
    " `location`: `{location}`, `tags`: `tags`, `unread_without`: [`properties`], `id`: `{id}`, `name`: `{name}`}";

static const char small_aws[] =
    "{`provider`: `aws`, `cloud`: `aws`, `ids`: `exact`, `scope`: `{@id:account|-}`, `location`: `{@id:region|-}`,"
    " `tags`: `tags`, `id`: `{arn}`, `name`: `{name}`}";

static const char small_azure_service[] =
    "{`service`: `azure/small`, `title`: `Small`, `types`: {"
    "`T.Ai/accounts`: {`title`: `t`, `read`: {`needs`: `T.Ai/accounts/read`},"
    "  `kind`: [{`kind`: `ai-agent`, `when`: {`field`: `kind`, `equals`: `Agent`}}, {`kind`: `ai-service`}],"
    "  `keys`: [`host:{properties.endpoint:host}`],"
    "  `parts`: [{`path`: `properties.inner.rooms[*].parts[*]`, `type`: `T.Ai/accounts/parts`},"
    "    {`path`: `properties.only`, `type`: `T.Ai/accounts/parts`}],"
    "  `exposure`: {`none`: {`field`: `properties.none`, `equals`: true},"
    "    `closed`: {`field`: `properties.public`, `equals`: false},"
    "    `open`: {`field`: `properties.open`, `equals`: true}, `ranges`: `properties.ranges[*].value`,"
    "    `bypass`: {`field`: `properties.bypass`, `equals`: true}},"
    "  `relations`: [{`type`: `grounded-on`, `to`: `{properties.stores[*].id}`,"
    "      `target_name`: `{properties.stores[*].name}`, `unless`: {`field`: `properties.dry`, `equals`: true}},"
    "    {`type`: `stores-in`, `to`: `{properties.store}`, `kind`: `storage-account`},"
    "    {`type`: `connects-to`, `to_key`: `host:{properties.peers[*]:host}`},"
    "    {`type`: `connects-to`, `to`: `entra://-/users/{properties.friend}`, `kind`: `managed-identity`,"
    "      `target_type`: `microsoft.graph.user`},"
    "    {`type`: `connects-to`, `to`: `{properties.reaches}`},"
    "    {`type`: `connects-to`, `to_key`: `host:{properties.env[*].value:has(://):host}`, `to_suffix`: `#keys`,"
    "      `kind`: `managed-identity`, `where`: {`field`: `properties.env[*].name`, `like`: `*key*`}},"
    "    {`type`: `has-role`, `from`: `entra://{@tenant|-}/users/{properties.user}`, `to`: `{properties.on}`,"
    "      `kind`: `managed-identity`}]},"
    "`T.Ai/accounts/parts`: {`title`: `t`, `kind`: `ai-agent`, `exposure`: `parent`,"
    "  `id`: [`{id}`, `{@parent}/parts/{name}`], `inherits`: [`stores-in`],"
    "  `relations`: [{`type`: `stores-in`, `to`: `{own}`}, {`type`: `connects-to`, `to_key`: `host:{peer:host}`,"
    "    `to_suffix`: `#keys`, `kind`: `storage-account`}]},"
    "`T.Data/stores`: {`title`: `t`, "
    "  `kind`: [{`kind`: `external`, `when`: {`count`: {`field`: `aplomb.relationsIn.connects-to[*]`}, `greater`: 0}},"
    "    {`kind`: `storage-account`}],"
    "  `read`: {`needs`: `T.Data/stores/read`},"
    "  `sensitivity`: [{`level`: `high`, `when`: {`field`: `properties.label`, `equals`: `Confidential`}},"
    "    {`level`: `medium`, `when`: {`field`: `properties.label`, `equals`: `Internal`}}]},"
    "`T.Gov/policies`: {`title`: `t`, `kind`: `external`, `relations`: ["
    "    {`type`: `governed-by`, `from`: `{properties.scope}`}, {`type`: `assigns`, `to`: `{properties.what}`},"
    "    {`type`: `exempt-from`, `from`: `{properties.except[*]}`}]},"
    "`T.Gov/roles`: {`title`: `t`, `kind`: `external`, `relations`: ["
    "    {`type`: `applies-to`, `to`: `{properties.scope}`}, {`type`: `assigned-to`, `to`: `{properties.who}`},"
    "    {`type`: `assigns`, `to`: `{properties.what}`}]},"
    "`T.Data/servers`: {`title`: `t`, `kind`: `storage-account`, `exposure`: {`children`: [`T.Data/servers/rules`],"
    "  `closed`: {`field`: `properties.public`, `equals`: false}}},"
    "`T.Data/servers/hosts`: {`title`: `t`, `kind`: `storage-account`,"
    "  `exposure`: {`wants_child`: true, `children`: [`T.Data/servers/hosts/rules`]}},"
    "`T.Data/guests`: {`title`: `t`, `kind`: `storage-account`, `relations`: [{`type`: `stores-in`, `to`: "
    "`{properties.on}`}],"
    "  `exposure`: {`within`: `stores-in`, `ranges`: `properties.range`}},"
    "`T.Data/servers/hosts/rules`: {`title`: `t`, `kind`: `storage-account`,"
    "  `exposure`: {`span`: [`properties.first`, `properties.last`]}},"
    "`T.Data/servers/rules`: {`title`: `t`, `kind`: `storage-account`,"
    "  `exposure`: {`span`: [`properties.first`, `properties.last`]}},"
    "`Microsoft.Resources/subscriptions`: {`title`: `t`, `kind`: `account`},"
    "`Microsoft.Resources/resourceGroups`: {`title`: `t`, `kind`: `resource-group`},"
    "`microsoft.graph.user`: {`title`: `t`, `kind`: `managed-identity`, `unread_without`: [],"
    "  `id`: `entra://-/users/{id}`, `name`: `{displayName}`, `recognise`: [{`members`: [`userPrincipalName`]}]}}}";

static const char small_aws_service[] = "{`service`: `aws/small`, `title`: `Small`, `types`: {"
                                        "`AWS::Small::Thing`: {`title`: `t`, `kind`: `ai-service`, `recognise`: ["
                                        "  {`wrapper`: [`thingSummaries`], `members`: [`arn`], `partial`: true},"
                                        "  {`wrapper`: [`thing`], `members`: [`arn`, `size`]}]},"
                                        "`AWS::Small::Other`: {`title`: `t`, `kind`: `storage-account`, `recognise`: ["
                                        "  {`members`: [`arn`], `when`: {`field`: `arn`, `like`: `arn:*:other/*`}}]}}}";

static inline apl_str small_quote(apl_arena *arena, const char *text)
{
    apl_str copy = apl_arena_str(arena, apl_str_from(text));
    char *at = (char *)(uintptr_t)copy.data; /* our own copy */

    for (uint32_t i = 0; i < copy.size; i++) {
        if (at[i] == '`')
            at[i] = '"';
    }
    return copy;
}

static inline apl_value small_value(apl_arena *arena, const char *text)
{
    apl_value value = APL_MISSING;

    if (apl_json_parse(&value, arena, small_quote(arena, text)) != APL_OK)
        apl_die(apl_error_message());
    return value;
}

static inline void small_need(apl_status status)
{
    if (status != APL_OK)
        apl_die(apl_error_message());
}

static inline apl_services *small_services_new(small_cloud *cloud)
{
    apl_services_options options = {&cloud->vocabulary, NULL, cloud->fields, cloud->arena};
    apl_services *services = apl_services_new(&options);
    apl_arena *arena = cloud->arena;

    small_need(apl_vocabulary_add(&cloud->vocabulary, small_value(arena, small_vocabulary), "kinds.yaml"));
    small_need(apl_services_add_provider(services, small_value(arena, small_azure), "services/azure/provider.yaml"));
    small_need(apl_services_add_provider(services, small_value(arena, small_aws), "services/aws/provider.yaml"));
    small_need(apl_services_add_service(services, small_value(arena, small_azure_service), APL_STR("azure/small"),
                                        "services/azure/small/service.yaml"));
    small_need(apl_services_add_service(services, small_value(arena, small_aws_service), APL_STR("aws/small"),
                                        "services/aws/small/service.yaml"));
    small_need(apl_services_finish(services));
    return services;
}

static inline void small_cloud_open(small_cloud *cloud, unsigned readers, bool judges_all_types)
{
    *cloud = (small_cloud){.arena = apl_arena_new(), .readers = readers, .fields = apl_fields_new()};
    APL_ASSERT(readers <= SMALL_READERS_MAX);
    apl_vocabulary_init(&cloud->vocabulary, cloud->arena);
    cloud->services = small_services_new(cloud);
    cloud->json = apl_json_reader_new();
    apl_normalizer_options options = {.services = cloud->services, .judges_all_types = judges_all_types};
    for (unsigned i = 0; i < readers; i++)
        cloud->normalizers[i] = apl_normalizer_new(&options);
    apl_estate_init(&cloud->estate, &cloud->vocabulary);
}

/* All values of a text, through one of the readers. False when the text is broken; what stood before was read. */
static inline bool small_cloud_read_text(small_cloud *cloud, unsigned reader, apl_str text)
{
    const apl_json *value = NULL;
    apl_place place = {0, APL_STR("x.json"), 0};
    size_t used = 0;

    while (text.size) {
        if (apl_json_read(&value, &used, cloud->json, text) != APL_OK)
            return false;
        if (value)
            (void)apl_normalizer_value(cloud->normalizers[reader], value, &place);
        text = apl_str_slice(text, used, text.size);
        place.offset += used;
    }
    return true;
}

static inline void small_cloud_read(small_cloud *cloud, unsigned reader, const char *json)
{
    if (!small_cloud_read_text(cloud, reader, small_quote(cloud->arena, json)))
        apl_die(apl_error_message());
}

static inline void small_cloud_link(small_cloud *cloud, unsigned threads)
{
    apl_link_assets(&cloud->estate, cloud->normalizers, cloud->readers, threads);
    apl_link_relations(&cloud->estate, cloud->services, threads);
    apl_exposure_set(&cloud->estate, cloud->services, threads);
}

static inline void small_cloud_close(small_cloud *cloud)
{
    for (unsigned i = 0; i < cloud->readers; i++)
        apl_normalizer_free(cloud->normalizers[i]);
    apl_estate_free(&cloud->estate);
    apl_json_reader_free(cloud->json);
    apl_services_free(cloud->services);
    apl_vocabulary_free(&cloud->vocabulary);
    apl_fields_free(cloud->fields);
    apl_arena_free(cloud->arena);
}

/* The asset with that id, or NULL. */
static inline const apl_asset *small_asset(const small_cloud *cloud, const char *id)
{
    apl_asset_id found = apl_estate_find(&cloud->estate, apl_str_from(id));

    return found == APL_ASSET_NONE ? NULL : &cloud->estate.assets.items[found];
}

/* Everything that a scan shows of the estate, as one text: the same estates give the same texts. */
static inline apl_str small_cloud_text(const small_cloud *cloud, apl_arena *arena)
{
    const apl_estate *estate = &cloud->estate;
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        apl_text_add_format(&text, "%.*s|%.*s|%.*s|%.*s|%.*s|%u|%u|%s|%d%d|%u|", APL_STR_ARG(asset->id),
                            APL_STR_ARG(asset->name), APL_STR_ARG(asset->type), APL_STR_ARG(asset->tenant),
                            APL_STR_ARG(asset->scope), asset->kind, asset->unread_groups,
                            apl_exposure_names[asset->exposure], asset->is_read, asset->is_ai, asset->used_for);
        unsigned slots = asset->plan && asset->record.present ? asset->plan->slot_count : 0;
        const uint64_t *word = slots ? apl_record_words(&asset->record, asset->plan->word_count) : NULL;
        for (unsigned slot = 0; slot < slots; slot++) {
            apl_text_add_char(&text, ',');
            if (apl_record_has(&asset->record, slot))
                apl_value_write(&text, apl_record_unpack(*word++), 0);
        }
        apl_text_add_char(&text, '\n');
    }
    for (size_t i = 0; i < estate->relations.count; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        apl_text_add_format(&text, "%u -%u-> %u %.*s\n", relation->from, relation->type, relation->to,
                            APL_STR_ARG(relation->evidence));
    }
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        apl_text_add_format(&text, "%.*s|%.*s|%.*s|%s|%llu|%.*s|%.*s\n", APL_STR_ARG(row->source),
                            APL_STR_ARG(row->scope), APL_STR_ARG(row->type), apl_coverage_names[row->state],
                            (unsigned long long)row->count, APL_STR_ARG(row->why), APL_STR_ARG(row->needs));
    }
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

#endif
