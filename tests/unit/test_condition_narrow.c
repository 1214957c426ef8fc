/* unit/test_condition_narrow.c: a narrowed condition says what the condition says.
 *
 * Random conditions, with groups, counts and counts within counts, are asked about random resources of random types, of
 * which parts were not read, as they were written and narrowed to the type. A table of conditions shows what goes. */
#include "unit/test_random.h"

#include "condition/program.h"
#include "unit/test_condition.h"

static const apl_condition *narrow(const case_run *run)
{
    return apl_condition_narrow(run->condition,
                                &(apl_narrow){.arena = run->arena, .plan = run->subject.plan, .now = case_now()});
}

#define CONDITIONS 1500
#define RESOURCES 8 /* of each condition */
#define POOL 12
#define ANY(random, list) (list)[random_below(random, COUNT_OF(list))]

static const char *const types[] = {"a/b", "A/B", "a/b/c", "x", ""};
static const char *const plain_fields[] = {"type",   "name",         "kind",         "location",
                                           "id",     "properties.a", "properties.b", "properties",
                                           "tags.t", "never.asked",  "fullName"};
static const char *const list_fields[] = {"properties.list[*]", "properties.list[*].x", "properties.list[*].y.z",
                                          "properties.list[*].in[*]", "properties.list[*].in[*].x"};
static const char *const operators[] = {"equals", "notEquals", "in",         "notIn", "contains", "notContains",
                                        "like",   "notLike",   "exists",     "match", "less",     "greaterOrEquals",
                                        "equals", "equals",    "containsKey"};
static const char *const texts[] = {"`a/b`", "`a`", "`A`", "`true`", "`1`", "``", "`a b`", "`x`", "`\xC3\x84`"};
static const char *const patterns[] = {"`a*`", "`*b*`", "`A/B`", "`*`", "`a/b*`", "`#`"};
static const char *const scalars[] = {"1", "true", "false", "null", "2.5", "[]", "{`x`: 1}", "[`a`, 1]"};

static apl_str operand_for(random_source *random, apl_arena *arena, apl_str name)
{
    if (apl_str_equal(name, APL_STR("exists")))
        return random_below(random, 2) ? APL_STR("true") : APL_STR("`false`");
    if (apl_str_equal_nocase(name, APL_STR("in")) || apl_str_equal(name, APL_STR("notIn")))
        return apl_arena_format(arena, "[%s, %s, %s]", ANY(random, texts), ANY(random, texts), ANY(random, scalars));
    if (apl_str_ends(name, APL_STR("ike")) || apl_str_equal(name, APL_STR("match")))
        return apl_str_from(ANY(random, patterns));
    if (apl_str_starts(name, APL_STR("less")) || apl_str_starts(name, APL_STR("greater")))
        return random_below(random, 2) ? APL_STR("1") : APL_STR("`b`");
    if (apl_str_equal(name, APL_STR("containsKey")))
        return APL_STR("`x`");
    return apl_str_from(random_below(random, 3) ? ANY(random, texts) : ANY(random, scalars));
}

static apl_str random_leaf(random_source *random, apl_arena *arena)
{
    apl_str name = apl_str_from(ANY(random, operators));
    apl_str operand = operand_for(random, arena, name);
    const char *left = random_below(random, 3) ? ANY(random, plain_fields) : ANY(random, list_fields);

    switch (random_below(random, 8)) {
    case 0: /* the type, with an operand that may be decided */
        return apl_arena_format(arena, "{`field`: `type`, `%s`: %s}", random_below(random, 2) ? "equals" : "notLike",
                                random_below(random, 2) ? "`a/B`" : "`*b*`");
    case 1: /* a function that fails where the member is no number, or is not there */
        return apl_arena_format(arena, "{`value`: `[int(field('properties.a'))]`, `%s`: 1}",
                                random_below(random, 2) ? "equals" : "less");
    case 2:
        return apl_arena_format(arena, "{`field`: `%s`, `%s`: `[%s]`}", left,
                                random_below(random, 2) ? "equals" : "less",
                                random_below(random, 2) ? "field('name')" : "addDays(utcNow(), -1)");
    case 3:
        return random_below(random, 2) ? APL_STR("{`value`: 1, `equals`: 1}") : APL_STR("{`value`: 1, `equals`: 2}");
    default:
        return apl_arena_format(arena, "{`field`: `%s`, `%.*s`: %.*s}", left, APL_STR_ARG(name), APL_STR_ARG(operand));
    }
}

