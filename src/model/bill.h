/* model/bill.h: the words of a bill of materials: where an asset stands in it, and what is told of it.
 *
 * Places and facts are the same in every format; a writer knows what they are called there. Kinds name their place
 * (vocabulary/kinds.yaml), types say where their documents hold the facts (`bom` of service.yaml). */
#ifndef APL_MODEL_BILL_H
#define APL_MODEL_BILL_H

#include "base/str.h"

typedef enum apl_bom_place {
    APL_BOM_NOWHERE = 0, /* in no bill: roles, subscriptions, firewall rules */
    APL_BOM_MODEL,
    APL_BOM_DATA,
    APL_BOM_SERVICE,
    APL_BOM_APPLICATION,
    APL_BOM_CONFIGURATION, /* prompts, guardrails, connections */
    APL_BOM_LIBRARY,
    APL_BOM_CONTAINER,
    APL_BOM_PLATFORM, /* what something runs on */
    APL_BOM_IDENTITY, /* who a part signs in as: told with the part */
} apl_bom_place;
extern const char *const apl_bom_place_names[]; /* by apl_bom_place, then NULL */

typedef enum apl_bom_fact {
    APL_BOM_VERSION = 0,
    APL_BOM_SUPPLIER,
    APL_BOM_DESCRIPTION,
    APL_BOM_LICENSE,      /* an SPDX expression or the name of a licence */
    APL_BOM_PURL,         /* package URL */
    APL_BOM_HASH,         /* SHA-256, hexadecimal */
    APL_BOM_ENDPOINT,     /* where it can be reached: URLs */
    APL_BOM_SOURCE,       /* where it came from: URLs */
    APL_BOM_TASK,         /* what a model is for: chat-completion, classification */
    APL_BOM_FAMILY,       /* of a model's architecture */
    APL_BOM_ARCHITECTURE, /* of a model, exactly */
    APL_BOM_INPUT,        /* formats */
    APL_BOM_OUTPUT,
    APL_BOM_FORMAT, /* of the files of a model or dataset */
    APL_BOM_QUANTIZATION,
    APL_BOM_PARAMETERS, /* number of weights */
    APL_BOM_TRAINING,   /* how it was trained, in words or as a reference to the job */
    APL_BOM_USE,        /* what it is meant for, in words */
    APL_BOM_RELEASED,   /* times, ISO 8601 */
    APL_BOM_RETIRES,
} apl_bom_fact;
#define APL_BOM_FACT_COUNT 20
extern const char *const apl_bom_fact_names[]; /* by apl_bom_fact, then NULL */

/* How a relation counts: what its start or its end then needs. */
typedef enum apl_bom_way {
    APL_BOM_NO_WAY = 0,
    APL_BOM_NEEDS_END,   /* an agent needs its tool */
    APL_BOM_NEEDS_START, /* a store needs the private endpoint that links to it */
} apl_bom_way;

/* Where data moves along a relation, as seen from its end. */
typedef enum apl_bom_flow {
    APL_BOM_NO_FLOW = 0,
    APL_BOM_INBOUND,  /* into the end: a log store */
    APL_BOM_OUTBOUND, /* out of the end: what a model is grounded on */
    APL_BOM_BOTH,
} apl_bom_flow;
extern const char *const apl_bom_flow_names[]; /* "", "inbound", "outbound", "both", NULL */

#endif
