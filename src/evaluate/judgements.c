/* evaluate/judgements.c: findings say what did not pass; what else was judged, passed.
 *
 * For a rule of ours every read asset of its types was judged. Counting costs one look at each asset and finding;
 * going through every judgement is another function, for those who want the assets. */
#include "evaluate/judgements.h"

static apl_outcome outcome_of(uint8_t status)
{
    switch ((apl_finding_status)status) {
    case APL_STATUS_EXEMPT:
    case APL_STATUS_MUTED:
        return APL_OUTCOME_ACCEPTED;
    case APL_STATUS_ERROR:
    case APL_STATUS_MANUAL:
        return APL_OUTCOME_UNREAD;
    case APL_STATUS_FAIL:
        return APL_OUTCOME_FAIL;
    case APL_STATUS_PASS:
        break;
    }
    return APL_OUTCOME_PASS;
}

static bool is_taken(const apl_judgements *judgements, apl_asset_id asset)
{
    return judgements->takes == NULL || judgements->takes[asset];
}

static void index_rules(apl_judgements *out)
{
    const apl_estate *estate = out->estate;

    for (uint32_t r = 0; r < estate->judged.count; r++) {
        const apl_judged_rule *judged = &estate->judged.items[r];
        (void)apl_table_put(out->rules, judged->rule->id, r);
        for (uint32_t t = 0; t < judged->type_count; t++) {
            uint32_t number = apl_table_put(out->types, judged->types[t], (uint32_t)out->rules_of_type.count);
            if (number == out->rules_of_type.count)
                APL_PUSH(&out->rules_of_type, ((apl_numbers){0}));
            APL_PUSH(&out->rules_of_type.items[number], r);
        }
    }
}

/* The number of a type; neighbours mostly have the same one. */
typedef struct last_type {
    apl_str name;
    uint32_t number;
} last_type;

static uint32_t type_of(const apl_judgements *judgements, last_type *last, const apl_asset *asset)
{
    if (last->name.data != asset->type.data || last->name.size != asset->type.size)
        *last = (last_type){asset->type, apl_table_get(judgements->types, asset->type)};
    return last->number;
}

static void count_assets(apl_judgements *out)
{
    uint64_t *assets = apl_memory_new((out->rules_of_type.count + 1) * sizeof *assets);
    last_type last = {APL_STR_NONE, APL_TABLE_NONE};

    for (uint32_t i = 0; i < out->estate->assets.count; i++) {
        const apl_asset *asset = &out->estate->assets.items[i];
        uint32_t type = asset->is_read && is_taken(out, i) ? type_of(out, &last, asset) : APL_TABLE_NONE;
        if (type != APL_TABLE_NONE)
            assets[type]++;
    }
    for (uint32_t t = 0; t < out->rules_of_type.count; t++) {
        for (size_t r = 0; r < out->rules_of_type.items[t].count; r++) {
            uint32_t rule = out->rules_of_type.items[t].items[r];
            out->counts[rule].of[APL_OUTCOME_PASS] += out->estate->judged.items[rule].lists_passes ? 0 : assets[t];
        }
    }
    apl_memory_free(assets);
    for (uint32_t r = 0; r < out->estate->judged.count; r++) {
        const apl_judged_rule *judged = &out->estate->judged.items[r];
        for (uint32_t p = 0; p < judged->pass_count; p++)
            out->counts[r].of[APL_OUTCOME_PASS] += is_taken(out, judged->passes[p]);
    }
}

static void count_findings(apl_judgements *out)
{
    const apl_estate *estate = out->estate;
    const apl_rule_info *last = NULL;
    uint32_t rule = APL_TABLE_NONE;

    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (finding->rule != last)
            rule = apl_table_get(out->rules, finding->rule->id);
        last = finding->rule;
        apl_outcome outcome = outcome_of(finding->status);
        out->rule_of_finding[i] = outcome == APL_OUTCOME_PASS ? APL_TABLE_NONE : rule;
        if (out->rule_of_finding[i] == APL_TABLE_NONE || !is_taken(out, finding->asset))
            continue;
        apl_rule_counts *counts = &out->counts[rule];
        counts->of[outcome]++;
        if (!estate->judged.items[rule].lists_passes && counts->of[APL_OUTCOME_PASS])
            counts->of[APL_OUTCOME_PASS]--;
    }
}

