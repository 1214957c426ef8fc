/* tests/unit/test_split.c: long texts cut into chunks, against the same text parsed whole.
 *
 * What is compared is what the documents of a text are: each member of an array, each member of an array that pages
 * hold documents in with what stands before it, and every other value as it is. Pages of a few bytes put the borders
 * of chunks inside strings, escapes, characters and numbers. */
#include "test_random.h"

#include "json/split.h"

#define DOCUMENTS_MAX 512

typedef struct cut_text {
    apl_arena *arena;
    apl_str text;
    size_t at;
    uint32_t read_max;
    size_t fails_at; /* a read behind this offset fails */
    random_source random;
    apl_str documents[DOCUMENTS_MAX];
    size_t document_count;
    unsigned taken;
    unsigned given;
    unsigned faults;
    uint64_t fault_offset;
    const char *fault_why;
    unsigned broken; /* chunks that are no JSON */
    unsigned whole;
} cut_text;

static bool is_wrapper(void *context, apl_str name)
{
    (void)context;
    return apl_str_equal(name, APL_STR("value")) || apl_str_equal(name, APL_STR("items"));
}

static void add_document(cut_text *cut, const char *what, apl_str name, apl_value value)
{
    assert_true(cut->document_count < DOCUMENTS_MAX);
    apl_str json = random_json(cut->arena, value, 0);
    cut->documents[cut->document_count++] =
        apl_arena_format(cut->arena, "%s %.*s %.*s", what, APL_STR_ARG(name), APL_STR_ARG(json));
}

/* The documents of one value. Pages made here say of what they are a page in `name`, which stands first. */
static void add_documents(cut_text *cut, apl_value value)
{
    bool is_page = false;

    for (uint32_t i = 0; value.type == APL_VALUE_ARRAY && i < value.size; i++)
        add_document(cut, "item", APL_STR_NONE, value.items[i]);
    if (value.type == APL_VALUE_ARRAY)
        return;
    for (uint32_t m = 0; value.type == APL_VALUE_OBJECT && m < value.size; m++) {
        apl_value list = value.members[m].value;
        bool holds = is_wrapper(NULL, value.members[m].key) && list.type == APL_VALUE_ARRAY && list.size &&
                     list.items[0].type == APL_VALUE_OBJECT;
        is_page = is_page || holds;
        for (uint32_t i = 0; holds && i < list.size; i++) {
            apl_str of = apl_arena_format(cut->arena, "%.*s of %.*s", APL_STR_ARG(value.members[m].key),
                                          APL_STR_ARG(apl_value_str(apl_value_member(value, "of"))));
            add_document(cut, "member", of, list.items[i]);
        }
    }
    if (!is_page)
        add_document(cut, "value", APL_STR_NONE, value);
}

static apl_status read_text(void *context, size_t *got, char *buffer, size_t size)
{
    cut_text *cut = context;
    size_t left = cut->text.size - cut->at;
    size_t wanted = 1 + random_below(&cut->random, cut->read_max);

    if (cut->at >= cut->fails_at)
        return apl_fail(APL_E_IO, "the disk burns");
    *got = wanted < size ? wanted : size;
    if (*got > left)
        *got = left;
    memcpy(buffer, cut->text.data + cut->at, *got);
    cut->at += *got;
    return APL_OK;
}

static apl_chunk *take(void *context)
{
    cut_text *cut = context;
    apl_chunk *chunk = apl_memory_new(sizeof *chunk);

    cut->taken++;
    return chunk;
}

/* All values of a text, one after another. */
static void add_all(cut_text *cut, apl_str text)
{
    apl_json_reader *reader = apl_json_reader_new();
    const apl_json *node = NULL;
    size_t used = 0;

    while (text.size) {
        if (apl_json_read(&node, &used, reader, text) != APL_OK) {
            cut->broken++;
            break;
        }
        if (node)
            add_documents(cut, apl_json_value(cut->arena, node));
        text = apl_str_slice(text, used, text.size);
    }
    apl_json_reader_free(reader);
}

