/* normalize/template.c: compiling and filling templates.
 *
 * `literal{path:function:function|fallback}literal`. The parts are few and fixed at compile time; filling is one pass.
 * A template gives nothing rather than half a text: an id with a hole would join the wrong assets. */
#include "normalize/template.h"

#include "base/guess.h"
#include "base/limits.h"
#include "model/type_plan.h"

typedef enum part_source { PART_LITERAL, PART_FIELD, PART_FACT } part_source;

typedef enum part_function {
    FUNCTION_LOWER,
    FUNCTION_LAST,
    FUNCTION_HOST,
    FUNCTION_ACCOUNT,
    FUNCTION_REGION,
    FUNCTION_SEGMENT,
    FUNCTION_CUT,
    FUNCTION_AFTER,
    FUNCTION_BEFORE,
    FUNCTION_HAS,
} part_function;

typedef struct function_call {
    part_function function;
    apl_str argument;
    unsigned number;
} function_call;

typedef struct template_part {
    part_source source;
    apl_str literal; /* of a literal; the fallback of another part */
    bool has_fallback;
    bool has_star;
    apl_str array; /* the path up to its last `[*]` */
    apl_field_id field;
    size_t fact; /* offset into apl_template_facts */
    function_call calls[APL_TEMPLATE_FUNCTIONS_MAX];
    size_t call_count;
} template_part;

struct apl_template {
    template_part *parts;
    size_t part_count;
    const template_part *starred; /* the first part with `[*]`, or NULL */
    const apl_template *next;     /* filled when this one gives nothing, or NULL */
};

typedef struct fact_name {
    const char *name;
    size_t offset;
} fact_name;

static const fact_name fact_names[] = {
    {"@id", offsetof(apl_template_facts, id)},         {"@name", offsetof(apl_template_facts, name)},
    {"@type", offsetof(apl_template_facts, type)},     {"@tenant", offsetof(apl_template_facts, tenant)},
    {"@scope", offsetof(apl_template_facts, scope)},   {"@location", offsetof(apl_template_facts, location)},
    {"@parent", offsetof(apl_template_facts, parent)},
};

typedef struct function_name {
    const char *name;
    part_function function;
    bool has_argument;
} function_name;

static const function_name function_names[] = {
    {"lower", FUNCTION_LOWER, false},     {"last", FUNCTION_LAST, false},     {"host", FUNCTION_HOST, false},
    {"account", FUNCTION_ACCOUNT, false}, {"region", FUNCTION_REGION, false}, {"segment", FUNCTION_SEGMENT, true},
    {"cut", FUNCTION_CUT, true},          {"after", FUNCTION_AFTER, true},    {"before", FUNCTION_BEFORE, true},
    {"has", FUNCTION_HAS, true},
};

static apl_status compile_call(function_call *out, apl_arena *arena, apl_str text)
{
    apl_str argument = APL_STR_NONE;
    bool has_argument = text.size && text.data[text.size - 1] == ')';
    apl_str name = text;

    if (has_argument) {
        long open = apl_str_find(text, APL_STR("("));
        if (open < 0)
            return apl_fail(APL_E_CONTENT, "\"%.*s\" has no opening parenthesis", APL_STR_ARG(text));
        name = apl_str_slice(text, 0, (size_t)open);
        argument = apl_str_slice(text, (size_t)open + 1, text.size - 1);
    }
    for (size_t i = 0; i < sizeof function_names / sizeof function_names[0]; i++) {
        if (!apl_str_equal(name, apl_str_from(function_names[i].name)))
            continue;
        if (function_names[i].has_argument != has_argument)
            return apl_fail(APL_E_CONTENT, "the function \"%.*s\" takes %s", APL_STR_ARG(name),
                            has_argument ? "nothing in parentheses" : "something in parentheses");
        *out = (function_call){.function = function_names[i].function, .argument = apl_arena_str(arena, argument)};
        for (uint32_t d = 0; d < argument.size && argument.data[d] >= '0' && argument.data[d] <= '9' && d < 3; d++)
            out->number = out->number * 10 + (unsigned)(argument.data[d] - '0');
        if (out->function == FUNCTION_CUT && out->number == 0)
            return apl_fail(APL_E_CONTENT, "cut(%.*s) needs a number of segments", APL_STR_ARG(argument));
        return APL_OK;
    }
    apl_guess nearest = apl_guess_start(name);
    char hint[APL_GUESS_HINT_BYTES];
    for (size_t i = 0; i < sizeof function_names / sizeof function_names[0]; i++)
        apl_guess_try(&nearest, apl_str_from(function_names[i].name));
    return apl_fail(APL_E_CONTENT, "no template function is called \"%.*s\"%s", APL_STR_ARG(name),
                    apl_guess_hint(&nearest, hint));
}

