/* policy/evidence.c: turns the explanation of a condition into evidence rows and one sentence.
 *
 * A leaf whose condition held made the resource wrong, so what would have passed is its opposite; a leaf that did not
 * hold (below a `not`, or in an existenceCondition) is what would have passed. The condition on `type` only says which
 * resources are meant and is left out, and so is `kind equals`. */
#include "policy/evidence.h"

#include "base/limits.h"

/* A value in a sentence; the row has the whole one. */
#define SENTENCE_VALUE_MAX 120

typedef struct opposite {
    const char *name;
    const char *opposite; /* the operator that holds when this one does not */
} opposite;

static const opposite opposites[] = {
    {"equals", "notEquals"},
    {"notEquals", "equals"},
    {"in", "notIn"},
    {"notIn", "in"},
    {"like", "notLike"},
    {"notLike", "like"},
    {"match", "notMatch"},
    {"notMatch", "match"},
    {"matchInsensitively", "notMatchInsensitively"},
    {"notMatchInsensitively", "matchInsensitively"},
    {"contains", "notContains"},
    {"notContains", "contains"},
    {"containsKey", "notContainsKey"},
    {"notContainsKey", "containsKey"},
    {"less", "greaterOrEquals"},
    {"lessOrEquals", "greater"},
    {"greater", "lessOrEquals"},
    {"greaterOrEquals", "less"},
};

/* How each operator reads before its operand. */
static const opposite wordings[] = {
    {"notEquals", "not"},
    {"in", "one of"},
    {"notIn", "not one of"},
    {"like", "like"},
    {"notLike", "not like"},
    {"match", "matching"},
    {"notMatch", "not matching"},
    {"matchInsensitively", "matching"},
    {"notMatchInsensitively", "not matching"},
    {"contains", "containing"},
    {"notContains", "not containing"},
    {"containsKey", "with the key"},
    {"notContainsKey", "without the key"},
    {"less", "less than"},
    {"lessOrEquals", "at most"},
    {"greater", "more than"},
    {"greaterOrEquals", "at least"},
};

static const char *look_up(const opposite *table, size_t count, apl_str name, const char *otherwise)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(table[i].name)))
            return table[i].opposite;
    }
    return otherwise;
}

static apl_value words(apl_arena *arena, const char *before, apl_value operand)
{
    apl_text text;

    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    apl_text_add_format(&text, "%s ", before);
    apl_value_write(&text, operand, 0);
    apl_value value = apl_value_string(apl_arena_str(arena, apl_text_str(&text)));
    apl_text_free(&text);
    return value;
}

static bool is_true_value(apl_value value)
{
    return value.type == APL_VALUE_BOOL ? value.boolean : apl_str_equal_nocase(apl_value_str(value), APL_STR("true"));
}

/* What a count must be, in whole numbers where the operand is one. */
static apl_value count_words(apl_arena *arena, apl_str wanted, apl_value operand)
{
    bool is_zero = operand.type == APL_VALUE_INTEGER && operand.integer == 0;
    int64_t number = operand.type == APL_VALUE_INTEGER ? operand.integer : 0;

    if (operand.type != APL_VALUE_INTEGER)
        return words(arena, look_up(wordings, sizeof wordings / sizeof *wordings, wanted, "exactly"), operand);
    if (apl_str_equal_nocase(wanted, APL_STR("notEquals")))
        return is_zero ? apl_value_string(APL_STR("at least 1")) : words(arena, "not", operand);
    if (apl_str_equal_nocase(wanted, APL_STR("greater")))
        return words(arena, "at least", apl_value_integer(number + 1));
    if (apl_str_equal_nocase(wanted, APL_STR("greaterOrEquals")))
        return words(arena, "at least", operand);
    if (apl_str_equal_nocase(wanted, APL_STR("less")))
        return number <= 1 ? apl_value_string(APL_STR("none")) : words(arena, "at most", apl_value_integer(number - 1));
    if (apl_str_equal_nocase(wanted, APL_STR("lessOrEquals")))
        return is_zero ? apl_value_string(APL_STR("none")) : words(arena, "at most", operand);
    return is_zero ? apl_value_string(APL_STR("none")) : words(arena, "exactly", operand);
}

