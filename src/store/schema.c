/* store/schema.c: every table of the store, in one readable place.
 *
 * Time: a row holds from scan `from_scan` until before scan `to_scan`; while it holds, `to_scan` is 2147483647.
 * Because `to_scan` leads the keys, a snapshot is one range of each table: all rows with to_scan > S, of which
 * those with from_scan <= S are taken. `digest` is a hash of all that the row says, by which the next scan sees
 * that it need not touch it. A text that repeats is a number of the table `strings`; 0 is the empty text. */
#include "store/schema.h"

static const char scans[] = "CREATE TABLE scans ("
                            "  scan INTEGER PRIMARY KEY," /* 1, 2, 3 ... in the order of writing */
                            "  id TEXT NOT NULL UNIQUE,"
                            "  started TEXT NOT NULL,"
                            "  finished TEXT NOT NULL,"
                            "  version TEXT NOT NULL,"
                            "  content TEXT NOT NULL,"
                            "  documents INTEGER NOT NULL,"
                            "  passes INTEGER NOT NULL,"
                            "  sources TEXT NOT NULL," /* JSON array */
                            "  summary TEXT NOT NULL," /* JSON object */
                            "  reads BLOB"             /* when each asset was read, packed; NULL: as its row says */
                            ") STRICT;"
                            "CREATE TABLE strings (string INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;";

static const char assets[] =
    /* One row for each id ever seen; `id` as it was read the first time. */
    "CREATE TABLE ids (asset INTEGER PRIMARY KEY, id TEXT NOT NULL, ignores_case INTEGER NOT NULL) STRICT;"
    /* Ids are looked up by the hash of their lower case; a hash may stand for several. */
    "CREATE TABLE id_hashes (hash INTEGER NOT NULL, asset INTEGER NOT NULL, PRIMARY KEY (hash, asset))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE assets ("
    "  to_scan INTEGER NOT NULL,"
    "  asset INTEGER NOT NULL,"
    "  from_scan INTEGER NOT NULL,"
    "  digest INTEGER NOT NULL," /* the lowest bit: has a body */
    "  id TEXT,"                 /* NULL: spelled as in ids */
    "  name TEXT,"               /* NULL: what follows the last / of the id */
    "  full_name TEXT,"          /* NULL: none */
    "  kind INTEGER NOT NULL,"   /* strings, up to tags */
    "  type INTEGER NOT NULL,"
    "  cloud INTEGER NOT NULL,"
    "  tenant INTEGER NOT NULL,"
    "  scope INTEGER NOT NULL,"
    "  location INTEGER NOT NULL,"
    "  source INTEGER NOT NULL,"
    "  why_unread INTEGER NOT NULL,"
    "  tags INTEGER NOT NULL," /* JSON object */
    "  parent INTEGER,"
    "  flags INTEGER NOT NULL,"       /* 1 read, 2 AI */
    "  used_for INTEGER NOT NULL,"    /* 1 ai, 2 grounding, 4 training */
    "  exposure INTEGER NOT NULL,"    /* 0 unknown, 1 none, 2 private, 3 trusted, 4 internet */
    "  sensitivity INTEGER NOT NULL," /* 0 unknown, 1 none, 2 low, 3 medium, 4 high, 5 critical */
    "  criticality INTEGER NOT NULL," /* the same */
    "  unread_groups INTEGER NOT NULL,"
    "  read_at INTEGER NOT NULL," /* ticks of 100 ns since the year 1, 0: unknown */
    "  body INTEGER,"
    "  body_low INTEGER NOT NULL," /* XXH3 of the body */
    "  body_high INTEGER NOT NULL,"
    "  PRIMARY KEY (to_scan, asset)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX assets_past ON assets (asset) WHERE to_scan < 2147483647;";

static const char relations[] =
    /* All relations that leave one asset, packed: type (string), other end (asset), evidence (string) of each. */
    "CREATE TABLE relations ("
    "  to_scan INTEGER NOT NULL,"
    "  asset INTEGER NOT NULL,"
    "  from_scan INTEGER NOT NULL,"
    "  digest INTEGER NOT NULL,"
    "  ends BLOB NOT NULL,"
    "  PRIMARY KEY (to_scan, asset)"
    ") STRICT, WITHOUT ROWID;";

