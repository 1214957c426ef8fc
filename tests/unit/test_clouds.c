/* tests/unit/test_clouds.c: the table of clouds holds together, and a token goes to no host that is not in it.
 *
 * Each host of one cloud is refused by the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "collect/azure/clouds.h"
#include "net/url.h"

static const char *const names[] = {"public", "government", "china"};

static void is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const apl_azure_cloud *cloud = apl_azure_cloud_named(apl_str_from(names[i]));
        assert_non_null(cloud);
        for (unsigned api = 0; api < APL_AZURE_APIS; api++) {
            const apl_azure_api_info *info = &cloud->apis[api];
            apl_url url;
            assert_non_null(info->name);
            assert_string_equal(info->name, info->rate->name);
            assert_int_equal(apl_azure_api_named(apl_str_from(info->name)), api);
            assert_true(info->rate->burst || info->rate->window_count);
            assert_true(info->rate->in_flight_max > 0);
            if (info->endpoint && *info->endpoint)
                assert_int_equal(apl_url_parse(&url, apl_str_from(info->endpoint)), APL_OK);
            if (info->endpoint == NULL)
                assert_true(info->host_suffix[0] == '.');
        }
    }
    assert_int_equal(apl_azure_api_named(APL_STR("nonesuch")), APL_AZURE_APIS);
}

static void goes_by_many_names(void **state)
{
    static const char *const others[][2] = {{"AzureCloud", "public"},
                                            {"AzureUSGovernment", "government"},
                                            {"AzureChinaCloud", "china"},
                                            {"https://login.microsoftonline.us/", "government"},
                                            {"login.chinacloudapi.cn", "china"},
                                            {"https://login.partner.microsoftonline.cn", "china"},
                                            {"Public", "public"}};

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_string_equal(apl_azure_cloud_named(apl_str_from(others[i][0]))->name, others[i][1]);
    assert_null(apl_azure_cloud_named(APL_STR("mars")));
    assert_null(apl_azure_cloud_named(APL_STR("https://login.microsoftonline.com.evil.example/")));
}

static void tokens_stay_at_home(void **state)
{
    const apl_azure_cloud *cloud = apl_azure_cloud_named(APL_STR("public"));
    const apl_azure_cloud *china = apl_azure_cloud_named(APL_STR("china"));

    (void)state;
    assert_true(apl_azure_host_allowed(cloud, APL_AZURE_ARM, APL_STR("Management.azure.com")));
    assert_true(apl_azure_host_allowed(cloud, APL_AZURE_SEARCH, APL_STR("contoso.search.windows.net")));
    assert_true(apl_azure_host_allowed(cloud, APL_AZURE_COGNITIVE, APL_STR("contoso.openai.azure.com")));
    assert_true(apl_azure_host_allowed(cloud, APL_AZURE_DATAVERSE, APL_STR("contoso.crm4.dynamics.com")));
    assert_false(apl_azure_host_allowed(cloud, APL_AZURE_SEARCH, APL_STR(".search.windows.net")));
    assert_false(apl_azure_host_allowed(cloud, APL_AZURE_SEARCH, APL_STR("search.windows.net")));
    assert_false(apl_azure_host_allowed(cloud, APL_AZURE_SEARCH, APL_STR("evilsearch.windows.net")));
    assert_false(apl_azure_host_allowed(cloud, APL_AZURE_SEARCH, APL_STR("x.search.windows.net.evil.example")));
    assert_false(apl_azure_host_allowed(cloud, APL_AZURE_ARM, APL_STR("x.management.azure.com")));
    assert_false(apl_azure_host_allowed(cloud, APL_AZURE_GRAPH, APL_STR("management.azure.com")));
    assert_false(apl_azure_host_allowed(china, APL_AZURE_SEARCH, APL_STR("contoso.search.windows.net")));
    assert_false(apl_azure_host_allowed(china, APL_AZURE_FOUNDRY, APL_STR("contoso.services.ai.azure.com")));
    assert_false(apl_azure_host_allowed(china, APL_AZURE_FOUNDRY, APL_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_whole),
        cmocka_unit_test(goes_by_many_names),
        cmocka_unit_test(tokens_stay_at_home),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
