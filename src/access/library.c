/* access/library.c: built-in roles by id and by name.
 *
 * Three lists that differ in their members only. A mistake in a file is one line that names the entry. */
#include "access/library.h"

#include "access/azure/abac.h"
#include "base/table.h"
#include "json/json.h"

typedef struct role_list {
    const char *member;    /* of the file */
    const char *second;    /* member by which an entry is also found */
    bool needs_permissions;
    APL_VECTOR(apl_value) entries;
    apl_table *by_name;
} role_list;

enum { AZURE_ROLES = 0, DIRECTORY_ROLES, APP_ROLES, LISTS };

struct apl_library {
    role_list lists[LISTS];
    APL_VECTOR(apl_str) texts; /* not read yet */
    apl_arena *arena;          /* what was read out of them */
};

apl_library *apl_library_new(void)
{
    static const role_list kinds[LISTS] = {
        [AZURE_ROLES] = {.member = "roles", .second = "name", .needs_permissions = true},
        [DIRECTORY_ROLES] = {.member = "directory_roles", .second = "name"},
        [APP_ROLES] = {.member = "app_roles", .second = "value"},
    };
    apl_library *library = apl_memory_new(sizeof *library);

    library->arena = apl_arena_new();
    for (size_t i = 0; i < LISTS; i++) {
        library->lists[i] = kinds[i];
        library->lists[i].by_name = apl_table_new(true);
    }
    return library;
}

void apl_library_free(apl_library *library)
{
    if (library == NULL)
        return;
    for (size_t i = 0; i < LISTS; i++) {
        apl_memory_free(library->lists[i].entries.items);
        apl_table_free(library->lists[i].by_name);
    }
    apl_memory_free(library->texts.items);
    apl_arena_free(library->arena);
    apl_memory_free(library);
}

/* A condition that cannot be read would make its block hold only perhaps; in content it is a mistake. */
static apl_status check_conditions(apl_value entry, const char *file_name)
{
    apl_arena *scratch = apl_arena_new();
    apl_value blocks = apl_value_member(entry, "permissions");
    apl_status status = APL_OK;

    for (uint32_t i = 0; status == APL_OK && i < blocks.size; i++) {
        apl_str condition = apl_value_str(apl_value_member(blocks.items[i], "condition"));
        apl_abac *compiled = NULL;
        if (condition.size)
            status = apl_abac_compile(&compiled, scratch, condition);
    }
    apl_arena_free(scratch);
    if (status == APL_OK)
        return status;
    return apl_fail_context(APL_E_CONTENT, "%s: %.*s", file_name,
                            APL_STR_ARG(apl_value_str(apl_value_member(entry, "id"))));
}

static apl_status add_entry(role_list *list, apl_value entry, uint32_t index, const char *file_name)
{
    apl_str id = apl_value_str(apl_value_member(entry, "id"));
    apl_str name = apl_value_str(apl_value_member(entry, list->second));
    uint32_t number = (uint32_t)list->entries.count;

    if (id.size == 0 || name.size == 0)
        return apl_fail(APL_E_CONTENT, "%s: %s[%u]: \"id\" and \"%s\" are needed", file_name, list->member, index,
                        list->second);
    if (list->needs_permissions && apl_value_member(entry, "permissions").type != APL_VALUE_ARRAY)
        return apl_fail(APL_E_CONTENT, "%s: %s[%u]: \"permissions\" is no list", file_name, list->member, index);
    if (list->needs_permissions && file_name) {
        apl_status status = check_conditions(entry, file_name);
        if (status != APL_OK)
            return status;
    }
    bool is_new = apl_table_put(list->by_name, id, number) == number;
    if (!is_new && file_name == NULL)
        return APL_OK; /* the user's own goes before it */
    if (!is_new)
        return apl_fail(APL_E_CONTENT, "%s: %s[%u]: %.*s stands twice", file_name, list->member, index,
                        APL_STR_ARG(id));
    (void)apl_table_put(list->by_name, name, number);
    APL_PUSH(&list->entries, entry);
    return APL_OK;
}

/* `file_name` is NULL for built-in texts, which were checked when they were built in. */
static apl_status add_lists(apl_library *library, apl_value file, const char *file_name)
{
    apl_status status = APL_OK;

    for (uint32_t m = 0; file.type == APL_VALUE_OBJECT && m < file.size; m++) {
        role_list *list = NULL;
        apl_value entries = file.members[m].value;
        for (size_t i = 0; i < LISTS; i++) {
            if (apl_str_equal(file.members[m].key, apl_str_from(library->lists[i].member)))
                list = &library->lists[i];
        }
        if (list == NULL || entries.type != APL_VALUE_ARRAY)
            return apl_fail(APL_E_CONTENT, "%s: \"%.*s\" is none of roles, directory_roles and app_roles, each a list",
                            file_name, APL_STR_ARG(file.members[m].key));
        for (uint32_t i = 0; status == APL_OK && i < entries.size; i++)
            status = add_entry(list, entries.items[i], i, file_name);
    }
    return status;
}

apl_status apl_library_add(apl_library *library, apl_value file, const char *file_name)
{
    if (file.type != APL_VALUE_STRING)
        return add_lists(library, file, file_name);
    APL_PUSH(&library->texts, apl_value_str(file));
    return APL_OK;
}

void apl_library_open(apl_library *library)
{
    for (size_t i = 0; i < library->texts.count; i++) {
        apl_value file = APL_MISSING;
        bool is_read = apl_json_parse(&file, library->arena, library->texts.items[i]) == APL_OK &&
                       add_lists(library, file, NULL) == APL_OK;
        APL_ASSERT(is_read);
    }
    library->texts.count = 0;
}

static apl_value find(const role_list *list, apl_str name)
{
    uint32_t found = name.size ? apl_table_get(list->by_name, name) : APL_TABLE_NONE;

    return found == APL_TABLE_NONE ? APL_MISSING : list->entries.items[found];
}

apl_value apl_library_role(const apl_library *library, apl_str guid)
{
    return library ? find(&library->lists[AZURE_ROLES], guid) : APL_MISSING;
}

apl_value apl_library_directory_role(const apl_library *library, apl_str id_or_name)
{
    return library ? find(&library->lists[DIRECTORY_ROLES], id_or_name) : APL_MISSING;
}

apl_value apl_library_app_role(const apl_library *library, apl_str id_or_value)
{
    return library ? find(&library->lists[APP_ROLES], id_or_value) : APL_MISSING;
}
