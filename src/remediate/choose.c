/* remediate/choose.c: minimum hitting set by depth-first search with a bound.
 *
 * The path with the fewest causes that is still whole must be broken by one of them: each is tried in turn. A branch
 * ends where paths that share no cause already need as many as the best set has. Paths whose causes include all those
 * of another are dropped first: they break with it. The search keeps its own stack. */
#include "remediate/choose.h"

#include "base/memory.h"
#include "graph/bits.h"

#define NONE UINT32_MAX

typedef struct search {
    const apl_cover_paths *paths;
    uint32_t *kept; /* paths that are searched, those with the fewest causes first */
    size_t kept_count;
    uint32_t *hits; /* by path: how many causes of the present set it has */
    bool *is_taken; /* by cause: in the present set */
    uint32_t *seen; /* by cause: the round of the bound that met it last */
    uint32_t round;
    uint32_t *stack; /* the present set */
    uint32_t *tried; /* by depth: place of the next cause of the path that is branched on */
    uint32_t *split; /* by depth: that path */
    uint32_t *best;
    size_t best_count;
    unsigned looks;
} search;

static bool has_cause(const apl_cover_paths *paths, uint32_t path, uint32_t cause)
{
    for (uint32_t i = paths->first[path]; i < paths->first[path + 1]; i++) {
        if (paths->causes[i] == cause)
            return true;
    }
    return false;
}

/* Whether all causes of `inner` are among those of `outer`. */
static bool is_within(const apl_cover_paths *paths, uint32_t inner, uint32_t outer)
{
    for (uint32_t i = paths->first[inner]; i < paths->first[inner + 1]; i++) {
        if (!has_cause(paths, outer, paths->causes[i]))
            return false;
    }
    return true;
}

static uint32_t causes_of(const apl_cover_paths *paths, uint32_t path)
{
    return paths->first[path + 1] - paths->first[path];
}

/* Sorted by number of causes by insertion: few are kept, because most paths of an estate share their causes. */
static void keep_paths(search *s)
{
    const apl_cover_paths *paths = s->paths;

    for (uint32_t p = 0; p < paths->path_count; p++) {
        bool is_needless = causes_of(paths, p) == 0;
        for (size_t i = 0; i < s->kept_count && !is_needless; i++)
            is_needless = is_within(paths, s->kept[i], p);
        if (is_needless)
            continue;
        size_t count = 0;
        for (size_t i = 0; i < s->kept_count; i++) {
            if (!is_within(paths, p, s->kept[i]))
                s->kept[count++] = s->kept[i];
        }
        size_t place = count;
        for (; place > 0 && causes_of(paths, s->kept[place - 1]) > causes_of(paths, p); place--)
            s->kept[place] = s->kept[place - 1];
        s->kept[place] = p;
        s->kept_count = count + 1;
    }
}

static void take(search *s, uint32_t cause, bool takes)
{
    s->is_taken[cause] = takes;
    for (size_t i = 0; i < s->kept_count; i++) {
        if (has_cause(s->paths, s->kept[i], cause))
            s->hits[s->kept[i]] += takes ? 1u : UINT32_MAX;
    }
}

/* The first path that is whole, or NONE; *bound is how many causes the whole paths need at least. */
static uint32_t first_whole(search *s, size_t *bound)
{
    const apl_cover_paths *paths = s->paths;
    uint32_t whole = NONE;

    *bound = 0;
    s->round++;
    for (size_t k = 0; k < s->kept_count; k++) {
        uint32_t path = s->kept[k];
        bool shares = false;
        if (s->hits[path])
            continue;
        if (whole == NONE)
            whole = path;
        for (uint32_t i = paths->first[path]; i < paths->first[path + 1]; i++)
            shares = shares || s->seen[paths->causes[i]] == s->round;
        *bound += !shares;
        for (uint32_t i = paths->first[path]; i < paths->first[path + 1] && !shares; i++)
            s->seen[paths->causes[i]] = s->round;
    }
    return whole;
}

static void keep_best(search *s, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        s->best[i] = s->stack[i];
    s->best_count = depth;
}

