/* tests/unit/test_policy_estate.h: small estates and policies written as JSON, for the tests of src/policy.
 *
 * A back quote stands for a double quote, so that texts stay readable. Compile policies first, then load documents:
 * what nobody asks for is not kept. A document with "@stub" is only named by others; one with "@partial" was read in
 * part. */
#ifndef APL_TESTS_UNIT_TEST_POLICY_ESTATE_H
#define APL_TESTS_UNIT_TEST_POLICY_ESTATE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "normalize/arm_id.h"
#include "normalize/subject_json.h"
#include "policy/lint.h"
#include "policy/rule.h"
#include "json/json.h"

#define SUB "/subscriptions/00000000-0000-0000-0000-000000000001"
#define GROUP SUB "/resourceGroups/rg"
#define NOW_TEXT "2026-11-23T08:00:00Z"

typedef struct world {
    apl_arena *arena;
    apl_fields *fields;
    apl_aliases *aliases;
    apl_vocabulary vocabulary;
    apl_estate estate;
    apl_related *related;
    apl_policy_context context;
    apl_text messages; /* "error path: text [nearest]" lines */
    size_t errors;
    size_t warnings;
    apl_instant now;
    void *user; /* of one test */
} world;

static inline void world_message(void *context, const apl_message *message)
{
    world *w = context;
    bool is_error = message->level == APL_MESSAGE_ERROR;

    w->errors += is_error;
    w->warnings += !is_error;
    apl_text_add_format(&w->messages, "%s %.*s: %.*s [%.*s]\n", is_error ? "error" : "warning",
                        APL_STR_ARG(message->path), APL_STR_ARG(message->text), APL_STR_ARG(message->nearest));
}

static inline apl_str world_quote(world *w, const char *text)
{
    apl_str copy = apl_arena_str(w->arena, apl_str_from(text));

    for (uint32_t i = 0; i < copy.size; i++) {
        if (copy.data[i] == '`')
            ((char *)(uintptr_t)copy.data)[i] = '"';
    }
    return copy;
}

static inline apl_value world_json(world *w, const char *text)
{
    apl_value value;

    if (apl_json_parse(&value, w->arena, world_quote(w, text)) != APL_OK)
        fail_msg("%s in %s", apl_error_message(), text);
    return value;
}

static inline world *world_new(void)
{
    world *w = calloc(1, sizeof *w);

    w->arena = apl_arena_new();
    w->fields = apl_fields_new();
    apl_vocabulary_init(&w->vocabulary, w->arena);
    apl_estate_init(&w->estate, &w->vocabulary);
    apl_text_init(&w->messages, 1 << 20);
    w->context = (apl_policy_context){
        .arena = w->arena, .fields = w->fields, .on_message = world_message, .on_message_context = w};
    (void)apl_instant_parse(&w->now, APL_STR(NOW_TEXT));
    return w;
}

static inline void world_free(world *w)
{
    apl_related_free(w->related);
    apl_estate_free(&w->estate);
    apl_vocabulary_free(&w->vocabulary);
    apl_aliases_free(w->aliases);
    apl_fields_free(w->fields);
    apl_text_free(&w->messages);
    apl_arena_free(w->arena);
    free(w);
}

static inline void world_aliases(world *w, const char *json)
{
    assert_int_equal(apl_aliases_load(&w->aliases, world_quote(w, json)), APL_OK);
    w->context.aliases = w->aliases;
}

static inline void world_add(world *w, apl_value document)
{
    apl_text text;
    apl_subject subject;
    apl_asset asset;

    apl_text_init(&text, 1 << 20);
    apl_value_write(&text, document, 0);
    assert_int_equal(
        apl_subject_from_json(&subject, w->arena, w->fields, w->aliases, apl_arena_str(w->arena, apl_text_str(&text))),
        APL_OK);
    apl_text_free(&text);
    asset = *subject.asset;
    asset.ids_ignore_case = true;
    asset.same_letters = APL_ASSET_NONE;
    asset.is_read = apl_value_member(document, "@stub").type == APL_VALUE_MISSING;
    if (apl_value_member(document, "@partial").type != APL_VALUE_MISSING)
        asset.unread_groups |= 1;
    asset.scope = apl_arm_segment(asset.id, APL_STR("subscriptions"));
    if (asset.scope.size == 0)
        asset.scope = apl_value_str(apl_value_member(document, "@scope"));
    APL_PUSH(&w->estate.assets, asset);
    if (asset.id.size)
        (void)apl_table_put(w->estate.by_id, asset.id, (uint32_t)w->estate.assets.count - 1);
}

