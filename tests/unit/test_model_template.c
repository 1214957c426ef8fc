/* tests/unit/test_model_template.c: chat templates and what is said of them.
 *
 * Pairs that differ in one thing: what reaches for the interpreter, and what only looks like it. */
#include "test_random.h"

#include "inspect/model/template.h"

typedef struct judged {
    const char *template;
    const char *issue; /* "" for none */
} judged;

static const judged cases[] = {
    {"{{ a.__class__ }}", "template-injection"},
    {"a.__class__ outside", ""},
    {"{# a.__class__ #}", ""},
    {"{{ '__class__ in a text that is shown' }}", ""},
    {"{{ a['__class__'] }}", "template-injection"},
    {"{{ a['__cla' + 'ss__'] }}", "template-injection"},
    {"{{ a['__cla' ~ 'ss__'] }}", "template-injection"},
    {"{{ a['\\x5f_class__'] }}", "template-injection"},
    {"{{ a['\\u005f_class__'] }}", "template-injection"},
    {"{{ a|attr(['__cl','ass__']|join) }}", "template-injection"},
    {"{{ a|attr(b) }}", "template-obfuscated"},
    {"{% if a.__globals__ %}{% endif %}", "template-injection"},
    {"{{ eval('1') }}", "template-injection"},
    {"{{ a.eval }}", ""},
    {"{{ eval }}", ""},
    {"{{ os.system('id') }}", "template-injection"},
    {"{{ os }}", ""},
    {"{{ cycler('a', 'b').next() }}", "template-obfuscated"},
    {"{{ messages[0]['content'] | trim }}{% for m in messages %}{{ loop.index0 }}{% endfor %}", ""},
    {"{{ raise_exception('no') }}{{ strftime_now('%Y') }}{{ x | tojson(indent=4) }}", ""},
    {"{% set ns = namespace(a=0) %}{{ ns.a }}", ""},
    {"{{ a", "template-unread"},
    {"{{ 'a }}", "template-unread"},
    {"{# never ends", "template-unread"},
    {"{{ '{{' }}", ""},
    {"{{ \"it's\" + '\\'' }}", ""},
    {"", ""},
};

static void says_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        apl_model_report report;
        apl_model_report_init(&report);
        apl_template_judge(&report, apl_str_from(cases[i].template), 0, "t");
        apl_str wanted = apl_str_from(cases[i].issue);
        bool is_said = report.issues.count == 0 && wanted.size == 0;
        for (size_t j = 0; j < report.issues.count; j++)
            is_said =
                is_said || apl_str_equal(wanted, apl_str_from(apl_issue_info_of(report.issues.items[j].kind)->id));
        if (!is_said)
            fail_msg("%s: not %s", cases[i].template, cases[i].issue);
        apl_model_report_free(&report);
    }
}

static void reads_at_most_its_limit(void **state)
{
    size_t size = APL_TEMPLATE_BYTES_MAX + 100;
    char *text = apl_memory_new(size);
    apl_model_report report;

    (void)state;
    memset(text, 'x', size);
    apl_model_report_init(&report);
    apl_template_judge(&report, apl_str_make(text, size), 0, "t");
    assert_int_equal(report.effect, APL_EFFECT_INCOMPLETE);
    apl_model_report_free(&report);
    apl_memory_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_it_is),
        cmocka_unit_test(reads_at_most_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
