/* collect/azure/clouds.c: the table of clouds: hosts, audiences, published rates.
 *
 * Sources: "Azure environments" of the Azure CLI and azure-identity, "National cloud deployments" of Microsoft Graph,
 * "Understand how Azure Resource Manager throttles requests", "Microsoft Graph service-specific throttling limits",
 * "Guidance for throttled requests in Azure Resource Graph", "Service limits in Azure AI Search", "Service protection
 * API limits" of Dataverse. Where no rate is published a small one stands, and what the answers say decides. */
#include "collect/azure/clouds.h"

static const apl_net_rate rates[APL_AZURE_APIS] = {
    /* Reads of one principal in one subscription: a bucket of 250 that fills by 25 a second. */
    [APL_AZURE_ARM] = {.name = "arm", .burst = 250, .per_second = 25, .in_flight_max = 24},
    /* 15 queries in 5 seconds of one user. */
    [APL_AZURE_RESOURCE_GRAPH] = {.name = "resource-graph", .window_count = 15, .window_ms = 5000, .in_flight_max = 5},
    /* 3,500 units in 10 seconds in the smallest tenants; the dearest of our requests costs 5. */
    [APL_AZURE_GRAPH] = {.name = "graph", .window_count = 700, .window_ms = 10000, .in_flight_max = 16},
    [APL_AZURE_FOUNDRY] = {.name = "foundry", .burst = 20, .per_second = 5, .in_flight_max = 4},
    [APL_AZURE_COGNITIVE] = {.name = "cognitive", .burst = 20, .per_second = 5, .in_flight_max = 4},
    [APL_AZURE_ML] = {.name = "ml", .burst = 20, .per_second = 5, .in_flight_max = 4},
    /* Lists of indexes: 3 a second and search unit. */
    [APL_AZURE_SEARCH] = {.name = "search", .burst = 3, .per_second = 3, .in_flight_max = 2},
    [APL_AZURE_STORAGE] = {.name = "storage", .burst = 50, .per_second = 20, .in_flight_max = 8},
    [APL_AZURE_KEY_VAULT] = {.name = "key-vault", .window_count = 1000, .window_ms = 10000, .in_flight_max = 8},
    [APL_AZURE_PURVIEW] = {.name = "purview", .burst = 10, .per_second = 10, .in_flight_max = 4},
    [APL_AZURE_POWER_PLATFORM] = {.name = "power-platform", .burst = 10, .per_second = 2, .in_flight_max = 2},
    [APL_AZURE_POWER_APPS] = {.name = "power-apps", .burst = 10, .per_second = 2, .in_flight_max = 2},
    /* 6,000 requests in 5 minutes of one user. */
    [APL_AZURE_DATAVERSE] = {.name = "dataverse", .window_count = 6000, .window_ms = 300000, .in_flight_max = 8},
    /* 800 reads in 5 minutes in one subscription and region, within the bucket of ARM. */
    [APL_AZURE_ARM_STORAGE] = {.name = "arm-storage",
                               .burst = 250,
                               .per_second = 25,
                               .window_count = 800,
                               .window_ms = 300000,
                               .in_flight_max = 16},
    /* 5 requests in 10 seconds, and 1 a second for all applications of a tenant. */
    [APL_AZURE_GRAPH_REPORTS] = {.name = "graph-reports", .window_count = 5, .window_ms = 10000, .in_flight_max = 1},
    [APL_AZURE_GRAPH_ACCESS] = {.name = "graph-access", .window_count = 1, .window_ms = 1000, .in_flight_max = 1},
};

/* One row: an API whose host is known, one whose hosts are known by their ends, one that the cloud does not have. */
#define AT(api, word, host, whom) [api] = {(word), (host), (whom), NULL, NULL, &rates[api]}
#define BELOW(api, word, end, more, whom) [api] = {(word), NULL, (whom), (end), (more), &rates[api]}
#define NONE(api, word) [api] = {(word), "", "", NULL, NULL, &rates[api]}

