/* tests/unit/test_policy_lint.c: what lint says.
 *
 * Each fault is named where it stands, with what was perhaps meant. */
#include "test_policy_estate.h"

static const char aliases[] =
    "[{`namespace`: `Microsoft.Test`, `resourceTypes`: [{`resourceType`: `things`, `aliases`: ["
    "{`name`: `Microsoft.Test/things/access`, `defaultPath`: `properties.access`, `paths`: []}]}]}]";

#define DEFINITION(parameters, condition, then)                                                                        \
    "{`properties`: {`displayName`: `d`, `mode`: `All`, `parameters`: {" parameters                                    \
    "}, `policyRule`: {`if`: " condition ", `then`: " then "}}, `name`: `n`}"
#define THING "{`field`: `type`, `equals`: `Microsoft.Test/things`}"
#define AUDIT "{`effect`: `audit`}"
#define EFFECT(allowed) "`effect`: {`type`: `String`, `allowedValues`: [" allowed "], `defaultValue`: `Disabled`}"
#define BY_PARAMETER(details) "{`effect`: `[parameters('effect')]`, `details`: {" details "}}"

typedef struct lint_case {
    const char *text;
    const char *const messages[4]; /* each must be there */
    size_t errors;
} lint_case;

static const lint_case cases[] = {
    {DEFINITION("", THING, AUDIT), {NULL}, 0},
    {DEFINITION("", "{`field`: `type`, `equal`: `x`}", AUDIT), {"error properties.policyRule.if", "[equals]"}, 1},
    {DEFINITION("", THING, "{`effect`: `audt`}"), {"unknown effect \"audt\" [audit]"}, 1},
    {DEFINITION("", "{`value`: `[lenght('x')]`, `equals`: 1}", AUDIT), {"[length]"}, 1},
    {DEFINITION("`a`: {`type`: `String`, `defaultValue`: `x`}", THING, AUDIT),
     {"warning properties.parameters.a: the parameter is declared but not used"},
     0},
    {DEFINITION("`abc`: {`type`: `String`, `defaultValue`: `x`}", "{`field`: `name`, `equals`: `[parameters('abd')]`}",
                AUDIT),
     {"there is no parameter 'abd' [abc]"},
     1},
    {DEFINITION("`a`: {`typ`: `String`, `defaultValue`: `x`}", "{`field`: `name`, `equals`: `[parameters('a')]`}",
                AUDIT),
     {"warning properties.parameters.a: unknown member \"typ\" [type]"},
     0},
    {DEFINITION("", "{`allOf`: [" THING ", {`field`: `Microsoft.Test/things/acces`, `equals`: `x`}]}", AUDIT),
     {"warning properties.policyRule.if", "[Microsoft.Test/things/access]"},
     0},
    {DEFINITION(EFFECT("`Audit`, `Denny`, `Disabled`"), THING, "{`effect`: `[parameters('effect')]`}"),
     {"error properties.parameters.effect: unknown effect \"Denny\" [deny]"},
     1},
    {DEFINITION(EFFECT("`Audit`"), THING, "{`effect`: `[parameters('effect')]`}"),
     {"\"Disabled\" is not one of [\"Audit\"]"},
     1},
    {DEFINITION("", THING, "{`effect`: `audit`, `detials`: {}}"), {"unknown member \"detials\" [details]"}, 1},
    {DEFINITION(EFFECT("`AuditIfNotExists`, `Disabled`"), THING, BY_PARAMETER("`typ`: `x`")),
     {"unknown member \"typ\" [type]", "the effect needs details.type"},
     2},
    {DEFINITION(EFFECT("`AuditIfNotExists`, `Disabled`"), THING,
                BY_PARAMETER("`type`: `Microsoft.Test/things`, `operations`: []")),
     {"\"operations\" says nothing to any effect", "the same type needs a name", "without an existenceCondition"},
     0},
    {DEFINITION(EFFECT("`DeployIfNotExists`, `Disabled`"), THING,
                BY_PARAMETER("`type`: `Microsoft.Test/things/parts`")),
     {"needs roleDefinitionIds", "needs a deployment"},
     2},
    {DEFINITION(EFFECT("`Modify`, `Disabled`"), THING,
                BY_PARAMETER("`roleDefinitionIds`: [`r`], `conflictEffect`: `adit`, `operations`: [{`operation`: `add`,"
                             "`field`: `Microsoft.Test/things/acces`, `value`: 1, `conditon`: true}]")),
     {"conflictEffect must be", "unknown member \"conditon\" [condition]",
      "no alias 'Microsoft.Test/things/acces' is known [Microsoft.Test/things/access]"},
     2},
    {DEFINITION(EFFECT("`Audit`, `AuditIfNotExists`, `Disabled`"), THING,
                BY_PARAMETER("`type`: `Microsoft.Test/others`")),
     {"-IfNotExists means another thing"},
     0},
    {"{`policyRule`: {`if`: " THING ", `then`: " AUDIT "}, `mode`: `Al`}",
     {"error mode: unknown mode \"Al\" [All]"},
     1},
    {"[" DEFINITION("", THING, AUDIT) ", " DEFINITION("", THING, "{`effect`: `audt`}") "]",
     {"error [1].properties.policyRule: then.effect: unknown effect"},
     1},
    {"{`policyRul`: {}, `mode`: `All`}", {"error $: expected a definition", "[policyRule]"}, 1},
    {"3", {"expected an object or a list"}, 1},
    {"{`check`: `y`, `policyRule`: {}}",
     {"error check: \"y\" is not the name of the file", "error title: missing", "error fix: missing",
      "the rule has no \"if\""},
     7},

    {"{`properties`: {`policyDefinitions`: [{`policyDefinitionId`: `a`, `policyDefinitionReferenceId`: `r`, "
     "`groupNames`: [`g`]},"
     "{`policyDefinitionReferenceId`: `R`, `paramters`: {}}], `policyDefinitionGroups`: [{`name`: `h`}],"
     "`parameters`: {`p`: {`type`: `String`}}}}",
     {"the group \"g\" is not among policyDefinitionGroups",
      "properties.policyDefinitions[1]: policyDefinitionId is missing", "\"R\" stands twice",
      "unknown member \"paramters\" [parameters]"},
     3},
    {"{`properties`: {`policyDefinitions`: [{`policyDefinitionId`: `a`, `parameters`: {`x`: {`value`: "
     "`[parameters('pp')]`}}}],"
     "`parameters`: {`p`: {`type`: `String`}}}}",
     {"there is no parameter 'pp' [p]", "declared but not used"},
     1},

    {"{`properties`: {`policyDefinitionId`: `a`, `enforcementMod`: `x`, `enforcementMode`: `DoNotEnforced`,"
     "`overrides`: [{`kind`: `policyEfect`, `value`: `audit`}], `nonComplianceMessages`: [{}],"
     "`resourceSelectors`: [{`name`: `n`, `selectors`: [{`kind`: `resourceTyp`, `in`: []}, {`kind`: "
     "`resourceType`}]}]}}",
     {"unknown member \"enforcementMod\" [enforcementMode]", "unknown kind \"policyEfect\" [policyEffect]",
      "unknown selector kind \"resourceTyp\" [resourceType]", "a selector needs either in or notIn"},
     5},
    {"{`properties`: {`policyDefinitionId`: `a`, `parameters`: {`x`: {`value`: `[parameters('y')]`}}}}",
     {"expressions are not evaluated"},
     0},
    {"{`properties`: {`policyAssignmentId`: `a`, `exemptionCategory`: `Wavier`, `expiresOn`: `tomorrow`}}",
     {"[Waiver]", "is no ISO 8601 date"},
     2},
    {"{`properties`: {`policyAssignmentId`: `a`, `exemptionCategory`: `Waiver`}}", {"the exemption has no end"}, 0},
};

static void names_each_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world *w = world_new();
        world_aliases(w, aliases);
        size_t errors = apl_policy_lint(world_json(w, cases[i].text), "x.json", w->aliases, world_message, w);
        apl_text_add(&w->messages, APL_STR(""));
        const char *messages = world_text(w, apl_text_str(&w->messages));
        for (size_t m = 0; m < 4 && cases[i].messages[m]; m++) {
            if (strstr(messages, cases[i].messages[m]) == NULL)
                fail_msg("case %zu lacks \"%s\" in:\n%s", i, cases[i].messages[m], messages);
        }
        if (cases[i].errors != errors || w->errors != errors)
            fail_msg("case %zu: %zu errors, expected %zu:\n%s", i, errors, cases[i].errors, messages);
        world_free(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_each_fault)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
