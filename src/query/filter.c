/* query/filter.c: reads the words of a filter and tells a wrong one from a right one.
 *
 * Stands between the command line and the selection. A word that names nothing is refused with the nearest valid
 * name: an empty answer must mean that there is nothing, never that a name was mistyped. */
#include "query/filter.h"

#include "query/nearest.h"

apl_words apl_words_split(apl_arena *arena, const char *const *lists, size_t list_count)
{
    size_t words_max = list_count;
    size_t count = 0;

    for (size_t i = 0; i < list_count; i++) {
        for (const char *at = lists[i]; *at; at++)
            words_max += *at == ',';
    }
    apl_str *items = APL_ARENA_ARRAY(arena, apl_str, words_max);
    for (size_t i = 0; i < list_count; i++) {
        apl_str rest = apl_str_from(lists[i]);
        apl_str part;
        while (apl_str_next(&part, &rest, ',')) {
            apl_str word = apl_str_trim(part);
            if (word.size)
                items[count++] = word;
        }
    }
    return (apl_words){items, count};
}

/* The index of `word` among `names`, or -1. */
static int find_name(const char *const *names, size_t count, apl_str word)
{
    for (size_t i = 0; i < count; i++) {
        if (apl_str_equal_nocase(apl_str_from(names[i]), word))
            return (int)i;
    }
    return -1;
}

static apl_status refuse(const char *option, const char *const *names, size_t count, apl_str word)
{
    apl_guess nearest = apl_guess_start(word);

    for (size_t i = 0; i < count; i++)
        apl_guess_try(&nearest, apl_str_from(names[i]));
    if (nearest.best.size)
        return apl_fail(APL_E_USAGE, "--%s: \"%.*s\" is not known; the nearest is \"%.*s\"", option, APL_STR_ARG(word),
                        APL_STR_ARG(nearest.best));
    return apl_fail(APL_E_USAGE, "--%s: \"%.*s\" is not known; one of them is \"%s\"", option, APL_STR_ARG(word),
                    names[0]);
}

typedef struct name_list {
    const char *option;
    const char *const *names;
    size_t count;
    bool has_all;
} name_list;

static apl_status bits_of(unsigned *out, const name_list *list, apl_words words)
{
    *out = 0;
    for (size_t i = 0; i < words.count; i++) {
        if (list->has_all && apl_str_equal_nocase(words.items[i], APL_STR("all"))) {
            *out |= (1u << list->count) - 1;
            continue;
        }
        int index = find_name(list->names, list->count, words.items[i]);
        if (index < 0)
            return refuse(list->option, list->names, list->count, words.items[i]);
        *out |= 1u << (unsigned)index;
    }
    return APL_OK;
}

apl_status apl_filter_statuses(unsigned *out, apl_words words)
{
    return bits_of(out, &(name_list){"status", apl_status_names, APL_STATUS_COUNT, true}, words);
}

static size_t count_names(const char *const *names)
{
    size_t count = 0;

    while (names[count])
        count++;
    return count;
}

apl_status apl_filter_clouds(unsigned *out, apl_words words)
{
    return bits_of(out, &(name_list){"cloud", apl_cloud_names, count_names(apl_cloud_names), true}, words);
}

apl_status apl_filter_exposures(unsigned *out, apl_words words)
{
    return bits_of(out, &(name_list){"exposure", apl_exposure_names, APL_EXPOSURE_INTERNET + 1, true}, words);
}

apl_status apl_filter_severity(apl_severity *out, const char *option, apl_str word)
{
    int index = find_name(apl_severity_names, APL_SEVERITY_COUNT, word);

    if (index < 0)
        return refuse(option, apl_severity_names, APL_SEVERITY_COUNT, word);
    *out = (apl_severity)index;
    return APL_OK;
}

apl_status apl_filter_severities(unsigned *out, apl_words words)
{
    unsigned all = (1u << APL_SEVERITY_COUNT) - 1;

    *out = 0;
    for (size_t i = 0; i < words.count; i++) {
        apl_str word = words.items[i];
        bool and_worse = apl_str_ends(word, APL_STR("+"));
        apl_severity severity = APL_SEVERITY_INFO;

        if (apl_str_equal_nocase(word, APL_STR("all"))) {
            *out |= all;
            continue;
        }
        apl_str name = and_worse ? apl_str_slice(word, 0, word.size - 1) : word;
        apl_status status = apl_filter_severity(&severity, "severity", name);
        if (status != APL_OK)
            return status;
        *out |= and_worse ? all & ~((1u << severity) - 1) : 1u << severity;
    }
    return APL_OK;
}

/* True when the word chooses the rule by its check or its id; else the names are kept as candidates. */
static bool rule_has_check(apl_guess *nearest, const apl_rule_info *rule, apl_str word)
{
    if (apl_str_like_nocase(rule->check, word) || apl_str_like_nocase(rule->id, word))
        return true;
    apl_guess_try(nearest, rule->check);
    return false;
}

