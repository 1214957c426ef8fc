/* scan/policy_eval.c: `policy eval`: every policy on every document, closed world.
 *
 * The documents given are all there is, so no related resource means noncompliant, as in Azure. A resource of a type
 * that no service knows is judged too. */
#include "base/limits.h"
#include "bytes/files.h"
#include "json/json.h"
#include "policy/rule.h"
#include "scan/content.h"
#include "scan/pipeline.h"

typedef struct eval_job {
    const apl_policy_eval_options *options;
    const apl_content *content;
    const apl_estate *estate;
    apl_related *related;
    apl_arena *scratch;
} eval_job;

static void judge(const eval_job *job, size_t index, apl_asset_id asset)
{
    const apl_rule *rule = apl_policy_set_rule(job->content->policies, index);
    apl_policy_result result = {.state = APL_NOT_APPLICABLE};
    apl_str exemption = APL_STR_NONE;
    apl_policy_eval eval = {
        .estate = job->estate,
        .related = job->related,
        .arena = job->scratch,
        .now = job->options->scan.now,
        .closed_world = true,
        .wants_evidence = true, /* for reasons that name the deciding values */
    };

    if (apl_policy_set_covers(job->content->policies, index, &eval, asset, &exemption)) {
        apl_policy_evaluate(&result, rule->policy, asset, &eval);
        /* Of a type that no policy takes not even the name was kept, so its outcome says nothing. */
        if (!apl_policy_takes_type(rule->policy, job->estate->assets.items[asset].type) &&
            result.state != APL_NOT_APPLICABLE) {
            result.state = APL_NOT_APPLICABLE;
            result.reason = APL_STR("The policy is for resources of another type, name or kind.");
        }
    } else {
        result.reason = APL_STR("outside the scope of the assignment");
        result.effect = apl_policy_effect(rule->policy);
    }
    apl_str waits = apl_policy_missing_parameters(rule->policy);
    if (result.state == APL_COMPLIANCE_ERROR && waits.size) {
        result.state = APL_COMPLIANCE_UNKNOWN;
        result.reason = apl_arena_format(job->scratch, "%.*s; give it with --parameters", APL_STR_ARG(waits));
    }
    if (exemption.size && result.state != APL_NOT_APPLICABLE) {
        result.state = APL_EXEMPT;
        result.reason = exemption;
    }
    apl_policy_line line = {
        .policy = apl_policy_id(rule->policy),
        .resource = job->estate->assets.items[asset].id,
        .state = result.state,
        .effect = result.effect,
        .reason = result.reason,
    };
    job->options->on_line(job->options->on_line_context, &line);
    apl_arena_reset(job->scratch);
}

static apl_status read_parameters(apl_value *out, apl_arena *arena, const char *path)
{
    apl_str text;

    *out = APL_MISSING;
    if (path == NULL)
        return APL_OK;
    apl_status status = apl_file_read(&text, arena, path, APL_CONTENT_BYTES_MAX);
    if (status == APL_OK && apl_json_parse(out, arena, text) != APL_OK)
        status = apl_fail_context(APL_E_CONTENT, "%s", path);
    return status;
}

static apl_status judge_all(const apl_policy_eval_options *options, apl_content *content, bool *is_partial)
{
    apl_estate estate;
    apl_snapshot snapshot = {.estate = &estate};

    apl_estate_init(&estate, &content->vocabulary);
    apl_scan_options scan = options->scan;
    scan.is_policy_eval = true;
    apl_status status = apl_pipeline_estate(&estate, content, &scan);
    if (status == APL_OK) {
        eval_job job = {options, content, &estate, apl_related_new(&estate), apl_arena_new()};
        for (size_t p = 0; p < apl_policy_set_count(content->policies); p++) {
            for (size_t i = 0; i < estate.assets.count; i++) {
                if (estate.assets.items[i].is_read)
                    judge(&job, p, (apl_asset_id)i);
            }
        }
        apl_related_free(job.related);
        apl_arena_free(job.scratch);
        *is_partial = apl_snapshot_summary(&snapshot).is_partial;
    }
    apl_estate_free(&estate);
    return status;
}

apl_status apl_scan_policy_eval(const apl_policy_eval_options *options, bool *is_partial)
{
    apl_arena *arena = apl_arena_new();
    apl_value parameters = APL_MISSING;
    apl_content *content = NULL;

    apl_scan_options scan = options->scan;
    scan.is_policy_eval = true;
    apl_status status = read_parameters(&parameters, arena, options->parameters_file);
    if (status == APL_OK)
        status = apl_content_open_with(&content, &scan, parameters);
    if (status == APL_OK)
        status = judge_all(options, content, is_partial);
    apl_content_free(content);
    apl_arena_free(arena);
    return status;
}
