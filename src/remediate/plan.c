/* remediate/plan.c: from findings to steps.
 *
 * The patch of a rule, or the words of its command, becomes operations on the document that was read. Where that does
 * not work the step stays, with its commands and the reason: a plan must not look shorter than the work. */
#include "remediate/plan.h"

#include "remediate/set_words.h"

typedef struct planning {
    const apl_fix_options *options;
    apl_fix_plan *plan;
} planning;

/* -- The request ------------------------------------------------------------------------------------------------- */

/* How many names stand behind the provider: accounts is 1, accounts/deployments 2. */
static unsigned depth_of(apl_str type)
{
    unsigned depth = 0;

    for (uint32_t i = 0; i < type.size; i++)
        depth += type.data[i] == '/';
    return depth;
}

/* Azure Resource Manager asks every provider to take PATCH for resources of the first level; those below are sent
 * whole.
 */
static void plan_request(apl_fix_step *step, const planning *job, apl_str version)
{
    const apl_asset *asset = &job->options->estate->assets.items[step->asset];
    apl_fix_request *request = &step->request;
    bool is_arm = apl_str_starts_nocase(asset->id, APL_STR("/subscriptions/")) && depth_of(asset->type) > 0;

    if (!is_arm) {
        step->by_hand =
            APL_STR("only resources of Azure Resource Manager are changed by this program; run the commands");
        return;
    }
    request->version =
        version.size || job->options->calls == NULL ? version : apl_calls_version(job->options->calls, asset->type);
    if (request->version.size == 0) {
        step->by_hand = APL_STR("no version of the API is known for the type; run the commands");
        return;
    }
    request->id = asset->id;
    request->needs = apl_arena_format(job->options->arena, "%.*s/write", APL_STR_ARG(asset->type));
    bool merges = depth_of(asset->type) == 1 &&
                  apl_changes_merge(&request->body, job->options->arena, &step->changes, step->after);
    request->method = merges ? "PATCH" : "PUT";
    if (!merges)
        request->body = APL_MISSING;
}

/* -- The way back as a command ------------------------------------------------------------------------------------- */

#define COMMAND_BYTES_MAX (64u << 10)

/* In single quotes: no character of a name or a value means anything to a shell then. */
static void add_quoted(apl_text *out, apl_str text)
{
    apl_text_add_char(out, '\'');
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] == '\'')
            apl_text_add(out, APL_STR("'\\''"));
        else
            apl_text_add_char(out, text.data[i]);
    }
    apl_text_add_char(out, '\'');
}

/* The Azure CLI sets and removes by paths with dots: names that have dots of their own cannot be said so. */
static apl_str undo_command_of(apl_arena *arena, const apl_fix_step *step)
{
    apl_text command;
    apl_text word;

    apl_text_init(&command, COMMAND_BYTES_MAX);
    apl_text_init(&word, COMMAND_BYTES_MAX);
    apl_text_add(&command, APL_STR("az resource update --ids "));
    add_quoted(&command, step->request.id);
    apl_text_add_format(&command, " --api-version %.*s", APL_STR_ARG(step->request.version));
    for (size_t i = 0; i < step->undo.count; i++) {
        const apl_change *change = &step->undo.items[i];
        apl_str path = apl_pointer_path(arena, change->pointer);
        command.is_cut = command.is_cut || apl_str_find(path, APL_STR("['")) >= 0;
        word.size = 0;
        apl_text_add(&word, path);
        if (change->kind != APL_CHANGE_REMOVE) {
            apl_text_add_char(&word, '=');
            apl_value_write(&word, change->value, 0);
        }
        apl_text_add(&command, change->kind == APL_CHANGE_REMOVE ? APL_STR(" --remove ") : APL_STR(" --set "));
        add_quoted(&command, apl_text_str(&word));
    }
    bool is_whole = !command.is_cut && !word.is_cut;
    apl_str made = is_whole ? apl_arena_str(arena, apl_text_str(&command)) : APL_STR_NONE;
    apl_text_free(&command);
    apl_text_free(&word);
    return made;
}

/* -- One step ---------------------------------------------------------------------------------------------------- */

/* The patches of the rule, in whichever form it has them. */
static size_t patches_of(const apl_patch **out, apl_str *version, const planning *job, const apl_rule_info *rule)
{
    *version = APL_STR_NONE;
    *out = rule->patches;
    if (rule->patch_count)
        return rule->patch_count;
    return apl_set_words_patches(out, version, job->options->arena, rule->fix_cli);
}

/* Whether one of the paths is the other or leads to it; [*] and numbers are steps of a list alike. */
static bool are_related(apl_str a, apl_str b)
{
    size_t i = 0;
    size_t j = 0;

    while (i < a.size && j < b.size) {
        if (a.data[i] == '[' && b.data[j] == '[') {
            while (i < a.size && a.data[i] != ']')
                i++;
            while (j < b.size && b.data[j] != ']')
                j++;
        } else if (apl_char_lower(a.data[i]) != apl_char_lower(b.data[j])) {
            return false;
        }
        i++;
        j++;
    }
    bool ends_name =
        i < a.size ? a.data[i] == '.' || a.data[i] == '[' : j >= b.size || b.data[j] == '.' || b.data[j] == '[';
    return ends_name;
}

