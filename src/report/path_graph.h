/* report/path_graph.h: the assets and steps of the selected attack paths, each once.
 *
 * What the formats that draw pictures have in common. The steps belong to the snapshot. */
#ifndef APL_REPORT_PATH_GRAPH_H
#define APL_REPORT_PATH_GRAPH_H

#include "report/report.h"

typedef enum apl_path_role { APL_PATH_BETWEEN = 0, APL_PATH_ENTRY, APL_PATH_TARGET } apl_path_role;

typedef struct apl_path_node {
    uint32_t asset;
    apl_path_role role;
} apl_path_node;

typedef struct apl_path_graph {
    APL_VECTOR(apl_path_node) nodes;         /* by number of the asset */
    APL_VECTOR(const apl_path_step *) edges; /* by from, to, technique */
} apl_path_graph;

apl_path_graph apl_path_graph_make(const apl_report *report);
void apl_path_graph_free(apl_path_graph *graph);

#endif
