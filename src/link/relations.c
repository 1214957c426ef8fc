/* link/relations.c: relations by the services' rules, and stubs for assets that nobody read.
 *
 * First every asset, on all threads, fills the templates of its type and looks the other ends up; what is not found
 * is then made, one after another in the order of assets, so that numbers repeat. A key is tried before an id. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "link/internal.h"
#include "normalize/arm_id.h"

#define RUN_ASSETS 2048 /* assets a thread takes at a time */
#define BATCH_RUNS 32   /* runs whose links wait to be taken */

/* A relation whose ends may still be names. */
typedef struct pending_link {
    apl_asset_id from;
    apl_asset_id to;
    apl_asset_id owner; /* whose document says so */
    apl_str from_id;    /* when `from` was not found */
    apl_str to_id;
    apl_relation_type type;
    const apl_relation_rule *rule; /* NULL: contains */
    apl_str stub_name;
    apl_str evidence;
} pending_link;

typedef struct run_result {
    APL_VECTOR(pending_link) links;
    APL_VECTOR(apl_str) keys; /* declared by assets: key, then in `key_assets` the asset */
    APL_VECTOR(apl_asset_id) key_assets;
    apl_arena *arena;
} run_result;

typedef struct link_job {
    apl_estate *estate;
    apl_services *services;
    const apl_table *keys; /* lower case key -> asset; NULL while keys are gathered */
    size_t first;          /* asset that the present batch starts with */
    run_result *runs;
    apl_relation_type contains;
    apl_str only_tenant; /* or empty */
    apl_table *evidence; /* paths that relations name, each kept once */
    APL_VECTOR(apl_str) evidence_texts;
} link_job;

static apl_template_facts facts_of(const apl_asset *asset)
{
    return (apl_template_facts){
        .id = asset->id,
        .name = asset->name,
        .type = asset->type,
        .tenant = asset->tenant,
        .scope = asset->scope,
        .location = asset->location,
    };
}

static apl_str parent_id(apl_arena *arena, const apl_type *type, const apl_subject *subject)
{
    apl_template_facts facts = facts_of(subject->asset);

    if (type->parent)
        return apl_template_fill(type->parent, arena, subject, &facts);
    if (type->provider == NULL)
        return APL_STR_NONE;
    if (type->provider->parent)
        return apl_template_fill(type->provider->parent, arena, subject, &facts);
    if (type->provider->has_arm_parent && apl_arm_is_id(subject->asset->id))
        return apl_arm_parent(subject->asset->id);
    return APL_STR_NONE;
}

/* One asset while its relations are made. */
typedef struct linking {
    const link_job *job;
    run_result *run;
    apl_asset_id self;   /* what an end without templates is */
    apl_subject subject; /* whose relations they are: self, or the parent that it inherits from */
    apl_template_facts facts;
} linking;

/* The asset of that id. An Entra id is also tried without its tenant, and one without a tenant with the only one
 * that is known, because pages of Microsoft Graph do not name theirs. */
static apl_asset_id find_id(const apl_estate *estate, apl_arena *arena, apl_str id, apl_str only_tenant)
{
    apl_str entra = APL_STR("entra://");
    apl_asset_id found = apl_estate_find(estate, id);

    if (found != APL_ASSET_NONE || !apl_str_starts_nocase(id, entra))
        return found;
    apl_str rest = apl_str_slice(id, entra.size, id.size);
    long slash = apl_str_find(rest, APL_STR("/"));
    apl_str object = slash < 0 ? APL_STR_NONE : apl_str_slice(rest, (size_t)slash, rest.size);
    bool is_unknown = apl_str_equal(rest, APL_STR("-")) || apl_str_starts(rest, APL_STR("-/"));
    apl_str tenant = is_unknown ? only_tenant : APL_STR("-");
    if (tenant.size == 0)
        return APL_ASSET_NONE;
    return apl_estate_find(estate,
                           apl_arena_format(arena, "entra://%.*s%.*s", APL_STR_ARG(tenant), APL_STR_ARG(object)));
}

