/* inspect/model/pickle_torch.c: what PyTorch and joblib say in a pickle about their arrays.
 *
 * PyTorch names storages by persistent ids, ("storage", class, key, device, elements), and rebuilds tensors from them;
 * that gives parameter counts, and for the legacy format the size of what follows. joblib puts the raw bytes of an
 * array between two opcodes, behind the BUILD of its wrapper, so its size must be known to go on. */
#include "inspect/model/pickle_machine.h"

/* Dimensions that are multiplied; numpy has 64 at most, torch fewer in practice. Only the first 8 are kept. */
#define DIMENSIONS_MAX 8u

typedef struct element {
    const char *name; /* of the storage class without "Storage", or of the dtype */
    const char *type;
    unsigned size;
} element;

static const element elements[] = {
    {"Float", "F32", 4}, {"Half", "F16", 2},   {"BFloat16", "BF16", 2},    {"Double", "F64", 8},
    {"Long", "I64", 8},  {"Int", "I32", 4},    {"Short", "I16", 2},        {"Char", "I8", 1},
    {"Byte", "U8", 1},   {"Bool", "BOOL", 1},  {"ComplexFloat", "C64", 8}, {"ComplexDouble", "C128", 16},
    {"QInt8", "QI8", 1}, {"QUInt8", "QU8", 1}, {"QInt32", "QI32", 4},      {"Untyped", "U8", 1},
};

static const element *element_of(apl_str storage)
{
    if (!apl_str_ends(storage, APL_STR("Storage")))
        return NULL;
    apl_str name = apl_str_slice(storage, 0, storage.size - 7);
    for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++) {
        if (apl_str_equal(name, apl_str_from(elements[i].name)))
            return &elements[i];
    }
    return NULL;
}

/* The product of a tuple of integers; UINT64_MAX when it is not known. */
static uint64_t product_of(const apl_pickle *machine, value tuple)
{
    uint64_t product = 1;
    size_t count = pickle_part_count(machine, tuple);

    if (value_kind_of(tuple) != VALUE_TUPLE || value_number(tuple) == NODE_NONE ||
        machine->nodes.items[value_number(tuple)].weight > DIMENSIONS_MAX + 1)
        return UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        value part = pickle_part(machine, tuple, i);
        if (value_kind_of(part) != VALUE_INTEGER || value_signed(part) < 0 ||
            __builtin_mul_overflow(product, (uint64_t)value_signed(part), &product))
            return UINT64_MAX;
    }
    return product;
}

static void count_type(apl_pickle *machine, const char *type)
{
    value text = pickle_string(machine, apl_str_from(type));
    size_t i = 0;

    if (value_kind_of(text) != VALUE_STRING)
        return;
    while (i < machine->dtype_count && machine->dtype_names[i] != value_number(text))
        i++;
    if (i == sizeof machine->dtype_names / sizeof machine->dtype_names[0])
        return;
    if (i == machine->dtype_count) {
        machine->dtype_names[i] = (uint32_t)value_number(text);
        machine->dtype_counts[i] = 0;
        machine->dtype_count++;
    }
    machine->dtype_counts[i]++;
}

/* Adds a storage once to what a legacy file has behind its pickles: eight bytes and the elements. */
static void count_storage(apl_pickle *machine, value id, const element *of)
{
    value key = pickle_part(machine, id, 2);
    value count = pickle_part(machine, id, 4);
    apl_str text = pickle_text_of(machine, key);
    uint64_t size = 0;

    if (text.size == 0 || value_kind_of(count) != VALUE_INTEGER || value_signed(count) < 0) {
        machine->is_storage_lost = true;
        return;
    }
    if (machine->is_trial || apl_table_get(machine->storages, text) != APL_TABLE_NONE)
        return;
    (void)apl_table_put(machine->storages, text, 1);
    if (__builtin_mul_overflow((uint64_t)value_signed(count), of->size, &size) ||
        __builtin_add_overflow(size, 8, &size) ||
        __builtin_add_overflow(size, machine->storage_bytes, &machine->storage_bytes))
        machine->is_storage_lost = true;
}

