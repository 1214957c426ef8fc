/* tests/unit/test_type_plan.c: asked fields bound to slots, facts and aliases of one resource type.
 *
 * What projecting makes of a plan is tested with normalize. */
#include "test_random.h"

#include "model/type_plan.h"

typedef struct planned {
    apl_arena *arena;
    apl_fields *fields;
    apl_vocabulary vocabulary;
} planned;

static bool find_alias(void *context, apl_str *path, apl_str type, apl_str name)
{
    (void)context;
    if (!apl_str_equal_nocase(name, APL_STR("T/t/secret")) || !apl_str_equal(type, APL_STR("T/t")))
        return false;
    *path = APL_STR("properties.hidden[*].secret");
    return true;
}

static planned planned_new(void)
{
    planned p = {apl_arena_new(), apl_fields_new(), {0}};

    apl_vocabulary_init(&p.vocabulary, p.arena);
    assert_int_equal(
        apl_vocabulary_add(&p.vocabulary, test_value(p.arena, "{`relations`: {`stores-in`: {`title`: `s`}}}"), "x"),
        APL_OK);
    return p;
}

static void planned_free(planned *p)
{
    apl_vocabulary_free(&p->vocabulary);
    apl_fields_free(p->fields);
    apl_arena_free(p->arena);
}

/* The plan of T/t that asks for all fields of the registry. */
static const apl_plan *plan_of(planned *p, const apl_str *unread_without, size_t count)
{
    size_t field_count = apl_fields_count(p->fields);
    apl_field_id *asked = APL_ARENA_ARRAY(p->arena, apl_field_id, field_count);

    for (size_t i = 0; i < field_count; i++)
        asked[i] = (apl_field_id)i;
    apl_plan_options options = {
        .arena = p->arena,
        .fields = p->fields,
        .asked = asked,
        .asked_count = field_count,
        .type = APL_STR("T/t"),
        .unread_without = unread_without,
        .unread_without_count = count,
        .vocabulary = &p->vocabulary,
        .find_alias = find_alias,
    };
    return apl_plan_new(&options);
}

static const apl_binding *binding_of(planned *p, const apl_plan *plan, const char *name)
{
    return &plan->bindings[apl_fields_ask(p->fields, apl_str_from(name))];
}

static void ask(planned *p, const char *const *names)
{
    for (size_t i = 0; names[i]; i++)
        (void)apl_fields_ask(p->fields, apl_str_from(names[i]));
}

static void one_path_has_one_slot(void **state)
{
    static const char *const names[] = {"properties.a.b",      "Properties['A'].B",      "properties.a",
                                        "properties.a.b[*].c", "properties.a.b[*].d[*]", NULL};
    planned p = planned_new();
    (void)state;

    ask(&p, names);
    const apl_plan *plan = plan_of(&p, NULL, 0);
    uint16_t slot = binding_of(&p, plan, names[0])->slot;
    assert_int_equal(plan->slot_count, 2);
    assert_int_equal(binding_of(&p, plan, names[1])->slot, slot);
    assert_int_not_equal(binding_of(&p, plan, names[2])->slot, slot);
    assert_int_equal(binding_of(&p, plan, names[3])->slot, slot);
    assert_int_equal(binding_of(&p, plan, names[3])->step_count, 2);
    assert_int_equal(binding_of(&p, plan, names[4])->step_count, 3);
    assert_int_equal(binding_of(&p, plan, names[3])->steps[0].array, binding_of(&p, plan, names[4])->steps[0].array);
    assert_int_not_equal(binding_of(&p, plan, names[4])->steps[0].array,
                         binding_of(&p, plan, names[4])->steps[2].array);
    assert_string_equal(test_text(p.arena, plan->slot_paths[slot]), "properties.a.b");
    planned_free(&p);
}

static void names_of_facts_are_no_paths(void **state)
{
    static const char *const names[] = {"Type",
                                        "name",
                                        "fullName",
                                        "id",
                                        "location",
                                        "aplomb.exposure",
                                        "aplomb.usedFor[*]",
                                        "aplomb.relations.stores-in[*]",
                                        "aplomb.relationsIn.stores-in",
                                        "['type']",
                                        "aplomb.nothing",
                                        "aplomb.relations.stores-in[*].aplomb.exposure",
                                        "aplomb.read",
                                        NULL};
    static const uint8_t specials[] = {APL_FIELD_TYPE,     APL_FIELD_NAME,      APL_FIELD_FULL_NAME,
                                       APL_FIELD_ID,       APL_FIELD_LOCATION,  APL_FIELD_EXPOSURE,
                                       APL_FIELD_USED_FOR, APL_FIELD_RELATIONS, APL_FIELD_RELATIONS_IN,
                                       APL_FIELD_PATH,     APL_FIELD_PATH,      APL_FIELD_RELATIONS,
                                       APL_FIELD_READ};
    planned p = planned_new();
    (void)state;

    ask(&p, names);
    const apl_plan *plan = plan_of(&p, NULL, 0);
    for (size_t i = 0; names[i]; i++) {
        if (binding_of(&p, plan, names[i])->special != specials[i])
            fail_msg("%s is bound to %u", names[i], binding_of(&p, plan, names[i])->special);
    }
    assert_int_equal(binding_of(&p, plan, names[7])->relation,
                     apl_vocabulary_relation(&p.vocabulary, APL_STR("stores-in")));
    assert_int_equal(plan->slot_count, 2);
    assert_int_equal(binding_of(&p, plan, names[7])->fact, APL_FIELD_ID);
    assert_int_equal(binding_of(&p, plan, names[11])->fact, APL_FIELD_EXPOSURE);
    /* One array, so that a count over the ids binds the facts too. */
    assert_int_equal(binding_of(&p, plan, names[7])->steps[0].array, binding_of(&p, plan, names[11])->steps[0].array);
    planned_free(&p);
}

