/* query/explore.c: from the words of a query to a program over sets of assets.
 *
 * Words are put in order by their precedence (NOT, AND, OR) with a stack of what is still open; nothing recurses. The
 * grammar and examples stand in docs/explore.md. */
#include "query/explore.h"

#include <stdlib.h>

/* What is open: an operator that waits for its right side, or a parenthesis. */
typedef enum open_kind { OPEN_THAT, OPEN_OR, OPEN_AND, OPEN_NOT, OPEN_LINK, OPEN_QUERY, OPEN_GROUP } open_kind;

typedef struct open_step {
    open_kind kind;
    apl_explore_step step; /* of a link */
} open_step;

typedef struct word {
    apl_str text;
    uint32_t at; /* column, from 1 */
    bool is_quoted;
} word;

typedef struct parsing {
    apl_explore *out;
    apl_arena *arena;
    const apl_vocabulary *vocabulary;
    word words[APL_EXPLORE_STEPS_MAX];
    size_t word_count;
    size_t next;
    open_step open[APL_EXPLORE_STEPS_MAX];
    size_t open_count;
    size_t depth;
} parsing;

static const struct {
    const char *name;
    apl_explore_fact fact;
} fact_names[] = {
    {"id", APL_FACT_ID},
    {"name", APL_FACT_NAME},
    {"type", APL_FACT_TYPE},
    {"cloud", APL_FACT_CLOUD},
    {"tenant", APL_FACT_TENANT},
    {"scope", APL_FACT_SCOPE},
    {"location", APL_FACT_LOCATION},
    {"exposure", APL_FACT_EXPOSURE},
    {"sensitivity", APL_FACT_SENSITIVITY},
    {"criticality", APL_FACT_CRITICALITY},
    {"used-for", APL_FACT_USED_FOR},
    {"ai", APL_FACT_AI},
    {"read", APL_FACT_READ},
};

