/* graph/story.c: why a step holds, in plain words.
 *
 * The text is content; here its names are filled in: the assets at both ends, values of the asset that the technique is
 * on, and of a grant its role and scope. What is uncertain is said at the end. */
#include "base/limits.h"
#include "graph/paths.h"

static apl_str name_of(const apl_attack *attack, apl_asset_id asset)
{
    const apl_asset *one = &attack->estate->assets.items[asset];

    return one->name.size ? one->name : one->id;
}

static void add_template(apl_text *out, const apl_attack *attack, const apl_why_part *part, apl_asset_id on)
{
    apl_subject subject = apl_estate_subject(attack->estate, on);
    apl_arena *scratch = apl_arena_new();
    apl_template_facts facts = {
        .id = subject.asset->id,
        .name = subject.asset->name,
        .type = subject.asset->type,
        .tenant = subject.asset->tenant,
        .scope = subject.asset->scope,
        .location = subject.asset->location,
    };

    apl_str text = apl_template_fill(part->template, scratch, &subject, &facts);
    apl_text_add(out, text.size ? text : APL_STR("?"));
    apl_arena_free(scratch);
}

static void add_part(apl_text *out, const apl_attack *attack, const apl_why_part *part, const apl_hop *hop)
{
    const apl_grant *grant = hop->grant == APL_CAUSE_NONE ? NULL : apl_access_grant(attack->access, hop->grant);

    switch (part->source) {
    case APL_WHY_TEXT:
        apl_text_add(out, part->text);
        break;
    case APL_WHY_FROM:
        apl_text_add(out, name_of(attack, hop->from));
        break;
    case APL_WHY_TO:
        apl_text_add(out, name_of(attack, hop->to));
        break;
    case APL_WHY_ROLE:
        apl_text_add(out, grant == NULL           ? APL_STR("an owner")
                          : grant->role_name.size ? grant->role_name
                                                  : grant->role_id);
        break;
    case APL_WHY_SCOPE:
        apl_text_add(out, grant ? grant->scope : APL_STR("it"));
        break;
    case APL_WHY_TEMPLATE:
        add_template(out, attack, part, attack->causes.items[hop->cause].on);
        break;
    }
}

static void add_grant(apl_text *out, const apl_attack *attack, uint32_t number)
{
    const apl_grant *grant = apl_access_grant(attack->access, number);
    apl_str role = grant->role_name.size ? grant->role_name : grant->role_id;

    if (grant->kind == APL_GRANT_ACCESS_POLICY)
        apl_text_add_format(out, " Access policy of %.*s.", APL_STR_ARG(name_of(attack, grant->assignment)));
    else
        apl_text_add_format(out, " %s: %.*s at %.*s.", grant->kind == APL_GRANT_ELIGIBLE ? "Eligible role" : "Role",
                            APL_STR_ARG(role), APL_STR_ARG(grant->scope));
    if (grant->has_condition)
        apl_text_add(out, APL_STR(" Under a condition."));
    if (!grant->is_role_known)
        apl_text_add(out, APL_STR(" The role's definition was not read."));
}

apl_str apl_attack_why(const apl_attack *attack, const apl_hop *hop, apl_arena *arena)
{
    const apl_cause *cause = &attack->causes.items[hop->cause];
    const apl_technique *technique = &attack->techniques->items.items[cause->technique];
    bool names_role = false;
    apl_text out;

    apl_text_init(&out, APL_PATH_BYTES_MAX);
    for (size_t i = 0; i < technique->why_count; i++) {
        add_part(&out, attack, &technique->why[i], hop);
        names_role = names_role || technique->why[i].source == APL_WHY_ROLE;
    }
    if (hop->grant != APL_CAUSE_NONE && !names_role)
        add_grant(&out, attack, hop->grant);
    if (cause->is_uncertain)
        apl_text_add(&out, APL_STR(" A setting that this rests on was not read."));
    apl_str why = apl_arena_str(arena, apl_text_str(&out));
    apl_text_free(&out);
    return why;
}
