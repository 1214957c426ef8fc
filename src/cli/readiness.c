/* cli/readiness.c: statements, chosen assets and earlier snapshots, brought together.
 *
 * Decides nothing about controls; evaluate/compliance.h does. */
#include "cli/readiness.h"

#include <sys/stat.h>

#include "base/guess.h"
#include "base/limits.h"
#include "bytes/files.h"
#include "query/nearest.h"
#include "yaml/yaml.h"

apl_status apl_readiness_read(apl_attestations *out, apl_arena *arena, const char *path, bool must_exist)
{
    struct stat file;
    apl_value value = APL_MISSING;
    apl_str text;

    if (!must_exist && stat(path, &file) != 0)
        return APL_OK;
    apl_status status = apl_file_read(&text, arena, path, APL_CONTENT_BYTES_MAX);
    if (status != APL_OK)
        return status;
    status = apl_yaml_parse(&value, arena, text);
    if (status != APL_OK)
        return apl_fail_context(status, "%s", path);
    return apl_attestations_add(out, value, path);
}

static apl_str *words_of(size_t *count, apl_session *session, const apl_word_list *list)
{
    apl_words words = apl_words_split(session->arena, list->items, list->count);
    apl_str *out = APL_ARENA_ARRAY(session->arena, apl_str, words.count);

    for (size_t i = 0; i < words.count; i++)
        out[i] = words.items[i];
    *count = words.count;
    return out;
}

/* A word that no control has would leave nothing applicable, and look like a clean bill. */
static apl_status word_exists(const apl_session *session, apl_str word, bool is_role)
{
    apl_guess nearest = apl_guess_start(word);

    for (size_t f = 0; f < apl_content_framework_count(session->content); f++) {
        const apl_framework_info *framework = apl_content_framework(session->content, f);
        for (size_t c = 0; c < framework->control_count; c++) {
            const apl_control_info *control = &framework->controls[c];
            size_t count = is_role ? control->role_count : control->risk_class_count;
            const apl_str *list = is_role ? control->roles : control->risk_classes;
            for (size_t i = 0; i < count; i++) {
                if (apl_str_equal_nocase(list[i], word))
                    return APL_OK;
                apl_guess_try(&nearest, list[i]);
            }
        }
    }
    return apl_query_nearest_refuse(&nearest, is_role ? "--role" : "--risk-class", NULL);
}

static apl_status check_words(const apl_session *session, const apl_compliance_options *options)
{
    apl_status status = APL_OK;

    for (size_t i = 0; status == APL_OK && i < options->role_count; i++)
        status = word_exists(session, options->roles[i], true);
    for (size_t i = 0; status == APL_OK && i < options->risk_class_count; i++)
        status = word_exists(session, options->risk_classes[i], false);
    return status;
}

static const bool *chosen_assets(apl_session *session)
{
    const apl_estate *estate = session->snapshot.estate;
    bool *takes;

    if (!apl_filter_chooses_assets(&session->filter))
        return NULL;
    takes = APL_ARENA_ARRAY(session->arena, bool, estate->assets.count);
    for (size_t i = 0; i < session->selection.assets.count; i++)
        takes[session->selection.assets.items[i]] = true;
    return takes;
}

static apl_framework_info *frameworks_of(size_t *count, apl_session *session)
{
    *count = apl_content_framework_count(session->content);
    apl_framework_info *list = APL_ARENA_ARRAY(session->arena, apl_framework_info, *count);

    for (size_t i = 0; i < *count; i++)
        list[i] = *apl_content_framework(session->content, i);
    return list;
}

static apl_status read_points(apl_readiness *out, apl_session *session)
{
    apl_store_points_options options = {session->snapshot.scan.id, APL_TREND_POINTS_MAX};

    if (!session->is_from_store)
        return APL_OK;
    return apl_store_points(&out->points, &out->point_count, session->arena, session->store, &options);
}

apl_status apl_readiness_make(apl_readiness *out, apl_session *session)
{
    const apl_settings *settings = session->settings;
    const char *path = settings->attestations ? settings->attestations : APL_ATTESTATIONS_DEFAULT;
    apl_compliance_options options = {.arena = session->arena, .now = session->options.now};

    *out = (apl_readiness){.attestations = apl_attestations_new()};
    options.attestations = out->attestations;
    options.frameworks = frameworks_of(&options.framework_count, session);
    options.takes = chosen_assets(session);
    options.chosen = words_of(&options.chosen_count, session, &settings->frameworks);
    options.roles = words_of(&options.role_count, session, &settings->roles);
    options.risk_classes = words_of(&options.risk_class_count, session, &settings->risk_classes);
    apl_status status = check_words(session, &options);
    if (status == APL_OK)
        status = apl_readiness_read(out->attestations, session->arena, path, settings->attestations != NULL);
    if (status == APL_OK)
        status = read_points(out, session);
    if (status == APL_OK)
        apl_compliance_make(&out->compliance, session->snapshot.estate, &options);
    return status;
}

void apl_readiness_free(apl_readiness *readiness)
{
    apl_attestations_free(readiness->attestations);
    *readiness = (apl_readiness){0};
}

void apl_readiness_show(apl_report *report, const apl_readiness *readiness)
{
    report->compliance = &readiness->compliance;
    report->points = readiness->points;
    report->point_count = readiness->point_count;
}
