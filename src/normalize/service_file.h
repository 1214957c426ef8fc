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

/* Compiles the condition in member `name`; *out stays as it is when there is none. */
apl_status apl_service_file_condition(apl_condition **out, const apl_services_options *options, apl_value object,
                                      const char *name, const char *where);

/* A kind and a relation by name; on failure the message has the nearest. */
apl_status apl_service_file_kind(apl_kind *out, const apl_services_options *options, apl_str name, const char *where);
apl_status apl_service_file_relation(apl_relation_type *out, const apl_services_options *options, apl_str name,
                                     const char *where);

/* Compiles the template, or the list of alternatives, in member `name`; *out stays as it is when there is none. */
apl_status apl_service_file_template(apl_template **out, const apl_services_options *options, apl_value object,
                                     const char *name, const char *where);

/* bom_file.c: the member `bom` of a type. */
apl_status apl_service_file_bom(apl_type *out, const apl_services_options *options, apl_value object,
                                const char *where);

/* exposure_file.c: what `exposure` says of other assets, and the fields that a condition looks at. */
apl_status apl_exposure_file_others(apl_exposure_rule *out, const apl_services_options *options, apl_value exposure,
                                    const char *where);
apl_str apl_exposure_file_paths(apl_arena *arena, apl_value condition);

#endif