void pickle_tensor(apl_pickle *machine, apl_str name, value arguments)
{
    value storage = pickle_part(machine, arguments, 0);
    value id = pickle_part(machine, storage, 0);

    if (!apl_str_starts(name, APL_STR("_rebuild_tensor")) && !apl_str_starts(name, APL_STR("_rebuild_qtensor")))
        return;
    machine->tensors++;
    value class = pickle_part(machine, id, 1);
    const element *of = value_kind_of(storage) == VALUE_PERSISTENT && value_kind_of(class) == VALUE_GLOBAL
                            ? element_of(machine->strings.items[machine->globals.items[value_number(class)].name])
                            : NULL;
    uint64_t elements_count = product_of(machine, pickle_part(machine, arguments, 2));
    if (elements_count != UINT64_MAX)
        (void)__builtin_add_overflow(machine->parameters, elements_count, &machine->parameters);
    if (of == NULL) {
        machine->is_storage_lost = true;
        return;
    }
    count_type(machine, of->type);
    count_storage(machine, id, of);
}

uint64_t apl_pickle_storage_bytes(const apl_pickle *machine)
{
    return machine->is_storage_lost ? UINT64_MAX : machine->storage_bytes;
}

static value dict_get(const apl_pickle *machine, value dict, const char *key)
{
    size_t count = pickle_part_count(machine, dict);

    for (size_t i = 0; i + 1 < count; i += 2) {
        if (apl_str_equal(pickle_text_of(machine, pickle_part(machine, dict, i)), apl_str_from(key)))
            return pickle_part(machine, dict, i + 1);
    }
    return value_make(VALUE_MISSING, 0);
}

/* Bytes of one element of a numpy type as text ("f8", "<i4", "U10"); 0: not known, 1 with *is_object: objects. */
static uint64_t item_size(apl_str type, bool *is_object)
{
    uint64_t size = 0;

    *is_object = false;
    if (type.size && strchr("<>|=", type.data[0]))
        type = apl_str_slice(type, 1, type.size);
    if (type.size == 0)
        return 0;
    char kind = type.data[0];
    if (kind == 'O') {
        *is_object = true;
        return 1;
    }
    for (uint32_t i = 1; i < type.size; i++) {
        if (type.data[i] < '0' || type.data[i] > '9' || size > UINT32_MAX)
            return 0;
        size = size * 10 + (uint64_t)(type.data[i] - '0');
    }
    if (strchr("fiucbSV", kind))
        return size;
    if (kind == 'U')
        return size * 4;
    return kind == 'M' || kind == 'm' ? 8 : 0;
}

/* The object array's own pickle begins here: it runs above the values of the outer one. */
static bool enter_inner(apl_pickle *machine)
{
    if (machine->run_count == PICKLE_INNER_MAX)
        return pickle_fault(machine, "arrays of objects inside each other deeper than is followed");
    machine->runs[machine->run_count++] = (inner_run){machine->stack.count, machine->marks.count, machine->memo.count};
    return true;
}

bool pickle_skip_array(apl_pickle *machine, value state)
{
    value dtype = dict_get(machine, state, "dtype");
    value arguments = value_kind_of(dtype) == VALUE_CALL ? pickle_part(machine, dtype, 1) : dtype;
    value alignment = dict_get(machine, state, "numpy_array_alignment_bytes");
    uint64_t count = product_of(machine, dict_get(machine, state, "shape"));
    bool is_object = false;
    uint64_t size = item_size(pickle_text_of(machine, pickle_part(machine, arguments, 0)), &is_object);

    if (machine->input->position >= machine->frame_end) /* joblib ends the frame before it writes the bytes */
        machine->frame_end = 0;
    if (is_object)
        return enter_inner(machine);
    if (count == UINT64_MAX || size == 0 || __builtin_mul_overflow(count, size, &size))
        return pickle_fault(machine, "an array of joblib whose size is not known");
    if (value_kind_of(alignment) == VALUE_INTEGER) {
        unsigned char padding = 0;
        if (!apl_input_take(machine->input, &padding, 1) || !apl_input_skip(machine->input, padding)) {
            machine->outcome.end = APL_PICKLE_CUT;
            return false;
        }
    }
    apl_model_fact_add(machine->scan->report, "arrays", 1);
    if (!apl_input_skip(machine->input, size)) {
        machine->outcome.end = APL_PICKLE_CUT;
        return false;
    }
    return true;
}
