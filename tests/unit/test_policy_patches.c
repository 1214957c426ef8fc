/* tests/unit/test_policy_patches.c: what modify and append would change.
 *
 * On a document that differs, on one that lacks things, and on one that was not read. */
#include "test_policy_estate.h"

static const char aliases[] = "[{`namespace`: `T`, `resourceTypes`: [{`resourceType`: `t`, `aliases`: ["
                              "{`name`: `T/t/access`, `defaultPath`: `properties.publicAccess`, `paths`: []},"
                              "{`name`: `T/t/acls`, `defaultPath`: `properties.acls`, `paths`: []},"
                              "{`name`: `T/t/acls.action`, `defaultPath`: `properties.acls.action`, `paths`: []},"
                              "{`name`: `T/t/list[*]`, `defaultPath`: `properties.list[*]`, `paths`: []}]}]}]";

static apl_policy *with_operations(world *w, const char *effect, const char *details)
{
    char text[2048];

    snprintf(text, sizeof text,
             "{`parameters`: {`tag`: {`type`: `String`, `defaultValue`: `env`}}, `policyRule`: {`if`: {`field`: `type`,"
             "`equals`: `T/t`}, `then`: {`effect`: `%s`, `details`: %s}}}",
             effect, details);
    return world_policy(w, text);
}

/* "operation path value; ..." */
static const char *patches(world *w, const apl_policy *policy, apl_asset_id asset)
{
    apl_policy_eval eval = world_eval(w);
    apl_patches found;
    apl_text text;

    if (apl_policy_patches(&found, policy, asset, &eval) != APL_OK)
        return apl_error_message();
    apl_text_init(&text, 4096);
    for (size_t i = 0; i < found.count; i++)
        apl_text_add_format(&text, "%s %.*s %s;", world_text(w, found.items[i].operation),
                            APL_STR_ARG(found.items[i].path), world_value(w, found.items[i].value));
    const char *copy = apl_arena_str(w->arena, apl_text_str(&text)).data;
    apl_text_free(&text);
    return copy;
}

static const char documents[] =
    "[{`id`: `1`, `name`: `one`, `type`: `T/t`, `tags`: {`env`: `dev`}, `properties`: {`publicAccess`: `Enabled`,"
    "  `acls`: {`action`: `Allow`}, `list`: [`a`]}},"
    " {`id`: `2`, `name`: `two`, `type`: `T/t`, `properties`: {`publicAccess`: `Disabled`}},"
    " {`id`: `3`, `name`: `three`, `type`: `T/t`, `@partial`: 1}]";

static void modify_gives_what_differs(void **state)
{
    world *w = world_new();
    (void)state;
    world_aliases(w, aliases);
    apl_policy *policy = with_operations(
        w, "modify",
        "{`roleDefinitionIds`: [`r`], `operations`: ["
        "{`operation`: `addOrReplace`, `field`: `T/t/access`, `value`: `Disabled`},"
        "{`operation`: `ADDORREPLACE`, `field`: `T/t/acls.action`, `value`: `Deny`},"
        "{`operation`: `add`, `field`: `[concat('tags[', parameters('tag'), ']')]`, `value`: `[field('name')]`},"
        "{`operation`: `remove`, `field`: `tags['old']`},"
        "{`condition`: `[less(requestContext().apiVersion, '2021-01-01')]`, `operation`: `add`, `field`: `tags.never`, "
        "`value`: `x`},"
        "{`condition`: `[greaterOrEquals(requestContext().apiVersion, '2021-01-01')]`, `operation`: `add`, `field`: "
        "`tags.now`, `value`: `x`}]}");
    world_load(w, documents);

    assert_string_equal(patches(w, policy, 0), "addOrReplace properties.publicAccess \"Disabled\";"
                                               "addOrReplace properties.acls.action \"Deny\";add tags.now \"x\";");
    /* The acls object is not there, so the operation below it is skipped. */
    assert_string_equal(patches(w, policy, 1), "add tags.env \"two\";add tags.now \"x\";");
    assert_contains(patches(w, policy, 2), "was not read");
    apl_rule_info info;
    apl_rule_info_of_policy(&info, w->arena, policy);
    assert_int_equal(info.patch_count, 4); /* the one with field() has no constant value */
    assert_string_equal(world_text(w, info.patches[0].path), "properties.publicAccess");
    assert_string_equal(world_text(w, info.patches[2].operation), "remove");
    assert_contains(world_text(w, info.fix_summary), "Set properties.publicAccess to \"Disabled\", ");
    world_free(w);
}

static void append_adds_what_is_missing(void **state)
{
    world *w = world_new();
    (void)state;
    world_aliases(w, aliases);
    apl_policy *policy =
        with_operations(w, "append",
                        "[{`field`: `tags.env`, `value`: `prod`},"
                        "{`field`: `T/t/list[*]`, `value`: `a`}, {`field`: `T/t/list[*]`, `value`: `b`}]");
    apl_policy *other = with_operations(w, "audit", "{}");
    world_load(w, documents);
    assert_string_equal(patches(w, policy, 0), "add properties.list[*] \"b\";");
    assert_string_equal(patches(w, policy, 1),
                        "add tags.env \"prod\";add properties.list[*] \"a\";add properties.list[*] \"b\";");
    assert_string_equal(patches(w, other, 0), "");
    world_free(w);
}

static void refuses_wrong_operations(void **state)
{
    world *w = world_new();
    (void)state;
    static const char form[] = "{`policyRule`: {`if`: {`field`: `type`, `equals`: `T/t`}, `then`: {`effect`: `modify`,"
                               "`details`: {`operations`: [%s]}}}}";
    char text[1024];
    snprintf(text, sizeof text, form, "{`operation`: `replace`, `field`: `tags.a`, `value`: 1}");
    assert_contains(world_refused(w, text, NULL), "unknown operation \"replace\"");
    snprintf(text, sizeof text, form, "{`operation`: `add`, `field`: `tags.a`}");
    assert_contains(world_refused(w, text, NULL), "has no value");
    snprintf(text, sizeof text, form, "{`operation`: `add`, `value`: 1}");
    assert_contains(world_refused(w, text, NULL), "has no field");
    snprintf(text, sizeof text, form,
             "{`operation`: `add`, `field`: `tags.a`, `value`: 1, `condition`: `[equals(field('name'), 'x')]`}");
    assert_contains(world_refused(w, text, NULL), "field");
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modify_gives_what_differs),
        cmocka_unit_test(append_adds_what_is_missing),
        cmocka_unit_test(refuses_wrong_operations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