/* The tenant of all directory objects that were read, when there is exactly one that is known. */
static apl_str find_only_tenant(const apl_estate *estate)
{
    apl_str only = APL_STR_NONE;

    for (size_t i = 0; i < estate->assets.count; i++) {
        const apl_asset *asset = &estate->assets.items[i];
        if (!apl_str_starts_nocase(asset->id, APL_STR("entra://")) || asset->id.data[8] == '-')
            continue;
        apl_str rest = apl_str_slice(asset->id, 8, asset->id.size);
        apl_str tenant;
        if (!apl_str_next(&tenant, &rest, '/') || tenant.size == 0)
            continue;
        if (only.size && !apl_str_equal_nocase(only, tenant))
            return APL_STR_NONE;
        only = tenant;
    }
    return only;
}

/* What stands below or inside the asset that an end came to: its id with the rest behind it. */
static bool add_suffix(const linking *at, const apl_template *suffix, uint32_t index, apl_asset_id *asset, apl_str *id)
{
    const apl_estate *estate = at->job->estate;
    apl_arena *arena = at->run->arena;
    apl_str rest = apl_template_fill_at(suffix, arena, &at->subject, &at->facts, index);
    apl_str base = *asset == APL_ASSET_NONE ? *id : estate->assets.items[*asset].id;

    if (rest.size == 0)
        return false;
    *id = apl_arena_format(arena, "%.*s%.*s", APL_STR_ARG(base), APL_STR_ARG(rest));
    *asset = find_id(estate, arena, *id, at->job->only_tenant);
    return true;
}

/* Fills one end but for its suffix. False when the end has no asset and no id. */
static bool find_end(const linking *at, const apl_relation_end *end, uint32_t index, apl_asset_id *asset, apl_str *id)
{
    const link_job *job = at->job;
    apl_arena *arena = at->run->arena;

    *asset = APL_ASSET_NONE;
    *id = APL_STR_NONE;
    if (end->id == NULL && end->key == NULL) {
        *asset = at->self;
        return true;
    }
    if (end->key) {
        apl_str key = apl_template_fill_at(end->key, arena, &at->subject, &at->facts, index);
        uint32_t found = key.size ? apl_table_get(job->keys, key) : APL_TABLE_NONE;
        if (found != APL_TABLE_NONE) {
            *asset = found;
            return true;
        }
    }
    if (end->id == NULL)
        return false;
    *id = apl_template_fill_at(end->id, arena, &at->subject, &at->facts, index);
    if (id->size == 0)
        return false;
    *asset = find_id(job->estate, arena, *id, job->only_tenant);
    return true;
}

static bool fill_end(const linking *at, const apl_relation_end *end, uint32_t index, apl_asset_id *asset, apl_str *id)
{
    return find_end(at, end, index, asset, id) &&
           (end->suffix == NULL || add_suffix(at, end->suffix, index, asset, id));
}

/* The template that tells how many links there are: one with `[*]`, else the other end's. */
static const apl_template *leading_template(const apl_relation_rule *rule)
{
    const apl_template *const all[] = {rule->to.id,    rule->to.key,    rule->from.id,
                                       rule->from.key, rule->to.suffix, rule->from.suffix};
    const apl_template *first = NULL;

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (all[i] && apl_template_has_star(all[i]))
            return all[i];
        if (first == NULL)
            first = all[i];
    }
    return first;
}

/* The first path in the templates of the rule; the leading one may be a fact alone, as `{@parent}` is. */
static apl_str evidence_of(const linking *at, const apl_relation_rule *rule, const apl_template *leading)
{
    const apl_template *const all[] = {leading, rule->to.key, rule->from.id, rule->from.key, rule->to.id};
    apl_str evidence = APL_STR_NONE;

    for (size_t i = 0; evidence.size == 0 && i < sizeof all / sizeof all[0]; i++) {
        if (all[i])
            evidence = apl_template_evidence(all[i], at->run->arena, &at->subject);
    }
    return evidence;
}

