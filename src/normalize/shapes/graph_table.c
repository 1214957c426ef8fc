/* normalize/shapes/graph_table.c: Azure Resource Graph answers in the table format.
 *
 * {"columns": [{"name","type"}], "rows": [[...]]} (Azure Resource Graph REST API, resultFormat=table). Each row is put
 * together to an object and opened like any other. */
#include "normalize/shape.h"

#define ROW_BYTES_MAX (16u << 20)

static bool table_matches(const apl_json *object)
{
    const apl_json *columns = apl_json_get(object, APL_STR("columns"));
    const apl_json *rows = apl_json_get(object, APL_STR("rows"));

    return columns && rows && apl_json_is_array(columns) && apl_json_is_array(rows);
}

static void write_row(apl_text *out, const apl_json *columns, const apl_json *row)
{
    apl_json_items cell = apl_json_each_item(row);
    bool is_first = true;

    apl_text_add_char(out, '{');
    for (apl_json_items column = apl_json_each_item(columns);
         apl_json_next_item(&column) && apl_json_next_item(&cell);) {
        const apl_json *name = apl_json_get(column.value, APL_STR("name"));
        if (name == NULL)
            continue;
        if (!is_first)
            apl_text_add_char(out, ',');
        is_first = false;
        apl_json_write_string(out, apl_json_str(name));
        apl_text_add_char(out, ':');
        (void)apl_json_write(out, cell.value);
    }
    apl_text_add_char(out, '}');
}

static void table_open(apl_normalizer *normalizer, const apl_document *document)
{
    const apl_json *columns = apl_json_get(document->body, APL_STR("columns"));
    const apl_json *rows = apl_json_get(document->body, APL_STR("rows"));
    const apl_json *made = NULL;
    size_t used = 0;
    apl_text text;

    apl_text_init(&text, ROW_BYTES_MAX);
    apl_text_add(&text, APL_STR("{\"value\":["));
    bool is_first = true;
    for (apl_json_items row = apl_json_each_item(rows); apl_json_next_item(&row);) {
        if (!apl_json_is_array(row.value))
            continue;
        if (!is_first)
            apl_text_add_char(&text, ',');
        is_first = false;
        write_row(&text, columns, row.value);
    }
    apl_text_add(&text, APL_STR("]}"));
    bool is_whole = !text.is_cut;
    apl_str kept = is_whole ? apl_arena_str(normalizer->scratch, apl_text_str(&text)) : APL_STR_NONE;
    apl_text_free(&text);
    if (!is_whole || apl_json_read(&made, &used, normalizer->spare, kept) != APL_OK || made == NULL) {
        apl_document_unsupported(normalizer, document, APL_STR("Azure Resource Graph table"));
        return;
    }
    apl_document page = *document;
    page.body = made;
    page.depth++;
    apl_document_push(normalizer, &page);
}

const apl_shape apl_shape_graph_table = {
    .name = "graph-table",
    .summary = "Azure Resource Graph answers in the table format",
    .matches = table_matches,
    .open = table_open,
};
