/* condition/expression.c: from texts in brackets, and JSON around them, to instructions.
 *
 * "[concat('a', field('b'))]" is read once from left to right; calls and indexes that are open stand on a stack of at
 * most APL_EXPRESSION_DEPTH_MAX. What is constant is computed at once: parameters, and pure functions of them. A
 * constant part that fails stays as it is, because a lazy if() may never reach it. */
#include "condition/compiler.h"

typedef enum frame_kind { FRAME_CALL, FRAME_IF, FRAME_CHAIN, FRAME_INDEX } frame_kind;

/* A call or an index that is open. */
typedef struct frame {
    frame_kind kind;
    const apl_function *function;
    uint8_t chain;      /* apl_step_kind of and, or, coalesce */
    uint32_t first;     /* its first step; of an index: of what is indexed */
    uint32_t height;    /* of the stack before it */
    uint32_t arguments; /* complete so far */
    uint32_t branch;    /* of if: the step that takes the condition */
    uint32_t leap;      /* of if: the jump behind the second argument */
    uint32_t last_link; /* of a chain: number + 1 of the latest step that jumps to its end */
} frame;

/* An array or object around expressions that is open. */
typedef struct container {
    apl_value json;
    uint32_t next;
    uint32_t first; /* its first step */
} container;

typedef struct parser {
    apl_compiler *compiler;
    apl_str text; /* inside the brackets */
    uint32_t at;
    uint32_t nodes;
    APL_VECTOR(apl_code_step) steps;
    uint32_t height;
    uint32_t height_max;
    uint32_t operand; /* the first step of the operand that was read last */
    uint32_t depth;
    uint32_t open_count;
    bool has_failed;
    /* Not cleared: most values that are compiled are plain, and need neither. */
    frame frames[APL_EXPRESSION_DEPTH_MAX];
    container open[APL_JSON_DEPTH_MAX];
} parser;

bool apl_text_is_expression(apl_str *out, apl_arena *arena, apl_str text)
{
    *out = text;
    if (text.size < 2 || text.data[0] != '[' || text.data[text.size - 1] != ']')
        return false;
    if (text.data[1] != '[')
        return true;
    *out = apl_arena_str(arena, apl_str_slice(text, 1, text.size));
    return false;
}

static void fault(parser *p, const char *cause)
{
    p->has_failed = true;
    apl_report_error(p->compiler, "the expression is wrong at character %u: %s", p->at + 2, cause);
}

/* ---- steps ---- */

static uint32_t emit(parser *p, apl_code_step step, int height_change)
{
    APL_PUSH(&p->steps, step);
    p->height = (uint32_t)((int64_t)p->height + height_change);
    if (p->height > p->height_max)
        p->height_max = p->height;
    return (uint32_t)p->steps.count - 1;
}

static void emit_constant(parser *p, apl_value value)
{
    (void)emit(p, (apl_code_step){.kind = APL_STEP_CONSTANT, .constant = value}, 1);
}

static bool is_constant(const parser *p, uint32_t step)
{
    return step < p->steps.count && p->steps.items[step].kind == APL_STEP_CONSTANT;
}

static bool is_pure(const apl_code_step *step)
{
    switch ((apl_step_kind)step->kind) {
    case APL_STEP_FIELD:
    case APL_STEP_FIELD_NAMED:
    case APL_STEP_CURRENT:
    case APL_STEP_CURRENT_FIELD:
    case APL_STEP_NO_PARAMETER:
        return false;
    case APL_STEP_CALL:
        return (step->function->flags & APL_FUNCTION_CONTEXT) == 0;
    case APL_STEP_CONSTANT:
    case APL_STEP_MEMBER:
    case APL_STEP_INDEX:
    case APL_STEP_PARAMETER:
    case APL_STEP_ARRAY:
    case APL_STEP_OBJECT:
    case APL_STEP_IF:
    case APL_STEP_JUMP:
    case APL_STEP_AND:
    case APL_STEP_OR:
    case APL_STEP_COALESCE:
        break;
    }
    return true;
}

