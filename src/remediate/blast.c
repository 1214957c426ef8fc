/* remediate/blast.c: settings whose change is felt elsewhere, and who stands next to an asset.
 *
 * One row a family of settings: the last name of the pointer decides, because providers call the same thing by the same
 * name in all their types. */
#include "remediate/blast.h"

#define WORDS_BYTES_MAX 4096

typedef struct setting {
    const char *names; /* last names of pointers, lower case, spaces between */
    const char *breaks;
    const char *is_final;
} setting;

static const setting settings[] = {
    {"disablelocalauth disablelocalaccounts allowsharedkeyaccess adminuserenabled disableaccesskeyauthentication "
     "accesskeysauthentication passwordauth azureadonlyauthentication systemdatastoresauthmode subscriptionrequired",
     "Callers that sign in with keys, passwords or local accounts are refused: give each of them a directory role "
     "first.",
     NULL},
    {"publicnetworkaccess publicnetworkaccessforquery publicnetworkaccessforingestion",
     "Callers that do not come over a private endpoint are refused, people in the portal among them: have private "
     "endpoints and their DNS records in place first.",
     NULL},
    {"defaultaction accessmode",
     "Callers from networks that are not listed are refused: list the addresses and subnets of those who need it "
     "first.",
     NULL},
    {"restrictoutboundnetworkaccess",
     "Calls from here to hosts that are not listed fail: list those that are needed first.", NULL},
    {"isolationmode",
     "Calls from here to hosts that no outbound rule names fail: write the rules that are needed first.",
     "a managed network that was isolated cannot be opened again; only a new workspace is open"},
    {"minimumtlsversion minimaltlsversion minimumtlsversionallowed",
     "Clients that only speak older versions of TLS can no longer connect.", NULL},
    {"supportshttpstrafficonly httpsonly allowinsecure enablenonsslport",
     "Clients that still call without TLS are refused or sent elsewhere.", NULL},
    {"allowblobpublicaccess anonymouspullenabled",
     "Whoever reads without signing in is refused, pages that embed the files included.", NULL},
    {"allowcrosstenantreplication", "Replication to and from accounts of other tenants stops.", NULL},
    {"enablerbacauthorization", "Access policies of the vault no longer count: give their principals roles first.",
     NULL},
    {"enablepurgeprotection",
     "A deleted vault, key or secret stays until its retention time is over, and its name with it.",
     "purge protection cannot be turned off"},
    {"immediatepurgedataon30days retentionindays", "Nothing stops working; more data is kept, which costs more.", NULL},
    {"encryptionathost", "The machine has to be stopped for the change.", NULL},
    {"pricingtier", "Nothing stops working; the plan is billed from then on.", NULL},
    {"raipolicyname mode contentsafetystatus", "Prompts and answers that the filter objects to are refused.", NULL},
    {"enforcementmode", "Deployments that do not meet the policy are refused.", NULL},
    {"versionupgradeoption", "Answers may change when the model is upgraded: evaluate the new version first.", NULL},
    {"signinaudience", "Accounts of other tenants can no longer sign in.", NULL},
    {"allowinvitesfrom", "Members can no longer invite guests themselves.", NULL},
    {"allowtracing", "Callers can no longer ask for traces of their requests.", NULL},
    {"v1legacymode", "Clients of the newer API can no longer reach the workspace.", NULL},
    {"vnetrouteallenabled", "Outgoing calls take the routes of the virtual network: what it does not let out fails.",
     NULL},
};

static bool is_among(const char *names, apl_str name)
{
    apl_str rest = apl_str_from(names);
    apl_str one;

    while (apl_str_next(&one, &rest, ' ')) {
        if (apl_str_equal_nocase(one, name))
            return true;
    }
    return false;
}

static const setting *setting_of(apl_str pointer)
{
    long slash = apl_str_find_last_char(pointer, '/');
    apl_str name = apl_str_slice(pointer, (size_t)(slash + 1), pointer.size);

    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        if (is_among(settings[i].names, name))
            return &settings[i];
    }
    return NULL;
}

/* Where a change adds a whole object, the settings are inside of it: its first member is looked at, and on. */
static apl_str setting_path(apl_arena *arena, const apl_change *change)
{
    apl_str pointer = change->pointer;
    apl_value value = change->value;

    for (size_t depth = 0; value.type == APL_VALUE_OBJECT && value.size == 1 && depth < APL_PATCH_DEPTH_MAX; depth++) {
        pointer = value.members[0].key;
        value = value.members[0].value;
    }
    return apl_arena_str(arena, pointer);
}

static void say_breaks(apl_blast *out, apl_arena *arena, const apl_changes *changes)
{
    const setting *told[sizeof settings / sizeof settings[0]];
    size_t count = 0;
    bool is_unknown = changes->count == 0;
    apl_text text;

    apl_text_init(&text, WORDS_BYTES_MAX);
    for (size_t i = 0; i < changes->count; i++) {
        const setting *found = setting_of(setting_path(arena, &changes->items[i]));
        bool is_told = false;
        for (size_t t = 0; t < count; t++)
            is_told = is_told || told[t] == found;
        is_unknown = is_unknown || found == NULL;
        if (found == NULL || is_told)
            continue;
        told[count++] = found;
        apl_text_add_format(&text, "%s%s", text.size ? " " : "", found->breaks);
        if (found->is_final)
            out->is_final = apl_str_from(found->is_final);
    }
    if (is_unknown)
        apl_text_add_format(&text, "%sWhat relies on the present state is not known%s.", text.size ? " " : "",
                            text.size ? " for the rest" : "");
    out->breaks = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
}

/* Whether the asset at the other end notices when this one changes. */
static bool notices(const apl_vocabulary *vocabulary, apl_relation_type type, bool is_start)
{
    const apl_relation_info *info = &vocabulary->relations.items[type];

    if (apl_str_equal(info->name, APL_STR("contains")))
        return is_start; /* what lies in it */
    return info->bom_way == (is_start ? APL_BOM_NEEDS_START : APL_BOM_NEEDS_END);
}

static void add_neighbour(apl_blast *out, apl_neighbour *shown, apl_asset_id asset, apl_relation_type relation)
{
    for (size_t i = 0; i < out->shown; i++) {
        if (shown[i].asset == asset)
            return;
    }
    if (out->shown < APL_BLAST_SHOWN_MAX)
        shown[out->shown++] = (apl_neighbour){asset, relation};
    out->count++;
}

/* Those that use the asset come first, what lies in it last. */
void apl_blast_of(apl_blast *out, apl_arena *arena, const apl_estate *estate, apl_asset_id asset,
                  const apl_changes *changes)
{
    apl_neighbour *shown = APL_ARENA_ARRAY(arena, apl_neighbour, APL_BLAST_SHOWN_MAX);

    *out = (apl_blast){.neighbours = shown};
    say_breaks(out, arena, changes);
    if (estate->relations_in == NULL || estate->relations_out == NULL)
        return;
    for (uint32_t i = estate->relations_in[asset]; i < estate->relations_in[asset + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[estate->relations_by_to[i]];
        if (notices(estate->vocabulary, relation->type, false))
            add_neighbour(out, shown, relation->from, relation->type);
    }
    for (uint32_t i = estate->relations_out[asset]; i < estate->relations_out[asset + 1]; i++) {
        const apl_relation *relation = &estate->relations.items[i];
        if (notices(estate->vocabulary, relation->type, true))
            add_neighbour(out, shown, relation->to, relation->type);
    }
}
