/* access/azure/keys.c: which control action gives a key, what the key opens, and which setting makes it useless.
 *
 * One row a way. A new kind of account is a row here; nothing else knows it. */
#include "access/azure/keys.h"

#include "access/azure/pattern.h"

#define LOCAL_AUTH APL_ACCESS_LOCAL_AUTH_OFF, true, false

const apl_key_way apl_key_ways[] = {
    {APL_STR("Microsoft.CognitiveServices/accounts"), APL_STR("Microsoft.CognitiveServices/accounts/listKeys/action"),
     APL_STR("Microsoft.CognitiveServices/*"), LOCAL_AUTH},
    {APL_STR("Microsoft.CognitiveServices/accounts"),
     APL_STR("Microsoft.CognitiveServices/accounts/regenerateKey/action"), APL_STR("Microsoft.CognitiveServices/*"),
     LOCAL_AUTH},
    {APL_STR("Microsoft.Search/searchServices"), APL_STR("Microsoft.Search/searchServices/listAdminKeys/action"),
     APL_STR("Microsoft.Search/*"), LOCAL_AUTH},
    {APL_STR("Microsoft.Search/searchServices"),
     APL_STR("Microsoft.Search/searchServices/regenerateAdminKey/action"), APL_STR("Microsoft.Search/*"), LOCAL_AUTH},
    {APL_STR("Microsoft.Search/searchServices"), APL_STR("Microsoft.Search/searchServices/listQueryKeys/action"),
     APL_STR("Microsoft.Search/searchServices/indexes/documents/read"), LOCAL_AUTH},
    {APL_STR("Microsoft.Storage/storageAccounts"), APL_STR("Microsoft.Storage/storageAccounts/listKeys/action"),
     APL_STR("Microsoft.Storage/storageAccounts/*"), APL_ACCESS_SHARED_KEY, false, false},
    {APL_STR("Microsoft.Storage/storageAccounts"), APL_STR("Microsoft.Storage/storageAccounts/regeneratekey/action"),
     APL_STR("Microsoft.Storage/storageAccounts/*"), APL_ACCESS_SHARED_KEY, false, false},
    {APL_STR("Microsoft.Storage/storageAccounts"), APL_STR("Microsoft.Storage/storageAccounts/listAccountSas/action"),
     APL_STR("Microsoft.Storage/storageAccounts/*"), APL_ACCESS_SHARED_KEY, false, false},
    {APL_STR("Microsoft.Storage/storageAccounts"), APL_STR("Microsoft.Storage/storageAccounts/listServiceSas/action"),
     APL_STR("Microsoft.Storage/storageAccounts/*"), APL_ACCESS_SHARED_KEY, false, false},
    {APL_STR("Microsoft.DocumentDB/databaseAccounts"), APL_STR("Microsoft.DocumentDB/databaseAccounts/listKeys/action"),
     APL_STR("Microsoft.DocumentDB/databaseAccounts/*"), LOCAL_AUTH},
    {APL_STR("Microsoft.EventHub/namespaces"),
     APL_STR("Microsoft.EventHub/namespaces/authorizationRules/listkeys/action"), APL_STR("Microsoft.EventHub/*"),
     LOCAL_AUTH},
    {APL_STR("Microsoft.ServiceBus/namespaces"),
     APL_STR("Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action"), APL_STR("Microsoft.ServiceBus/*"),
     LOCAL_AUTH},
    {APL_STR("Microsoft.AppConfiguration/configurationStores"),
     APL_STR("Microsoft.AppConfiguration/configurationStores/ListKeys/action"), APL_STR("Microsoft.AppConfiguration/*"),
     LOCAL_AUTH},
    {APL_STR("Microsoft.ContainerRegistry/registries"),
     APL_STR("Microsoft.ContainerRegistry/registries/listCredentials/action"), APL_STR("Microsoft.ContainerRegistry/*"),
     APL_ACCESS_ADMIN_USER, false, true},
};
const size_t apl_key_way_count = sizeof apl_key_ways / sizeof *apl_key_ways;

bool apl_access_has_keys(apl_str type)
{
    for (size_t i = 0; i < apl_key_way_count; i++) {
        if (apl_str_equal_nocase(apl_key_ways[i].type, type))
            return true;
    }
    return false;
}

apl_str apl_key_account(const apl_key_way *way, apl_str resource_id)
{
    long provider = apl_str_find_nocase(resource_id, APL_STR("/providers/"));
    size_t start = (size_t)provider + 11;

    if (provider < 0 || !apl_str_starts_nocase(apl_str_slice(resource_id, start, resource_id.size), way->type))
        return APL_STR_NONE;
    size_t end = start + way->type.size;
    if (end >= resource_id.size || resource_id.data[end] != '/')
        return APL_STR_NONE;
    for (end++; end < resource_id.size && resource_id.data[end] != '/';)
        end++;
    return apl_str_slice(resource_id, 0, end);
}

apl_truth apl_key_works(const apl_access *access, const apl_key_way *way, apl_str account_id)
{
    apl_asset_id account = apl_estate_find(access->estate, account_id);
    apl_value setting;

    if (account == APL_ASSET_NONE || !access->estate->assets.items[account].is_read)
        return APL_TRUTH_UNREAD;
    apl_subject subject = apl_estate_subject(access->estate, account);
    setting = apl_access_value(access, &subject, way->setting);
    if (setting.type == APL_VALUE_UNREAD)
        return APL_TRUTH_UNREAD;
    if (setting.type != APL_VALUE_BOOL)
        return way->is_off_by_default ? APL_FALSE : APL_TRUE;
    return setting.boolean == way->is_on ? APL_FALSE : APL_TRUE;
}
