/* base/table.c: open addressing with linear probing; the full hash is kept beside each key.
 *
 * Load stays below two thirds. Removing is not needed by any caller, so it does not exist. */
#include "base/table.h"

#include "base/memory.h"
#include "base/status.h"

/* Laid out for size: the index of a large estate has millions of slots. */
typedef struct table_slot {
    const char *key;
    uint32_t key_size;
    uint32_t value; /* APL_TABLE_NONE: the slot is empty */
    uint64_t hash;
} table_slot;

struct apl_table {
    table_slot *slots;
    size_t capacity; /* a power of two */
    size_t count;
    bool ignores_case;
};

#define CAPACITY_FIRST 16

static table_slot *slots_new(size_t capacity)
{
    table_slot *slots = apl_memory_new(capacity * sizeof *slots);

    for (size_t i = 0; i < capacity; i++)
        slots[i].value = APL_TABLE_NONE;
    return slots;
}

apl_table *apl_table_new(bool ignores_case)
{
    apl_table *table = apl_memory_new(sizeof *table);

    table->capacity = CAPACITY_FIRST;
    table->slots = slots_new(CAPACITY_FIRST);
    table->ignores_case = ignores_case;
    return table;
}

void apl_table_free(apl_table *table)
{
    if (table == NULL)
        return;
    apl_memory_free(table->slots);
    apl_memory_free(table);
}

static uint64_t hash_of(const apl_table *table, apl_str key)
{
    return table->ignores_case ? apl_str_hash_nocase(key) : apl_str_hash(key);
}

static table_slot *slot_of(const apl_table *table, apl_str key, uint64_t hash)
{
    size_t mask = table->capacity - 1;

    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        table_slot *slot = &table->slots[i];
        if (slot->value == APL_TABLE_NONE)
            return slot;
        if (slot->hash != hash)
            continue;
        apl_str found = apl_str_make(slot->key, slot->key_size);
        if (table->ignores_case ? apl_str_equal_nocase(found, key) : apl_str_equal(found, key))
            return slot;
    }
}

uint32_t apl_table_get(const apl_table *table, apl_str key)
{
    return slot_of(table, key, hash_of(table, key))->value;
}

static void rehash(apl_table *table, size_t capacity)
{
    table_slot *old = table->slots;
    size_t old_capacity = table->capacity;

    table->slots = slots_new(capacity);
    table->capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].value == APL_TABLE_NONE)
            continue;
        size_t at = old[i].hash & (capacity - 1);
        while (table->slots[at].value != APL_TABLE_NONE)
            at = (at + 1) & (capacity - 1);
        table->slots[at] = old[i];
    }
    apl_memory_free(old);
}

void apl_table_reserve(apl_table *table, size_t count)
{
    size_t capacity = table->capacity;

    while (count * 3 > capacity * 2)
        capacity *= 2;
    if (capacity != table->capacity)
        rehash(table, capacity);
}

static table_slot *slot_for_writing(apl_table *table, apl_str key)
{
    apl_table_reserve(table, table->count + 1);
    uint64_t hash = hash_of(table, key);
    table_slot *slot = slot_of(table, key, hash);
    if (slot->value == APL_TABLE_NONE) {
        slot->key = key.data;
        slot->key_size = key.size;
        slot->hash = hash;
        table->count++;
    }
    return slot;
}

uint32_t apl_table_put(apl_table *table, apl_str key, uint32_t value)
{
    APL_ASSERT(value != APL_TABLE_NONE);
    table_slot *slot = slot_for_writing(table, key);
    if (slot->value == APL_TABLE_NONE)
        slot->value = value;
    return slot->value;
}

void apl_table_set(apl_table *table, apl_str key, uint32_t value)
{
    APL_ASSERT(value != APL_TABLE_NONE);
    slot_for_writing(table, key)->value = value;
}

void apl_table_renumber(apl_table *table, const uint32_t *numbers)
{
    for (size_t i = 0; i < table->capacity; i++) {
        table_slot *slot = &table->slots[i];
        if (slot->value != APL_TABLE_NONE)
            slot->value = numbers[slot->value];
    }
}

size_t apl_table_count(const apl_table *table)
{
    return table->count;
}
