/* cli/doctor.c: needs out of the content, and answers to them.
 *
 * An answer is yes only when something said so: the permissions of the caller, a read that was answered, or a token
 * that names the permission. */
#include "cli/doctor.h"

#include <stdlib.h>

#include "access/azure/role.h"

#define TITLES_BYTES_MAX 4096

/* Operations that Azure counts as data actions ("Azure permissions for AI + machine learning"). */
static const char *const data_prefixes[] = {
    "Microsoft.CognitiveServices/accounts/AIServices/",
    "Microsoft.CognitiveServices/accounts/OpenAI/",
};

/* Folders of services/ that these credentials read. */
static const char *const providers[] = {"azure/", "entra/", "power-platform/", "purview/"};

typedef APL_VECTOR(apl_need) need_list;

/* -- Needs ---------------------------------------------------------------------------------------------------- */

static bool is_graph(apl_str permission)
{
    return apl_str_find(permission, APL_STR(".")) > 0 && apl_str_find(permission, APL_STR(" ")) < 0 &&
           apl_str_find(permission, APL_STR("/")) < 0;
}

static bool are_all_graph(apl_str permissions)
{
    apl_str rest = permissions;
    apl_str part;

    while (apl_str_next(&part, &rest, ',')) {
        if (!is_graph(apl_str_trim(part)))
            return false;
    }
    return true;
}

static apl_need_kind kind_of(apl_str permission)
{
    bool is_action = apl_str_starts_nocase(permission, APL_STR("Microsoft.")) &&
                     apl_str_find(permission, APL_STR("/")) > 0 && apl_str_find(permission, APL_STR(" ")) < 0;

    if (!is_action)
        return is_graph(permission) ? APL_NEED_GRAPH : APL_NEED_OTHER;
    for (size_t i = 0; i < sizeof data_prefixes / sizeof data_prefixes[0]; i++) {
        if (apl_str_starts_nocase(permission, apl_str_from(data_prefixes[i])))
            return APL_NEED_DATA_ACTION;
    }
    return APL_NEED_ACTION;
}

static void add_need(need_list *needs, apl_str permission, apl_str title)
{
    apl_need need = {permission, kind_of(permission), title};

    APL_PUSH(needs, need);
}

/* One permission, or several of Microsoft Graph with commas between. */
static void add_needs(need_list *needs, apl_str permissions, apl_str title)
{
    apl_str rest = permissions;
    apl_str part;

    /* What is no read gives secrets, such as application settings: no collector asks for it. */
    if (permissions.size == 0 || apl_str_ends(permissions, APL_STR("/action")))
        return;
    if (!are_all_graph(permissions)) {
        add_need(needs, permissions, title);
        return;
    }
    while (apl_str_next(&part, &rest, ','))
        add_need(needs, apl_str_trim(part), title);
}

static apl_str title_of(const apl_content *content, apl_str type)
{
    for (size_t i = 0; i < apl_content_service_count(content); i++) {
        const apl_service_info *service = apl_content_service(content, i);
        for (size_t t = 0; t < service->type_count; t++) {
            if (apl_str_equal_nocase(service->types[t].type, type))
                return service->types[t].title;
        }
    }
    return type;
}

/* Calls beside those of types may take more than their type does. Which role Resource Graph takes is no permission: it
 * answers with what its caller may read. */
static void add_calls(need_list *needs, const apl_content *content)
{
    const apl_calls *calls = apl_content_calls(content);

    for (size_t i = 0; i < apl_calls_count(calls); i++) {
        const apl_call *call = apl_calls_at(calls, i);
        bool is_role = apl_str_equal(call->source, APL_STR("azure")) && kind_of(call->needs) == APL_NEED_OTHER;
        if (call->never.size == 0 && !is_role)
            add_needs(needs, call->needs, title_of(content, call->name));
    }
}

