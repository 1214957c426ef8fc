/* store/pack.c: numbers in as few bytes as they need, and runs of times made of them.
 *
 * Seven bits a byte, the lowest first; the top bit says that more follow. Used for the relations of an asset too.
 * What is unpacked may come from a damaged file, so it never runs past its end. */
#include "store/pack.h"

#define BYTES_PER_NUMBER_MAX 10

void apl_pack_number(apl_text *out, uint64_t number)
{
    while (number >= 0x80) {
        apl_text_add_char(out, (char)(0x80 | (number & 0x7f)));
        number >>= 7;
    }
    apl_text_add_char(out, (char)number);
}

bool apl_unpack_number(uint64_t *out, apl_str *bytes)
{
    uint64_t number = 0;

    for (uint32_t i = 0; i < bytes->size && i < BYTES_PER_NUMBER_MAX; i++) {
        uint8_t byte = (uint8_t)bytes->data[i];
        number |= (uint64_t)(byte & 0x7f) << (7 * i);
        if (byte < 0x80) {
            *out = number;
            *bytes = apl_str_slice(*bytes, i + 1, bytes->size);
            return true;
        }
    }
    return false;
}

/* Small differences of either sign become small numbers: 0, -1, 1, -2 ... */
static uint64_t fold_sign(int64_t number)
{
    return ((uint64_t)number << 1) ^ (number < 0 ? UINT64_MAX : 0);
}

static int64_t unfold_sign(uint64_t number)
{
    return (int64_t)((number >> 1) ^ (number & 1 ? UINT64_MAX : 0));
}

void apl_reads_pack_end(apl_reads_packer *packer)
{
    if (packer->run == 0)
        return;
    apl_pack_number(packer->out, packer->run);
    apl_pack_number(packer->out, fold_sign((int64_t)((uint64_t)packer->present - (uint64_t)packer->last)));
    packer->last = packer->present;
    packer->run = 0;
}

void apl_reads_pack(apl_reads_packer *packer, apl_instant time)
{
    if (packer->run && time != packer->present)
        apl_reads_pack_end(packer);
    packer->present = time;
    packer->run++;
}

bool apl_reads_unpack(apl_instant *out, apl_reads_unpacker *unpacker)
{
    uint64_t difference;

    if (unpacker->left == 0) {
        if (!apl_unpack_number(&unpacker->left, &unpacker->bytes) || unpacker->left == 0)
            return false;
        if (!apl_unpack_number(&difference, &unpacker->bytes))
            return false;
        unpacker->time = (apl_instant)((uint64_t)unpacker->time + (uint64_t)unfold_sign(difference));
    }
    unpacker->left--;
    *out = unpacker->time;
    return true;
}
