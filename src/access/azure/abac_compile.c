/* access/azure/abac_compile.c: the text of a condition to a postfix program.
 *
 * An operator-precedence parser with its own stack: NOT binds closer than AND, AND closer than OR, although Azure
 * itself asks for brackets. Both spellings of each word are taken (AND &&, OR ||, NOT !), names without regard to
 * case. */
#include "access/azure/abac_program.h"
#include "base/limits.h"

typedef enum token_kind {
    TOKEN_END,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_OPEN_LIST,
    TOKEN_CLOSE_LIST,
    TOKEN_COMMA,
    TOKEN_NOT,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_TEXT,      /* 'quoted' */
    TOKEN_WORD,      /* an operator, a number, a GUID, true ... */
    TOKEN_ATTRIBUTE, /* @Source[name] */
} token_kind;

typedef struct token {
    token_kind kind;
    apl_str text;
    apl_str source; /* of an attribute */
    uint32_t at;
} token;

typedef struct parser {
    apl_str text;
    uint32_t next;
    token token; /* the present one */
    apl_arena *arena;
    APL_VECTOR(apl_abac_step) steps;
    token_kind stack[APL_ABAC_DEPTH_MAX]; /* OPEN, NOT, AND, OR that wait */
    unsigned stack_size;
    unsigned depth; /* truths on the stack of the evaluation */
    uint32_t value_count;
    bool reads_resource;
} parser;

static apl_status fault(const parser *p, const char *expected)
{
    if (p->token.kind == TOKEN_END)
        return apl_fail(APL_E_INPUT, "condition: ends where %s is expected", expected);
    return apl_fail(APL_E_INPUT, "condition: character %u: \"%.*s\" where %s is expected", p->token.at + 1,
                    (int)(p->token.text.size < 60 ? p->token.text.size : 60), p->token.text.data, expected);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_word_char(char c)
{
    return !is_space(c) && strchr("(){},'!&|@[]", c) == NULL;
}

static token_kind kind_of_word(apl_str word)
{
    if (apl_str_equal_nocase(word, APL_STR("and")))
        return TOKEN_AND;
    if (apl_str_equal_nocase(word, APL_STR("or")))
        return TOKEN_OR;
    return apl_str_equal_nocase(word, APL_STR("not")) ? TOKEN_NOT : TOKEN_WORD;
}

static apl_str take(parser *p, uint32_t size)
{
    apl_str text = apl_str_slice(p->text, p->next, p->next + size);

    p->next += size;
    return text;
}

/* A quoted text; a quote in it is written twice. The doubled quotes are made single in a copy. */
static apl_status take_quoted(parser *p)
{
    uint32_t start = p->next + 1;
    uint32_t end = start;
    bool has_quotes = false;

    for (; end < p->text.size; end++) {
        if (p->text.data[end] != '\'')
            continue;
        if (end + 1 == p->text.size || p->text.data[end + 1] != '\'')
            break;
        has_quotes = true;
        end++;
    }
    if (end >= p->text.size)
        return apl_fail(APL_E_INPUT, "condition: character %u: a text has no closing quote", p->next + 1);
    p->token.text = apl_str_slice(p->text, start, end);
    p->next = end + 1;
    if (!has_quotes)
        return APL_OK;
    apl_str copy = apl_arena_str(p->arena, p->token.text);
    char *to = (char *)(uintptr_t)copy.data; /* our own copy */
    uint32_t size = 0;
    for (uint32_t i = 0; i < copy.size; i++) {
        to[size++] = copy.data[i];
        i += copy.data[i] == '\'';
    }
    p->token.text = apl_str_make(copy.data, size);
    return APL_OK;
}

/* The name behind `Source[`, up to the bracket that closes it. */
static apl_status take_attribute(parser *p, apl_str source)
{
    apl_str rest = apl_str_slice(p->text, p->next + 1, p->text.size);
    long end = apl_str_find(rest, APL_STR("]"));

    if (end < 0)
        return apl_fail(APL_E_INPUT, "condition: character %u: an attribute has no closing bracket", p->next + 1);
    p->token.kind = TOKEN_ATTRIBUTE;
    p->token.source = source;
    p->token.text = apl_str_trim(apl_str_slice(rest, 0, (size_t)end));
    p->next += (uint32_t)end + 2;
    return APL_OK;
}

static apl_status take_word(parser *p)
{
    bool is_marked = p->text.data[p->next] == '@';
    uint32_t start = p->next + is_marked;
    uint32_t end = start;

    while (end < p->text.size && is_word_char(p->text.data[end]))
        end++;
    p->token.text = apl_str_slice(p->text, start, end);
    p->next = end;
    while (end < p->text.size && is_space(p->text.data[end]))
        end++;
    if (end < p->text.size && p->text.data[end] == '[' && p->token.text.size) {
        p->next = end;
        return take_attribute(p, p->token.text);
    }
    if (is_marked || p->token.text.size == 0)
        return apl_fail(APL_E_INPUT, "condition: character %u: unexpected \"%c\"", p->token.at + 1,
                        p->text.data[p->token.at]);
    p->token.kind = kind_of_word(p->token.text);
    return APL_OK;
}

/* One of ( ) { } , ! && ||, or false. */
static bool take_sign(parser *p)
{
    static const struct {
        apl_str sign;
        token_kind kind;
    } signs[] = {
        {APL_STR("("), TOKEN_OPEN},        {APL_STR(")"), TOKEN_CLOSE}, {APL_STR("{"), TOKEN_OPEN_LIST},
        {APL_STR("}"), TOKEN_CLOSE_LIST},  {APL_STR(","), TOKEN_COMMA}, {APL_STR("!"), TOKEN_NOT},
        {APL_STR("&&"), TOKEN_AND},        {APL_STR("||"), TOKEN_OR},
    };
    apl_str rest = apl_str_slice(p->text, p->next, p->text.size);

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (!apl_str_starts(rest, signs[i].sign))
            continue;
        p->token.kind = signs[i].kind;
        p->token.text = take(p, signs[i].sign.size);
        return true;
    }
    return false;
}