/* A path into the body, also where the condition language knows the name as a fact of the asset: the bracketed form of
 * a name is never anything but a path. */
static apl_field_id ask_body(apl_fields *fields, apl_str name)
{
    static const struct {
        const char *name;
        const char *path;
    } facts[] = {{"id", "['id']"}, {"name", "['name']"}, {"type", "['type']"}, {"location", "['location']"}};

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(facts[i].name)))
            return apl_fields_ask(fields, apl_str_from(facts[i].path));
    }
    return apl_fields_ask(fields, name);
}

static apl_status compile_source(template_part *part, apl_fields *fields, apl_str name)
{
    if (name.size == 0)
        return apl_fail(APL_E_CONTENT, "empty braces");
    if (name.data[0] != '@') {
        part->source = PART_FIELD;
        part->field = ask_body(fields, name);
        part->has_star = apl_str_find(name, APL_STR("[*]")) >= 0;
        for (uint32_t end = name.size; part->has_star && end >= 3 && part->array.size == 0; end--) {
            if (apl_str_ends(apl_str_slice(name, 0, end), APL_STR("[*]")))
                part->array = apl_str_slice(name, 0, end);
        }
        return APL_OK;
    }
    for (size_t i = 0; i < sizeof fact_names / sizeof fact_names[0]; i++) {
        if (apl_str_equal(name, apl_str_from(fact_names[i].name))) {
            part->source = PART_FACT;
            part->fact = fact_names[i].offset;
            return APL_OK;
        }
    }
    apl_guess nearest = apl_guess_start(name);
    char hint[APL_GUESS_HINT_BYTES];
    for (size_t i = 0; i < sizeof fact_names / sizeof fact_names[0]; i++)
        apl_guess_try(&nearest, apl_str_from(fact_names[i].name));
    return apl_fail(APL_E_CONTENT, "no fact is called \"%.*s\"%s", APL_STR_ARG(name), apl_guess_hint(&nearest, hint));
}

/* Cuts the next function off at a colon that is not inside parentheses. */
static bool next_call(apl_str *call, apl_str *rest)
{
    int depth = 0;

    if (rest->data == NULL || rest->size == 0)
        return false;
    for (uint32_t i = 0; i < rest->size; i++) {
        depth += (rest->data[i] == '(') - (rest->data[i] == ')');
        if (rest->data[i] == ':' && depth == 0) {
            *call = apl_str_slice(*rest, 0, i);
            *rest = apl_str_slice(*rest, i + 1, rest->size);
            return true;
        }
    }
    *call = *rest;
    *rest = APL_STR_NONE;
    return true;
}

/* The last bar that is not in the parentheses of a function, or -1. */
static long fallback_bar(apl_str inner)
{
    int depth = 0;
    long bar = -1;

    for (uint32_t i = 0; i < inner.size; i++) {
        depth += (inner.data[i] == '(') - (inner.data[i] == ')');
        if (inner.data[i] == '|' && depth == 0)
            bar = (long)i;
    }
    return bar;
}

static apl_status compile_braces(template_part *part, apl_arena *arena, apl_fields *fields, apl_str inner)
{
    long bar = fallback_bar(inner);
    apl_str call;

    if (bar >= 0) {
        part->has_fallback = true;
        part->literal = apl_arena_str(arena, apl_str_slice(inner, (size_t)bar + 1, inner.size));
        inner = apl_str_slice(inner, 0, (size_t)bar);
    }
    if (!next_call(&call, &inner))
        return apl_fail(APL_E_CONTENT, "empty braces");
    apl_status status = compile_source(part, fields, call);
    while (status == APL_OK && next_call(&call, &inner)) {
        if (part->call_count == APL_TEMPLATE_FUNCTIONS_MAX)
            return apl_fail(APL_E_LIMIT, "more than %d functions in one part", APL_TEMPLATE_FUNCTIONS_MAX);
        status = compile_call(&part->calls[part->call_count++], arena, call);
    }
    return status;
}

