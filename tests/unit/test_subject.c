/* tests/unit/test_subject.c: fields of one asset as conditions see them.
 *
 * Missing or unread, members one by one and bound by a scope, derived facts out of the estate. */
#include "test_random.h"

#include "normalize/subject_json.h"
#include "test_small_cloud.h"

/* What the members of a field are, joined by commas; ? for unread, - for missing. */
static const char *walked(apl_arena *arena, const apl_subject *subject, apl_field_id field, const apl_scope *scope)
{
    apl_walk walk;
    apl_value value;
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    apl_walk_start(&walk, subject, field, scope);
    while (apl_walk_next(&value, &walk)) {
        apl_text_add(&text, text.size ? APL_STR(",") : APL_STR(""));
        if (value.type == APL_VALUE_MISSING || value.type == APL_VALUE_UNREAD)
            apl_text_add_char(&text, value.type == APL_VALUE_MISSING ? '-' : '?');
        else
            apl_value_write(&text, value, 0);
    }
    if (walk.is_unread)
        apl_text_add(&text, APL_STR("!"));
    if (walk.is_missing)
        apl_text_add(&text, APL_STR("."));
    const char *made = test_text(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

typedef struct walk_case {
    const char *field;
    const char *members;
} walk_case;

static const walk_case walk_cases[] = {
    {"a", "1"},
    {"list[*]", "{\"x\":1,\"in\":[{\"y\":1},{\"y\":2}]},{\"in\":[]},{\"x\":3,\"in\":[{\"z\":0}]}"},
    {"list[*].x", "1,-,3"},
    {"list[*].in[*].y", "1,2,-"},
    {"list[*].x[*]", ""},
    {"none[*].x", "."},
    {"a[*]", ""},
    {"empty[*]", ""},
    {"grid[*][*]", "1,2,3"},
};

static void walks_members_in_order(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_field_id ids[16];
    apl_subject subject;
    (void)state;

    for (size_t i = 0; i < sizeof walk_cases / sizeof *walk_cases; i++)
        ids[i] = apl_fields_ask(fields, apl_str_from(walk_cases[i].field));
    apl_str json = small_quote(arena, "{`a`: 1, `empty`: [], `grid`: [[1, 2], [], 7, [3]], `list`: [{`x`: 1, `in`: "
                                      "[{`y`: 1}, {`y`: 2}]}, {`in`: []}, {`x`: 3, `in`: [{`z`: 0}]}]}");
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, json), APL_OK);
    for (size_t i = 0; i < sizeof walk_cases / sizeof *walk_cases; i++) {
        const char *members = walked(arena, &subject, ids[i], NULL);
        if (strcmp(members, walk_cases[i].members) != 0)
            fail_msg("%s: %s", walk_cases[i].field, members);
    }
    apl_fields_free(fields);
    apl_arena_free(arena);
}

static void a_scope_binds_one_member(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_field_id outer = apl_fields_ask(fields, APL_STR("list[*].x"));
    apl_field_id inner = apl_fields_ask(fields, APL_STR("list[*].in[*]"));
    apl_field_id other = apl_fields_ask(fields, APL_STR("other[*]"));
    apl_subject subject;
    (void)state;

    apl_str json = small_quote(arena, "{`list`: [{`x`: 1, `in`: [4, 5]}, {`x`: 2, `in`: [6, 7]}], `other`: [8, 9]}");
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, json), APL_OK);
    uint32_t list_array = subject.plan->bindings[outer].steps[0].array;
    uint32_t in_array = subject.plan->bindings[inner].steps[2].array;
    apl_scope first = {NULL, list_array, 1, 0};
    apl_scope second = {&first, in_array, 0, 0};
    assert_string_equal(walked(arena, &subject, outer, &first), "2");
    assert_string_equal(walked(arena, &subject, inner, &first), "6,7");
    assert_string_equal(walked(arena, &subject, inner, &second), "6");
    assert_string_equal(walked(arena, &subject, other, &second), "8,9");
    apl_scope beyond = {NULL, list_array, 7, 0};
    assert_string_equal(walked(arena, &subject, outer, &beyond), "");
    apl_fields_free(fields);
    apl_arena_free(arena);
}

