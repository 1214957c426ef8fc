/* policy/existence.c: the details of auditIfNotExists and deployIfNotExists, compiled and judged.
 *
 * `field` conditions of an existenceCondition look at the related resource, field() in its expressions at the resource
 * of the `if`; `name` and `resourceGroupName` are expressions on the resource of the `if`. Where related resources are
 * looked for is related.c's business. One that satisfies is enough; before none is called missing, everything that was
 * not read must be ruled out: a candidate, a coverage row of the type, or a type of which nothing at all was read. */
#include "policy/effects.h"

#include "base/limits.h"
#include "policy/evidence.h"
#include "policy/related.h"

/* Candidates whose failure is explained to find the nearest one; the others only count. */
#define EXPLAINED_MAX 32

static apl_status compile_text(const apl_expression **out, apl_policy_build *build, apl_value details,
                               const char *member)
{
    apl_value text = apl_value_member(details, member);
    apl_expression *expression = NULL;

    *out = NULL;
    if (text.type == APL_VALUE_MISSING || text.type == APL_VALUE_NULL)
        return APL_OK;
    apl_compile settings = apl_policy_compile_settings(build, "then.details");
    settings.path = apl_arena_format(build->context->arena, "%.*s.%s", APL_STR_ARG(settings.path), member);
    apl_status status = apl_expression_compile(&expression, &settings, text);
    *out = expression;
    return status;
}

static apl_status read_scope(apl_existence *existence, apl_policy_build *build, apl_value details)
{
    static const char *const names[] = {"Subscription", "ResourceGroup", NULL};
    apl_value scope = apl_value_member(details, "existenceScope");
    apl_status status;

    if (scope.type == APL_VALUE_MISSING)
        return APL_OK;
    status = apl_policy_constant(&scope, build, scope, "then.details.existenceScope");
    if (status != APL_OK)
        return status;
    if (!apl_is_one_of(apl_value_str(scope), names))
        return apl_reporter_error(build->reporter, build->path, apl_nearest_name(apl_value_str(scope), names),
                                  "then.details.existenceScope: expected subscription or resourceGroup, not \"%.*s\"",
                                  APL_STR_ARG(apl_value_str(scope)));
    existence->scope = apl_str_equal_nocase(apl_value_str(scope), APL_STR("Subscription")) ? APL_EXISTENCE_SUBSCRIPTION
                                                                                           : APL_EXISTENCE_GROUP;
    return APL_OK;
}

apl_status apl_existence_compile(apl_policy_build *build, apl_value details)
{
    apl_existence *existence = &build->policy->existence;
    apl_value type = apl_value_member(details, "type");
    apl_value condition = apl_value_member(details, "existenceCondition");
    apl_status status;

    if (type.type != APL_VALUE_STRING)
        return apl_reporter_error(build->reporter, build->path, NULL,
                                  "then.details.type: %s needs the type of the related resource",
                                  apl_effect_names[build->policy->effect]);
    status = apl_policy_constant(&type, build, type, "then.details.type");
    if (status != APL_OK)
        return status;
    existence->type = apl_arena_str(build->context->arena, apl_value_str(type));
    existence->is_extension = apl_related_is_extension(existence->type);
    status = read_scope(existence, build, details);
    if (status == APL_OK)
        status = compile_text(&existence->name, build, details, "name");
    if (status == APL_OK)
        status = compile_text(&existence->resource_group, build, details, "resourceGroupName");
    if (status != APL_OK || condition.type == APL_VALUE_MISSING || condition.type == APL_VALUE_NULL)
        return status;
    apl_compile settings = apl_policy_compile_settings(build, "then.details.existenceCondition");
    return apl_condition_compile(&existence->condition, &settings, condition);
}

/* ---- Judging ---- */

/* What the candidates came to. */
typedef struct search_outcome {
    apl_asset_id satisfied;
    apl_asset_id unread;
    size_t candidates;
    size_t failed;
    char error[APL_ERROR_BYTES_MAX];
} search_outcome;

static apl_status text_of(apl_str *out, bool *is_unread, const apl_expression *expression, const apl_eval *settings)
{
    apl_value value;

    *out = APL_STR_NONE;
    if (expression == NULL)
        return APL_OK;
    apl_status status = apl_expression_eval(&value, expression, settings);
    if (status != APL_OK)
        return status;
    *is_unread = *is_unread || value.type == APL_VALUE_UNREAD;
    *out = apl_value_str(value);
    return APL_OK;
}

