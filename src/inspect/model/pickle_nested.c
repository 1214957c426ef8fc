/* inspect/model/pickle_nested.c: pickles inside the texts and bytes of a pickle.
 *
 * Found by how they begin, as they are, as base64 or as hexadecimal digits. They are kept and run when the pickle
 * around them is done; nothing is run inside the run of another. */
#include "inspect/model/pickle_machine.h"

static int digit64(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

static int digit16(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes as far as the digits go. */
static size_t decode(unsigned char *out, const unsigned char *in, size_t size, unsigned bits)
{
    unsigned held = 0;
    unsigned have = 0;
    size_t count = 0;

    for (size_t i = 0; i < size; i++) {
        int digit = bits == 6 ? digit64(in[i]) : digit16(in[i]);
        if (digit < 0 && (in[i] == '\n' || in[i] == '\r'))
            continue;
        if (digit < 0)
            break;
        held = (held << bits | (unsigned)digit) & 0xFFFF;
        have += bits;
        if (have >= 8) {
            have -= 8;
            out[count++] = (unsigned char)(held >> have);
        }
    }
    return count;
}

/* `c`, a module, a line end, a name, a line end: an import of protocol 0. */
static bool is_text_import(const unsigned char *bytes, size_t size)
{
    unsigned lines = 0;

    if (size && bytes[0] == '(') { /* the mark before INST and OBJ */
        bytes++;
        size--;
    }
    if (size == 0 || (bytes[0] != 'c' && bytes[0] != 'i'))
        return false;
    for (size_t i = 1; i < size && i < 256; i++) {
        unsigned char c = bytes[i];
        bool is_name =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        if (c == '\n' && bytes[i - 1] != '\n' && i > 1)
            lines++;
        else if (!is_name)
            return false;
        if (lines == 2)
            return true;
    }
    return false;
}

static bool looks_like_pickle(const unsigned char *bytes, size_t size)
{
    if (size < 4)
        return false;
    if (bytes[0] == 0x80 && bytes[1] >= 2 && bytes[1] <= 5)
        return apl_pickle_may_start(apl_str_make((const char *)bytes, size));
    return is_text_import(bytes, size);
}

static void keep(apl_pickle *machine, const unsigned char *bytes, size_t size)
{
    if (machine->nested_count == PICKLE_NESTED_MAX) {
        machine->nested_is_cut = true;
        return;
    }
    nested_text *kept = &machine->nested[machine->nested_count++];
    kept->bytes = apl_arena_str(machine->arena, apl_str_make((const char *)bytes, size));
    kept->offset = machine->opcode_at;
}

void pickle_look_inside(apl_pickle *machine, uint64_t size)
{
    unsigned char head[64];
    size_t there = apl_input_look(machine->input, size < sizeof head ? (size_t)size : sizeof head);
    size_t seen = there < size ? there : (size_t)size;
    const unsigned char *bytes = apl_input_at(machine->input);
    unsigned bits = 0;

    if (seen > sizeof head)
        seen = sizeof head;
    if (seen < 8)
        return;
    if (!looks_like_pickle(bytes, seen)) {
        /* "gA" is the base64 of 0x80 and a small number, "Y" and "K" those of `c` and `(`. */
        if (bytes[0] == 'g' && bytes[1] == 'A')
            bits = 6;
        else if (bytes[0] == '8' && bytes[1] == '0' && bytes[2] == '0')
            bits = 4;
        else if (bytes[0] == 'Y' || bytes[0] == 'K')
            bits = 6;
        else if (bytes[0] == '6' || bytes[0] == '2')
            bits = 4;
        if (bits == 0 || !looks_like_pickle(head, decode(head, bytes, seen, bits)))
            return;
    }
    there = apl_input_look(machine->input, size < PICKLE_NESTED_BYTES_MAX ? (size_t)size : PICKLE_NESTED_BYTES_MAX);
    seen = there < size ? there : (size_t)size;
    if (seen > PICKLE_NESTED_BYTES_MAX)
        seen = PICKLE_NESTED_BYTES_MAX;
    bytes = apl_input_at(machine->input);
    if (bits == 0) {
        keep(machine, bytes, seen);
        return;
    }
    unsigned char *decoded = apl_memory_new(seen);
    keep(machine, decoded, decode(decoded, bytes, seen, bits));
    apl_memory_free(decoded);
}

size_t apl_pickle_nested_count(const apl_pickle *machine)
{
    return machine->nested_count;
}

apl_str apl_pickle_nested(const apl_pickle *machine, size_t index, uint64_t *offset)
{
    *offset = machine->nested[index].offset;
    return machine->nested[index].bytes;
}