/* A coverage row is about a source as a whole; whoever looks at a part of the estate sees it too. */
static void count_unread(apl_judgements *out)
{
    for (size_t i = 0; i < out->estate->coverage.count; i++) {
        const apl_coverage *row = &out->estate->coverage.items[i];
        uint32_t type = row->state == APL_COVERAGE_UNREAD ? apl_table_get(out->types, row->type) : APL_TABLE_NONE;
        for (size_t r = 0; type != APL_TABLE_NONE && r < out->rules_of_type.items[type].count; r++)
            out->counts[out->rules_of_type.items[type].items[r]].unread_types++;
    }
}

void apl_judgements_make(apl_judgements *out, const apl_estate *estate, const bool *takes)
{
    *out = (apl_judgements){.estate = estate, .takes = takes};
    out->types = apl_table_new(true);
    out->rules = apl_table_new(false);
    out->counts = apl_memory_new((estate->judged.count + 1) * sizeof *out->counts);
    out->rule_of_finding = apl_memory_new((estate->findings.count + 1) * sizeof *out->rule_of_finding);
    index_rules(out);
    count_assets(out);
    count_findings(out);
    count_unread(out);
}

void apl_judgements_free(apl_judgements *judgements)
{
    for (size_t i = 0; i < judgements->rules_of_type.count; i++)
        apl_memory_free(judgements->rules_of_type.items[i].items);
    apl_memory_free(judgements->rules_of_type.items);
    apl_memory_free(judgements->rule_of_finding);
    apl_memory_free(judgements->counts);
    apl_table_free(judgements->types);
    apl_table_free(judgements->rules);
}

/* -- By asset ---------------------------------------------------------------------------------------------------- */

/* What findings and policies say, as a list for each asset. */
typedef struct said {
    uint32_t rule;
    uint32_t outcome;
} said;

typedef struct said_lists {
    size_t *from; /* by asset, one more than there are assets */
    said *items;
} said_lists;

static void place(said_lists *lists, apl_asset_id asset, said one)
{
    lists->items[--lists->from[asset + 1]] = one;
}

/* Counted first, then filled from behind, so that no list is sorted. */
static said_lists said_of(const apl_judgements *judgements)
{
    const apl_estate *estate = judgements->estate;
    said_lists lists = {.from = apl_memory_new((estate->assets.count + 2) * sizeof *lists.from)};
    size_t total = 0;

    for (size_t i = 0; i < estate->findings.count; i++)
        lists.from[estate->findings.items[i].asset + 1] += judgements->rule_of_finding[i] != APL_TABLE_NONE;
    for (size_t r = 0; r < estate->judged.count; r++) {
        for (uint32_t p = 0; p < estate->judged.items[r].pass_count; p++)
            lists.from[estate->judged.items[r].passes[p] + 1]++;
    }
    for (size_t i = 0; i < estate->assets.count + 1; i++)
        lists.from[i] = total += lists.from[i];
    lists.from[estate->assets.count + 1] = total;
    lists.items = apl_memory_new((total + 1) * sizeof *lists.items);
    for (size_t i = 0; i < estate->findings.count; i++) {
        const apl_finding *finding = &estate->findings.items[i];
        if (judgements->rule_of_finding[i] != APL_TABLE_NONE)
            place(&lists, finding->asset, (said){judgements->rule_of_finding[i], outcome_of(finding->status)});
    }
    for (uint32_t r = 0; r < estate->judged.count; r++) {
        for (uint32_t p = 0; p < estate->judged.items[r].pass_count; p++)
            place(&lists, estate->judged.items[r].passes[p], (said){r, APL_OUTCOME_PASS});
    }
    return lists;
}

void apl_judgements_each(const apl_judgements *judgements, apl_judgement_visit *visit, void *context)
{
    const apl_estate *estate = judgements->estate;
    said_lists lists = said_of(judgements);
    uint32_t *seen = apl_memory_new((estate->judged.count + 1) * sizeof *seen);
    last_type last = {APL_STR_NONE, APL_TABLE_NONE};

    for (uint32_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!is_taken(judgements, i))
            continue;
        for (size_t s = lists.from[i + 1]; s < lists.from[i + 2]; s++) {
            seen[lists.items[s].rule] = i + 1;
            visit(context, i, lists.items[s].rule, (apl_outcome)lists.items[s].outcome);
        }
        uint32_t type = asset->is_read ? type_of(judgements, &last, asset) : APL_TABLE_NONE;
        for (size_t r = 0; type != APL_TABLE_NONE && r < judgements->rules_of_type.items[type].count; r++) {
            uint32_t rule = judgements->rules_of_type.items[type].items[r];
            if (seen[rule] != i + 1 && !estate->judged.items[rule].lists_passes)
                visit(context, i, rule, APL_OUTCOME_PASS);
        }
    }
    apl_memory_free(seen);
    apl_memory_free(lists.items);
    apl_memory_free(lists.from);
}