static apl_truth judge_candidate(const apl_policy *policy, const apl_subject *candidate, const apl_eval *settings)
{
    apl_eval related = *settings;

    if (!candidate->asset->is_read)
        return APL_TRUTH_UNREAD;
    if (policy->existence.condition == NULL)
        return APL_TRUE;
    related.subject = candidate;
    return apl_condition_eval(policy->existence.condition, &related);
}

static void search(search_outcome *out, const apl_policy *policy, apl_related_cursor *cursor, const apl_eval *settings)
{
    const apl_estate *estate = cursor->query->estate;
    apl_asset_id found;

    out->satisfied = out->unread = APL_ASSET_NONE;
    out->candidates = out->failed = 0;
    out->error[0] = 0;
    while (out->satisfied == APL_ASSET_NONE && (found = apl_related_next(cursor)) != APL_ASSET_NONE) {
        apl_subject candidate = apl_estate_subject(estate, found);
        out->candidates++;
        switch (judge_candidate(policy, &candidate, settings)) {
        case APL_TRUE:
            out->satisfied = found;
            break;
        case APL_FALSE:
            break;
        case APL_TRUTH_UNREAD:
            if (out->unread == APL_ASSET_NONE)
                out->unread = found;
            break;
        case APL_TRUTH_ERROR:
            if (out->failed++ == 0)
                memcpy(out->error, settings->error, sizeof out->error);
            break;
        }
    }
}

/* The candidate with the fewest leaves that failed; its rows stay in *rows. */
static apl_asset_id find_nearest(apl_evidence_rows *rows, const apl_policy *policy, const apl_related *related,
                                 const apl_related_query *query, const apl_eval *settings)
{
    apl_related_cursor cursor;
    apl_asset_id nearest = APL_ASSET_NONE;
    apl_asset_id found;
    size_t first_row = rows->count;
    size_t fewest = SIZE_MAX;
    apl_evidence_rows trial;

    trial.arena = rows->arena;
    apl_related_find(&cursor, related, query);
    for (int i = 0; i < EXPLAINED_MAX && (found = apl_related_next(&cursor)) != APL_ASSET_NONE; i++) {
        apl_subject candidate = apl_estate_subject(query->estate, found);
        apl_eval explained = *settings;
        if (!candidate.asset->is_read || policy->existence.condition == NULL)
            continue;
        explained.subject = &candidate;
        trial.count = 0;
        apl_evidence_explain(&trial, policy->existence.condition, &explained, APL_FALSE, candidate.asset->id);
        if (trial.count == 0 || trial.count >= fewest)
            continue;
        fewest = trial.count;
        nearest = found;
        rows->count = first_row;
        for (size_t j = 0; j < trial.count && rows->count < APL_EVIDENCE_MAX; j++)
            rows->items[rows->count++] = trial.items[j];
    }
    return nearest;
}

static const char *place_words(apl_related_place place)
{
    switch (place) {
    case APL_PLACE_BELOW:
        return "below the resource";
    case APL_PLACE_ATTACHED:
        return "on the resource";
    case APL_PLACE_GROUP:
        return "in the resource group";
    case APL_PLACE_SUBSCRIPTION:
        return "in the subscription";
    case APL_PLACE_SIBLINGS:
        return "beside the resource";
    case APL_PLACE_ACCOUNT:
        return "in the account";
    }
    return "there";
}

/* The row that names the related type, what was required of it and how many there were. */
static apl_evidence_row type_row(const apl_policy *policy, const search_outcome *found, apl_str name)
{
    apl_evidence_row row = {.is_words = true};

    row.evidence.path = policy->existence.type;
    if (found->candidates)
        row.evidence.value = apl_value_integer((int64_t)found->candidates);
    row.evidence.expected =
        apl_value_string(policy->existence.condition ? APL_STR("at least 1 that meets the existence condition")
                                                     : (name.size ? APL_STR("1 of that name") : APL_STR("at least 1")));
    return row;
}