static bool is_mark(char c)
{
    return c == '(' || c == ')' || c == '=' || c == '!' || c == ',';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t word_end(apl_str query, size_t from)
{
    size_t to = from + 1;

    if (query.data[from] == '!' && to < query.size && query.data[to] == '=')
        return to + 1;
    while (!is_mark(query.data[from]) && to < query.size && !is_space(query.data[to]) && !is_mark(query.data[to]))
        to++;
    return to;
}

static apl_status split_words(parsing *p, apl_str query)
{
    for (size_t at = 0; at < query.size;) {
        if (is_space(query.data[at])) {
            at++;
            continue;
        }
        if (p->word_count == APL_EXPLORE_STEPS_MAX)
            return apl_fail(APL_E_LIMIT, "explore: more than %d words", APL_EXPLORE_STEPS_MAX);
        bool is_quoted = query.data[at] == '"';
        apl_str rest = apl_str_slice(query, at + 1, query.size);
        long quote = is_quoted ? apl_str_find(rest, APL_STR("\"")) : -1;
        if (is_quoted && quote < 0)
            return apl_fail(APL_E_USAGE, "explore: the quotation mark at column %zu is not closed", at + 1);
        size_t to = is_quoted ? at + 1 + (size_t)quote : word_end(query, at);
        apl_str text = apl_str_slice(query, at + is_quoted, to);
        p->words[p->word_count++] = (word){apl_arena_str(p->arena, text), (uint32_t)at + 1, is_quoted};
        at = to + is_quoted;
    }
    return APL_OK;
}

static bool is_word(const parsing *p, size_t index, const char *text)
{
    return index < p->word_count && !p->words[index].is_quoted &&
           apl_str_equal_nocase(p->words[index].text, apl_str_from(text));
}

static apl_status wrong(const parsing *p, const char *wanted)
{
    if (p->next >= p->word_count)
        return apl_fail(APL_E_USAGE, "explore: the query ends where %s is expected", wanted);
    const word *at = &p->words[p->next];
    return apl_fail(APL_E_USAGE, "explore: \"%.*s\" at column %u stands where %s is expected", APL_STR_ARG(at->text),
                    at->at, wanted);
}

static apl_status unknown(const parsing *p, const apl_guess *nearest, const char *what)
{
    const word *at = &p->words[p->next];
    char hint[APL_GUESS_HINT_BYTES];

    return apl_fail(APL_E_USAGE, "explore: \"%.*s\" at column %u is no %s%s", APL_STR_ARG(at->text), at->at, what,
                    apl_guess_hint(nearest, hint));
}

static void emit(parsing *p, apl_explore_step step)
{
    if (p->out->count < APL_EXPLORE_STEPS_MAX)
        p->out->steps[p->out->count++] = step;
}

static void push(parsing *p, open_kind kind, apl_explore_step step)
{
    if (p->open_count < APL_EXPLORE_STEPS_MAX)
        p->open[p->open_count++] = (open_step){kind, step};
}

static void pop_into_program(parsing *p)
{
    open_step top = p->open[--p->open_count];

    switch (top.kind) {
    case OPEN_THAT:
    case OPEN_AND:
        emit(p, (apl_explore_step){.kind = APL_EXPLORE_AND});
        break;
    case OPEN_OR:
        emit(p, (apl_explore_step){.kind = APL_EXPLORE_OR});
        break;
    case OPEN_NOT:
        emit(p, (apl_explore_step){.kind = APL_EXPLORE_NOT});
        break;
    case OPEN_LINK:
        emit(p, top.step);
        break;
    case OPEN_QUERY:
    case OPEN_GROUP:
        break;
    }
}

static bool top_is(const parsing *p, open_kind kind)
{
    return p->open_count && p->open[p->open_count - 1].kind == kind;
}

/* A condition is complete: what stands directly before it is now done. */
static void close_prefixes(parsing *p)
{
    while (top_is(p, OPEN_NOT) || top_is(p, OPEN_LINK))
        pop_into_program(p);
}

/* Values after `=`: words between commas. */
static apl_status take_values(parsing *p, apl_words *out)
{
    apl_str *items = APL_ARENA_ARRAY(p->arena, apl_str, p->word_count + 1);

    for (;;) {
        if (p->next >= p->word_count || (!p->words[p->next].is_quoted && is_mark(p->words[p->next].text.data[0])))
            return wrong(p, "a value");
        items[out->count++] = p->words[p->next++].text;
        if (!is_word(p, p->next, ","))
            break;
        p->next++;
    }
    out->items = items;
    return APL_OK;
}

/* Kinds and relations are lower case in the vocabulary. */
static apl_str lowered(const parsing *p, apl_str text)
{
    char *copy = apl_arena_alloc(p->arena, (size_t)text.size + 1);

    for (uint32_t i = 0; i < text.size; i++)
        copy[i] = apl_char_lower(text.data[i]);
    return apl_str_make(copy, text.size);
}

static bool has_star(apl_str text)
{
    return apl_str_find(text, APL_STR("*")) >= 0;
}

/* A kind, a native type (with a slash, a dot or ::), a pattern, or `assets`. */
static apl_status check_entity(const parsing *p, apl_str text)
{
    bool is_type = apl_str_find(text, APL_STR("/")) >= 0 || apl_str_find(text, APL_STR(".")) >= 0 ||
                   apl_str_find(text, APL_STR("::")) >= 0;

    if (is_type || has_star(text) || apl_vocabulary_kind(p->vocabulary, lowered(p, text)) != APL_KIND_NONE)
        return APL_OK;
    apl_guess nearest = apl_vocabulary_nearest_kind(p->vocabulary, text);
    return unknown(p, &nearest, "kind or type");
}

static apl_status take_entity(parsing *p)
{
    apl_str *items = APL_ARENA_ARRAY(p->arena, apl_str, p->word_count + 1);
    apl_explore_step step = {.kind = APL_EXPLORE_ENTITY};
    apl_status status = APL_OK;

    for (;;) {
        if (p->next >= p->word_count || is_mark(p->words[p->next].text.data[0]))
            return wrong(p, "a kind or type");
        apl_str text = p->words[p->next].text;
        if (!is_word(p, p->next, "assets")) {
            status = check_entity(p, text);
            items[step.words.count++] = text;
        }
        if (status != APL_OK)
            return status;
        p->next++;
        if (!is_word(p, p->next, ","))
            break;
        p->next++;
    }
    step.words.items = items;
    emit(p, step);
    return APL_OK;
}

static bool find_fact(apl_explore_step *step, apl_str name)
{
    if (apl_str_starts_nocase(name, APL_STR("tag:")) && name.size > 4) {
        step->fact = APL_FACT_TAG;
        step->tag = apl_str_slice(name, 4, name.size);
        return true;
    }
    for (size_t i = 0; i < sizeof fact_names / sizeof fact_names[0]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(fact_names[i].name))) {
            step->fact = fact_names[i].fact;
            return true;
        }
    }
    return false;
}