/* Cuts the text into parts; *count is how many. */
static apl_status compile_parts(template_part *parts, size_t *count, apl_arena *arena, apl_fields *fields, apl_str text)
{
    apl_status status = APL_OK;
    size_t at = 0;

    while (at < text.size && status == APL_OK) {
        template_part *part = &parts[*count];
        size_t end = at + 1;
        if ((*count)++ == APL_TEMPLATE_PARTS_MAX)
            return apl_fail(APL_E_LIMIT, "more than %d parts", APL_TEMPLATE_PARTS_MAX);
        memset(part, 0, sizeof *part);
        bool is_braces = text.data[at] == '{';
        while (end < text.size && text.data[end] != (is_braces ? '}' : '{'))
            end++;
        if (!is_braces) {
            part->literal = apl_arena_str(arena, apl_str_slice(text, at, end));
            at = end;
        } else if (end == text.size) {
            status = apl_fail(APL_E_CONTENT, "a brace is not closed");
        } else {
            status = compile_braces(part, arena, fields, apl_str_slice(text, at + 1, end));
            at = end + 1;
        }
    }
    return status;
}

/* Members are taken by their number, so two arrays in one template would pair what does not belong together. */
static apl_status check_arrays(const template_part *parts, size_t count)
{
    const template_part *first = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!parts[i].has_star)
            continue;
        if (first && !apl_str_equal_nocase(first->array, parts[i].array))
            return apl_fail(APL_E_CONTENT, "\"%.*s\" and \"%.*s\" are different arrays", APL_STR_ARG(first->array),
                            APL_STR_ARG(parts[i].array));
        first = first ? first : &parts[i];
    }
    return APL_OK;
}

apl_status apl_template_compile(apl_template **out, apl_arena *arena, apl_fields *fields, apl_str text)
{
    template_part parts[APL_TEMPLATE_PARTS_MAX + 1];
    apl_template *template = APL_ARENA_NEW(arena, apl_template);

    apl_status status = compile_parts(parts, &template->part_count, arena, fields, text);
    if (status == APL_OK)
        status = check_arrays(parts, template->part_count);
    if (status != APL_OK)
        return apl_fail_context(status, "template \"%.*s\"", APL_STR_ARG(text));
    template->parts = APL_ARENA_ARRAY(arena, template_part, template->part_count);
    memcpy(template->parts, parts, template->part_count * sizeof *parts);
    for (size_t i = template->part_count; i > 0; i--) {
        /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): the parts up to part_count were written */
        if (template->parts[i - 1].has_star)
            template->starred = &template->parts[i - 1];
    }
    *out = template;
    return APL_OK;
}

static apl_str lowered(apl_arena *arena, apl_str text)
{
    char *copy = apl_arena_alloc_raw(arena, (size_t)text.size + 1);

    for (uint32_t i = 0; i < text.size; i++)
        copy[i] = apl_char_lower(text.data[i]);
    copy[text.size] = 0;
    return apl_str_make(copy, text.size);
}

static apl_str host_of(apl_arena *arena, apl_str url)
{
    long scheme = apl_str_find(url, APL_STR("://"));
    apl_str rest = scheme >= 0 ? apl_str_slice(url, (size_t)scheme + 3, url.size) : url;
    long user = -1;
    uint32_t end = 0;

    while (end < rest.size && rest.data[end] != '/' && rest.data[end] != '?' && rest.data[end] != '#')
        end++;
    rest = apl_str_slice(rest, 0, end);
    user = apl_str_find_last_char(rest, '@');
    if (user >= 0)
        rest = apl_str_slice(rest, (size_t)user + 1, rest.size);
    long port = apl_str_find_last_char(rest, ':');
    if (port >= 0)
        rest = apl_str_slice(rest, 0, (size_t)port);
    return lowered(arena, rest);
}

static apl_str arn_part(apl_str arn, int index)
{
    apl_str part = APL_STR_NONE;
    apl_str rest = arn;

    if (!apl_str_starts(arn, APL_STR("arn:")))
        return APL_STR_NONE;
    for (int i = 0; i <= index; i++) {
        if (!apl_str_next(&part, &rest, ':'))
            return APL_STR_NONE;
    }
    return part;
}

