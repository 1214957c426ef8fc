/* net/trace.h: what went over the wire, for people who must find a fault, without any secret.
 *
 * One JSON object a line and attempt. Authorization, cookies, tokens, keys and passwords, signatures in URLs and
 * members with key-like names are replaced before anything is written; a body that is no JSON is only counted. */
#ifndef APL_NET_TRACE_H
#define APL_NET_TRACE_H

#include "net/client.h"

/* Creates the file, readable by its owner only; it must not be a link. */
apl_status apl_trace_open(apl_trace **out, const char *path);

/* Writes what is left; APL_E_IO when something could not be written. NULL is allowed. */
apl_status apl_trace_close(apl_trace *trace);

#endif
