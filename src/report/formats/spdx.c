/* report/formats/spdx.c: a bill of materials as SPDX 3.0.1 JSON-LD, with the AI and Dataset profiles.
 *
 * https://spdx.github.io/spdx-spec/v3.0.1: models are AI packages, datasets dataset packages, everything else software
 * packages with their purpose, because 3.0.1 has no class for services. Ids are digests of what they name, so that the
 * same part has the same id in every bill. What the profiles have no property for stands in an extension. */
#include "report/bom_text.h"
#include "report/format.h"
#include "report/row.h"

#define ID_DIGITS 32

typedef struct writing {
    apl_output *output;
    apl_text *out;
    const apl_bom *bom;
    const apl_estate *estate;
    apl_arena *scratch;
    bool is_first_property;
} writing;

static const apl_asset *asset_of(const writing *it, const apl_bom_part *part)
{
    return &it->estate->assets.items[part->asset];
}

/* `urn:aplomb:<class>:<digest of the text>` */
static apl_str id_of(writing *it, const char *class, apl_str text)
{
    uint8_t hash[APL_SHA256_BYTES];
    char hex[ID_DIGITS + 1];

    apl_sha256(hash, &text, 1);
    apl_hex(hex, hash, ID_DIGITS / 2);
    return apl_arena_format(it->scratch, "urn:aplomb:%s:%s", class, hex);
}

static apl_str part_id(writing *it, const apl_bom_part *part)
{
    return id_of(it, "part", asset_of(it, part)->id);
}

static void start_element(writing *it, const char *type, apl_str id)
{
    apl_text_add_format(it->out, ",\n{\"type\":\"%s\",\"spdxId\":", type);
    apl_json_write_string(it->out, id);
    apl_text_add(it->out, APL_STR(",\"creationInfo\":\"_:creation\""));
}

static void add_list(writing *it, apl_str member, apl_str value)
{
    apl_row_key(it->out, member, false);
    apl_text_add_char(it->out, '[');
    apl_json_write_string(it->out, value);
    apl_text_add_char(it->out, ']');
}

static void add_relationship(writing *it, apl_str from, const char *type, apl_str to)
{
    apl_str name = apl_arena_format(it->scratch, "%.*s %s %.*s", APL_STR_ARG(from), type, APL_STR_ARG(to));

    start_element(it, "Relationship", id_of(it, "relationship", name));
    apl_row_text(it->out, APL_STR("from"), from);
    apl_row_text(it->out, APL_STR("relationshipType"), apl_str_from(type));
    add_list(it, APL_STR("to"), to);
    apl_text_add_char(it->out, '}');
}

static void add_property(void *context, apl_str name, apl_str value)
{
    writing *it = context;

    apl_text_add(it->out, it->is_first_property ? APL_STR("\n  ") : APL_STR(",\n  "));
    apl_text_add(it->out, APL_STR("{\"type\":\"extension_CdxPropertyEntry\""));
    apl_row_text(it->out, APL_STR("extension_cdxPropName"), name);
    apl_row_text(it->out, APL_STR("extension_cdxPropValue"), value);
    apl_text_add_char(it->out, '}');
    it->is_first_property = false;
}

static void start_properties(writing *it)
{
    apl_text_add(it->out, APL_STR(",\n \"extension\":[{\"type\":\"extension_CdxPropertiesExtension\","
                                  "\"extension_cdxProperty\":["));
    it->is_first_property = true;
}

/* By apl_bom_place; SPDX 3.0.1 has no word for a service. */
static const char *const purposes[] = {
    NULL, "model", "data", "other", "application", "configuration", "library", "container", "platform", NULL,
};

static const char *class_of(const apl_bom_part *part)
{
    if (part->place == APL_BOM_MODEL)
        return "ai_AIPackage";
    return part->place == APL_BOM_DATA ? "dataset_DatasetPackage" : "software_Package";
}

/* A time of whole seconds in UTC, as the schema wants it; empty when the text is no such time. */
static apl_str whole_seconds(writing *it, apl_str text)
{
    char time[APL_INSTANT_TEXT_MAX];
    apl_instant instant = 0;

    if (!apl_instant_parse(&instant, text))
        return APL_STR_NONE;
    size_t size = apl_instant_format(time, instant, 0);
    return apl_arena_str(it->scratch, apl_str_make(time, size));
}

