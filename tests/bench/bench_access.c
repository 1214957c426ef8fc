/* tests/bench/bench_access.c: how many questions of effective access a second one core answers.
 *
 * Reads an estate through the real pipeline, then asks again and again: may this principal do this on that resource?
 * Principals are those of the role assignments, actions those that techniques look for, resources those of the same
 * subscription and of others. One thread, its own time, the best round is the figure. Prints one JSON line: the time to
 * build the access, to evaluate each distinct role over all actions, and the questions. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "scan/content.h"
#include "scan/pipeline.h"

#define QUESTIONS 200000u
#define ROUNDS 15u

typedef struct bench {
    apl_content *content;
    apl_estate estate;
    apl_access *access;
    apl_access_question *questions;
    uint64_t decisions[4];
    uint64_t state;
} bench;

static const char *const actions[] = {
    "Microsoft.CognitiveServices/accounts/listKeys/action",
    "Microsoft.CognitiveServices/accounts/write",
    "Microsoft.CognitiveServices/accounts/deployments/write",
    "Microsoft.MachineLearningServices/workspaces/connections/listsecrets/action",
    "Microsoft.MachineLearningServices/workspaces/computes/write",
    "Microsoft.Storage/storageAccounts/listKeys/action",
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Search/searchServices/listAdminKeys/action",
    "Microsoft.Compute/virtualMachines/runCommand/action",
    "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
    "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/write",
    "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "Microsoft.Search/searchServices/indexes/documents/read",
    "Microsoft.CognitiveServices/accounts/AIServices/endpoints/interact/action",
};
#define ACTION_COUNT (sizeof actions / sizeof *actions)
#define FIRST_DATA_ACTION 10u

static uint32_t below(bench *b, uint32_t limit)
{
    b->state = b->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(b->state >> 33) % limit;
}

static double thread_seconds(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

/* Half of the questions are about a resource in the scope of a grant of that principal's subscription. */
static void take_questions(bench *b)
{
    uint32_t grants = (uint32_t)apl_access_grant_count(b->access);
    uint32_t assets = (uint32_t)b->estate.assets.count;

    b->questions = apl_memory_new(QUESTIONS * sizeof *b->questions);
    for (uint32_t i = 0; i < QUESTIONS; i++) {
        const apl_grant *grant = apl_access_grant(b->access, below(b, grants));
        uint32_t action = below(b, ACTION_COUNT);
        const apl_asset *asset = &b->estate.assets.items[below(b, assets)];
        if (i % 2 && grant->scope_asset != APL_ASSET_NONE) {
            uint32_t at = grant->scope_asset + below(b, 50);
            asset = &b->estate.assets.items[at < assets ? at : grant->scope_asset];
        }
        b->questions[i] = (apl_access_question){
            .principal = grant->principal_id,
            .plane = action >= FIRST_DATA_ACTION ? APL_PLANE_DATA : APL_PLANE_CONTROL,
            .action = apl_str_from(actions[action]),
            .scope = asset->id,
        };
    }
}

static double one_round(bench *b, apl_asker *asker)
{
    apl_access_answer answer;
    double start = thread_seconds();

    for (uint32_t i = 0; i < QUESTIONS; i++) {
        apl_access_ask(&answer, asker, &b->questions[i]);
        b->decisions[answer.decision]++;
    }
    return thread_seconds() - start;
}

static void measure(bench *b)
{
    double start = thread_seconds();
    double best = 0;

    b->access = apl_scan_access(b->content, &b->estate);
    double built = thread_seconds();
    for (size_t i = 0; i < ACTION_COUNT; i++)
        (void)apl_access_action(b->access, i >= FIRST_DATA_ACTION ? APL_PLANE_DATA : APL_PLANE_CONTROL,
                                apl_str_from(actions[i]));
    apl_access_compile(b->access);
    double compiled = thread_seconds();
    if (apl_access_grant_count(b->access) == 0) {
        (void)puts("{\"grants\":0}");
        return;
    }
    take_questions(b);
    apl_asker *asker = apl_asker_new(b->access);
    for (unsigned round = 0; round < ROUNDS; round++) {
        double seconds = one_round(b, asker);
        if (round == 0 || seconds < best)
            best = seconds;
    }
    (void)printf("{\"assets\":%zu,\"grants\":%zu,\"build_seconds\":%.4f,\"compile_seconds\":%.6f,\"questions\":%u,"
                 "\"allow\":%" PRIu64 ",\"deny\":%" PRIu64 ",\"seconds\":%.6f,\"questions_per_second\":%.0f}\n",
                 b->estate.assets.count, apl_access_grant_count(b->access), built - start, compiled - built, QUESTIONS,
                 b->decisions[APL_ALLOW] / ROUNDS, b->decisions[APL_DENY] / ROUNDS, best,
                 best > 0 ? QUESTIONS / best : 0.0);
    apl_asker_free(asker);
    apl_memory_free(b->questions);
}

static apl_status run(const char *estate)
{
    bench b = {.state = 1};
    apl_scan_options options = {
        .sources = &estate,
        .source_count = 1,
        .version = APL_VERSION,
        .jobs = 1,
        .now = apl_clock_now(),
    };

    apl_status status = apl_content_open(&b.content, &options);
    if (status != APL_OK)
        return status;
    apl_estate_init(&b.estate, &b.content->vocabulary);
    status = apl_pipeline_estate(&b.estate, b.content, &options);
    if (status == APL_OK)
        measure(&b);
    apl_access_free(b.access);
    apl_estate_free(&b.estate);
    apl_content_free(b.content);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fputs("bench_access ESTATE\n"
                    "  questions a second on one core; bench.py gives it an estate of bench_generate\n",
                    stderr);
        return argc == 1 ? 0 : 2; /* `make bench` starts every program of this folder once */
    }
    if (run(argv[1]) != APL_OK) {
        (void)fprintf(stderr, "bench_access: %s\n", apl_error_message());
        return 2;
    }
    return 0;
}
