/* tests/fuzz/fuzz_template.c: templates, paths, Azure ids and address ranges.
 *
 * The input is cut at its first zero byte into a template and a JSON object that it is filled from; both parts are also
 * taken for an id, a path, a range and a time. */
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/limits.h"
#include "exposure/exposure.h"
#include "normalize/arm_id.h"
#include "normalize/subject_json.h"
#include "normalize/template.h"

#define MEMBERS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take_apart(apl_arena *arena, apl_str text)
{
    apl_step steps[APL_STEPS_MAX];
    size_t step_count = 0;
    apl_instant instant = 0;
    char formatted[APL_INSTANT_TEXT_MAX];

    apl_str parent = apl_arm_parent(text);
    APL_ASSERT(parent.size < text.size || text.size == 0);
    APL_ASSERT(apl_arm_type(arena, text).size <= text.size + APL_ID_BYTES_MAX);
    APL_ASSERT(apl_arm_full_name(arena, text).size <= text.size);
    (void)apl_arm_segment(text, APL_STR("resourceGroups"));
    (void)apl_exposure_of_range(text);
    if (apl_path_parse(steps, &step_count, arena, text))
        APL_ASSERT(step_count > 0 && step_count <= APL_STEPS_MAX);
    if (apl_instant_parse(&instant, text) && instant >= 0) {
        apl_instant again = 0;
        size_t length = apl_instant_format(formatted, instant, -1);
        APL_ASSERT(apl_instant_parse(&again, apl_str_make(formatted, length)));
        APL_ASSERT(again == instant);
    }
}

static void fill(apl_arena *arena, apl_str template_text, apl_str json)
{
    apl_fields *fields = apl_fields_new();
    apl_template *template = NULL;
    apl_subject subject;
    apl_template_facts facts = {.id = json, .name = template_text, .scope = APL_STR("s")};

    if (apl_template_compile(&template, arena, fields, template_text) == APL_OK &&
        apl_subject_from_json(&subject, arena, fields, NULL, json) == APL_OK) {
        uint32_t count = apl_template_count(template, &subject);
        for (uint32_t i = 0; i < count && i < MEMBERS_MAX; i++) {
            apl_str text = apl_template_fill_at(template, arena, &subject, &facts, i);
            APL_ASSERT(text.size <= APL_ID_BYTES_MAX);
            take_apart(arena, text);
        }
        (void)apl_template_evidence(template, arena, &subject);
    }
    apl_fields_free(fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t first = end ? (size_t)(end - data) : size;
    size_t second = end ? first + 1 : size;
    apl_arena *arena = apl_arena_new();
    apl_str head = apl_str_make((const char *)data, first);
    apl_str tail = apl_str_make((const char *)data + second, size - second);

    take_apart(arena, head);
    take_apart(arena, tail);
    fill(arena, head, tail);
    apl_arena_free(arena);
    return 0;
}
