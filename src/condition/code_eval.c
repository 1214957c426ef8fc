/* condition/code_eval.c: runs the instructions of an expression.
 *
 * A loop over steps with a stack of values whose height the compiler knows. Unread wins over everything that needs the
 * value: a function with an unread argument is not called, its result is unread. A failing function ends the
 * expression with its message. */
#include "condition/fold.h"
#include "condition/program.h"

/* Expressions with a stack up to this height need no memory for it; all of Microsoft's do. */
#define SMALL_STACK 16

typedef struct machine {
    apl_run *run;
    apl_value *stack;
    uint32_t height;
} machine;

static bool any_unread(const apl_value *values, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (values[i].type == APL_VALUE_UNREAD)
            return true;
    }
    return false;
}

static apl_status call_function(machine *m, const apl_code_step *step)
{
    apl_call call = {step->function, m->stack + m->height - step->count, step->count, m->run};
    apl_value result = APL_UNREAD;
    apl_status status = APL_OK;

    if (!any_unread(call.arguments, call.count))
        status = step->function->run(&result, &call);
    m->height -= step->count;
    m->stack[m->height++] = result;
    return status;
}

/* A missing member of an object is null: a rule that compares a tag of the resource group must not fail where there is
 * no such tag. So is any member of nothing. */
static apl_status take_member(apl_value *value, apl_str name)
{
    if (value->type == APL_VALUE_UNREAD)
        return APL_OK;
    if (value->type == APL_VALUE_NULL || (value->type == APL_VALUE_STRING && value->size == 0)) {
        *value = APL_NULL;
        return APL_OK;
    }
    if (value->type != APL_VALUE_OBJECT)
        return apl_fail(APL_E_INPUT, "the member '%.*s' is asked of %s, not of an object", APL_STR_ARG(name),
                        apl_value_type_name(*value));
    *value = apl_value_get(*value, name);
    if (value->type == APL_VALUE_MISSING)
        *value = APL_NULL;
    return APL_OK;
}

static apl_status take_index(machine *m)
{
    apl_value index = m->stack[--m->height];
    apl_value *value = &m->stack[m->height - 1];

    if (index.type == APL_VALUE_UNREAD || value->type == APL_VALUE_UNREAD) {
        *value = APL_UNREAD;
        return APL_OK;
    }
    if (index.type == APL_VALUE_STRING)
        return take_member(value, apl_value_str(index));
    if (index.type != APL_VALUE_INTEGER)
        return apl_fail(APL_E_INPUT, "an index must be a whole number or a name, not %s", apl_value_type_name(index));
    if (value->type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_INPUT, "the index %lld is asked of %s, not of an array", (long long)index.integer,
                        apl_value_type_name(*value));
    if (index.integer < 0 || index.integer >= (int64_t)value->size)
        return apl_fail(APL_E_INPUT, "the index %lld is outside an array of %u items", (long long)index.integer,
                        value->size);
    *value = value->items[index.integer];
    return APL_OK;
}

apl_status apl_field_collect(apl_value *out, const apl_subject *subject, apl_field_id field, apl_run *run)
{
    APL_VECTOR(apl_value) found = {0};
    apl_status status = APL_OK;
    apl_walk walk;
    apl_value member;
    bool is_unread = false;

    apl_walk_start(&walk, subject, field, subject == run->eval->subject ? run->scope : NULL);
    while (status == APL_OK && apl_walk_next(&member, &walk)) {
        if (found.count == APL_FUNCTION_ITEMS_MAX)
            status = apl_fail(APL_E_LIMIT, "a field gives more than %d members", APL_FUNCTION_ITEMS_MAX);
        is_unread |= member.type == APL_VALUE_UNREAD;
        APL_PUSH(&found, member.type == APL_VALUE_MISSING ? apl_value_string(APL_STR("")) : member);
    }
    apl_value *items = APL_ARENA_ARRAY(run->arena, apl_value, found.count);
    if (found.count)
        memcpy(items, found.items, found.count * sizeof *items);
    run->bytes += found.count * sizeof *items;
    run->steps += found.count;
    *out = is_unread || walk.is_unread ? APL_UNREAD : apl_value_array(items, found.count);
    apl_memory_free(found.items);
    return status;
}

/* field('name') as an expression sees it: what is missing is "", what has `[*]` an array. */
static apl_status field_value(apl_value *out, machine *m, const apl_code_step *step)
{
    const apl_subject *origin = apl_run_origin(m->run);

    if (apl_subject_has_star(origin, step->field))
        return apl_field_collect(out, origin, step->field, m->run);
    *out = apl_subject_value(origin, step->field);
    if (out->type == APL_VALUE_MISSING)
        *out = apl_value_string(APL_STR(""));
    if (step->is_location)
        *out = apl_location_normalise(apl_arena_alloc_raw(m->run->arena, APL_LOCATION_TEXT_MAX), *out);
    return APL_OK;
}