static const char bodies[] =
    /* Each body once, whatever assets and scans have it; never changed. */
    "CREATE TABLE bodies ("
    "  body INTEGER PRIMARY KEY,"
    "  dictionary INTEGER," /* NULL: none */
    "  size INTEGER NOT NULL,"
    "  data BLOB NOT NULL" /* zstd frame */
    ") STRICT;"
    "CREATE TABLE body_digests ("
    "  low INTEGER NOT NULL, high INTEGER NOT NULL, body INTEGER NOT NULL, PRIMARY KEY (low, high)"
    ") STRICT, WITHOUT ROWID;"
    /* Trained from the first bodies of a family of types; the empty family is for all others. */
    "CREATE TABLE dictionaries (dictionary INTEGER PRIMARY KEY, family TEXT NOT NULL UNIQUE, data BLOB NOT NULL) "
    "STRICT;";

static const char findings[] =
    "CREATE TABLE findings ("
    "  to_scan INTEGER NOT NULL,"
    "  asset INTEGER NOT NULL,"
    "  rule INTEGER NOT NULL," /* string of the rule's id */
    "  from_scan INTEGER NOT NULL,"
    "  digest INTEGER NOT NULL,"
    "  id BLOB NOT NULL,"          /* the 16 bytes of the finding id */
    "  status INTEGER NOT NULL,"   /* 0 exempt, 1 muted, 2 error, 3 manual, 4 fail, 5 pass */
    "  severity INTEGER NOT NULL," /* 0 info, 1 low, 2 medium, 3 high, 4 critical */
    "  evidence INTEGER NOT NULL," /* strings; a JSON array */
    "  reason INTEGER NOT NULL,"
    "  needs INTEGER NOT NULL,"
    "  PRIMARY KEY (to_scan, asset, rule)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX findings_past ON findings (asset) WHERE to_scan < 2147483647;"
    /* What was known of a rule that findings name: a rule that is reworded touches this table only. */
    "CREATE TABLE rules ("
    "  to_scan INTEGER NOT NULL,"
    "  rule INTEGER NOT NULL,"
    "  from_scan INTEGER NOT NULL,"
    "  digest INTEGER NOT NULL,"
    "  text TEXT NOT NULL," /* JSON object */
    "  PRIMARY KEY (to_scan, rule)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE coverage ("
    "  to_scan INTEGER NOT NULL,"
    "  row INTEGER NOT NULL," /* hash of all but the count */
    "  from_scan INTEGER NOT NULL,"
    "  digest INTEGER NOT NULL,"
    "  source INTEGER NOT NULL," /* strings, but for state and count */
    "  scope INTEGER NOT NULL,"
    "  type INTEGER NOT NULL,"
    "  state INTEGER NOT NULL," /* 0 read, 1 partial, 2 unread, 3 unsupported */
    "  count INTEGER NOT NULL,"
    "  why INTEGER NOT NULL,"
    "  needs INTEGER NOT NULL,"
    "  PRIMARY KEY (to_scan, row)"
    ") STRICT, WITHOUT ROWID;";

static const char paths[] = "CREATE TABLE paths ("
                            "  to_scan INTEGER NOT NULL,"
                            "  path INTEGER NOT NULL," /* hash of the id */
                            "  from_scan INTEGER NOT NULL,"
                            "  digest INTEGER NOT NULL,"
                            "  text TEXT NOT NULL," /* JSON object; assets by their ids */
                            "  PRIMARY KEY (to_scan, path)"
                            ") STRICT, WITHOUT ROWID;";

/* The asset that the sensitivity came from along relations; NULL: a label of its own, or none. */
static const char sensitivity_from[] = "ALTER TABLE assets ADD COLUMN sensitivity_from INTEGER;";

static const char exposures[] =
    /* Why an asset has its exposure, packed; the asset has no row when nothing is known. */
    "CREATE TABLE exposures ("
    "  to_scan INTEGER NOT NULL,"
    "  asset INTEGER NOT NULL,"
    "  from_scan INTEGER NOT NULL,"
    "  digest INTEGER NOT NULL,"
    "  why BLOB NOT NULL,"
    "  PRIMARY KEY (to_scan, asset)"
    ") STRICT, WITHOUT ROWID;";

static const char *const first_tables[] = {scans, assets, relations, bodies, findings, NULL};
static const char *const exposure_tables[] = {exposures, NULL};

static const char *const path_tables[] = {paths, NULL};

static const char *const lineage_columns[] = {sensitivity_from, NULL};

const apl_schema_step apl_schema_steps[] = {
    {"the first tables", first_tables},
    {"attack paths", path_tables},
    {"where sensitivity came from", lineage_columns},
    {"why an asset has its exposure", exposure_tables},
};

const size_t apl_schema_step_count = sizeof apl_schema_steps / sizeof *apl_schema_steps;