static void add_time(writing *it, const apl_bom_part *part, apl_bom_fact fact, apl_str member)
{
    apl_str time = whole_seconds(it, apl_bom_text(part, fact));

    if (time.size)
        apl_row_text(it->out, member, time);
}

static void add_text(writing *it, const apl_bom_part *part, apl_bom_fact fact, apl_str member)
{
    apl_str text = apl_bom_text(part, fact);

    if (text.size)
        apl_row_text(it->out, member, text);
}

static void add_model(writing *it, const apl_bom_part *part)
{
    apl_str architecture = apl_bom_text(part, APL_BOM_ARCHITECTURE);
    apl_str task = apl_bom_text(part, APL_BOM_TASK);

    if (architecture.size)
        add_list(it, APL_STR("ai_typeOfModel"), architecture);
    if (task.size)
        add_list(it, APL_STR("ai_domain"), task);
    add_text(it, part, APL_BOM_USE, APL_STR("ai_informationAboutApplication"));
    add_text(it, part, APL_BOM_TRAINING, APL_STR("ai_informationAboutTraining"));
}

static void add_dataset(writing *it, const apl_bom_part *part)
{
    static const char *const levels[] = {NULL, "clear", "green", "amber", "red", "red"}; /* by apl_level */
    const char *level = levels[asset_of(it, part)->sensitivity];

    apl_text_add(it->out, APL_STR(",\"dataset_datasetType\":[\"noAssertion\"]"));
    if (level)
        apl_row_text(it->out, APL_STR("dataset_confidentialityLevel"), apl_str_from(level));
    add_text(it, part, APL_BOM_USE, APL_STR("dataset_intendedUse"));
}

static apl_str organization(writing *it, apl_str name)
{
    return id_of(it, "organization", name);
}

static void add_package(writing *it, const apl_bom_part *part)
{
    const apl_asset *asset = asset_of(it, part);
    apl_str supplier = apl_bom_text(part, APL_BOM_SUPPLIER);
    apl_str source = apl_bom_text(part, APL_BOM_SOURCE);

    start_element(it, class_of(part), part_id(it, part));
    apl_row_text(it->out, APL_STR("name"), asset->name.size ? asset->name : asset->id);
    apl_row_text(it->out, APL_STR("software_primaryPurpose"), apl_str_from(purposes[part->place]));
    add_text(it, part, APL_BOM_DESCRIPTION, APL_STR("description"));
    add_text(it, part, APL_BOM_VERSION, APL_STR("software_packageVersion"));
    add_text(it, part, APL_BOM_PURL, APL_STR("software_packageUrl"));
    if (apl_bom_is_url(source))
        apl_row_text(it->out, APL_STR("software_downloadLocation"), source);
    add_time(it, part, APL_BOM_RELEASED, APL_STR("releaseTime"));
    add_time(it, part, APL_BOM_RETIRES, APL_STR("validUntilTime"));
    if (supplier.size)
        apl_row_text(it->out, APL_STR("suppliedBy"), organization(it, supplier));
    if (part->place == APL_BOM_MODEL)
        add_model(it, part);
    if (part->place == APL_BOM_DATA)
        add_dataset(it, part);
    apl_text_add(it->out, APL_STR(",\"externalIdentifier\":[{\"type\":\"ExternalIdentifier\","
                                  "\"externalIdentifierType\":\"other\",\"identifier\":"));
    apl_json_write_string(it->out, asset->id);
    apl_text_add(it->out, APL_STR("}]"));
    start_properties(it);
    apl_bom_properties(it->bom, part, it->scratch, add_property, it);
    apl_text_add(it->out, APL_STR("]}]}"));
}

/* The AI and Dataset profiles want exactly one declared and one concluded licence of each of their packages. */
static void add_licenses(writing *it, const apl_bom_part *part)
{
    static const apl_str nobody_says = {"https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense", 69};
    apl_str license = apl_bom_text(part, APL_BOM_LICENSE);
    apl_str id = license.size ? id_of(it, "license", license) : nobody_says;

    if (part->place != APL_BOM_MODEL && part->place != APL_BOM_DATA)
        return;
    add_relationship(it, part_id(it, part), "hasConcludedLicense", nobody_says);
    add_relationship(it, part_id(it, part), "hasDeclaredLicense", id);
}

