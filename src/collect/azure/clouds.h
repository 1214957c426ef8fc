/* collect/azure/clouds.h: the clouds that Azure comes in, and the APIs of each.
 *
 * One table: which host answers, which audience a token must have, which rate is published. Public, Government (US) and
 * China, operated by 21Vianet. Constants; nothing here goes over the network. */
#ifndef APL_COLLECT_AZURE_CLOUDS_H
#define APL_COLLECT_AZURE_CLOUDS_H

#include "net/client.h"

typedef enum apl_azure_api {
    APL_AZURE_ARM = 0,
    APL_AZURE_RESOURCE_GRAPH, /* of ARM, with a rate of its own */
    APL_AZURE_GRAPH,          /* Microsoft Graph */
    APL_AZURE_FOUNDRY,        /* data plane of projects; the host is the account's own */
    APL_AZURE_COGNITIVE,      /* data plane of accounts */
    APL_AZURE_ML,
    APL_AZURE_SEARCH,
    APL_AZURE_STORAGE,
    APL_AZURE_KEY_VAULT,
    APL_AZURE_PURVIEW,
    APL_AZURE_POWER_PLATFORM,
    APL_AZURE_POWER_APPS,    /* environments: api.bap */
    APL_AZURE_DATAVERSE,     /* host and audience are the environment's own */
    APL_AZURE_ARM_STORAGE,   /* of ARM: the storage provider, which takes less */
    APL_AZURE_GRAPH_REPORTS, /* of Microsoft Graph: sign-ins and audit logs */
    APL_AZURE_GRAPH_ACCESS,  /* of Microsoft Graph: conditional access, named locations, identity protection */
    APL_AZURE_APIS,
} apl_azure_api;

typedef struct apl_azure_api_info {
    const char *name;     /* "arm", as content calls it */
    const char *endpoint; /* https://management.azure.com; NULL: the host stands in a document; "": not in this cloud */
    const char *audience; /* what a token is asked for, without "/.default"; NULL: https:// and the host */
    const char *host_suffix; /* with endpoint NULL: hosts that a token may be sent to end so (".search.windows.net") */
    const char *more_suffixes; /* other ends of hosts, with spaces between; NULL: none */
    const apl_net_rate *rate;
} apl_azure_api_info;

typedef struct apl_azure_cloud {
    const char *name;  /* public, government, china */
    const char *az;    /* AzureCloud, AzureUSGovernment, AzureChinaCloud */
    const char *login; /* https://login.microsoftonline.com */
    apl_azure_api_info apis[APL_AZURE_APIS];
} apl_azure_cloud;

#define APL_AZURE_CLOUD_NAMES "public government china"

/* By its name, by the name that `az cloud` has, or by its login host (AZURE_AUTHORITY_HOST); NULL: none. */
const apl_azure_cloud *apl_azure_cloud_named(apl_str name);

/* APL_AZURE_APIS when there is none of that name. */
apl_azure_api apl_azure_api_named(apl_str name);

/* True when a token for the API may be sent to this host: that of its endpoint, or one that ends in its suffix. */
bool apl_azure_host_allowed(const apl_azure_cloud *cloud, apl_azure_api api, apl_str host);

#endif