static apl_status advance(parser *p)
{
    while (p->next < p->text.size && is_space(p->text.data[p->next]))
        p->next++;
    p->token = (token){.kind = TOKEN_END, .at = p->next};
    if (p->next == p->text.size || take_sign(p))
        return APL_OK;
    if (p->text.data[p->next] == '\'') {
        p->token.kind = TOKEN_TEXT;
        return take_quoted(p);
    }
    return take_word(p);
}

static apl_status expect(parser *p, token_kind kind, const char *name)
{
    return p->token.kind == kind ? advance(p) : fault(p, name);
}

/* { value, value ... } */
static apl_status parse_list(apl_abac_operand *out, parser *p)
{
    APL_VECTOR(apl_str) values = {0};
    apl_status status = expect(p, TOKEN_OPEN_LIST, "{");

    while (status == APL_OK && p->token.kind != TOKEN_CLOSE_LIST) {
        if (p->token.kind != TOKEN_TEXT && p->token.kind != TOKEN_WORD)
            status = fault(p, "a value");
        else if (p->value_count++ == APL_ABAC_VALUES_MAX)
            status = apl_fail(APL_E_LIMIT, "condition: more than %u values", APL_ABAC_VALUES_MAX);
        if (status != APL_OK)
            break;
        APL_PUSH(&values, p->token.text);
        status = advance(p);
        if (status == APL_OK && p->token.kind == TOKEN_COMMA)
            status = advance(p);
        else if (status == APL_OK && p->token.kind != TOKEN_CLOSE_LIST)
            status = fault(p, ", or }");
    }
    if (status == APL_OK)
        status = expect(p, TOKEN_CLOSE_LIST, "}");
    apl_str *kept = APL_ARENA_ARRAY(p->arena, apl_str, values.count);
    if (values.count)
        memcpy(kept, values.items, values.count * sizeof *kept);
    *out = (apl_abac_operand){.source = APL_ABAC_LITERAL, .values = kept, .value_count = (uint32_t)values.count};
    apl_memory_free(values.items);
    return status;
}