static const apl_azure_cloud clouds[] = {
    {
        "public",
        "AzureCloud",
        "https://login.microsoftonline.com",
        {
            AT(APL_AZURE_ARM, "arm", "https://management.azure.com", "https://management.azure.com"),
            AT(APL_AZURE_RESOURCE_GRAPH, "resource-graph", "https://management.azure.com",
               "https://management.azure.com"),
            AT(APL_AZURE_GRAPH, "graph", "https://graph.microsoft.com", "https://graph.microsoft.com"),
            BELOW(APL_AZURE_FOUNDRY, "foundry", ".services.ai.azure.com", NULL, "https://ai.azure.com"),
            BELOW(APL_AZURE_COGNITIVE, "cognitive", ".cognitiveservices.azure.com",
                  ".openai.azure.com .services.ai.azure.com .api.cognitive.microsoft.com",
                  "https://cognitiveservices.azure.com"),
            BELOW(APL_AZURE_ML, "ml", ".api.azureml.ms", ".inference.ml.azure.com", "https://ml.azure.com"),
            BELOW(APL_AZURE_SEARCH, "search", ".search.windows.net", NULL, "https://search.azure.com"),
            BELOW(APL_AZURE_STORAGE, "storage", ".blob.core.windows.net", ".dfs.core.windows.net",
                  "https://storage.azure.com"),
            BELOW(APL_AZURE_KEY_VAULT, "key-vault", ".vault.azure.net", NULL, "https://vault.azure.net"),
            BELOW(APL_AZURE_PURVIEW, "purview", ".purview.azure.com", ".purview-service.microsoft.com",
                  "https://purview.azure.net"),
            AT(APL_AZURE_POWER_PLATFORM, "power-platform", "https://api.powerplatform.com",
               "https://api.powerplatform.com"),
            AT(APL_AZURE_POWER_APPS, "power-apps", "https://api.bap.microsoft.com", "https://service.powerapps.com/"),
            BELOW(APL_AZURE_DATAVERSE, "dataverse", ".dynamics.com", NULL, NULL),
            AT(APL_AZURE_ARM_STORAGE, "arm-storage", "https://management.azure.com", "https://management.azure.com"),
            AT(APL_AZURE_GRAPH_REPORTS, "graph-reports", "https://graph.microsoft.com", "https://graph.microsoft.com"),
            AT(APL_AZURE_GRAPH_ACCESS, "graph-access", "https://graph.microsoft.com", "https://graph.microsoft.com"),
        },
    },
    {
        "government",
        "AzureUSGovernment",
        "https://login.microsoftonline.us",
        {
            AT(APL_AZURE_ARM, "arm", "https://management.usgovcloudapi.net", "https://management.usgovcloudapi.net"),
            AT(APL_AZURE_RESOURCE_GRAPH, "resource-graph", "https://management.usgovcloudapi.net",
               "https://management.usgovcloudapi.net"),
            AT(APL_AZURE_GRAPH, "graph", "https://graph.microsoft.us", "https://graph.microsoft.us"),
            BELOW(APL_AZURE_FOUNDRY, "foundry", ".services.ai.azure.us", NULL, "https://ai.azure.us"),
            BELOW(APL_AZURE_COGNITIVE, "cognitive", ".cognitiveservices.azure.us",
                  ".openai.azure.us .services.ai.azure.us .api.cognitive.microsoft.us",
                  "https://cognitiveservices.azure.us"),
            BELOW(APL_AZURE_ML, "ml", ".api.ml.azure.us", ".inference.ml.azure.us", "https://ml.azure.us"),
            BELOW(APL_AZURE_SEARCH, "search", ".search.azure.us", NULL, "https://search.azure.us"),
            BELOW(APL_AZURE_STORAGE, "storage", ".blob.core.usgovcloudapi.net", ".dfs.core.usgovcloudapi.net",
                  "https://storage.azure.com"),
            BELOW(APL_AZURE_KEY_VAULT, "key-vault", ".vault.usgovcloudapi.net", NULL,
                  "https://vault.usgovcloudapi.net"),
            BELOW(APL_AZURE_PURVIEW, "purview", ".purview.azure.us", NULL, "https://purview.azure.us"),
            AT(APL_AZURE_POWER_PLATFORM, "power-platform", "https://api.gov.powerplatform.microsoft.us",
               "https://api.gov.powerplatform.microsoft.us"),
            AT(APL_AZURE_POWER_APPS, "power-apps", "https://gov.api.bap.microsoft.us",
               "https://gov.service.powerapps.us/"),
            BELOW(APL_AZURE_DATAVERSE, "dataverse", ".dynamics.com", ".microsoftdynamics.us", NULL),
            AT(APL_AZURE_ARM_STORAGE, "arm-storage", "https://management.usgovcloudapi.net",
               "https://management.usgovcloudapi.net"),
            AT(APL_AZURE_GRAPH_REPORTS, "graph-reports", "https://graph.microsoft.us", "https://graph.microsoft.us"),
            AT(APL_AZURE_GRAPH_ACCESS, "graph-access", "https://graph.microsoft.us", "https://graph.microsoft.us"),
        },
    },
    {
        "china",
        "AzureChinaCloud",
        "https://login.chinacloudapi.cn",
        {
            AT(APL_AZURE_ARM, "arm", "https://management.chinacloudapi.cn", "https://management.chinacloudapi.cn"),
            AT(APL_AZURE_RESOURCE_GRAPH, "resource-graph", "https://management.chinacloudapi.cn",
               "https://management.chinacloudapi.cn"),
            AT(APL_AZURE_GRAPH, "graph", "https://microsoftgraph.chinacloudapi.cn",
               "https://microsoftgraph.chinacloudapi.cn"),
            NONE(APL_AZURE_FOUNDRY, "foundry"),
            BELOW(APL_AZURE_COGNITIVE, "cognitive", ".cognitiveservices.azure.cn",
                  ".openai.azure.cn .api.cognitive.azure.cn", "https://cognitiveservices.azure.cn"),
            BELOW(APL_AZURE_ML, "ml", ".api.ml.azure.cn", ".inference.ml.azure.cn", "https://ml.azure.cn"),
            BELOW(APL_AZURE_SEARCH, "search", ".search.azure.cn", NULL, "https://search.azure.cn"),
            BELOW(APL_AZURE_STORAGE, "storage", ".blob.core.chinacloudapi.cn", ".dfs.core.chinacloudapi.cn",
                  "https://storage.azure.com"),
            BELOW(APL_AZURE_KEY_VAULT, "key-vault", ".vault.azure.cn", NULL, "https://vault.azure.cn"),
            BELOW(APL_AZURE_PURVIEW, "purview", ".purview.azure.cn", NULL, "https://purview.azure.cn"),
            AT(APL_AZURE_POWER_PLATFORM, "power-platform", "https://api.powerplatform.partner.microsoftonline.cn",
               "https://api.powerplatform.partner.microsoftonline.cn"),
            AT(APL_AZURE_POWER_APPS, "power-apps", "https://api.bap.partner.microsoftonline.cn",
               "https://service.powerapps.cn/"),
            BELOW(APL_AZURE_DATAVERSE, "dataverse", ".dynamics.cn", NULL, NULL),
            AT(APL_AZURE_ARM_STORAGE, "arm-storage", "https://management.chinacloudapi.cn",
               "https://management.chinacloudapi.cn"),
            AT(APL_AZURE_GRAPH_REPORTS, "graph-reports", "https://microsoftgraph.chinacloudapi.cn",
               "https://microsoftgraph.chinacloudapi.cn"),
            AT(APL_AZURE_GRAPH_ACCESS, "graph-access", "https://microsoftgraph.chinacloudapi.cn",
               "https://microsoftgraph.chinacloudapi.cn"),
        },
    },
};

