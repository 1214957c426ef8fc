/* inspect/model/pickle_run.c: the opcodes of pickle, protocols 0 to 5.
 *
 * One table says how many bytes of argument an opcode has, one switch what it does; pickletools of CPython 3.13 is the
 * reference. Long texts and bytes are skipped without being read. Frames are only checked: the loaders that matter do
 * not believe them. */
#include <stdlib.h>

#include "inspect/model/pickle_machine.h"

/* An opcode with a number as argument is at most this long. */
#define OPCODE_BYTES_MAX 9u
/* Between two checks of what does not change often. */
#define OPCODES_MAX (UINT64_C(4) << 30)

typedef enum argument {
    ARG_NONE = 0,
    ARG_U1 = 1,
    ARG_U2 = 2,
    ARG_U4 = 4,
    ARG_8 = 8,
    ARG_LINE,     /* to the next line end */
    ARG_LINES,    /* two of them */
    ARG_COUNTED1, /* bytes, their number before them */
    ARG_COUNTED4,
    ARG_COUNTED8,
    ARG_INVALID,
} argument;

#define ARG_OF(kind) ((uint8_t)((kind) + 1)) /* 0 in the table: no such opcode */

static const uint8_t arguments[256] = {
    ['('] = ARG_OF(ARG_NONE),      ['.'] = ARG_OF(ARG_NONE),      ['0'] = ARG_OF(ARG_NONE),
    ['1'] = ARG_OF(ARG_NONE),      ['2'] = ARG_OF(ARG_NONE),      ['F'] = ARG_OF(ARG_LINE),
    ['I'] = ARG_OF(ARG_LINE),      ['J'] = ARG_OF(ARG_U4),        ['K'] = ARG_OF(ARG_U1),
    ['L'] = ARG_OF(ARG_LINE),      ['M'] = ARG_OF(ARG_U2),        ['N'] = ARG_OF(ARG_NONE),
    ['P'] = ARG_OF(ARG_LINE),      ['Q'] = ARG_OF(ARG_NONE),      ['R'] = ARG_OF(ARG_NONE),
    ['S'] = ARG_OF(ARG_LINE),      ['T'] = ARG_OF(ARG_COUNTED4),  ['U'] = ARG_OF(ARG_COUNTED1),
    ['V'] = ARG_OF(ARG_LINE),      ['X'] = ARG_OF(ARG_COUNTED4),  ['a'] = ARG_OF(ARG_NONE),
    ['b'] = ARG_OF(ARG_NONE),      ['c'] = ARG_OF(ARG_LINES),     ['d'] = ARG_OF(ARG_NONE),
    ['}'] = ARG_OF(ARG_NONE),      ['e'] = ARG_OF(ARG_NONE),      ['g'] = ARG_OF(ARG_LINE),
    ['h'] = ARG_OF(ARG_U1),        ['i'] = ARG_OF(ARG_LINES),     ['j'] = ARG_OF(ARG_U4),
    ['l'] = ARG_OF(ARG_NONE),      [']'] = ARG_OF(ARG_NONE),      ['o'] = ARG_OF(ARG_NONE),
    ['p'] = ARG_OF(ARG_LINE),      ['q'] = ARG_OF(ARG_U1),        ['r'] = ARG_OF(ARG_U4),
    ['s'] = ARG_OF(ARG_NONE),      ['t'] = ARG_OF(ARG_NONE),      [')'] = ARG_OF(ARG_NONE),
    ['u'] = ARG_OF(ARG_NONE),      ['G'] = ARG_OF(ARG_8),         ['B'] = ARG_OF(ARG_COUNTED4),
    ['C'] = ARG_OF(ARG_COUNTED1),  [0x80] = ARG_OF(ARG_U1),       [0x81] = ARG_OF(ARG_NONE),
    [0x82] = ARG_OF(ARG_U1),       [0x83] = ARG_OF(ARG_U2),       [0x84] = ARG_OF(ARG_U4),
    [0x85] = ARG_OF(ARG_NONE),     [0x86] = ARG_OF(ARG_NONE),     [0x87] = ARG_OF(ARG_NONE),
    [0x88] = ARG_OF(ARG_NONE),     [0x89] = ARG_OF(ARG_NONE),     [0x8a] = ARG_OF(ARG_COUNTED1),
    [0x8b] = ARG_OF(ARG_COUNTED4), [0x8c] = ARG_OF(ARG_COUNTED1), [0x8d] = ARG_OF(ARG_COUNTED8),
    [0x8e] = ARG_OF(ARG_COUNTED8), [0x8f] = ARG_OF(ARG_NONE),     [0x90] = ARG_OF(ARG_NONE),
    [0x91] = ARG_OF(ARG_NONE),     [0x92] = ARG_OF(ARG_NONE),     [0x93] = ARG_OF(ARG_NONE),
    [0x94] = ARG_OF(ARG_NONE),     [0x95] = ARG_OF(ARG_8),        [0x96] = ARG_OF(ARG_COUNTED8),
    [0x97] = ARG_OF(ARG_NONE),     [0x98] = ARG_OF(ARG_NONE),
};