/* Replaces the steps from `first` on by their value, when they have one already. */
static void fold(parser *p, uint32_t first)
{
    apl_code code = {p->steps.items + first, (uint32_t)p->steps.count - first, p->height_max + 1};
    apl_run run;
    apl_value value;

    if (code.count == 1)
        return;
    for (uint32_t i = 0; i < code.count; i++) {
        if (!is_pure(&code.steps[i]))
            return;
    }
    apl_run_start(&run, NULL, p->compiler->arena);
    if (apl_code_eval(&value, &code, &run) != APL_OK)
        return;
    p->steps.count = first;
    p->height--;
    emit_constant(p, value);
}

/* ---- calls ---- */

static frame *top(parser *p)
{
    return p->depth ? &p->frames[p->depth - 1] : NULL;
}

static void unknown_function(parser *p, apl_str name)
{
    apl_report about = {APL_MESSAGE_ERROR, APL_E_CONTENT, APL_STR_NONE};
    unsigned distance = apl_nearest_limit(name);

    p->has_failed = true;
    if (apl_function_is_template_only(name)) {
        apl_report_error(p->compiler, "the function '%.*s' exists in deployment templates, not in policy rules",
                         APL_STR_ARG(name));
        return;
    }
    for (const char *const *known = apl_expression_functions(); *known; known++)
        apl_nearest_try(&about.nearest, &distance, name, apl_str_from(*known));
    apl_report_message(p->compiler, &about, "unknown function '%.*s'", APL_STR_ARG(name));
}

static bool check_allowed(parser *p, const apl_function *function)
{
    if ((function->flags & APL_FUNCTION_SUBJECT) && p->compiler->options->forbids_subject) {
        p->has_failed = true;
        apl_report_error(p->compiler, "%s() may not be used here: it looks at the resource", function->name);
        return false;
    }
    if (function->flags & APL_FUNCTION_OURS)
        apl_report_warning(p->compiler, "Azure does not allow %s() in policy rules", function->name);
    return true;
}

static bool open_frame(parser *p, frame opened)
{
    if (p->depth == APL_EXPRESSION_DEPTH_MAX) {
        p->has_failed = true;
        apl_report_message(p->compiler, &(apl_report){APL_MESSAGE_ERROR, APL_E_LIMIT, APL_STR_NONE},
                           "the expression nests more than %d deep", APL_EXPRESSION_DEPTH_MAX);
        return false;
    }
    p->frames[p->depth++] = opened;
    return true;
}

static void open_call(parser *p, apl_str name)
{
    frame opened = {.kind = FRAME_CALL, .first = (uint32_t)p->steps.count, .height = p->height};

    opened.function = apl_function_find(name);
    if (opened.function == NULL) {
        unknown_function(p, name);
        return;
    }
    if (!check_allowed(p, opened.function))
        return;
    apl_str proper = apl_str_from(opened.function->name);
    if (apl_str_equal(proper, APL_STR("if")))
        opened.kind = FRAME_IF;
    if (apl_str_equal(proper, APL_STR("and")) || apl_str_equal(proper, APL_STR("or")) ||
        apl_str_equal(proper, APL_STR("coalesce"))) {
        opened.kind = FRAME_CHAIN;
        opened.chain = proper.data[0] == 'a' ? APL_STEP_AND : proper.data[0] == 'o' ? APL_STEP_OR : APL_STEP_COALESCE;
    }
    (void)open_frame(p, opened);
}

/* The steps behind the argument of an if() that was just read. */
static void end_if_argument(parser *p, frame *f)
{
    if (f->arguments == 1) {
        f->branch = emit(p, (apl_code_step){.kind = APL_STEP_IF}, -1);
    } else if (f->arguments == 2) {
        f->leap = emit(p, (apl_code_step){.kind = APL_STEP_JUMP}, -1);
        p->steps.items[f->branch].jump = (uint32_t)p->steps.count - f->branch;
    }
}

/* The step behind an argument of and(), or(), coalesce(); the last argument of coalesce() needs none. */
static void end_chain_argument(parser *p, frame *f, bool is_last)
{
    apl_code_step link = {.kind = f->chain, .count = f->arguments == 1 ? 1 : 2, .end = f->last_link};

    if (f->chain == APL_STEP_COALESCE && is_last)
        return;
    f->last_link = emit(p, link, f->chain == APL_STEP_COALESCE || f->arguments > 1 ? -1 : 0) + 1;
}

