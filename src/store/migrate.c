/* store/migrate.c: runs schema steps and counts them in PRAGMA user_version.
 *
 * The version is read again inside the transaction, because another process may have done the work meanwhile. */
#include "store/migrate.h"

#include <stdio.h>

#define PRAGMA_BYTES 64

static apl_status set_pragma(apl_db *db, const char *name, long value)
{
    char sql[PRAGMA_BYTES];

    (void)snprintf(sql, sizeof sql, "PRAGMA %s = %ld", name, value);
    return apl_db_run(db, sql);
}

static apl_status run_step(apl_db *db, const apl_schema_step *step)
{
    apl_status status = APL_OK;

    for (const char *const *sql = step->sql; *sql && status == APL_OK; sql++)
        status = apl_db_run(db, *sql);
    return status == APL_OK ? APL_OK : apl_fail_context(status, "updating the store, %s", step->summary);
}

static apl_status run_missing_steps(apl_db *db, const apl_schema_step *steps, size_t step_count)
{
    int64_t version;
    apl_status status = apl_db_number(&version, db, "PRAGMA user_version");

    for (size_t i = (size_t)version; i < step_count && status == APL_OK; i++)
        status = run_step(db, &steps[i]);
    if (status == APL_OK && (size_t)version < step_count)
        status = set_pragma(db, "user_version", (long)step_count);
    if (status == APL_OK)
        status = set_pragma(db, "application_id", APL_STORE_APPLICATION);
    return status;
}

apl_status apl_migrate(apl_db *db, const apl_schema_step *steps, size_t step_count)
{
    int64_t version;
    apl_status status = apl_db_number(&version, db, "PRAGMA user_version");

    if (status != APL_OK || (size_t)version >= step_count)
        return status;
    status = apl_db_run(db, "BEGIN IMMEDIATE");
    if (status != APL_OK)
        return status;
    status = run_missing_steps(db, steps, step_count);
    if (status == APL_OK)
        status = apl_db_run(db, "COMMIT");
    if (status != APL_OK)
        apl_db_give_up(db);
    return status;
}