typedef struct opcode {
    uint8_t code;
    uint64_t number; /* fixed argument, or the size of what follows */
    apl_str line;    /* of ARG_LINE; the first of ARG_LINES */
    apl_str second;
} opcode;

static bool cut_short(apl_pickle *machine)
{
    machine->outcome.end = APL_PICKLE_CUT;
    return false;
}

static size_t stack_base(const apl_pickle *machine)
{
    return machine->run_count ? machine->runs[machine->run_count - 1].stack_base : 0;
}

static size_t mark_base(const apl_pickle *machine)
{
    return machine->run_count ? machine->runs[machine->run_count - 1].mark_base : 0;
}

static size_t memo_base(const apl_pickle *machine)
{
    return machine->run_count ? machine->runs[machine->run_count - 1].memo_base : 0;
}

/* What may be popped: down to the last mark, or to the bottom. */
static size_t floor_of(const apl_pickle *machine)
{
    return machine->marks.count > mark_base(machine) ? machine->marks.items[machine->marks.count - 1]
                                                     : stack_base(machine);
}

static bool need(apl_pickle *machine, size_t count)
{
    if (machine->stack.count < floor_of(machine) + count)
        return pickle_fault(machine, "an opcode needs more values than there are");
    return true;
}

/* Takes the values above the last mark off the stack; they stay readable at *items until the next push. */
static bool pop_mark(apl_pickle *machine, const value **items, size_t *count)
{
    if (machine->marks.count == mark_base(machine))
        return pickle_fault(machine, "an opcode needs a mark and there is none");
    size_t at = machine->marks.items[--machine->marks.count];
    *count = machine->stack.count - at;
    *items = *count ? machine->stack.items + at : NULL;
    machine->stack.count = at;
    return true;
}

static bool push_node(apl_pickle *machine, value_kind kind, const value *items, size_t count)
{
    return pickle_push(machine, pickle_node(machine, kind, items, count));
}

static bool pop_to_tuple(apl_pickle *machine, size_t count)
{
    if (!need(machine, count))
        return false;
    machine->stack.count -= count;
    return push_node(machine, VALUE_TUPLE, machine->stack.items + machine->stack.count, count);
}

static bool memo_put(apl_pickle *machine, uint64_t index)
{
    size_t base = memo_base(machine);

    if (!need(machine, 1))
        return false;
    if (index >= PICKLE_MEMO_MAX - base)
        return true; /* a later get gives VALUE_LOST */
    size_t at = base + (size_t)index;
    if (at >= machine->memo.count) {
        APL_RESERVE(&machine->memo, at + 1 - machine->memo.count);
        for (size_t i = machine->memo.count; i < at; i++)
            machine->memo.items[i] = value_make(VALUE_MISSING, 0);
        machine->memo.count = at + 1;
    }
    machine->memo.items[at] = pickle_top(machine);
    return true;
}

static bool memo_get(apl_pickle *machine, uint64_t index)
{
    size_t base = memo_base(machine);

    if (index >= PICKLE_MEMO_MAX - base)
        return pickle_push(machine, value_make(VALUE_LOST, 0));
    size_t at = base + (size_t)index;
    value got = at < machine->memo.count ? machine->memo.items[at] : value_make(VALUE_MISSING, 0);
    /* The real machine stops here; one that does not would go on with what it has. */
    if (value_kind_of(got) == VALUE_MISSING)
        return pickle_fault(machine, "the memo has no such entry");
    return pickle_push(machine, got);
}

