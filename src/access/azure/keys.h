/* access/azure/keys.h: keys of accounts, which open the data of an account without any role on it.
 *
 * Who may list the keys may do what they open, unless the account refuses keys. That is no role: it counts only where a
 * question asks for it. */
#ifndef APL_ACCESS_AZURE_KEYS_H
#define APL_ACCESS_AZURE_KEYS_H

#include "access/internal.h"

typedef struct apl_key_way {
    apl_str type;   /* of the account */
    apl_str action; /* control action that gives the key, or something signed with it */
    apl_str opens;  /* pattern of the data actions that it stands for */
    apl_access_field setting;
    bool is_on; /* the value of the setting with which keys do not work */
    bool is_off_by_default; /* keys work only where the setting says so */
} apl_key_way;

extern const apl_key_way apl_key_ways[];
extern const size_t apl_key_way_count;

/* The account of that way which is the resource or holds it: its id, as a part of `resource_id`; else empty. */
apl_str apl_key_account(const apl_key_way *way, apl_str resource_id);

/* Whether the account takes keys: APL_TRUTH_UNREAD when its settings were not read. */
apl_truth apl_key_works(const apl_access *access, const apl_key_way *way, apl_str account_id);

#endif