static void derived_names_are_checked(void **state)
{
    planned p = planned_new();
    apl_guess guess;
    (void)state;

    assert_true(apl_derived_is_known(APL_STR("aplomb.relations.stores-in[*].aplomb.read"), &p.vocabulary, &guess));
    assert_true(apl_derived_is_known(APL_STR("aplomb.relationsIn.stores-in[*].name"), &p.vocabulary, &guess));
    assert_false(apl_derived_is_known(APL_STR("aplomb.relations.stores-in[*].aplomb.rea"), &p.vocabulary, &guess));
    assert_false(apl_derived_is_known(APL_STR("aplomb.relations.stores-in[*].properties"), &p.vocabulary, &guess));
    assert_false(apl_derived_is_known(APL_STR("aplomb.relations.stores-on[*].name"), &p.vocabulary, &guess));
    planned_free(&p);
}

static void aliases_hide_paths(void **state)
{
    static const char *const names[] = {"T/t/secret", "properties.hidden[*].other", NULL};
    planned p = planned_new();
    (void)state;

    ask(&p, names);
    const apl_plan *plan = plan_of(&p, NULL, 0);
    assert_int_equal(binding_of(&p, plan, names[0])->slot, binding_of(&p, plan, names[1])->slot);
    assert_int_equal(binding_of(&p, plan, names[0])->step_count, 2);
    planned_free(&p);
}

static void groups_are_what_counts_as_unread(void **state)
{
    static const char *const names[] = {"properties.a.b", "properties.c", "kind", "properties", NULL};
    apl_str without[] = {APL_STR("properties"), APL_STR("Properties.A")};
    planned p = planned_new();
    (void)state;

    ask(&p, names);
    const apl_plan *plan = plan_of(&p, without, 2);
    assert_int_equal(plan->group_mask, 6);
    assert_int_equal(binding_of(&p, plan, names[0])->group, 2);
    assert_int_equal(binding_of(&p, plan, names[1])->group, 1);
    assert_int_equal(binding_of(&p, plan, names[2])->group, 0);
    assert_int_equal(binding_of(&p, plan, names[3])->group, 1);
    planned_free(&p);
}

static void what_passes_a_limit_is_missing(void **state)
{
    planned p = planned_new();
    apl_field_id stars = apl_fields_ask(p.fields, APL_STR("a[*][*][*][*][*][*][*]"));
    apl_field_id bad = apl_fields_ask(p.fields, APL_STR("a..b"));
    (void)state;

    for (unsigned i = 0; i < APL_SLOTS_MAX; i++)
        (void)apl_fields_ask(p.fields, apl_arena_format(p.arena, "m%u", i));
    apl_field_id late = apl_fields_ask(p.fields, APL_STR("late"));
    const apl_plan *plan = plan_of(&p, NULL, 0);
    assert_int_equal(plan->bindings[stars].slot, APL_NO_SLOT);
    assert_int_equal(plan->bindings[bad].slot, APL_NO_SLOT);
    assert_int_equal(plan->bindings[late].slot, APL_NO_SLOT);
    assert_int_equal(plan->slot_count, APL_SLOTS_MAX);
    planned_free(&p);
}

/* Every child of a node is found by any way of writing its name, and nothing else is. */
static void children_are_found(void **state)
{
    planned p = planned_new();
    (void)state;

    for (unsigned i = 0; i < 3000; i++)
        (void)apl_fields_ask(p.fields, apl_arena_format(p.arena, "Name%u", i));
    const apl_plan *plan = plan_of(&p, NULL, 0);
    for (unsigned i = 0; i < 3000; i++) {
        const apl_plan_node *child = apl_plan_child(plan, &plan->nodes[0], apl_arena_format(p.arena, "nAME%u", i));
        assert_non_null(child);
        assert_true(apl_str_equal(child->key, apl_arena_format(p.arena, "Name%u", i)));
    }
    assert_null(apl_plan_child(plan, &plan->nodes[0], APL_STR("name3000")));
    assert_null(apl_plan_child(plan, &plan->nodes[0], APL_STR("")));
    planned_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_path_has_one_slot),
        cmocka_unit_test(names_of_facts_are_no_paths),
        cmocka_unit_test(derived_names_are_checked),
        cmocka_unit_test(aliases_hide_paths),
        cmocka_unit_test(groups_are_what_counts_as_unread),
        cmocka_unit_test(what_passes_a_limit_is_missing),
        cmocka_unit_test(children_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
