/* collect/asking.h: one call on its way: its requests, its pages, and the lines that come of it.
 *
 * An asking is begun below a parent and ends with one line that says how many items it gave or why it gave none. Its
 * callbacks run inside the client; what it holds is its own until the collector takes its lines, in order.
 * For the files of collect only. */
#ifndef APL_COLLECT_ASKING_H
#define APL_COLLECT_ASKING_H

#include "base/digest.h"
#include "collect/azure/sign_in.h"
#include "collect/lines.h"
#include "collect/parent.h"

/* Pages of one list: 1,000 of 1,000 items are what Resource Graph and Microsoft Graph may give of a large tenant. */
#define APL_ASKING_PAGES_MAX 10000u

/* The text that says why something was refused. */
#define APL_ASKING_WHY_BYTES_MAX 512u

/* What all askings of one tenant share. */
typedef struct apl_asking_tenant {
    apl_net *net;
    apl_azure_sign_in *sign_in;
    const apl_azure_cloud *cloud;
    const apl_calls *calls;
    apl_str tenant;
    apl_str purview;         /* https://contoso.purview.azure.com; empty: that of the cloud */
    const uint8_t *versions; /* of each call: which of its versions is asked first */
    uint64_t buffered;       /* bytes of lines that were not taken yet */
    uint64_t documents;
} apl_asking_tenant;

typedef struct apl_batch apl_batch;

typedef struct apl_asking {
    apl_asking_tenant *tenant;
    const apl_call *call;
    const apl_parent *parent;
    apl_text lines;
    apl_text held; /* items of `into`, with commas between */
    apl_text url;
    apl_text body;
    uint64_t count;
    unsigned pages;
    uint8_t version;
    bool is_done;
    bool is_cancelled;
    bool is_paged;      /* the next request is a further page */
    apl_digest visited; /* of the request of one page before; a list that comes to it again goes round */
    apl_text why;       /* empty: it was read */
} apl_asking;

void apl_asking_init(apl_asking *asking, apl_asking_tenant *tenant);
void apl_asking_free(apl_asking *asking);

/* Forgets the lines, with their memory. */
void apl_asking_shrink(apl_asking *asking);

/* Begins; the lines of before are gone. It may be done at once (what is never asked). */
void apl_asking_begin(apl_asking *asking, const apl_call *call, const apl_parent *parent);

/* The request goes out by itself. */
void apl_asking_submit(apl_asking *asking);

/* An answer: of a request of its own, or of a part of a batch. `json` may be NULL. */
void apl_asking_answer(apl_asking *asking, unsigned status, apl_str code, apl_str why, const apl_json *json);

/* Ends it without an answer. */
void apl_asking_refuse(apl_asking *asking, apl_str why);

/* Writes the last line. */
void apl_asking_finish(apl_asking *asking);

/* ---- Its parts ---- */

/* The address and body of the first request in `url` and `body`. False, with `why`, when there is none. */
bool apl_address_first(apl_asking *asking);

/* Those of the next page; *is_last when there is none. False, with `why`, for a link that is not followed. */
bool apl_address_next(apl_asking *asking, const apl_json *page, bool *is_last);

/* Which audience a token for the address must have; the text belongs to the cloud or to `room`. */
apl_str apl_address_audience(const apl_asking *asking, char *room, size_t room_size);

/* The lines of one page of items. */
void apl_items_take(apl_asking *asking, const apl_json *page);

/* ---- Twenty at once (Microsoft Graph, "Combine multiple HTTP requests using JSON batching") ---- */

#define APL_BATCH_MAX 20u

apl_batch *apl_batch_new(apl_asking_tenant *tenant);
void apl_batch_free(apl_batch *batch);

/* Adds one; when it is full, or of another version, it goes out. */
void apl_batch_add(apl_batch *batch, apl_asking *asking);
void apl_batch_submit(apl_batch *batch);

#endif
