/* model/bill.c: the names of places, facts and flows, as content files write them.
 *
 * Their order is that of the enumerations in bill.h. */
#include "model/bill.h"

const char *const apl_bom_place_names[] = {"none",        "model",         "data",    "service",
                                           "application", "configuration", "library", "container",
                                           "platform",    "identity",      NULL};

const char *const apl_bom_fact_names[] = {
    "version",      "supplier",   "description", "license",      "purl",     "hash",    "endpoint",
    "source",       "task",       "family",      "architecture", "input",    "output",  "format",
    "quantization", "parameters", "training",    "use",          "released", "retires", NULL,
};

const char *const apl_bom_flow_names[] = {"none", "inbound", "outbound", "both", NULL};