static const char *relationship_of(const writing *it, apl_relation_type relation)
{
    static const struct {
        apl_str relation;
        const char *type;
    } known[] = {
        {{"trained-on", 10}, "trainedOn"},
        {{"based-on", 8}, "descendantOf"},
        {{"uses-tool", 9}, "usesTool"},
        {{"calls", 5}, "delegatedTo"},
    };
    apl_str name = it->estate->vocabulary->relations.items[relation].name;

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (apl_str_equal(known[i].relation, name))
            return known[i].type;
    }
    return "dependsOn";
}

static void add_needs(writing *it, const apl_bom_part *part)
{
    apl_str from = part_id(it, part);
    uint32_t last = UINT32_MAX;
    const char *last_type = "";

    for (size_t i = 0; i < part->need_count; i++) {
        const apl_bom_part *needed = &it->bom->parts[part->needs[i].part];
        const char *type = relationship_of(it, part->needs[i].relation);
        bool is_again = part->needs[i].part == last && strcmp(type, last_type) == 0;
        if (apl_bom_is_told_elsewhere(needed) || is_again)
            continue;
        last = part->needs[i].part;
        last_type = type;
        add_relationship(it, from, type, part_id(it, needed));
    }
}

/* One element for each different text of a fact. */
static void add_named(writing *it, apl_bom_fact fact, void (*add)(writing *it, apl_str text))
{
    apl_table *seen = apl_table_new(false);

    for (size_t i = 0; i < it->bom->part_count; i++) {
        apl_str text = apl_bom_text(&it->bom->parts[i], fact);
        size_t count = apl_table_count(seen);
        if (text.size == 0 || apl_bom_is_told_elsewhere(&it->bom->parts[i]))
            continue;
        (void)apl_table_put(seen, text, 0);
        if (apl_table_count(seen) > count)
            add(it, text);
    }
    apl_table_free(seen);
}

static void add_organization(writing *it, apl_str name)
{
    start_element(it, "Organization", organization(it, name));
    apl_row_text(it->out, APL_STR("name"), name);
    apl_text_add_char(it->out, '}');
}

/* An SPDX expression is letters, digits and `.-+()` with blanks between; every other text is the name of a licence. */
static bool is_expression(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c && strchr(".-+() ", c))))
            return false;
    }
    return apl_str_find(text, APL_STR(" ")) < 0 || apl_str_find(text, APL_STR(" AND ")) > 0 ||
           apl_str_find(text, APL_STR(" OR ")) > 0 || apl_str_find(text, APL_STR(" WITH ")) > 0;
}

static void add_license(writing *it, apl_str license)
{
    apl_str id = id_of(it, "license", license);

    if (is_expression(license)) {
        start_element(it, "simplelicensing_LicenseExpression", id);
        apl_row_text(it->out, APL_STR("simplelicensing_licenseExpression"), license);
    } else {
        start_element(it, "simplelicensing_SimpleLicensingText", id);
        apl_row_text(it->out, APL_STR("simplelicensing_licenseText"), license);
    }
    apl_text_add_char(it->out, '}');
}

static void add_finding(writing *it, const apl_finding *finding)
{
    const apl_bom_part *part = apl_bom_find(it->bom, finding->asset);
    apl_str id = apl_arena_format(it->scratch, "urn:aplomb:finding:%s", finding->id);

    if (apl_bom_is_told_elsewhere(part))
        return;
    start_element(it, "security_Vulnerability", id);
    apl_row_text(it->out, APL_STR("name"), finding->rule->check);
    apl_row_text(it->out, APL_STR("summary"), finding->rule->title);
    apl_row_text(it->out, APL_STR("description"), finding->rule->why);
    apl_row_text(it->out, APL_STR("comment"),
                 apl_arena_format(it->scratch, "severity %s", apl_severity_names[finding->severity]));
    apl_text_add_char(it->out, '}');
    add_relationship(it, part_id(it, part), "hasAssociatedVulnerability", id);
}

