/* scan/run.c: the pipeline in order: read and normalise, link, exposure, attack paths, evaluate.
 *
 * The only place where the stages meet. Each stage is one call; what it needs of the one before is in the estate. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/threads.h"
#include "evaluate/compliance.h"
#include "evaluate/evaluate.h"
#include "evaluate/score.h"
#include "exposure/exposure.h"
#include "link/link.h"
#include "scan/content.h"
#include "scan/pipeline.h"
#include "scan/read.h"

static unsigned threads_of(const apl_scan_options *options)
{
    if (options->jobs == 0)
        return apl_threads_default();
    return options->jobs > APL_THREADS_MAX ? APL_THREADS_MAX : options->jobs;
}

/* An unlinked file in the folder for temporary files; it is gone when the process ends. */
static apl_status spool_open(apl_spool *spool)
{
    FILE *file = tmpfile();

    if (file == NULL)
        return apl_fail(APL_E_IO, "no temporary file for bodies: %s", strerror(errno));
    spool->descriptor = dup(fileno(file));
    (void)fclose(file);
    if (spool->descriptor < 0)
        return apl_fail(APL_E_IO, "no temporary file for bodies: %s", strerror(errno));
    return APL_OK;
}

apl_status apl_pipeline_estate(apl_estate *estate, apl_content *content, const apl_scan_options *options)
{
    unsigned threads = threads_of(options);
    apl_normalizer *normalizers[APL_THREADS_MAX] = {0};
    apl_spool spool = {.descriptor = -1};
    apl_status status = APL_OK;

    if (options->keeps_bodies)
        status = spool_open(&spool);
    if (status != APL_OK)
        return status;
    apl_normalizer_options normal = {
        .services = content->services,
        .spool = options->keeps_bodies ? &spool : NULL,
        .judges_all_types = options->is_policy_eval,
    };
    for (unsigned i = 0; i < threads; i++)
        normalizers[i] = apl_normalizer_new(&normal);
    apl_globals *globals = NULL;
    if (!options->is_policy_eval)
        status = apl_content_globals(&globals, content);
    apl_reading reading = {estate, normalizers, threads, NULL};
    if (status == APL_OK && globals)
        status = apl_scan_models_new(&reading.models, globals);
    if (status == APL_OK)
        status = apl_read_sources(&reading, options);
    apl_scan_models_free(reading.models);
    if (status == APL_OK) {
        estate->spool = spool.descriptor;
        apl_link_assets(estate, normalizers, threads, threads);
    } else if (spool.descriptor >= 0) {
        (void)close(spool.descriptor);
    }
    for (unsigned i = 0; i < threads; i++)
        apl_normalizer_free(normalizers[i]);
    if (status == APL_OK)
        apl_link_relations(estate, content->services, threads);
    if (status == APL_OK)
        apl_exposure_set(estate, content->services, threads);
    return status;
}

static apl_str instant_text(apl_arena *arena, apl_instant instant)
{
    char text[APL_INSTANT_TEXT_MAX];
    size_t size = apl_instant_format(text, instant, 0);

    return apl_arena_str(arena, apl_str_make(text, size));
}

static const char *const *named(const apl_scan_options *options)
{
    return options->named_source_count ? options->named_sources : options->sources;
}

static size_t named_count(const apl_scan_options *options)
{
    return options->named_source_count ? options->named_source_count : options->source_count;
}

/* The id of a scan: what was scanned and when. */
static apl_str scan_id(apl_arena *arena, const apl_content *content, const apl_scan_options *options,
                       uint64_t documents)
{
    uint8_t hash[APL_SHA256_BYTES];
    char hex[33];
    apl_str parts[3] = {content->digest};

    parts[1] = apl_arena_format(arena, "\n%lld\n%llu", (long long)options->now, (unsigned long long)documents);
    parts[2] = named_count(options) ? apl_str_from(named(options)[0]) : APL_STR_NONE;
    apl_sha256(hash, parts, 3);
    apl_hex(hex, hash, 16);
    return apl_arena_str(arena, apl_str_make(hex, 32));
}

static void describe(apl_snapshot *out, const apl_content *content, const apl_scan_options *options)
{
    apl_arena *arena = out->estate->arena;
    apl_str *sources = APL_ARENA_ARRAY(arena, apl_str, named_count(options));

    for (size_t i = 0; i < named_count(options); i++)
        sources[i] = apl_arena_str(arena, apl_str_from(named(options)[i]));
    out->scan = (apl_scan_info){
        .id = scan_id(arena, content, options, out->estate->documents),
        .started = instant_text(arena, options->now),
        .finished = instant_text(arena, apl_clock_now()),
        .version = apl_str_from(options->version),
        .content = content->digest,
        .documents = out->estate->documents,
        .sources = sources,
        .source_count = named_count(options),
    };
}