static uint64_t decimal(apl_str line)
{
    uint64_t number = 0;

    for (uint32_t i = 0; i < line.size; i++) {
        if (line.data[i] < '0' || line.data[i] > '9' || number > UINT32_MAX)
            return UINT64_MAX;
        number = number * 10 + (uint64_t)(line.data[i] - '0');
    }
    return line.size ? number : UINT64_MAX;
}

static bool get_line(apl_pickle *machine, apl_str *line)
{
    for (size_t wanted = 256; wanted <= PICKLE_LINE_BYTES_MAX; wanted *= 4) {
        size_t there = apl_input_look(machine->input, wanted);
        const char *bytes = (const char *)apl_input_at(machine->input);
        const char *end = memchr(bytes, '\n', there);
        if (end) {
            size_t size = (size_t)(end - bytes);
            *line = apl_str_make(bytes, size && bytes[size - 1] == '\r' ? size - 1 : size);
            return apl_input_skip(machine->input, size + 1);
        }
        if (there < wanted)
            return cut_short(machine);
    }
    return pickle_fault(machine, "a line without an end");
}

/* Text arguments of protocol 0 may be long; only what fits a window is seen, the rest is skipped line-wise. */
static bool get_long_line(apl_pickle *machine, apl_str *line)
{
    size_t there = apl_input_look(machine->input, APL_INPUT_WINDOW_BYTES);
    const char *bytes = (const char *)apl_input_at(machine->input);
    const char *end = memchr(bytes, '\n', there);

    *line = apl_str_make(bytes, end ? (size_t)(end - bytes) : there);
    if (end)
        return apl_input_skip(machine->input, (uint64_t)(end - bytes) + 1);
    line->size = 0;
    while (there && end == NULL) {
        (void)apl_input_skip(machine->input, there);
        there = apl_input_look(machine->input, APL_INPUT_WINDOW_BYTES);
        bytes = (const char *)apl_input_at(machine->input);
        end = memchr(bytes, '\n', there);
    }
    if (end == NULL)
        return cut_short(machine);
    *line = apl_str_make(NULL, 0);
    return apl_input_skip(machine->input, (uint64_t)(end - bytes) + 1);
}

static apl_str unquote(apl_str line)
{
    bool has_quotes =
        line.size >= 2 && (line.data[0] == '\'' || line.data[0] == '"') && line.data[line.size - 1] == line.data[0];
    return has_quotes ? apl_str_slice(line, 1, line.size - 1) : line;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* A text of protocol 0 with its escapes undone, as far as names need them: \xNN, \uNNNN of ASCII, \\ and quotes. */
static apl_str unescape(apl_str text, char *buffer)
{
    size_t size = 0;

    if (text.size > PICKLE_NAME_BYTES_MAX || memchr(text.data ? text.data : "", '\\', text.size) == NULL)
        return text;
    for (uint32_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        uint32_t digits = 0;
        if (c == '\\' && i + 1 < text.size) {
            c = text.data[++i];
            digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
        }
        if (digits && i + digits < text.size) {
            unsigned code = 0;
            for (uint32_t d = 1; d <= digits; d++)
                code = code * 16 + (unsigned)(hex_digit(text.data[i + d]) & 15);
            i += digits;
            c = code < 128 ? (char)code : '?';
        }
        buffer[size++] = c;
    }
    return apl_str_make(buffer, size);
}

static bool push_text(apl_pickle *machine, apl_str text)
{
    char buffer[PICKLE_NAME_BYTES_MAX];

    return pickle_push(machine, pickle_string(machine, unescape(text, buffer)));
}

/* A text that stands in the bytes with its size before it; `is_text` when it can be a name. */
static bool take_counted(apl_pickle *machine, uint64_t size, bool is_text)
{
    value made = value_make(is_text ? VALUE_TEXT : VALUE_BYTES, 0);

    if (size <= PICKLE_NAME_BYTES_MAX) {
        const unsigned char *bytes = apl_input_view(machine->input, (size_t)size);
        if (bytes == NULL)
            return cut_short(machine);
        if (is_text)
            made = pickle_string(machine, apl_str_make((const char *)bytes, (size_t)size));
    }
    if (size >= 8)
        pickle_look_inside(machine, size);
    if (!apl_input_skip(machine->input, size))
        return cut_short(machine);
    return pickle_push(machine, made);
}

/* LONG1 and LONG4: little-endian two's complement. */
static bool take_long(apl_pickle *machine, uint64_t size)
{
    static const unsigned char torch_magic[10] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};
    const unsigned char *bytes = size <= 16 ? apl_input_view(machine->input, (size_t)size) : NULL;
    value made = value_make(VALUE_NUMBER, 0);

    if (size <= 16 && bytes == NULL)
        return cut_short(machine);
    if (size == sizeof torch_magic && memcmp(bytes, torch_magic, sizeof torch_magic) == 0)
        made = value_make(VALUE_NUMBER, 1);
    if (size <= 7) {
        uint64_t number = 0;
        for (size_t i = 0; i < size; i++)
            number |= (uint64_t)bytes[i] << (8 * i);
        if (size && bytes[size - 1] & 0x80)
            number |= ~UINT64_C(0) << (8 * size);
        made = value_integer((int64_t)number);
    }
    if (!apl_input_skip(machine->input, size))
        return cut_short(machine);
    return pickle_push(machine, made);
}