static void add_head(writing *it)
{
    const apl_scan_info *scan = &it->bom->snapshot->scan;
    apl_str title = apl_bom_title(it->bom, it->scratch);
    apl_str subject = APL_STR("urn:aplomb:subject");

    apl_text_add(it->out, APL_STR("{\"@context\":\"https://spdx.org/rdf/3.0.1/spdx-context.jsonld\",\"@graph\":[\n"
                                  "{\"type\":\"CreationInfo\",\"@id\":\"_:creation\",\"specVersion\":\"3.0.1\","
                                  "\"createdBy\":[\"urn:aplomb:agent\"],\"createdUsing\":[\"urn:aplomb:tool\"]"));
    apl_row_text(it->out, APL_STR("created"), whole_seconds(it, scan->finished));
    apl_text_add_char(it->out, '}');
    start_element(it, "SoftwareAgent", APL_STR("urn:aplomb:agent"));
    apl_text_add(it->out, APL_STR(",\"name\":\"Aplomb\"}"));
    start_element(it, "Tool", APL_STR("urn:aplomb:tool"));
    apl_row_text(it->out, APL_STR("name"), apl_arena_format(it->scratch, "Aplomb %.*s", APL_STR_ARG(scan->version)));
    apl_text_add_char(it->out, '}');
    start_element(it, "SpdxDocument", apl_arena_format(it->scratch, "urn:uuid:%s", it->bom->serial));
    apl_text_add(it->out, APL_STR(",\"rootElement\":[\"urn:aplomb:bom\"],\"profileConformance\":[\"core\",\"software\","
                                  "\"ai\",\"dataset\",\"simpleLicensing\",\"security\",\"extension\"]}"));
    start_element(it, "software_Sbom", APL_STR("urn:aplomb:bom"));
    apl_text_add(it->out, APL_STR(",\"software_sbomType\":[\"deployed\"],\"rootElement\":[\"urn:aplomb:subject\"]}"));
    start_element(it, "software_Package", subject);
    apl_row_text(it->out, APL_STR("name"), title);
    apl_text_add(it->out, APL_STR(",\"software_primaryPurpose\":\"application\""));
    start_properties(it);
    apl_bom_own_properties(it->bom, it->scratch, add_property, it);
    apl_text_add(it->out, APL_STR("]}]}"));
}

static void add_part(writing *it, const apl_bom_part *part)
{
    add_package(it, part);
    add_licenses(it, part);
    if (apl_bom_is_top(it->bom, part))
        add_relationship(it, APL_STR("urn:aplomb:subject"), "contains", part_id(it, part));
    add_needs(it, part);
}

static apl_status write_spdx(apl_output *output, const apl_report *report)
{
    writing it = {
        .output = output,
        .out = &output->text,
        .bom = report->bom,
        .estate = report->snapshot->estate,
        .scratch = apl_arena_new(),
    };
    apl_status status = APL_OK;

    add_head(&it);
    add_named(&it, APL_BOM_SUPPLIER, add_organization);
    add_named(&it, APL_BOM_LICENSE, add_license);
    for (size_t i = 0; status == APL_OK && i < it.bom->part_count; i++) {
        apl_arena_reset(it.scratch);
        if (!apl_bom_is_told_elsewhere(&it.bom->parts[i]))
            add_part(&it, &it.bom->parts[i]);
        status = apl_output_step(output);
    }
    for (size_t i = 0; status == APL_OK && i < it.bom->finding_count; i++) {
        apl_arena_reset(it.scratch);
        add_finding(&it, &it.estate->findings.items[it.bom->findings[i]]);
        status = apl_output_step(output);
    }
    apl_text_add(it.out, APL_STR("\n]}\n"));
    apl_arena_free(it.scratch);
    return status;
}

const apl_format apl_format_spdx = {
    .name = "spdx",
    .summary = "bill of materials, SPDX 3.0.1 JSON-LD with AI and Dataset profiles",
    .extension = "spdx.json",
    .views = APL_VIEW_BOM,
    .write = write_spdx,
};