static void end_argument(parser *p, frame *f, bool is_last)
{
    f->arguments++;
    if (f->kind == FRAME_IF)
        end_if_argument(p, f);
    else if (f->kind == FRAME_CHAIN)
        end_chain_argument(p, f, is_last);
}

/* Keeps the branch of an if() whose condition is constant. */
static void choose_branch(parser *p, const frame *f)
{
    uint32_t end = (uint32_t)p->steps.count;
    apl_value condition = p->steps.items[f->first].constant;
    uint32_t from = f->branch + 1;
    uint32_t to = f->leap;

    if (f->branch != f->first + 1 || !is_constant(p, f->first) || condition.type != APL_VALUE_BOOL)
        return;
    if (!condition.boolean) {
        from = f->leap + 1;
        to = end;
    }
    memmove(p->steps.items + f->first, p->steps.items + from, (to - from) * sizeof *p->steps.items);
    p->steps.count = f->first + (to - from);
}

static void close_if(parser *p, const frame *f)
{
    uint32_t end = (uint32_t)p->steps.count;

    p->steps.items[f->branch].end = end - f->branch;
    p->steps.items[f->leap].jump = end - f->leap;
    choose_branch(p, f);
}

static void close_chain(parser *p, const frame *f)
{
    uint32_t link = f->last_link;

    while (link) {
        apl_code_step *step = &p->steps.items[link - 1];
        uint32_t before = step->end;
        step->jump = (uint32_t)p->steps.count - (link - 1);
        step->end = 0;
        link = before;
    }
}

/* parameters('name') as the value in force. */
static void close_parameters(parser *p, uint32_t first)
{
    const apl_compile *options = p->compiler->options;
    apl_report about = {APL_MESSAGE_ERROR, APL_E_CONTENT, APL_STR_NONE};

    if (p->steps.count != first + 1 || !is_constant(p, first)) {
        (void)emit(p, (apl_code_step){.kind = APL_STEP_PARAMETER, .constant = options->parameters}, 0);
        return;
    }
    apl_str name = apl_value_str(p->steps.items[first].constant);
    unsigned distance = apl_nearest_limit(name);
    for (uint32_t i = 0; options->parameters.type == APL_VALUE_OBJECT && i < options->parameters.size; i++) {
        const apl_member *member = &options->parameters.members[i];
        if (apl_str_equal_nocase(member->key, name)) {
            p->steps.items[first].constant = member->value;
            if (member->value.type == APL_VALUE_MISSING)
                p->steps.items[first] =
                    (apl_code_step){.kind = APL_STEP_NO_PARAMETER, .constant = apl_value_string(name)};
            return;
        }
        apl_nearest_try(&about.nearest, &distance, name, member->key);
    }
    p->has_failed = true;
    apl_report_message(p->compiler, &about, "there is no parameter '%.*s'", APL_STR_ARG(name));
}

static void close_field(parser *p, uint32_t first)
{
    apl_code_step step = {.kind = APL_STEP_FIELD};

    if (p->steps.count == first + 1 && is_constant(p, first)) {
        apl_str name = apl_value_str(p->steps.items[first].constant);
        step.field = apl_field_compile(p->compiler, name);
        step.is_location = apl_str_equal_nocase(name, APL_STR("location"));
        p->steps.items[first] = step;
        return;
    }
    apl_code code = {p->steps.items + first, (uint32_t)p->steps.count - first, p->height_max + 1};
    step.kind = APL_STEP_FIELD_NAMED;
    step.named = apl_named_fields_compile(p->compiler, &code);
    (void)emit(p, step, 0);
}

static void close_current(parser *p, const frame *f)
{
    apl_code_step step;
    apl_str name = APL_STR_NONE;

    if (f->arguments) {
        if (p->steps.count != f->first + 1 || !is_constant(p, f->first) ||
            p->steps.items[f->first].constant.type != APL_VALUE_STRING) {
            fault(p, "current() takes a constant name");
            return;
        }
        name = apl_value_str(p->steps.items[f->first].constant);
    }
    if (!apl_current_compile(&step, p->compiler, f->arguments > 0, name)) {
        p->has_failed = true;
        return;
    }
    p->steps.count = f->first;
    p->height = f->height;
    (void)emit(p, step, 1);
}