static apl_str random_count(random_source *random, apl_arena *arena, apl_str where)
{
    static const char *const counted[] = {"properties.list[*]", "properties.list[*].in[*]", "properties.list[*].x",
                                          "properties.list", "tags.@keys[*]"};
    static const char *const compare[] = {"greater", "equals", "lessOrEquals", "notEquals", "in"};
    uint32_t way = random_below(random, 6);
    const char *by = ANY(random, compare);
    apl_str operand = apl_str_equal(apl_str_from(by), APL_STR("in"))
                          ? APL_STR("[0, 2]")
                          : apl_arena_format(arena, "%u", random_below(random, 3));

    if (way == 0)
        return apl_arena_format(arena, "{`count`: {`field`: `%s`}, `%s`: %.*s}", ANY(random, counted), by,
                                APL_STR_ARG(operand));
    if (way == 1) { /* a name of its own, for counts stand within counts */
        uint32_t name = random_below(random, 1u << 30);
        return apl_arena_format(arena,
                                "{`count`: {`value`: [1, `a`, 2], `name`: `v%u`, `where`: {`allOf`: [%.*s, {`value`: "
                                "`[current('v%u')]`, `notEquals`: 2}]}}, `%s`: %.*s}",
                                name, APL_STR_ARG(where), name, by, APL_STR_ARG(operand));
    }
    return apl_arena_format(arena, "{`count`: {`field`: `%s`, `where`: %.*s}, `%s`: %.*s}", ANY(random, counted),
                            APL_STR_ARG(where), by, APL_STR_ARG(operand));
}

/* Puts two to three of the pool together, or one into a not or a count. */
static apl_str random_group(random_source *random, apl_arena *arena, const apl_str *pool, size_t count)
{
    apl_str one = pool[random_below(random, (uint32_t)count)];
    apl_str two = pool[random_below(random, (uint32_t)count)];
    const char *kind = random_below(random, 2) ? "allOf" : "anyOf";

    switch (random_below(random, 6)) {
    case 0:
        return apl_arena_format(arena, "{`not`: %.*s}", APL_STR_ARG(one));
    case 1:
    case 2:
        return random_count(random, arena, one);
    case 3:
        return apl_arena_format(arena, "{`%s`: [%.*s]}", kind, APL_STR_ARG(one));
    default:
        return apl_arena_format(arena, "{`%s`: [%.*s, %.*s]}", kind, APL_STR_ARG(one), APL_STR_ARG(two));
    }
}

static const char *random_condition(random_source *random, apl_arena *arena)
{
    apl_str pool[POOL];
    size_t count = 0;

    while (count < POOL / 2)
        pool[count++] = random_leaf(random, arena);
    while (count < POOL) {
        apl_str made = random_group(random, arena, pool, count);
        if (made.size > 4000) /* deep enough */
            break;
        pool[count++] = made;
    }
    return apl_arena_str(arena, pool[count - 1]).data;
}

static const char *random_scalar_text(random_source *random)
{
    return random_below(random, 3) ? ANY(random, texts) : ANY(random, scalars);
}

static apl_str random_item(random_source *random, apl_arena *arena)
{
    switch (random_below(random, 5)) {
    case 0:
        return apl_str_from(random_scalar_text(random));
    case 1:
        return apl_arena_format(arena, "{`x`: %s, `in`: [%s, {`x`: %s}]}", random_scalar_text(random),
                                random_scalar_text(random), random_scalar_text(random));
    case 2:
        return apl_arena_format(arena, "{`y`: {`z`: %s}, `in`: %s}", random_scalar_text(random),
                                random_scalar_text(random));
    default:
        return apl_arena_format(arena, "{`x`: %s, `y`: %s}", random_scalar_text(random), random_scalar_text(random));
    }
}

static const char *random_resource(random_source *random, apl_arena *arena)
{
    apl_str item = random_item(random, arena);
    apl_str other = random_item(random, arena);
    apl_str list = APL_STR("{}");

    if (random_below(random, 4))
        list = random_below(random, 4) ? apl_arena_format(arena, "[%.*s, %.*s]", APL_STR_ARG(item), APL_STR_ARG(other))
                                       : APL_STR("[]");
    if (random_below(random, 6) == 0)
        return apl_arena_format(arena, "{`type`: `%s`, `name`: %s}", ANY(random, types), ANY(random, texts)).data;
    return apl_arena_format(arena,
                            "{`type`: `%s`, `name`: %s, `kind`: %s, `location`: `a b`, `tags`: {`t`: %s}, "
                            "`properties`: {`a`: %s, `%s`: %s, `list`: %.*s}}",
                            ANY(random, types), ANY(random, texts), random_scalar_text(random),
                            random_scalar_text(random), random_scalar_text(random),
                            random_below(random, 2) ? "b" : "other", random_scalar_text(random), APL_STR_ARG(list))
        .data;
}

