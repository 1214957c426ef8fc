/* store/history.c: the intervals of one asset and of its findings.
 *
 * Few rows each: those that hold are found by their key, closed ones through a partial index. What changed
 * between two versions is told field by field, as texts, so that a new column needs one line here. */
#include "store/handle.h"

/* A column of assets that people want to hear about. */
typedef struct history_field {
    const char *name;
    const char *const *names; /* for a number: what it stands for; NULL: the column is a text */
} history_field;

static const history_field fields[] = {
    {"kind", NULL},
    {"type", NULL},
    {"name", NULL},
    {"tenant", NULL},
    {"scope", NULL},
    {"location", NULL},
    {"tags", NULL},
    {"why_unread", NULL},
    {"parent", NULL},
    {"read", NULL},
    {"ai", NULL},
    {"used_for", NULL},
    {"exposure", apl_exposure_names},
    {"sensitivity", apl_level_names},
    {"criticality", apl_level_names},
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

/* The columns after the fields. */
enum { COLUMN_BODY = FIELD_COUNT, COLUMN_FROM, COLUMN_FROM_TIME, COLUMN_TO, COLUMN_TO_TIME };

#define TEXT_OF(column) "(SELECT text FROM strings WHERE string = a." column ")"
#define SCANS(row) " LEFT JOIN scans f ON f.scan = " row ".from_scan LEFT JOIN scans t ON t.scan = " row ".to_scan "

/* In the order of `fields`. */
#define ASSET_COLUMNS                                                                                                  \
    "SELECT " TEXT_OF("kind") ", " TEXT_OF("type") ", a.name, " TEXT_OF("tenant") ", " TEXT_OF("scope") ", " TEXT_OF(  \
        "location") ", " TEXT_OF("tags") ", " TEXT_OF("why_unread") ", "                                               \
                                                                    "(SELECT id FROM ids WHERE ids.asset = "           \
                                                                    "a.parent), "                                      \
                                                                    "iif(a.flags & 1, 'true', 'false'), iif(a.flags "  \
                                                                    "& 2, 'true', 'false'), "                          \
                                                                    "trim(iif(a.used_for & 1, 'ai ', '') || "          \
                                                                    "iif(a.used_for & 2, 'grounding ', '') || "        \
                                                                    "iif(a.used_for & 4, 'training', '')), "           \
                                                                    "a.exposure, a.sensitivity, a.criticality, "       \
                                                                    "hex(a.body_low) || hex(a.body_high), f.id, "      \
                                                                    "f.started, t.id, t.started, a.from_scan "         \
                                                                    "FROM assets a" SCANS("a")

static const char assets_sql[] =
    ASSET_COLUMNS "WHERE a.asset = ?1 AND a.to_scan < " APL_OPEN_SQL " UNION ALL " ASSET_COLUMNS
                  "WHERE a.asset = ?1 AND a.to_scan = " APL_OPEN_SQL " ORDER BY from_scan";

#define FINDING_COLUMNS                                                                                                \
    "SELECT (SELECT text FROM strings WHERE string = d.rule) AS rule_id, d.status, d.severity, "                       \
    "(SELECT text FROM strings WHERE string = d.reason), f.id, f.started, t.id, t.started, d.from_scan "               \
    "FROM findings d" SCANS("d")

static const char findings_sql[] =
    FINDING_COLUMNS "WHERE d.asset = ?1 AND d.to_scan < " APL_OPEN_SQL " UNION ALL " FINDING_COLUMNS
                    "WHERE d.asset = ?1 AND d.to_scan = " APL_OPEN_SQL " ORDER BY rule_id, from_scan";

typedef struct asset_list {
    apl_arena *arena;
    APL_VECTOR(apl_asset_interval) items;
    apl_str last[FIELD_COUNT + 1]; /* the texts of the interval before, body last */
} asset_list;

static apl_store_moment moment_of(apl_arena *arena, const apl_query *row, int column)
{
    return (apl_store_moment){
        .scan_id = apl_arena_str(arena, apl_query_text(row, column)),
        .started = apl_arena_str(arena, apl_query_text(row, column + 1)),
    };
}

static apl_str field_text(apl_arena *arena, const apl_query *row, size_t field)
{
    if (field < FIELD_COUNT && fields[field].names) {
        int64_t number = apl_query_number(row, (int)field);
        for (int64_t i = 0; fields[field].names[i]; i++) {
            if (i == number)
                return apl_str_from(fields[field].names[i]);
        }
        return APL_STR_NONE;
    }
    return apl_arena_str(arena, apl_query_text(row, (int)field));
}

static void add_asset(asset_list *list, const apl_query *row)
{
    apl_store_change *changes = APL_ARENA_ARRAY(list->arena, apl_store_change, FIELD_COUNT + 1);
    apl_asset_interval interval = {
        .from = moment_of(list->arena, row, COLUMN_FROM),
        .to = moment_of(list->arena, row, COLUMN_TO),
        .changes = changes,
    };

    for (size_t i = 0; i <= FIELD_COUNT; i++) {
        apl_str text = field_text(list->arena, row, i);
        if (list->items.count && !apl_str_equal(text, list->last[i])) {
            apl_store_change change = {APL_STR("body"), APL_STR_NONE, APL_STR_NONE};
            if (i < FIELD_COUNT)
                change = (apl_store_change){apl_str_from(fields[i].name), list->last[i], text};
            changes[interval.change_count++] = change;
        }
        list->last[i] = text;
    }
    APL_PUSH(&list->items, interval);
}

static apl_status read_assets(apl_history *out, apl_arena *arena, apl_store *store, int64_t asset)
{
    asset_list list = {.arena = arena};
    apl_query *query;
    bool has_row = false;
    apl_status status = apl_query_new(&query, store->db, assets_sql);

    if (status != APL_OK)
        return status;
    apl_query_put_number(query, asset);
    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row)
        add_asset(&list, query);
    apl_query_free(query);
    apl_asset_interval *items = APL_ARENA_ARRAY(arena, apl_asset_interval, list.items.count);
    if (list.items.count)
        memcpy(items, list.items.items, list.items.count * sizeof *items);
    out->assets = items;
    out->asset_count = list.items.count;
    apl_memory_free(list.items.items);
    return status;
}

