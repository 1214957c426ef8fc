/* tests/unit/test_template.c: ids put together from a document, as docs/content.md describes.
 *
 * Every function and fallback by a table over one document, what is refused, and the limits. */
#include "test_random.h"

#include "base/limits.h"
#include "normalize/subject_json.h"
#include "normalize/template.h"

#define ARN "arn:aws:bedrock:eu-west-1:123456789012:agent/A"

static const char document[] =
    "{`id`: `/subscriptions/S/resourceGroups/G/providers/P/t/n`, `name`: `N`, `n`: 7, `t`: true, `z`: null, `r`: 1.5,"
    " `empty`: ``, `arn`: `" ARN
    "`, `url`: `https://user@Host.Example:443/path?x#y`, `o`: {`x`: 1}, `tags`: {`a.b`: `c`},"
    " `list`: [{`id`: `/a/b`, `n`: 1}, {`n`: 2}, {`id`: `/c/D`, `n`: 3}], `names`: [`x`, `y`], `one`: `a/b/c`,"
    " `identity`: {`ids`: {`/u/1`: {`p`: `P1`}, `/u/2`: {`p`: `P2`}}}}";

static const apl_template_facts facts = {
    .id = {"/i/d", 4},
    .name = {"name", 4},
    .type = {"ty", 2},
    .scope = {"sc", 2},
    .location = {"lo", 2},
    .parent = {"/i", 2},
};

/* All texts that a template gives, joined by commas; "-" for one that gives nothing. */
static const char *filled(apl_arena *arena, const char *template_text)
{
    apl_fields *fields = apl_fields_new();
    apl_template *template = NULL;
    apl_subject subject;
    apl_text text;

    if (apl_template_compile(&template, arena, fields, apl_str_from(template_text)) != APL_OK)
        fail_msg("%s", apl_error_message());
    apl_str json = random_json(arena, test_value(arena, document), 0);
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, json), APL_OK);
    apl_text_init(&text, SIZE_MAX);
    uint32_t count = apl_template_count(template, &subject);
    for (uint32_t i = 0; i < count; i++) {
        apl_str one = apl_template_fill_at(template, arena, &subject, &facts, i);
        apl_text_add_format(&text, "%s%.*s", i ? "," : "", APL_STR_ARG(one.size ? one : APL_STR("-")));
    }
    assert_true(apl_template_has_star(template) || count == 1);
    const char *made = test_text(arena, apl_text_str(&text));
    apl_text_free(&text);
    apl_fields_free(fields);
    return made;
}

typedef struct template_case {
    const char *text;
    const char *filled;
} template_case;

static const template_case template_cases[] = {
    {"x", "x"},
    {"{name}", "N"},
    {"a{n}b{t}c", "a7btruec"},
    {"{missing}", "-"},
    {"a{missing}b", "-"},
    {"{missing|-}", "-"},
    {"a{missing|}b", "-"},
    {"a{missing|x}b", "axb"},
    {"{z}{o}{r}", "-"},
    {"{empty|e}", "e"},
    {"{@id}:{@name}:{@type}:{@scope}:{@location}:{@parent}", "/i/d:name:ty:sc:lo:/i"},
    {"{@tenant}", "-"},
    {"{@tenant|-}", "-"},
    {"entra://{@tenant|-}/x", "entra://-/x"},
    {"{name:lower}", "n"},
    {"{one:last}", "c"},
    {"{name:last}", "N"},
    {"{url:host}", "host.example"},
    {"{arn:account}/{arn:region}", "123456789012/eu-west-1"},
    {"{name:account}", "-"},
    {"{name:region|none}", "none"},
    {"{id:segment(resourcegroups)}", "G"},
    {"{one:segment(a)}", "b"},
    {"{id:segment(x)}", "-"},
    {"{one:cut(1)}", "a/b"},
    {"{one:cut(2)}", "a"},
    {"{one:cut(3)}", "-"},
    {"{arn:after(agent/)}", "A"},
    {"{arn:after(nothing)}", "-"},
    {"{one:before(/b)}", "a"},
    {"{one:before(z)}", "a/b/c"},
    {"{one:has(/b)}", "a/b/c"},
    {"{one:has(z)}", "-"},
    {"{one:has(|)|y}", "y"},
    {"{arn:after(:agent/):lower}", "a"},
    {"{tags['a.b']}", "c"},
    {"{names[*]}", "x,y"},
    {"<{list[*].id:last:lower|?}>", "<b>,<?>,<d>"},
    {"{list[*].id}#{list[*].n}", "/a/b#1,-,/c/D#3"},
    {"{name}/{list[*].n}", "N/1,N/2,N/3"},
    {"{missing[*]}", ""},
    {"{identity.ids.@keys[*]:last}", "1,2"},
    {"{identity.ids.@values[*].p}", "P1,P2"},
};

static void fills_from_the_document(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof template_cases / sizeof *template_cases; i++) {
        apl_arena *arena = apl_arena_new();
        const char *made = filled(arena, template_cases[i].text);
        if (strcmp(made, template_cases[i].filled) != 0)
            fail_msg("%s gives \"%s\", should be \"%s\"", template_cases[i].text, made, template_cases[i].filled);
        apl_arena_free(arena);
    }
}

