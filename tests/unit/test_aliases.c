/* unit/test_aliases.c: the alias table: its image, looking names up, stacking tables, and wrong tables.
 *
 * The tables here are made up; the shape is that of Azure Resource Manager's list of providers. */
#include "condition/aliases_image.h"
#include "unit/test_condition.h"

static const char table_text[] =
    "[{\"namespace\":\"Contoso.Net\",\"resourceTypes\":["
    "{\"resourceType\":\"hubs\",\"aliases\":["
    "{\"name\":\"Contoso.Net/hubs/sku.name\",\"defaultPath\":\"sku.name\",\"paths\":null},"
    "{\"name\":\"Contoso.Net/hubs/isOpen\",\"defaultPath\":\"properties.isOpen\",\"paths\":[]},"
    "{\"name\":\"contoso.net/HUBS/ISOPEN\",\"defaultPath\":\"properties.second\"},"
    "{\"name\":\"Contoso.Old/image\",\"defaultPath\":\"properties.image\"},"
    "{\"name\":\"Contoso.Net/hubs/"
    "peers[*].state\",\"defaultPath\":\"\",\"paths\":[{\"path\":\"properties.peers[*].properties.state\"}]}]},"
    "{\"resourceType\":\"hubs/spokes\",\"aliases\":["
    "{\"name\":\"Contoso.Net/hubs/spokes/mode\",\"defaultPath\":\"properties.mode\"},"
    "{\"name\":\"Contoso.Old/image\",\"defaultPath\":\"properties.spokeImage\"}]},"
    "{\"resourceType\":\"empty\"}]}]";

static void check_path(const apl_aliases *table, const char *type, const char *name, const char *expected)
{
    apl_str path = APL_STR_NONE;
    bool found = apl_aliases_find(&path, table, apl_str_from(type), apl_str_from(name));

    if (found != (expected != NULL) || (found && !apl_str_equal(path, apl_str_from(expected))))
        fail_msg("%s %s: %.*s", type, name, APL_STR_ARG(path));
}

static void finds_by_type_and_name(void **state)
{
    apl_aliases *table = NULL;
    (void)state;

    assert_int_equal(apl_aliases_load(&table, apl_str_from(table_text)), APL_OK);
    assert_int_equal(apl_aliases_count(table), 6);
    check_path(table, "Contoso.Net/hubs", "Contoso.Net/hubs/sku.name", "sku.name");
    check_path(table, "CONTOSO.NET/HUBS", "contoso.net/hubs/isopen", "properties.isOpen"); /* the first one wins */
    check_path(table, "Contoso.Net/hubs", "Contoso.Net/hubs/peers[*].state", "properties.peers[*].properties.state");
    check_path(table, "Contoso.Net/hubs/spokes", "Contoso.Net/hubs/spokes/mode", "properties.mode");
    check_path(table, "Contoso.Net/hubs", "Contoso.Old/image", "properties.image");
    check_path(table, "Contoso.Net/hubs/spokes", "contoso.old/IMAGE", "properties.spokeImage");
    check_path(table, "Contoso.Net/hubs", "Contoso.Net/hubs/spokes/mode", NULL);
    check_path(table, "Contoso.Net/other", "Contoso.Net/hubs/isOpen", NULL);
    check_path(table, "Contoso.Net/hubs", "Contoso.Net/hubs/", NULL);
    check_path(table, "", "", NULL);
    apl_aliases_free(table);
    apl_aliases_free(NULL);
}

static void knows_names_and_near_ones(void **state)
{
    apl_aliases *table = NULL;
    apl_str type = APL_STR_NONE;
    apl_str nearest = APL_STR_NONE;
    (void)state;

    assert_int_equal(apl_aliases_load(&table, apl_str_from(table_text)), APL_OK);
    assert_true(apl_aliases_known(&type, table, APL_STR("contoso.net/hubs/SKU.name")));
    assert_true(apl_str_equal(type, APL_STR("Contoso.Net/hubs")));
    assert_true(apl_aliases_known(NULL, table, APL_STR("Contoso.Old/image")));
    assert_false(apl_aliases_known(NULL, table, APL_STR("Contoso.Net/hubs/sku")));
    assert_true(apl_aliases_nearest(&nearest, table, APL_STR("contoso.net/hubs"), APL_STR("Contoso.Net/hubs/isOpne")));
    assert_true(apl_str_equal(nearest, APL_STR("Contoso.Net/hubs/isOpen")));
    assert_false(apl_aliases_nearest(&nearest, table, APL_STR("contoso.net/hubs"), APL_STR("something else entirely")));
    assert_false(apl_aliases_nearest(&nearest, table, APL_STR("contoso.net/none"), APL_STR("Contoso.Net/hubs/isOpen")));
    apl_aliases_free(table);
}

