/* inspect/model/formats/lightgbm.c: LightGBM, trees as lines of text.
 *
 * `name=value` lines in blocks; readers that took the counts of one line for the length of another were broken by them,
 * so the lists of a tree must be as long as its number of leaves says. */
#include "inspect/model/model_format.h"

/* One line. */
#define LINE_BYTES_MAX APL_INPUT_WINDOW_BYTES

static bool matches(apl_str head)
{
    return apl_str_starts(head, APL_STR("tree\nversion=v"));
}

static uint64_t number_of(apl_str text)
{
    uint64_t number = 0;

    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9' || number > UINT32_MAX)
            return UINT64_MAX;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return text.size ? number : UINT64_MAX;
}

static uint64_t items_of(apl_str text)
{
    uint64_t items = 0;

    for (uint32_t i = 0; i < text.size; i++)
        items += text.data[i] != ' ' && (i == 0 || text.data[i - 1] == ' ');
    return items;
}

typedef struct reading {
    apl_model_scan *scan;
    uint64_t leaves; /* of the present tree; UINT64_MAX: not given yet */
    uint64_t trees;
    bool is_at_end; /* behind the last tree */
} reading;

static void judge_list(reading *read, apl_str key, apl_str value, uint64_t at)
{
    static const char *const by_leaf[] = {"leaf_value", "leaf_weight", "leaf_count"};
    static const char *const by_split[] = {"split_feature", "split_gain",  "threshold",      "decision_type",
                                           "left_child",    "right_child", "internal_value", "internal_count"};
    uint64_t wanted = UINT64_MAX;

    for (size_t i = 0; i < sizeof by_leaf / sizeof by_leaf[0]; i++) {
        if (apl_str_equal(key, apl_str_from(by_leaf[i])))
            wanted = read->leaves;
    }
    for (size_t i = 0; i < sizeof by_split / sizeof by_split[0]; i++) {
        if (apl_str_equal(key, apl_str_from(by_split[i])))
            wanted = read->leaves == UINT64_MAX ? UINT64_MAX : read->leaves - (read->leaves > 0);
    }
    if (wanted != UINT64_MAX && value.size && items_of(value) != wanted)
        apl_model_found(read->scan->report, APL_ISSUE_HEADER_INVALID, at, "%.*s has not the length of its tree",
                        APL_STR_ARG(key));
}

static void take_line(reading *read, apl_str line, uint64_t at)
{
    long equals = apl_str_find(line, APL_STR("="));

    if (apl_str_equal(line, APL_STR("end of trees")))
        read->is_at_end = true;
    if (equals <= 0 || read->is_at_end)
        return;
    apl_str key = apl_str_slice(line, 0, (size_t)equals);
    apl_str value = apl_str_slice(line, (size_t)equals + 1, line.size);
    if (apl_str_equal(key, APL_STR("Tree"))) {
        read->trees++;
        read->leaves = UINT64_MAX;
    } else if (apl_str_equal(key, APL_STR("num_leaves"))) {
        read->leaves = number_of(value);
        if (read->leaves == UINT64_MAX)
            apl_model_found(read->scan->report, APL_ISSUE_HEADER_INVALID, at, "num_leaves is no number");
    } else if (apl_str_equal(key, APL_STR("version"))) {
        apl_model_fact_text(read->scan->report, "version", value);
    } else if (apl_str_equal(key, APL_STR("objective"))) {
        apl_model_fact_text(read->scan->report, "objective", value);
    } else {
        judge_list(read, key, value, at);
    }
}

static bool inspect(apl_model_scan *scan, apl_input *input)
{
    reading read = {.scan = scan, .leaves = UINT64_MAX};

    for (size_t there = apl_input_look(input, LINE_BYTES_MAX); there; there = apl_input_look(input, LINE_BYTES_MAX)) {
        const char *bytes = (const char *)apl_input_at(input);
        const char *end = memchr(bytes, '\n', there);
        size_t size = end ? (size_t)(end - bytes) : there;
        if (end == NULL && there == LINE_BYTES_MAX) {
            apl_model_found(scan->report, APL_ISSUE_HEADER_LIMIT, input->position, "a line of more than %u bytes",
                            LINE_BYTES_MAX);
            break;
        }
        take_line(&read, apl_str_trim(apl_str_make(bytes, size)), input->position);
        (void)apl_input_skip(input, size + (end != NULL));
    }
    if (!read.is_at_end)
        apl_model_found(scan->report, APL_ISSUE_DAMAGED, input->position, "the trees have no end");
    apl_model_fact_text(scan->report, "framework", APL_STR("lightgbm"));
    apl_model_fact_add(scan->report, "trees", read.trees);
    return true;
}

const apl_model_format apl_model_format_lightgbm = {
    .name = "lightgbm",
    .summary = "LightGBM",
    .order = 20,
    .matches = matches,
    .inspect = inspect,
};