/* Functions that are steps of their own, but for if, and, or, coalesce. */
static void close_compiled(parser *p, const frame *f)
{
    const char *name = f->function->name;

    if (strcmp(name, "parameters") == 0)
        close_parameters(p, f->first);
    else if (strcmp(name, "field") == 0)
        close_field(p, f->first);
    else if (strcmp(name, "current") == 0)
        close_current(p, f);
    else if (p->compiler->options->policy.type == APL_VALUE_OBJECT)
        emit_constant(p, p->compiler->options->policy);
    else
        emit_constant(p, apl_value_object(NULL, 0));
}

static void close_call(parser *p)
{
    frame f = p->frames[--p->depth];
    const apl_function *function = f.function;

    if (f.arguments < function->arguments_min || f.arguments > function->arguments_max) {
        p->has_failed = true;
        if (function->arguments_max == APL_ARGUMENTS_ANY)
            apl_report_error(p->compiler, "%s() takes at least %u arguments, not %u", function->name,
                             function->arguments_min, f.arguments);
        else if (function->arguments_min == function->arguments_max)
            apl_report_error(p->compiler, "%s() takes %u arguments, not %u", function->name, function->arguments_min,
                             f.arguments);
        else
            apl_report_error(p->compiler, "%s() takes %u to %u arguments, not %u", function->name,
                             function->arguments_min, function->arguments_max, f.arguments);
        return;
    }
    p->operand = f.first;
    if (f.kind == FRAME_IF)
        close_if(p, &f);
    else if (f.kind == FRAME_CHAIN)
        close_chain(p, &f);
    else if (function->flags & APL_FUNCTION_COMPILED)
        close_compiled(p, &f);
    else
        (void)emit(p, (apl_code_step){.kind = APL_STEP_CALL, .count = f.arguments, .function = function},
                   1 - (int)f.arguments);
    if (!p->has_failed)
        fold(p, f.first);
}

/* ---- reading ---- */

static void skip_space(parser *p)
{
    while (p->at < p->text.size && (p->text.data[p->at] == ' ' || p->text.data[p->at] == '\t' ||
                                    p->text.data[p->at] == '\n' || p->text.data[p->at] == '\r'))
        p->at++;
}

static char peek(const parser *p)
{
    return p->at < p->text.size ? p->text.data[p->at] : 0;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$';
}

static apl_str read_name(parser *p)
{
    uint32_t from = p->at;

    while (p->at < p->text.size && is_name_char(p->text.data[p->at]))
        p->at++;
    return apl_str_slice(p->text, from, p->at);
}

/* 'text' with '' for a quote. */
static void read_text(parser *p)
{
    uint32_t from = p->at + 1;
    uint32_t end = from;
    size_t size = 0;

    while (end < p->text.size &&
           (p->text.data[end] != '\'' || (end + 1 < p->text.size && p->text.data[end + 1] == '\'')))
        end += p->text.data[end] == '\'' ? 2 : 1;
    if (end >= p->text.size) {
        fault(p, "a text has no closing quote");
        return;
    }
    char *made = apl_arena_alloc_raw(p->compiler->arena, (size_t)(end - from) + 1);
    for (uint32_t i = from; i < end; i++) {
        made[size++] = p->text.data[i];
        i += p->text.data[i] == '\'';
    }
    p->at = end + 1;
    made[size] = 0;
    emit_constant(p, apl_value_string(apl_str_make(made, size)));
}

static void read_number(parser *p)
{
    uint32_t from = p->at;
    apl_value number;

    p->at++;
    while (p->at < p->text.size && (is_name_char(p->text.data[p->at]) || p->text.data[p->at] == '.'))
        p->at++;
    if (!apl_text_number(&number, apl_str_slice(p->text, from, p->at))) {
        fault(p, "this is no number");
        return;
    }
    emit_constant(p, number);
}

