/* graph/cover.c: greedy maximum coverage with weights and prices.
 *
 * What a cause would still break is kept exact: a path that breaks is taken off all its causes. The heap may hold
 * older, larger values; one that comes up and is no longer true is put back with the true one. Whole numbers only, so
 * that the order is the same everywhere. */
#include "graph/cover.h"

#include "base/memory.h"
#include "graph/bits.h"

typedef struct offer {
    uint64_t gain;
    uint32_t cause;
    uint32_t price;
} offer;

typedef struct cover {
    const apl_cover_paths *paths;
    uint64_t *gains;   /* of each cause, over the paths that are whole */
    uint32_t *through; /* paths of each cause, without repetition */
    uint32_t *begin;   /* where those of a cause begin */
    uint64_t *broken;  /* set of paths */
    uint32_t *last;    /* the last path that was put down for each cause */
    APL_VECTOR(offer) heap;
} cover;

#define NO_PATH UINT32_MAX

/* The paths of each cause, by a counting sort; a cause that a path names twice counts once. */
static void index_causes(cover *c)
{
    const apl_cover_paths *paths = c->paths;

    for (uint32_t i = 0; i < paths->cause_count; i++)
        c->last[i] = NO_PATH;
    for (uint32_t p = 0; p < paths->path_count; p++) {
        for (uint32_t i = paths->first[p]; i < paths->first[p + 1]; i++) {
            uint32_t cause = paths->causes[i];
            if (c->last[cause] == p)
                continue;
            c->last[cause] = p;
            c->begin[cause + 2]++;
            c->gains[cause] += paths->weights[p];
        }
    }
    for (uint32_t i = 0; i < paths->cause_count; i++)
        c->begin[i + 2] += c->begin[i + 1];
    for (uint32_t i = 0; i < paths->cause_count; i++)
        c->last[i] = NO_PATH;
    for (uint32_t p = 0; p < paths->path_count; p++) {
        for (uint32_t i = paths->first[p]; i < paths->first[p + 1]; i++) {
            uint32_t cause = paths->causes[i];
            if (c->last[cause] != p)
                c->through[c->begin[cause + 1]++] = p;
            c->last[cause] = p;
        }
    }
}

static bool is_better(const offer *a, const offer *b)
{
    unsigned __int128 left = (unsigned __int128)a->gain * b->price;
    unsigned __int128 right = (unsigned __int128)b->gain * a->price;

    return left != right ? left > right : a->cause < b->cause;
}

static void push(cover *c, offer made)
{
    APL_PUSH(&c->heap, made);
    offer *heap = c->heap.items;
    size_t at = c->heap.count - 1;
    for (; at > 0 && is_better(&made, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = made;
}

static offer pop(cover *c)
{
    offer *heap = c->heap.items;
    offer best = heap[0];
    size_t count = --c->heap.count;
    offer sinking = heap[count];
    size_t at = 0;

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && is_better(&heap[child + 1], &heap[child]))
            child++;
        if (!is_better(&heap[child], &sinking))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = sinking;
    return best;
}

/* Takes the path off each of its causes once. */
static void break_path(cover *c, uint32_t path)
{
    const apl_cover_paths *paths = c->paths;

    apl_bit_set(c->broken, path);
    for (uint32_t i = paths->first[path]; i < paths->first[path + 1]; i++) {
        uint32_t cause = paths->causes[i];
        if (c->last[cause] != path)
            c->gains[cause] -= paths->weights[path];
        c->last[cause] = path;
    }
}

static apl_cover_pick take(cover *c, offer best)
{
    apl_cover_pick pick = {.cause = best.cause, .gain = best.gain};

    for (uint32_t i = c->begin[best.cause]; i < c->begin[best.cause + 1]; i++) {
        uint32_t path = c->through[i];
        if (apl_bit(c->broken, path))
            continue;
        break_path(c, path);
        pick.path_count++;
    }
    return pick;
}

static size_t take_best(apl_cover_pick *picks, size_t picks_max, cover *c)
{
    size_t count = 0;

    for (uint32_t i = 0; i < c->paths->cause_count; i++) {
        c->last[i] = NO_PATH;
        if (c->gains[i])
            push(c, (offer){c->gains[i], i, c->paths->prices ? c->paths->prices[i] : 1});
    }
    while (count < picks_max && c->heap.count) {
        offer best = pop(c);
        if (best.gain == c->gains[best.cause]) {
            picks[count++] = take(c, best);
        } else if (c->gains[best.cause]) {
            best.gain = c->gains[best.cause];
            push(c, best);
        }
    }
    return count;
}

size_t apl_cover(apl_cover_pick *picks, size_t picks_max, const apl_cover_paths *paths)
{
    size_t causes = (size_t)paths->cause_count + 2;
    cover c = {.paths = paths};

    c.gains = apl_memory_new(causes * sizeof *c.gains);
    c.begin = apl_memory_new(causes * sizeof *c.begin);
    c.last = apl_memory_new(causes * sizeof *c.last);
    c.through = apl_memory_new(paths->first[paths->path_count] * sizeof *c.through);
    c.broken = apl_bits_new(paths->path_count);
    index_causes(&c);
    size_t count = take_best(picks, picks_max, &c);
    apl_memory_free(c.gains);
    apl_memory_free(c.begin);
    apl_memory_free(c.last);
    apl_memory_free(c.through);
    apl_memory_free(c.broken);
    apl_memory_free(c.heap.items);
    return count;
}
