/* inspect/model/archive.h: what an archive is for, by the names of its members, and what is wrong with those names.
 *
 * Names choose how a format is called in the report; what is judged is the bytes of each member. */
#ifndef APL_INSPECT_MODEL_ARCHIVE_H
#define APL_INSPECT_MODEL_ARCHIVE_H

#include "bytes/zip.h"
#include "inspect/model/model_format.h"

/* "pytorch", "keras", "npz" ...; empty when the names say nothing. */
apl_str apl_archive_purpose(const apl_zip *zip);

/* Reports what directory and local headers disagree on, and unsafe or doubled names. */
void apl_archive_judge_zip(apl_model_scan *scan, const apl_zip *zip);

/* The same for a member of a tar or 7z. */
void apl_archive_judge_member(apl_model_scan *scan, apl_str name, apl_str link_target);

/* A name that would leave the folder that it is unpacked into. */
bool apl_archive_is_unsafe(apl_str name);

#endif