static apl_status parse_attribute(apl_abac_operand *out, parser *p)
{
    static const char *const names[] = {"", "request", "resource", "principal", "environment", "subject"};

    *out = (apl_abac_operand){.attribute = p->token.text};
    for (size_t i = 1; i < sizeof names / sizeof *names; i++) {
        if (apl_str_equal_nocase(p->token.source, apl_str_from(names[i])))
            out->source = i == 5 ? APL_ABAC_PRINCIPAL : (apl_abac_source)i;
    }
    if (out->source == APL_ABAC_LITERAL)
        return apl_fail(APL_E_INPUT,
                        "condition: character %u: \"%.*s\" is no source of attributes; there are Request, Resource, "
                        "Principal and Environment",
                        p->token.at + 1, APL_STR_ARG(p->token.source));
    p->reads_resource = p->reads_resource || out->source == APL_ABAC_RESOURCE;
    return advance(p);
}

/* An attribute, a list or a single value. */
static apl_status parse_operand(apl_abac_operand *out, parser *p)
{
    if (p->token.kind == TOKEN_ATTRIBUTE)
        return parse_attribute(out, p);
    if (p->token.kind == TOKEN_OPEN_LIST)
        return parse_list(out, p);
    if (p->token.kind != TOKEN_TEXT && p->token.kind != TOKEN_WORD)
        return fault(p, "a value or an attribute");
    apl_str *one = APL_ARENA_NEW(p->arena, apl_str);
    *one = p->token.text;
    *out = (apl_abac_operand){.source = APL_ABAC_LITERAL, .values = one, .value_count = 1};
    return advance(p);
}

static bool find_quantifier(apl_abac_quantifier *out, apl_str name)
{
    static const char *const names[] = {"ForAnyOfAnyValues", "ForAllOfAnyValues", "ForAnyOfAllValues",
                                        "ForAllOfAllValues"};

    for (unsigned i = 0; i < 4; i++) {
        if (!apl_str_equal_nocase(name, apl_str_from(names[i])))
            continue;
        *out = (apl_abac_quantifier){.is_all_left = (i & 1) != 0, .is_all_right = (i & 2) != 0};
        return true;
    }
    return false;
}

static apl_status unknown_operator(const parser *p, apl_str name)
{
    return apl_fail(APL_E_INPUT, "condition: character %u: no operator is called \"%.*s\"", p->token.at + 1,
                    APL_STR_ARG(name));
}

/* "StringEquals", "ForAnyOfAnyValues:StringEquals"; the colon may have spaces behind it. */
static apl_status parse_operator(apl_abac_step *step, parser *p)
{
    if (p->token.kind != TOKEN_WORD)
        return fault(p, "an operator");
    apl_str name = p->token.text;
    long colon = apl_str_find(name, APL_STR(":"));
    if (colon >= 0) {
        if (!find_quantifier(&step->quantifier, apl_str_slice(name, 0, (size_t)colon)))
            return unknown_operator(p, name);
        name = apl_str_slice(name, (size_t)colon + 1, name.size);
        if (name.size == 0) {
            apl_status status = advance(p);
            if (status != APL_OK || p->token.kind != TOKEN_WORD)
                return status != APL_OK ? status : fault(p, "an operator");
            name = p->token.text;
        }
    }
    step->operator= apl_abac_operator_find(name);
    return step->operator? advance(p) : unknown_operator(p, name);
}

static apl_status emit(parser *p, apl_abac_step step)
{
    bool is_leaf = step.kind < APL_ABAC_NOT;

    APL_ASSERT(is_leaf || p->depth > 0);
    if (is_leaf && p->depth == APL_ABAC_DEPTH_MAX)
        return apl_fail(APL_E_LIMIT, "condition: more than %u parts in each other", APL_ABAC_DEPTH_MAX);
    if (is_leaf)
        p->depth++;
    else if (step.kind != APL_ABAC_NOT)
        p->depth--;
    APL_PUSH(&p->steps, step);
    return APL_OK;
}

static apl_status parse_comparison(parser *p)
{
    apl_abac_step step = {.kind = APL_ABAC_COMPARE};

    apl_status status = parse_operand(&step.left, p);
    if (status == APL_OK)
        status = parse_operator(&step, p);
    if (status == APL_OK)
        status = parse_operand(&step.right, p);
    return status == APL_OK ? emit(p, step) : status;
}

