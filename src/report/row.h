/* report/row.h: the JSON of one row: an asset, a relation, a finding, a coverage row, and the facts of the scan.
 *
 * The members and their order are the contract (docs/schemas/aplomb.scan.v1.json); every format that has JSON in it
 * takes them from here. Compact, no line end. A function that writes a row appends its members and the closing brace:
 * the caller has written the opening one, so that he may put members of his own first. */
#ifndef APL_REPORT_ROW_H
#define APL_REPORT_ROW_H

#include "report/listing.h"

void apl_row_scan(apl_text *out, const apl_scan_info *scan);
void apl_row_summary(apl_text *out, const apl_summary *summary, const apl_estate *estate);
void apl_row_asset(apl_text *out, const apl_estate *estate, apl_asset_id asset);
void apl_row_relation(apl_text *out, const apl_estate *estate, const apl_relation *relation);
void apl_row_path(apl_text *out, const apl_estate *estate, const apl_path *path);
/* A whole value: the score, or null. */
void apl_row_score(apl_text *out, const apl_estate *estate);
void apl_row_coverage(apl_text *out, const apl_coverage *coverage);

/* What rows of findings have from their rule: written once and copied while the rule stays the same, as it mostly does,
 * because findings come rule by rule. One thread; it must not outlive the rules. */
typedef struct apl_row_rule apl_row_rule;
apl_row_rule *apl_row_rule_new(void);
void apl_row_rule_free(apl_row_rule *row); /* NULL is allowed */

void apl_row_finding(apl_text *out, const apl_estate *estate, const apl_finding *finding, apl_row_rule *row);

/* The cells of a listing's row that are shown in JSON. */
void apl_row_listing(apl_text *out, const apl_listing *listing, const apl_value *cells);

/* The parts of a finding that a rule has by itself; whole values. */
void apl_row_frameworks(apl_text *out, const apl_rule_info *rule);
void apl_row_remedy(apl_text *out, const apl_estate *estate, apl_asset_id asset, const apl_rule_info *rule,
                    apl_row_rule *row);
void apl_row_evidence(apl_text *out, const apl_finding *finding);

/* `"name":` with the comma before it when it is not the first, and a text member whole. */
void apl_row_key(apl_text *out, apl_str name, bool is_first);
void apl_row_text(apl_text *out, apl_str name, apl_str value);
void apl_row_texts(apl_text *out, apl_str name, const apl_str *texts, size_t count);

/* One sentence for people: `properties.disableLocalAuth is false, expected true`. */
void apl_row_sentence(apl_text *out, const apl_evidence *evidence);

/* All of a finding: its evidence, or its reason. */
void apl_finding_sentence(apl_text *out, const apl_finding *finding);

/* `exposure_evidence`: an object, or null when nothing is known. */
void apl_row_exposure(apl_text *out, const apl_estate *estate, apl_asset_id asset);

/* The same as a sentence, without a full stop; nothing when nothing is known. */
void apl_row_exposure_sentence(apl_text *out, const apl_estate *estate, apl_asset_id asset);

/* A path as a relative reference in quotes: all but unreserved characters and slashes percent-encoded (RFC 3986). */
void apl_row_uri(apl_text *out, apl_str path);

#endif
