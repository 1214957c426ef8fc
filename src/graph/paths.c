/* graph/paths.c: from routes over numbers to paths over assets.
 *
 * One search of best costs from all entries; then, for the riskiest targets, the cheapest routes one after the other
 * until enough different shapes are found. A route's hubs fall away: what the grant allowed and the technique that uses
 * it are one step. */
#include "graph/paths.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "graph/bits.h"
#include "graph/cost.h"
#include "graph/route.h"
#include "graph/slice.h"

#define TARGETS_MAX 1000   /* riskiest targets that paths are looked for */
#define PATHS_A_TARGET 3   /* of different shape */
#define WORTH_TELLING 0.5  /* of the risk of the target's riskiest path; less adds nothing to it */
#define ROUTES_A_TARGET 64 /* routes looked at for them */
#define HOPS_MAX 64        /* steps of one path */
#define PATHS_MAX 5000     /* of one estate */
#define TITLE_NAMES 2      /* assets on the way that a title names */

typedef struct hops {
    apl_hop items[HOPS_MAX];
    size_t count;
} hops;

typedef struct searching {
    apl_attack *attack;
    apl_paths *out;
    apl_arena *arena;
    apl_graph_view view;
    uint64_t *entries;
    apl_cost_tree *tree;
    apl_routes *routes;
} searching;

static double likelihood_of(uint32_t cost)
{
    return exp(-(double)cost * 7.0 / 1000.0);
}

/* False when the route has more steps than a path may have. */
static bool hops_of(hops *out, const searching *job, const apl_route *route)
{
    const apl_attack *attack = job->attack;
    apl_asset_id at = attack->nodes.items[route->nodes[0]].asset;
    uint32_t grant = APL_CAUSE_NONE;
    uint32_t cost = 0;

    out->count = 0;
    for (uint32_t i = 0; i < route->edge_count; i++) {
        apl_edge edge = apl_graph_edge(&job->view, route->edges[i]);
        cost += edge.cost;
        if (edge.tag == APL_CAUSE_NONE)
            continue;
        const apl_cause *cause = &attack->causes.items[edge.tag];
        if (cause->grant != APL_CAUSE_NONE)
            grant = cause->grant;
        if (cause->technique == APL_CAUSE_NONE)
            continue;
        if (out->count == HOPS_MAX)
            return false;
        apl_asset_id to = attack->nodes.items[edge.to].asset;
        out->items[out->count++] = (apl_hop){at, to, edge.tag, grant, cost};
        at = to;
        grant = APL_CAUSE_NONE;
        cost = 0;
    }
    return out->count > 0;
}

static apl_str step_name(const searching *job, const apl_hop *hop)
{
    const apl_technique *technique =
        &job->attack->techniques->items.items[job->attack->causes.items[hop->cause].technique];

    return technique->id.size ? technique->id
                              : job->attack->estate->vocabulary->relations.items[technique->relation].name;
}

static void hex_of(char out[APL_PATH_ID_BYTES], const apl_text *text)
{
    uint8_t hash[APL_SHA256_BYTES];
    apl_str part = apl_text_str(text);

    apl_sha256(hash, &part, 1);
    apl_hex(out, hash, (APL_PATH_ID_BYTES - 1) / 2);
}

static void add_lines(apl_text *text, apl_str first, apl_str second)
{
    apl_text_add_char(text, '\n');
    apl_text_add(text, first);
    apl_text_add_char(text, '\n');
    apl_text_add(text, second);
}

/* The id tells the assets, the group only their kinds. */
static void name_path(apl_path *path, const searching *job, const hops *way)
{
    const apl_estate *estate = job->attack->estate;
    apl_arena *scratch = apl_arena_new();
    apl_text id;
    apl_text shape;

    apl_text_init(&id, APL_CONTENT_BYTES_MAX);
    apl_text_init(&shape, APL_CONTENT_BYTES_MAX);
    apl_text_add(&id, apl_asset_canonical_id(scratch, &estate->assets.items[path->entry]));
    apl_text_add(&shape, estate->assets.items[path->entry].id);
    for (size_t i = 0; i < way->count; i++) {
        const apl_asset *to = &estate->assets.items[way->items[i].to];
        apl_str step = step_name(job, &way->items[i]);
        apl_str canonical = apl_asset_canonical_id(scratch, to);
        apl_str kind = estate->vocabulary->kinds.items[to->kind].name;
        add_lines(&id, step, canonical);
        add_lines(&shape, step, kind);
    }
    apl_text_add_char(&shape, '\n');
    apl_text_add(&shape, path->target_title);
    hex_of(path->id, &id);
    hex_of(path->group, &shape);
    apl_text_free(&id);
    apl_text_free(&shape);
    apl_arena_free(scratch);
}

