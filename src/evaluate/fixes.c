/* evaluate/fixes.c: which findings take which steps of attack paths away.
 *
 * A step knows the assets and checks that would break it; a finding is one that failed there. The join is by key, so
 * that neither the graph knows rules nor rules know the graph. */
#include "evaluate/evaluate.h"

#define STEP_FINDINGS_MAX 64 /* named at one step; an assignment may have failed many user policies */

typedef APL_VECTOR(apl_str) texts;

typedef struct joining {
    apl_estate *estate;
    uint32_t *first; /* by asset: its first failed finding + 1, 0: none */
    uint32_t *next;  /* by finding: the next failed one of the same asset + 1, 0: none */
} joining;

static void index_findings(joining *job)
{
    apl_estate *estate = job->estate;

    job->first = apl_memory_new((estate->assets.count + 1) * sizeof *job->first);
    job->next = apl_memory_new((estate->findings.count + 1) * sizeof *job->next);
    for (size_t i = estate->findings.count; i > 0; i--) {
        const apl_finding *finding = &estate->findings.items[i - 1];
        if (finding->status != APL_STATUS_FAIL)
            continue;
        job->next[i - 1] = job->first[finding->asset];
        job->first[finding->asset] = (uint32_t)i;
    }
}

static void put_once(texts *list, apl_str id)
{
    for (size_t i = 0; i < list->count; i++) {
        if (apl_str_equal(list->items[i], id))
            return;
    }
    if (list->count < STEP_FINDINGS_MAX)
        APL_PUSH(list, id);
}

static void gather_cause(texts *list, const joining *job, const apl_path_cause *cause)
{
    APL_ASSERT(cause->asset < job->estate->assets.count);
    for (uint32_t at = job->first[cause->asset]; at; at = job->next[at - 1]) {
        const apl_finding *finding = &job->estate->findings.items[at - 1];
        if (cause->check.size == 0 || apl_str_equal(finding->rule->check, cause->check))
            put_once(list, apl_str_make(finding->id, 32));
    }
}

static const apl_str *kept(apl_arena *arena, const texts *list)
{
    apl_str *copy = APL_ARENA_ARRAY(arena, apl_str, list->count);

    for (size_t i = 0; i < list->count; i++)
        copy[i] = list->items[i];
    return copy;
}

static void join_step(apl_path_step *step, const joining *job)
{
    texts own = {0};

    for (uint32_t c = 0; c < step->cause_count; c++)
        gather_cause(&own, job, &step->causes[c]);
    step->findings = kept(job->estate->arena, &own);
    step->finding_count = (uint32_t)own.count;
    apl_memory_free(own.items);
}

static void join_path(apl_path *path, const joining *job)
{
    apl_path_step *steps = APL_ARENA_ARRAY(job->estate->arena, apl_path_step, path->step_count);
    texts all = {0};

    for (uint32_t s = 0; s < path->step_count; s++) {
        steps[s] = path->steps[s];
        join_step(&steps[s], job);
        for (uint32_t i = 0; i < steps[s].finding_count; i++)
            put_once(&all, steps[s].findings[i]);
    }
    path->steps = steps;
    path->fixes = kept(job->estate->arena, &all);
    path->fix_count = (uint32_t)all.count;
    apl_memory_free(all.items);
}

void apl_evaluate_fixes(apl_estate *estate)
{
    joining job = {.estate = estate};

    if (estate->paths.count == 0 && estate->edges.count == 0)
        return;
    index_findings(&job);
    for (size_t i = 0; i < estate->paths.count; i++)
        join_path(&estate->paths.items[i], &job);
    for (size_t i = 0; i < estate->edges.count; i++)
        join_step(&estate->edges.items[i].step, &job);
    apl_memory_free(job.first);
    apl_memory_free(job.next);
}
