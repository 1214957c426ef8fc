/* net/curl.h: libcurl, loaded when it is first needed.
 *
 * Linked in the usual way, libcurl and the thirty libraries behind it cost every start of the program some
 * milliseconds, also of those commands that never go over the network. So its functions are pointers in a table, filled
 * by apl_curl_load. Only what libcurl 7.88 has is used. */
#ifndef APL_NET_CURL_H
#define APL_NET_CURL_H

#include <curl/curl.h>

#include "base/status.h"

typedef struct apl_curl {
    CURLcode (*global_init)(long flags);
    void (*global_cleanup)(void);
    CURL *(*easy_init)(void);
    void (*easy_cleanup)(CURL *easy);
    void (*easy_reset)(CURL *easy);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra, unsigned extra_count, int timeout_ms, int *ready);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    void (*slist_free_all)(struct curl_slist *list);
} apl_curl;

/* APL_E_UNSUPPORTED where the library is not installed or too old. It stays loaded until the process ends. */
apl_status apl_curl_load(apl_curl *out);

#endif
