/* report/doctor.h: what `aplomb doctor` found out, as plain data, as text for people and as JSON.
 *
 * The command fills it in and judges; nothing is decided here. The members of the JSON are the contract
 * (docs/schemas/aplomb.doctor.v1.json). */
#ifndef APL_REPORT_DOCTOR_H
#define APL_REPORT_DOCTOR_H

#include "collect/azure/reach.h"
#include "collect/azure/rights.h"
#include "report/screen.h"

typedef enum apl_doctor_answer {
    APL_DOCTOR_YES = 0,
    APL_DOCTOR_NO,
    APL_DOCTOR_CONDITIONAL, /* only under a condition of the assignment */
    APL_DOCTOR_UNKNOWN,
    APL_DOCTOR_ANSWERS,
} apl_doctor_answer;

extern const char *const apl_doctor_answer_names[APL_DOCTOR_ANSWERS];

typedef enum apl_need_kind {
    APL_NEED_ACTION = 0, /* of Azure, on a subscription */
    APL_NEED_DATA_ACTION,
    APL_NEED_GRAPH, /* a permission of Microsoft Graph, in a tenant */
    APL_NEED_OTHER, /* something that no API tells: a role of Purview, of Power Platform */
    APL_NEED_KINDS,
} apl_need_kind;

extern const char *const apl_need_kind_names[APL_NEED_KINDS];

/* One permission that reading takes. */
typedef struct apl_need {
    apl_str permission;
    apl_need_kind kind;
    apl_str loses; /* what is not read without it: titles of types, with commas between */
} apl_need;

/* Answers for every need that a subscription, or a tenant, decides about; those of others, and those that no API tells,
 * are APL_DOCTOR_UNKNOWN and not counted. */
typedef struct apl_doctor_answers {
    const uint8_t *items; /* apl_doctor_answer, one a need */
    const apl_str *whys;  /* may be empty; NULL: none at all */
    size_t counts[APL_DOCTOR_ANSWERS];
} apl_doctor_answers;

typedef struct apl_doctor_tenant {
    apl_str asked; /* --tenant; may be empty */
    apl_str id;    /* a GUID; empty before a token was seen */
    bool is_signed_in;
    apl_str why; /* else */
    const apl_azure_try *tries;
    size_t try_count;
    const apl_azure_rights *rights;          /* NULL: not signed in */
    const apl_doctor_answers *subscriptions; /* in the order of rights->subscriptions */
    apl_doctor_answers graph;
} apl_doctor_tenant;

typedef struct apl_doctor {
    const char *cloud;
    apl_str proxy; /* without secrets; empty: none; the same for the next two */
    apl_str no_proxy;
    apl_str ca_file;
    const apl_azure_reach *hosts;
    size_t host_count;
    bool has_clock;
    int64_t clock_ahead_s;
    const apl_need *needs; /* sorted by kind and permission */
    size_t need_count;
    const apl_doctor_tenant *tenants;
    size_t tenant_count;
} apl_doctor;

/* Microsoft Entra refuses assertions and tokens beyond five minutes. */
#define APL_DOCTOR_CLOCK_S_MAX 300

void apl_doctor_text(apl_text *out, const apl_screen *screen, const apl_doctor *doctor);
void apl_doctor_json(apl_text *out, const apl_doctor *doctor);

/* A custom role that allows what is needed and nothing else, as `az role definition create` takes it; a JSON object
 * with a line end. `subscriptions` are GUIDs. */
void apl_doctor_role(apl_text *out, const apl_doctor *doctor, const char *const *subscriptions,
                     size_t subscription_count);

/* True for 8-4-4-4-12 hexadecimal digits. */
bool apl_doctor_is_guid(apl_str text);

/* Lines for a shell that make the role and give it to the identity, where something is missing that it would give; only
 * of ids that are GUIDs. */
size_t apl_doctor_commands(apl_str *out, size_t max, apl_arena *arena, const apl_doctor_tenant *tenant);

#endif
