/* normalize/service_file.h: the members of provider.yaml and service.yaml, one function a thing.
 *
 * Only services.c calls these. `where` is "file: place" for messages. Everything lives in options->arena. */
#ifndef APL_NORMALIZE_SERVICE_FILE_H
#define APL_NORMALIZE_SERVICE_FILE_H

#include "normalize/services.h"

/* Fails on a member that is not in the NULL-terminated list, naming the nearest. */
apl_status apl_service_file_members(apl_value object, const char *const *allowed, const char *where);

apl_status apl_service_file_provider(apl_provider *out, const apl_services_options *options, apl_value file,
                                     const char *where);
apl_status apl_service_file_type(apl_type *out, const apl_services_options *options, apl_value object,
                                 const char *where);
apl_status apl_service_file_recognition(apl_recognition *out, const apl_services_options *options, apl_value object,
                                        const char *where);

#endif