apl_evidence_row apl_evidence_of_leaf(apl_arena *arena, const apl_trace_leaf *leaf)
{
    apl_evidence_row row = {{leaf->path, leaf->value, leaf->operand, false}, true};
    apl_str name = leaf->operator_name;

    if (leaf->outcome == APL_TRUTH_UNREAD) { /* nobody knows what it is, so nobody can say what it should be */
        row.evidence.value = APL_UNREAD;
        row.evidence.expected = APL_MISSING;
        return row;
    }
    bool is_count = apl_str_starts_nocase(name, APL_STR("count "));

    if (is_count)
        name = apl_str_slice(name, 6, name.size);
    if (apl_str_equal_nocase(name, APL_STR("exists"))) {
        bool must_exist = is_true_value(leaf->operand) != (leaf->outcome == APL_TRUE);
        row.evidence.expected = apl_value_string(must_exist ? APL_STR("present") : APL_STR("absent"));
        return row;
    }
    if (leaf->outcome == APL_TRUE)
        name = apl_str_from(look_up(opposites, sizeof opposites / sizeof *opposites, name, "notEquals"));
    if (is_count) {
        row.evidence.expected = count_words(arena, name, leaf->operand);
        return row;
    }
    if (leaf->is_calculated && leaf->operand.type == APL_VALUE_BOOL &&
        apl_str_equal_nocase(name, APL_STR("notEquals"))) {
        row.evidence.expected = apl_value_bool(!leaf->operand.boolean); /* there is no third */
        row.is_words = false;
        return row;
    }
    bool is_list_of_one =
        apl_str_equal_nocase(name, APL_STR("in")) && leaf->operand.type == APL_VALUE_ARRAY && leaf->operand.size == 1;
    if (apl_str_equal_nocase(name, APL_STR("equals")) || is_list_of_one) {
        row.evidence.expected = is_list_of_one ? leaf->operand.items[0] : leaf->operand;
        row.is_words = false;
        return row;
    }
    row.evidence.expected =
        words(arena, look_up(wordings, sizeof wordings / sizeof *wordings, name, "not"), leaf->operand);
    return row;
}

/* Conditions that only say which resources the rule means. */
static bool is_selector(const apl_trace_leaf *leaf)
{
    static const char *const positive[] = {"equals", "in", NULL};

    if (apl_str_equal_nocase(leaf->path, APL_STR("type")))
        return true;
    return apl_str_equal_nocase(leaf->path, APL_STR("kind")) && leaf->outcome == APL_TRUE &&
           apl_is_one_of(leaf->operator_name, positive);
}

static bool is_wanted(const apl_trace_leaf *leaf, apl_truth only)
{
    return only != APL_TRUTH_UNREAD || leaf->outcome == APL_TRUTH_UNREAD;
}

static void put_row(apl_evidence_rows *rows, apl_evidence_row row, apl_str prefix)
{
    if (rows->count == APL_EVIDENCE_MAX)
        return;
    if (prefix.size)
        row.evidence.path =
            apl_arena_format(rows->arena, "%.*s#%.*s", APL_STR_ARG(prefix), APL_STR_ARG(row.evidence.path));
    rows->items[rows->count++] = row;
}

/* "length(a.b) to be at least 30" */
static apl_value calculation_words(apl_arena *arena, const apl_evidence_row *row)
{
    apl_text text;

    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    apl_text_add_format(&text, "%.*s to be ", APL_STR_ARG(row->evidence.path));
    if (row->is_words)
        apl_text_add(&text, apl_value_str(row->evidence.expected));
    else
        apl_value_write(&text, row->evidence.expected, 0);
    apl_value words = apl_value_string(apl_arena_str(arena, apl_text_str(&text)));
    apl_text_free(&text);
    return words;
}

