/* report/cyclonedx.c: writes CycloneDX JSON, part by part.
 *
 * bom-ref is the asset's id. Each member that a version of the format restricts is left out where the text does not
 * fit; the same text then stands in the properties, where everything is told with the path that it was read from. */
#include "report/cyclonedx.h"

#include "report/bom_text.h"
#include "report/row.h"

/* The schema's limit for a version. */
#define VERSION_BYTES_MAX 1024

typedef struct writing {
    apl_output *output;
    apl_text *out;
    const apl_bom *bom;
    const apl_estate *estate;
    apl_arena *scratch;
    apl_cyclonedx_version version;
    bool is_first; /* of the list that is being written */
} writing;

static const apl_asset *asset_of(const writing *it, const apl_bom_part *part)
{
    return &it->estate->assets.items[part->asset];
}

static bool is_service(const apl_bom_part *part)
{
    return part->place == APL_BOM_SERVICE;
}

static void add_property(void *context, apl_str name, apl_str value)
{
    writing *it = context;

    apl_text_add(it->out, it->is_first ? APL_STR("\n  {\"name\":") : APL_STR(",\n  {\"name\":"));
    apl_json_write_string(it->out, name);
    apl_row_text(it->out, APL_STR("value"), value);
    apl_text_add_char(it->out, '}');
    it->is_first = false;
}

static void add_properties(writing *it, const apl_bom_part *part)
{
    apl_text_add(it->out, APL_STR(",\n \"properties\":["));
    it->is_first = true;
    apl_bom_properties(it->bom, part, it->scratch, add_property, it);
    apl_text_add_char(it->out, ']');
}

static void add_supplier(writing *it, const apl_bom_part *part, apl_str member)
{
    apl_str supplier = apl_bom_text(part, APL_BOM_SUPPLIER);

    if (supplier.size == 0)
        return;
    apl_row_key(it->out, member, false);
    apl_text_add(it->out, APL_STR("{\"name\":"));
    apl_json_write_string(it->out, supplier);
    apl_text_add_char(it->out, '}');
}

/* What components and services have in common. */
static void add_common(writing *it, const apl_bom_part *part)
{
    const apl_asset *asset = asset_of(it, part);
    apl_str version = apl_bom_text(part, APL_BOM_VERSION);
    apl_str description = apl_bom_text(part, APL_BOM_DESCRIPTION);
    apl_str license = apl_bom_text(part, APL_BOM_LICENSE);

    apl_row_text(it->out, APL_STR("bom-ref"), asset->id);
    apl_row_text(it->out, APL_STR("name"), asset->name.size ? asset->name : asset->id);
    if (version.size && version.size <= VERSION_BYTES_MAX)
        apl_row_text(it->out, APL_STR("version"), version);
    if (description.size)
        apl_row_text(it->out, APL_STR("description"), description);
    if (license.size) {
        apl_text_add(it->out, APL_STR(",\"licenses\":[{\"license\":{\"name\":"));
        apl_json_write_string(it->out, license);
        apl_text_add(it->out, APL_STR("}}]"));
    }
}

/* A list of the URLs among a part's values of one fact, each with what stands before and behind it. */
static void add_urls(writing *it, const apl_bom_part *part, apl_bom_fact fact, apl_str before, apl_str after)
{
    for (size_t i = 0; i < part->value_count; i++) {
        if (part->values[i].fact != fact || !apl_bom_is_url(part->values[i].text))
            continue;
        if (!it->is_first)
            apl_text_add_char(it->out, ',');
        it->is_first = false;
        apl_text_add(it->out, before);
        apl_json_write_string(it->out, part->values[i].text);
        apl_text_add(it->out, after);
    }
}

static bool has_url(const apl_bom_part *part, apl_bom_fact fact)
{
    for (size_t i = 0; i < part->value_count; i++) {
        if (part->values[i].fact == fact && apl_bom_is_url(part->values[i].text))
            return true;
    }
    return false;
}

static void add_references(writing *it, const apl_bom_part *part)
{
    bool has_source = has_url(part, APL_BOM_SOURCE);
    bool has_endpoint = !is_service(part) && has_url(part, APL_BOM_ENDPOINT);

    if (!has_source && !has_endpoint)
        return;
    apl_text_add(it->out, APL_STR(",\"externalReferences\":["));
    it->is_first = true;
    add_urls(it, part, APL_BOM_SOURCE, APL_STR("{\"type\":\"distribution\",\"url\":"), APL_STR("}"));
    if (has_endpoint)
        add_urls(it, part, APL_BOM_ENDPOINT, APL_STR("{\"type\":\"website\",\"url\":"), APL_STR("}"));
    apl_text_add_char(it->out, ']');
}

