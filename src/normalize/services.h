/* normalize/services.h: what we know of the clouds, compiled from services/.
 *
 * Built once from provider.yaml and service.yaml (docs/content.md), then read-only, but for the plans of types,
 * which are
 * built when the first document of a type arrives (under a lock inside). Types are numbers into this collection. */
#ifndef APL_NORMALIZE_SERVICES_H
#define APL_NORMALIZE_SERVICES_H

#include "condition/condition.h"
#include "model/estate.h"
#include "model/type_plan.h"
#include "normalize/template.h"

typedef struct apl_provider {
    apl_str name;
    uint8_t cloud;
    bool ids_ignore_case;
    bool has_arm_parent;
    bool has_arm_scope;
    apl_template *id;
    apl_template *name_template;
    apl_template *parent;
    apl_template *scope;
    apl_template *tenant;
    apl_template *location;
    bool has_tags;
    apl_field_id tags;
    const apl_str *unread_without;
    size_t unread_without_count;
    apl_field_list asked; /* by its templates */
} apl_provider;

typedef struct apl_kind_choice {
    apl_condition *when; /* NULL: always */
    apl_kind kind;
} apl_kind_choice;

typedef struct apl_relation_end {
    apl_template *id;
    apl_template *key;
    apl_template *suffix; /* put behind the id of what was found; NULL: nothing */
} apl_relation_end;       /* all NULL: the asset itself */

typedef struct apl_relation_rule {
    apl_relation_type type;
    apl_relation_end from;
    apl_relation_end to;
    apl_condition *when;   /* NULL: always */
    apl_condition *unless; /* NULL: never */
    apl_condition *where;  /* of the members of the array in the templates, those that count; NULL: all */
    apl_kind stub_kind;    /* APL_KIND_NONE: of the type that the id names */
    apl_str stub_type;
    apl_template *stub_name;
    apl_str evidence; /* empty: the first path of the template */
} apl_relation_rule;

/* The assets at the other end of a relation. */
typedef struct apl_exposure_end {
    apl_relation_type relation;
    bool is_incoming;      /* the other end is where the relation starts */
    const apl_kind *kinds; /* none: any */
    size_t kind_count;
} apl_exposure_end;

/* Who else gets an asset's exposure. */
typedef struct apl_exposure_pass {
    apl_exposure_end end;
    bool is_proxy;               /* the other end does not see the caller's address: no filter judges it */
    bool has_ports;              /* only these ports of the other end are reached */
    const apl_field_id *ports;
    size_t port_count;
    apl_condition *needs_filter; /* holds: an end that could have filters and has none stays closed */
    apl_condition *replaces;     /* holds: in place of the end's own inputs, not beside them */
} apl_exposure_pass;

/* A member of a rule: in the items of a list by its steps, in an asset that is a rule itself by its field. */
typedef struct apl_rule_path {
    apl_field_id field;
    const apl_str *steps;
    size_t step_count;
} apl_rule_path;

typedef struct apl_rule_paths {
    const apl_rule_path *items;
    size_t count;
} apl_rule_paths;

/* What makes an asset a filter: rules, of which the first that matches decides; what none matches is denied. */
typedef struct apl_filter_rules {
    bool is_given;
    bool has_list;      /* else the asset itself is one rule, unless has_contained */
    bool has_contained; /* rules are also assets of their own, below this one */
    apl_field_id list;
    apl_str list_path;
    apl_rule_paths id; /* of a rule in the list, to know it again as an asset */
    apl_rule_paths order;
    apl_rule_paths applies;
    apl_str applies_equals;
    apl_rule_paths allow;
    apl_str allow_equals;
    apl_rule_paths protocol;
    apl_rule_paths sources;
    apl_rule_paths source_groups; /* callers inside the network */
    apl_rule_paths trusted;       /* something there: also lets in some outside that are known */
    apl_rule_paths ports;
    apl_rule_paths destinations;
    apl_rule_paths destination_groups;
} apl_filter_rules;

typedef struct apl_exposure_rule {
    bool is_given;
    bool is_parents;
    bool has_own; /* one of the members up to wants_child is given */
    apl_condition *none;
    apl_condition *unknown;
    apl_condition *closed;
    apl_condition *open;
    apl_condition *bypass;
    const apl_field_id *ranges;
    size_t range_count;
    bool has_span;
    apl_field_id span[2];    /* first and last address of one range */
    const apl_str *children; /* types whose assets below this one open it further, as firewall rules do */
    size_t child_count;
    apl_relation_type within; /* no wider than the asset at the other end, or APL_RELATION_NONE */
    bool wants_child;         /* each has at least one, so that none means unread */
    apl_str unknown_paths; /* what each of them looks at, for evidence */
    apl_str closed_paths;
    apl_str open_paths;
    apl_str bypass_paths;
    apl_str range_paths;
    apl_condition *guarded; /* holds: what passes through is inspected, which closes nothing */
    const apl_exposure_pass *passes;
    size_t pass_count;
    const apl_exposure_end *filters; /* each must let a caller in */
    size_t filter_count;
    apl_condition *needs_filter; /* holds: an own opening without any filter stays closed */
    const apl_field_id *addresses; /* what rules may name as destination: addresses and groups of the asset */
    size_t address_count;
    const apl_field_id *groups;
    size_t group_count;
    apl_filter_rules rules;
} apl_exposure_rule;

