/* query/filter.h: which assets and findings of a snapshot somebody wants to see.
 *
 * A filter is read from words (`high,critical`, `ISO42001:A.4.5`, `env=prod`) and then applied. Conditions of different
 * members must all hold; inside one member any of its words is enough. An empty member asks for nothing. */
#ifndef APL_QUERY_FILTER_H
#define APL_QUERY_FILTER_H

#include "model/scan.h"
#include "scan/scan.h"

typedef struct apl_words {
    const apl_str *items;
    size_t count;
} apl_words;

typedef struct apl_filter {
    unsigned statuses;    /* bit of each apl_finding_status wanted; 0: all */
    unsigned severities;  /* bit of each apl_severity wanted; 0: all */
    unsigned clouds;      /* bit of each index into apl_cloud_names; 0: all */
    unsigned exposures;   /* bit of each apl_exposure; 0: all */
    apl_words checks;     /* check names or rule ids, `*` matches any run of characters */
    apl_words frameworks; /* `ISO42001` or `ISO42001:A.4.5` */
    apl_words kinds;
    apl_words types;  /* with `*` */
    apl_words scopes;  /* with `*` */
    apl_words tenants; /* with `*` */
    apl_words groups;  /* Azure resource groups, with `*` */
    apl_words tags;   /* `name` or `name=value`, the value with `*` */
    apl_words assets; /* ids or names, with `*` */
    apl_str text;     /* somewhere in id, name, type, location, tags; for findings also title, check and reason */
    bool only_ai;
    const apl_table *accepted; /* failed findings that a baseline accepts: id -> severity; NULL: none */
} apl_filter;

/* The words of `list`, cut at commas, without the space around them; empty ones are left out. In `arena`. */
apl_words apl_words_split(apl_arena *arena, const char *const *lists, size_t list_count);

/* Bits for `fail,manual` or `all`; for `critical,high`, where `high+` means high and worse; for clouds and exposures.
 * APL_E_USAGE names the option, the word and the nearest valid one. */
apl_status apl_filter_statuses(unsigned *out, apl_words words);
apl_status apl_filter_severities(unsigned *out, apl_words words);
apl_status apl_filter_clouds(unsigned *out, apl_words words);
apl_status apl_filter_exposures(unsigned *out, apl_words words);
apl_status apl_filter_severity(apl_severity *out, const char *option, apl_str word);

/* Every check, framework and kind of the filter must exist in the content, its policies or in the snapshot. `content`
 * and `snapshot` may be NULL. Costs one pass over the rules and findings for each word. */
apl_status apl_filter_check_names(const apl_filter *filter, const apl_content *content, const apl_snapshot *snapshot);

/* Whether the filter leaves any asset out by what the asset is. */
bool apl_filter_chooses_assets(const apl_filter *filter);

bool apl_filter_takes_asset(const apl_filter *filter, const apl_estate *estate, const apl_asset *asset);

/* Whether the check and framework words choose this rule; status and severity are not asked. */
bool apl_filter_takes_rule(const apl_filter *filter, const apl_rule_info *rule);

/* The finding and its asset meet the filter. */
bool apl_filter_takes_finding(const apl_filter *filter, const apl_estate *estate, const apl_finding *finding);

/* The path touches an asset that the filter takes, and its level is one of the severities. */
bool apl_filter_takes_path(const apl_filter *filter, const apl_estate *estate, const apl_path *path);

/* Numbers of the assets, findings and paths that the filter takes, in the estate's order: assets by id, findings by
 * severity, rule, asset. */
typedef struct apl_selection {
    APL_VECTOR(uint32_t) assets;
    APL_VECTOR(uint32_t) findings;
    APL_VECTOR(uint32_t) paths;
    uint64_t by_severity[APL_SEVERITY_COUNT]; /* of the selected findings */
    uint64_t by_status[APL_STATUS_COUNT];
} apl_selection;

void apl_selection_make(apl_selection *out, const apl_snapshot *snapshot, const apl_filter *filter);
void apl_selection_free(apl_selection *selection);

/* Fail findings of at least this severity among the rules that the filter's check and framework words choose, whatever
 * else is shown, but for accepted ones. For --fail-on. */
uint64_t apl_filter_count_failing(const apl_filter *filter, const apl_snapshot *snapshot, apl_severity least);

#endif
