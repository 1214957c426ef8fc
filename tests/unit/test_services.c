/* tests/unit/test_services.c: provider.yaml and service.yaml.
 *
 * What is refused in them and with which words, how bodies are recognised, and the plans and types that threads make
 * while documents come. */
#include "test_random.h"

#include "base/threads.h"
#include "normalize/project.h"
#include "test_small_cloud.h"

typedef struct refused {
    const char *file; /* with ` for " */
    const char *message;
} refused;

#define SERVICE(type) "{`service`: `azure/x`, `title`: `X`, `types`: {`X.Y/z`: " type "}}"
#define TYPE(members) SERVICE("{`title`: `t`, `kind`: `ai-service`, " members "}")

static const refused service_refusals[] = {
    {"[]", "must be an object"},
    {"{`service`: `azure/x`, `title`: `X`, `tipes`: {}}", "did you mean"},
    {"{`service`: `azure/y`, `title`: `X`, `types`: {}}", "the folder"},
    {"{`service`: `azure/x`, `title`: `X`}", "types"},
    {"{`service`: `azure/x`, `title`: `X`, `types`: {}}", "types"},
    {SERVICE("[]"), "must be an object"},
    {SERVICE("{`title`: `t`, `kind`: `ai-servic`}"), "kind"},
    {SERVICE("{`title`: `t`, `kind`: []}"), "kind"},
    {SERVICE("{`title`: `t`, `kind`: [{`kind`: `ai-service`, `when`: {`field`: `a`, `equals`: 1}}]}"), "last kind"},
    {TYPE("`knd`: 1"), "did you mean"},
    {TYPE("`id`: 1"), "id must be a text"},
    {TYPE("`id`: `{`"), "a brace is not closed"},
    {TYPE("`keys`: `x`"), "keys must be a list"},
    {TYPE("`relations`: {}"), "relations must be a list"},
    {TYPE("`relations`: [{`type`: `stores`, `to`: `{a}`}]"), "no relation is called \"stores\""},
    {TYPE("`relations`: [{`type`: `stores-in`}]"), "needs `to` or `from`"},
    {TYPE("`relations`: [{`type`: `stores-in`, `to`: `{a}`, `when`: {`field`: `a`, `equls`: 1}}]"), "equls"},
    {TYPE("`relations`: [{`type`: `stores-in`, `to`: `{a}`, `kind`: `x`}]"), "no kind is called \"x\""},
    {TYPE("`exposure`: {`opn`: {}}"), "did you mean"},
    {TYPE("`exposure`: {`ranges`: 1}"), "ranges"},
    {TYPE("`recognise`: {}"), "recognise must be a list"},
    {TYPE("`recognise`: [{}]"), "nothing that must hold"},
    {TYPE("`unread_without`: `x`"), "unread_without"},
    {TYPE("`parts`: {}"), "parts must be a list"},
    {TYPE("`parts`: [{`path`: `a[0]`, `type`: `x`}]"), "must be names with dots between"},
    {TYPE("`parts`: [{`type`: `x`}]"), "a part needs a path"},
    {TYPE("`inherits`: `x`"), "inherits"},
    {TYPE("`inherits`: [`stores`]"), "no relation is called \"stores\""},
};

static const refused provider_refusals[] = {
    {"{`provider`: `new`, `cloud`: `moon`}", "cloud \"moon\" is none of"},
    {"{`provider`: `new`, `cloud`: `saas`, `idz`: `x`}", "did you mean"},
    {"{`provider`: `new`, `cloud`: `saas`, `scope`: `{`}", "a brace is not closed"},
};