/* The members of one page, put together again. A page holds documents when the first of them is an object, and a part
 * of it need not begin with one; the reader takes care of that, and here an object is put before them. */
static void add_page(cut_text *cut, const apl_chunk *chunk)
{
    size_t before = cut->document_count;
    bool is_end = chunk->closing[0] == 0;
    apl_text page;

    apl_text_init(&page, SIZE_MAX);
    apl_text_add(&page, apl_text_str(&chunk->head));
    apl_text_add(&page, is_end ? APL_STR("") : APL_STR("{},"));
    for (size_t i = 0; i < chunk->items.count; i++) {
        apl_chunk_item item = chunk->items.items[i];
        if (i)
            apl_text_add_char(&page, ',');
        apl_text_add(&page, apl_str_make(chunk->bytes + item.from, item.to - item.from));
    }
    apl_text_add(&page, apl_str_from(chunk->closing));
    add_all(cut, apl_text_str(&page));
    apl_text_free(&page);
    if (is_end || cut->document_count == before)
        return;
    for (size_t i = before + 1; i < cut->document_count; i++)
        cut->documents[i - 1] = cut->documents[i];
    cut->document_count--;
}

/* Values that stand alone, or members of an array that is a whole text. */
static void add_items(cut_text *cut, const apl_chunk *chunk)
{
    for (size_t i = 0; i < chunk->items.count; i++) {
        apl_chunk_item item = chunk->items.items[i];
        apl_str text = apl_str_make(chunk->bytes + item.from, item.to - item.from);
        apl_value value = APL_MISSING;
        assert_true(item.from < item.to && item.to <= chunk->size);
        if (chunk->closing[0] == 0)
            add_all(cut, text);
        else if (apl_json_parse(&value, cut->arena, text) == APL_OK)
            add_document(cut, "item", APL_STR_NONE, value);
        else
            cut->broken++;
    }
}

static void add_lines(cut_text *cut, apl_str text)
{
    apl_str line;

    while (text.size && apl_str_next(&line, &text, '\n'))
        add_all(cut, line);
}

static void give(void *context, apl_chunk *chunk)
{
    cut_text *cut = context;

    cut->given++;
    cut->whole += chunk->is_whole;
    assert_true(chunk->size == 0 || chunk->capacity >= chunk->size + APL_CHUNK_PADDING);
    if (chunk->size)
        assert_memory_equal(chunk->bytes, cut->text.data + chunk->offset, chunk->size);
    if (chunk->kind == APL_CHUNK_LINES)
        add_lines(cut, apl_str_make(chunk->bytes, chunk->size));
    else if (chunk->kind == APL_CHUNK_VALUES)
        add_all(cut, apl_str_make(chunk->bytes, chunk->size));
    else if (chunk->head.size)
        add_page(cut, chunk);
    else
        add_items(cut, chunk);
    apl_chunk_free(chunk);
    apl_memory_free(chunk);
}

static void on_fault(void *context, uint64_t offset, const char *why)
{
    cut_text *cut = context;

    cut->faults++;
    cut->fault_offset = offset;
    cut->fault_why = why;
}

static apl_status run(cut_text *cut, size_t page_bytes, size_t document_bytes)
{
    apl_split split = {
        .read = read_text,
        .read_context = cut,
        .take = take,
        .give = give,
        .fault = on_fault,
        .is_wrapper = is_wrapper,
        .context = cut,
        .page_bytes = page_bytes,
        .document_bytes = document_bytes,
    };
    apl_status status = apl_split_text(&split);

    assert_int_equal(cut->taken, cut->given);
    return status;
}

static cut_text *cut_new(apl_arena *arena, apl_str text)
{
    cut_text *cut = APL_ARENA_NEW(arena, cut_text);

    *cut = (cut_text){.arena = arena, .text = text, .read_max = 7, .fails_at = SIZE_MAX};
    return cut;
}