static apl_str asset_name(const searching *job, apl_asset_id id)
{
    const apl_asset *asset = &job->attack->estate->assets.items[id];

    return asset->name.size ? asset->name : asset->id;
}

/* "From the internet to grounding data in contosodocs, by way of portal and support-agent". */
static apl_str title_of(const searching *job, const apl_path *path, const hops *way)
{
    apl_text out;
    size_t named = 0;
    apl_str last = APL_STR_NONE;
    char first = path->target_title.size ? apl_char_lower(path->target_title.data[0]) : ' ';

    apl_text_init(&out, APL_PATH_BYTES_MAX);
    apl_text_add_format(&out, "From %.*s to %c%.*s in %.*s", APL_STR_ARG(asset_name(job, path->entry)), first,
                        APL_STR_ARG(apl_str_slice(path->target_title, 1, path->target_title.size)),
                        APL_STR_ARG(asset_name(job, path->target)));
    for (size_t i = 0; i + 1 < way->count && named < TITLE_NAMES; i++) {
        apl_str name = asset_name(job, way->items[i].to);
        if (way->items[i].to == path->target || apl_str_equal(name, last))
            continue; /* an identity is often called like the machine that has it */
        apl_text_add_format(&out, "%s%.*s", named ? " and " : ", by way of ", APL_STR_ARG(name));
        last = name;
        named++;
    }
    apl_str title = apl_arena_str(job->arena, apl_text_str(&out));
    apl_text_free(&out);
    return title;
}

static void fill_steps(apl_path *path, const searching *job, const hops *way)
{
    apl_path_step *steps = APL_ARENA_ARRAY(job->arena, apl_path_step, way->count);

    for (size_t i = 0; i < way->count; i++) {
        const apl_hop *hop = &way->items[i];
        const apl_technique *technique =
            &job->attack->techniques->items.items[job->attack->causes.items[hop->cause].technique];
        steps[i] = (apl_path_step){
            .from = hop->from,
            .to = hop->to,
            .technique = technique->id,
            .relation = technique->id.size ? APL_STR_NONE : step_name(job, hop),
            .why = apl_attack_why(job->attack, hop, job->arena),
            .likelihood = likelihood_of(hop->cost),
        };
        apl_attack_add_causes(&steps[i], job->attack, hop);
    }
    path->steps = steps;
    path->step_count = (uint32_t)way->count;
}

static apl_path path_of(const searching *job, const apl_attack_target *target, const apl_route *route, const hops *way)
{
    apl_path path = {
        .impact = target->impact,
        .risk = target->impact * likelihood_of(route->cost),
        .entry = way->items[0].from,
        .target = job->attack->nodes.items[target->node].asset,
        .target_title = job->attack->techniques->targets.items[target->target].title,
    };

    path.level = (uint8_t)apl_path_level_of(path.risk);
    name_path(&path, job, way);
    path.title = title_of(job, &path, way);
    fill_steps(&path, job, way);
    return path;
}

static bool has_shape(const apl_paths *paths, size_t from, const apl_path *path)
{
    for (size_t i = from; i < paths->count; i++) {
        if (memcmp(paths->items[i].group, path->group, APL_PATH_ID_BYTES) == 0)
            return true;
    }
    return false;
}

static int by_target_node(const void *key, const void *item)
{
    apl_node_id node = *(const apl_node_id *)key;
    const apl_attack_target *target = item;

    return (node > target->node) - (node < target->node);
}

/* The way passes something worth as much: the path ends there, and going on adds nothing. */
static bool passes_worthier(const searching *job, const apl_attack_target *target, const apl_route *route)
{
    const apl_attack *attack = job->attack;

    for (uint32_t i = 0; i < route->edge_count; i++) {
        const apl_attack_target *passed = bsearch(&route->nodes[i], attack->targets.items, attack->targets.count,
                                                  sizeof *attack->targets.items, by_target_node);
        if (passed && passed->impact >= target->impact &&
            attack->nodes.items[passed->node].asset != attack->nodes.items[target->node].asset)
            return true;
    }
    return false;
}

