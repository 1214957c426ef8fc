/* tests/unit/test_project.c: the asked parts of a document against looking them up in the whole of it.
 *
 * Random documents, random paths in random letters: what is read out of the record must be what following the path
 * through the parsed document gives, name by name, array by array. */
#include "test_random.h"

#include "model/estate.h"
#include "normalize/project.h"
#include "normalize/subject_json.h"

#define SEEDS 6000u
#define PATHS 12u
#define FOUND_MAX 4096u

typedef APL_VECTOR(apl_value) value_list;

/* One random path: its text, and its steps as an ordinary list. */
typedef struct random_path {
    apl_str text;
    apl_str names[8]; /* data NULL: the members of an array */
    size_t count;
    bool has_star;
} random_path;

static apl_str other_letters(random_source *random, apl_arena *arena, apl_str name)
{
    apl_str copy = apl_arena_str(arena, name);
    char *text = (char *)(uintptr_t)copy.data; /* our own copy */

    for (uint32_t i = 0; i < copy.size; i++) {
        if (text[i] >= 'a' && text[i] <= 'z' && random_below(random, 3) == 0)
            text[i] = (char)(text[i] - 32);
    }
    return copy;
}

static apl_value members_of(apl_arena *arena, apl_value object, bool wants_names)
{
    apl_value *items = APL_ARENA_ARRAY(arena, apl_value, object.size);

    if (object.type != APL_VALUE_OBJECT)
        return APL_MISSING;
    for (uint32_t i = 0; i < object.size; i++)
        items[i] = wants_names ? apl_value_string(object.members[i].key) : object.members[i].value;
    return apl_value_array(items, object.size);
}

static apl_value entries_of(apl_arena *arena, apl_value object)
{
    apl_value *items = APL_ARENA_ARRAY(arena, apl_value, object.size);

    if (object.type != APL_VALUE_OBJECT)
        return APL_MISSING;
    for (uint32_t i = 0; i < object.size; i++) {
        apl_member *pair = APL_ARENA_ARRAY(arena, apl_member, 2);
        pair[0] = (apl_member){APL_STR("name"), apl_value_string(object.members[i].key)};
        pair[1] = (apl_member){APL_STR("value"), object.members[i].value};
        items[i] = apl_value_object(pair, 2);
    }
    return apl_value_array(items, object.size);
}

static apl_value step_to(apl_arena *arena, apl_value value, apl_str name)
{
    if (apl_str_equal(name, APL_STR("@keys")))
        return members_of(arena, value, true);
    if (apl_str_equal(name, APL_STR("@values")))
        return members_of(arena, value, false);
    if (apl_str_equal(name, APL_STR("@entries")))
        return entries_of(arena, value);
    return apl_value_get(value, name);
}

/* A step from `at`, most often to something that is there. Returns what it leads to. */
static apl_value add_step(random_path *path, apl_text *text, random_source *random, apl_arena *arena, apl_value at)
{
    bool is_first = path->count == 0;
    bool is_astray = random_below(random, 6) == 0;

    if (!is_first && (at.type == APL_VALUE_ARRAY) != is_astray) {
        path->names[path->count++] = APL_STR_NONE;
        path->has_star = true;
        apl_text_add(text, APL_STR("[*]"));
        return at.type == APL_VALUE_ARRAY && at.size ? at.items[random_below(random, at.size)] : APL_MISSING;
    }
    if (!is_first && !path->has_star && random_below(random, 8) == 0) {
        static const char *const lists[] = {"@keys", "@values", "@entries"};
        apl_str name = apl_str_from(lists[random_below(random, 3)]);
        path->names[path->count++] = name;
        apl_text_add_format(text, ".%s", name.data);
        return step_to(arena, at, name);
    }
    bool has_members = at.type == APL_VALUE_OBJECT && at.size;
    apl_str known = has_members ? at.members[random_below(random, at.size)].key : APL_STR_NONE;
    apl_str name = other_letters(random, arena, has_members && !is_astray ? known : random_name(random));
    path->names[path->count++] = name;
    apl_text_add_format(text, "['%.*s']", APL_STR_ARG(name));
    return apl_value_get(at, name);
}

static random_path random_path_new(random_source *random, apl_arena *arena, apl_value document)
{
    random_path path = {.count = 0};
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    for (uint32_t left = 1 + random_below(random, 5); left; left--)
        document = add_step(&path, &text, random, arena, document);
    path.text = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return path;
}

/* All values that the path leads to, in the order of the document; what is no array has no members. */
static void follow(value_list *found, apl_arena *arena, const random_path *path, apl_value document)
{
    value_list next = {0};

    APL_PUSH(found, document);
    for (size_t s = 0; s < path->count; s++) {
        next.count = 0;
        for (size_t i = 0; i < found->count; i++) {
            apl_value at = found->items[i];
            if (path->names[s].data)
                APL_PUSH(&next, step_to(arena, at, path->names[s]));
            for (uint32_t m = 0; path->names[s].data == NULL && at.type == APL_VALUE_ARRAY && m < at.size; m++)
                APL_PUSH(&next, at.items[m]);
        }
        value_list kept = *found;
        *found = next;
        next = kept;
    }
    apl_memory_free(next.items);
}

