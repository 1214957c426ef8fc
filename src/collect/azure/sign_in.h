/* collect/azure/sign_in.h: who we are to Azure, in one tenant.
 *
 * Tries the ways to sign in in the order that users of azure-identity know: client secret, certificate, workload
 * identity, managed identity, Azure CLI; device code only when it was asked for. A way that is not set up is skipped
 * with its reason; one that is set up and refused ends the search, since to go on as somebody else would surprise.
 * Tokens are kept in memory only, one an audience, refreshed before they expire, and overwritten when freed.
 * One thread. Never reads the environment: the command hands everything in. */
#ifndef APL_COLLECT_AZURE_SIGN_IN_H
#define APL_COLLECT_AZURE_SIGN_IN_H

#include "collect/azure/clouds.h"

typedef enum apl_azure_way {
    APL_AZURE_ANY = 0, /* in the order of this list, without the last */
    APL_AZURE_SECRET,
    APL_AZURE_CERTIFICATE,
    APL_AZURE_WORKLOAD,
    APL_AZURE_MANAGED,
    APL_AZURE_CLI,
    APL_AZURE_DEVICE,
    APL_AZURE_WAYS,
} apl_azure_way;

#define APL_AZURE_WAY_NAMES "secret certificate workload managed cli device"
extern const char *const apl_azure_way_names[APL_AZURE_WAYS];

/* APL_AZURE_ANY for the empty text; APL_AZURE_WAYS when there is none of that name. Takes the names of azure-identity
 * (AzureCliCredential ...) too. */
apl_azure_way apl_azure_way_named(apl_str name);

/* As the command line and the environment have it; texts outlive the sign-in; NULL or empty: not given. */
typedef struct apl_azure_credentials {
    const apl_azure_cloud *cloud; /* NULL: public */
    apl_azure_way way;
    const char *tenant;                   /* AZURE_TENANT_ID, when the command names none */
    const char *client_id;                /* AZURE_CLIENT_ID */
    const char *client_secret;            /* AZURE_CLIENT_SECRET */
    const char *certificate_path;         /* AZURE_CLIENT_CERTIFICATE_PATH */
    const char *certificate_password;     /* AZURE_CLIENT_CERTIFICATE_PASSWORD */
    const char *token_file;               /* AZURE_FEDERATED_TOKEN_FILE */
    const char *identity_endpoint;        /* IDENTITY_ENDPOINT: App Service, Container Apps, Arc, Service Fabric */
    const char *identity_header;          /* IDENTITY_HEADER */
    const char *identity_thumbprint;      /* IDENTITY_SERVER_THUMBPRINT: Service Fabric, which is not supported */
    const char *imds_endpoint;            /* IMDS_ENDPOINT (Arc); AZURE_POD_IDENTITY_AUTHORITY_HOST */
    const char *msi_endpoint;             /* MSI_ENDPOINT: Cloud Shell, Azure ML */
    const char *msi_secret;               /* MSI_SECRET */
    const char *ml_client_id;             /* DEFAULT_IDENTITY_CLIENT_ID: Azure ML compute */
    const char *arc_key_folder;           /* where the agent of Arc puts its challenges; NULL: its own */
    const char *path;                     /* PATH, to find az; NULL: no az */
    const char *const *child_environment; /* of az, NULL-terminated: HOME, PATH, AZURE_CONFIG_DIR, proxies */
} apl_azure_credentials;

typedef struct apl_azure_sign_in apl_azure_sign_in;

/* For lines that people must see at once: what to open for a device code. */
typedef void (*apl_azure_say)(void *context, apl_str line);

typedef struct apl_azure_sign_in_options {
    const apl_azure_credentials *credentials;
    const apl_net_settings *net;
    apl_str tenant; /* a GUID or a domain; empty: that of the credentials, else the one that the way is at home in */
    apl_azure_say say;
    void *context;
} apl_azure_sign_in_options;

/* Does not go over the network. APL_E_USAGE for settings that cannot be. */
apl_status apl_azure_sign_in_new(apl_azure_sign_in **out, const apl_azure_sign_in_options *options);
void apl_azure_sign_in_free(apl_azure_sign_in *sign_in); /* NULL is allowed */

/* A token for the audience ("https://management.azure.com"), from memory when it is good for some minutes. The text is
 * the sign-in's, until the next call for the same audience. Blocks while it must go over the network. The first call
 * decides the way. A failure says for each way what stood in its way. */
apl_status apl_azure_token(apl_str *out, apl_azure_sign_in *sign_in, apl_str audience, bool was_refused);

/* The same as a source for requests; lives as long as the sign-in. One an audience, always the same. */
const apl_net_bearer *apl_azure_bearer(apl_azure_sign_in *sign_in, apl_str audience);

/* Who a token says that it is for; decoded for display, never to decide. Texts live in `arena`. */
typedef struct apl_azure_identity {
    apl_str tenant;    /* tid */
    apl_str object_id; /* oid */
    apl_str app_id;    /* appid or azp */
    apl_str name;      /* upn, preferred_username, app_displayname; may be empty */
    bool is_application;
    apl_str roles;   /* application permissions, with spaces between */
    apl_str scopes;  /* delegated permissions (scp) */
    int64_t expires; /* seconds since 1970; 0: not said */
} apl_azure_identity;

apl_status apl_azure_identity_of(apl_azure_identity *out, apl_arena *arena, apl_str token);

/* The object id of the signed-in principal: `principal` of requests. Empty before the first token. */
apl_str apl_azure_principal(const apl_azure_sign_in *sign_in);

/* The tenant of the tokens, a GUID. Empty before the first token. */
apl_str apl_azure_tenant(const apl_azure_sign_in *sign_in);

/* What was tried, in order. `used`: it gave the token; else `why` says what stood in its way. */
typedef struct apl_azure_try {
    apl_azure_way way;
    bool is_used;
    apl_str why; /* also of the used one: "application 4d5c... with AZURE_CLIENT_SECRET" */
} apl_azure_try;

size_t apl_azure_tries(const apl_azure_try **out, const apl_azure_sign_in *sign_in);

#endif