static void compare_on(case_run *run, const char *rule, const char *resource, bool is_partial)
{
    case_prepare(run, &(case_setting){.is_partial = is_partial}, resource);
    apl_truth plain = apl_condition_eval(run->condition, &run->eval);
    const apl_condition *narrowed = narrow(run);
    apl_truth fast = apl_condition_eval(narrowed, &run->eval);
    if (plain != fast)
        fail_msg("%s on %s%s: %s, narrowed %s", rule, resource, is_partial ? " in part" : "", truth_name(plain),
                 truth_name(fast));
}

static void the_same_outcome_on_random_resources(void **state)
{
    random_source random = {20261125};
    uint32_t outcomes[4] = {0};
    uint32_t shorter = 0;
    (void)state;

    for (int i = 0; i < CONDITIONS; i++) {
        apl_arena *arena = apl_arena_new();
        const char *rule = random_condition(&random, arena);
        case_run run;
        case_begin(&run, &(case_setting){0}, rule, "{}");
        for (int j = 0; j < RESOURCES; j++) {
            compare_on(&run, rule, random_resource(&random, arena), random_below(&random, 4) == 0);
            outcomes[apl_condition_eval(run.condition, &run.eval)]++;
            shorter += narrow(&run)->count < run.condition->count;
        }
        case_end(&run);
        apl_arena_free(arena);
    }
    /* All outcomes were met, and narrowing did something. */
    for (size_t i = 0; i < COUNT_OF(outcomes); i++)
        assert_true(outcomes[i] > CONDITIONS / 100);
    assert_true(shorter > CONDITIONS);
}

#define TYPE "{`field`: `type`, `equals`: `a/b`}"
#define OTHER_TYPE "{`field`: `type`, `in`: [`x`, `y`]}"
#define LEAF "{`field`: `properties.a`, `equals`: 1}"
#define FAILS "{`value`: `[int(field('properties.a'))]`, `equals`: 1}"

static void what_the_type_decides_goes(void **state)
{
    static const struct {
        const char *rule;
        uint32_t nodes;
        uint8_t first; /* apl_node_kind */
    } cases[] = {
        {TYPE, 1, APL_NODE_TRUTH},
        {LEAF, 1, APL_NODE_SLOT},
        {"{`allOf`: [" TYPE ", " LEAF "]}", 1, APL_NODE_SLOT},
        {"{`allOf`: [" LEAF ", " TYPE ", " LEAF "]}", 3, APL_NODE_ALL},
        {"{`allOf`: [" LEAF ", " OTHER_TYPE "]}", 1, APL_NODE_TRUTH},
        {"{`allOf`: [" FAILS ", " OTHER_TYPE "]}", 1, APL_NODE_TRUTH},
        {"{`anyOf`: [{`allOf`: [" OTHER_TYPE ", " FAILS "]}, {`allOf`: [" TYPE ", " LEAF "]}]}", 1, APL_NODE_SLOT},
        {"{`not`: {`anyOf`: [" OTHER_TYPE ", " LEAF "]}}", 2, APL_NODE_NOT},
        {"{`not`: " OTHER_TYPE "}", 1, APL_NODE_TRUTH},
        {"{`anyOf`: [" LEAF ", {`not`: " OTHER_TYPE "}]}", 1, APL_NODE_TRUTH},
        {"{`field`: `type`, `equals`: `[field('name')]`}", 1, APL_NODE_FIELD},
        {"{`count`: {`field`: `properties.list[*]`, `where`: " TYPE "}, `equals`: 1}", 2, APL_NODE_COUNT},
        {"{`count`: {`field`: `properties.list[*]`, `where`: {`allOf`: [" TYPE
         ", {`field`: `properties.list[*].x`, `equals`: 1}]}}, `equals`: 1}",
         2, APL_NODE_COUNT},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        case_run run;
        case_begin(&run, &(case_setting){0}, cases[i].rule, "{`type`: `A/b`}");
        const apl_condition *narrowed = narrow(&run);
        if (narrowed->count != cases[i].nodes || narrowed->nodes[0].kind != cases[i].first)
            fail_msg("%s: %u nodes, the first of kind %d", cases[i].rule, narrowed->count, narrowed->nodes[0].kind);
        case_end(&run);
    }
}