#define CLOUD_COUNT (sizeof clouds / sizeof clouds[0])

/* A login host in any spelling: https://login.microsoftonline.com/, login.microsoftonline.com; and older hosts. */
static bool is_login(const apl_azure_cloud *cloud, apl_str name)
{
    static const char *const others[][2] = {{"public", "login.windows.net"},
                                            {"public", "login.microsoft.com"},
                                            {"china", "login.partner.microsoftonline.cn"}};
    apl_str host = name;

    if (apl_str_starts_nocase(host, APL_STR("https://")))
        host = apl_str_slice(host, 8, host.size);
    if (host.size && host.data[host.size - 1] == '/')
        host.size--;
    if (apl_str_equal_nocase(host, apl_str_from(cloud->login + strlen("https://"))))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(cloud->name, others[i][0]) == 0 && apl_str_equal_nocase(host, apl_str_from(others[i][1])))
            return true;
    }
    return false;
}

const apl_azure_cloud *apl_azure_cloud_named(apl_str name)
{
    for (size_t i = 0; i < CLOUD_COUNT; i++) {
        if (apl_str_equal_nocase(name, apl_str_from(clouds[i].name)) ||
            apl_str_equal_nocase(name, apl_str_from(clouds[i].az)) || is_login(&clouds[i], name))
            return &clouds[i];
    }
    return NULL;
}

apl_azure_api apl_azure_api_named(apl_str name)
{
    for (unsigned api = 0; api < APL_AZURE_APIS; api++) {
        if (apl_str_equal(name, apl_str_from(rates[api].name)))
            return (apl_azure_api)api;
    }
    return APL_AZURE_APIS;
}

bool apl_azure_host_allowed(const apl_azure_cloud *cloud, apl_azure_api api, apl_str host)
{
    const apl_azure_api_info *info = &cloud->apis[api];
    apl_str endpoint = apl_str_from(info->endpoint);
    apl_str rest = apl_str_from(info->more_suffixes);
    apl_str suffix = apl_str_from(info->host_suffix);

    if (endpoint.size && apl_str_equal_nocase(host, apl_str_slice(endpoint, strlen("https://"), endpoint.size)))
        return true;
    do {
        if (suffix.size && host.size > suffix.size &&
            apl_str_equal_nocase(apl_str_slice(host, host.size - suffix.size, host.size), suffix))
            return true;
    } while (apl_str_next(&suffix, &rest, ' '));
    return false;
}