/* Loads an array of documents; the first one is asset 0. */
static inline void world_load(world *w, const char *documents)
{
    apl_value list = world_json(w, documents);

    for (uint32_t i = 0; i < list.size; i++)
        world_add(w, list.items[i]);
    for (size_t i = 0; i < w->estate.assets.count; i++) {
        apl_asset *asset = &w->estate.assets.items[i];
        apl_value parent = apl_value_member(list.items[i], "@parent");
        apl_str id = parent.type == APL_VALUE_STRING
                         ? apl_value_str(parent)
                         : (apl_arm_is_id(asset->id) ? apl_arm_parent(asset->id) : APL_STR_NONE);
        asset->parent = id.size ? apl_estate_find(&w->estate, apl_arena_str(w->arena, id)) : APL_ASSET_NONE;
    }
    w->related = apl_related_new(&w->estate);
}

static inline void world_unread(world *w, const char *scope, const char *type)
{
    apl_coverage row = {.source = APL_STR("azure"),
                        .scope = apl_str_from(scope),
                        .type = apl_str_from(type),
                        .state = APL_COVERAGE_UNREAD,
                        .why = APL_STR("403 Forbidden")};

    APL_PUSH(&w->estate.coverage, row);
    apl_related_free(w->related);
    w->related = apl_related_new(&w->estate);
}

static inline apl_policy *world_policy_with(world *w, const char *definition, const char *parameters)
{
    apl_policy *policy = NULL;
    apl_value values = parameters ? world_json(w, parameters) : APL_MISSING;

    if (apl_policy_compile(&policy, &w->context, world_json(w, definition), values, "test.json") != APL_OK)
        fail_msg("%s", apl_error_message());
    return policy;
}

static inline apl_policy *world_policy(world *w, const char *definition)
{
    return world_policy_with(w, definition, NULL);
}

/* The message of a definition that must not compile. */
static inline const char *world_refused(world *w, const char *definition, const char *parameters)
{
    apl_policy *policy = NULL;
    apl_value values = parameters ? world_json(w, parameters) : APL_MISSING;

    assert_int_equal(apl_policy_compile(&policy, &w->context, world_json(w, definition), values, "test.json"),
                     APL_E_CONTENT);
    assert_null(policy);
    return apl_error_message();
}

static inline apl_policy_eval world_eval(const world *w)
{
    return (apl_policy_eval){.estate = &w->estate,
                             .related = w->related,
                             .arena = w->arena,
                             .now = w->now,
                             .wants_evidence = true,
                             .closed_world = true};
}

static inline apl_policy_result world_judge(const world *w, const apl_policy *policy, apl_asset_id asset)
{
    apl_policy_eval eval = world_eval(w);
    apl_policy_result result;

    apl_policy_evaluate(&result, policy, asset, &eval);
    return result;
}

static inline const char *world_state(const world *w, const apl_policy *policy, apl_asset_id asset)
{
    return apl_compliance_names[world_judge(w, policy, asset).state];
}

static inline const char *world_text(const world *w, apl_str text)
{
    return apl_arena_str(w->arena, text).data;
}

static inline const char *world_value(const world *w, apl_value value)
{
    apl_text text;

    apl_text_init(&text, 4096);
    if (value.type == APL_VALUE_MISSING)
        apl_text_add(&text, APL_STR("missing"));
    else if (value.type == APL_VALUE_UNREAD)
        apl_text_add(&text, APL_STR("unread"));
    else
        apl_value_write(&text, value, 0);
    const char *copy = apl_arena_str(w->arena, apl_text_str(&text)).data;
    apl_text_free(&text);
    return copy;
}

#define assert_contains(text, part)                                                                                    \
    do {                                                                                                               \
        if (strstr((text), (part)) == NULL)                                                                            \
            fail_msg("\"%s\" has no \"%s\"", (text), (part));                                                          \
    } while (0)

#endif