/* The present member of a count is not looked for again. */
static void members_are_found_from_the_count(void **state)
{
    static const struct {
        const char *where;
        uint8_t kind;
    } cases[] = {
        {"{`field`: `properties.list[*]`, `equals`: 1}", APL_NODE_MEMBER},
        {"{`field`: `properties.list[*].x`, `equals`: 1}", APL_NODE_MEMBER},
        {"{`field`: `properties.list[*].x`, `less`: `[addDays(utcNow(), -1)]`}", APL_NODE_MEMBER},
        {"{`field`: `properties.list[*].in[*]`, `equals`: 1}", APL_NODE_FIELD},
        {"{`field`: `properties.other[*].x`, `equals`: 1}", APL_NODE_FIELD},
        {"{`field`: `properties.list[*].x`, `equals`: `[field('name')]`}", APL_NODE_FIELD},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        case_run run;
        char rule[APL_ERROR_BYTES_MAX];
        (void)snprintf(rule, sizeof rule, "{`count`: {`field`: `properties.list[*]`, `where`: %s}, `equals`: 1}",
                       cases[i].where);
        case_begin(&run, &(case_setting){0}, rule, "{`type`: `a/b`}");
        const apl_condition *narrowed = narrow(&run);
        assert_int_equal(narrowed->nodes[1].kind, cases[i].kind);
        case_end(&run);
    }
}

#define SEARCH "{`field`: `properties.a`, `contains`: `x`}"
#define COUNT_X                                                                                                        \
    "{`count`: {`field`: `properties.list[*]`, `where`: {`field`: `properties.list[*].x`, `equals`: 1}}, `equals`: 1}"

/* What costs least comes first; what costs the same stays in the order of the author. */
static void the_cheap_comes_first(void **state)
{
    static const struct {
        const char *rule;
        uint8_t kinds[8];
    } cases[] = {
        {"{`allOf`: [" COUNT_X ", " LEAF "]}", {APL_NODE_ALL, APL_NODE_SLOT, APL_NODE_COUNT, APL_NODE_MEMBER}},
        {"{`anyOf`: [" FAILS ", {`field`: `name`, `equals`: `x`}, " LEAF "]}",
         {APL_NODE_ANY, APL_NODE_FIELD, APL_NODE_SLOT, APL_NODE_VALUE}},
        {"{`allOf`: [{`anyOf`: [" COUNT_X ", " LEAF "]}, {`not`: " LEAF "}]}",
         {APL_NODE_ALL, APL_NODE_NOT, APL_NODE_SLOT, APL_NODE_ANY, APL_NODE_SLOT, APL_NODE_COUNT, APL_NODE_MEMBER}},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        case_run run;
        case_begin(&run, &(case_setting){0}, cases[i].rule, "{`type`: `a/b`}");
        const apl_condition *narrowed = narrow(&run);
        for (uint32_t j = 0; j < narrowed->count; j++) {
            if (narrowed->nodes[j].kind != cases[i].kinds[j])
                fail_msg("%s: node %u is of kind %d", cases[i].rule, j, narrowed->nodes[j].kind);
            assert_true(narrowed->nodes[j].end > j && narrowed->nodes[j].end <= narrowed->count);
        }
        case_end(&run);
    }
    case_run run;
    case_begin(&run, &(case_setting){0}, "{`allOf`: [" SEARCH ", {`field`: `name`, `equals`: `x`}, " LEAF "]}",
               "{`type`: `a/b`}");
    const apl_condition *narrowed = narrow(&run);
    assert_int_equal(narrowed->nodes[1].kind, APL_NODE_FIELD);
    assert_int_equal(narrowed->nodes[2].base, APL_OP_EQUALS);
    assert_int_equal(narrowed->nodes[3].base, APL_OP_CONTAINS);
    case_end(&run);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_outcome_on_random_resources),
        cmocka_unit_test(what_the_type_decides_goes),
        cmocka_unit_test(members_are_found_from_the_count),
        cmocka_unit_test(the_cheap_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