/* `exposure = internet, trusted`, `tag:env != prod`, and `ai` alone. */
static apl_status take_fact(parsing *p, apl_explore_step step)
{
    bool is_flag = step.fact == APL_FACT_AI || step.fact == APL_FACT_READ;

    step.kind = APL_EXPLORE_FACT;
    p->next++;
    bool is_equal = is_word(p, p->next, "=");
    step.is_negated = is_word(p, p->next, "!=");
    if (!is_equal && !step.is_negated && !is_flag)
        return wrong(p, "= or !=");
    apl_status status = APL_OK;
    if (is_equal || step.is_negated) {
        p->next++;
        status = take_values(p, &step.words);
    } else {
        static const apl_str yes[] = {{"true", 4}};
        step.words = (apl_words){yes, 1};
    }
    emit(p, step);
    return status;
}

/* `has finding`, `has finding CHECK, ...`, `has severity high+`, `has path`. */
static apl_status take_insight(parsing *p)
{
    apl_explore_step step = {.kind = APL_EXPLORE_FINDING};
    apl_status status = APL_OK;

    p->next++;
    if (is_word(p, p->next, "path")) {
        p->next++;
        step.kind = APL_EXPLORE_PATH;
    } else if (is_word(p, p->next, "severity")) {
        p->next++;
        status = take_values(p, &step.words);
        if (status == APL_OK)
            status = apl_filter_severities(&step.severities, step.words);
        step.words = (apl_words){0};
    } else if (is_word(p, p->next, "finding")) {
        p->next++;
        bool is_end = p->next >= p->word_count || is_word(p, p->next, "AND") || is_word(p, p->next, "OR") ||
                      is_word(p, p->next, ")");
        if (!is_end)
            status = take_values(p, &step.words);
    } else {
        return wrong(p, "finding, severity or path");
    }
    emit(p, step);
    return status;
}

static apl_status no_condition(const parsing *p)
{
    apl_guess nearest = apl_vocabulary_nearest_relation(p->vocabulary, p->words[p->next].text);

    for (size_t i = 0; i < sizeof fact_names / sizeof fact_names[0]; i++)
        apl_guess_try(&nearest, apl_str_from(fact_names[i].name));
    return unknown(p, &nearest, "relation, fact or insight");
}

/* A relation and what stands behind it: an entity, or a query in parentheses, which stays open. */
static apl_status take_link(parsing *p, apl_relation_type relation, bool *is_open)
{
    apl_explore_step step = {.kind = APL_EXPLORE_LINK, .relation = relation};

    p->next++;
    if (is_word(p, p->next, "BY")) {
        step.is_incoming = true;
        p->next++;
    }
    push(p, OPEN_LINK, step);
    *is_open = is_word(p, p->next, "(");
    if (*is_open) {
        push(p, OPEN_QUERY, step);
        p->next++;
        p->depth++;
    }
    return take_entity(p);
}