static void add_formats(writing *it, const apl_bom_part *part, apl_bom_fact fact, apl_str member)
{
    bool is_first = true;

    for (size_t i = 0; i < part->value_count; i++) {
        if (part->values[i].fact != fact)
            continue;
        if (is_first)
            apl_row_key(it->out, member, it->is_first);
        apl_text_add(it->out, is_first ? APL_STR("[{\"format\":") : APL_STR(",{\"format\":"));
        apl_json_write_string(it->out, part->values[i].text);
        apl_text_add_char(it->out, '}');
        is_first = it->is_first = false;
    }
    if (!is_first)
        apl_text_add_char(it->out, ']');
}

static void add_parameter(writing *it, const apl_bom_part *part, apl_bom_fact fact, apl_str member)
{
    apl_str text = apl_bom_text(part, fact);

    if (text.size == 0)
        return;
    apl_row_key(it->out, member, it->is_first);
    apl_json_write_string(it->out, text);
    it->is_first = false;
}

/* The data that it was trained on. */
static void add_datasets(writing *it, const apl_bom_part *part)
{
    apl_relation_type trained_on = apl_vocabulary_relation(it->estate->vocabulary, APL_STR("trained-on"));
    bool is_first = true;

    for (size_t i = 0; i < part->need_count; i++) {
        const apl_bom_part *data = &it->bom->parts[part->needs[i].part];
        if (part->needs[i].relation != trained_on || data->place != APL_BOM_DATA)
            continue;
        if (is_first)
            apl_row_key(it->out, APL_STR("datasets"), it->is_first);
        apl_text_add(it->out, is_first ? APL_STR("[{\"ref\":") : APL_STR(",{\"ref\":"));
        apl_json_write_string(it->out, asset_of(it, data)->id);
        apl_text_add_char(it->out, '}');
        is_first = it->is_first = false;
    }
    if (!is_first)
        apl_text_add_char(it->out, ']');
}

static void add_model_card(writing *it, const apl_bom_part *part)
{
    apl_str use = apl_bom_text(part, APL_BOM_USE);

    apl_text_add(it->out, APL_STR(",\n \"modelCard\":{\"modelParameters\":{"));
    it->is_first = true;
    add_parameter(it, part, APL_BOM_TASK, APL_STR("task"));
    add_parameter(it, part, APL_BOM_FAMILY, APL_STR("architectureFamily"));
    add_parameter(it, part, APL_BOM_ARCHITECTURE, APL_STR("modelArchitecture"));
    add_datasets(it, part);
    add_formats(it, part, APL_BOM_INPUT, APL_STR("inputs"));
    add_formats(it, part, APL_BOM_OUTPUT, APL_STR("outputs"));
    apl_text_add_char(it->out, '}');
    if (use.size) {
        apl_text_add(it->out, APL_STR(",\"considerations\":{\"useCases\":["));
        apl_json_write_string(it->out, use);
        apl_text_add(it->out, APL_STR("]}"));
    }
    apl_text_add_char(it->out, '}');
}

static void add_data(writing *it, const apl_bom_part *part)
{
    const apl_asset *asset = asset_of(it, part);
    bool is_data = part->place == APL_BOM_DATA;

    apl_text_add_format(it->out, ",\"data\":[{\"type\":\"%s\"", is_data ? "dataset" : "configuration");
    apl_row_text(it->out, APL_STR("name"), asset->name.size ? asset->name : asset->id);
    apl_row_text(it->out, APL_STR("classification"), apl_str_from(apl_level_names[asset->sensitivity]));
    apl_text_add(it->out, APL_STR("}]"));
}

/* SHA-256 is 64 hexadecimal digits. */
static bool is_sha256(apl_str text)
{
    for (uint32_t i = 0; i < text.size; i++) {
        if (strchr("0123456789abcdefABCDEF", text.data[i]) == NULL)
            return false;
    }
    return text.size == 2 * APL_SHA256_BYTES;
}

/* By apl_bom_place; services and identities are no components. */
static const char *const component_types[] = {
    NULL, "machine-learning-model", "data", NULL, "application", "data", "library", "container", "platform", NULL,
};