static apl_str segment_of(apl_str text, apl_str name)
{
    apl_str rest = text;
    apl_str part;

    while (apl_str_next(&part, &rest, '/')) {
        if (apl_str_equal_nocase(part, name))
            return apl_str_next(&part, &rest, '/') ? part : APL_STR_NONE;
    }
    return APL_STR_NONE;
}

static apl_str cut_segments(apl_str text, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        long slash = apl_str_find_last_char(text, '/');
        if (slash < 0)
            return APL_STR_NONE;
        text = apl_str_slice(text, 0, (size_t)slash);
    }
    return text;
}

static apl_str apply(const function_call *call, apl_arena *arena, apl_str text)
{
    long at = -1;

    switch (call->function) {
    case FUNCTION_LOWER:
        return lowered(arena, text);
    case FUNCTION_LAST:
        at = apl_str_find_last_char(text, '/');
        return apl_str_slice(text, (size_t)(at + 1), text.size);
    case FUNCTION_HOST:
        return host_of(arena, text);
    case FUNCTION_ACCOUNT:
        return arn_part(text, 4);
    case FUNCTION_REGION:
        return arn_part(text, 3);
    case FUNCTION_SEGMENT:
        return segment_of(text, call->argument);
    case FUNCTION_CUT:
        return cut_segments(text, call->number);
    case FUNCTION_AFTER:
        at = apl_str_find(text, call->argument);
        return at < 0 ? APL_STR_NONE : apl_str_slice(text, (size_t)at + call->argument.size, text.size);
    case FUNCTION_BEFORE:
        at = apl_str_find(text, call->argument);
        return at < 0 ? text : apl_str_slice(text, 0, (size_t)at);
    case FUNCTION_HAS:
        return apl_str_find(text, call->argument) < 0 ? APL_STR_NONE : text;
    }
    return text;
}

static apl_str scalar_text(apl_arena *arena, apl_value value)
{
    if (value.type == APL_VALUE_STRING)
        return apl_value_str(value);
    if (value.type == APL_VALUE_INTEGER)
        return apl_arena_format(arena, "%lld", (long long)value.integer);
    if (value.type == APL_VALUE_BOOL)
        return value.boolean ? APL_STR("true") : APL_STR("false");
    return APL_STR_NONE;
}

static bool has_one_star(const apl_binding *binding)
{
    unsigned stars = 0;

    for (uint16_t i = 0; i < binding->step_count; i++)
        stars += binding->steps[i].key.data == NULL;
    return stars == 1;
}

/* Member `index` of the field. With one `[*]` it is bound like in a count, so that all members together cost no more
 * than walking them once; with several, walking to it is bounded by APL_TEMPLATE_MEMBERS_MAX. */
static apl_value field_at(const template_part *part, const apl_subject *subject, uint32_t index)
{
    apl_walk walk;
    apl_value value = APL_MISSING;
    const apl_plan *plan = subject->plan;

    if (!part->has_star)
        return apl_subject_value(subject, part->field);
    const apl_binding *binding = plan && part->field < plan->field_count ? &plan->bindings[part->field] : NULL;
    if (binding && has_one_star(binding)) {
        apl_scope member = {.array = binding->steps[0].array, .index = index};
        apl_walk_start(&walk, subject, part->field, &member);
        return apl_walk_next(&value, &walk) ? value : APL_MISSING;
    }
    apl_walk_start(&walk, subject, part->field, NULL);
    for (uint32_t i = 0; i <= index; i++) {
        if (!apl_walk_next(&value, &walk))
            return APL_MISSING;
    }
    return value;
}

/* The text of one part, empty when it is missing. */
static apl_str part_text(const template_part *part, apl_arena *arena, const apl_subject *subject,
                         const apl_template_facts *facts, uint32_t index)
{
    apl_str text = part->literal;

    if (part->source == PART_LITERAL)
        return text;
    if (part->source == PART_FACT)
        text = *(const apl_str *)(const void *)((const char *)facts + part->fact);
    else
        text = scalar_text(arena, field_at(part, subject, index));
    for (size_t i = 0; i < part->call_count && text.size; i++)
        text = apply(&part->calls[i], arena, text);
    if (text.size == 0 && part->has_fallback)
        return part->literal;
    return text;
}