apl_status apl_scan_unjudged(apl_snapshot *out, apl_content *content, const apl_scan_options *options)
{
    apl_estate *estate = apl_memory_new(sizeof *estate);

    *out = (apl_snapshot){0};
    apl_estate_init(estate, &content->vocabulary);
    apl_status status = apl_pipeline_estate(estate, content, options);
    if (status != APL_OK) {
        apl_estate_free(estate);
        apl_memory_free(estate);
        return status;
    }
    *out = (apl_snapshot){.estate = estate};
    describe(out, content, options);
    return APL_OK;
}

static apl_evaluate_options evaluate_options(const apl_content *content, const apl_scan_options *options)
{
    return (apl_evaluate_options){
        .rules = content->rules,
        .rule_count = content->rule_count,
        .policies = content->policies,
        .mutes = content->mutes,
        .services = content->services,
        .now = options->now - options->now % APL_TICKS_PER_DAY, /* ages count from midnight: a day's scans agree */
        .threads = threads_of(options),
        .keeps_passes = options->keeps_passes,
    };
}

static void judge(apl_estate *estate, const apl_content *content, const apl_scan_options *options)
{
    apl_evaluate_options evaluate = evaluate_options(content, options);

    apl_evaluate(estate, &evaluate);
}

/* Attack paths and findings, at the same time, and what takes both. */
static apl_status assess(apl_snapshot *out, const apl_content *content, const apl_scan_options *options)
{
    apl_attack_run *attack = apl_pipeline_attack(out->estate, content, options, threads_of(options));

    judge(out->estate, content, options);
    apl_status status = apl_pipeline_attack_wait(attack);
    if (status == APL_OK) {
        apl_evaluate_fixes(out->estate);
        apl_score_set(out->estate);
        apl_compliance_count(out->estate, content->frameworks.items, content->frameworks.count);
        status = apl_pipeline_simulate(&out->simulation, attack, options);
    }
    apl_pipeline_attack_free(attack);
    return status;
}

apl_status apl_scan_run(apl_snapshot *out, apl_content *content, const apl_scan_options *options)
{
    apl_instant began = apl_clock_now();

    apl_status status = apl_scan_unjudged(out, content, options);
    if (status == APL_OK)
        status = assess(out, content, options);
    if (status != APL_OK) {
        apl_snapshot_free(out);
        return status;
    }
    /* As if it had begun at `now`: a scan of another day took as long as this one. */
    out->scan.finished = instant_text(out->estate->arena, options->now + (apl_clock_now() - began));
    return APL_OK;
}

/* The paths and the score of a restored snapshot; *run is freed by the caller, whatever comes back. */
static apl_status attack_again(apl_attack_run **run, apl_estate *estate, const apl_content *content,
                               const apl_scan_options *options)
{
    apl_evaluate_options evaluate = evaluate_options(content, options);

    estate->paths.count = 0;
    *run = apl_pipeline_attack(estate, content, options, threads_of(options));
    apl_evaluate_mark(estate, &evaluate);
    apl_status status = apl_pipeline_attack_wait(*run);
    if (status == APL_OK) {
        apl_evaluate_fixes(estate);
        apl_score_set(estate);
    }
    return status;
}

apl_status apl_scan_attack(apl_snapshot *restored, apl_content *content, const apl_scan_options *options)
{
    apl_attack_run *attack;
    apl_status status = attack_again(&attack, restored->estate, content, options);

    if (status == APL_OK)
        status = apl_pipeline_simulate(&restored->simulation, attack, options);
    apl_pipeline_attack_free(attack);
    return status;
}

apl_status apl_scan_try(apl_scan_trial *steps, size_t step_count, apl_snapshot *snapshot, apl_content *content,
                        const apl_scan_options *options)
{
    apl_scan_options again = *options;
    apl_attack_run *attack;

    again.what_if_count = 0;
    again.keeps_edges = false;
    again.keeps_graph = true;
    apl_status status = attack_again(&attack, snapshot->estate, content, &again);
    if (status == APL_OK)
        apl_pipeline_try(steps, step_count, attack, snapshot->estate);
    apl_pipeline_attack_free(attack);
    return status;
}

void apl_snapshot_free(apl_snapshot *snapshot)
{
    if (snapshot->estate) {
        apl_estate_free(snapshot->estate);
        apl_memory_free(snapshot->estate);
    }
    apl_simulation_free(snapshot->simulation);
    *snapshot = (apl_snapshot){0};
}