static void set_missing(apl_policy_result *out, const apl_policy *policy, const search_outcome *found,
                        const apl_related_cursor *cursor, const apl_eval *settings)
{
    const apl_related_query *query = cursor->query;
    apl_arena *arena = settings->arena;
    apl_evidence_rows rows;
    const char *separator = query->name.size ? " " : "";

    out->state = APL_NONCOMPLIANT;
    rows.arena = arena;
    rows.count = 1;
    rows.items[0] = type_row(policy, found, query->name);
    out->related = find_nearest(&rows, policy, cursor->related, query, settings);
    apl_evidence_give(out, &rows);
    if (found->candidates == 0) {
        out->reason = apl_arena_format(arena, "No %.*s%s%.*s was found %s.", APL_STR_ARG(policy->existence.type),
                                       separator, APL_STR_ARG(query->name), place_words(cursor->place));
        return;
    }
    apl_evidence_rows leaves;
    leaves.arena = arena;
    leaves.count = 0;
    for (size_t i = 1; i < rows.count; i++)
        leaves.items[leaves.count++] = rows.items[i];
    apl_str detail = apl_evidence_sentence(&leaves);
    out->reason =
        apl_arena_format(arena, "No %.*s %s meets the existence condition%s%.*s", APL_STR_ARG(policy->existence.type),
                         place_words(cursor->place), detail.size ? ": " : ".", APL_STR_ARG(detail));
}

static void set_unread(apl_policy_result *out, const apl_policy *policy, const apl_related_cursor *cursor,
                       const apl_coverage *row)
{
    bool has_why = row && row->why.size;

    out->state = APL_COMPLIANCE_UNKNOWN;
    out->unread_type = policy->existence.type;
    out->reason = apl_arena_format(cursor->query->arena, "%.*s was not read %s%s%.*s.",
                                   APL_STR_ARG(policy->existence.type), place_words(cursor->place), has_why ? ": " : "",
                                   APL_STR_ARG(has_why ? row->why : APL_STR_NONE));
}

/* No candidate satisfies: is that known, or is something unread? */
static void judge_failure(apl_policy_result *out, const apl_policy *policy, const apl_policy_eval *eval,
                          const apl_related_cursor *cursor, const search_outcome *found)
{
    const apl_related_query *query = cursor->query;
    const apl_coverage *row = apl_related_unread(cursor->related, query);

    if (found->unread != APL_ASSET_NONE) {
        out->state = APL_COMPLIANCE_UNKNOWN;
        out->unread_type = policy->existence.type;
        out->related = found->unread;
        if (eval->state_only)
            return;
        out->reason = apl_arena_format(eval->arena, "A part of the related resource %.*s was not read.",
                                       APL_STR_ARG(eval->estate->assets.items[found->unread].id));
        return;
    }
    if (found->failed) {
        out->state = APL_COMPLIANCE_ERROR;
        if (eval->state_only)
            return;
        out->reason = apl_arena_format(eval->arena, "The existence condition failed: %s.", found->error);
        return;
    }
    bool is_known = row == NULL && (eval->closed_world || apl_related_was_read(cursor->related, query));
    out->state = is_known ? APL_NONCOMPLIANT : APL_COMPLIANCE_UNKNOWN;
    if (!is_known && !eval->state_only)
        set_unread(out, policy, cursor, row);
}

void apl_existence_judge(apl_policy_result *out, const apl_policy *policy, const apl_subject *origin,
                         const apl_policy_eval *eval)
{
    char error[APL_ERROR_BYTES_MAX];
    apl_eval settings;
    apl_policy_eval_settings(&settings, policy, origin, eval, error);
    apl_related_query query = {.estate = eval->estate,
                               .origin = origin->asset,
                               .type = policy->existence.type,
                               .is_extension = policy->existence.is_extension,
                               .scope = policy->existence.scope,
                               .arena = eval->arena};
    apl_related_cursor cursor;
    search_outcome found;
    bool is_unread = eval->related == NULL;

    if (text_of(&query.name, &is_unread, policy->existence.name, &settings) != APL_OK ||
        text_of(&query.resource_group, &is_unread, policy->existence.resource_group, &settings) != APL_OK) {
        out->state = APL_COMPLIANCE_ERROR;
        out->reason =
            apl_arena_format(eval->arena, "The name of the related resource failed: %s.", apl_error_message());
        return;
    }
    if (is_unread) {
        out->state = APL_COMPLIANCE_UNKNOWN;
        out->unread_type = policy->existence.type;
        out->reason = APL_STR("Related resources could not be looked for.");
        return;
    }
    apl_related_find(&cursor, eval->related, &query);
    search(&found, policy, &cursor, &settings);
    out->related = found.satisfied;
    if (found.satisfied != APL_ASSET_NONE) {
        out->state = APL_COMPLIANT;
        return;
    }
    judge_failure(out, policy, eval, &cursor, &found);
    if (out->state != APL_NONCOMPLIANT)
        return;
    out->reason = APL_STR("No related resource meets the existence condition.");
    if (eval->wants_evidence)
        set_missing(out, policy, &found, &cursor, &settings);
}