static void says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof service_refusals / sizeof *service_refusals; i++) {
        const refused *one = &service_refusals[i];
        small_cloud cloud;
        small_cloud_open(&cloud, 0, false);
        if (apl_services_add_service(cloud.services, test_value(cloud.arena, one->file), APL_STR("azure/x"),
                                     "services/azure/x/service.yaml") == APL_OK)
            fail_msg("%s is taken", one->file);
        if (strstr(apl_error_message(), one->message) == NULL ||
            strncmp(apl_error_message(), "services/azure/x/service.yaml: ", 31) != 0)
            fail_msg("%s: %s", one->file, apl_error_message());
        small_cloud_close(&cloud);
    }
    for (size_t i = 0; i < sizeof provider_refusals / sizeof *provider_refusals; i++) {
        const refused *one = &provider_refusals[i];
        small_cloud cloud;
        small_cloud_open(&cloud, 0, false);
        if (apl_services_add_provider(cloud.services, test_value(cloud.arena, one->file),
                                      "services/new/provider.yaml") == APL_OK)
            fail_msg("%s is taken", one->file);
        if (strstr(apl_error_message(), one->message) == NULL)
            fail_msg("%s: %s", one->file, apl_error_message());
        small_cloud_close(&cloud);
    }
}

static void a_type_has_one_service(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 0, false);
    apl_value file =
        test_value(cloud.arena, "{`service`: `azure/x`, `title`: `X`, `types`: {`t.ai/ACCOUNTS`: {`title`: `t`,"
                                "`kind`: `ai-service`}}}");
    assert_int_equal(
        apl_services_add_service(cloud.services, file, APL_STR("azure/x"), "services/azure/x/service.yaml"),
        APL_E_CONTENT);
    assert_non_null(strstr(apl_error_message(), "already"));
    small_cloud_close(&cloud);
}

static void finds_types_without_case(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 0, false);
    const apl_type *type = apl_services_find(cloud.services, APL_STR("t.ai/ACCOUNTS"));
    assert_non_null(type);
    assert_true(apl_str_equal(type->name, APL_STR("T.Ai/accounts")));
    assert_true(apl_str_equal(type->needs, APL_STR("T.Ai/accounts/read")));
    assert_ptr_equal(apl_services_type(cloud.services, type->number), type);
    assert_null(apl_services_find(cloud.services, APL_STR("T.Ai/account")));
    assert_true(apl_services_is_wrapper(cloud.services, APL_STR("VALUE")));
    assert_true(apl_services_is_wrapper(cloud.services, APL_STR("thingSummaries")));
    assert_false(apl_services_is_wrapper(cloud.services, APL_STR("properties")));
    assert_int_equal(apl_services_count(cloud.services), 2);
    small_cloud_close(&cloud);
}

typedef struct recognised {
    const char *body;
    const char *wrapper;
    const char *type; /* NULL: none */
    bool is_partial;
} recognised;

static const recognised recognised_cases[] = {
    {"{`arn`: `arn:x`}", "thingSummaries", "AWS::Small::Thing", true},
    {"{`arn`: `arn:x`}", "THINGSUMMARIES", "AWS::Small::Thing", true},
    {"{`arn`: `arn:x`, `size`: 1}", "thing", "AWS::Small::Thing", false},
    {"{`arn`: `arn:x`}", "thing", NULL, false},
    {"{`arn`: null, `size`: 1}", "thing", "AWS::Small::Thing", false},
    {"{`arn`: `arn:x`}", "", NULL, false},
    {"{`arn`: `arn:aws:other/x`}", "", "AWS::Small::Other", false},
    {"{`arn`: `arn:aws:other/x`}", "thingSummaries", "AWS::Small::Other", false},
    {"{`userPrincipalName`: `x`}", "value", "microsoft.graph.user", false},
    {"{`USERPRINCIPALNAME`: `x`}", "", "microsoft.graph.user", false},
    {"{}", "thing", NULL, false},
};