/* What stands below a part that was not read is unread; beside it, it is missing. */
static void missing_and_unread_differ(void **state)
{
    apl_arena *arena = apl_arena_new();
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    apl_field_id open = apl_fields_ask(cloud.fields, APL_STR("properties.open"));
    apl_field_id ranges = apl_fields_ask(cloud.fields, APL_STR("properties.ranges[*].value"));
    apl_field_id kind = apl_fields_ask(cloud.fields, APL_STR("kind"));
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`, `name`: `a`}, {`id`: `" SMALL_ACCOUNT "b`, `properties`: {}},"
                     "{`id`: `" SMALL_ACCOUNT "c`, `properties`: null}]");
    small_cloud_link(&cloud, 1);
    for (const char *name = "abc"; *name; name++) {
        const apl_asset *asset = small_asset(&cloud, apl_arena_format(arena, SMALL_ACCOUNT "%c", *name).data);
        apl_subject subject = {NULL, asset, asset->plan};
        bool is_read = *name == 'b';
        assert_int_equal(apl_subject_value(&subject, open).type, is_read ? APL_VALUE_MISSING : APL_VALUE_UNREAD);
        assert_string_equal(walked(arena, &subject, ranges, NULL), is_read ? "." : "!");
        assert_int_equal(apl_subject_value(&subject, kind).type, APL_VALUE_MISSING);
        assert_int_equal(apl_subject_value(&subject, 12345).type, APL_VALUE_MISSING);
    }
    small_cloud_close(&cloud);
    apl_arena_free(arena);
}

static void ask_derived(void *context, const apl_type *type)
{
    static const char *const names[] = {"aplomb.kind",
                                        "aplomb.ai",
                                        "aplomb.usedFor[*]",
                                        "aplomb.exposure",
                                        "aplomb.sensitivity",
                                        "aplomb.relations.grounded-on[*]",
                                        "aplomb.relationsIn.contains[*]",
                                        "aplomb.relations.grounded-on[*].aplomb.ai",
                                        "aplomb.relations.grounded-on[*].aplomb.sensitivity",
                                        "aplomb.relationsIn.contains[*].name",
                                        "aplomb.read",
                                        "fullName",
                                        NULL};
    small_cloud *cloud = context;
    apl_field_list list = {0};

    for (size_t i = 0; names[i]; i++)
        APL_PUSH(&list, apl_fields_ask(cloud->fields, apl_str_from(names[i])));
    apl_services_ask(cloud->services, type->number, &list);
    apl_memory_free(list.items);
}

static const char *derived(apl_arena *arena, const small_cloud *cloud, const char *id, const char *name)
{
    const apl_asset *asset = small_asset(cloud, id);
    apl_subject subject = {&cloud->estate, asset, asset->plan};

    return walked(arena, &subject, apl_fields_ask(cloud->fields, apl_str_from(name)), NULL);
}

static void derived_facts_come_from_the_estate(void **state)
{
    apl_arena *arena = apl_arena_new();
    small_cloud cloud;
    (void)state;

    small_cloud_open(&cloud, 1, false);
    apl_services_on_plan(cloud.services, ask_derived, &cloud);
    small_cloud_read(&cloud, 0,
                     "[{`id`: `" SMALL_ACCOUNT "a`, `kind`: `Agent`, `properties`: {`open`: true, `stores`: [{`id`:"
                     "`" SMALL_STORE "s`}]}}, {`id`: `" SMALL_ACCOUNT "a/parts/p`, `properties`: {}}, "
                     "{`id`: `" SMALL_STORE "s`, `properties`: {}}]");
    small_cloud_link(&cloud, 1);
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.kind"), "\"ai-agent\"");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.exposure"), "\"internet\"");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.sensitivity"), "?");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.relations.grounded-on[*]"),
                        "\"" SMALL_STORE "s\"");
    /* Facts of the assets at the other end; what is unknown of them is unread. */
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.relations.grounded-on[*].aplomb.ai"),
                        "true");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.relations.grounded-on[*].aplomb.sensitivity"),
                        "?");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a/parts/p", "aplomb.relationsIn.contains[*].name"),
                        "\"a\"");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.read"), "true");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a", "aplomb.usedFor[*]"), "");
    assert_string_equal(derived(arena, &cloud, SMALL_STORE "s", "aplomb.ai"), "true");
    assert_string_equal(derived(arena, &cloud, SMALL_STORE "s", "aplomb.usedFor[*]"), "\"ai\",\"grounding\"");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a/parts/p", "aplomb.relationsIn.contains[*]"),
                        "\"" SMALL_ACCOUNT "a\"");
    assert_string_equal(derived(arena, &cloud, SMALL_ACCOUNT "a/parts/p", "fullName"), "\"a/p\"");
    const apl_asset *asset = small_asset(&cloud, SMALL_ACCOUNT "a");
    apl_subject alone = {NULL, asset, asset->plan};
    assert_int_equal(apl_subject_value(&alone, apl_fields_ask(cloud.fields, APL_STR("aplomb.ai"))).type,
                     APL_VALUE_UNREAD);
    assert_string_equal(walked(arena, &alone, apl_fields_ask(cloud.fields, APL_STR("aplomb.usedFor[*]")), NULL), "!");
    small_cloud_close(&cloud);
    apl_arena_free(arena);
}

static void paths_are_shown_as_they_are_written(void **state)
{
    static const char *const names[] = {"a.b[*].c[*].d", "tags['x.y']", "type", "a"};
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_subject subject;
    (void)state;

    for (size_t i = 0; i < 4; i++)
        (void)apl_fields_ask(fields, apl_str_from(names[i]));
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, APL_STR("{}")), APL_OK);
    for (apl_field_id i = 0; i < 4; i++)
        assert_string_equal(test_text(arena, apl_subject_path(arena, &subject, i)), names[i]);
    assert_int_equal(apl_subject_path(arena, &subject, 77).size, 0);
    apl_fields_free(fields);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_members_in_order),
        cmocka_unit_test(a_scope_binds_one_member),
        cmocka_unit_test(missing_and_unread_differ),
        cmocka_unit_test(derived_facts_come_from_the_estate),
        cmocka_unit_test(paths_are_shown_as_they_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
