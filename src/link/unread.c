/* link/unread.c: relations that nobody can know of, because the documents that make them could not be read.
 *
 * Each unread coverage row is a type in a scope. The type's rules say which relations its documents would have made
 * and, by their templates, what stands at the other end: that of an imagined document, in which each value is a `*`. A
 * condition that counts such relations of such an asset is unread, unless those that are known decide it. What is by
 * design never read (settings that hold secrets) is not doubted anew in every scan. */
#include "model/unread.h"
#include "base/limits.h"
#include "link/internal.h"

/* What one type makes, the same in each scope: a part of `made`. */
typedef struct made_range {
    size_t from;
    size_t to;
    bool is_made;
} made_range;

typedef struct unread_job {
    apl_estate *estate;
    apl_services *services;
    const apl_type *type;
    apl_template_facts facts; /* of a document that nobody read */
    APL_VECTOR(apl_unread_relation) made;
    made_range *ranges; /* by number of the type */
} unread_job;

static const apl_str any = {"*", 1};

/* The id that documents of the type have: with a `*` for each name, also for what they stand below. */
static apl_str imagined_id(const unread_job *job)
{
    apl_arena *arena = job->estate->arena;
    const apl_type *type = job->type;
    apl_str rest = type->name;
    apl_str part;
    apl_text id;

    if (type->provider == NULL || !type->provider->has_arm_parent)
        return type->id ? apl_template_pattern(type->id, arena, &job->facts) : any;
    apl_text_init(&id, APL_ID_BYTES_MAX);
    apl_text_add(&id, APL_STR("*/providers"));
    for (bool is_first = true; apl_str_next(&part, &rest, '/'); is_first = false)
        apl_text_add_format(&id, is_first ? "/%.*s" : "/%.*s/*", APL_STR_ARG(part));
    apl_str kept = apl_arena_str(arena, apl_text_str(&id));
    apl_text_free(&id);
    return kept;
}

/* What an imagined document stands below; a resource of its own, or one that extends another, below anything. */
static apl_str imagined_parent(const unread_job *job)
{
    apl_str id = job->facts.id;
    apl_str part;
    size_t parts = 0;

    if (job->type->parent)
        return apl_template_pattern(job->type->parent, job->estate->arena, &job->facts);
    if (job->type->provider == NULL || !job->type->provider->has_arm_parent)
        return any;
    for (apl_str rest = job->type->name; apl_str_next(&part, &rest, '/');)
        parts++;
    if (parts < 3)
        return any;
    for (int i = 0; i < 2; i++)
        id = apl_str_slice(id, 0, (size_t)apl_str_find_last_char(id, '/'));
    return id;
}

static void add(unread_job *job, apl_unread_relation unread)
{
    unread.type = job->type->name;
    APL_PUSH(&job->made, unread);
}

/* "host" of a template that gives "host:contoso.example". */
static apl_str key_name(const unread_job *job, const apl_template *key)
{
    apl_str pattern = apl_template_pattern(key, job->estate->arena, &job->facts);
    long colon = apl_str_find(pattern, APL_STR(":"));

    return colon < 0 ? APL_STR_NONE : apl_str_slice(pattern, 0, (size_t)colon);
}

/* Which types declare keys of that name. */
static const bool *types_with_key(const unread_job *job, apl_str name)
{
    uint32_t count = apl_services_type_count(job->services);
    bool *types = APL_ARENA_ARRAY(job->estate->arena, bool, count + 1);

    for (uint32_t t = 0; t < count; t++) {
        const apl_type *type = apl_services_type(job->services, t);
        for (size_t k = 0; k < type->key_count; k++)
            types[t] = types[t] || apl_str_equal(key_name(job, type->keys[k]), name);
    }
    return types;
}

static bool is_self(const apl_relation_end *end)
{
    return end->id == NULL && end->key == NULL;
}

/* Where the id says next to nothing, what the rule says of the other end if nobody read it. With both ends elsewhere
 * that may be said of either. */
static void narrow(apl_unread_relation *unread, const apl_relation_rule *rule, apl_kind external)
{
    bool is_vague = apl_str_equal(unread->end_id, any) || apl_str_equal(unread->end_id, APL_STR("/subscriptions/*"));

    if (!is_vague || !(is_self(&rule->from) || is_self(&rule->to)))
        return;
    unread->end_type = rule->stub_type;
    if (rule->stub_type.size == 0 && rule->stub_kind != external)
        unread->end_kind = rule->stub_kind;
}

/* One end of a rule, each way in which it may be found. */
static void add_end(unread_job *job, const apl_relation_end *end, const apl_relation_rule *rule,
                    apl_unread_relation unread)
{
    apl_arena *arena = job->estate->arena;

    if (end->suffix) {
        apl_str suffix = apl_template_pattern(end->suffix, arena, &job->facts);
        unread.end_id = apl_arena_format(arena, "*%.*s", APL_STR_ARG(suffix));
        add(job, unread);
        return;
    }
    for (const apl_template *key = end->key; key; key = apl_template_alternative(key)) {
        unread.end_id = any;
        unread.end_types = types_with_key(job, key_name(job, key));
        add(job, unread);
    }
    unread.end_types = NULL;
    for (const apl_template *id = end->id; id; id = apl_template_alternative(id)) {
        apl_unread_relation one = unread;
        one.end_id = apl_template_pattern(id, arena, &job->facts);
        narrow(&one, rule, apl_vocabulary_kind(job->estate->vocabulary, APL_STR("external")));
        add(job, one);
    }
}

static void make_type(unread_job *job)
{
    apl_relation_type contains = apl_vocabulary_relation(job->estate->vocabulary, APL_STR("contains"));

    job->facts = (apl_template_facts){.name = any, .type = job->type->name, .location = any, .scope = any};
    job->facts.tenant = any;
    job->facts.id = imagined_id(job);
    job->facts.parent = imagined_parent(job);
    if (!apl_str_equal(job->facts.parent, any))
        add(job, (apl_unread_relation){.relation = contains, .is_out = true, .end_id = job->facts.parent});
    for (size_t r = 0; r < job->type->relation_count; r++) {
        const apl_relation_rule *rule = &job->type->relations[r];
        apl_unread_relation unread = {.relation = rule->type};
        if (!is_self(&rule->to))
            add_end(job, &rule->to, rule, unread);
        unread.is_out = true;
        if (!is_self(&rule->from))
            add_end(job, &rule->from, rule, unread);
    }
}

/* Adds what the type makes to the scope. */
static void add_type(unread_job *job, const apl_type *type, apl_str scope)
{
    made_range *range = &job->ranges[type->number];

    if (!range->is_made) {
        job->type = type;
        range->from = job->made.count;
        make_type(job);
        range->to = job->made.count;
        range->is_made = true;
    }
    for (size_t i = range->from; i < range->to; i++)
        apl_unread_add(job->estate, scope, job->made.items[i]);
}

void apl_link_unread(apl_estate *estate, apl_services *services)
{
    unread_job job = {.estate = estate, .services = services};

    job.ranges = apl_memory_new((apl_services_type_count(services) + 1) * sizeof *job.ranges);
    for (size_t i = 0; i < estate->coverage.count; i++) {
        const apl_coverage *row = &estate->coverage.items[i];
        const apl_type *type = row->state == APL_COVERAGE_UNREAD ? apl_services_find(services, row->type) : NULL;
        if (type && !type->is_never_read)
            add_type(&job, type, row->scope);
    }
    apl_memory_free(job.ranges);
    apl_memory_free(job.made.items);
}
