/* model/measure.h: what a bill of materials is measured by: lists of elements that somebody asks for.
 *
 * Content (vocabulary/completeness.yaml says the format); a measure is compiled to tests that a part of a bill
 * passes or not. */
#ifndef APL_MODEL_MEASURE_H
#define APL_MODEL_MEASURE_H

#include "base/status.h"
#include "model/bill.h"
#include "json/value.h"

#define APL_MEASURES_MAX 16
#define APL_MEASURE_ELEMENTS_MAX 256
#define APL_MEASURE_TESTS_MAX 8
#define APL_MEASURE_GROUPS_MAX 16

typedef enum apl_measure_test_kind {
    APL_TEST_ALWAYS,
    APL_TEST_NEVER,
    APL_TEST_ID,
    APL_TEST_NAME,
    APL_TEST_KIND,
    APL_TEST_READ,
    APL_TEST_SENSITIVITY,
    APL_TEST_NEEDS, /* `relation`, or any when that is empty */
    APL_TEST_FACT,
} apl_measure_test_kind;

typedef struct apl_measure_test {
    apl_measure_test_kind kind;
    apl_bom_fact fact;
    apl_str relation;
} apl_measure_test;

/* Whose element it is. */
typedef enum apl_measure_whose {
    APL_OF_DOCUMENT,
    APL_OF_SYSTEM, /* the roots of a workload */
    APL_OF_PLACE,
} apl_measure_whose;

typedef enum apl_measure_tier {
    APL_TIER_SUPPLEMENTARY,
    APL_TIER_IMPORTANT,
    APL_TIER_CRITICAL,
} apl_measure_tier;

typedef struct apl_measure_element {
    apl_str group;
    apl_str title;
    apl_str why; /* it is told elsewhere, or never */
    apl_measure_whose of;
    apl_bom_place place; /* of APL_OF_PLACE */
    apl_measure_tier tier;
    apl_measure_test tests[APL_MEASURE_TESTS_MAX]; /* one is enough */
    uint32_t test_count;
} apl_measure_element;

typedef struct apl_measure_group {
    apl_str name;
    uint32_t weight; /* points of 100 */
} apl_measure_group;

typedef struct apl_measure {
    apl_str id;
    apl_str title;
    apl_str source;
    const apl_measure_group *groups; /* none: every element counts the same */
    uint32_t group_count;
    const apl_measure_element *elements;
    uint32_t element_count;
} apl_measure;

/* One measure of a file, in `arena`. `where` is for messages. APL_E_CONTENT. */
apl_status apl_measure_read(apl_measure *out, apl_arena *arena, const apl_member *member, const char *where);

#endif