/* A value like those that sources give: half of them pages with documents in one or two arrays. */
static apl_value random_outer(random_source *random, apl_arena *arena)
{
    apl_member *members = APL_ARENA_ARRAY(arena, apl_member, 6);
    apl_value *documents = APL_ARENA_ARRAY(arena, apl_value, 8);
    size_t count = 0;
    apl_value value;

    do {
        value = random_value(random, arena, 10);
    } while (value.type < APL_VALUE_ARRAY || value.size == 0);
    if (random_below(random, 2))
        return value;
    for (size_t i = 0; i < 8; i++)
        documents[i] = i && random_below(random, 3) ? random_value(random, arena, 6) : apl_value_object(NULL, 0);
    if (value.type == APL_VALUE_OBJECT)
        documents[0] = value;
    members[count++] = (apl_member){APL_STR("of"), apl_value_string(random_text(random, arena, 6))};
    if (random_below(random, 2))
        members[count++] = (apl_member){APL_STR("x"), random_value(random, arena, 4)};
    members[count++] = (apl_member){APL_STR("value"), apl_value_array(documents, 1 + random_below(random, 8))};
    if (random_below(random, 2))
        members[count++] = (apl_member){APL_STR("y"), random_value(random, arena, 4)};
    if (random_below(random, 2))
        members[count++] = (apl_member){APL_STR("items"), apl_value_array(documents, random_below(random, 3))};
    return apl_value_object(members, count);
}

/* Several values: one a line, side by side, or pretty-printed. */
static apl_str random_outer_text(random_source *random, apl_arena *arena)
{
    static const char *const between[] = {"\n", "", " ", "\r\n", "\n\n  \t"};
    uint32_t way = random_below(random, 3);
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    if (random_below(random, 8) == 0)
        apl_text_add(&text, APL_STR("\xEF\xBB\xBF"));
    for (uint32_t left = 1 + random_below(random, 5); left; left--) {
        apl_text_add(&text, random_json(arena, random_outer(random, arena), way == 2 ? 2 : 0));
        uint32_t gap = way == 0   ? 3 * random_below(random, 2)
                       : way == 1 ? 1 + random_below(random, 2)
                                  : random_below(random, 5);
        apl_text_add(&text, apl_str_from(between[gap]));
    }
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

static void assert_starts_like(const cut_text *whole, const cut_text *cut, uint64_t seed)
{
    if (cut->document_count > whole->document_count)
        fail_msg("seed %llu: %zu documents, should be at most %zu: %s", (unsigned long long)seed, cut->document_count,
                 whole->document_count, whole->text.data);
    for (size_t i = 0; i < cut->document_count; i++) {
        if (!apl_str_equal(cut->documents[i], whole->documents[i]))
            fail_msg("seed %llu: document %zu is %s, should be %s in %s", (unsigned long long)seed, i,
                     cut->documents[i].data, whole->documents[i].data, whole->text.data);
    }
}

#define SEEDS 3000u

static void cuts_like_the_whole_text(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        apl_str text = random_outer_text(&random, arena);
        cut_text *whole = cut_new(arena, text);
        cut_text *cut = cut_new(arena, text);

        add_all(whole, text);
        assert_int_equal(whole->broken, 0);
        cut->random = random;
        cut->read_max = 1 + random_below(&random, 40);
        assert_int_equal(run(cut, 3 + random_below(&random, 90), 0), APL_OK);
        assert_starts_like(whole, cut, seed);
        if (cut->document_count != whole->document_count || cut->faults || cut->broken)
            fail_msg("seed %llu: %zu documents of %zu, %u faults, %u broken: %s", (unsigned long long)seed,
                     cut->document_count, whole->document_count, cut->faults, cut->broken, text.data);
        apl_arena_free(arena);
    }
}

