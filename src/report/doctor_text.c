/* report/doctor_text.c: what `aplomb doctor` says to people: what works in a line, what does not with its reason.
 *
 * Names and reasons come from servers, so all of them go through the screen. */
#include "report/doctor.h"

#define LABEL_WIDTH 18u
#define COMMANDS_MAX 3

/* Of one subscription or tenant; the JSON has all of them. */
#define LACKS_SHOWN_MAX 15u

/* What is being written, and of what. */
typedef struct page {
    apl_text *out;
    const apl_screen *screen;
    apl_arena *arena;
    const apl_doctor *doctor;
} page;

static void label(apl_text *out, unsigned indent, const char *text)
{
    unsigned width = (unsigned)strlen(text);

    apl_screen_spaces(out, indent);
    apl_text_add(out, apl_str_from(text));
    apl_screen_spaces(out, width + indent < LABEL_WIDTH + 2 ? LABEL_WIDTH + 2 - width - indent : 1);
}

static void fact(const page *to, const char *name, apl_str value)
{
    label(to->out, 2, name);
    apl_screen_wrap(to->out, to->screen, value, LABEL_WIDTH + 2);
}

static void heading(const page *to, apl_str text)
{
    apl_screen_add_styled(to->out, to->screen, APL_STYLE_BOLD, text);
    apl_text_add_char(to->out, '\n');
}

/* -- Network -------------------------------------------------------------------------------------------------- */

static apl_str clock_line(apl_arena *arena, const apl_doctor *doctor)
{
    long long ahead = (long long)doctor->clock_ahead_s;
    long long by = ahead < 0 ? -ahead : ahead;

    if (!doctor->has_clock)
        return APL_STR("not compared: no host said what time it is");
    if (by <= 2)
        return APL_STR("right");
    if (by < APL_DOCTOR_CLOCK_S_MAX)
        return apl_arena_format(arena, "%lld s %s", by, ahead > 0 ? "ahead" : "behind");
    return apl_arena_format(arena, "%lld s %s: sign-in fails from %d s on; set the clock", by,
                            ahead > 0 ? "ahead" : "behind", APL_DOCTOR_CLOCK_S_MAX);
}

static void network(const page *to)
{
    const apl_doctor *doctor = to->doctor;
    apl_arena *arena = to->arena;

    heading(to, apl_arena_format(arena, "Network, to the %s cloud", doctor->cloud));
    for (size_t i = 0; i < doctor->host_count; i++) {
        const apl_azure_reach *host = &doctor->hosts[i];
        if (host->is_reached)
            fact(to, host->name,
                 apl_arena_format(arena, "%.*s, reached in %llu ms", APL_STR_ARG(host->host),
                                  (unsigned long long)host->took_ms));
        else
            fact(to, host->name,
                 apl_arena_format(arena, "%.*s, not reached: %.*s", APL_STR_ARG(host->host), APL_STR_ARG(host->why)));
    }
    fact(to, "clock", clock_line(arena, doctor));
    if (doctor->proxy.size)
        fact(to, "proxy", doctor->proxy);
    if (doctor->proxy.size && doctor->no_proxy.size)
        fact(to, "without proxy", doctor->no_proxy);
    if (doctor->ca_file.size)
        fact(to, "authorities", doctor->ca_file);
}

/* -- A tenant ------------------------------------------------------------------------------------------------- */

static void signed_in(const page *to, const apl_doctor_tenant *tenant)
{
    for (size_t i = 0; i < tenant->try_count; i++) {
        const apl_azure_try *tried = &tenant->tries[i];
        if (tried->is_used)
            fact(to, "signed in", tried->why);
        else if (!tenant->is_signed_in)
            fact(to, apl_azure_way_names[tried->way], tried->why);
    }
    if (!tenant->is_signed_in) {
        if (tenant->try_count == 0)
            fact(to, "not signed in", tenant->why);
        return;
    }
    const apl_azure_identity *identity = &tenant->rights->identity;
    fact(to, "identity",
         apl_arena_format(to->arena, "%.*s%s%s, object id %.*s", APL_STR_ARG(identity->name),
                          identity->name.size ? ", " : "", identity->is_application ? "an application" : "a person",
                          APL_STR_ARG(identity->object_id)));
}

static void tokens(const page *to, const apl_azure_rights *rights)
{
    apl_text given;

    apl_text_init(&given, 1024);
    for (size_t i = 0; i < rights->token_count; i++) {
        if (rights->tokens[i].is_given)
            apl_text_add_format(&given, "%s%s", given.size ? ", " : "", rights->tokens[i].api);
    }
    if (given.size)
        fact(to, "tokens for", apl_text_str(&given));
    for (size_t i = 0; i < rights->token_count; i++) {
        if (!rights->tokens[i].is_given)
            fact(to, "no token for",
                 apl_arena_format(to->arena, "%s: %.*s", rights->tokens[i].api, APL_STR_ARG(rights->tokens[i].why)));
    }
    apl_text_free(&given);
}

