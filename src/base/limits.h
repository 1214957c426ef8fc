/* base/limits.h: every named maximum of the product, with the reason for the number.
 *
 * Each loop over input, each queue and each stack that replaces a recursion has its constant here.
 * Passing one is an ordinary failure (APL_E_LIMIT) or a coverage row, never a crash. */
#ifndef APL_BASE_LIMITS_H
#define APL_BASE_LIMITS_H

/* One message: a path of 4,096 bytes would drown the cause, so long parts are cut. */
#define APL_ERROR_BYTES_MAX 1024

/* One document; the largest real ARM body seen is 2 MB, an Azure Resource Graph page is 16 MB at most. */
#define APL_DOCUMENT_BYTES_MAX (64u << 20)

/* A file up to this size is parsed as one text; a larger one is cut into lines or array elements. */
#define APL_PAGE_BYTES_MAX (4u << 20)

/* What stands before the array of a page that is cut; it goes with every part of the page. */
#define APL_PAGE_HEAD_BYTES_MAX (1u << 20)

/* Nesting of JSON. Real documents stay below 40; ARM itself refuses more than 64 in a policy rule. */
#define APL_JSON_DEPTH_MAX 256

/* Nesting of archives and compressions in each other. */
#define APL_ARCHIVE_DEPTH_MAX 4

/* Members of one archive, and the ratio of bytes out to bytes in that makes it a bomb. */
#define APL_ARCHIVE_MEMBERS_MAX 1000000
#define APL_ARCHIVE_RATIO_MAX 2000
#define APL_ARCHIVE_RATIO_FLOOR_BYTES (64u << 20)

/* Files of one folder given as SOURCE, and how deep it may be. */
#define APL_FILES_MAX 5000000
#define APL_FOLDER_DEPTH_MAX 64

/* Content: bytes of one YAML or policy file, and files of one --content folder. */
#define APL_CONTENT_BYTES_MAX (8u << 20)
#define APL_CONTENT_FILES_MAX 100000

/* Values of one YAML file with its aliases written out. */
#define APL_YAML_NODES_MAX 1000000

/* Policy language limits that Microsoft documents: conditions, depth, characters, nodes of one rule. */
#define APL_POLICY_CONDITIONS_MAX 4096
#define APL_POLICY_DEPTH_MAX 64
#define APL_EXPRESSION_CHARS_MAX 131072
#define APL_EXPRESSION_NODES_MAX 32768
#define APL_EXPRESSION_DEPTH_MAX 64

/* Members of a value count, as Microsoft documents. */
#define APL_VALUE_COUNT_MAX 100

/* Length of a string or array that a function may build; bounds padLeft, concat and their nesting. */
#define APL_FUNCTION_BYTES_MAX (1u << 20)
#define APL_FUNCTION_ITEMS_MAX 65536

/* An id; ARM ids stay below 2,000 bytes. */
#define APL_ID_BYTES_MAX 8192

/* A JSON path in a message or as evidence. */
#define APL_PATH_BYTES_MAX 4096

/* Assets, relations and findings of one estate: numbers are 32 bits wide. */
#define APL_ASSETS_MAX 100000000u

/* Nodes and edges of an attack graph: a node is an asset with a capability, a handful an asset, and the largest graph
 * that one process is made for has 80 million edges. Numbers are 32 bits wide, and one more than the last must fit. */
#define APL_GRAPH_NODES_MAX 400000000u
#define APL_GRAPH_EDGES_MAX 2000000000u

/* Edges that one change adds to a frozen graph; with more it is time to build it anew. */
#define APL_OVERLAY_EDGES_MAX 1000000u

/* Targets of one reach matrix (a bit a component and target: 1 GB for a million components), and what one matrix may
 * take. */
#define APL_REACH_TARGETS_MAX 65536u
#define APL_REACH_BYTES_MAX (UINT64_C(8) << 30)

/* Steps of the search for the cheapest paths to one target: edges looked at and ancestors compared. A hundred paths
 * take some thousands in a large tenant; a target behind a knot of loops could take forever, and at 36 bytes a step at
 * most this one ends at 150 MB. */
#define APL_ROUTES_WORK_MAX 4000000u

/* Threads of one scan. */
#define APL_THREADS_MAX 64

/* SQL text, blob and page limits of the store are SQLite's own. Snapshots listed at once: */
#define APL_SNAPSHOTS_MAX 100000

#endif