static void gives_what_is_before_the_end(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        apl_str text = random_outer_text(&random, arena);
        cut_text *whole = cut_new(arena, text);
        cut_text *cut = cut_new(arena, apl_str_slice(text, 0, random_below(&random, text.size)));

        add_all(whole, text);
        cut->random = random;
        assert_int_equal(run(cut, 3 + random_below(&random, 90), 0), APL_OK);
        assert_starts_like(whole, cut, seed);
        assert_true(cut->faults + cut->broken <= 1);
        apl_arena_free(arena);
    }
}

static void gives_what_is_before_a_failure(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        apl_arena *arena = apl_arena_new();
        random_source random = {seed};
        apl_str text = random_outer_text(&random, arena);
        cut_text *whole = cut_new(arena, text);
        cut_text *cut = cut_new(arena, text);

        add_all(whole, text);
        cut->random = random;
        cut->fails_at = random_below(&random, text.size);
        assert_int_equal(run(cut, 3 + random_below(&random, 90), 0), APL_E_IO);
        assert_starts_like(whole, cut, seed);
        assert_int_equal(cut->faults + cut->broken, 0);
        apl_arena_free(arena);
    }
}

/* A text with a part that is 40 times as long as a document may be, and what is left of it. */
typedef struct long_case {
    const char *before;
    const char *filling;
    const char *behind;
    size_t documents;
    const char *first;
    uint64_t fault_offset;
} long_case;

static const long_case long_cases[] = {
    {"[{\"a\":1},\"", "x", "\",{\"a\":2}]", 2, "item  {\"a\":1}", 9},
    {"[\"", "x", "\",{\"a\":2},{\"a\":3}]", 2, "item  {\"a\":2}", 1},
    {"{\"value\":[{\"b\":\"", "x", "\"},{\"a\":2}]}", 1, "member value of  {\"a\":2}", 10},
    {"{\"of\":\"p\",\"value\":[{\"a\":1},{\"b\":\"", "x", "\"},{\"a\":2}]}", 2, "member value of p {\"a\":1}", 27},
    {"{\"a\":\"", "x", "\"} {\"b\":1}", 1, "value  {\"b\":1}", 0},
    {"{\"a\":1}\n{\"b\":\"", "x", "\"}\n{\"a\":2}\n", 2, "value  {\"a\":1}", 8},
    {"{\"a\":\"", "x", "\"}\n{\"b\":1}\n", 1, "value  {\"b\":1}", 0},
    {"{\"x\":\"", "x", "\",\"value\":[{\"a\":1},{\"a\":2}]}", 2, "item  {\"a\":1}", 0},
    {"[[", "[", "", 0, NULL, 1},
};

static apl_str long_text(apl_arena *arena, const long_case *one)
{
    apl_text text;

    apl_text_init(&text, SIZE_MAX);
    apl_text_add(&text, apl_str_from(one->before));
    for (unsigned i = 0; i < 40 * 64; i++)
        apl_text_add(&text, apl_str_from(one->filling));
    apl_text_add(&text, apl_str_from(one->behind));
    apl_str made = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return made;
}

static void passes_over_what_is_too_long(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof long_cases / sizeof *long_cases; i++) {
        const long_case *one = &long_cases[i];
        bool is_open = one->behind[0] == 0;
        apl_arena *arena = apl_arena_new();
        cut_text *cut = cut_new(arena, long_text(arena, one));

        assert_int_equal(run(cut, 32, 64), APL_OK);
        if (cut->document_count != one->documents || cut->faults != 1u + is_open || cut->broken)
            fail_msg("%s: %zu documents, %u faults, %u broken", one->before, cut->document_count, cut->faults,
                     cut->broken);
        if (one->first)
            assert_string_equal(cut->documents[0].data, one->first);
        if (!is_open)
            assert_int_equal(cut->fault_offset, one->fault_offset);
        apl_arena_free(arena);
    }
}

