/* tests/fuzz/fuzz_policy.c: policy files of unknown origin.
 *
 * The input is JSON. All of it goes through lint and into a set; of an array, the first item is also taken for a
 * definition, the second for its parameter values and the third for documents, which it then judges with evidence
 * and patches. Nothing may crash, hang or read what is not there; messages do not matter. */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "normalize/arm_id.h"
#include "normalize/subject_json.h"
#include "policy/lint.h"
#include "policy/rule.h"
#include "json/json.h"

#define DOCUMENTS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ignore(void *context, const apl_message *message)
{
    (void)context;
    APL_ASSERT(message->text.size < APL_DOCUMENT_BYTES_MAX);
}

static void add_document(apl_estate *estate, const apl_policy_context *context, apl_value document)
{
    apl_text text;
    apl_subject subject;

    apl_text_init(&text, 1 << 20);
    apl_value_write(&text, document, 0);
    apl_str json = apl_arena_str(context->arena, apl_text_str(&text));
    apl_text_free(&text);
    if (apl_subject_from_json(&subject, context->arena, context->fields, NULL, json) != APL_OK)
        return;
    apl_asset asset = *subject.asset;
    asset.parent = APL_ASSET_NONE;
    asset.same_letters = APL_ASSET_NONE;
    asset.ids_ignore_case = true;
    asset.scope = apl_arm_segment(asset.id, APL_STR("subscriptions"));
    APL_PUSH(&estate->assets, asset);
    if (asset.id.size)
        apl_table_put(estate->by_id, asset.id, (uint32_t)estate->assets.count - 1);
}

static void judge(const apl_policy_context *context, const apl_policy *policy, apl_value documents)
{
    apl_vocabulary vocabulary;
    apl_estate estate;
    apl_policy_result result;
    apl_patches patches;

    apl_vocabulary_init(&vocabulary, context->arena);
    apl_estate_init(&estate, &vocabulary);
    for (uint32_t i = 0; documents.type == APL_VALUE_ARRAY && i < documents.size && i < DOCUMENTS_MAX; i++)
        add_document(&estate, context, documents.items[i]);
    apl_related *related = apl_related_new(&estate);
    for (apl_asset_id i = 0; i < estate.assets.count; i++) {
        apl_policy_eval eval = {.estate = &estate,
                                .related = related,
                                .arena = context->arena,
                                .now = INT64_C(639000000000000000),
                                .wants_evidence = true,
                                .closed_world = i % 2 == 0};
        apl_policy_evaluate(&result, policy, i, &eval);
        APL_ASSERT(apl_compliance_names[result.state] != NULL);
        (void)apl_policy_takes_type(policy, estate.assets.items[i].type);
        (void)apl_policy_patches(&patches, policy, i, &eval);
    }
    apl_related_free(related);
    apl_estate_free(&estate);
    apl_vocabulary_free(&vocabulary);
}

/* Brings the file into force over one account in one group. */
static void bring_into_force(const apl_policy_context *context, apl_value file)
{
    static const char account[] = "{\"id\":\"/subscriptions/1/resourceGroups/g/providers/Microsoft.CognitiveServices/"
                                  "accounts/a\",\"name\":\"a\",\"type\":\"Microsoft.CognitiveServices/accounts\","
                                  "\"location\":\"East US\"}";
    apl_policy_set *set = NULL;
    apl_estate estate;
    apl_vocabulary vocabulary;
    apl_value document;
    apl_str exemption;

    if (apl_policy_set_new(&set, context) != APL_OK)
        return;
    apl_vocabulary_init(&vocabulary, context->arena);
    apl_estate_init(&estate, &vocabulary);
    if (apl_policy_set_add(set, file, "fuzz.json") == APL_OK && apl_policy_set_finish(set) == APL_OK &&
        apl_json_parse(&document, context->arena, apl_str_from(account)) == APL_OK) {
        add_document(&estate, context, document);
        apl_policy_eval eval = {.estate = &estate, .arena = context->arena, .now = INT64_C(639000000000000000)};
        for (size_t i = 0; i < apl_policy_set_count(set); i++) {
            (void)apl_policy_set_source(set, i);
            (void)apl_policy_set_covers(set, i, &eval, 0, &exemption);
        }
    }
    apl_estate_free(&estate);
    apl_vocabulary_free(&vocabulary);
    apl_policy_set_free(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_policy_context context = {.arena = arena, .fields = fields, .on_message = ignore};
    apl_value file;
    apl_policy *policy = NULL;
    apl_rule rule;

    if (apl_json_parse(&file, arena, apl_str_make((const char *)data, size)) == APL_OK) {
        (void)apl_policy_lint(file, "fuzz.json", NULL, ignore, NULL);
        bring_into_force(&context, file);
        (void)apl_rule_compile(&rule, &context, file, APL_STR("azure/x"), "services/azure/x/rules/fuzz.json");
        if (file.type == APL_VALUE_ARRAY && file.size == 3 &&
            apl_policy_compile(&policy, &context, file.items[0], file.items[1], "fuzz.json") == APL_OK)
            judge(&context, policy, file.items[2]);
    }
    apl_fields_free(fields);
    apl_arena_free(arena);
    return 0;
}