static int compare_needs(const void *a, const void *b)
{
    const apl_need *first = a;
    const apl_need *second = b;

    if (first->kind != second->kind)
        return first->kind < second->kind ? -1 : 1;
    int by_name = apl_str_compare_nocase(first->permission, second->permission);
    return by_name ? by_name : apl_str_compare(first->loses, second->loses);
}

/* The same need of several types becomes one that loses all of them. */
static void join(apl_doctor *out, apl_arena *arena, const need_list *needs)
{
    apl_need *joined = APL_ARENA_ARRAY(arena, apl_need, needs->count + 1);
    apl_text titles;
    size_t count = 0;

    apl_text_init(&titles, TITLES_BYTES_MAX);
    for (size_t i = 0; i < needs->count;) {
        apl_need need = needs->items[i];
        apl_str last = APL_STR_NONE;
        titles.size = 0;
        for (; i < needs->count && apl_str_equal_nocase(needs->items[i].permission, need.permission); i++) {
            if (!apl_str_equal(needs->items[i].loses, last))
                apl_text_add_format(&titles, "%s%.*s", titles.size ? ", " : "", APL_STR_ARG(needs->items[i].loses));
            last = needs->items[i].loses;
        }
        need.loses = apl_arena_str(arena, apl_text_str(&titles));
        joined[count++] = need;
    }
    apl_text_free(&titles);
    out->needs = joined;
    out->need_count = count;
}

void apl_doctor_needs(apl_doctor *out, apl_arena *arena, const apl_content *content)
{
    need_list needs = {0};

    for (size_t i = 0; i < apl_content_service_count(content); i++) {
        const apl_service_info *service = apl_content_service(content, i);
        bool is_ours = false;
        for (size_t at = 0; at < sizeof providers / sizeof providers[0] && !is_ours; at++)
            is_ours = apl_str_starts(service->name, apl_str_from(providers[at]));
        for (size_t type = 0; is_ours && type < service->type_count; type++)
            add_needs(&needs, service->types[type].needs, service->types[type].title);
    }
    add_calls(&needs, content);
    if (needs.count > 1)
        qsort(needs.items, needs.count, sizeof *needs.items, compare_needs);
    join(out, arena, &needs);
    apl_memory_free(needs.items);
}

/* -- Answers -------------------------------------------------------------------------------------------------- */

static bool is_action(const apl_need *need)
{
    return need->kind == APL_NEED_ACTION || need->kind == APL_NEED_DATA_ACTION;
}

static apl_doctor_answer answer_of(const apl_role *role, const apl_need *need, apl_str scope)
{
    apl_plane plane = need->kind == APL_NEED_DATA_ACTION ? APL_PLANE_DATA : APL_PLANE_CONTROL;
    apl_request request = {.action = need->permission, .resource = scope};
    bool is_contested = false;
    apl_truth truth = apl_role_allows(&is_contested, role, plane, &request);

    if (is_contested)
        return APL_DOCTOR_UNKNOWN;
    if (truth == APL_TRUE)
        return APL_DOCTOR_YES;
    return truth == APL_FALSE ? APL_DOCTOR_NO : APL_DOCTOR_CONDITIONAL;
}

static void judge_subscription(apl_doctor_answers *out, apl_arena *arena, const apl_doctor *doctor,
                               const apl_azure_subscription *subscription)
{
    uint8_t *answers = APL_ARENA_ARRAY(arena, uint8_t, doctor->need_count + 1);
    apl_str scope = apl_arena_format(arena, "/subscriptions/%.*s", APL_STR_ARG(subscription->id));
    bool is_read = subscription->permissions.type == APL_VALUE_ARRAY;
    apl_role role = {0};

    if (is_read)
        apl_role_read_blocks(&role, arena, subscription->permissions);
    for (size_t i = 0; i < doctor->need_count; i++) {
        answers[i] = APL_DOCTOR_UNKNOWN;
        if (!is_action(&doctor->needs[i]))
            continue;
        if (is_read)
            answers[i] = (uint8_t)answer_of(&role, &doctor->needs[i], scope);
        out->counts[answers[i]]++;
    }
    out->items = answers;
}