/* A leaf: ActionMatches{...}, SubOperationMatches{...}, Exists @..., or a comparison. */
static apl_status parse_leaf(parser *p)
{
    apl_abac_step step = {.kind = APL_ABAC_COMPARE};
    apl_status status;

    if (p->token.kind == TOKEN_WORD && apl_str_equal_nocase(p->token.text, APL_STR("ActionMatches")))
        step.kind = APL_ABAC_ACTION_MATCHES;
    else if (p->token.kind == TOKEN_WORD && apl_str_equal_nocase(p->token.text, APL_STR("SubOperationMatches")))
        step.kind = APL_ABAC_SUB_OPERATION;
    else if (p->token.kind == TOKEN_WORD && apl_str_equal_nocase(p->token.text, APL_STR("Exists")))
        step.kind = APL_ABAC_EXISTS;
    if (step.kind == APL_ABAC_COMPARE)
        return parse_comparison(p);
    status = advance(p);
    if (status == APL_OK && step.kind != APL_ABAC_EXISTS)
        status = parse_list(&step.left, p);
    else if (status == APL_OK)
        status = p->token.kind == TOKEN_ATTRIBUTE ? parse_attribute(&step.left, p) : fault(p, "an attribute");
    return status == APL_OK ? emit(p, step) : status;
}

static apl_status push(parser *p, token_kind kind)
{
    if (p->stack_size == APL_ABAC_DEPTH_MAX)
        return apl_fail(APL_E_LIMIT, "condition: more than %u parts in each other", APL_ABAC_DEPTH_MAX);
    p->stack[p->stack_size++] = kind;
    return advance(p);
}

/* Writes out what waits and binds at least as close as `kind` (NOT before AND before OR). */
static apl_status reduce(parser *p, token_kind kind)
{
    apl_status status = APL_OK;

    while (status == APL_OK && p->stack_size) {
        token_kind top = p->stack[p->stack_size - 1];
        if (top == TOKEN_OPEN || top > kind)
            break;
        apl_abac_kind step = top == TOKEN_NOT ? APL_ABAC_NOT : top == TOKEN_AND ? APL_ABAC_AND : APL_ABAC_OR;
        status = emit(p, (apl_abac_step){.kind = step});
        p->stack_size--;
    }
    return status;
}

static apl_status close_bracket(parser *p)
{
    apl_status status = reduce(p, TOKEN_OR);

    if (status != APL_OK)
        return status;
    if (p->stack_size == 0)
        return fault(p, "AND, OR or the end");
    p->stack_size--; /* the open bracket */
    return advance(p);
}

static apl_status parse(parser *p)
{
    apl_status status = advance(p);
    bool wants_operand = true;

    while (status == APL_OK) {
        token_kind kind = p->token.kind;
        if (wants_operand && (kind == TOKEN_OPEN || kind == TOKEN_NOT)) {
            status = push(p, kind);
        } else if (wants_operand) {
            status = parse_leaf(p);
            wants_operand = false;
        } else if (kind == TOKEN_AND || kind == TOKEN_OR) {
            status = reduce(p, kind);
            if (status == APL_OK)
                status = push(p, kind);
            wants_operand = true;
        } else if (kind == TOKEN_CLOSE) {
            status = close_bracket(p);
        } else {
            break;
        }
    }
    if (status == APL_OK && p->token.kind != TOKEN_END)
        return fault(p, "AND, OR or the end");
    if (status == APL_OK)
        status = reduce(p, TOKEN_OR);
    if (status == APL_OK && p->stack_size)
        return fault(p, ")");
    return status;
}

apl_status apl_abac_compile(apl_abac **out, apl_arena *arena, apl_str text)
{
    parser p = {.text = text, .arena = arena};

    *out = NULL;
    if (text.size > APL_ABAC_BYTES_MAX)
        return apl_fail(APL_E_LIMIT, "condition: longer than %u bytes", APL_ABAC_BYTES_MAX);
    apl_status status = parse(&p);
    if (status == APL_OK) {
        apl_abac_step *steps = APL_ARENA_ARRAY(arena, apl_abac_step, p.steps.count);
        memcpy(steps, p.steps.items, p.steps.count * sizeof *steps);
        *out = APL_ARENA_NEW(arena, apl_abac);
        **out = (apl_abac){steps, (uint32_t)p.steps.count, p.reads_resource};
    }
    apl_memory_free(p.steps.items);
    return status;
}