static void says_when_too_much_stands_before_the_array(void **state)
{
    apl_arena *arena = apl_arena_new();
    apl_text text;
    (void)state;

    apl_text_init(&text, SIZE_MAX);
    apl_text_add(&text, APL_STR("{\"x\":\""));
    for (size_t i = 0; i < (2u << 20); i++)
        apl_text_add_char(&text, 'x');
    apl_text_add(&text, APL_STR("\",\"value\":[{\"a\":1},{\"a\":2},"));
    for (size_t i = 0; i < 64; i++)
        apl_text_add_char(&text, ' ');
    apl_text_add(&text, APL_STR("{\"a\":3}],\"items\":[{\"a\":4}]}"));
    cut_text *cut = cut_new(arena, apl_text_str(&text));
    cut->read_max = 1u << 20;

    assert_int_equal(run(cut, 64, 0), APL_OK);
    assert_int_equal(cut->faults, 1);
    assert_string_equal(cut->documents[0].data, "item  {\"a\":1}");
    assert_int_equal(cut->document_count, 3);
    apl_text_free(&text);
    apl_arena_free(arena);
}

/* Small texts, each with the number of its documents, broken parts and faults, however they are cut. */
typedef struct small_case {
    const char *text;
    size_t documents;
    unsigned broken;
    unsigned faults;
} small_case;

static const small_case small_cases[] = {
    {"", 0, 0, 0},
    {" \n\t ", 0, 0, 0},
    {"\xEF\xBB\xBF", 0, 0, 0},
    {"                         {\"a\":1}", 1, 0, 0},
    {"{\"a\":1}\r\n{\"a\":2}\r\n\r\n", 2, 0, 0},
    {"{\"a\":1}\n{\"a\":\n{\"a\":3}\n", 2, 1, 0},
    {"{\"value\":[\n{\"a\":1},\n{\"a\":2}\n]}", 2, 0, 0},
    {"{\"a\":1}\n{\n\"a\": 2\n}\n", 2, 0, 0},
    {"{\"a\":1}{\"a\":2}]{\"a\":3}", 3, 1, 0},
    {"[1,\"a\",[],null ,{}]", 5, 0, 0},
    {"[]", 0, 0, 0},
    {"{}", 1, 0, 0},
    {"{\"value\":[]}", 1, 0, 0},
    {"{\"value\":[1,{\"a\":2}]}", 1, 0, 0},
    {"{\"value\":{\"value\":[{\"a\":1}]}}", 1, 0, 0},
    {"[{\"a\":1},{\"a\":2}", 2, 0, 1},
};

static void takes_small_texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof small_cases / sizeof *small_cases; i++) {
        const small_case *one = &small_cases[i];
        for (size_t page_bytes = 3; page_bytes < strlen(one->text); page_bytes++) {
            apl_arena *arena = apl_arena_new();
            cut_text *cut = cut_new(arena, apl_str_from(one->text));
            assert_int_equal(run(cut, page_bytes, 0), APL_OK);
            if (page_bytes < 11 && strchr(one->text, '\n'))
                page_bytes = 11; /* the first line must be seen whole */
            else if (cut->document_count != one->documents || cut->broken != one->broken || cut->faults != one->faults)
                fail_msg("%s in pages of %zu: %zu documents, %u broken, %u faults", one->text, page_bytes,
                         cut->document_count, cut->broken, cut->faults);
            apl_arena_free(arena);
        }
    }
}

static void a_text_of_one_page_is_whole(void **state)
{
    static const char *const texts[] = {"", "  ", "{\"a\":1}", "{}\n{}", "no JSON"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        apl_arena *arena = apl_arena_new();
        cut_text *cut = cut_new(arena, apl_str_from(texts[i]));
        assert_int_equal(run(cut, 100, 0), APL_OK);
        assert_int_equal(cut->whole, 1);
        assert_int_equal(cut->given, 1);
        apl_arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_like_the_whole_text),
        cmocka_unit_test(gives_what_is_before_the_end),
        cmocka_unit_test(gives_what_is_before_a_failure),
        cmocka_unit_test(passes_over_what_is_too_long),
        cmocka_unit_test(says_when_too_much_stands_before_the_array),
        cmocka_unit_test(takes_small_texts),
        cmocka_unit_test(a_text_of_one_page_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