static void check_path(const apl_subject *subject, apl_field_id field, const random_path *path,
                       const value_list *expected)
{
    apl_walk walk;
    apl_value value;
    size_t count = 0;

    assert_int_equal(apl_subject_has_star(subject, field), path->has_star);
    apl_walk_start(&walk, subject, field, NULL);
    for (; count < FOUND_MAX && apl_walk_next(&value, &walk); count++) {
        if (count >= expected->count || !apl_value_equal(value, expected->items[count]))
            fail_msg("%s: value %zu is wrong", path->text.data, count);
    }
    if (count != expected->count)
        fail_msg("%s: %zu values, should be %zu", path->text.data, count, expected->count);
    if (!path->has_star && !apl_value_equal(apl_subject_value(subject, field), expected->items[0]))
        fail_msg("%s: the value is wrong", path->text.data);
}

static apl_value random_document(random_source *random, apl_arena *arena)
{
    apl_value value;

    do {
        value = random_value(random, arena, 30);
    } while (value.type != APL_VALUE_OBJECT || value.size == 0);
    return value;
}

static void a_slot_is_what_the_path_leads_to(void **state)
{
    unsigned there = 0;
    (void)state;

    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        apl_fields *fields = apl_fields_new();
        random_source random = {seed};
        random_path paths[PATHS];
        apl_field_id ids[PATHS];
        apl_subject subject;
        apl_value document = random_document(&random, arena);
        for (size_t i = 0; i < PATHS; i++) {
            paths[i] = random_path_new(&random, arena, document);
            ids[i] = apl_fields_ask(fields, paths[i].text);
        }
        if (apl_subject_from_json(&subject, arena, fields, NULL, random_json(arena, document, 0)) != APL_OK)
            fail_msg("%s", apl_error_message());
        for (size_t i = 0; i < PATHS; i++) {
            value_list expected = {0};
            follow(&expected, arena, &paths[i], document);
            there += expected.count && expected.items[0].type != APL_VALUE_MISSING;
            check_path(&subject, ids[i], &paths[i], &expected);
            apl_memory_free(expected.items);
        }
        apl_fields_free(fields);
        apl_arena_free(arena);
    }
    assert_true(there > SEEDS); /* else the documents and the paths do not meet */
}

/* Where only numbers of members are asked, the numbers are right, whatever else is kept. */
static void numbers_of_members_are_right(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        apl_fields *fields = apl_fields_new();
        random_source random = {seed};
        apl_value document = random_document(&random, arena);
        random_path path = random_path_new(&random, arena, document);
        apl_subject subject;
        path.text = apl_arena_format(arena, "%s[*]", path.text.data);
        path.names[path.count++] = APL_STR_NONE;
        apl_field_id field = apl_fields_ask_number(fields, path.text);
        if (random_below(&random, 2))
            (void)apl_fields_ask(fields, random_path_new(&random, arena, document).text);
        assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, random_json(arena, document, 0)), APL_OK);
        value_list expected = {0};
        follow(&expected, arena, &path, document);
        apl_walk walk;
        apl_value value;
        size_t count = 0;
        apl_walk_start(&walk, &subject, field, NULL);
        while (apl_walk_next(&value, &walk))
            count++;
        if (count != expected.count)
            fail_msg("%s: %zu members, should be %zu", path.text.data, count, expected.count);
        apl_memory_free(expected.items);
        apl_fields_free(fields);
        apl_arena_free(arena);
    }
}

typedef struct twice_case {
    const char *document;
    const char *b;
    const char *c;
} twice_case;

/* A name that stands twice: the last one counts, and nothing is left of the first. */
static const twice_case twice_cases[] = {
    {"{`a`: {`b`: 1, `c`: 2}, `a`: {`b`: 3}}", "3", "missing"},
    {"{`a`: {`b`: 1, `c`: 2}, `A`: {`B`: 3}}", "3", "missing"},
    {"{`a`: {`b`: 1}, `a`: {`c`: 2}, `a`: {`b`: 5, `b`: 6}}", "6", "missing"},
    {"{`a`: {`b`: 1}, `a`: null}", "missing", "missing"},
    {"{`a`: null, `a`: {`b`: 1}}", "1", "missing"},
    {"{`a`: {`b`: 1}, `a`: [1]}", "missing", "missing"},
};