/* What was calculated, after the values that it was calculated from; the first of them says what was expected. */
static void add_row(apl_evidence_rows *rows, const apl_trace_leaf *leaf, apl_str prefix)
{
    apl_evidence_row row = apl_evidence_of_leaf(rows->arena, leaf);

    row.evidence.is_calculated = leaf->is_calculated;
    for (unsigned i = 0; i < leaf->field_count; i++) {
        apl_value expected =
            i == 0 && row.evidence.value.type != APL_VALUE_UNREAD ? calculation_words(rows->arena, &row) : APL_MISSING;
        put_row(rows, (apl_evidence_row){{leaf->fields[i].path, leaf->fields[i].value, expected, false}, true}, prefix);
    }
    put_row(rows, row, prefix);
}

void apl_evidence_add_trace(apl_evidence_rows *rows, const apl_trace *trace, apl_truth only, apl_str prefix)
{
    size_t before = rows->count;

    for (size_t i = 0; i < trace->leaves.count; i++) {
        const apl_trace_leaf *leaf = &trace->leaves.items[i];
        if (is_wanted(leaf, only) && !is_selector(leaf))
            add_row(rows, leaf, prefix);
    }
    /* A rule that is about types alone rests on the type. */
    for (size_t i = 0; rows->count == before && i < trace->leaves.count; i++) {
        if (is_wanted(&trace->leaves.items[i], only))
            add_row(rows, &trace->leaves.items[i], prefix);
    }
}

static void add_value(apl_text *text, apl_value value)
{
    apl_text json;

    apl_text_init(&json, SENTENCE_VALUE_MAX);
    apl_value_write(&json, value, 0);
    apl_text_add(text, apl_text_str(&json));
    if (json.is_cut)
        apl_text_add(text, APL_STR("..."));
    apl_text_free(&json);
}

apl_str apl_evidence_sentence(const apl_evidence_rows *rows)
{
    const apl_evidence_row *first = &rows->items[0];
    size_t more = 0;
    apl_text text;

    if (rows->count == 0)
        return APL_STR_NONE;
    for (size_t i = 1; i < rows->count; i++)
        more += !rows->items[i].evidence.is_calculated;
    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    apl_text_add(&text, first->evidence.path);
    if (first->evidence.value.type == APL_VALUE_MISSING) {
        apl_text_add(&text, APL_STR(" is missing"));
    } else if (first->evidence.value.type == APL_VALUE_UNREAD) {
        apl_text_add(&text, APL_STR(" was not read"));
    } else {
        apl_text_add(&text, APL_STR(" is "));
        add_value(&text, first->evidence.value);
    }
    if (first->evidence.value.type != APL_VALUE_UNREAD) {
        apl_text_add(&text, APL_STR(", expected "));
        if (first->is_words)
            apl_text_add(&text, apl_value_str(first->evidence.expected));
        else
            add_value(&text, first->evidence.expected);
    }
    if (more > 0)
        apl_text_add_format(&text, ", and %zu more", more);
    apl_text_add_char(&text, '.');
    apl_str sentence = apl_arena_str(rows->arena, apl_text_str(&text));
    apl_text_free(&text);
    return sentence;
}

void apl_evidence_give(apl_policy_result *out, const apl_evidence_rows *rows)
{
    apl_evidence *evidence = APL_ARENA_ARRAY(rows->arena, apl_evidence, rows->count);

    for (size_t i = 0; i < rows->count; i++)
        evidence[i] = rows->items[i].evidence;
    out->evidence = evidence;
    out->evidence_count = (uint32_t)rows->count;
}

void apl_evidence_explain(apl_evidence_rows *rows, const apl_condition *condition, const apl_eval *eval,
                          apl_truth outcome, apl_str prefix)
{
    apl_trace trace;
    apl_eval traced = *eval;

    apl_trace_init(&trace, rows->arena);
    trace.leaves_max = APL_EVIDENCE_MAX;
    traced.trace = &trace;
    apl_condition_eval(condition, &traced);
    apl_evidence_add_trace(rows, &trace, outcome, prefix);
    apl_trace_free(&trace);
}
