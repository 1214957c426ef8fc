/* scan/attack.c: from an estate with exposure to its attack paths, and what fixes would do to them.
 *
 * Techniques are matched first, because they may add assets; the access engine then sees all of them. From there on the
 * paths need nothing of the findings nor these of the paths, so both are made at the same time. The graph lives until
 * the findings are known, so that it can be searched again without what some of them cause. */
#include <stdio.h>

#include "base/limits.h"
#include "base/threads.h"
#include "evaluate/evaluate.h"
#include "evaluate/score.h"
#include "graph/bits.h"
#include "graph/paths.h"
#include "scan/content.h"
#include "scan/pipeline.h"

struct apl_attack_run {
    apl_attack attack;
    apl_access *access;
    const apl_content *content;
    const apl_scan_options *options;
    apl_threads *thread; /* that makes the paths, until it is waited for */
    apl_status status;
    char message[APL_ERROR_BYTES_MAX]; /* when it failed: each thread has its own */
    bool has_graph;
};

/* Only a simulation asks the graph again; until then judging needs the room. */
static void give_back(apl_attack_run *run)
{
    if (run->has_graph)
        apl_attack_free(&run->attack);
    apl_access_free(run->access);
    run->has_graph = false;
    run->access = NULL;
}

static void make_paths(void *context, unsigned thread)
{
    apl_attack_run *run = context;
    apl_attack *attack = &run->attack;

    (void)thread; /* one only: the others judge */
    run->access = apl_scan_access(run->content, attack->estate);
    run->status = apl_attack_connect(attack, run->access, run->options->keeps_edges, 1);
    if (run->status == APL_OK)
        apl_attack_search(&attack->estate->paths, attack, NULL);
    else
        (void)snprintf(run->message, sizeof run->message, "%s", apl_error_message());
    if (run->status == APL_OK && run->options->keeps_edges)
        apl_attack_list_edges(attack);
    if (run->options->what_if_count == 0 && !run->options->keeps_graph)
        give_back(run);
}

apl_attack_run *apl_pipeline_attack(apl_estate *estate, const apl_content *content, const apl_scan_options *options,
                                    unsigned threads)
{
    apl_attack_run *run = apl_memory_new(sizeof *run);

    run->content = content;
    run->options = options;
    if (content->techniques.items.count == 0)
        return run;
    apl_attack_match(&run->attack, estate, &content->techniques, threads);
    run->has_graph = true;
    if (threads > 1)
        run->thread = apl_threads_start(1, make_paths, run);
    else
        make_paths(run, 0);
    return run;
}

apl_status apl_pipeline_attack_wait(apl_attack_run *run)
{
    if (run->thread)
        apl_threads_join(run->thread);
    run->thread = NULL;
    return run->status == APL_OK ? APL_OK : apl_fail(run->status, "%s", run->message);
}

void apl_pipeline_attack_free(apl_attack_run *run)
{
    if (run == NULL)
        return;
    give_back(run);
    apl_memory_free(run);
}

/* -- What fixes would do ----------------------------------------------------------------------------------------- */

typedef APL_VECTOR(uint32_t) numbers;

/* A check, a rule id, or the unique start of a finding id (four digits at least). */
static bool is_meant(const apl_finding *finding, apl_str word)
{
    return apl_str_equal(finding->rule->check, word) || apl_str_equal(finding->rule->id, word) ||
           apl_id_starts(finding->id, word);
}

static apl_status find_fixed(numbers *fixed, const apl_estate *estate, apl_str word)
{
    size_t before = fixed->count;

    for (uint32_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (finding->status == APL_STATUS_FAIL && is_meant(finding, word))
            APL_PUSH(fixed, i);
    }
    if (fixed->count > before)
        return APL_OK;
    return apl_fail(APL_E_USAGE, "--what-if: no failed finding has the check, rule or id \"%.*s\"", APL_STR_ARG(word));
}

static bool has_path(const apl_paths *paths, const char *id)
{
    for (size_t i = 0; i < paths->count; i++) {
        if (memcmp(paths->items[i].id, id, APL_PATH_ID_BYTES) == 0)
            return true;
    }
    return false;
}

static void list_broken(apl_simulation *out, const apl_estate *estate)
{
    uint32_t *broken = APL_ARENA_ARRAY(estate->arena, uint32_t, estate->paths.count);

    for (uint32_t i = 0; i < estate->paths.count; i++) {
        if (!has_path(&out->paths, estate->paths.items[i].id))
            broken[out->broken_count++] = i;
    }
    out->broken = broken;
}