/* true, false and null may stand without parentheses. */
static void read_word(parser *p)
{
    apl_str name = read_name(p);

    skip_space(p);
    if (peek(p) == '(') {
        p->at++;
        open_call(p, name);
    } else if (apl_str_equal_nocase(name, APL_STR("true")) || apl_str_equal_nocase(name, APL_STR("false"))) {
        emit_constant(p, apl_value_bool(name.size == 4));
    } else if (apl_str_equal_nocase(name, APL_STR("null"))) {
        emit_constant(p, APL_NULL);
    } else {
        fault(p, "a name must be a function with parentheses behind it; texts stand in single quotes");
    }
}

/* Reads what may stand where a value is expected; true when a value is complete, false when a call was opened. */
static bool read_operand(parser *p)
{
    uint32_t depth = p->depth;
    char c = 0;

    skip_space(p);
    c = peek(p);
    p->operand = (uint32_t)p->steps.count;
    if (++p->nodes > APL_EXPRESSION_NODES_MAX) {
        fault(p, "it has too many parts");
        return false;
    }
    if (c == '\'')
        read_text(p);
    else if ((c >= '0' && c <= '9') || c == '-' || c == '+')
        read_number(p);
    else if (is_name_char(c))
        read_word(p);
    else
        fault(p, c ? "a value is missing here" : "it ends where a value is missing");
    if (p->has_failed)
        return false;
    if (p->depth == depth)
        return true;
    skip_space(p);
    if (peek(p) != ')')
        return false;
    p->at++;
    close_call(p);
    return true;
}

static void read_member(parser *p)
{
    apl_str *name = APL_ARENA_NEW(p->compiler->arena, apl_str);
    uint32_t operand = p->operand;

    p->at++;
    skip_space(p);
    *name = apl_arena_str(p->compiler->arena, read_name(p));
    if (name->size == 0) {
        fault(p, "a member's name is missing");
        return;
    }
    if (++p->nodes > APL_EXPRESSION_NODES_MAX) {
        fault(p, "it has too many parts");
        return;
    }
    (void)emit(p, (apl_code_step){.kind = APL_STEP_MEMBER, .count = 1, .names = name}, 0);
    fold(p, operand);
}

static void close_index(parser *p)
{
    frame f = p->frames[--p->depth];

    (void)emit(p, (apl_code_step){.kind = APL_STEP_INDEX}, -1);
    p->operand = f.first;
    fold(p, f.first);
}

/* Reads what may stand behind a value; true when a value is expected next. */
static bool read_behind(parser *p)
{
    char c = 0;
    frame *f = top(p);

    skip_space(p);
    c = peek(p);
    if (c == '.') {
        read_member(p);
        return false;
    }
    p->at++;
    if (c == '[')
        return open_frame(p, (frame){.kind = FRAME_INDEX, .first = p->operand, .height = p->height});
    if (f && f->kind == FRAME_INDEX && c == ']') {
        close_index(p);
        return false;
    }
    if (f && f->kind != FRAME_INDEX && (c == ',' || c == ')')) {
        end_argument(p, f, c == ')');
        if (c == ')')
            close_call(p);
        return c == ',';
    }
    p->at--;
    fault(p, f == NULL                ? "nothing may stand here"
             : c == 0                 ? "a parenthesis or bracket is not closed"
             : f->kind == FRAME_INDEX ? "']' is missing"
                                      : "',' or ')' is missing");
    return false;
}

/* Appends the steps of one expression. */
static void read_expression(parser *p, apl_str inside)
{
    bool wants_value = true;

    p->text = inside;
    p->at = 0;
    if (inside.size > APL_EXPRESSION_CHARS_MAX) {
        p->has_failed = true;
        apl_report_message(p->compiler, &(apl_report){APL_MESSAGE_ERROR, APL_E_LIMIT, APL_STR_NONE},
                           "the expression has more than %d characters", APL_EXPRESSION_CHARS_MAX);
    }
    while (!p->has_failed) {
        if (wants_value) {
            wants_value = !read_operand(p);
            continue;
        }
        skip_space(p);
        if (p->at == p->text.size && p->depth == 0)
            return;
        wants_value = read_behind(p);
    }
}

