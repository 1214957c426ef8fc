/* collect/azure/rights.h: what the signed-in identity may read in one tenant, as Azure itself says it.
 *
 * Asks for tokens of each API, for the subscriptions that are seen, for the caller's own permissions on each of them
 * ("Permissions - List", Azure Resource Manager), and makes one small read for each permission of Microsoft Graph. All
 * of it are reads; nothing is judged here. What could not be asked says why. */
#ifndef APL_COLLECT_AZURE_RIGHTS_H
#define APL_COLLECT_AZURE_RIGHTS_H

#include "collect/azure/sign_in.h"
#include "json/value.h"

/* Subscriptions of one tenant; the largest published tenants have some thousands. */
#define APL_AZURE_SUBSCRIPTIONS_MAX 20000u

typedef struct apl_azure_subscription {
    apl_str id; /* the GUID */
    apl_str name;
    apl_str state;     /* Enabled, Disabled, Warned ...; empty: not listed */
    bool is_listed;    /* false: it was named, and the identity does not see it */
    apl_value permissions; /* blocks with actions, notActions, dataActions, notDataActions; missing: `why` */
    apl_str why;
} apl_azure_subscription;

/* Whether the API gave something for a permission of Microsoft Graph. */
typedef enum apl_azure_allowed { APL_AZURE_UNTRIED = 0, APL_AZURE_ALLOWED, APL_AZURE_FORBIDDEN } apl_azure_allowed;

typedef struct apl_azure_probe {
    apl_str permission; /* Application.Read.All */
    apl_azure_allowed allowed;
    apl_str why; /* when it is not APL_AZURE_ALLOWED */
} apl_azure_probe;

typedef struct apl_azure_token_state {
    const char *api;
    apl_str audience;
    bool is_given;
    apl_str why; /* else */
} apl_azure_token_state;

#define APL_AZURE_TOKENS_MAX 8u

/* All texts and arrays live in the arena that was handed in. */
typedef struct apl_azure_rights {
    apl_azure_identity identity; /* by the token of Azure Resource Manager */
    apl_str roles;               /* by that of Microsoft Graph: application permissions, with spaces between */
    apl_str scopes;              /* and delegated ones */
    apl_azure_token_state tokens[APL_AZURE_TOKENS_MAX];
    size_t token_count;
    apl_azure_subscription *subscriptions; /* in the order of their ids */
    size_t subscription_count;
    apl_str why_no_list; /* the list of subscriptions was refused */
    apl_azure_probe *probes;
    size_t probe_count;
} apl_azure_rights;

typedef struct apl_azure_rights_options {
    apl_azure_sign_in *sign_in;
    const apl_azure_cloud *cloud;
    const apl_net_settings *net;
    const char *const *subscriptions; /* only these, and these also when they are not seen; none: all that are seen */
    size_t subscription_count;
    const apl_str *permissions; /* of Microsoft Graph, to be tried */
    size_t permission_count;
} apl_azure_rights_options;

/* The token for Azure Resource Manager is there: signing in is what the caller did before. */
apl_status apl_azure_rights_read(apl_azure_rights *out, apl_arena *arena, const apl_azure_rights_options *options);

#endif