static void list_unreachable(apl_simulation *out, const apl_attack_run *run, const apl_overlay *overlay)
{
    const apl_estate *estate = run->attack.estate;
    uint32_t *assets = APL_ARENA_ARRAY(estate->arena, uint32_t, estate->assets.count);
    uint64_t *before = apl_attack_reached(&run->attack, NULL);
    uint64_t *after = apl_attack_reached(&run->attack, overlay);

    for (uint32_t i = 0; i < estate->assets.count; i++) {
        if (apl_bit(before, i) && !apl_bit(after, i))
            assets[out->unreachable_count++] = i;
    }
    out->unreachable = assets;
    apl_memory_free(before);
    apl_memory_free(after);
}

/* The score with the findings passed and the paths that are left; the estate is then as it was. */
static void score_after(apl_simulation *out, apl_estate *estate, const numbers *fixed)
{
    apl_paths paths = estate->paths;
    apl_score score = estate->score;

    for (size_t i = 0; i < fixed->count; i++)
        estate->findings.items[fixed->items[i]].status = APL_STATUS_PASS;
    estate->paths = out->paths;
    apl_score_set(estate);
    out->has_score = score.is_there;
    out->score_before = score.estate.value;
    out->score_after = estate->score.estate.value;
    for (size_t i = 0; i < fixed->count; i++)
        estate->findings.items[fixed->items[i]].status = APL_STATUS_FAIL;
    apl_evaluate_fixes(estate);
    out->paths = estate->paths;
    estate->paths = paths;
    estate->score = score;
}

static void simulate(apl_simulation *out, apl_attack_run *run, const numbers *fixed)
{
    apl_estate *estate = run->attack.estate;
    apl_attack_fix *fixes = apl_memory_new((fixed->count + 1) * sizeof *fixes);
    apl_str *ids = APL_ARENA_ARRAY(estate->arena, apl_str, fixed->count);

    for (size_t i = 0; i < fixed->count; i++) {
        const apl_finding *finding = &estate->findings.items[fixed->items[i]];
        fixes[i] = (apl_attack_fix){finding->asset, finding->rule->check};
        ids[i] = apl_str_make(finding->id, 32);
    }
    apl_overlay *overlay = apl_attack_without(&run->attack, fixes, fixed->count);
    apl_attack_search(&out->paths, &run->attack, overlay);
    out->fixes = ids;
    out->fix_count = fixed->count;
    list_broken(out, estate);
    list_unreachable(out, run, overlay);
    score_after(out, estate, fixed);
    apl_overlay_free(overlay);
    apl_memory_free(fixes);
}

apl_status apl_pipeline_simulate(apl_simulation **out, apl_attack_run *run, const apl_scan_options *options)
{
    numbers fixed = {0};
    apl_status status = APL_OK;

    *out = NULL;
    if (options->what_if_count == 0 || !run->has_graph)
        return APL_OK;
    for (size_t i = 0; status == APL_OK && i < options->what_if_count; i++) {
        apl_str rest = apl_str_from(options->what_if[i]);
        apl_str word;
        while (status == APL_OK && apl_str_next(&word, &rest, ','))
            status = find_fixed(&fixed, run->attack.estate, apl_str_trim(word));
    }
    if (status == APL_OK) {
        *out = apl_memory_new(sizeof **out);
        simulate(*out, run, &fixed);
    }
    apl_memory_free(fixed.items);
    return status;
}

/* The ids of the paths that went with this step, and not before. */
static void list_newly_broken(apl_scan_trial *step, bool *is_gone, const apl_simulation *after,
                              const apl_estate *estate)
{
    apl_str *broken = APL_ARENA_ARRAY(estate->arena, apl_str, after->broken_count);

    for (size_t i = 0; i < after->broken_count; i++) {
        uint32_t path = after->broken[i];
        if (!is_gone[path])
            broken[step->broken_count++] = apl_str_make(estate->paths.items[path].id, APL_PATH_ID_BYTES - 1);
        is_gone[path] = true;
    }
    step->broken = broken;
}

void apl_pipeline_try(apl_scan_trial *steps, size_t step_count, apl_attack_run *run, apl_estate *estate)
{
    bool *is_gone = apl_memory_new(estate->paths.count + 1);
    numbers fixed = {0};

    for (size_t i = 0; i < step_count; i++) {
        apl_simulation after = {0};
        for (size_t f = 0; f < steps[i].finding_count; f++)
            APL_PUSH(&fixed, (uint32_t)(steps[i].findings[f] - estate->findings.items));
        if (run->has_graph)
            simulate(&after, run, &fixed);
        else
            score_after(&after, estate, &fixed);
        list_newly_broken(&steps[i], is_gone, &after, estate);
        steps[i].score = after.score_after;
        steps[i].paths = after.paths.count;
        apl_memory_free(after.paths.items);
    }
    apl_memory_free(fixed.items);
    apl_memory_free(is_gone);
}