static value integer_of_line(apl_str line)
{
    bool is_negative = line.size && line.data[0] == '-';
    apl_str digits = is_negative ? apl_str_slice(line, 1, line.size) : line;

    if (digits.size && digits.data[digits.size - 1] == 'L')
        digits.size--;
    uint64_t number = decimal(digits);
    if (number == UINT64_MAX)
        return value_make(VALUE_NUMBER, 0);
    return value_integer(is_negative ? -(int64_t)number : (int64_t)number);
}

static bool set_items(apl_pickle *machine, const value *items, size_t count)
{
    if (!need(machine, 1))
        return false;
    value target = pickle_top(machine);
    for (size_t i = 0; i < count; i++)
        pickle_add_part(machine, target, items[i]);
    pickle_change(machine, target, items, count);
    return true;
}

static bool do_call(apl_pickle *machine, value callee, value given)
{
    return pickle_push(machine, pickle_call(machine, callee, given));
}

/* REDUCE and NEWOBJ take two, NEWOBJ_EX three: callee, arguments, and keyword arguments. */
static bool call_from_stack(apl_pickle *machine, size_t count)
{
    if (!need(machine, count))
        return false;
    machine->stack.count -= count;
    const value *items = machine->stack.items + machine->stack.count;
    return do_call(machine, items[0], items[1]);
}

static bool call_object(apl_pickle *machine)
{
    const value *items;
    size_t count;

    if (!pop_mark(machine, &items, &count))
        return false;
    if (count == 0)
        return pickle_fault(machine, "OBJ without a class");
    value callee = items[0];
    value given = pickle_node(machine, VALUE_TUPLE, items + 1, count - 1);
    return do_call(machine, callee, given);
}

static bool call_instance(apl_pickle *machine, const opcode *op)
{
    const value *items;
    size_t count;
    value module = pickle_string(machine, op->line);
    value name = pickle_string(machine, op->second);

    if (!pop_mark(machine, &items, &count))
        return false;
    value given = pickle_node(machine, VALUE_TUPLE, items, count);
    return do_call(machine, pickle_global(machine, module, name), given);
}

static bool stack_global(apl_pickle *machine)
{
    if (!need(machine, 2))
        return false;
    machine->stack.count -= 2;
    const value *items = machine->stack.items + machine->stack.count;
    return pickle_push(machine, pickle_global(machine, items[0], items[1]));
}

static bool build(apl_pickle *machine)
{
    if (!need(machine, 2))
        return false;
    value state = machine->stack.items[--machine->stack.count];
    return pickle_build(machine, pickle_top(machine), state);
}