/* ---- JSON around expressions ---- */

static void read_scalar(parser *p, apl_value json)
{
    apl_str text;

    if (json.type != APL_VALUE_STRING) {
        emit_constant(p, json);
        return;
    }
    if (apl_text_is_expression(&text, p->compiler->arena, apl_value_str(json)))
        read_expression(p, apl_str_slice(text, 1, text.size - 1));
    else
        emit_constant(p, apl_value_string(text));
}

static void close_container(parser *p, const container *closed)
{
    apl_code_step step = {.kind = APL_STEP_ARRAY, .count = closed->json.size};

    if (closed->json.type == APL_VALUE_OBJECT) {
        apl_str *names = APL_ARENA_ARRAY(p->compiler->arena, apl_str, closed->json.size);
        for (uint32_t i = 0; i < closed->json.size; i++)
            names[i] = closed->json.members[i].key;
        step.kind = APL_STEP_OBJECT;
        step.names = names;
    }
    (void)emit(p, step, 1 - (int)closed->json.size);
    if (closed->json.size == 0) {
        p->steps.count--;
        p->height--;
        emit_constant(p, closed->json);
    }
    fold(p, closed->first);
}

/* The next member of the innermost container. */
static apl_value next_member(parser *p, size_t outside)
{
    container *inner = &p->open[p->open_count - 1];
    uint32_t at = inner->next++;

    p->compiler->step_count = outside + p->open_count - 1;
    if (inner->json.type == APL_VALUE_ARRAY) {
        apl_report_into_index(p->compiler, at);
        return inner->json.items[at];
    }
    apl_report_into(p->compiler, inner->json.members[at].key);
    return inner->json.members[at].value;
}

static bool is_inner_complete(const parser *p)
{
    const container *inner = p->open_count ? &p->open[p->open_count - 1] : NULL;

    return inner && inner->next == inner->json.size;
}

static void read_json(parser *p, apl_value json)
{
    size_t outside = p->compiler->step_count;

    for (;;) {
        if (json.type != APL_VALUE_ARRAY && json.type != APL_VALUE_OBJECT)
            read_scalar(p, json);
        else if (p->open_count < APL_JSON_DEPTH_MAX)
            p->open[p->open_count++] = (container){json, 0, (uint32_t)p->steps.count};
        else
            fault(p, "the JSON is too deep");
        while (!p->has_failed && is_inner_complete(p))
            close_container(p, &p->open[--p->open_count]);
        if (p->open_count == 0 || p->has_failed)
            break;
        json = next_member(p, outside);
    }
    p->compiler->step_count = outside;
}

bool apl_code_compile(apl_code *out, apl_compiler *compiler, apl_value json)
{
    parser *p = apl_memory_grow(NULL, sizeof *p);

    memset(p, 0, offsetof(parser, frames));
    p->compiler = compiler;
    *out = (apl_code){0};
    read_json(p, json);
    bool is_good = !p->has_failed;
    if (is_good) {
        apl_code_step *steps = APL_ARENA_ARRAY(compiler->arena, apl_code_step, p->steps.count);
        memcpy(steps, p->steps.items, p->steps.count * sizeof *steps);
        *out = (apl_code){steps, (uint32_t)p->steps.count, p->height_max};
    }
    apl_memory_free(p->steps.items);
    apl_memory_free(p);
    return is_good;
}

apl_status apl_expression_compile(apl_expression **out, const apl_compile *compile, apl_value json)
{
    apl_compiler compiler;
    apl_expression *expression = APL_ARENA_NEW(compile->arena, apl_expression);

    *out = NULL;
    apl_compiler_start(&compiler, compile);
    if (apl_code_compile(&expression->code, &compiler, json) && compiler.status == APL_OK)
        *out = expression;
    expression->is_derived = compiler.is_derived;
    return apl_compiler_finish(&compiler);
}

apl_status apl_expression_eval(apl_value *out, const apl_expression *expression, const apl_eval *eval)
{
    apl_run run;

    apl_run_start(&run, eval, eval->arena);
    return apl_code_eval(out, &expression->code, &run);
}
