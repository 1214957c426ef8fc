/* model/measure.c: measures of bills out of their content file.
 *
 * An unknown word is an error with the nearest one, as everywhere in content. */
#include "model/measure.h"

#include "base/guess.h"

static const char *const tier_names[] = {"supplementary", "important", "critical", NULL}; /* by apl_measure_tier */
static const char *const test_names[] = {"always", "never",       "id",    "name", "kind",
                                         "read",   "sensitivity", "needs", NULL}; /* by apl_measure_test_kind */

static apl_status number_of(unsigned *out, apl_str word, const char *const *names, const char *what, const char *where)
{
    char hint[APL_GUESS_HINT_BYTES];

    *out = 0;
    while (names[*out] && !apl_str_equal(word, apl_str_from(names[*out])))
        (*out)++;
    if (names[*out])
        return APL_OK;
    return apl_fail(APL_E_CONTENT, "%s: %s \"%.*s\" is not known%s", where, what, APL_STR_ARG(word),
                    apl_guess_of(word, names, hint));
}

static apl_status read_test(apl_measure_test *out, apl_arena *arena, apl_str word, const char *where)
{
    unsigned number = 0;

    *out = (apl_measure_test){0};
    if (apl_str_starts(word, APL_STR("needs "))) {
        out->kind = APL_TEST_NEEDS;
        out->relation = apl_arena_str(arena, apl_str_slice(word, sizeof "needs " - 1, word.size));
        return APL_OK;
    }
    for (unsigned fact = 0; fact < APL_BOM_FACT_COUNT; fact++) {
        if (!apl_str_equal(word, apl_str_from(apl_bom_fact_names[fact])))
            continue;
        *out = (apl_measure_test){.kind = APL_TEST_FACT, .fact = (apl_bom_fact)fact};
        return APL_OK;
    }
    apl_status status = number_of(&number, word, test_names, "has", where);
    out->kind = (apl_measure_test_kind)number;
    return status;
}

static apl_status read_tests(apl_measure_element *out, apl_arena *arena, apl_value has, const char *where)
{
    bool is_list = has.type == APL_VALUE_ARRAY;
    uint32_t count = is_list ? has.size : 1;
    apl_status status = APL_OK;

    if (count == 0 || count > APL_MEASURE_TESTS_MAX)
        return apl_fail(APL_E_CONTENT, "%s: has must name one to %d tests", where, APL_MEASURE_TESTS_MAX);
    for (; status == APL_OK && out->test_count < count; out->test_count++)
        status = read_test(&out->tests[out->test_count], arena,
                           apl_value_str(is_list ? has.items[out->test_count] : has), where);
    return status;
}

static apl_status read_whose(apl_measure_element *out, apl_str of, const char *where)
{
    unsigned place = 0;

    if (apl_str_equal(of, APL_STR("document")) || apl_str_equal(of, APL_STR("system"))) {
        out->of = apl_str_equal(of, APL_STR("system")) ? APL_OF_SYSTEM : APL_OF_DOCUMENT;
        return APL_OK;
    }
    apl_status status = number_of(&place, of, apl_bom_place_names, "of", where);
    out->of = APL_OF_PLACE;
    out->place = (apl_bom_place)place;
    return status;
}

static apl_str text_of(apl_arena *arena, apl_value object, const char *name)
{
    return apl_arena_str(arena, apl_value_str(apl_value_member(object, name)));
}

static apl_status read_element(apl_measure_element *out, apl_arena *arena, apl_value element, const char *where)
{
    apl_value tier = apl_value_member(element, "tier");
    unsigned number = APL_TIER_SUPPLEMENTARY;

    out->group = text_of(arena, element, "group");
    out->title = text_of(arena, element, "title");
    out->why = text_of(arena, element, "why");
    if (out->group.size == 0 || out->title.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: an element needs group and title", where);
    apl_status status = read_whose(out, apl_value_str(apl_value_member(element, "of")), where);
    if (status == APL_OK && tier.type != APL_VALUE_MISSING)
        status = number_of(&number, apl_value_str(tier), tier_names, "tier", where);
    out->tier = (apl_measure_tier)number;
    return status == APL_OK ? read_tests(out, arena, apl_value_member(element, "has"), where) : status;
}

static apl_status read_groups(apl_measure *out, apl_arena *arena, apl_value groups, const char *where)
{
    if (groups.type == APL_VALUE_MISSING)
        return APL_OK;
    if (groups.type != APL_VALUE_OBJECT || groups.size > APL_MEASURE_GROUPS_MAX)
        return apl_fail(APL_E_CONTENT, "%s: groups must be an object of at most %d weights", where,
                        APL_MEASURE_GROUPS_MAX);
    apl_measure_group *list = APL_ARENA_ARRAY(arena, apl_measure_group, groups.size);
    for (uint32_t i = 0; i < groups.size; i++) {
        int64_t weight = groups.members[i].value.type == APL_VALUE_INTEGER ? groups.members[i].value.integer : -1;
        if (weight < 0 || weight > 100)
            return apl_fail(APL_E_CONTENT, "%s: the weight of %.*s must be 0 to 100", where,
                            APL_STR_ARG(groups.members[i].key));
        list[i] = (apl_measure_group){apl_arena_str(arena, groups.members[i].key), (uint32_t)weight};
    }
    out->groups = list;
    out->group_count = groups.size;
    return APL_OK;
}

apl_status apl_measure_read(apl_measure *out, apl_arena *arena, const apl_member *member, const char *where)
{
    apl_value elements = apl_value_member(member->value, "elements");

    *out = (apl_measure){
        .id = apl_arena_str(arena, member->key),
        .title = text_of(arena, member->value, "title"),
        .source = text_of(arena, member->value, "source"),
    };
    if (out->title.size == 0 || elements.type != APL_VALUE_ARRAY || elements.size > APL_MEASURE_ELEMENTS_MAX)
        return apl_fail(APL_E_CONTENT, "%s: needs a title and at most %d elements", where, APL_MEASURE_ELEMENTS_MAX);
    apl_status status = read_groups(out, arena, apl_value_member(member->value, "groups"), where);
    apl_measure_element *list = APL_ARENA_ARRAY(arena, apl_measure_element, elements.size);
    for (uint32_t i = 0; status == APL_OK && i < elements.size; i++)
        status = read_element(&list[i], arena, elements.items[i],
                              apl_arena_format(arena, "%s: element %u", where, i + 1).data);
    out->elements = list;
    out->element_count = elements.size;
    return status;
}