static bool persistent(apl_pickle *machine, value id)
{
    return pickle_push(machine, pickle_node(machine, VALUE_PERSISTENT, &id, 1));
}

/* Ends this pickle; an inner one hands its value to the outer one and that goes on. */
static bool stop(apl_pickle *machine, bool *is_stopped)
{
    if (machine->stack.count <= stack_base(machine))
        return pickle_fault(machine, "STOP without a value");
    value result = pickle_top(machine);
    if (machine->run_count == 0) {
        machine->outcome.is_torch_magic = value_kind_of(result) == VALUE_NUMBER && value_number(result) == 1;
        machine->outcome.end = APL_PICKLE_STOPPED;
        *is_stopped = true;
        return true;
    }
    const inner_run *run = &machine->runs[--machine->run_count];
    machine->stack.count = run->stack_base;
    machine->marks.count = run->mark_base;
    machine->memo.count = run->memo_base;
    return true;
}

static bool start_frame(apl_pickle *machine, uint64_t size)
{
    if (machine->frame_end && machine->opcode_at < machine->frame_end)
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_FRAME, machine->opcode_at,
                        "a frame begins inside another one");
    uint64_t at = machine->input->position;
    machine->frame_end = size > UINT64_MAX - at ? UINT64_MAX : at + size;
    return true;
}

static bool read_argument(apl_pickle *machine, opcode *op, argument kind)
{
    static const uint8_t sizes[] = {[ARG_COUNTED1] = 1, [ARG_COUNTED4] = 4, [ARG_COUNTED8] = 8};
    unsigned size = kind <= ARG_8 ? (unsigned)kind : kind >= ARG_COUNTED1 ? sizes[kind] : 0;

    if (size) {
        const unsigned char *bytes = apl_input_view(machine->input, size);
        if (bytes == NULL)
            return cut_short(machine);
        for (unsigned i = 0; i < size; i++)
            op->number |= (uint64_t)bytes[i] << (8 * i);
        machine->input->position += size;
        return true;
    }
    if (kind == ARG_LINES) {
        char first[PICKLE_NAME_BYTES_MAX + 1];
        if (!get_line(machine, &op->line))
            return false;
        /* The second line may move the window, so the first is kept as a text of the machine. */
        size_t kept = op->line.size < sizeof first ? op->line.size : sizeof first;
        memcpy(first, op->line.data, kept);
        op->line = pickle_text_of(machine, pickle_string(machine, apl_str_make(first, kept)));
        return get_line(machine, &op->second);
    }
    if (kind == ARG_LINE)
        return op->code == 'S' || op->code == 'V' ? get_long_line(machine, &op->line) : get_line(machine, &op->line);
    return true;
}

/* Opcodes that push something that they bring along. */
static bool step_value(apl_pickle *machine, const opcode *op)
{
    switch (op->code) {
    case 'N':
        return pickle_push(machine, value_make(VALUE_NONE, 0));
    case 0x88:
    case 0x89:
        return pickle_push(machine, value_make(VALUE_BOOL, op->code == 0x88));
    case 'K':
    case 'M':
        return pickle_push(machine, value_integer((int64_t)op->number));
    case 'J':
        return pickle_push(machine, value_integer((int32_t)op->number));
    case 'I':
    case 'L':
        return pickle_push(machine, integer_of_line(op->line));
    case 'F':
    case 'G':
        return pickle_push(machine, value_make(VALUE_NUMBER, 0));
    case 0x8a:
    case 0x8b:
        return take_long(machine, op->code == 0x8b && op->number > INT32_MAX ? 0 : op->number);
    case 'S':
        return push_text(machine, unquote(op->line));
    case 'V':
        return push_text(machine, op->line);
    case 'T':
    case 'U':
    case 'X':
    case 0x8c:
    case 0x8d:
        return take_counted(machine, op->number, true);
    case 'B':
    case 'C':
    case 0x8e:
    case 0x96:
        return take_counted(machine, op->number, false);
    case 0x97:
        return pickle_push(machine, value_make(VALUE_BUFFER, 0));
    case 0x98:
        return need(machine, 1);
    default:
        return pickle_fault(machine, "an opcode that does not exist");
    }
}