typedef struct refused {
    const char *text;
    const char *message;
} refused;

static const refused refusals[] = {
    {"{", "a brace is not closed"},
    {"a{b", "a brace is not closed"},
    {"{}", "empty braces"},
    {"{:lower}", "empty braces"},
    {"{|x}", "empty braces"},
    {"{@nothing}", "no fact is called \"@nothing\""},
    {"{a:nothing}", "no template function is called \"nothing\""},
    {"{a:lower(x)}", "the function \"lower\" takes"},
    {"{a:segment}", "the function \"segment\" takes"},
    {"{a:x)}", "has no opening parenthesis"},
    {"{a:cut(x)}", "needs a number"},
    {"{a:cut(0)}", "needs a number"},
    {"{a[*].x}{b[*].y}", "are different arrays"},
    {"{a:lower:lower:lower:lower:lower:lower:lower}", "more than 6 functions"},
    {"a{b}a{b}a{b}a{b}a{b}a{b}a{b}a{b}a", "more than 16 parts"},
};

static void refuses_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        apl_arena *arena = apl_arena_new();
        apl_fields *fields = apl_fields_new();
        apl_template *template = NULL;
        if (apl_template_compile(&template, arena, fields, apl_str_from(refusals[i].text)) == APL_OK)
            fail_msg("%s compiles", refusals[i].text);
        if (strstr(apl_error_message(), refusals[i].message) == NULL)
            fail_msg("%s: %s", refusals[i].text, apl_error_message());
        assert_non_null(strstr(apl_error_message(), "template \""));
        apl_fields_free(fields);
        apl_arena_free(arena);
    }
}

static void the_next_one_is_filled_where_the_first_gives_nothing(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_template *first = NULL;
    apl_template *second = NULL;
    apl_subject subject;
    (void)state;

    assert_int_equal(apl_template_compile(&first, arena, fields, APL_STR("{a}")), APL_OK);
    assert_int_equal(apl_template_compile(&second, arena, fields, APL_STR("{b}")), APL_OK);
    apl_template_or(first, second);
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, APL_STR("{\"b\":\"B\"}")), APL_OK);
    assert_string_equal(test_text(arena, apl_template_fill(first, arena, &subject, &facts)), "B");
    assert_string_equal(test_text(arena, apl_template_evidence(first, arena, &subject)), "a");
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, APL_STR("{\"a\":\"A\",\"b\":\"B\"}")),
                     APL_OK);
    assert_string_equal(test_text(arena, apl_template_fill(first, arena, &subject, &facts)), "A");
    apl_fields_free(fields);
    apl_arena_free(arena);
}

/* A document may be hostile: no id is longer than ids are, and no array gives more texts than the limit. */
static void stops_at_its_limits(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_template *template = NULL;
    apl_template *starred = NULL;
    apl_subject subject;
    apl_text text;
    (void)state;

    assert_int_equal(apl_template_compile(&template, arena, fields, APL_STR("{a}{a}")), APL_OK);
    assert_int_equal(apl_template_compile(&starred, arena, fields, APL_STR("{b[*]}")), APL_OK);
    apl_text_init(&text, SIZE_MAX);
    apl_text_add(&text, APL_STR("{\"a\":\""));
    for (unsigned i = 0; i < APL_ID_BYTES_MAX / 2 + 1; i++)
        apl_text_add_char(&text, 'x');
    apl_text_add(&text, APL_STR("\",\"b\":[0"));
    for (unsigned i = 0; i < 2 * APL_TEMPLATE_MEMBERS_MAX; i++)
        apl_text_add(&text, APL_STR(",1"));
    apl_text_add(&text, APL_STR("]}"));
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, apl_text_str(&text)), APL_OK);
    assert_int_equal(apl_template_fill(template, arena, &subject, &facts).size, 0);
    assert_int_equal(apl_template_count(starred, &subject), APL_TEMPLATE_MEMBERS_MAX);
    apl_text_free(&text);
    apl_fields_free(fields);
    apl_arena_free(arena);
}

/* The first that gives something counts, whatever array it goes over. */
static void alternatives_have_arrays_of_their_own(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_template *first = NULL;
    apl_template *second = NULL;
    apl_subject subject;
    (void)state;

    assert_int_equal(apl_template_compile(&first, arena, fields, APL_STR("{gone[*].id}")), APL_OK);
    assert_int_equal(apl_template_compile(&second, arena, fields, APL_STR("n/{names[*]}")), APL_OK);
    apl_template_or(first, second);
    apl_str json = random_json(arena, test_value(arena, document), 0);
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, json), APL_OK);
    assert_true(apl_template_has_star(first));
    assert_int_equal(apl_template_count(first, &subject), 2);
    assert_true(apl_str_equal(apl_template_fill_at(first, arena, &subject, &facts, 1), APL_STR("n/y")));
    apl_fields_free(fields);
    apl_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alternatives_have_arrays_of_their_own),
        cmocka_unit_test(fills_from_the_document),
        cmocka_unit_test(refuses_what_is_wrong),
        cmocka_unit_test(the_next_one_is_filled_where_the_first_gives_nothing),
        cmocka_unit_test(stops_at_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
