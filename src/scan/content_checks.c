/* scan/content_checks.c: mistakes in content that no single file shows.
 *
 * A file in a place where nobody looks, a rule without a service, a rule that judges none of its service's types, a
 * derived fact that does not exist: each would pass silently and never do anything. One line a mistake. */
#include "base/guess.h"
#include "base/limits.h"
#include "model/type_plan.h"
#include "scan/content.h"

#define TYPES_SHOWN 3

static size_t slashes_of(apl_str path)
{
    size_t count = 0;

    for (uint32_t i = 0; i < path.size; i++)
        count += path.data[i] == '/';
    return count;
}

apl_status apl_content_check_places(const apl_content_files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        apl_str path = files->items[i].path;
        size_t slashes = slashes_of(path);
        bool is_rule =
            slashes == 4 && apl_str_find(path, APL_STR("/rules/")) > 0 && apl_str_ends(path, APL_STR(".yaml"));
        bool is_service = slashes == 3 && apl_str_ends(path, APL_STR("/service.yaml"));
        bool is_roles = slashes == 3 && apl_str_ends(path, APL_STR("/roles.yaml"));
        bool is_provider = slashes == 2 && apl_str_ends(path, APL_STR("/provider.yaml"));
        if (apl_str_starts(path, APL_STR("services/")) && !is_rule && !is_service && !is_provider && !is_roles)
            return apl_fail(
                APL_E_CONTENT,
                "%.*s: nobody looks here; services have <cloud>/provider.yaml, <cloud>/<service>/service.yaml, "
                "<cloud>/<service>/roles.yaml and <cloud>/<service>/rules/<check>.yaml",
                APL_STR_ARG(path));
    }
    return APL_OK;
}

static const apl_service *service_named(const apl_content *content, apl_str name)
{
    for (size_t i = 0; i < apl_services_count(content->services); i++) {
        const apl_service *service = apl_services_service(content->services, i);
        if (apl_str_equal(service->name, name))
            return service;
    }
    return NULL;
}

static apl_status judges_nothing(const apl_content *content, const apl_service *service, const char *file)
{
    apl_text names;

    apl_text_init(&names, APL_ERROR_BYTES_MAX);
    for (uint32_t t = 0; t < service->type_count && t < TYPES_SHOWN; t++)
        apl_text_add_format(&names, "%s%.*s", t ? ", " : "",
                            APL_STR_ARG(apl_services_type(content->services, service->first_type + t)->name));
    apl_status status = apl_fail(APL_E_CONTENT, "%s: policyRule.if: takes no type of its service, which has %.*s%s",
                                 file, (int)names.size, names.data, service->type_count > TYPES_SHOWN ? " ..." : "");
    apl_text_free(&names);
    return status;
}

apl_status apl_content_check_rule(const apl_content *content, const apl_compiled_rule *compiled, const char *file)
{
    const apl_service *service = service_named(content, compiled->rule.info.service);
    char hint[APL_GUESS_HINT_BYTES];
    bool takes_any = false;

    if (service == NULL)
        return apl_fail(APL_E_CONTENT, "%s: services/%.*s/service.yaml is missing", file,
                        APL_STR_ARG(compiled->rule.info.service));
    for (uint32_t t = 0; t < service->type_count && !takes_any; t++)
        takes_any = apl_policy_takes_type(compiled->rule.policy,
                                          apl_services_type(content->services, service->first_type + t)->name);
    if (!takes_any)
        return judges_nothing(content, service, file);
    for (size_t i = 0; i < compiled->asked.count; i++) {
        apl_str name = apl_fields_name(content->fields, compiled->asked.items[i]);
        apl_guess guess;
        if (apl_derived_is_known(name, &content->vocabulary, &guess))
            continue;
        return apl_fail(APL_E_CONTENT, "%s: policyRule: no derived fact is called \"%.*s\"%s", file, APL_STR_ARG(name),
                        apl_guess_hint(&guess, hint));
    }
    return APL_OK;
}

/* A check that supports no control is in no framework's view, and nobody would miss it. */
apl_status apl_content_check_controls(const apl_content *content)
{
    for (size_t r = 0; r < content->rule_count; r++) {
        const apl_rule_info *rule = &content->rules[r].info;
        if (rule->control_count == 0)
            return apl_fail(
                APL_E_CONTENT,
                "services/%.*s/rules/%.*s.yaml: its check supports no control; name it in frameworks/*.yaml",
                APL_STR_ARG(rule->service), APL_STR_ARG(rule->check));
    }
    return APL_OK;
}
