/* report/formats/navigator.c: the techniques of the selected attack paths as a layer for the ATLAS Navigator.
 *
 * Layer format 4.5 of MITRE's ATT&CK Navigator with the ATLAS domain. A technique's score is the risk of the riskiest
 * path that uses it; its comment names how many paths do. */
#include "graph/technique.h"
#include "report/format.h"

typedef struct scored {
    apl_str id;
    double risk;
    uint64_t paths;
} scored;

typedef APL_VECTOR(scored) scores;

static void add_score(scores *list, apl_str id, double risk)
{
    for (size_t i = 0; i < list->count; i++) {
        if (!apl_str_equal(list->items[i].id, id))
            continue;
        list->items[i].paths++;
        list->items[i].risk = risk > list->items[i].risk ? risk : list->items[i].risk;
        return;
    }
    APL_PUSH(list, ((scored){id, risk, 1}));
}

static void add_technique(scores *list, const apl_techniques *techniques, apl_str id, double risk)
{
    for (size_t t = 0; t < techniques->items.count; t++) {
        const apl_technique *technique = &techniques->items.items[t];
        if (!apl_str_equal(technique->id, id))
            continue;
        for (size_t i = 0; i < technique->atlas_count; i++)
            add_score(list, technique->atlas[i], risk);
        return;
    }
}

/* A path counts once for a technique, however many of its steps use it. */
static void add_path(scores *list, const apl_techniques *techniques, const apl_path *path)
{
    for (uint32_t s = 0; s < path->step_count; s++) {
        bool is_again = path->steps[s].technique.size == 0;
        for (uint32_t before = 0; before < s && !is_again; before++)
            is_again = apl_str_equal(path->steps[before].technique, path->steps[s].technique);
        if (!is_again)
            add_technique(list, techniques, path->steps[s].technique, path->risk);
    }
}

static apl_status write_navigator(apl_output *output, const apl_report *report)
{
    const apl_selection *selection = report->selection;
    apl_text *out = &output->text;
    scores list = {0};

    for (size_t i = 0; i < selection->paths.count; i++)
        add_path(&list, report->techniques, &report->snapshot->estate->paths.items[selection->paths.items[i]]);
    apl_text_add(out,
                 APL_STR("{\"name\":\"Aplomb attack paths\",\"versions\":{\"layer\":\"4.5\",\"navigator\":\"5.1.0\"},"
                         "\"domain\":\"atlas-atlas\",\"description\":\"Techniques of the attack paths found\",\n"
                         "\"gradient\":{\"colors\":[\"#fff3c4\",\"#c62828\"],\"minValue\":0,\"maxValue\":100},\n"
                         "\"techniques\":["));
    for (size_t i = 0; i < list.count; i++) {
        apl_text_add(out, i ? APL_STR(",\n{\"techniqueID\":") : APL_STR("\n{\"techniqueID\":"));
        apl_json_write_string(out, list.items[i].id);
        apl_text_add_format(out, ",\"score\":%.0f,\"comment\":\"%llu %s\",\"enabled\":true}", list.items[i].risk,
                            (unsigned long long)list.items[i].paths, list.items[i].paths == 1 ? "path" : "paths");
    }
    apl_text_add(out, APL_STR("]}\n"));
    apl_memory_free(list.items);
    return apl_output_step(output);
}

const apl_format apl_format_navigator = {
    .name = "navigator",
    .summary = "techniques of the attack paths as an ATLAS Navigator layer",
    .extension = "json",
    .views = APL_VIEW_PATHS,
    .write = write_navigator,
};