/* Whether the link is made for member `index` of the array; not for one whose `where` was not read. */
static bool member_counts(const linking *at, const apl_relation_rule *rule, const apl_template *leading, uint32_t index)
{
    apl_arena *arena = at->run->arena;
    apl_eval eval = {.subject = &at->subject, .origin = &at->subject, .arena = arena};

    if (rule->where == NULL)
        return true;
    eval.scope = apl_template_member(arena, leading, &at->subject, index);
    return eval.scope && apl_condition_eval(rule->where, &eval) == APL_TRUE;
}

static void apply_rule(linking *at, const apl_relation_rule *rule)
{
    const apl_template *leading = leading_template(rule);
    apl_arena *arena = at->run->arena;
    apl_eval eval = {.subject = &at->subject, .origin = &at->subject, .arena = arena};

    if (rule->when && apl_condition_eval(rule->when, &eval) != APL_TRUE)
        return;
    if (rule->unless && apl_condition_eval(rule->unless, &eval) == APL_TRUE)
        return;
    uint32_t count = apl_template_count(leading, &at->subject);
    for (uint32_t i = 0; i < count; i++) {
        pending_link link = {.type = rule->type, .rule = rule, .evidence = rule->evidence};
        link.owner = at->self;
        if (!member_counts(at, rule, leading, i))
            continue;
        if (!fill_end(at, &rule->from, i, &link.from, &link.from_id) ||
            !fill_end(at, &rule->to, i, &link.to, &link.to_id))
            continue;
        if (link.evidence.size == 0)
            link.evidence = evidence_of(at, rule, leading);
        if (rule->stub_name)
            link.stub_name = apl_template_fill_at(rule->stub_name, arena, &at->subject, &at->facts, i);
        APL_PUSH(&at->run->links, link);
    }
}

static bool has_link(const linking *at, size_t first, apl_relation_type type)
{
    for (size_t i = first; i < at->run->links.count; i++) {
        if (at->run->links.items[i].type == type)
            return true;
    }
    return false;
}

/* Relations of the parent that hold for the asset as well, where it has none of the kind itself; its own links are
 * those from `first` on. An agent signs in as its project does unless it has an identity of its own. */
static void inherit_relations(linking *at, const apl_type *type, size_t first)
{
    const apl_estate *estate = at->job->estate;
    apl_asset_id holder = type->inherit_count && at->facts.parent.size
                              ? find_id(estate, at->run->arena, at->facts.parent, at->job->only_tenant)
                              : APL_ASSET_NONE;

    if (holder == APL_ASSET_NONE || estate->assets.items[holder].plan == NULL) /* nobody knows its relations */
        return;
    const apl_asset *parent = &estate->assets.items[holder];
    const apl_type *parent_type = apl_services_type(at->job->services, parent->plan->number);
    linking from = {.job = at->job, .run = at->run, .self = at->self, .facts = facts_of(parent)};
    from.subject = (apl_subject){NULL, parent, parent->plan};
    from.facts.parent = parent_id(at->run->arena, parent_type, &from.subject);
    for (size_t i = 0; i < type->inherit_count; i++) {
        if (has_link(at, first, type->inherits[i]))
            continue;
        for (size_t r = 0; r < parent_type->relation_count; r++) {
            const apl_relation_rule *rule = &parent_type->relations[r];
            bool starts_there = rule->from.id == NULL && rule->from.key == NULL;
            if (rule->type == type->inherits[i] && starts_there)
                apply_rule(&from, rule);
        }
    }
}

