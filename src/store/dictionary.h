/* store/dictionary.h: zstd dictionaries, one for each family of types.
 *
 * A body of two kilobytes hardly compresses alone; with a dictionary of its family it shrinks twice as far. A family
 * is the provider's own grouping of types (`Microsoft.CognitiveServices`, `AWS::Bedrock`). A dictionary is trained
 * from the first scan that brings enough bodies of its family and then never changed; a family without one uses that
 * of the empty family, trained from the rest, or none. */
#ifndef APL_STORE_DICTIONARY_H
#define APL_STORE_DICTIONARY_H

#include <zstd.h>

#include "model/estate.h"
#include "store/db.h"

/* Dictionaries of one store: each is a few hundred kilobytes of tables while a scan is written. */
#define APL_DICTIONARIES_MAX 64

/* Bodies of a family that make training worth while, and how many of them are looked at: twice as many cost twice the
 * time and gain one part in a hundred. */
#define APL_DICTIONARY_SAMPLES_MIN 200
#define APL_DICTIONARY_SAMPLES_MAX 200

/* Bytes of a sample that are looked at, and of a dictionary: a larger one compresses no better and slower. */
#define APL_DICTIONARY_SAMPLE_BYTES_MAX (16u << 10)
#define APL_DICTIONARY_BYTES_MAX (16u << 10)

typedef struct apl_dictionary {
    int64_t number; /* 1, 2, 3 ... */
    apl_str family;
    apl_str data;
    ZSTD_CDict *compress; /* made when first asked for */
    ZSTD_DDict *decompress;
} apl_dictionary;

typedef struct apl_dictionaries {
    apl_db *db;
    apl_arena *arena;
    APL_VECTOR(apl_dictionary) items; /* index = number - 1 */
} apl_dictionaries;

void apl_dictionaries_init(apl_dictionaries *dictionaries, apl_db *db);
void apl_dictionaries_free(apl_dictionaries *dictionaries);

/* Loads those that were added since the last load; forgets all: as for strings. */
apl_status apl_dictionaries_load(apl_dictionaries *dictionaries);
void apl_dictionaries_forget(apl_dictionaries *dictionaries);

/* The family of a native type: what stands before the first `/`, or before the last `::`. */
apl_str apl_dictionary_family(apl_str type);

/* Trains and stores a dictionary for each family that has enough of these assets and none yet. Uses all cores. */
apl_status apl_dictionaries_train(apl_dictionaries *dictionaries, const apl_estate *estate, const apl_asset_id *assets,
                                  size_t count);

/* The number of the dictionary for bodies of this type, ready to compress with; 0: none. */
int64_t apl_dictionary_for(apl_dictionaries *dictionaries, apl_str type);

/* The ready tables; NULL for number 0, and for a number that the store does not have. */
const ZSTD_CDict *apl_dictionary_compress(const apl_dictionaries *dictionaries, int64_t number);
const ZSTD_DDict *apl_dictionary_decompress(apl_dictionaries *dictionaries, int64_t number);

#endif
