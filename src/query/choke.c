/* query/choke.c: which few fixes break most of the attack paths.
 *
 * Paths and findings are joined by finding id; the choice itself is that of graph/cover. */
#include "query/choke.h"

#include "remediate/choose.h"

#define WEIGHT_STEPS 1000.0 /* weights are whole numbers; risk in thousandths */

typedef struct gathered {
    APL_VECTOR(uint32_t) causes; /* of all paths, one after the other: numbers into findings */
    APL_VECTOR(uint32_t) first;
    APL_VECTOR(uint64_t) weights;
    APL_VECTOR(const apl_finding *) findings;
    double total;
} gathered;

static apl_table *findings_by_id(const apl_estate *estate)
{
    apl_table *table = apl_table_new(false);

    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (finding->status == APL_STATUS_FAIL)
            (void)apl_table_put(table, apl_str_make(finding->id, 32), (uint32_t)i);
    }
    return table;
}

static void gather_path(gathered *out, const apl_estate *estate, const apl_path *path, const apl_table *by_id,
                        uint32_t *numbers)
{
    APL_PUSH(&out->first, (uint32_t)out->causes.count);
    APL_PUSH(&out->weights, (uint64_t)(path->risk * WEIGHT_STEPS));
    out->total += path->risk * WEIGHT_STEPS;
    for (uint32_t i = 0; i < path->fix_count; i++) {
        uint32_t finding = apl_table_get(by_id, path->fixes[i]);
        if (finding == APL_TABLE_NONE)
            continue;
        if (numbers[finding] == 0) {
            APL_PUSH(&out->findings, &estate->findings.items[finding]);
            numbers[finding] = (uint32_t)out->findings.count;
        }
        APL_PUSH(&out->causes, numbers[finding] - 1);
    }
}

static void gather_all(gathered *all, const apl_estate *estate, const uint32_t *paths, size_t path_count)
{
    apl_table *by_id = findings_by_id(estate);
    uint32_t *numbers = apl_memory_new((estate->findings.count + 1) * sizeof *numbers);

    for (size_t i = 0; i < path_count; i++)
        gather_path(all, estate, &estate->paths.items[paths[i]], by_id, numbers);
    APL_PUSH(&all->first, (uint32_t)all->causes.count);
    apl_table_free(by_id);
    apl_memory_free(numbers);
}

static void give_back(gathered *all)
{
    apl_memory_free(all->causes.items);
    apl_memory_free(all->first.items);
    apl_memory_free(all->weights.items);
    apl_memory_free(all->findings.items);
}

static apl_cover_paths cover_of(const gathered *all)
{
    return (apl_cover_paths){
        .path_count = (uint32_t)all->weights.count,
        .cause_count = (uint32_t)all->findings.count,
        .weights = all->weights.items,
        .first = all->first.items,
        .causes = all->causes.items,
    };
}

static size_t pick(apl_choke_point *out, size_t max, const gathered *all)
{
    apl_cover_pick *picks = apl_memory_new((max + 1) * sizeof *picks);
    apl_cover_paths paths = cover_of(all);

    size_t count = apl_cover(picks, max, &paths);
    for (size_t i = 0; i < count; i++)
        out[i] = (apl_choke_point){all->findings.items[picks[i].cause], picks[i].path_count,
                                   all->total > 0 ? (double)picks[i].gain / all->total : 0};
    apl_memory_free(picks);
    return count;
}

size_t apl_choke_points(apl_choke_point *out, size_t max, const apl_snapshot *snapshot,
                        const apl_selection *selection)
{
    gathered all = {0};
    size_t count = 0;

    if (selection->paths.count == 0)
        return 0;
    gather_all(&all, snapshot->estate, selection->paths.items, selection->paths.count);
    if (all.findings.count)
        count = pick(out, max, &all);
    give_back(&all);
    return count;
}

void apl_fewest_fixes(apl_fewest *out, apl_arena *arena, const apl_estate *estate, const uint32_t *paths,
                      size_t path_count)
{
    gathered all = {0};

    gather_all(&all, estate, paths, path_count);
    apl_cover_paths cover = cover_of(&all);
    apl_cover_pick *picks = apl_memory_new((all.findings.count + 1) * sizeof *picks);
    *out = (apl_fewest){.findings = APL_ARENA_ARRAY(arena, const apl_finding *, all.findings.count)};
    out->count = apl_choose_fewest(picks, &out->is_exact, &cover);
    for (size_t i = 0; i < out->count; i++)
        out->findings[i] = all.findings.items[picks[i].cause];
    for (size_t i = 0; i < path_count; i++)
        out->unbroken += all.first.items[i] == all.first.items[i + 1];
    apl_memory_free(picks);
    give_back(&all);
}