static apl_status take_that(parsing *p, bool *wants_condition)
{
    *wants_condition = is_word(p, p->next, "THAT");
    if (*wants_condition) {
        push(p, OPEN_THAT, (apl_explore_step){0});
        p->next++;
    }
    return APL_OK;
}

/* One condition, up to where an operator, a parenthesis or the end must follow. */
static apl_status take_condition(parsing *p, bool *wants_condition)
{
    apl_explore_step step = {0};
    bool is_open = false;

    *wants_condition = true;
    if (is_word(p, p->next, "NOT")) {
        push(p, OPEN_NOT, step);
        p->next++;
        return APL_OK;
    }
    if (is_word(p, p->next, "(")) {
        push(p, OPEN_GROUP, step);
        p->next++;
        p->depth++;
        return p->depth > APL_EXPLORE_DEPTH_MAX ? wrong(p, "an end of parentheses") : APL_OK;
    }
    if (p->next >= p->word_count || is_mark(p->words[p->next].text.data[0]))
        return wrong(p, "a condition");
    *wants_condition = false;
    apl_str text = p->words[p->next].text;
    apl_relation_type relation = apl_vocabulary_relation(p->vocabulary, lowered(p, text));
    apl_status status = APL_OK;
    if (is_word(p, p->next, "has"))
        status = take_insight(p);
    else if (find_fact(&step, text))
        status = take_fact(p, step);
    else if (relation != APL_RELATION_NONE)
        status = take_link(p, relation, &is_open);
    else
        return no_condition(p);
    if (status == APL_OK && is_open)
        return take_that(p, wants_condition);
    close_prefixes(p);
    return status;
}

/* Closes all that is open inside the innermost parenthesis, or inside the whole. */
static void close_inner(parsing *p)
{
    while (p->open_count && !top_is(p, OPEN_QUERY) && !top_is(p, OPEN_GROUP))
        pop_into_program(p);
}

static apl_status take_operator(parsing *p, bool *wants_condition)
{
    *wants_condition = true;
    if (is_word(p, p->next, "AND")) {
        while (top_is(p, OPEN_AND))
            pop_into_program(p);
        push(p, OPEN_AND, (apl_explore_step){0});
    } else if (is_word(p, p->next, "OR")) {
        while (top_is(p, OPEN_AND) || top_is(p, OPEN_OR))
            pop_into_program(p);
        push(p, OPEN_OR, (apl_explore_step){0});
    } else if (is_word(p, p->next, ")") && p->depth) {
        *wants_condition = false;
        close_inner(p);
        p->open_count--;
        p->depth--;
        close_prefixes(p);
    } else {
        return wrong(p, p->depth ? "AND, OR or )" : "AND, OR or the end");
    }
    p->next++;
    return APL_OK;
}

static apl_status parse(parsing *p)
{
    bool wants_condition = false;
    bool has_condition = false;

    apl_status status = take_entity(p);
    if (status == APL_OK)
        status = take_that(p, &wants_condition);
    has_condition = wants_condition;
    while (status == APL_OK && (wants_condition || p->next < p->word_count)) {
        if (!has_condition)
            return wrong(p, "THAT or the end");
        status = wants_condition ? take_condition(p, &wants_condition) : take_operator(p, &wants_condition);
    }
    if (status != APL_OK)
        return status;
    if (p->depth)
        return wrong(p, ")");
    close_inner(p);
    return APL_OK;
}

apl_status apl_explore_compile(apl_explore *out, apl_arena *arena, apl_str query, const apl_vocabulary *vocabulary)
{
    parsing *p = apl_memory_new(sizeof *p);

    out->count = 0;
    *p = (parsing){.out = out, .arena = arena, .vocabulary = vocabulary};
    apl_status status = split_words(p, query);
    if (status == APL_OK)
        status = parse(p);
    apl_memory_free(p);
    return status;
}