/* Opcodes that make, fill or take apart what has parts. */
static bool step_parts(apl_pickle *machine, const opcode *op)
{
    const value *items = NULL;
    size_t count = 0;

    switch (op->code) {
    case ']':
        return push_node(machine, VALUE_LIST, NULL, 0);
    case '}':
        return push_node(machine, VALUE_DICT, NULL, 0);
    case ')':
        return push_node(machine, VALUE_TUPLE, NULL, 0);
    case 0x8f:
        return push_node(machine, VALUE_SET, NULL, 0);
    case 'l':
        return pop_mark(machine, &items, &count) && push_node(machine, VALUE_LIST, items, count);
    case 't':
        return pop_mark(machine, &items, &count) && push_node(machine, VALUE_TUPLE, items, count);
    case 'd':
        return pop_mark(machine, &items, &count) && push_node(machine, VALUE_DICT, items, count);
    case 0x91:
        return pop_mark(machine, &items, &count) && push_node(machine, VALUE_SET, items, count);
    case 0x85:
    case 0x86:
    case 0x87:
        return pop_to_tuple(machine, op->code - 0x84u);
    case 'a':
    case 's':
        count = op->code == 'a' ? 1 : 2;
        if (!need(machine, count + 1))
            return false;
        machine->stack.count -= count;
        return set_items(machine, machine->stack.items + machine->stack.count, count);
    case 'e':
    case 'u':
    case 0x90:
        return pop_mark(machine, &items, &count) && set_items(machine, items, count);
    default:
        return step_value(machine, op);
    }
}

static bool push_mark(apl_pickle *machine)
{
    if (machine->marks.count == PICKLE_MARKS_MAX)
        return pickle_fault(machine, "more marks than are followed");
    APL_PUSH(&machine->marks, (uint32_t)machine->stack.count);
    return true;
}

static bool pop(apl_pickle *machine)
{
    if (machine->stack.count > floor_of(machine)) {
        machine->stack.count--;
        return true;
    }
    if (machine->marks.count == mark_base(machine))
        return pickle_fault(machine, "POP without a value");
    machine->marks.count--; /* POP on a mark takes the mark */
    return true;
}

/* Opcodes of the stack, the memo, names and calls. */
static bool step(apl_pickle *machine, const opcode *op)
{
    const value *items = NULL;
    size_t count = 0;

    switch (op->code) {
    case '(':
        return push_mark(machine);
    case '0':
        return pop(machine);
    case '1':
        return pop_mark(machine, &items, &count);
    case '2':
        return need(machine, 1) && pickle_push(machine, pickle_top(machine));
    case 'p':
        return memo_put(machine, decimal(op->line));
    case 'q':
    case 'r':
        return memo_put(machine, op->number);
    case 0x94:
        return memo_put(machine, machine->memo.count - memo_base(machine));
    case 'g':
        return memo_get(machine, decimal(op->line));
    case 'h':
    case 'j':
        return memo_get(machine, op->number);
    case 'c':
        return pickle_push(
            machine, pickle_global(machine, pickle_string(machine, op->line), pickle_string(machine, op->second)));
    case 0x93:
        return stack_global(machine);
    case 'R':
    case 0x81:
        return call_from_stack(machine, 2);
    case 0x92:
        return call_from_stack(machine, 3);
    case 'o':
        return call_object(machine);
    case 'i':
        return call_instance(machine, op);
    case 'b':
        return build(machine);
    case 'P':
        return persistent(machine, pickle_string(machine, op->line));
    case 'Q':
        return need(machine, 1) && persistent(machine, machine->stack.items[--machine->stack.count]);
    case 0x82:
    case 0x83:
    case 0x84:
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_EXTENSION, machine->opcode_at, "extension code %llu",
                        (unsigned long long)op->number);
        machine->outcome.globals++;
        return pickle_push(machine, value_make(VALUE_EXTENSION, op->number));
    case 0x80:
        machine->outcome.has_proto = machine->outcome.has_proto || machine->outcome.opcodes == 0;
        return op->number <= 5 || pickle_fault(machine, "a protocol that does not exist");
    case 0x95:
        return start_frame(machine, op->number);
    default:
        return step_parts(machine, op);
    }
}

