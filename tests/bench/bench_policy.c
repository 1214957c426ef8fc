/* tests/bench/bench_policy.c: how many (rule, resource) pairs a second one core judges.
 *
 * Reads an estate through the real pipeline, then judges every pair that the type index leaves, again and again, on
 * one thread, without evidence, asset by asset of each type, as the first pass of a scan does. Time is that of the
 * thread, so that other programs on the machine count little, and the best round is the figure. Prints one JSON line;
 * with --rules also the cost of each rule, the dearest first. With DEFINITIONS it judges those Azure Policy definitions
 * instead of our own rules. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "policy/judge.h"
#include "scan/content.h"
#include "scan/pipeline.h"

#define SECONDS_MIN 2.0 /* of measuring, in all */
#define ROUNDS_MIN 5u

/* The rules that take one type, ready to judge. */
typedef struct type_rules {
    APL_VECTOR(uint32_t) rules;
    apl_judge *judge;
} type_rules;

/* An asset and the rules of its type. */
typedef struct judged_asset {
    apl_asset_id asset;
    const type_rules *rules;
} judged_asset;

typedef struct rule_cost {
    const apl_policy *policy;
    uint64_t pairs;
    double seconds;
} rule_cost;

typedef struct bench {
    apl_content *content;
    apl_estate estate;
    apl_related *related;
    apl_arena *scratch;
    apl_instant now;
    APL_VECTOR(rule_cost) rules;
    type_rules *by_type; /* by number of the type */
    APL_VECTOR(judged_asset) assets;
    size_t pair_count;
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

static apl_judge *judge_of(const bench *b, const type_rules *of, const apl_plan *plan)
{
    bool is_ours = b->content->policies == NULL;
    apl_judged_policy *policies = apl_memory_new((of->rules.count + 1) * sizeof *policies);

    for (size_t r = 0; r < of->rules.count; r++)
        policies[r] = (apl_judged_policy){b->rules.items[of->rules.items[r]].policy, is_ours};
    apl_judge_options options = {.plan = plan, .policies = policies, .policy_count = of->rules.count, .now = b->now};
    apl_judge *judge = apl_judge_new(&options);
    apl_memory_free(policies);
    return judge;
}

/* The rules of each type that has assets. */
static void take_types(bench *b)
{
    uint32_t types = apl_services_type_count(b->content->services);

    b->by_type = apl_memory_new((types + 1) * sizeof *b->by_type);
    for (uint32_t t = 0; t < types; t++) {
        const apl_type *type = apl_services_type(b->content->services, t);
        for (uint32_t r = 0; type->plan && r < b->rules.count; r++) {
            if (apl_policy_takes_type(b->rules.items[r].policy, type->name))
                APL_PUSH(&b->by_type[t].rules, r);
        }
        if (type->plan)
            b->by_type[t].judge = judge_of(b, &b->by_type[t], type->plan);
    }
}

static void take_assets_of(bench *b, uint32_t type)
{
    const type_rules *rules = &b->by_type[type];

    for (size_t i = 0; rules->rules.count && i < b->estate.assets.count; i++) {
        const apl_asset *asset = &b->estate.assets.items[i];
        if (!asset->is_read || asset->plan == NULL || asset->plan->number != type)
            continue;
        APL_PUSH(&b->assets, ((judged_asset){(apl_asset_id)i, rules}));
        b->pair_count += rules->rules.count;
    }
}

static void take_assets(bench *b)
{
    for (uint32_t t = 0; t < apl_services_type_count(b->content->services); t++)
        take_assets_of(b, t);
}

static apl_policy_eval eval_of(const bench *b)
{
    return (apl_policy_eval){
        .estate = &b->estate, .related = b->related, .arena = b->scratch, .now = b->now, .state_only = true};
}

static void fetch_ahead(const bench *b, size_t i)
{
    const apl_asset *assets = b->estate.assets.items;
    const judged_asset *at = &b->assets.items[i];

    if (i + APL_HEARING_ASSETS_AHEAD < b->assets.count)
        apl_hearing_fetch(&assets[at[APL_HEARING_ASSETS_AHEAD].asset], &assets[at[APL_HEARING_RECORDS_AHEAD].asset]);
}

static double one_round(bench *b, uint64_t *noncompliant)
{
    apl_policy_eval eval = eval_of(b);
    apl_hearing hearing;
    double start = thread_seconds();

    *noncompliant = 0;
    for (size_t i = 0; i < b->assets.count; i++) {
        const judged_asset *judged = &b->assets.items[i];
        fetch_ahead(b, i);
        apl_hearing_open(&hearing, judged->rules->judge, judged->asset, &eval);
        for (size_t r = 0; r < judged->rules->rules.count; r++)
            *noncompliant += apl_hearing_state(&hearing, r) == APL_NONCOMPLIANT;
        apl_arena_reset(b->scratch);
    }
    return thread_seconds() - start;
}

/* Judges the pairs of one rule. */
static uint64_t judge_rule(bench *b, uint32_t rule)
{
    apl_policy_eval eval = eval_of(b);
    apl_hearing hearing;
    uint64_t pairs = 0;

    for (size_t i = 0; i < b->assets.count; i++) {
        const judged_asset *judged = &b->assets.items[i];
        size_t r = 0;
        while (r < judged->rules->rules.count && judged->rules->rules.items[r] != rule)
            r++;
        if (r == judged->rules->rules.count)
            continue;
        apl_hearing_open(&hearing, judged->rules->judge, judged->asset, &eval);
        (void)apl_hearing_state(&hearing, r);
        apl_arena_reset(b->scratch);
        pairs++;
    }
    return pairs;
}

/* What the pairs of one rule cost, with finding them; the best round counts. */
static void cost_of_rule(bench *b, uint32_t rule)
{
    rule_cost *cost = &b->rules.items[rule];

    for (unsigned round = 0; round < ROUNDS_MIN; round++) {
        double start = thread_seconds();
        cost->pairs = judge_rule(b, rule);
        double seconds = thread_seconds() - start;
        if (round == 0 || seconds < cost->seconds)
            cost->seconds = seconds;
    }
}

static int dearest_first(const void *a, const void *b)
{
    const rule_cost *x = a;
    const rule_cost *y = b;

    return (x->seconds < y->seconds) - (x->seconds > y->seconds);
}

static void print_rules(bench *b)
{
    for (uint32_t r = 0; r < b->rules.count; r++)
        cost_of_rule(b, r);
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
        double seconds = one_round(b, &noncompliant);
        if (round == 0 || seconds < best)
            best = seconds;
        spent += seconds > 1e-6 ? seconds : 1e-6;
    }
    (void)printf("{\"assets\":%zu,\"rules\":%zu,\"pairs\":%zu,\"noncompliant\":%" PRIu64
                 ",\"seconds\":%.6f,\"pairs_per_second\":%.0f}\n",
                 b->estate.assets.count, b->rules.count, b->pair_count, noncompliant, best,
                 best > 0 ? (double)b->pair_count / best : 0.0);
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
        take_types(&b);
        take_assets(&b);
        measure(&b, shows_rules);
        apl_related_free(b.related);
    }
    for (uint32_t t = 0; b.by_type && t < apl_services_type_count(b.content->services); t++) {
        apl_memory_free(b.by_type[t].rules.items);
        apl_judge_free(b.by_type[t].judge);
    }
    apl_memory_free(b.by_type);
    apl_memory_free(b.rules.items);
    apl_memory_free(b.assets.items);
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