/* What is not allowed, each with what it costs. */
static void lacks(const page *to, const apl_doctor_answers *answers, bool of_tenant)
{
    const apl_doctor *doctor = to->doctor;
    static const char *const words[APL_DOCTOR_ANSWERS] = {"", "missing", "on a condition", "not known"};
    size_t shown = 0;
    size_t left = 0;

    for (size_t i = 0; i < doctor->need_count; i++) {
        const apl_need *need = &doctor->needs[i];
        apl_doctor_answer answer = (apl_doctor_answer)answers->items[i];
        if (need->kind == APL_NEED_OTHER || (need->kind == APL_NEED_GRAPH) != of_tenant || answer == APL_DOCTOR_YES)
            continue;
        if (shown == LACKS_SHOWN_MAX) {
            left++;
            continue;
        }
        shown++;
        label(to->out, 4, words[answer]);
        apl_screen_wrap(to->out, to->screen,
                        apl_arena_format(to->arena, "%.*s; without it: %.*s", APL_STR_ARG(need->permission),
                                         APL_STR_ARG(need->loses)),
                        LABEL_WIDTH + 2);
        if (answers->whys && answers->whys[i].size) {
            apl_screen_spaces(to->out, LABEL_WIDTH + 2);
            apl_screen_wrap(to->out, to->screen, answers->whys[i], LABEL_WIDTH + 2);
        }
    }
    if (left)
        apl_text_add_format(to->out, "    and %zu more; --format json has all\n", left);
}

/* "12 of 160 permissions", or why nobody knows. */
static apl_str count_line(apl_arena *arena, const apl_doctor_answers *answers, apl_str why)
{
    size_t all = 0;

    for (unsigned i = 0; i < APL_DOCTOR_ANSWERS; i++)
        all += answers->counts[i];
    if (answers->counts[APL_DOCTOR_UNKNOWN] == all && why.size)
        return apl_arena_format(arena, "not known: %.*s", APL_STR_ARG(why));
    if (answers->counts[APL_DOCTOR_YES] == all)
        return apl_arena_format(arena, "all %zu permissions", all);
    return apl_arena_format(arena, "%zu of %zu permissions", answers->counts[APL_DOCTOR_YES], all);
}

static void subscription(const page *to, const apl_doctor_tenant *tenant, size_t index)
{
    apl_arena *arena = to->arena;
    const apl_azure_subscription *one = &tenant->rights->subscriptions[index];
    const apl_doctor_answers *answers = &tenant->subscriptions[index];
    bool says_state = one->state.size && !apl_str_equal_nocase(one->state, APL_STR("Enabled"));

    fact(to, "subscription",
         apl_arena_format(arena, "%.*s%s%.*s%s%.*s: %.*s", APL_STR_ARG(one->name), one->name.size ? ", " : "",
                          APL_STR_ARG(one->id), says_state ? ", " : "", says_state ? (int)one->state.size : 0,
                          says_state ? one->state.data : "",
                          APL_STR_ARG(count_line(arena, answers,
                                                 one->is_listed ? one->why
                                                                : apl_arena_format(arena, "not seen (%.*s)",
                                                                                   APL_STR_ARG(one->why))))));
    bool knows_something = answers->counts[APL_DOCTOR_UNKNOWN] == 0;
    if (knows_something && answers->counts[APL_DOCTOR_YES] == 0)
        fact(to, "", APL_STR("no role here: nothing of it can be read"));
    else if (knows_something)
        lacks(to, answers, false);
}

/* What has to be looked at where it is given. */
static void unasked(const page *to)
{
    const apl_doctor *doctor = to->doctor;
    apl_text all;

    apl_text_init(&all, 1u << 16);
    for (size_t i = 0; i < doctor->need_count; i++) {
        if (doctor->needs[i].kind == APL_NEED_OTHER)
            apl_text_add_format(&all, "%s%.*s", all.size ? "; " : "", APL_STR_ARG(doctor->needs[i].permission));
    }
    if (all.size)
        fact(to, "no API tells", apl_text_str(&all));
    apl_text_free(&all);
}

static void commands(const page *to, const apl_doctor_tenant *tenant)
{
    apl_str lines[COMMANDS_MAX];
    size_t count = apl_doctor_commands(lines, COMMANDS_MAX, to->arena, tenant);

    if (count)
        apl_text_add(to->out, APL_STR("  A role with what is missing, and nothing more:\n"));
    for (size_t i = 0; i < count; i++) {
        apl_text_add(to->out, APL_STR("    "));
        apl_screen_add(to->out, to->screen, lines[i]); /* whole, so that it can be copied */
        apl_text_add_char(to->out, '\n');
    }
}

static void write_tenant(const page *to, const apl_doctor_tenant *tenant)
{
    apl_str name = tenant->id.size ? tenant->id : tenant->asked;

    apl_text_add_char(to->out, '\n');
    heading(to, name.size ? apl_arena_format(to->arena, "Tenant %.*s", APL_STR_ARG(name)) : APL_STR("Sign-in"));
    signed_in(to, tenant);
    if (tenant->rights == NULL)
        return;
    tokens(to, tenant->rights);
    if (tenant->rights->why_no_list.size)
        fact(to, "subscriptions",
             apl_arena_format(to->arena, "not listed: %.*s", APL_STR_ARG(tenant->rights->why_no_list)));
    else if (tenant->rights->subscription_count == 0)
        fact(to, "subscriptions", APL_STR("none is seen: no role on any, or the wrong tenant"));
    for (size_t i = 0; i < tenant->rights->subscription_count; i++)
        subscription(to, tenant, i);
    fact(to, "directory", count_line(to->arena, &tenant->graph, APL_STR_NONE));
    lacks(to, &tenant->graph, true);
    unasked(to);
    commands(to, tenant);
}

void apl_doctor_text(apl_text *out, const apl_screen *screen, const apl_doctor *doctor)
{
    page to = {out, screen, apl_arena_new(), doctor};

    network(&to);
    for (size_t i = 0; i < doctor->tenant_count; i++)
        write_tenant(&to, &doctor->tenants[i]);
    apl_arena_free(to.arena);
}
