/* normalize/subject_json.c: one JSON text to one subject, for tests and lint.
 *
 * Uses the same plan and projector as a scan, so that what tests see is what a scan sees. */
#include "normalize/subject_json.h"

#include "model/estate.h"
#include "normalize/arm_id.h"
#include "normalize/project.h"
#include "json/json.h"

static bool find_alias(void *context, apl_str *path, apl_str type, apl_str name)
{
    return context && apl_aliases_find(path, context, type, name);
}

static apl_str text_of(apl_arena *arena, const apl_json *object, const char *name)
{
    const apl_json *member = apl_json_get(object, apl_str_from(name));

    return member ? apl_arena_str(arena, apl_json_str(member)) : APL_STR_NONE;
}

static apl_plan *plan_for(apl_arena *arena, apl_fields *fields, const apl_aliases *aliases, apl_str type)
{
    size_t count = apl_fields_count(fields);
    apl_field_id *asked = APL_ARENA_ARRAY(arena, apl_field_id, count);

    for (size_t i = 0; i < count; i++)
        asked[i] = (apl_field_id)i;
    apl_plan_options options = {
        .arena = arena,
        .fields = fields,
        .asked = asked,
        .asked_count = count,
        .type = type,
        .find_alias = find_alias,
        .find_alias_context = (void *)(uintptr_t)aliases,
    };
    return apl_plan_new(&options);
}

apl_status apl_subject_from_json(apl_subject *out, apl_arena *arena, apl_fields *fields, const apl_aliases *aliases,
                                 apl_str json)
{
    apl_json_reader *reader = apl_json_reader_new();
    apl_projector *projector = apl_projector_new(arena);
    apl_asset *asset = APL_ARENA_NEW(arena, apl_asset);
    const apl_json *node = NULL;
    size_t used = 0;

    apl_status status = apl_json_read(&node, &used, reader, json);
    if (status == APL_OK && (node == NULL || !apl_json_is_object(node)))
        status = apl_fail(APL_E_INPUT, "the resource must be a JSON object");
    if (status == APL_OK) {
        asset->id = text_of(arena, node, "id");
        asset->name = text_of(arena, node, "name");
        asset->type = text_of(arena, node, "type");
        asset->location = text_of(arena, node, "location");
        asset->full_name = apl_arm_full_name(arena, asset->id);
        asset->is_read = true;
        asset->plan = plan_for(arena, fields, aliases, asset->type);
        apl_project(&asset->record, &asset->unread_groups, projector, asset->plan, node);
        *out = (apl_subject){NULL, asset, asset->plan};
    }
    apl_projector_free(projector);
    apl_json_reader_free(reader);
    return status;
}