/* Where it was found, and how: by its own document, or named in another's. */
static void add_evidence(writing *it, const apl_bom_part *part)
{
    const apl_asset *asset = asset_of(it, part);

    apl_text_add_format(it->out,
                        ",\"evidence\":{\"identity\":[{\"field\":\"name\",\"confidence\":%s,\"methods\":[{"
                        "\"technique\":\"%s\",\"confidence\":%s,\"value\":\"%s\"}]}],\"occurrences\":[{\"location\":",
                        asset->is_read ? "1" : "0.5", asset->is_read ? "manifest-analysis" : "attestation",
                        asset->is_read ? "1" : "0.5",
                        asset->is_read ? "read from the configuration of the asset" : "named by another asset only");
    apl_json_write_string(it->out, asset->id);
    apl_text_add(it->out, APL_STR("}]}"));
}

static void add_component(writing *it, const apl_bom_part *part)
{
    apl_str purl = apl_bom_text(part, APL_BOM_PURL);
    apl_str hash = apl_bom_text(part, APL_BOM_HASH);

    apl_text_add_format(it->out, "{\"type\":\"%s\"", component_types[part->place]);
    add_common(it, part);
    add_supplier(it, part, APL_STR("supplier"));
    if (it->version == APL_CYCLONEDX_1_7 && part->place == APL_BOM_MODEL && !asset_of(it, part)->is_read)
        apl_text_add(it->out, APL_STR(",\"isExternal\":true"));
    if (purl.size)
        apl_row_text(it->out, APL_STR("purl"), purl);
    if (is_sha256(hash)) {
        apl_text_add(it->out, APL_STR(",\"hashes\":[{\"alg\":\"SHA-256\""));
        apl_row_text(it->out, APL_STR("content"), hash);
        apl_text_add(it->out, APL_STR("}]"));
    }
    add_references(it, part);
    add_evidence(it, part);
    if (part->place == APL_BOM_MODEL)
        add_model_card(it, part);
    if (part->place == APL_BOM_DATA || part->place == APL_BOM_CONFIGURATION)
        add_data(it, part);
    add_properties(it, part);
    apl_text_add_char(it->out, '}');
}

/* One flow of data between a service and another part; `into` as the service sees it. */
static void add_flow(writing *it, const apl_bom_part *service, const apl_bom_part *other, apl_relation_type relation,
                     const char *flow)
{
    bool is_in = strcmp(flow, "inbound") == 0;
    apl_str title = it->estate->vocabulary->relations.items[relation].title;
    const apl_asset *with = asset_of(it, other);

    apl_text_add(it->out, it->is_first ? APL_STR(",\n \"data\":[") : APL_STR(","));
    it->is_first = false;
    apl_text_add_format(it->out, "\n  {\"flow\":\"%s\"", flow);
    apl_row_text(it->out, APL_STR("classification"), apl_str_from(apl_level_names[asset_of(it, service)->sensitivity]));
    apl_row_text(it->out, APL_STR("name"),
                 apl_arena_format(it->scratch, "%.*s: %.*s", APL_STR_ARG(title), APL_STR_ARG(with->name)));
    apl_text_add_format(it->out, ",\"%s\":[\"urn:cdx:%s/1#", is_in ? "source" : "destination", it->bom->serial);
    apl_bom_add_escaped(it->out, with->id);
    apl_text_add(it->out, APL_STR("\"]}"));
}

static void add_flows(writing *it, const apl_bom_part *part)
{
    static const char *const of_end[] = {NULL, "inbound", "outbound", "bi-directional"}; /* by apl_bom_flow */
    static const char *const of_start[] = {NULL, "outbound", "inbound",
                                           "bi-directional"}; /* seen from the other side */
    const apl_relation_info *types = it->estate->vocabulary->relations.items;

    it->is_first = true;
    for (size_t i = 0; i < part->user_count; i++) {
        const char *flow = of_end[types[part->users[i].relation].bom_flow];
        if (flow)
            add_flow(it, part, &it->bom->parts[part->users[i].part], part->users[i].relation, flow);
    }
    for (size_t i = 0; i < part->need_count; i++) {
        const char *flow = of_start[types[part->needs[i].relation].bom_flow];
        if (flow && !apl_bom_is_told_elsewhere(&it->bom->parts[part->needs[i].part]))
            add_flow(it, part, &it->bom->parts[part->needs[i].part], part->needs[i].relation, flow);
    }
    if (!it->is_first)
        apl_text_add_char(it->out, ']');
}