static bool has_word(apl_str words, apl_str word)
{
    apl_str rest = words;
    apl_str part;

    while (apl_str_next(&part, &rest, ' ')) {
        if (apl_str_equal(part, word))
            return true;
    }
    return false;
}

/* A read that was answered or refused decides; without one the permissions of an application do. What a person may read
 * depends on roles in the directory too, which no token names. */
static apl_doctor_answer graph_answer(const apl_azure_rights *rights, const apl_azure_probe *probe)
{
    if (probe->allowed == APL_AZURE_ALLOWED)
        return APL_DOCTOR_YES;
    if (probe->allowed == APL_AZURE_FORBIDDEN)
        return APL_DOCTOR_NO;
    if (has_word(rights->roles, probe->permission))
        return APL_DOCTOR_YES;
    return APL_DOCTOR_UNKNOWN;
}

static void judge_directory(apl_doctor_answers *out, apl_arena *arena, const apl_doctor *doctor,
                            const apl_azure_rights *rights)
{
    uint8_t *answers = APL_ARENA_ARRAY(arena, uint8_t, doctor->need_count + 1);
    apl_str *whys = APL_ARENA_ARRAY(arena, apl_str, doctor->need_count + 1);
    size_t probe = 0;

    for (size_t i = 0; i < doctor->need_count; i++) {
        answers[i] = APL_DOCTOR_UNKNOWN;
        if (is_action(&doctor->needs[i]))
            continue;
        if (doctor->needs[i].kind == APL_NEED_OTHER) {
            whys[i] = APL_STR("no API tells");
            continue;
        }
        const apl_azure_probe *tried = &rights->probes[probe++]; /* in the order of the needs */
        answers[i] = (uint8_t)graph_answer(rights, tried);
        whys[i] = tried->why;
        out->counts[answers[i]]++;
    }
    out->items = answers;
    out->whys = whys;
}

void apl_doctor_judge(apl_doctor_tenant *tenant, apl_arena *arena, const apl_doctor *doctor)
{
    const apl_azure_rights *rights = tenant->rights;
    apl_doctor_answers *answers = APL_ARENA_ARRAY(arena, apl_doctor_answers, rights->subscription_count + 1);

    for (size_t i = 0; i < rights->subscription_count; i++)
        judge_subscription(&answers[i], arena, doctor, &rights->subscriptions[i]);
    tenant->subscriptions = answers;
    judge_directory(&tenant->graph, arena, doctor, rights);
}

static bool is_whole(const apl_doctor_answers *answers)
{
    return answers->counts[APL_DOCTOR_NO] + answers->counts[APL_DOCTOR_CONDITIONAL] +
               answers->counts[APL_DOCTOR_UNKNOWN] ==
           0;
}

static bool tenant_lacks_something(const apl_doctor_tenant *tenant)
{
    if (!tenant->is_signed_in || tenant->rights->why_no_list.size || tenant->rights->subscription_count == 0)
        return true;
    for (size_t i = 0; i < tenant->rights->subscription_count; i++) {
        if (!is_whole(&tenant->subscriptions[i]))
            return true;
    }
    return !is_whole(&tenant->graph);
}

bool apl_doctor_lacks_something(const apl_doctor *doctor)
{
    for (size_t i = 0; i < doctor->host_count; i++) {
        bool is_needed = strncmp(doctor->hosts[i].name, "power-", 6) != 0; /* only by some of the sources */
        if (is_needed && !doctor->hosts[i].is_reached)
            return true;
    }
    for (size_t i = 0; i < doctor->tenant_count; i++) {
        if (tenant_lacks_something(&doctor->tenants[i]))
            return true;
    }
    return false;
}