/* A rule may judge several types, and its patch be for one of them: what changes must be what the finding rests on. */
static bool concerns(apl_arena *arena, const apl_changes *changes, const apl_finding *finding)
{
    bool has_path = false;

    for (uint32_t e = 0; e < finding->evidence_count; e++) {
        const apl_evidence *evidence = &finding->evidence[e];
        has_path = has_path || !evidence->is_calculated;
        for (size_t i = 0; i < changes->count && !evidence->is_calculated; i++) {
            if (are_related(apl_pointer_path(arena, changes->items[i].pointer), evidence->path))
                return true;
        }
    }
    return !has_path;
}

/* The last step so far that changes the asset, or NULL. */
static apl_fix_step *step_before(const planning *job, apl_asset_id asset)
{
    for (size_t i = job->plan->count; i > 0; i--) {
        if (job->plan->steps[i - 1].asset == asset && job->plan->steps[i - 1].changes.count)
            return &job->plan->steps[i - 1];
    }
    return NULL;
}

/* The document as it was read. */
static apl_status read_body(apl_value *out, const apl_fix_step *step, const planning *job)
{
    bool is_read = job->options->estate->assets.items[step->asset].is_read;

    *out = APL_MISSING;
    return is_read ? job->options->body(out, job->options->context, step->asset) : APL_OK;
}

/* What the step changes, or by_hand with the reason. */
static apl_status plan_changes(apl_fix_step *step, const planning *job)
{
    apl_arena *arena = job->options->arena;
    const apl_patch *patches;
    apl_value body;
    apl_str version;
    size_t count = patches_of(&patches, &version, job, step->findings[0]->rule);

    if (count == 0) {
        step->by_hand = APL_STR("no patch is known for this fix; run the commands");
        return APL_OK;
    }
    apl_status status = read_body(&body, step, job);
    if (status != APL_OK)
        return status;
    if (!apl_value_is_there(body)) {
        step->by_hand = APL_STR("the document of the asset was not kept");
        return APL_OK;
    }
    if (apl_changes_make(&step->changes, &step->after, arena, body, (apl_patch_list){patches, count}) != APL_OK) {
        step->by_hand = apl_arena_str(arena, apl_str_from(apl_error_message()));
        return APL_OK;
    }
    if (step->changes.count == 0) {
        step->by_hand = APL_STR("the document has these values already: the finding has another cause");
        return APL_OK;
    }
    if (!concerns(arena, &step->changes, step->findings[0])) {
        step->changes = (apl_changes){0};
        step->by_hand =
            APL_STR("the rule's patch is not about the values that this finding rests on: run the commands");
        return APL_OK;
    }
    const apl_fix_step *before = step_before(job, step->asset);
    if (before && apl_changes_make(&step->changes, &step->after, arena, before->after,
                                   (apl_patch_list){patches, count}) != APL_OK) {
        step->by_hand = apl_arena_str(arena, apl_str_from(apl_error_message()));
        return APL_OK;
    }
    plan_request(step, job, version);
    return APL_OK;
}

static void join_finding(apl_fix_step *step, apl_arena *arena, const apl_finding *finding)
{
    const apl_finding **findings = APL_ARENA_ARRAY(arena, const apl_finding *, step->finding_count + 1);

    for (size_t i = 0; i < step->finding_count; i++)
        findings[i] = step->findings[i];
    findings[step->finding_count++] = finding;
    step->findings = findings;
}

/* What it touches, and the way back where there is one. */
static void finish_step(apl_fix_step *step, const apl_fix_options *options)
{
    apl_blast_of(&step->blast, options->arena, options->estate, step->asset, &step->changes);
    if (step->blast.is_final.size)
        return;
    step->undo = apl_changes_invert(options->arena, &step->changes);
    if (step->request.id.size)
        step->undo_command = undo_command_of(options->arena, step);
}

apl_status apl_fix_plan_make(apl_fix_plan *out, const apl_fix_options *options, const apl_finding *const *findings,
                             size_t count)
{
    size_t steps_max = options->steps_max < count ? options->steps_max : count;
    planning job = {options, out};
    apl_status status = APL_OK;

    *out = (apl_fix_plan){.steps = APL_ARENA_ARRAY(options->arena, apl_fix_step, steps_max)};
    for (size_t i = 0; status == APL_OK && i < count; i++) {
        apl_fix_step step = {.asset = findings[i]->asset};
        join_finding(&step, options->arena, findings[i]);
        status = plan_changes(&step, &job);
        if (status != APL_OK)
            break;
        /* A program could do it, and the steps before have: the last of them closes it. */
        apl_fix_step *same = step.by_hand.size == 0 && step.changes.count == 0 ? step_before(&job, step.asset) : NULL;
        if (same) {
            join_finding(same, options->arena, findings[i]);
        } else if (out->count < steps_max) {
            finish_step(&step, options);
            out->steps[out->count++] = step;
        } else {
            out->dropped++;
        }
    }
    return status;
}
