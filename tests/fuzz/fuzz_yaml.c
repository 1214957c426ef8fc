/* tests/fuzz/fuzz_yaml.c: content files of unknown origin.
 *
 * What YAML gives must be a value that can be written as JSON and read back. It is then taken for each kind of content
 * file, none of which may crash on it. */
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "evaluate/mute.h"
#include "unit/test_small_cloud.h"
#include "yaml/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7 loses a buffer over some quoted texts that do not end. Our own leaks show in the unit test. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libfyaml.so\n";
}

static void take_as_content(apl_value file)
{
    small_cloud cloud;
    apl_mutes *mutes = apl_mutes_new();

    small_cloud_open(&cloud, 0, false);
    (void)apl_vocabulary_add(&cloud.vocabulary, file, "fuzz.yaml");
    (void)apl_services_add_provider(cloud.services, file, "fuzz.yaml");
    (void)apl_services_add_service(cloud.services, file, apl_value_str(apl_value_member(file, "service")), "fuzz.yaml");
    (void)apl_mutes_add(mutes, file, "fuzz.yaml");
    (void)apl_services_finish(cloud.services);
    for (uint32_t i = 0; i < apl_services_type_count(cloud.services); i++) {
        const apl_type *type = apl_services_type(cloud.services, i);
        if (type->provider)
            (void)apl_services_plan(cloud.services, type);
    }
    apl_mutes_free(mutes);
    small_cloud_close(&cloud);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    apl_arena *arena = apl_arena_new();
    apl_value value;
    apl_value again;
    apl_text written;

    if (apl_yaml_parse(&value, arena, apl_str_make((const char *)data, size)) == APL_OK) {
        apl_text_init(&written, APL_DOCUMENT_BYTES_MAX);
        apl_value_write(&written, value, 0);
        if (!written.is_cut && apl_json_parse(&again, arena, apl_text_str(&written)) != APL_OK)
            apl_die(apl_error_message());
        apl_text_free(&written);
        take_as_content(value);
    }
    apl_arena_free(arena);
    return 0;
}
