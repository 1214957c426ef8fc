/* policy/judge.h: policies made ready for the assets of one type.
 *
 * What a scan asks first of every pair is the state alone. All that the type decides (applicability, mode, conditions
 * on `type`, where fields lie) is decided once here, so that a pair costs little more than its own comparisons. The
 * state is always that of apl_policy_evaluate, which gives reason and evidence too. Read-only once made: any number of
 * threads. */
#ifndef APL_POLICY_JUDGE_H
#define APL_POLICY_JUDGE_H

#include "policy/policy.h"

typedef struct apl_judge apl_judge;

typedef struct apl_judged_policy {
    const apl_policy *policy;
    bool is_always_applicable; /* the caller takes what is not applicable for compliant, which is then all that is said
                                */
} apl_judged_policy;

typedef struct apl_judge_options {
    const apl_plan *plan; /* of the type */
    const apl_judged_policy *policies;
    size_t policy_count;
    apl_instant now; /* that of every hearing */
} apl_judge_options;

/* Needs the plan and the policies as long as it lives. */
apl_judge *apl_judge_new(const apl_judge_options *options);
void apl_judge_free(apl_judge *judge); /* NULL is allowed */

/* One asset of the type in front of the judge; lives on the stack of the caller. */
typedef struct apl_hearing {
    const apl_judge *judge;
    const apl_policy_eval *eval;
    apl_asset_id asset;
    apl_subject subject;
    apl_eval settings;
} apl_hearing;

void apl_hearing_open(apl_hearing *hearing, const apl_judge *judge, apl_asset_id asset, const apl_policy_eval *eval);

/* In a large estate each asset and its record are far away in memory: before one is heard, the asset that will be heard
 * so many later is fetched, and the record of the one that will be heard sooner, whose asset has come by then. */
#define APL_HEARING_ASSETS_AHEAD 8
#define APL_HEARING_RECORDS_AHEAD 4

/* Of a record: more are rare. */
#define APL_HEARING_BYTES_AHEAD 128
#define APL_HEARING_CACHE_LINE 64

/* The empty statement of assembler is an effect: without one gcc leaves out calls of a function that only fetches. A
 * number stands for the address because what lies behind a short record may be no object of ours. */
static inline void apl_hearing_fetch(const apl_asset *later, const apl_asset *sooner)
{
    uintptr_t record = (uintptr_t)sooner->record.present;

    __builtin_prefetch(later);
    __builtin_prefetch(&later->plan);
    __builtin_prefetch(&later->unread_groups);
    for (uintptr_t at = 0; at < APL_HEARING_BYTES_AHEAD; at += APL_HEARING_CACHE_LINE)
        __builtin_prefetch((const void *)(record + at));
    __asm__ volatile("");
}

/* The state of policy number `policy` of the judge on the asset; nothing is explained. */
apl_compliance apl_hearing_state(const apl_hearing *hearing, size_t policy);

#endif