static void the_upper_table_wins(void **state)
{
    static const char upper_text[] =
        "{\"value\":[{\"namespace\":\"Contoso.Net\",\"resourceTypes\":[{\"resourceType\":\"hubs\",\"aliases\":["
        "{\"name\":\"Contoso.Net/hubs/isOpen\",\"defaultPath\":\"properties.own\"}]}]}]}";
    apl_aliases *upper = NULL;
    apl_aliases *below = NULL;
    (void)state;

    assert_int_equal(apl_aliases_load(&below, apl_str_from(table_text)), APL_OK);
    assert_int_equal(apl_aliases_load(&upper, apl_str_from(upper_text)), APL_OK);
    apl_aliases_stack(upper, below);
    check_path(upper, "Contoso.Net/hubs", "Contoso.Net/hubs/isOpen", "properties.own");
    check_path(upper, "Contoso.Net/hubs", "Contoso.Net/hubs/sku.name", "sku.name");
    assert_true(apl_aliases_known(NULL, upper, APL_STR("Contoso.Net/hubs/spokes/mode")));
    assert_int_equal(apl_aliases_count(upper), 7);
    apl_aliases_free(upper);
    apl_aliases_free(below);
}

static void an_image_opens_where_it_lies(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_value json;
    apl_text image;
    apl_text again;
    apl_aliases *table = NULL;
    (void)state;

    apl_text_init(&image, 1u << 20);
    apl_text_init(&again, 1u << 20);
    assert_int_equal(apl_json_parse(&json, arena, apl_str_from(table_text)), APL_OK);
    assert_int_equal(apl_aliases_image(&image, json), APL_OK);
    assert_int_equal(apl_aliases_image(&again, json), APL_OK);
    assert_true(apl_str_equal(apl_text_str(&image), apl_text_str(&again))); /* the same bytes each time */
    char *moved = apl_memory_new(image.size + 1);
    memcpy(moved + 1, image.data, image.size); /* at an odd address */
    assert_int_equal(apl_aliases_open(&table, apl_str_make(moved + 1, image.size)), APL_OK);
    check_path(table, "Contoso.Net/hubs/spokes", "Contoso.Net/hubs/spokes/mode", "properties.mode");
    apl_aliases_free(table);
    for (size_t size = 0; size < image.size; size += 7)
        assert_int_equal(apl_aliases_open(&table, apl_str_make(moved + 1, size)), APL_E_INPUT);
    moved[1] = 'X';
    assert_int_equal(apl_aliases_open(&table, apl_str_make(moved + 1, image.size)), APL_E_INPUT);
    apl_memory_free(moved);
    apl_text_free(&image);
    apl_text_free(&again);
    apl_arena_free(arena);
}

static void wrong_tables_are_refused(void **state)
{
    static const char *const tables[] = {
        "",
        "5",
        "{}",
        "[5]",
        "[{\"namespace\":\"a\"}]",
        "[{\"resourceTypes\":[]}]",
        "[{\"namespace\":\"a\",\"resourceTypes\":[{}]}]",
        "[{\"namespace\":\"a\",\"resourceTypes\":[{\"resourceType\":\"b\",\"aliases\":[{\"name\":\"x\"}]}]}]",
        "[{\"namespace\":\"a\",\"resourceTypes\":[{\"resourceType\":\"b\",\"aliases\":[{\"defaultPath\":\"x\"}]}]}]",
    };
    apl_aliases *table = NULL;
    (void)state;

    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        if (apl_aliases_load(&table, apl_str_from(tables[i])) == APL_OK)
            fail_msg("%s was taken", tables[i]);
        assert_null(table);
    }
    assert_int_equal(apl_aliases_load(&table, APL_STR("[]")), APL_OK);
    assert_int_equal(apl_aliases_count(table), 0);
    check_path(table, "a/b", "a/b/c", NULL);
    assert_false(apl_aliases_known(NULL, table, APL_STR("a")));
    apl_aliases_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_type_and_name),   cmocka_unit_test(knows_names_and_near_ones),
        cmocka_unit_test(the_upper_table_wins),     cmocka_unit_test(an_image_opens_where_it_lies),
        cmocka_unit_test(wrong_tables_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
