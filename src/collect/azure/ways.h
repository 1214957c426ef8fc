/* collect/azure/ways.h: the ways to sign in, as the sign-in itself sees them.
 *
 * A way is one struct at the end of its file: whether it is set up, and how it fetches a token. Private to the sign-in.
 */
#ifndef APL_COLLECT_AZURE_WAYS_H
#define APL_COLLECT_AZURE_WAYS_H

#include "collect/azure/sign_in.h"

/* A token as it was given. Lives in the scratch arena of the fetch. */
typedef struct apl_azure_grant {
    char *token; /* the caller overwrites it */
    size_t size;
    int64_t expires; /* seconds since 1970 */
    int64_t refresh; /* when to ask again; 0: some minutes before it expires */
} apl_azure_grant;

/* What a way needs to fetch. */
typedef struct apl_azure_fetch {
    const apl_azure_credentials *credentials;
    const apl_azure_cloud *cloud;
    apl_net *net;
    apl_arena *scratch; /* one fetch */
    apl_str tenant;     /* asked for; may be empty */
    apl_str audience;
    apl_str kept;    /* a refresh token of the device code, of an earlier fetch */
    apl_text *keeps; /* where a new one goes */
    apl_azure_say say;
    void *context;
    bool is_probe; /* nobody asked for this way by name: find out quickly whether it is there */
} apl_azure_fetch;

typedef enum apl_azure_result {
    APL_AZURE_GIVEN = 0,
    APL_AZURE_NOT_HERE, /* this way does not exist here; others may be tried */
    APL_AZURE_REFUSED,  /* it is set up, and was refused */
} apl_azure_result;

typedef struct apl_azure_way_info {
    apl_azure_way way;
    const char *title; /* "client secret" */
    /* NULL when it is set up, else what is missing, for people. */
    const char *(*lacks)(const apl_azure_credentials *credentials, apl_str tenant);
    /* What stood in its way goes through apl_fail. */
    apl_azure_result (*fetch)(apl_azure_grant *out, const apl_azure_fetch *fetch);
    /* "application X with AZURE_CLIENT_SECRET" */
    apl_str (*tells)(apl_arena *arena, const apl_azure_credentials *credentials);
} apl_azure_way_info;

extern const apl_azure_way_info apl_azure_way_secret;
extern const apl_azure_way_info apl_azure_way_certificate;
extern const apl_azure_way_info apl_azure_way_workload;
extern const apl_azure_way_info apl_azure_way_managed;
extern const apl_azure_way_info apl_azure_way_cli;
extern const apl_azure_way_info apl_azure_way_device;

static inline bool apl_azure_is_set(const char *text)
{
    return text && *text;
}

/* True for a GUID or a domain name: what may stand in a path or an argument. */
bool apl_azure_is_tenant(apl_str text);

/* Reads a token answer (access_token, expires_in or expires_on) and overwrites its text. */
apl_azure_result apl_azure_read_grant(apl_azure_grant *out, const apl_azure_fetch *fetch, apl_net_response *response);

/* Adds `name=value` to a form, with an ampersand between. */
void apl_azure_form_add(apl_text *form, const char *name, apl_str value);

/* The file of a credential, whole, at most `bytes_max`; regular files only. The text is in the scratch arena. */
apl_status apl_azure_read_file(apl_str *out, apl_arena *scratch, const char *path, size_t bytes_max);

/* Posts a form to the token endpoint of the tenant, or to another of its endpoints. */
apl_status apl_azure_post(apl_net_response *response, const apl_azure_fetch *fetch, const char *endpoint,
                          const apl_text *form);

#endif
