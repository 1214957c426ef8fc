/* scan/read.h: sources to normalizers.
 *
 * For the files of scan only. One thread reads and cuts, the others parse; memory is bounded by the chunks in
 * flight. */
#ifndef APL_SCAN_READ_H
#define APL_SCAN_READ_H

#include "normalize/normalizer.h"
#include "scan/models.h"
#include "scan/scan.h"

/* A line for people about something that could not be read. */
typedef struct apl_read_message {
    uint32_t file;
    uint64_t offset;
    apl_str line;
} apl_read_message;

typedef struct apl_reading {
    apl_estate *estate; /* files are added here */
    apl_normalizer **normalizers;
    unsigned count;          /* normalizers, and reading threads */
    apl_scan_models *models; /* NULL: model files are read like any other file */
} apl_reading;

/* Reads all sources through the normalizers, one thread each, and calls on_message in the order of files. A source that
 * does not exist is a failure; anything inside one is a coverage row. */
apl_status apl_read_sources(apl_reading *reading, const apl_scan_options *options);

#endif