static apl_status field_named(machine *m, const apl_code_step *step)
{
    apl_value *top = &m->stack[m->height - 1];

    if (top->type == APL_VALUE_UNREAD)
        return APL_OK;
    if (top->type != APL_VALUE_STRING)
        return apl_fail(APL_E_INPUT, "the name of a field must be a text, not %s", apl_value_type_name(*top));
    apl_status status = apl_field_by_name(top, step->named, apl_value_str(*top), apl_run_origin(m->run));
    if (top->type == APL_VALUE_MISSING)
        *top = apl_value_string(APL_STR(""));
    return status;
}

/* The key in `tags.key`, `tags[key]` and `tags['key']`; false when the name is none of these. */
static bool tag_key(apl_str *out, apl_str name)
{
    apl_str inner;

    if (apl_str_starts_nocase(name, APL_STR("tags."))) {
        *out = apl_str_slice(name, 5, name.size);
        return true;
    }
    if (!apl_str_starts_nocase(name, APL_STR("tags[")) || name.data[name.size - 1] != ']')
        return false;
    inner = apl_str_slice(name, 5, name.size - 1);
    while (inner.size >= 2 && inner.data[0] == '\'' && inner.data[inner.size - 1] == '\'')
        inner = apl_str_slice(inner, 1, inner.size - 1);
    *out = inner;
    return true;
}

apl_status apl_field_by_name(apl_value *out, const apl_named_fields *named, apl_str name, const apl_subject *subject)
{
    apl_str key;

    if (tag_key(&key, name)) {
        apl_value tags = apl_subject_value(subject, named->tags);
        *out = tags.type == APL_VALUE_UNREAD ? tags : apl_value_get(tags, key);
        return APL_OK;
    }
    for (uint32_t i = 0; i < named->count; i++) {
        if (apl_str_equal_nocase(named->names[i], name)) {
            *out = apl_subject_value(subject, named->fields[i]);
            return APL_OK;
        }
    }
    *out = APL_MISSING;
    return apl_fail(APL_E_INPUT, "the field name '%.*s' is computed and could not be foreseen", APL_STR_ARG(name));
}

static apl_status current_field(apl_value *out, machine *m, const apl_code_step *step)
{
    const apl_subject *subject = m->run->eval->subject;
    apl_walk walk;

    if (step->is_array)
        return apl_field_collect(out, subject, step->field, m->run);
    apl_walk_start(&walk, subject, step->field, m->run->scope);
    if (!apl_walk_next(out, &walk))
        *out = walk.is_unread ? APL_UNREAD : APL_MISSING;
    if (out->type == APL_VALUE_MISSING)
        *out = apl_value_string(APL_STR(""));
    return APL_OK;
}

static apl_status parameter(machine *m, const apl_code_step *step)
{
    apl_value *top = &m->stack[m->height - 1];

    if (top->type == APL_VALUE_UNREAD)
        return APL_OK;
    apl_str name = apl_value_str(*top);
    *top = apl_value_get(step->constant, name);
    if (top->type == APL_VALUE_MISSING)
        return apl_fail(APL_E_INPUT, "there is no parameter '%.*s' with a value", APL_STR_ARG(name));
    return APL_OK;
}

/* The topmost values as an array or object; unread when a part of it is. */
static apl_status build(machine *m, const apl_code_step *step)
{
    const apl_value *values = m->stack + m->height - step->count;
    apl_value result;

    if (step->kind == APL_STEP_ARRAY) {
        apl_value *items = APL_ARENA_ARRAY(m->run->arena, apl_value, step->count);
        memcpy(items, values, step->count * sizeof *items);
        result = apl_value_array(items, step->count);
    } else {
        apl_member *members = APL_ARENA_ARRAY(m->run->arena, apl_member, step->count);
        for (uint32_t i = 0; i < step->count; i++)
            members[i] = (apl_member){step->names[i], values[i]};
        result = apl_value_object(members, step->count);
    }
    if (any_unread(values, step->count))
        result = APL_UNREAD;
    m->height -= step->count;
    m->stack[m->height++] = result;
    return APL_OK;
}

/* The topmost value as a truth: unread stays unread, a text "true" counts. */
static apl_status need_bool(apl_truth *out, const machine *m, const char *function)
{
    apl_value top = m->stack[m->height - 1];

    if (top.type == APL_VALUE_UNREAD)
        *out = APL_TRUTH_UNREAD;
    else if (top.type == APL_VALUE_BOOL)
        *out = apl_truth_of(top.boolean);
    else if (apl_str_equal_nocase(apl_value_str(top), APL_STR("true")))
        *out = APL_TRUE;
    else if (apl_str_equal_nocase(apl_value_str(top), APL_STR("false")))
        *out = APL_FALSE;
    else
        return apl_fail(APL_E_INPUT, "%s() needs true or false, not %s", function, apl_value_type_name(top));
    return APL_OK;
}