static void search_target(searching *job, const apl_attack_target *target)
{
    apl_paths *paths = job->out;
    size_t first = paths->count;
    apl_route route;
    hops way;

    apl_routes_start(job->routes, target->node);
    for (size_t tried = 0; tried < ROUTES_A_TARGET && paths->count - first < PATHS_A_TARGET; tried++) {
        if (!apl_routes_next(&route, job->routes))
            break;
        if (passes_worthier(job, target, &route) || !hops_of(&way, job, &route) ||
            way.items[way.count - 1].to != job->attack->nodes.items[target->node].asset)
            continue;
        apl_path path = path_of(job, target, &route, &way);
        if (paths->count > first && path.risk < WORTH_TELLING * paths->items[first].risk)
            break;
        if (!has_shape(paths, first, &path))
            APL_PUSH(paths, path);
    }
    job->attack->estate->cut_targets += apl_routes_is_cut(job->routes);
}

/* The targets that can be reached, the riskiest first. */
typedef struct ranked {
    const apl_attack_target *target;
    double risk;
} ranked;

static int by_risk(const void *a, const void *b)
{
    const ranked *x = a;
    const ranked *y = b;

    if (x->risk != y->risk)
        return x->risk > y->risk ? -1 : 1;
    return (x->target->node > y->target->node) - (x->target->node < y->target->node);
}

static ranked *rank_targets(size_t *count, const searching *job)
{
    const apl_attack *attack = job->attack;
    ranked *list = apl_memory_new((attack->targets.count + 1) * sizeof *list);

    *count = 0;
    for (size_t i = 0; i < attack->targets.count; i++) {
        const apl_attack_target *target = &attack->targets.items[i];
        if (job->tree->costs[target->node] != APL_COST_NONE)
            list[(*count)++] = (ranked){target, target->impact * likelihood_of(job->tree->costs[target->node])};
    }
    if (*count)
        qsort(list, *count, sizeof *list, by_risk);
    return list;
}

static int by_path_risk(const void *a, const void *b)
{
    const apl_path *x = a;
    const apl_path *y = b;

    if (x->risk != y->risk)
        return x->risk > y->risk ? -1 : 1;
    return memcmp(x->id, y->id, APL_PATH_ID_BYTES);
}

static void drop_doubles(apl_paths *paths)
{
    size_t kept = 0;

    for (size_t i = 0; i < paths->count && kept < PATHS_MAX; i++) {
        bool is_double = kept && memcmp(paths->items[kept - 1].id, paths->items[i].id, APL_PATH_ID_BYTES) == 0;
        if (!is_double)
            paths->items[kept++] = paths->items[i];
    }
    paths->count = kept;
}

/* Restricts the view to what lies between an entry and a target. */
static uint64_t *slice_of(const searching *job)
{
    const apl_attack *attack = job->attack;
    apl_node_id *targets = apl_memory_new((attack->targets.count + 1) * sizeof *targets);

    for (size_t i = 0; i < attack->targets.count; i++)
        targets[i] = attack->targets.items[i].node;
    uint64_t *slice = apl_slice(&job->view, (apl_nodes){attack->entries.items, attack->entries.count},
                                (apl_nodes){targets, attack->targets.count});
    apl_memory_free(targets);
    return slice;
}

void apl_attack_search(apl_paths *out, apl_attack *attack, const apl_overlay *overlay)
{
    apl_graph *graph = attack->graph;
    searching job = {.attack = attack, .out = out, .arena = attack->arena};
    size_t count = 0;

    attack->estate->cut_targets = 0;
    if (attack->entries.count == 0 || attack->targets.count == 0)
        return;
    job.view = (apl_graph_view){.graph = graph, .overlay = overlay};
    uint64_t *slice = slice_of(&job);
    job.view.nodes = slice;
    job.entries = apl_bits_new(graph->node_count);
    for (size_t i = 0; i < attack->entries.count; i++)
        apl_bit_set(job.entries, attack->entries.items[i]);
    job.tree = apl_cost_tree_new(&job.view, APL_FORWARD, (apl_nodes){attack->entries.items, attack->entries.count});
    apl_routes_options options = {
        .view = &job.view, .entries = job.entries, .tree = job.tree, .only_best_of_parallel = true};
    job.routes = apl_routes_new(&options);
    ranked *list = rank_targets(&count, &job);
    for (size_t i = 0; i < count && i < TARGETS_MAX; i++)
        search_target(&job, list[i].target);
    if (out->count)
        qsort(out->items, out->count, sizeof *out->items, by_path_risk);
    drop_doubles(out);
    apl_memory_free(list);
    apl_routes_free(job.routes);
    apl_memory_free(job.entries);
    apl_cost_tree_free(job.tree);
    apl_memory_free(slice);
}
