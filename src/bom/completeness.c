/* bom/completeness.c: holds each part of a bill against the elements of a measure.
 *
 * Only what the bill tells counts, never what could be known. */
#include "bom/completeness.h"

#include <math.h>

/* OWASP: factors by how many critical and important elements are missing. */
#define CRITICAL_MANY 4
#define CRITICAL_SOME 2
#define IMPORTANT_MANY 5
#define FACTOR_CRITICAL_MANY 0.8
#define FACTOR_CRITICAL_SOME 0.9
#define FACTOR_IMPORTANT_MANY 0.95

static bool needs(const apl_bom *bom, const apl_bom_part *part, apl_str relation)
{
    const apl_relation_info *types = bom->snapshot->estate->vocabulary->relations.items;

    for (size_t i = 0; i < part->need_count; i++) {
        if (relation.size == 0 || apl_str_equal(types[part->needs[i].relation].name, relation))
            return true;
    }
    return false;
}

static bool passes(const apl_bom *bom, const apl_bom_part *part, const apl_measure_test *test)
{
    const apl_asset *asset = &bom->snapshot->estate->assets.items[part->asset];

    switch (test->kind) {
    case APL_TEST_ALWAYS:
    case APL_TEST_KIND:
        return true;
    case APL_TEST_NEVER:
        return false;
    case APL_TEST_ID:
        return asset->id.size > 0;
    case APL_TEST_NAME:
        return asset->name.size > 0;
    case APL_TEST_READ:
        return asset->is_read;
    case APL_TEST_SENSITIVITY:
        return asset->sensitivity != APL_LEVEL_UNKNOWN;
    case APL_TEST_NEEDS:
        return needs(bom, part, test->relation);
    case APL_TEST_FACT:
        return apl_bom_text(part, test->fact).size > 0;
    }
    return false;
}

static bool tells(const apl_bom *bom, const apl_bom_part *part, const apl_measure_element *element)
{
    for (uint32_t i = 0; i < element->test_count; i++) {
        if (passes(bom, part, &element->tests[i]))
            return true;
    }
    return false;
}

static bool is_asked(const apl_bom_part *part, const apl_measure_element *element)
{
    return element->of == APL_OF_SYSTEM ? part->is_root : part->place == element->place;
}

static void count(apl_bom_told *out, const apl_bom *bom, const apl_measure_element *element)
{
    *out = (apl_bom_told){.element = element};
    if (element->of == APL_OF_DOCUMENT) {
        out->asked = 1;
        out->told = element->tests[0].kind == APL_TEST_ALWAYS;
        return;
    }
    for (size_t i = 0; i < bom->part_count; i++) {
        if (!is_asked(&bom->parts[i], element))
            continue;
        out->asked++;
        out->told += tells(bom, &bom->parts[i], element);
    }
}

static double even_score(const apl_bom_completeness *it)
{
    double sum = 0;
    unsigned counted = 0;

    for (uint32_t i = 0; i < it->measure->element_count; i++) {
        if (it->items[i].asked == 0)
            continue;
        sum += (double)it->items[i].told / (double)it->items[i].asked;
        counted++;
    }
    return counted ? 100 * sum / counted : (double)NAN;
}

static double group_score(const apl_measure *measure, const apl_measure_group *group, const bool *told)
{
    unsigned all = 0;
    unsigned there = 0;

    for (uint32_t i = 0; i < measure->element_count; i++) {
        if (!apl_str_equal(measure->elements[i].group, group->name))
            continue;
        all++;
        there += told[i];
    }
    return all ? (double)group->weight * there / all : 0;
}

static double part_score(const apl_bom *bom, const apl_bom_part *part, const apl_measure *measure)
{
    bool told[APL_MEASURE_ELEMENTS_MAX];
    unsigned missing[APL_TIER_CRITICAL + 1] = {0};
    double score = 0;

    for (uint32_t i = 0; i < measure->element_count; i++) {
        told[i] = tells(bom, part, &measure->elements[i]);
        missing[measure->elements[i].tier] += !told[i];
    }
    for (uint32_t i = 0; i < measure->group_count; i++)
        score += group_score(measure, &measure->groups[i], told);
    if (missing[APL_TIER_CRITICAL] >= CRITICAL_MANY)
        score *= FACTOR_CRITICAL_MANY;
    else if (missing[APL_TIER_CRITICAL] >= CRITICAL_SOME)
        score *= FACTOR_CRITICAL_SOME;
    if (missing[APL_TIER_IMPORTANT] >= IMPORTANT_MANY)
        score *= FACTOR_IMPORTANT_MANY;
    return score;
}

static double weighted_score(const apl_bom *bom, const apl_measure *measure)
{
    double sum = 0;
    size_t models = 0;

    for (size_t i = 0; i < bom->part_count; i++) {
        if (bom->parts[i].place != APL_BOM_MODEL)
            continue;
        sum += part_score(bom, &bom->parts[i], measure);
        models++;
    }
    return models ? sum / (double)models : (double)NAN;
}

void apl_bom_measure(apl_bom_completeness *out, apl_arena *arena, const apl_bom *bom, const apl_measure *measure)
{
    apl_bom_told *items = APL_ARENA_ARRAY(arena, apl_bom_told, measure->element_count);

    for (uint32_t i = 0; i < measure->element_count; i++)
        count(&items[i], bom, &measure->elements[i]);
    *out = (apl_bom_completeness){.measure = measure, .items = items};
    out->score = measure->group_count ? weighted_score(bom, measure) : even_score(out);
}
