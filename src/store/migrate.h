/* store/migrate.h: brings the tables of a store up to date, step by step.
 *
 * All missing steps run in one transaction: afterwards the store is at the newest version or as it was. */
#ifndef APL_STORE_MIGRATE_H
#define APL_STORE_MIGRATE_H

#include "store/db.h"
#include "store/schema.h"

/* Runs the steps that `db` has not seen and marks it as ours. Does nothing, and takes no lock, when there is none. */
apl_status apl_migrate(apl_db *db, const apl_schema_step *steps, size_t step_count);

#endif