static void gather_keys(linking *at, const apl_type *type, apl_asset_id asset)
{
    for (size_t k = 0; k < type->key_count; k++) {
        uint32_t count = apl_template_count(type->keys[k], &at->subject);
        for (uint32_t i = 0; i < count; i++) {
            apl_str key = apl_template_fill_at(type->keys[k], at->run->arena, &at->subject, &at->facts, i);
            if (key.size == 0)
                continue;
            APL_PUSH(&at->run->keys, key);
            APL_PUSH(&at->run->key_assets, asset);
        }
    }
}

static void link_parent(linking *at)
{
    pending_link link = {.type = at->job->contains, .evidence = APL_STR("id")};

    if (at->facts.parent.size == 0)
        return;
    link.from_id = at->facts.parent;
    link.from = find_id(at->job->estate, at->run->arena, link.from_id, at->job->only_tenant);
    link.to = (apl_asset_id)(at->subject.asset - at->job->estate->assets.items);
    link.owner = link.to;
    APL_PUSH(&at->run->links, link);
}

static void link_run(void *context, unsigned thread, size_t from, size_t to)
{
    link_job *job = context;

    (void)thread;
    for (size_t i = job->first + from; i < job->first + to; i++) {
        const apl_asset *asset = &job->estate->assets.items[i];
        const apl_type *type = apl_services_type(job->services, asset->plan->number);
        linking at = {.job = job, .run = &job->runs[from / RUN_ASSETS], .self = (apl_asset_id)i};
        at.facts = facts_of(asset);
        /* Without the estate: derived facts do not exist yet, and conditions must not lean on them. */
        at.subject = (apl_subject){NULL, asset, asset->plan};
        if (job->keys == NULL && type->key_count == 0)
            continue;
        at.facts.parent = parent_id(at.run->arena, type, &at.subject);
        if (job->keys == NULL) {
            gather_keys(&at, type, (apl_asset_id)i);
            continue;
        }
        size_t first = at.run->links.count;
        link_parent(&at);
        for (size_t r = 0; r < type->relation_count; r++)
            apply_rule(&at, &type->relations[r]);
        inherit_relations(&at, type, first);
    }
}

static apl_kind kind_of_id(const link_job *job, apl_str type_name)
{
    const apl_type *type = type_name.size ? apl_services_find(job->services, type_name) : NULL;

    if (type == NULL || type->kind_count == 0)
        return apl_vocabulary_kind(job->estate->vocabulary, APL_STR("external"));
    return type->kinds[type->kind_count - 1].kind;
}

static apl_str name_in_id(apl_str id)
{
    long slash = apl_str_find_last_char(id, '/');
    apl_str name = apl_str_slice(id, (size_t)(slash + 1), id.size);

    return name.size ? name : id;
}

/* What an asset that nobody read is called until something names it: by its id, account keys by their account. */
static apl_str stub_name_of(apl_arena *arena, apl_str id)
{
    apl_str name = name_in_id(id);
    apl_str mark = APL_STR("#keys");

    if (name.size <= mark.size || !apl_str_ends(name, mark))
        return name;
    return apl_arena_format(arena, "keys of %.*s", (int)(name.size - mark.size), name.data);
}

/* Neither end is the asset whose document says so. */
static bool has_both_ends(const apl_relation_rule *rule)
{
    return (rule->from.id || rule->from.key) && (rule->to.id || rule->to.key);
}

