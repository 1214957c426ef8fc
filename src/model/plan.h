/* model/plan.h: which parts of a document anybody asks for, and where they are kept.
 *
 * All content is compiled before the first byte is read. Compiling asks for fields by name (apl_fields_ask); then one
 * plan a resource type says, for each asked field, in which slot of the asset's record its value is kept. A field
 * is, in this order: a derived fact (`aplomb.exposure`), a well-known name of the Azure Policy language (name, type,
 * location, tags ...), an alias of the resource type, or else a path into the document.
 *
 * A slot holds the value at the part of the path before its first `[*]`; below it the value is kept as a tree that
 * is cut down to the members that are asked for. Names in paths compare without regard to case. */
#ifndef APL_MODEL_PLAN_H
#define APL_MODEL_PLAN_H

#include "json/value.h"

typedef struct apl_plan apl_plan;
typedef uint32_t apl_field_id;
typedef struct apl_fields apl_fields;

/* The registry of asked fields; names are kept once, without regard to case. */
apl_fields *apl_fields_new(void);
void apl_fields_free(apl_fields *fields);
apl_field_id apl_fields_ask(apl_fields *fields, apl_str name);

/* The same, but only the number of members is wanted: what they hold is kept as far as other fields ask for it. */
apl_field_id apl_fields_ask_number(apl_fields *fields, apl_str name);
bool apl_fields_wants_value(const apl_fields *fields, apl_field_id field);
size_t apl_fields_count(const apl_fields *fields);
apl_str apl_fields_name(const apl_fields *fields, apl_field_id field);

/* A list of fields without doubles. While `list` is set, every asked field is also put there, so that the owner of a
 * rule or a service knows what it asks for; NULL ends that. `items` is freed with apl_memory_free. */
typedef APL_VECTOR(apl_field_id) apl_field_list;
void apl_fields_record(apl_fields *fields, apl_field_list *list);

/* One step of a path: a member name, or `[*]` (then `key.data` is NULL and `array` numbers this array in its plan). */
typedef struct apl_step {
    apl_str key;
    uint32_t array;
} apl_step;

#define APL_STEPS_MAX 32  /* names in one path */
#define APL_STARS_MAX 6   /* `[*]` in one path */
#define APL_SLOTS_MAX 4096 /* distinct slots of one type */

typedef enum apl_special {
    APL_FIELD_PATH = 0, /* an ordinary path, kept in a slot */
    APL_FIELD_ID,
    APL_FIELD_NAME,
    APL_FIELD_FULL_NAME,
    APL_FIELD_TYPE,
    APL_FIELD_LOCATION,
    APL_FIELD_KIND_OF_ASSET, /* aplomb.kind ... below: derived facts, known after linking */
    APL_FIELD_CLOUD,
    APL_FIELD_TENANT,
    APL_FIELD_SCOPE,
    APL_FIELD_AI,
    APL_FIELD_USED_FOR, /* aplomb.usedFor[*] */
    APL_FIELD_OPEN_PORTS, /* aplomb.openPorts[*]: "22", "8000-8100" */
    APL_FIELD_EXPOSURE,
    APL_FIELD_SENSITIVITY,
    APL_FIELD_CRITICALITY,
    APL_FIELD_READ, /* aplomb.read: false for a directory object that the directory, as read, does not have */
    APL_FIELD_RELATIONS, /* aplomb.relations.<type>[*]: ids of the assets at the other end, or facts of theirs */
    APL_FIELD_RELATIONS_IN, /* aplomb.relationsIn.<type>[*] */
} apl_special;

/* Where a field of one type is found. `steps` start behind the slot: empty, or the first one is `[*]`. */
typedef struct apl_binding {
    uint8_t special; /* apl_special */
    uint8_t group;   /* which unread group the path is in, 0 when only the whole document counts */
    uint16_t slot;
    uint16_t step_count;
    uint16_t relation; /* for APL_FIELD_RELATIONS: the relation type */
    uint8_t fact;      /* for APL_FIELD_RELATIONS: which fact of the asset at the other end; an apl_special */
    const apl_step *steps;
} apl_binding;

/* True when a field of this name is a derived fact that exists only after linking; such rules run in phase two. */
bool apl_field_is_derived(apl_str name);

/* The name under which assets of that type are kept. Azure Policy and Resource Graph know resource groups as a child
 * type of subscriptions, Resource Manager itself as a type of their own; every other type has one name. */
apl_str apl_type_normalise(apl_str type);

/* Splits `properties.a['b.c'][*].d` into steps; false when it is no path or passes a limit. Keys are copied into
 * `arena`. Whole-array marks become steps with key.data NULL. */
bool apl_path_parse(apl_step *steps, size_t *step_count, apl_arena *arena, apl_str path);

#endif