static void recognises_bodies(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 0, false);
    apl_projector *projector = apl_projector_new(cloud.arena);
    const apl_plan *plan = apl_services_recognition_plan(cloud.services);
    for (size_t i = 0; i < sizeof recognised_cases / sizeof *recognised_cases; i++) {
        const recognised *one = &recognised_cases[i];
        apl_asset asset = {.plan = plan};
        apl_subject subject = {NULL, &asset, plan};
        const apl_json *body = NULL;
        size_t used = 0;
        assert_int_equal(apl_json_read(&body, &used, cloud.json, small_quote(cloud.arena, one->body)), APL_OK);
        apl_project(&asset.record, &asset.unread_groups, projector, plan, body);
        const apl_recognition *found =
            apl_services_recognise(cloud.services, &subject, apl_str_from(one->wrapper), cloud.arena);
        const char *type = found ? apl_services_type(cloud.services, found->type)->name.data : "nothing";
        if (strcmp(type, one->type ? one->type : "nothing") != 0 || (found && found->is_partial != one->is_partial))
            fail_msg("%s in %s is %s", one->body, one->wrapper, type);
    }
    apl_projector_free(projector);
    small_cloud_close(&cloud);
}

static void ask_more(void *context, const apl_type *type)
{
    small_cloud *cloud = context;
    apl_field_id field = apl_fields_ask(cloud->fields, APL_STR("properties.more"));
    apl_field_list list = {&field, 1, 1};

    apl_services_ask(cloud->services, type->number, &list);
    apl_services_ask(cloud->services, type->number, &list);
}

static void plans_hold_what_judges_ask(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 0, false);
    apl_field_id more = apl_fields_ask(cloud.fields, APL_STR("properties.more"));
    apl_services_on_plan(cloud.services, ask_more, &cloud);
    const apl_type *type = apl_services_find(cloud.services, APL_STR("T.Data/stores"));
    const apl_plan *plan = apl_services_plan(cloud.services, type);
    assert_ptr_equal(apl_services_plan(cloud.services, type), plan);
    assert_int_equal(plan->number, type->number);
    assert_int_not_equal(plan->bindings[more].slot, APL_NO_SLOT);
    small_cloud_close(&cloud);
}

#define MADE_TYPES 500

static void make_types(void *context, unsigned thread, size_t from, size_t to)
{
    small_cloud *cloud = context;
    apl_arena *arena = apl_arena_new();

    (void)thread;
    for (size_t i = from; i < to; i++) {
        apl_str name = apl_arena_format(arena, "Made.Up/t%zu", i % MADE_TYPES);
        const apl_type *type = apl_services_find_or_make(cloud->services, name);
        if (!apl_str_equal(type->name, name) || apl_services_plan(cloud->services, type)->number != type->number)
            apl_die("a type of another name");
        if (apl_services_find(cloud->services, name) || !apl_services_find(cloud->services, APL_STR("T.Ai/accounts")))
            apl_die("types that are made must not mix with those that are known");
    }
    apl_arena_free(arena);
}

/* Policies are judged on bodies of any type, which threads meet side by side. */
static void types_are_made_by_many_threads(void **state)
{
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 0, false);
    uint32_t known = apl_services_type_count(cloud.services);
    apl_parallel(4, 8 * (size_t)MADE_TYPES, 7, make_types, &cloud);
    assert_int_equal(apl_services_type_count(cloud.services), known + MADE_TYPES);
    for (uint32_t i = 0; i < known + MADE_TYPES; i++)
        assert_int_equal(apl_services_type(cloud.services, i)->number, i);
    const apl_type *type = apl_services_find(cloud.services, APL_STR("T.Ai/accounts"));
    assert_ptr_equal(apl_services_find_or_make(cloud.services, APL_STR("t.ai/Accounts")), type);
    small_cloud_close(&cloud);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong),         cmocka_unit_test(a_type_has_one_service),
        cmocka_unit_test(finds_types_without_case),   cmocka_unit_test(recognises_bodies),
        cmocka_unit_test(plans_hold_what_judges_ask), cmocka_unit_test(types_are_made_by_many_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