/* The real machine reads a value whole; only one that knows frames would see two values here. */
static void check_frame(apl_pickle *machine)
{
    if (machine->opcode_at < machine->frame_end && machine->input->position > machine->frame_end)
        apl_model_found(machine->scan->report, APL_ISSUE_PICKLE_FRAME, machine->opcode_at,
                        "a value begins inside a frame that ends at %llu and itself ends at %llu",
                        (unsigned long long)machine->frame_end, (unsigned long long)machine->input->position);
    if (machine->input->position >= machine->frame_end)
        machine->frame_end = 0;
}

static void run_opcodes(apl_pickle *machine)
{
    apl_input *input = machine->input;
    bool is_stopped = false;
    bool goes_on = true;

    while (goes_on && !is_stopped) {
        if (apl_input_visible(input) < OPCODE_BYTES_MAX && apl_input_look(input, OPCODE_BYTES_MAX) == 0) {
            (void)cut_short(machine);
            return;
        }
        opcode op = {.code = *apl_input_at(input)};
        machine->opcode_at = input->position++;
        if (arguments[op.code] == 0) {
            (void)pickle_fault(machine, "an opcode that does not exist");
            return;
        }
        goes_on = read_argument(machine, &op, (argument)(arguments[op.code] - 1));
        if (goes_on)
            goes_on = op.code == '.' ? stop(machine, &is_stopped) : step(machine, &op);
        if (machine->frame_end)
            check_frame(machine);
        if (++machine->outcome.opcodes == OPCODES_MAX)
            goes_on = pickle_fault(machine, "more opcodes than are followed");
    }
}

apl_pickle_outcome apl_pickle_run(apl_pickle *machine, apl_model_scan *scan, apl_input *input)
{
    machine->scan = scan;
    machine->input = input;
    machine->outcome = (apl_pickle_outcome){.end = APL_PICKLE_CUT, .start = input->position};
    machine->stack.count = 0;
    machine->marks.count = 0;
    machine->memo.count = 0;
    machine->nodes.count = 0;
    machine->pool.count = 0;
    machine->run_count = 0;
    machine->frame_end = 0;
    machine->weight_max = 0;
    machine->is_lost = false;
    run_opcodes(machine);
    if (machine->weight_max > PICKLE_WEIGHT_MAX &&
        machine->weight_max > PICKLE_WEIGHT_RATIO * (double)machine->outcome.opcodes)
        apl_model_found(scan->report, APL_ISSUE_PICKLE_EXPANSION, machine->outcome.start,
                        "%llu opcodes stand for about 1e%u values", (unsigned long long)machine->outcome.opcodes,
                        (unsigned)__builtin_log10(machine->weight_max));
    return machine->outcome;
}

apl_pickle_outcome apl_pickle_try(apl_pickle *machine, apl_model_scan *scan, apl_input *input)
{
    apl_model_mark mark = apl_model_report_mark(scan->report);
    struct apl_pickle before = *machine;
    apl_input window;

    (void)apl_input_look(input, APL_INPUT_WINDOW_BYTES);
    apl_input_of_window(&window, input);
    machine->is_trial = true;
    apl_pickle_outcome outcome = apl_pickle_run(machine, scan, &window);
    machine->is_trial = false;
    apl_input_close(&window);
    apl_model_report_rewind(scan->report, mark);
    machine->globals.count = before.globals.count;
    machine->nested_count = before.nested_count;
    machine->nested_is_cut = before.nested_is_cut;
    machine->tensors = before.tensors;
    machine->parameters = before.parameters;
    machine->storage_bytes = before.storage_bytes;
    machine->is_storage_lost = before.is_storage_lost;
    machine->dtype_count = before.dtype_count;
    return outcome;
}

bool apl_pickle_may_start(apl_str head)
{
    if (head.size < 2)
        return false;
    unsigned char first = (unsigned char)head.data[0];
    if (first == 0x80)
        return (unsigned char)head.data[1] <= 5 && (head.size < 3 || arguments[(unsigned char)head.data[2]] != 0);
    return memchr("(]})ciIJKLMNSTUVXGFlB", first, 21) != NULL;
}