static void add_service(writing *it, const apl_bom_part *part)
{
    const apl_asset *asset = asset_of(it, part);
    bool is_across = asset->exposure == APL_EXPOSURE_INTERNET || asset->exposure == APL_EXPOSURE_TRUSTED;

    apl_text_add(it->out, APL_STR("{\"trustZone\":"));
    apl_json_write_string(it->out, asset->scope.size ? asset->scope : APL_STR("-"));
    add_common(it, part);
    add_supplier(it, part, APL_STR("provider"));
    if (has_url(part, APL_BOM_ENDPOINT)) {
        apl_text_add(it->out, APL_STR(",\"endpoints\":["));
        it->is_first = true;
        add_urls(it, part, APL_BOM_ENDPOINT, APL_STR_NONE, APL_STR_NONE);
        apl_text_add_char(it->out, ']');
    }
    if (asset->exposure != APL_EXPOSURE_UNKNOWN)
        apl_text_add_format(it->out, ",\"x-trust-boundary\":%s", is_across ? "true" : "false");
    add_references(it, part);
    add_flows(it, part);
    add_properties(it, part);
    apl_text_add_char(it->out, '}');
}

/* Writes one list of parts: those for which `takes` holds. */
static apl_status add_parts(writing *it, const char *name, bool services)
{
    apl_status status = APL_OK;
    bool is_first = true;

    apl_text_add_format(it->out, ",\n\"%s\":[", name);
    for (size_t i = 0; status == APL_OK && i < it->bom->part_count; i++) {
        const apl_bom_part *part = &it->bom->parts[i];
        if (is_service(part) != services || apl_bom_is_told_elsewhere(part))
            continue;
        apl_text_add(it->out, is_first ? APL_STR("\n") : APL_STR(",\n"));
        is_first = false;
        if (services)
            add_service(it, part);
        else
            add_component(it, part);
        apl_arena_reset(it->scratch);
        status = apl_output_step(it->output);
    }
    apl_text_add_char(it->out, ']');
    return status;
}

static void add_dependency(writing *it, const apl_bom_part *part)
{
    uint32_t last = UINT32_MAX;
    bool is_first = true;

    apl_text_add(it->out, APL_STR(",\n{\"ref\":"));
    apl_json_write_string(it->out, asset_of(it, part)->id);
    for (size_t i = 0; i < part->need_count; i++) {
        const apl_bom_part *needed = &it->bom->parts[part->needs[i].part];
        if (part->needs[i].part == last || apl_bom_is_told_elsewhere(needed))
            continue;
        last = part->needs[i].part;
        apl_text_add(it->out, is_first ? APL_STR(",\"dependsOn\":[") : APL_STR(","));
        apl_json_write_string(it->out, asset_of(it, needed)->id);
        is_first = false;
    }
    apl_text_add(it->out, is_first ? APL_STR("}") : APL_STR("]}"));
}

static apl_status add_dependencies(writing *it)
{
    apl_status status = APL_OK;
    bool is_first = true;

    apl_text_add(it->out, APL_STR(",\n\"dependencies\":[\n{\"ref\":\"aplomb:subject\""));
    for (size_t i = 0; i < it->bom->part_count; i++) {
        const apl_bom_part *part = &it->bom->parts[i];
        if (!apl_bom_is_top(it->bom, part) || apl_bom_is_told_elsewhere(part))
            continue;
        apl_text_add(it->out, is_first ? APL_STR(",\"dependsOn\":[") : APL_STR(","));
        apl_json_write_string(it->out, asset_of(it, part)->id);
        is_first = false;
    }
    apl_text_add(it->out, is_first ? APL_STR("}") : APL_STR("]}"));
    for (size_t i = 0; status == APL_OK && i < it->bom->part_count; i++) {
        if (apl_bom_is_told_elsewhere(&it->bom->parts[i]))
            continue;
        add_dependency(it, &it->bom->parts[i]);
        status = apl_output_step(it->output);
    }
    apl_text_add_char(it->out, ']');
    return status;
}

