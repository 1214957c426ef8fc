/* inspect/model/pickle_calls.c: what a pickle imports, calls and changes, judged.
 *
 * A dangerous name is reported where it is imported, whether it is called or not: what is done with it may lie beyond
 * this file. An unknown name is reported once. */
#include "inspect/model/pickle_machine.h"

#define SHOWN_BYTES 120u /* of a name in a message */

static apl_str shown(apl_str text)
{
    return text.size > SHOWN_BYTES ? apl_str_slice(text, 0, SHOWN_BYTES) : text;
}

static uint32_t known_index(apl_pickle *machine, value module, value name)
{
    uint32_t m = (uint32_t)value_number(module);
    uint32_t n = (uint32_t)value_number(name);

    for (size_t i = 0; i < machine->globals.count; i++) {
        if (machine->globals.items[i].module == m && machine->globals.items[i].name == n)
            return (uint32_t)i;
    }
    return UINT32_MAX;
}

static value judge_global(apl_pickle *machine, value module, value name)
{
    apl_str m = pickle_text_of(machine, module);
    apl_str n = pickle_text_of(machine, name);
    apl_str why = APL_STR_NONE;
    uint32_t known = known_index(machine, module, name);

    if (known == UINT32_MAX) {
        apl_global_kind kind = apl_globals_judge(&why, machine->scan->globals, m, n);
        if (kind == APL_GLOBAL_DANGEROUS)
            apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_DANGEROUS_GLOBAL, machine->opcode_at,
                            "%.*s.%.*s: %.*s", APL_STR_ARG(shown(m)), APL_STR_ARG(shown(n)), APL_STR_ARG(why));
        else if (kind == APL_GLOBAL_UNKNOWN)
            apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_UNKNOWN_GLOBAL, machine->opcode_at, "%.*s.%.*s",
                            APL_STR_ARG(shown(m)), APL_STR_ARG(shown(n)));
        if (machine->globals.count == PICKLE_GLOBALS_MAX) {
            apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_LIMIT, machine->opcode_at,
                            "more than %u different imports", PICKLE_GLOBALS_MAX);
            return value_make(VALUE_LOST, 0);
        }
        known_global made = {(uint32_t)value_number(module), (uint32_t)value_number(name), kind};
        APL_PUSH(&machine->globals, made);
        known = (uint32_t)machine->globals.count - 1;
    }
    machine->outcome.dangerous += machine->globals.items[known].kind == APL_GLOBAL_DANGEROUS;
    return value_make(VALUE_GLOBAL, known);
}

value pickle_global(apl_pickle *machine, value module, value name)
{
    value_kind m = value_kind_of(module);
    value_kind n = value_kind_of(name);

    machine->outcome.globals++;
    if (m == VALUE_STRING && n == VALUE_STRING)
        return judge_global(machine, module, name);
    if (m == VALUE_LOST || n == VALUE_LOST || m == VALUE_TEXT || n == VALUE_TEXT)
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_LIMIT, machine->opcode_at,
                        "an import whose name is longer, or of more texts, than are followed");
    else
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_COMPUTED_NAME, machine->opcode_at,
                        "the name of an import is no text of the pickle but what something else gave");
    return value_make(VALUE_LOST, 0);
}

static apl_str module_of(const apl_pickle *machine, value global)
{
    return value_kind_of(global) == VALUE_GLOBAL
               ? machine->strings.items[machine->globals.items[value_number(global)].module]
               : APL_STR_NONE;
}

static apl_str name_of(const apl_pickle *machine, value global)
{
    return value_kind_of(global) == VALUE_GLOBAL
               ? machine->strings.items[machine->globals.items[value_number(global)].name]
               : APL_STR_NONE;
}

value pickle_call(apl_pickle *machine, value callee, value arguments)
{
    value parts[3] = {callee, arguments, value_make(VALUE_NONE, 0)};

    value_kind kind = value_kind_of(callee);

    machine->outcome.calls++;
    if (kind == VALUE_GLOBAL) {
        if (apl_str_starts(module_of(machine, callee), APL_STR("torch")))
            pickle_tensor(machine, name_of(machine, callee), arguments);
    } else if (kind == VALUE_LOST) {
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_LIMIT, machine->opcode_at,
                        "a call of something beyond what is followed");
    } else if (kind != VALUE_EXTENSION) { /* that was said where it was taken */
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_UNKNOWN_CALLEE, machine->opcode_at, "a call of %s",
                        kind == VALUE_CALL ? "what another call gave" : "a plain value");
    }
    return pickle_node(machine, VALUE_CALL, parts, 3);
}

bool pickle_build(apl_pickle *machine, value target, value state)
{
    if (value_kind_of(target) == VALUE_GLOBAL)
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_CHANGES_GLOBAL, machine->opcode_at,
                        "BUILD on %.*s.%.*s", APL_STR_ARG(shown(module_of(machine, target))),
                        APL_STR_ARG(shown(name_of(machine, target))));
    if (pickle_is_array_wrapper(machine, target))
        return pickle_skip_array(machine, state);
    return true;
}

void pickle_change(apl_pickle *machine, value target, const value *items, size_t count)
{
    value callee = value_kind_of(target) == VALUE_CALL ? pickle_part(machine, target, 0) : target;

    (void)items;
    if (count == 0)
        return;
    if (value_kind_of(target) == VALUE_GLOBAL)
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_CHANGES_GLOBAL, machine->opcode_at,
                        "items of %.*s.%.*s", APL_STR_ARG(shown(module_of(machine, target))),
                        APL_STR_ARG(shown(name_of(machine, target))));
    else if (value_kind_of(target) == VALUE_PERSISTENT ||
             (value_kind_of(target) == VALUE_CALL && apl_str_starts(module_of(machine, callee), APL_STR("torch")) &&
              (apl_str_find(name_of(machine, callee), APL_STR("_rebuild")) == 0 ||
               apl_str_ends(name_of(machine, callee), APL_STR("Storage")))))
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_ITEM_OF_TENSOR, machine->opcode_at, "items of %.*s",
                        APL_STR_ARG(shown(name_of(machine, callee))));
}

bool pickle_is_array_wrapper(const apl_pickle *machine, value target)
{
    value callee = value_kind_of(target) == VALUE_CALL ? pickle_part(machine, target, 0) : target;
    apl_str module = module_of(machine, callee);

    return apl_str_equal(name_of(machine, callee), APL_STR("NumpyArrayWrapper")) &&
           (apl_str_equal(module, APL_STR("joblib.numpy_pickle")) ||
            apl_str_equal(module, APL_STR("sklearn.externals.joblib.numpy_pickle")));
}

void apl_pickle_facts(const apl_pickle *machine, apl_model_scan *scan)
{
    apl_model_report *report = scan->report;

    if (machine->tensors) {
        apl_model_fact_add(report, "tensors", machine->tensors);
        apl_model_fact_add(report, "parameters", machine->parameters);
    }
    for (size_t i = 0; i < machine->dtype_count; i++)
        apl_model_fact_count(report, "tensor_types", machine->strings.items[machine->dtype_names[i]],
                             machine->dtype_counts[i]);
    for (size_t i = 0; i < machine->globals.count; i++) {
        apl_str module = machine->strings.items[machine->globals.items[i].module];
        apl_str name = machine->strings.items[machine->globals.items[i].name];
        char text[2 * PICKLE_NAME_BYTES_MAX + 2];
        size_t size = 0;
        memcpy(text, module.data, module.size);
        size = module.size;
        text[size++] = '.';
        memcpy(text + size, name.data, name.size);
        apl_model_fact_item(report, "imports", apl_str_make(text, size + name.size));
    }
}
