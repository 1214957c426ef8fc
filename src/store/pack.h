/* store/pack.h: numbers and times of reading in few bytes.
 *
 * The time of reading changes with every scan though the asset does not, so it is kept with the scan instead
 * of touching a million rows: runs of equal times, as assets of one page have them. */
#ifndef APL_STORE_PACK_H
#define APL_STORE_PACK_H

#include "base/clock.h"
#include "base/memory.h"

/* Adds to a packed number; 1 to 10 bytes. */
void apl_pack_number(apl_text *out, uint64_t number);

/* Cuts the next number off the front; false when the bytes end or are no number. */
bool apl_unpack_number(uint64_t *out, apl_str *bytes);

/* Packs times in the order of the asset numbers. */
typedef struct apl_reads_packer {
    apl_text *out;
    apl_instant last;
    apl_instant present;
    uint64_t run;
} apl_reads_packer;
void apl_reads_pack(apl_reads_packer *packer, apl_instant time);
void apl_reads_pack_end(apl_reads_packer *packer);

typedef struct apl_reads_unpacker {
    apl_str bytes;
    apl_instant time;
    uint64_t left; /* of the present run */
} apl_reads_unpacker;
bool apl_reads_unpack(apl_instant *out, apl_reads_unpacker *unpacker);

#endif