/* What was not read, or only named, makes no claim to be all. */
static void add_composition(writing *it, const char *aggregate, bool is_read)
{
    bool is_first = true;

    apl_text_add_format(it->out, "{\"aggregate\":\"%s\",\"assemblies\":[", aggregate);
    for (size_t i = 0; i < it->bom->part_count; i++) {
        const apl_bom_part *part = &it->bom->parts[i];
        const apl_asset *asset = asset_of(it, part);
        bool is_meant = asset->is_read == is_read && (!is_read || asset->unread_groups);
        if (!is_meant || apl_bom_is_told_elsewhere(part))
            continue;
        if (!is_first)
            apl_text_add_char(it->out, ',');
        apl_json_write_string(it->out, asset->id);
        is_first = false;
    }
    apl_text_add(it->out, APL_STR("]}"));
}

static apl_status add_vulnerabilities(writing *it)
{
    apl_status status = APL_OK;
    bool is_first = true;

    apl_text_add(it->out, APL_STR(",\n\"vulnerabilities\":["));
    for (size_t i = 0; status == APL_OK && i < it->bom->finding_count; i++) {
        const apl_finding *finding = &it->estate->findings.items[it->bom->findings[i]];
        const apl_rule_info *rule = finding->rule;
        if (apl_bom_is_told_elsewhere(apl_bom_find(it->bom, finding->asset)))
            continue;
        apl_text_add_format(it->out, "%s\n{\"bom-ref\":\"finding:%s\"", is_first ? "" : ",", finding->id);
        is_first = false;
        apl_row_text(it->out, APL_STR("id"), rule->check);
        apl_text_add_format(it->out,
                            ",\"source\":{\"name\":\"Aplomb\"},\"ratings\":[{\"source\":{\"name\":\"Aplomb\"},"
                            "\"severity\":\"%s\",\"method\":\"other\"}]",
                            apl_severity_names[finding->severity]);
        apl_row_text(it->out, APL_STR("description"), rule->title);
        apl_row_text(it->out, APL_STR("detail"), rule->why);
        if (rule->fix_summary.size)
            apl_row_text(it->out, APL_STR("recommendation"), rule->fix_summary);
        apl_text_add(it->out, APL_STR(",\"affects\":[{\"ref\":"));
        apl_json_write_string(it->out, it->estate->assets.items[finding->asset].id);
        apl_text_add(it->out, APL_STR("}]}"));
        status = apl_output_step(it->output);
    }
    apl_text_add_char(it->out, ']');
    return status;
}

static void add_head(writing *it, const apl_scan_info *scan)
{
    apl_text_add_format(it->out,
                        "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"%s\",\"serialNumber\":\"urn:uuid:%s\","
                        "\"version\":1,\n\"metadata\":{\"timestamp\":",
                        it->version == APL_CYCLONEDX_1_7 ? "1.7" : "1.6", it->bom->serial);
    apl_json_write_string(it->out, scan->finished);
    apl_text_add(it->out,
                 APL_STR(",\"lifecycles\":[{\"phase\":\"operations\"}],\n \"tools\":{\"components\":[{\"type\":"
                         "\"application\",\"name\":\"Aplomb\""));
    apl_row_text(it->out, APL_STR("version"), scan->version);
    apl_text_add(it->out, APL_STR("}]},\n \"component\":{\"type\":\"application\",\"bom-ref\":\"aplomb:subject\""));
    apl_row_text(it->out, APL_STR("name"), apl_bom_title(it->bom, it->scratch));
    apl_text_add(it->out, APL_STR("},\n \"properties\":["));
    it->is_first = true;
    apl_bom_own_properties(it->bom, it->scratch, add_property, it);
    apl_text_add(it->out, APL_STR("]}"));
}

apl_status apl_cyclonedx_write(apl_output *output, const apl_report *report, apl_cyclonedx_version version)
{
    writing it = {
        .output = output,
        .out = &output->text,
        .bom = report->bom,
        .estate = report->snapshot->estate,
        .scratch = apl_arena_new(),
        .version = version,
    };

    add_head(&it, &report->snapshot->scan);
    apl_status status = add_parts(&it, "components", false);
    if (status == APL_OK)
        status = add_parts(&it, "services", true);
    if (status == APL_OK)
        status = add_dependencies(&it);
    apl_text_add(it.out, APL_STR(",\n\"compositions\":[\n"));
    add_composition(&it, "incomplete", true);
    apl_text_add(it.out, APL_STR(",\n"));
    add_composition(&it, "unknown", false);
    apl_text_add_char(it.out, ']');
    if (status == APL_OK)
        status = add_vulnerabilities(&it);
    apl_text_add(it.out, APL_STR("}\n"));
    apl_arena_free(it.scratch);
    return status;
}