static void the_last_of_two_names_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof twice_cases / sizeof *twice_cases; i++) {
        apl_arena *arena = apl_arena_new();
        apl_fields *fields = apl_fields_new();
        apl_field_id b = apl_fields_ask(fields, APL_STR("a.b"));
        apl_field_id c = apl_fields_ask(fields, APL_STR("a.c"));
        apl_value document = test_value(arena, twice_cases[i].document);
        apl_subject subject;
        assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, random_json(arena, document, 0)), APL_OK);
        const char *expected[] = {twice_cases[i].b, twice_cases[i].c};
        apl_value found[] = {apl_subject_value(&subject, b), apl_subject_value(&subject, c)};
        for (size_t f = 0; f < 2; f++) {
            const char *shown = found[f].type == APL_VALUE_MISSING ? "missing" : random_json(arena, found[f], 0).data;
            if (strcmp(shown, expected[f]) != 0)
                fail_msg("%s: %s instead of %s", twice_cases[i].document, shown, expected[f]);
        }
        apl_fields_free(fields);
        apl_arena_free(arena);
    }
}

static void more_names_than_can_be_listed_are_unread(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_fields *fields = apl_fields_new();
    apl_field_id keys = apl_fields_ask(fields, APL_STR("a.@keys[*]"));
    apl_subject subject;
    apl_walk walk;
    apl_value value;
    apl_text text;
    (void)state;

    apl_text_init(&text, SIZE_MAX);
    apl_text_add(&text, APL_STR("{\"a\":{"));
    for (unsigned i = 0; i < 70000; i++)
        apl_text_add_format(&text, "%s\"%u\":1", i ? "," : "", i);
    apl_text_add(&text, APL_STR("}}"));
    assert_int_equal(apl_subject_from_json(&subject, arena, fields, NULL, apl_text_str(&text)), APL_OK);
    apl_walk_start(&walk, &subject, keys, NULL);
    assert_false(apl_walk_next(&value, &walk));
    assert_true(walk.is_unread);
    apl_text_free(&text);
    apl_fields_free(fields);
    apl_arena_free(arena);
}

typedef struct null_case {
    const char *document;
    const char *text; /* of a.text, for which null means unread */
    bool is_unread;
} null_case;

static const null_case null_cases[] = {
    {"{\"a\":{\"text\":\"x\"}}", "\"x\"", false},
    {"{\"a\":{\"text\":null}}", "missing", true},
    {"{\"a\":{}}", "missing", true},
    {"{\"a\":{\"text\":\"x\"},\"a\":{\"text\":null}}", "missing", true},
};

static void a_null_that_counts_as_unread_is_no_value(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof null_cases / sizeof *null_cases; i++) {
        apl_arena *arena = apl_arena_new();
        apl_fields *fields = apl_fields_new();
        apl_field_id asked[] = {apl_fields_ask(fields, APL_STR("a.text"))};
        apl_str unread_without[] = {APL_STR("a.text")};
        apl_plan *plan = apl_plan_new(&(apl_plan_options){.arena = arena,
                                                          .fields = fields,
                                                          .asked = asked,
                                                          .asked_count = 1,
                                                          .unread_without = unread_without,
                                                          .unread_without_count = 1});
        apl_projector *projector = apl_projector_new(arena);
        apl_json_reader *reader = apl_json_reader_new();
        const apl_json *node = NULL;
        apl_record record;
        uint32_t unread = 0;
        size_t used = 0;
        assert_int_equal(apl_json_read(&node, &used, reader, apl_str_from(null_cases[i].document)), APL_OK);
        apl_project(&record, &unread, projector, plan, node);
        bool is_there = apl_record_has(&record, 0);
        apl_value value = is_there ? apl_record_unpack(*apl_record_words(&record, plan->word_count)) : APL_MISSING;
        assert_string_equal(is_there ? random_json(arena, value, 0).data : "missing", null_cases[i].text);
        assert_int_equal(unread != 0, null_cases[i].is_unread);
        apl_json_reader_free(reader);
        apl_projector_free(projector);
        apl_fields_free(fields);
        apl_arena_free(arena);
    }
}

static void texts_are_kept_once(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_projector *projector = apl_projector_new(arena);
    char bytes[] = "westeurope";
    (void)state;

    apl_str first = apl_projector_text(projector, apl_str_from(bytes));
    assert_ptr_equal(apl_projector_text(projector, APL_STR("westeurope")).data, first.data);
    assert_ptr_not_equal(first.data, bytes);
    assert_int_equal(apl_projector_text(projector, APL_STR_NONE).size, 0);
    apl_arena *other = apl_arena_new();
    apl_projector_keep_in(projector, other);
    assert_ptr_not_equal(apl_projector_text(projector, APL_STR("westeurope")).data, first.data);
    apl_projector_free(projector);
    apl_projector_free(NULL);
    apl_arena_free(arena);
    apl_arena_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slot_is_what_the_path_leads_to),
        cmocka_unit_test(numbers_of_members_are_right),
        cmocka_unit_test(the_last_of_two_names_counts),
        cmocka_unit_test(more_names_than_can_be_listed_are_unread),
        cmocka_unit_test(a_null_that_counts_as_unread_is_no_value),
        cmocka_unit_test(texts_are_kept_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
