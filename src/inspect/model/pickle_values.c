/* inspect/model/pickle_values.c: stack, nodes and texts of the pickle machine.
 *
 * Nothing here knows what a value means; see pickle_run.c for opcodes and pickle_calls.c for judgement. */
#include "inspect/model/pickle_machine.h"

#include "base/limits.h"

apl_pickle *apl_pickle_new(void)
{
    apl_pickle *machine = apl_memory_new(sizeof *machine);

    machine->arena = apl_arena_new();
    machine->string_numbers = apl_table_new(false);
    machine->storages = apl_table_new(false);
    return machine;
}

void apl_pickle_free(apl_pickle *machine)
{
    if (machine == NULL)
        return;
    apl_memory_free(machine->stack.items);
    apl_memory_free(machine->marks.items);
    apl_memory_free(machine->memo.items);
    apl_memory_free(machine->nodes.items);
    apl_memory_free(machine->pool.items);
    apl_memory_free(machine->strings.items);
    apl_memory_free(machine->globals.items);
    apl_table_free(machine->string_numbers);
    apl_table_free(machine->storages);
    apl_arena_free(machine->arena);
    apl_memory_free(machine);
}

void apl_pickle_reset(apl_pickle *machine)
{
    apl_table_free(machine->string_numbers);
    apl_table_free(machine->storages);
    machine->string_numbers = apl_table_new(false);
    machine->storages = apl_table_new(false);
    apl_arena_reset(machine->arena);
    machine->strings.count = 0;
    machine->strings_bytes = 0;
    machine->globals.count = 0;
    machine->nested_count = 0;
    machine->nested_is_cut = false;
    machine->tensors = 0;
    machine->parameters = 0;
    machine->storage_bytes = 0;
    machine->is_storage_lost = false;
    machine->dtype_count = 0;
}

bool pickle_fault(apl_pickle *machine, const char *what)
{
    machine->outcome.end = APL_PICKLE_BROKEN;
    machine->outcome.fault = what;
    return false;
}

bool pickle_push(apl_pickle *machine, value pushed)
{
    if (machine->stack.count == PICKLE_STACK_MAX) {
        machine->is_lost = true;
        return pickle_fault(machine, "more values on the stack than are followed");
    }
    APL_PUSH(&machine->stack, pushed);
    return true;
}

value pickle_top(const apl_pickle *machine)
{
    return machine->stack.items[machine->stack.count - 1];
}

static double weight_of(const apl_pickle *machine, value of)
{
    value_kind kind = value_kind_of(of);
    bool has_node = kind >= VALUE_LIST && kind <= VALUE_SET && value_number(of) != NODE_NONE;

    return has_node ? machine->nodes.items[value_number(of)].weight : 1;
}

static node *node_of(const apl_pickle *machine, value of)
{
    value_kind kind = value_kind_of(of);

    if ((kind < VALUE_LIST || kind > VALUE_SET) && kind != VALUE_CALL && kind != VALUE_PERSISTENT)
        return NULL;
    return value_number(of) == NODE_NONE ? NULL : &machine->nodes.items[value_number(of)];
}

/* Parts that are kept of a node: a call's three, the arguments of a tensor, the state of an array. */
static size_t room_of(value_kind kind, size_t count)
{
    if (kind == VALUE_LIST || kind == VALUE_SET)
        return 0;
    if (kind == VALUE_CALL)
        return 3;
    if (kind == VALUE_DICT)
        return count ? 16 : 0;
    return count < 8 ? count : 8;
}

static bool give_room(apl_pickle *machine, node *to, size_t room)
{
    if (room == 0)
        return true;
    if (machine->pool.count + room > PICKLE_POOL_MAX)
        return false;
    APL_RESERVE(&machine->pool, room);
    to->first = (uint32_t)machine->pool.count;
    to->room = (uint16_t)room;
    machine->pool.count += room;
    return true;
}

value pickle_node(apl_pickle *machine, value_kind kind, const value *parts, size_t count)
{
    node made = {.weight = 1};

    for (size_t i = 0; i < count; i++)
        made.weight += weight_of(machine, parts[i]);
    if (made.weight > machine->weight_max)
        machine->weight_max = made.weight;
    if (machine->nodes.count == PICKLE_NODES_MAX || !give_room(machine, &made, room_of(kind, count)))
        return value_make(kind, NODE_NONE);
    for (size_t i = 0; i < count && i < made.room; i++)
        machine->pool.items[made.first + made.count++] = parts[i];
    APL_PUSH(&machine->nodes, made);
    return value_make(kind, machine->nodes.count - 1);
}

void pickle_add_part(apl_pickle *machine, value to, value part)
{
    node *into = node_of(machine, to);

    if (into == NULL)
        return;
    into->weight += weight_of(machine, part);
    if (into->weight > machine->weight_max)
        machine->weight_max = into->weight;
    if (value_kind_of(to) == VALUE_DICT && into->room == 0)
        (void)give_room(machine, into, room_of(VALUE_DICT, 1));
    if (into->count < into->room)
        machine->pool.items[into->first + into->count++] = part;
}

value pickle_part(const apl_pickle *machine, value of, size_t index)
{
    const node *from = node_of(machine, of);

    return from && index < from->count ? machine->pool.items[from->first + index] : value_make(VALUE_LOST, 0);
}

size_t pickle_part_count(const apl_pickle *machine, value of)
{
    const node *from = node_of(machine, of);

    return from ? from->count : 0;
}

value pickle_string(apl_pickle *machine, apl_str text)
{
    if (text.size > PICKLE_NAME_BYTES_MAX)
        return value_make(VALUE_TEXT, 0);
    uint32_t number = apl_table_get(machine->string_numbers, text);
    if (number != APL_TABLE_NONE)
        return value_make(VALUE_STRING, number);
    if (machine->strings.count == PICKLE_STRINGS_MAX || machine->strings_bytes + text.size > PICKLE_STRINGS_BYTES_MAX)
        return value_make(VALUE_LOST, 0);
    apl_str kept = apl_arena_str(machine->arena, text);
    machine->strings_bytes += text.size;
    number = (uint32_t)machine->strings.count;
    APL_PUSH(&machine->strings, kept);
    (void)apl_table_put(machine->string_numbers, kept, number);
    return value_make(VALUE_STRING, number);
}

apl_str pickle_text_of(const apl_pickle *machine, value of)
{
    return value_kind_of(of) == VALUE_STRING ? machine->strings.items[value_number(of)] : APL_STR_NONE;
}