static apl_status branch(machine *m, const apl_code_step *step, uint32_t *next)
{
    apl_truth truth = APL_FALSE;
    apl_status status = need_bool(&truth, m, "if");

    if (status != APL_OK)
        return status;
    if (truth == APL_TRUTH_UNREAD) {
        *next += step->end - 1;
        return APL_OK;
    }
    m->height--;
    if (truth == APL_FALSE)
        *next += step->jump - 1;
    return APL_OK;
}

/* One argument of and() or or() more: the deciding value ends it, unread is remembered. */
static apl_status combine(machine *m, const apl_code_step *step, uint32_t *next)
{
    bool is_and = step->kind == APL_STEP_AND;
    apl_truth deciding = is_and ? APL_FALSE : APL_TRUE;
    apl_truth truth = deciding;
    apl_status status = need_bool(&truth, m, is_and ? "and" : "or");

    if (status != APL_OK)
        return status;
    if (step->count == 2) {
        apl_value before = m->stack[m->height - 2];
        m->height--;
        if (truth != deciding && before.type == APL_VALUE_UNREAD)
            truth = APL_TRUTH_UNREAD;
    }
    m->stack[m->height - 1] = truth == APL_TRUTH_UNREAD ? APL_UNREAD : apl_value_bool(truth == APL_TRUE);
    if (truth == deciding)
        *next += step->jump - 1;
    return APL_OK;
}

static void push(machine *m, apl_value value)
{
    m->stack[m->height++] = value;
}

static apl_status run_step(machine *m, const apl_code_step *step, uint32_t *next)
{
    switch ((apl_step_kind)step->kind) {
    case APL_STEP_CONSTANT:
        push(m, step->constant);
        return APL_OK;
    case APL_STEP_CALL:
        return call_function(m, step);
    case APL_STEP_MEMBER:
        return take_member(&m->stack[m->height - 1], step->names[0]);
    case APL_STEP_INDEX:
        return take_index(m);
    case APL_STEP_FIELD:
        return field_value(&m->stack[m->height++], m, step);
    case APL_STEP_FIELD_NAMED:
        return field_named(m, step);
    case APL_STEP_CURRENT:
        push(m, m->run->current[step->level]);
        return APL_OK;
    case APL_STEP_CURRENT_FIELD:
        return current_field(&m->stack[m->height++], m, step);
    case APL_STEP_PARAMETER:
        return parameter(m, step);
    case APL_STEP_NO_PARAMETER:
        return apl_fail(APL_E_INPUT, "the parameter '%.*s' has no value", APL_STR_ARG(apl_value_str(step->constant)));
    case APL_STEP_ARRAY:
    case APL_STEP_OBJECT:
        return build(m, step);
    case APL_STEP_IF:
        return branch(m, step, next);
    case APL_STEP_JUMP:
        *next += step->jump - 1;
        return APL_OK;
    case APL_STEP_AND:
    case APL_STEP_OR:
        return combine(m, step, next);
    case APL_STEP_COALESCE:
        if (m->stack[m->height - 1].type == APL_VALUE_NULL)
            m->height--;
        else
            *next += step->jump - 1;
        return APL_OK;
    }
    return apl_fail(APL_E_INPUT, "an expression has an unknown step");
}

apl_status apl_code_eval(apl_value *out, const apl_code *code, apl_run *run)
{
    apl_value small[SMALL_STACK];
    machine m = {run, small, 0};
    apl_status status = APL_OK;

    if (code->stack_max > SMALL_STACK)
        m.stack = APL_ARENA_ARRAY(run->arena, apl_value, code->stack_max);
    for (uint32_t next = 0; next < code->count && status == APL_OK;) {
        const apl_code_step *step = &code->steps[next];
        next++;
        status = run_step(&m, step, &next);
    }
    APL_ASSERT(status != APL_OK || m.height == 1);
    *out = status == APL_OK ? m.stack[0] : APL_NULL;
    return status;
}

uint32_t apl_code_counts_needed(const apl_code *code, uint32_t counts_around)
{
    uint32_t needed = 0;

    for (uint32_t i = 0; i < code->count; i++) {
        const apl_code_step *step = &code->steps[i];
        bool is_pure = step->kind == APL_STEP_CONSTANT || step->kind == APL_STEP_CURRENT ||
                       step->kind == APL_STEP_MEMBER || step->kind == APL_STEP_INDEX || step->kind == APL_STEP_ARRAY;
        if (step->kind == APL_STEP_CALL)
            is_pure = (step->function->flags & APL_FUNCTION_CONTEXT) == 0;
        if (!is_pure)
            return counts_around;
        if (step->kind == APL_STEP_CURRENT && step->level >= needed)
            needed = step->level + 1u;
    }
    return needed;
}

apl_value apl_location_normalise(char buffer[APL_LOCATION_TEXT_MAX], apl_value location)
{
    apl_str text = apl_value_str(location);
    size_t size = 0;

    if (text.size == 0 || text.size > APL_LOCATION_TEXT_MAX || memchr(text.data, ' ', text.size) == NULL)
        return location;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] != ' ')
            buffer[size++] = text.data[i];
    }
    return apl_value_string(apl_str_make(buffer, size));
}