static apl_str fill_one(const apl_template *template, apl_arena *arena, const apl_subject *subject,
                        const apl_template_facts *facts, uint32_t index)
{
    apl_str parts[APL_TEMPLATE_PARTS_MAX];
    size_t size = 0;

    for (size_t i = 0; i < template->part_count; i++) {
        parts[i] = part_text(&template->parts[i], arena, subject, facts, index);
        if (parts[i].size == 0)
            return APL_STR_NONE;
        size += parts[i].size;
    }
    if (size > APL_ID_BYTES_MAX)
        return APL_STR_NONE;
    char *text = apl_arena_alloc_raw(arena, size + 1);
    size_t at = 0;
    for (size_t i = 0; i < template->part_count; i++) {
        memcpy(text + at, parts[i].data, parts[i].size);
        at += parts[i].size;
    }
    text[size] = 0;
    return apl_str_make(text, size);
}

apl_str apl_template_fill_at(const apl_template *template, apl_arena *arena, const apl_subject *subject,
                             const apl_template_facts *facts, uint32_t index)
{
    apl_str text = APL_STR_NONE;

    for (; template && text.size == 0; template = template->next)
        text = fill_one(template, arena, subject, facts, index);
    return text;
}

void apl_template_or(apl_template *template, const apl_template *next)
{
    template->next = next;
}

bool apl_template_has_star(const apl_template *template)
{
    while (template && template->starred == NULL)
        template = template->next;
    return template != NULL;
}

apl_str apl_template_fill(const apl_template *template, apl_arena *arena, const apl_subject *subject,
                          const apl_template_facts *facts)
{
    return apl_template_fill_at(template, arena, subject, facts, 0);
}

static uint32_t count_one(const apl_template *template, const apl_subject *subject)
{
    apl_walk walk;
    apl_value value;
    uint32_t count = 0;

    if (template->starred == NULL)
        return 1;
    apl_walk_start(&walk, subject, template->starred->field, NULL);
    while (count < APL_TEMPLATE_MEMBERS_MAX && apl_walk_next(&value, &walk))
        count++;
    return count;
}

/* Of alternatives the one with the most: each may go over an array of its own. */
uint32_t apl_template_count(const apl_template *template, const apl_subject *subject)
{
    uint32_t most = 0;

    for (; template; template = template->next) {
        uint32_t count = count_one(template, subject);
        most = count > most ? count : most;
    }
    return most;
}

const apl_scope *apl_template_member(apl_arena *arena, const apl_template *template, const apl_subject *subject,
                                     uint32_t index)
{
    const apl_scope *scope = NULL;
    apl_walk walk;
    apl_value value;

    if (template->starred == NULL)
        return NULL;
    apl_walk_start(&walk, subject, template->starred->field, NULL);
    for (uint32_t i = 0; i <= index; i++) {
        if (!apl_walk_next(&value, &walk))
            return NULL;
    }
    apl_scope *scopes = APL_ARENA_ARRAY(arena, apl_scope, walk.depth);
    for (uint8_t i = 0; i < walk.depth; i++) {
        scopes[i] = (apl_scope){scope, walk.ids[i], walk.indexes[i], walk.edge};
        scope = &scopes[i];
    }
    return scope;
}

static apl_str part_pattern(const template_part *part, apl_arena *arena, const apl_template_facts *facts)
{
    apl_str text = APL_STR_NONE;

    if (part->source == PART_LITERAL)
        return part->literal;
    if (part->source == PART_FACT)
        text = *(const apl_str *)(const void *)((const char *)facts + part->fact);
    for (size_t i = 0; i < part->call_count && text.size; i++)
        text = apply(&part->calls[i], arena, text);
    return text.size ? text : APL_STR("*");
}

apl_str apl_template_pattern(const apl_template *template, apl_arena *arena, const apl_template_facts *facts)
{
    apl_text pattern;

    apl_text_init(&pattern, APL_ID_BYTES_MAX);
    for (size_t i = 0; i < template->part_count; i++)
        apl_text_add(&pattern, part_pattern(&template->parts[i], arena, facts));
    apl_str kept = apl_arena_str(arena, apl_text_str(&pattern));
    apl_text_free(&pattern);
    return kept;
}

const apl_template *apl_template_alternative(const apl_template *template)
{
    return template->next;
}

apl_str apl_template_evidence(const apl_template *template, apl_arena *arena, const apl_subject *subject)
{
    for (size_t i = 0; i < template->part_count; i++) {
        if (template->parts[i].source == PART_FIELD)
            return apl_subject_path(arena, subject, template->parts[i].field);
    }
    return APL_STR_NONE;
}