static apl_status check_exists(apl_str word, const apl_content *content, const apl_snapshot *snapshot)
{
    apl_guess nearest = apl_guess_start(word);

    for (size_t i = 0; content && i < apl_content_rule_count(content); i++) {
        if (rule_has_check(&nearest, apl_content_rule(content, i), word))
            return APL_OK;
    }
    for (size_t i = 0; content && i < apl_content_policy_count(content); i++) {
        if (rule_has_check(&nearest, apl_content_policy(content, i), word))
            return APL_OK;
    }
    const apl_rule_info *last = NULL;
    for (size_t i = 0; snapshot && i < snapshot->estate->findings.count; i++) {
        const apl_rule_info *rule = snapshot->estate->findings.items[i].rule;
        if (rule != last && rule_has_check(&nearest, rule, word))
            return APL_OK;
        last = rule;
    }
    return apl_query_nearest_refuse(&nearest, "--check", "aplomb checks");
}

static bool control_is_there(apl_guess *nearest, const apl_framework_info *framework, apl_str control)
{
    if (control.size == 0)
        return true;
    for (size_t i = 0; i < framework->control_count; i++) {
        if (apl_str_like_nocase(framework->controls[i].id, control))
            return true;
        apl_guess_try(nearest, framework->controls[i].id);
    }
    return false;
}

/* `ISO42001:A.4.5` cut at its first colon. */
static void split_framework(apl_str *framework, apl_str *control, apl_str word)
{
    long colon = apl_str_find(word, APL_STR(":"));

    *framework = colon < 0 ? word : apl_str_slice(word, 0, (size_t)colon);
    *control = colon < 0 ? APL_STR_NONE : apl_str_slice(word, (size_t)colon + 1, word.size);
}

/* A framework that only rules name is an initiative of the user. */
static bool rule_has_framework(apl_guess *nearest, const apl_rule_info *rule, apl_str name)
{
    for (uint32_t c = 0; c < rule->control_count; c++) {
        if (apl_str_like_nocase(rule->controls[c].framework, name))
            return true;
        apl_guess_try(nearest, rule->controls[c].framework);
    }
    return false;
}

static bool any_rule_has_framework(apl_guess *nearest, apl_str name, const apl_content *content,
                                   const apl_snapshot *snapshot)
{
    for (size_t i = 0; content && i < apl_content_policy_count(content); i++) {
        if (rule_has_framework(nearest, apl_content_policy(content, i), name))
            return true;
    }
    for (size_t i = 0; snapshot && i < snapshot->estate->judged.count; i++) {
        if (rule_has_framework(nearest, snapshot->estate->judged.items[i].rule, name))
            return true;
    }
    return false;
}

static apl_status framework_exists(apl_str word, const apl_content *content, const apl_snapshot *snapshot)
{
    apl_str name;
    apl_str control;
    apl_guess nearest;

    split_framework(&name, &control, word);
    nearest = apl_guess_start(name);
    for (size_t i = 0; i < apl_content_framework_count(content); i++) {
        const apl_framework_info *framework = apl_content_framework(content, i);
        if (apl_str_like_nocase(framework->id, name)) {
            apl_guess controls = apl_guess_start(control);
            if (control_is_there(&controls, framework, control))
                return APL_OK;
            return apl_query_nearest_refuse(&controls, "--framework", "aplomb frameworks");
        }
        apl_guess_try(&nearest, framework->id);
    }
    if (any_rule_has_framework(&nearest, name, content, snapshot))
        return APL_OK;
    return apl_query_nearest_refuse(&nearest, "--framework", "aplomb frameworks");
}

static apl_status kind_exists(apl_str word, const apl_vocabulary *vocabulary)
{
    apl_guess nearest = apl_guess_start(word);

    for (size_t i = 1; i < vocabulary->kinds.count; i++) {
        if (apl_str_like_nocase(vocabulary->kinds.items[i].name, word))
            return APL_OK;
        apl_guess_try(&nearest, vocabulary->kinds.items[i].name);
    }
    return apl_query_nearest_refuse(&nearest, "--kind", "aplomb services");
}

apl_status apl_filter_check_names(const apl_filter *filter, const apl_content *content, const apl_snapshot *snapshot)
{
    const apl_vocabulary *vocabulary = snapshot  ? snapshot->estate->vocabulary
                                       : content ? apl_content_vocabulary(content)
                                                 : NULL;
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < filter->checks.count; i++)
        status = check_exists(filter->checks.items[i], content, snapshot);
    for (size_t i = 0; status == APL_OK && content && i < filter->frameworks.count; i++)
        status = framework_exists(filter->frameworks.items[i], content, snapshot);
    for (size_t i = 0; status == APL_OK && vocabulary && i < filter->kinds.count; i++)
        status = kind_exists(filter->kinds.items[i], vocabulary);
    return status;
}
