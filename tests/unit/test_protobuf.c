/* tests/unit/test_protobuf.c: the walk over messages, with messages that contradict themselves.
 *
 * What is called and in which order is written down as a text and compared. */
#include "test_random.h"

#include "inspect/model/protobuf.h"

enum { ROOT = 1, CHILD };

static const apl_proto_child children[] = {{ROOT, 2, CHILD}, {CHILD, 2, CHILD}};

static void begin(void *context, unsigned message, unsigned depth)
{
    apl_text_add_format(context, "(%u@%u ", message, depth);
}

static void field(void *context, apl_input *input, const apl_proto_field *at)
{
    apl_str text = apl_proto_text(input, at, 16);

    apl_text_add_format(context, "%u=%llu%.*s ", at->number, (unsigned long long)at->value, APL_STR_ARG(text));
}

static void end(void *context, unsigned message, unsigned depth)
{
    apl_text_add_format(context, "%u@%u) ", message, depth);
}

static const char *walk(apl_text *out, const char *bytes, size_t size)
{
    const apl_proto_walk walking = {children, 2, ROOT, out, begin, field, end};
    apl_input input;

    apl_text_init(out, 4096);
    apl_input_of_memory(&input, apl_str_make(bytes, size));
    const char *fault = apl_proto_read(&walking, &input);
    apl_input_close(&input);
    apl_text_add_char(out, 0);
    return fault;
}

static void calls_in_order(void **state)
{
    /* 1: 150; 2: {1: 3; 3: "ab"; 2: {}}; 4: fixed32 7; 5: fixed64 9 */
    static const char bytes[] = "\x08\x96\x01\x12\x08\x08\x03\x1a\x02"
                                "ab\x12\x00\x25\x07\x00\x00\x00\x29\x09\x00\x00\x00\x00\x00\x00\x00";
    apl_text out;

    (void)state;
    assert_null(walk(&out, bytes, sizeof bytes - 1));
    assert_string_equal(out.data, "(1@0 1=150 (2@1 1=3 3=0ab (2@2 2@2) 2@1) 4=7 5=9 1@0) ");
    apl_text_free(&out);
}

static void refuses_contradictions(void **state)
{
    static const struct {
        const char *bytes;
        size_t size;
    } broken[] = {
        {"\x12\x05\x08\x01", 4},                              /* a message longer than the file */
        {"\x12\x02\x1a\x05xx", 6},                            /* a field longer than its message */
        {"\x08", 1},                                          /* a number that is not there */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 11}, /* a number without an end */
        {"\x0b", 1},                                          /* a group */
        {"\x00\x01", 2},                                      /* field 0 */
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11}, /* a length that overflows */
    };
    apl_text out;

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        assert_non_null(walk(&out, broken[i].bytes, broken[i].size));
        apl_text_free(&out);
    }
}

static void stops_at_its_depth(void **state)
{
    char bytes[2 * 100];
    apl_text out;

    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        bytes[2 * i] = 0x12;
        bytes[2 * i + 1] = (char)(i < 100 - 63 ? 126 : 2 * (99 - i));
    }
    /* The innermost 64 lengths nest exactly; one message more is too many. */
    assert_null(walk(&out, bytes + 2 * (100 - 63), 2 * 63));
    apl_text_free(&out);
    char more[2 + 2 * 63];
    more[0] = 0x12;
    more[1] = 126;
    memcpy(more + 2, bytes + 2 * (100 - 63), 2 * 63);
    assert_non_null(walk(&out, more, sizeof more));
    apl_text_free(&out);
}

static void takes_fields_in_memory(void **state)
{
    apl_str bytes = APL_STR("\x08\x05\x12\x02hi\x1a\x09x");
    apl_proto_field at;
    apl_str content;

    (void)state;
    assert_true(apl_proto_next(&at, &content, &bytes));
    assert_int_equal(at.value, 5);
    assert_true(apl_proto_next(&at, &content, &bytes));
    assert_true(apl_str_equal(content, APL_STR("hi")));
    assert_false(apl_proto_next(&at, &content, &bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_in_order),
        cmocka_unit_test(refuses_contradictions),
        cmocka_unit_test(stops_at_its_depth),
        cmocka_unit_test(takes_fields_in_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
