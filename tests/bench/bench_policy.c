/* tests/bench/bench_policy.c: how many (rule, resource) pairs a second one core judges.
 *
 * Reads an estate through the real pipeline, then judges every pair that the type index leaves, again and again, on
 * one thread, without evidence, as the first pass of a scan does. Time is that of the thread, so that other programs
 * on the machine count little, and the best round is the figure. Prints one JSON line; with --rules also the cost of
 * each rule, the dearest first. With DEFINITIONS it judges those Azure Policy definitions instead of our own rules. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "scan/content.h"
#include "scan/pipeline.h"

#define SECONDS_MIN 2.0 /* of measuring, in all */
#define ROUNDS_MIN 5u

typedef struct pair {
    const apl_policy *policy;
    apl_asset_id asset;
    uint32_t rule;
} pair;

typedef struct rule_cost {
    const apl_policy *policy;
    uint64_t pairs;
    uint64_t noncompliant;
    double seconds;
} rule_cost;

typedef struct bench {
    apl_content *content;
    apl_estate estate;
    apl_related *related;
    apl_arena *scratch;
    apl_instant now;
    APL_VECTOR(rule_cost) rules;
    APL_VECTOR(pair) pairs;
} bench;

static double thread_seconds(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

static void take_rules(bench *b)
{
    size_t users = b->content->policies ? apl_policy_set_count(b->content->policies) : 0;

    for (size_t i = 0; i < users; i++)
        APL_PUSH(&b->rules, ((rule_cost){.policy = apl_policy_set_rule(b->content->policies, i)->policy}));
    for (size_t i = 0; users == 0 && i < b->content->rule_count; i++)
        APL_PUSH(&b->rules, ((rule_cost){.policy = b->content->rules[i].policy}));
}

/* The pairs in the order of a scan: asset by asset. */
static void take_pairs(bench *b)
{
    uint32_t types = apl_services_type_count(b->content->services);
    bool *takes = apl_memory_new((types + 1) * (b->rules.count + 1));

    for (uint32_t t = 0; t < types; t++) {
        for (size_t r = 0; r < b->rules.count; r++)
            takes[t * b->rules.count + r] =
                apl_policy_takes_type(b->rules.items[r].policy, apl_services_type(b->content->services, t)->name);
    }
    for (size_t i = 0; i < b->estate.assets.count; i++) {
        const apl_asset *asset = &b->estate.assets.items[i];
        if (!asset->is_read || asset->plan == NULL)
            continue;
        for (size_t r = 0; r < b->rules.count; r++) {
            if (takes[asset->plan->number * b->rules.count + r])
                APL_PUSH(&b->pairs, ((pair){b->rules.items[r].policy, (apl_asset_id)i, (uint32_t)r}));
        }
    }
    apl_memory_free(takes);
}

static apl_policy_eval eval_of(const bench *b)
{
    return (apl_policy_eval){.estate = &b->estate, .related = b->related, .arena = b->scratch, .now = b->now};
}

static double one_round(bench *b)
{
    apl_policy_eval eval = eval_of(b);
    apl_policy_result result;
    double start = thread_seconds();

    for (size_t i = 0; i < b->pairs.count; i++) {
        apl_policy_evaluate(&result, b->pairs.items[i].policy, b->pairs.items[i].asset, &eval);
        if (i % 64 == 0)
            apl_arena_reset(b->scratch);
    }
    return thread_seconds() - start;
}

/* The pairs of one rule after the other: what it costs, and how many resources are noncompliant. */
static void cost_of_rules(bench *b)
{
    apl_policy_eval eval = eval_of(b);
    apl_policy_result result;
    apl_asset_id *assets = apl_memory_new((b->pairs.count + 1) * sizeof *assets);

    for (uint32_t r = 0; r < b->rules.count; r++) {
        rule_cost *cost = &b->rules.items[r];
        for (size_t i = 0; i < b->pairs.count; i++) {
            if (b->pairs.items[i].rule == r)
                assets[cost->pairs++] = b->pairs.items[i].asset;
        }
        double start = thread_seconds();
        for (uint64_t i = 0; i < cost->pairs; i++) {
            apl_policy_evaluate(&result, cost->policy, assets[i], &eval);
            cost->noncompliant += result.state == APL_NONCOMPLIANT;
            apl_arena_reset(b->scratch);
        }
        cost->seconds = thread_seconds() - start;
    }
    apl_memory_free(assets);
}

static int dearest_first(const void *a, const void *b)
{
    const rule_cost *x = a;
    const rule_cost *y = b;

    return (x->seconds < y->seconds) - (x->seconds > y->seconds);
}

static void print_rules(bench *b)
{
    qsort(b->rules.items, b->rules.count, sizeof *b->rules.items, dearest_first);
    for (size_t r = 0; r < b->rules.count; r++) {
        const rule_cost *cost = &b->rules.items[r];
        apl_str id = apl_policy_id(cost->policy);
        if (cost->pairs)
            (void)printf("%8.2f ms  %8.1f ns a pair  %8" PRIu64 " pairs  %.*s\n", cost->seconds * 1e3,
                         cost->seconds * 1e9 / (double)cost->pairs, cost->pairs, APL_STR_ARG(id));
    }
}

static void measure(bench *b, bool shows_rules)
{
    double best = 0;
    double spent = 0;
    uint64_t noncompliant = 0;

    for (unsigned round = 0; round < ROUNDS_MIN || spent < SECONDS_MIN; round++) {
        double seconds = one_round(b);
        if (round == 0 || seconds < best)
            best = seconds;
        spent += seconds > 1e-6 ? seconds : 1e-6;
    }
    cost_of_rules(b);
    for (size_t r = 0; r < b->rules.count; r++)
        noncompliant += b->rules.items[r].noncompliant;
    (void)printf("{\"assets\":%zu,\"rules\":%zu,\"pairs\":%zu,\"noncompliant\":%" PRIu64
                 ",\"seconds\":%.6f,\"pairs_per_second\":%.0f}\n",
                 b->estate.assets.count, b->rules.count, b->pairs.count, noncompliant, best,
                 best > 0 ? (double)b->pairs.count / best : 0.0);
    if (shows_rules)
        print_rules(b);
}

static apl_status run(const char *estate, const char *definitions, bool shows_rules)
{
    bench b = {.scratch = apl_arena_new(), .now = apl_clock_now()};
    apl_scan_options options = {
        .sources = &estate,
        .source_count = 1,
        .policies = &definitions,
        .policy_count = definitions ? 1 : 0,
        .version = APL_VERSION,
        .jobs = 1,
        .now = b.now,
    };

    apl_status status = apl_content_open(&b.content, &options);
    if (status != APL_OK)
        return status;
    apl_estate_init(&b.estate, &b.content->vocabulary);
    status = apl_pipeline_estate(&b.estate, b.content, &options);
    if (status == APL_OK) {
        b.related = apl_related_new(&b.estate);
        take_rules(&b);
        take_pairs(&b);
        measure(&b, shows_rules);
        apl_related_free(b.related);
    }
    apl_memory_free(b.rules.items);
    apl_memory_free(b.pairs.items);
    apl_arena_free(b.scratch);
    apl_estate_free(&b.estate);
    apl_content_free(b.content);
    return status;
}

int main(int argc, char **argv)
{
    bool shows_rules = argc > 1 && strcmp(argv[1], "--rules") == 0;
    int first = shows_rules ? 2 : 1;

    if (argc <= first) {
        (void)fputs("bench_policy [--rules] ESTATE [DEFINITIONS]\n"
                    "  pairs a second on one core; bench.py gives it an estate of bench_generate\n",
                    stderr);
        return argc == 1 ? 0 : 2; /* `make bench` starts every program of this folder once */
    }
    if (run(argv[first], argc > first + 1 ? argv[first + 1] : NULL, shows_rules) != APL_OK) {
        (void)fprintf(stderr, "bench_policy: %s\n", apl_error_message());
        return 2;
    }
    return 0;
}
