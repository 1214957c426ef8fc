/* unit/test_condition_compile.c: what is said about wrong rules, where, and the limits on rules.
 *
 * A message names the JSON path, what was expected, and the name that was perhaps meant. */
#include "unit/test_condition.h"

typedef struct message_case {
    const char *rule;
    const char *message; /* of the thread, without "rule.json: " */
} message_case;

static void check_message(const message_case *wanted, apl_status expected)
{
    case_run run;
    apl_compile compile = case_compile(&run, &(case_setting){.parameters = "{`limit`: 3}"});
    apl_status status = apl_condition_compile(&run.condition, &compile, case_json(run.arena, wanted->rule));

    if (status != expected)
        fail_msg("%s: status %d", wanted->rule, status);
    assert_null(run.condition);
    assert_string_equal(apl_error_message() + strlen("rule.json: "), wanted->message);
    case_end(&run);
}

static void mistakes(void **state)
{
    static const message_case cases[] = {
        {"{`field`: `a`, `equal`: 1}", "if.equal: 'equal' is no operator; expected field, value or count with one "
                                       "operator, or allOf, anyOf, not; did you mean 'equals'?"},
        {"{`anyof`: [{`field`: `a`, `equals`: 1}], `field`: `b`, `equals`: 1}",
         "if: 'anyof' stands alone in a condition"},
        {"{`allOf`: [{`field`: `a`, `equals`: 1}, {`fiel`: `a`, `equals`: 1}]}",
         "if.allOf[1].fiel: 'fiel' is no operator; expected field, value or count with one operator, or allOf, anyOf, "
         "not; did you mean 'field'?"},
        {"{`field`: `a`}", "if: the condition has no operator; expected one such as equals, in or exists"},
        {"{`equals`: 1}", "if: the condition has no field, value or count, nor allOf, anyOf or not"},
        {"{}", "if: the condition has no field, value or count, nor allOf, anyOf or not"},
        {"[]", "if: a condition must be an object, not array"},
        {"{`field`: `a`, `equals`: 1, `in`: [1]}", "if: both 'equals' and 'in' stand in one condition"},
        {"{`field`: `a`, `value`: `b`, `equals`: 1}", "if: both 'field' and 'value' stand in one condition"},
        {"{`allOf`: {`field`: `a`, `equals`: 1}}", "if.allOf: allOf needs an array of conditions, not object"},
        {"{`not`: [{`field`: `a`, `equals`: 1}]}", "if.not: a condition must be an object, not array"},
        {"{`field`: 5, `equals`: 1}", "if.field: the field must be a text, not integer"},
        {"{`field`: ``, `equals`: 1}", "if.field: the name of the field is empty"},
        {"{`field`: `a..b`, `equals`: 1}", "if.field: 'a..b' is no field: neither a name nor a path"},
        {"{`field`: `[add(1, 2)]`, `equals`: 1}", "if.field: the name of the field is integer, not a text"},
        {"{`field`: `a`, `exists`: `maybe`}", "if.exists: exists needs true or false, not string"},
        {"{`field`: `a`, `like`: [`x`]}", "if.like: like needs a text, not array"},
        {"{`field`: `a`, `less`: true}", "if.less: less needs a number, a text or a date, not boolean"},
        {"{`value`: `[tolowr('a')]`, `equals`: 1}", "if.value: unknown function 'tolowr'; did you mean 'toLower'?"},
        {"{`field`: `a`, `equals`: `[reference('x')]`}",
         "if.equals: the function 'reference' exists in deployment templates, not in policy rules"},
        {"{`field`: `a`, `in`: [`x`, `[parameters('limits')]`]}",
         "if.in[1]: there is no parameter 'limits'; did you mean 'limit'?"},
        {"{`value`: `[concat('a' 'b')]`, `equals`: 1}",
         "if.value: the expression is wrong at character 13: ',' or ')' is missing"},
        {"{`value`: `[if(true())]`, `equals`: 1}", "if.value: if() takes 3 arguments, not 1"},
        {"{`value`: `[concat()]`, `equals`: 1}", "if.value: concat() takes at least 1 arguments, not 0"},
        {"{`value`: `[substring('a')]`, `equals`: 1}", "if.value: substring() takes 2 to 3 arguments, not 1"},
        {"{`value`: `[current('x')]`, `equals`: 1}", "if.value: current() stands in no count"},
        {"{`count`: {`fields`: `a[*]`}, `equals`: 1}",
         "if.count: 'fields' is no member of a count; expected field or value, name, where; did you mean 'field'?"},
        {"{`count`: {`field`: `a[*]`, `value`: [1]}, `equals`: 1}",
         "if.count: a count needs either a field or a value"},
        {"{`count`: {}, `equals`: 1}", "if.count: a count needs either a field or a value"},
        {"{`count`: `a[*]`, `equals`: 1}", "if.count: a count must be an object, not string"},
        {"{`count`: {`value`: 5}, `equals`: 1}", "if.count: a count needs an array, not integer"},
        {"{`count`: {`value`: [1], `name`: 7}, `equals`: 1}",
         "if.count: the name of a count must be a text, not integer"},
        {"{`count`: {`field`: `a[*]`, `name`: `n`}, `equals`: 1}", "if.count: only a count over a value has a name"},
        {"{`count`: {`value`: [1], `name`: `n`, `where`: {`value`: `[current('m')]`, `equals`: 1}}, `equals`: 1}",
         "if.count.where.value: current('m') names no count around it; did you mean 'n'?"},
        {"{`count`: {`value`: [1], `where`: {`count`: {`value`: [1], `name`: `n`}, `equals`: 1}}, `equals`: 1}",
         "if.count.where.count: counts over values that stand in each other need names"},
        {"{`count`: {`value`: [1], `name`: `n`, `where`: {`count`: {`value`: [1], `name`: `N`}, `equals`: 1}}, "
         "`equals`: 1}",
         "if.count.where.count: the name 'N' is taken by a count around this one"},
        {"{`count`: {`field`: `a[*]`, `where`: {`field`: `b`}}, `equals`: 1}",
         "if.count.where: the condition has no operator; expected one such as equals, in or exists"},
        {"{`count`: {`field`: `a[*]`}, `equals`: `[current()]`}", "if.equals: current() stands in no count"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_message(&cases[i], APL_E_CONTENT);
}

typedef struct heard {
    size_t errors;
    size_t warnings;
    char last[APL_ERROR_BYTES_MAX];
} heard;

static void hear(void *context, const apl_message *message)
{
    heard *h = context;

    h->errors += message->level == APL_MESSAGE_ERROR;
    h->warnings += message->level == APL_MESSAGE_WARNING;
    (void)snprintf(h->last, sizeof h->last, "%.*s: %.*s [%.*s]", APL_STR_ARG(message->path), APL_STR_ARG(message->text),
                   APL_STR_ARG(message->nearest));
}

static apl_status listen(heard *h, const case_setting *setting, const char *rule)
{
    case_run run;
    apl_compile compile = case_compile(&run, setting);

    memset(h, 0, sizeof *h);
    compile.on_message = hear;
    compile.on_message_context = h;
    apl_status status = apl_condition_compile(&run.condition, &compile, case_json(run.arena, rule));
    case_end(&run);
    return status;
}

static void all_mistakes_are_told(void **state)
{
    heard h;
    (void)state;

    assert_int_equal(listen(&h, &(case_setting){0},
                            "{`allOf`: [{`field`: `a`, `equal`: 1}, {`field`: `b`, `exists`: 5}, {`not`: {`x`: 1}}, "
                            "{`value`: `[nope(1)]`, `like`: `[field(]`}]}"),
                     APL_E_CONTENT);
    assert_int_equal(h.errors, 5);
}

static void warnings(void **state)
{
    static const char table[] =
        "[{\"namespace\":\"Microsoft.A\",\"resourceTypes\":[{\"resourceType\":\"b\",\"aliases\":["
        "{\"name\":\"Microsoft.A/b/publicNetworkAccess\",\"defaultPath\":\"properties.publicNetworkAccess\"}]}]}]";
    case_setting setting = {0};
    apl_aliases *aliases = NULL;
    heard h;
    (void)state;

    assert_int_equal(apl_aliases_load(&aliases, apl_str_from(table)), APL_OK);
    setting.aliases = aliases;
    assert_int_equal(listen(&h, &setting, "{`field`: `Microsoft.A/b/publicNetworkAcces`, `equals`: 1}"), APL_OK);
    assert_string_equal(
        h.last,
        "if.field: no alias 'Microsoft.A/b/publicNetworkAcces' is known; it is read as a path and will be missing "
        "[Microsoft.A/b/publicNetworkAccess]");
    assert_int_equal(listen(&h, &setting, "{`field`: `microsoft.a/B/publicnetworkaccess`, `equals`: 1}"), APL_OK);
    assert_int_equal(h.warnings, 0);
    assert_int_equal(
        listen(&h, &setting,
               "{`allOf`: [{`field`: `type`, `equals`: `Microsoft.A/b`}, {`field`: `properties.x`, `equals`: 1}]}"),
        APL_OK);
    assert_string_equal(
        h.last, "if.allOf[1].field: 'properties.x' is no alias; Azure would refuse it, here it is read as a path []");
    assert_int_equal(
        listen(&h, &setting,
               "{`allOf`: [{`field`: `type`, `equals`: `AWS::S3::Bucket`}, {`field`: `Acl`, `equals`: 1}]}"),
        APL_OK);
    assert_int_equal(h.warnings, 0);
    assert_int_equal(listen(&h, &setting, "{`allOf`: []}"), APL_OK);
    assert_int_equal(h.warnings, 1);
    assert_int_equal(listen(&h, &setting, "{`field`: `name`, `like`: `*a*`}"), APL_OK);
    assert_int_equal(h.warnings, 1);
    assert_int_equal(listen(&h, &setting, "{`count`: {`field`: `a`}, `equals`: 1}"), APL_OK);
    assert_int_equal(h.warnings, 1);
    assert_int_equal(listen(&h, &setting, "{`value`: `[dateTimeAdd(utcNow(), 'P1D')]`, `equals`: 1}"), APL_OK);
    assert_int_equal(h.warnings, 1);
    apl_aliases_free(aliases);
}

static void conditions_that_may_not_look_at_the_resource(void **state)
{
    static const char *const refused[] = {"[field('a')]", "[resourceGroup().name]", "[subscription().id]"};
    (void)state;

    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        case_run run;
        apl_expression *expression = NULL;
        apl_compile compile = case_compile(&run, &(case_setting){0});
        compile.forbids_subject = true;
        assert_int_equal(apl_expression_compile(&expression, &compile, apl_value_string(apl_str_from(refused[i]))),
                         APL_E_CONTENT);
        assert_int_equal(
            apl_expression_compile(&expression, &compile, apl_value_string(APL_STR("[requestContext().apiVersion]"))),
            APL_OK);
        case_end(&run);
    }
}

static void limits(void **state)
{
    size_t capacity = 1u << 20;
    char *rule = apl_memory_new(capacity);
    size_t size = 0;
    (void)state;

    size = (size_t)snprintf(rule, capacity, "{`allOf`: [{`field`: `a`, `equals`: 1}");
    for (int i = 0; i < APL_POLICY_CONDITIONS_MAX; i++)
        size += (size_t)snprintf(rule + size, capacity - size, ", {`field`: `a`, `equals`: 1}");
    (void)snprintf(rule + size, capacity - size, "]}");
    check_message(&(message_case){rule, "if.allOf[4095]: the rule has more than 4096 conditions"}, APL_E_LIMIT);

    size = 0;
    for (int i = 0; i <= APL_POLICY_DEPTH_MAX; i++)
        size += (size_t)snprintf(rule + size, capacity - size, "{`not`: ");
    size += (size_t)snprintf(rule + size, capacity - size, "{`field`: `a`, `equals`: 1}");
    for (int i = 0; i <= APL_POLICY_DEPTH_MAX; i++)
        size += (size_t)snprintf(rule + size, capacity - size, "}");
    case_run run;
    apl_compile compile = case_compile(&run, &(case_setting){0});
    assert_int_equal(apl_condition_compile(&run.condition, &compile, case_json(run.arena, rule)), APL_E_LIMIT);
    assert_non_null(strstr(apl_error_message(), "conditions nest more than 64 deep"));
    case_end(&run);

    size = 0;
    for (int i = 0; i < 9; i++)
        size += (size_t)snprintf(rule + size, capacity - size, "{`count`: {`field`: `a[*]`, `where`: ");
    size += (size_t)snprintf(rule + size, capacity - size, "{`field`: `a[*]`, `equals`: 1}");
    for (int i = 0; i < 9; i++)
        size += (size_t)snprintf(rule + size, capacity - size, "}, `equals`: 1}");
    compile = case_compile(&run, &(case_setting){0});
    assert_int_equal(apl_condition_compile(&run.condition, &compile, case_json(run.arena, rule)), APL_E_LIMIT);
    assert_non_null(strstr(apl_error_message(), "counts nest more than 8 deep"));
    case_end(&run);
    apl_memory_free(rule);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes), cmocka_unit_test(all_mistakes_are_told),
        cmocka_unit_test(warnings), cmocka_unit_test(conditions_that_may_not_look_at_the_resource),
        cmocka_unit_test(limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