/* One entry of `sensitivity`: what the asset's own document says of its label. */
typedef struct apl_label_rule {
    apl_condition *when; /* NULL: always */
    uint8_t level;       /* apl_level */
} apl_label_rule;

/* Where a document holds a fact for a bill of materials. */
typedef struct apl_bom_rule {
    apl_bom_fact fact;
    apl_template *text;
} apl_bom_rule;

/* Objects inside a document that are assets of their own. */
typedef struct apl_part_rule {
    const apl_str *steps; /* names of members; "*": each item of an array */
    size_t step_count;
    apl_str type;
} apl_part_rule;

/* Where texts stand that may be secrets; see hide.c. */
typedef struct apl_hidden_path {
    const apl_step *steps;
    size_t step_count;
} apl_hidden_path;

typedef struct apl_type {
    apl_str name;
    apl_str title;
    apl_str service; /* azure/ai-services */
    apl_str needs;   /* permission that reading it takes */
    bool is_never_read; /* by a collector: its documents hold secrets */
    uint32_t number;
    const apl_provider *provider;
    apl_kind_choice *kinds;
    size_t kind_count;
    apl_template *id;
    apl_template *name_template;
    apl_template *parent;
    apl_template *scope;
    apl_template *tenant;
    apl_template *location;
    apl_template **keys;
    size_t key_count;
    apl_relation_rule *relations;
    size_t relation_count;
    apl_relation_type *inherits; /* relations of its parent that hold for it as well, unless it has such a one */
    size_t inherit_count;
    apl_exposure_rule exposure;
    const apl_hidden_path *hides;
    size_t hide_count;
    apl_condition *hides_when; /* NULL: always */
    apl_label_rule *labels;    /* the first that holds gives the level */
    size_t label_count;
    apl_part_rule *parts;
    size_t part_count;
    const apl_str *unread_without;
    size_t unread_without_count;
    apl_bom_rule *bom; /* by fact, each at most once */
    size_t bom_count;
    apl_field_list bom_asked; /* by these; kept only by a scan that is to give a bill */
    apl_field_list asked; /* by its own templates and conditions, and by the rules that may judge it */
    apl_plan *plan;       /* NULL until apl_services_plan */
} apl_type;

/* One way to recognise a body that does not name its type. */
typedef struct apl_recognition {
    uint32_t type;
    const apl_str *wrappers; /* none: any */
    size_t wrapper_count;
    const apl_field_id *members;
    size_t member_count;
    apl_condition *when;
    bool is_partial;
    unsigned weight; /* parts that must hold */
} apl_recognition;

typedef struct apl_service {
    apl_str name;
    apl_str title;
    apl_str cloud;
    uint32_t first_type; /* its types stand together */
    uint32_t type_count;
} apl_service;

typedef struct apl_services apl_services;

typedef struct apl_services_options {
    const apl_vocabulary *vocabulary;
    const apl_aliases *aliases;
    apl_fields *fields;
    apl_arena *arena;
} apl_services_options;

apl_services *apl_services_new(const apl_services_options *options);
void apl_services_free(apl_services *services);

/* Adds one parsed provider.yaml; before the services of that provider. */
apl_status apl_services_add_provider(apl_services *services, apl_value file, const char *file_name);

/* Adds one parsed service.yaml. `folder` is "azure/ai-services", which the file must name itself. */
apl_status apl_services_add_service(apl_services *services, apl_value file, apl_str folder, const char *file_name);

/* After the last service: builds what recognition needs. */
apl_status apl_services_finish(apl_services *services);

/* `ask` is called once a type, before its plan is built, and says through apl_services_ask which fields those who judge
 * the type ask for. It is called under the lock and must not ask for plans. */
void apl_services_on_plan(apl_services *services, void (*ask)(void *context, const apl_type *type), void *context);
void apl_services_ask(apl_services *services, uint32_t type, const apl_field_list *fields);

size_t apl_services_count(const apl_services *services);
const apl_service *apl_services_service(const apl_services *services, size_t index);
uint32_t apl_services_type_count(const apl_services *services);
/* By its number. While documents come, made types must not be asked for. */
const apl_type *apl_services_type(const apl_services *services, uint32_t type);
apl_fields *apl_services_fields(const apl_services *services);
const apl_vocabulary *apl_services_vocabulary(const apl_services *services);

/* The type of that name, or NULL. O(1). */
const apl_type *apl_services_find(const apl_services *services, apl_str type_name);

/* The same, and a type that no service knows is made on the spot, without kind or relations, for judging only;
 * apl_services_find does not give such types. Any thread. */
const apl_type *apl_services_find_or_make(apl_services *services, apl_str type_name);

/* The plan of the type, built at first use. Any thread. */
const apl_plan *apl_services_plan(apl_services *services, const apl_type *type);

/* The plan that recognition reads a body with. */
const apl_plan *apl_services_recognition_plan(const apl_services *services);

/* The best recognition of the body that `subject` shows (read with the recognition plan), held by member `wrapper` of
 * its page (may be empty); NULL when none fits. */
const apl_recognition *apl_services_recognise(const apl_services *services, const apl_subject *subject, apl_str wrapper,
                                              apl_arena *scratch);

/* True when the name is a member that pages hold their documents in. */
bool apl_services_is_wrapper(const apl_services *services, apl_str name);

#endif
