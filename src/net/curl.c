/* net/curl.c: loads libcurl and finds its functions.
 *
 * The only file that knows that it is loaded at run time. Never closed again: the libraries behind it register what is
 * called when the process ends. */
#include "net/curl.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

/* The version of the interface, the same from libcurl 7.16 to 8. */
#define LIBRARY "libcurl.so.4"

typedef struct symbol {
    const char *name;
    size_t offset;
} symbol;

#define SYMBOL(member)                                                                                                 \
    {                                                                                                                  \
        "curl_" #member, offsetof(apl_curl, member)                                                                    \
    }

static const symbol symbols[] = {
    SYMBOL(global_init),   SYMBOL(global_cleanup), SYMBOL(easy_init),           SYMBOL(easy_cleanup),
    SYMBOL(easy_reset),    SYMBOL(easy_setopt),    SYMBOL(easy_getinfo),        SYMBOL(easy_strerror),
    SYMBOL(multi_init),    SYMBOL(multi_cleanup),  SYMBOL(multi_setopt),        SYMBOL(multi_add_handle),
    SYMBOL(multi_perform), SYMBOL(multi_poll),     SYMBOL(multi_remove_handle), SYMBOL(multi_info_read),
    SYMBOL(slist_append),  SYMBOL(slist_free_all),
};

apl_status apl_curl_load(apl_curl *out)
{
    void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

    memset(out, 0, sizeof *out);
    if (library == NULL)
        return apl_fail(APL_E_UNSUPPORTED, "%s is not installed, which live sources need; install the package libcurl4",
                        LIBRARY);
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        void *found = dlsym(library, symbols[i].name);
        if (found == NULL)
            return apl_fail(APL_E_UNSUPPORTED, "%s has no %s; it is too old", LIBRARY, symbols[i].name);
        memcpy((char *)out + symbols[i].offset, &found, sizeof found);
    }
    if (out->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return apl_fail(APL_E_UNSUPPORTED, "%s cannot be started", LIBRARY);
    return APL_OK;
}