/* An asset that is named but was not read. */
static apl_asset_id stub_new(link_job *job, apl_str id, const pending_link *link, const apl_asset *like)
{
    apl_estate *estate = job->estate;
    /* With both ends elsewhere, what the rule says of the other asset cannot be meant for an Azure id, which says what
     * it is by itself. */
    bool is_arm = apl_arm_is_id(id);
    const apl_relation_rule *rule = link->rule;
    /* What stands behind a `#`, as the keys of an account do, is part of a resource and none itself. */
    bool is_part = apl_str_find(id, APL_STR("#")) >= 0;
    bool is_known = is_arm && !is_part && apl_services_find(job->services, apl_arm_type(estate->arena, id)) != NULL;
    bool is_described = rule && !(has_both_ends(rule) && is_known);
    apl_asset stub = {.parent = APL_ASSET_NONE, .same_letters = APL_ASSET_NONE};

    stub.id = apl_arena_str(estate->arena, id);
    stub.name = is_described && link->stub_name.size ? apl_arena_str(estate->arena, link->stub_name)
                                                     : stub_name_of(estate->arena, stub.id);
    stub.type = is_described && rule->stub_type.size ? rule->stub_type : apl_arm_type(estate->arena, stub.id);
    const apl_type *type = stub.type.size ? apl_services_find(job->services, stub.type) : NULL;
    if (type)
        stub.type = type->name;
    stub.kind = is_described && rule->stub_kind ? rule->stub_kind : kind_of_id(job, stub.type);
    stub.cloud = is_arm ? 0 : like->cloud;
    stub.source = like->source;
    stub.ids_ignore_case = is_arm || like->ids_ignore_case;
    stub.tenant = like->tenant;
    apl_str subscription = apl_arm_segment(stub.id, APL_STR("subscriptions"));
    stub.scope = is_arm ? (subscription.size ? subscription : APL_STR("-")) : like->scope;
    APL_PUSH(&estate->assets, stub);
    apl_link_index(estate, estate->assets.count - 1);
    return (apl_asset_id)(estate->assets.count - 1);
}

static void add_relation(apl_estate *estate, apl_asset_id from, apl_asset_id to, const pending_link *link)
{
    apl_relation relation = {.from = from, .to = to, .type = link->type};

    if (from == to)
        return;
    relation.evidence = link->evidence;
    APL_PUSH(&estate->relations, relation);
}

/* The containers of an Azure stub, up to its subscription. */
static void contain_stub(link_job *job, apl_asset_id stub)
{
    apl_estate *estate = job->estate;

    for (unsigned level = 0; level < APL_FOLDER_DEPTH_MAX && apl_arm_is_id(estate->assets.items[stub].id); level++) {
        pending_link link = {.type = job->contains, .evidence = APL_STR("id")};
        apl_str parent = apl_arm_parent(estate->assets.items[stub].id);
        if (parent.size == 0)
            return;
        apl_asset_id container = apl_estate_find(estate, parent);
        bool is_known = container != APL_ASSET_NONE;
        if (!is_known) {
            apl_asset like = estate->assets.items[stub];
            container = stub_new(job, parent, &link, &like);
        }
        add_relation(estate, container, stub, &link);
        if (is_known)
            return;
        stub = container;
    }
}

/* A rule that names the other asset knows what it is; the one that made the stub may have known no more than the id. */
static void describe_stub(link_job *job, apl_asset_id asset, const pending_link *link)
{
    apl_asset *stub = &job->estate->assets.items[asset];

    if (stub->is_read || link->stub_name.size == 0 || has_both_ends(link->rule))
        return;
    if (!apl_str_equal(stub->name, stub_name_of(job->estate->arena, stub->id)))
        return; /* named already */
    stub->name = apl_arena_str(job->estate->arena, link->stub_name);
    if (link->rule->stub_type.size)
        stub->type = link->rule->stub_type;
    if (link->rule->stub_kind)
        stub->kind = link->rule->stub_kind;
}

static apl_asset_id resolve(link_job *job, apl_asset_id asset, apl_str id, const pending_link *link)
{
    if (asset != APL_ASSET_NONE)
        return asset;
    asset = find_id(job->estate, job->estate->arena, id, job->only_tenant);
    if (asset != APL_ASSET_NONE) {
        describe_stub(job, asset, link);
        return asset;
    }
    /* A copy: the list of assets may move while the stub is added. */
    apl_asset like = job->estate->assets.items[link->owner];
    asset = stub_new(job, id, link, &like);
    contain_stub(job, asset);
    return asset;
}