/* Tries sets smaller than the best one; false when the looks did not suffice. */
static bool run(search *s)
{
    size_t depth = 0;
    size_t bound;

    s->split[0] = first_whole(s, &bound);
    s->tried[0] = 0;
    if (s->split[0] == NONE || bound >= s->best_count)
        return true;
    for (;;) {
        uint32_t path = s->split[depth];
        if (s->tried[depth] == causes_of(s->paths, path)) {
            if (depth == 0)
                return true;
            take(s, s->stack[--depth], false);
            continue;
        }
        uint32_t cause = s->paths->causes[s->paths->first[path] + s->tried[depth]++];
        if (++s->looks > APL_CHOOSE_LOOKS_MAX)
            return false;
        if (s->is_taken[cause]) /* a cause that the path names twice */
            continue;
        s->stack[depth] = cause;
        take(s, cause, true);
        uint32_t next = first_whole(s, &bound);
        if (next == NONE && depth + 1 < s->best_count)
            keep_best(s, depth + 1);
        if (next == NONE || depth + 1 + bound >= s->best_count) {
            take(s, cause, false);
            continue;
        }
        s->split[++depth] = next;
        s->tried[depth] = 0;
    }
}

/* The set in the order of what it breaks. */
static size_t order(apl_cover_pick *picks, const search *s)
{
    const apl_cover_paths *paths = s->paths;
    bool *is_broken = apl_memory_new(paths->path_count + 1);
    bool *is_used = apl_memory_new(paths->cause_count + 1);

    for (size_t n = 0; n < s->best_count; n++) {
        apl_cover_pick best = {.cause = NONE};
        for (size_t i = 0; i < s->best_count; i++) {
            apl_cover_pick pick = {.cause = s->best[i]};
            if (is_used[pick.cause])
                continue;
            for (uint32_t p = 0; p < paths->path_count; p++) {
                bool breaks = !is_broken[p] && has_cause(paths, p, pick.cause);
                pick.gain += breaks ? paths->weights[p] : 0;
                pick.path_count += breaks;
            }
            bool is_first = best.cause == NONE || pick.gain > best.gain;
            if (is_first || (pick.gain == best.gain && pick.cause < best.cause))
                best = pick;
        }
        for (uint32_t p = 0; p < paths->path_count; p++)
            is_broken[p] = is_broken[p] || has_cause(paths, p, best.cause);
        is_used[best.cause] = true;
        picks[n] = best;
    }
    apl_memory_free(is_broken);
    apl_memory_free(is_used);
    return s->best_count;
}

/* The greedy set over paths of equal weight: apl_cover stops where nothing has weight. */
static void start_with_cover(search *s)
{
    const apl_cover_paths *paths = s->paths;
    uint64_t *ones = apl_memory_new((paths->path_count + 1) * sizeof *ones);
    apl_cover_pick *picks = apl_memory_new((paths->cause_count + 1) * sizeof *picks);
    apl_cover_paths even = *paths;

    for (uint32_t p = 0; p < paths->path_count; p++)
        ones[p] = 1;
    even.weights = ones;
    even.prices = NULL;
    s->best_count = apl_cover(picks, paths->cause_count, &even);
    for (size_t i = 0; i < s->best_count; i++)
        s->best[i] = picks[i].cause;
    apl_memory_free(ones);
    apl_memory_free(picks);
}

size_t apl_choose_fewest(apl_cover_pick *picks, bool *is_exact, const apl_cover_paths *paths)
{
    size_t causes = paths->cause_count + 1;
    size_t count = paths->path_count + 1;
    uint32_t *memory = apl_memory_new((2 * count + 5 * causes) * sizeof *memory);
    search s = {
        .paths = paths,
        .kept = memory,
        .hits = memory + count,
        .seen = memory + 2 * count,
        .stack = memory + 2 * count + causes,
        .tried = memory + 2 * count + 2 * causes,
        .split = memory + 2 * count + 3 * causes,
        .best = memory + 2 * count + 4 * causes,
        .is_taken = apl_memory_new(causes),
    };

    keep_paths(&s);
    start_with_cover(&s);
    *is_exact = s.best_count == 0 || run(&s);
    size_t made = order(picks, &s);
    apl_memory_free(memory);
    apl_memory_free(s.is_taken);
    return made;
}