static apl_finding_interval finding_of(apl_arena *arena, const apl_query *row)
{
    return (apl_finding_interval){
        .rule_id = apl_arena_str(arena, apl_query_text(row, 0)),
        .status = (uint8_t)apl_query_number(row, 1),
        .severity = (uint8_t)apl_query_number(row, 2),
        .reason = apl_arena_str(arena, apl_query_text(row, 3)),
        .from = moment_of(arena, row, 4),
        .to = moment_of(arena, row, 6),
    };
}

typedef struct finding_list {
    apl_arena *arena;
    apl_str rule_id; /* empty: all */
    APL_VECTOR(apl_finding_interval) items;
} finding_list;

static apl_status fill_findings(finding_list *list, apl_query *query)
{
    bool has_row = false;
    apl_status status;

    while ((status = apl_query_next(&has_row, query)) == APL_OK && has_row) {
        apl_finding_interval interval = finding_of(list->arena, query);
        if (interval.status >= APL_STATUS_COUNT || interval.severity >= APL_SEVERITY_COUNT)
            return apl_fail(APL_E_STORE, "the store is damaged, a finding of %.*s", APL_STR_ARG(interval.rule_id));
        if (list->rule_id.size == 0 || apl_str_equal(list->rule_id, interval.rule_id))
            APL_PUSH(&list->items, interval);
    }
    return status;
}

static apl_status read_findings(apl_history *out, finding_list *list, apl_store *store, int64_t asset)
{
    apl_query *query;
    apl_status status = apl_query_new(&query, store->db, findings_sql);

    if (status != APL_OK)
        return status;
    apl_query_put_number(query, asset);
    status = fill_findings(list, query);
    apl_query_free(query);
    apl_finding_interval *items = APL_ARENA_ARRAY(list->arena, apl_finding_interval, list->items.count);
    if (list->items.count)
        memcpy(items, list->items.items, list->items.count * sizeof *items);
    out->findings = items;
    out->finding_count = list->items.count;
    apl_memory_free(list->items.items);
    return status;
}

apl_status apl_store_history(apl_history *out, apl_arena *arena, apl_store *store, apl_str asset_id, apl_str rule_id)
{
    finding_list findings = {.arena = arena, .rule_id = rule_id};
    int64_t asset = 0;
    apl_status status = apl_db_run(store->db, "BEGIN");

    *out = (apl_history){0};
    if (status == APL_OK)
        status = apl_store_asset_number(&asset, store, asset_id);
    if (status == APL_OK)
        status = read_assets(out, arena, store, asset);
    if (status == APL_OK)
        status = read_findings(out, &findings, store, asset);
    apl_db_give_up(store->db); /* nothing was written */
    return status;
}

#define ID_BYTES 16

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = apl_char_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool bytes_of(uint8_t out[ID_BYTES], apl_str id)
{
    if (id.size != 2 * (size_t)ID_BYTES)
        return false;
    for (size_t i = 0; i < ID_BYTES; i++) {
        int high = digit_of(id.data[2 * i]);
        int low = digit_of(id.data[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

apl_status apl_store_find_finding(apl_finding_key *out, apl_arena *arena, apl_store *store, apl_str finding_id)
{
    apl_query *query;
    uint8_t bytes[ID_BYTES];
    bool has_row = false;
    apl_status status;

    *out = (apl_finding_key){APL_STR_NONE, APL_STR_NONE};
    if (!bytes_of(bytes, finding_id))
        return APL_OK;
    status = apl_query_new(&query, store->db,
                           "SELECT (SELECT text FROM strings WHERE string = rule), "
                           "(SELECT id FROM ids WHERE ids.asset = findings.asset) FROM findings "
                           "WHERE id = ?1 ORDER BY to_scan DESC LIMIT 1");
    if (status != APL_OK)
        return status;
    apl_query_put_bytes(query, bytes, ID_BYTES);
    status = apl_query_next(&has_row, query);
    if (has_row) {
        out->rule_id = apl_arena_str(arena, apl_query_text(query, 0));
        out->asset_id = apl_arena_str(arena, apl_query_text(query, 1));
    }
    apl_query_free(query);
    return status;
}