static apl_str kept_evidence(link_job *job, apl_str path)
{
    uint32_t known = path.size ? apl_table_get(job->evidence, path) : APL_TABLE_NONE;

    if (path.size == 0)
        return path;
    if (known != APL_TABLE_NONE)
        return job->evidence_texts.items[known];
    apl_str kept = apl_arena_str(job->estate->arena, path);
    (void)apl_table_put(job->evidence, kept, (uint32_t)job->evidence_texts.count);
    APL_PUSH(&job->evidence_texts, kept);
    return kept;
}

static void take_links(link_job *job, run_result *run)
{
    for (size_t i = 0; i < run->links.count; i++) {
        pending_link *link = &run->links.items[i];
        link->evidence = kept_evidence(job, link->evidence);
        apl_asset_id from = resolve(job, link->from, link->from_id, link);
        apl_asset_id to = resolve(job, link->to, link->to_id, link);
        add_relation(job->estate, from, to, link);
    }
}

static void runs_start(link_job *job, size_t count)
{
    job->runs = apl_memory_new(count * sizeof *job->runs);
    for (size_t r = 0; r < count; r++)
        job->runs[r].arena = apl_arena_new();
}

static void runs_free(run_result *runs, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        apl_memory_free(runs[r].links.items);
        apl_memory_free(runs[r].keys.items);
        apl_memory_free(runs[r].key_assets.items);
        apl_arena_free(runs[r].arena);
    }
    apl_memory_free(runs);
}

static apl_table *key_table(const run_result *runs, size_t count)
{
    apl_table *keys = apl_table_new(true);
    size_t most = 0;

    for (size_t r = 0; r < count; r++)
        most += runs[r].keys.count;
    apl_table_reserve(keys, most);
    for (size_t r = 0; r < count; r++) {
        for (size_t k = 0; k < runs[r].keys.count; k++)
            (void)apl_table_put(keys, runs[r].keys.items[k], runs[r].key_assets.items[k]);
    }
    return keys;
}

/* Links are made and taken a batch at a time, because filled ids would else take more memory than the assets. */
static void link_batches(link_job *job, size_t asset_count, unsigned threads)
{
    for (job->first = 0; job->first < asset_count; job->first += (size_t)BATCH_RUNS * RUN_ASSETS) {
        size_t left = asset_count - job->first;
        size_t count = left < (size_t)BATCH_RUNS * RUN_ASSETS ? left : (size_t)BATCH_RUNS * RUN_ASSETS;
        runs_start(job, BATCH_RUNS);
        apl_parallel(threads, count, RUN_ASSETS, link_run, job);
        for (size_t r = 0; r < BATCH_RUNS; r++)
            take_links(job, &job->runs[r]);
        runs_free(job->runs, BATCH_RUNS);
    }
}

void apl_link_relations(apl_estate *estate, apl_services *services, unsigned threads)
{
    size_t asset_count = estate->assets.count;
    size_t run_count = asset_count / RUN_ASSETS + 1;
    link_job job = {
        .estate = estate,
        .services = services,
        .contains = apl_vocabulary_relation(estate->vocabulary, APL_STR("contains")),
        .only_tenant = find_only_tenant(estate),
        .evidence = apl_table_new(false),
    };

    apl_link_tenants(estate); /* ids of directory objects carry the tenant */
    runs_start(&job, run_count);
    apl_parallel(threads, asset_count, RUN_ASSETS, link_run, &job);
    run_result *key_runs = job.runs; /* the table's texts live here */
    apl_table *keys = key_table(key_runs, run_count);
    job.keys = keys;
    link_batches(&job, asset_count, threads);
    apl_table_free(keys);
    runs_free(key_runs, run_count);
    apl_table_free(job.evidence);
    apl_memory_free(job.evidence_texts.items);
    apl_link_sort_stubs(estate, asset_count);
    apl_link_sort_relations(estate);
    apl_link_facts(estate, services);
}
