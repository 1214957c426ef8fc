/* cli/settings.c: gives the lists of the settings back.
 *
 * The texts themselves belong to argv and the environment, so only the arrays are freed. */
#include "cli/settings.h"

void apl_settings_free(apl_settings *settings)
{
    apl_word_list *const lists[] = {
        &settings->words, &settings->formats,     &settings->statuses,   &settings->severities, &settings->checks,
        &settings->kinds, &settings->types,       &settings->frameworks, &settings->clouds,     &settings->scopes,
        &settings->tags,  &settings->exposures,   &settings->assets,     &settings->contents,   &settings->policies,
        &settings->mutes, &settings->definitions, &settings->what_if,    &settings->accepts,    &settings->tenants,
        &settings->groups, &settings->roles,       &settings->risk_classes, &settings->findings,  &settings->paths,
    };

    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        apl_memory_free((void *)lists[i]->items);
    *settings = (apl_settings){0};
}
