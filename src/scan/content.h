/* scan/content.h: all content of a run, compiled.
 *
 * For the files of scan and for tools/content only; everybody else sees it through scan/scan.h. Read-only once it is
 * open, but for the plans of types, which are built when the first document of a type arrives. */
#ifndef APL_SCAN_CONTENT_H
#define APL_SCAN_CONTENT_H

#include "access/access.h"
#include "evaluate/mute.h"
#include "graph/technique.h"
#include "normalize/services.h"
#include "scan/scan.h"

/* A file of content: its path from the root ("services/azure/x/service.yaml") and what it holds. */
typedef struct apl_content_file {
    apl_str path;
    apl_value value;
} apl_content_file;

typedef APL_VECTOR(apl_content_file) apl_content_files;

/* A rule and the fields that it asks for. */
typedef struct apl_compiled_rule {
    apl_rule rule;
    apl_field_list asked;
} apl_compiled_rule;

typedef APL_VECTOR(apl_control_ref) apl_control_list;

struct apl_content {
    apl_arena *arena; /* what was compiled */
    apl_arena *texts; /* the values of the files */
    apl_vocabulary vocabulary;
    apl_fields *fields;
    apl_aliases *aliases;
    apl_aliases *tenant_aliases; /* stacked over the built-in ones, or NULL */
    apl_services *services;
    APL_VECTOR(apl_compiled_rule) compiled;
    apl_rule *rules; /* sorted by id */
    size_t rule_count;
    apl_policy_set *policies; /* NULL without --policies */
    apl_field_list policy_fields;
    apl_library *library; /* built-in roles */
    apl_calls *calls;     /* how collectors read what the services know */
    apl_access_fields *access_fields;
    apl_field_list access_asked;
    apl_mutes *mutes;
    apl_techniques techniques;
    APL_VECTOR(apl_service_info) service_infos;
    APL_VECTOR(apl_framework_info) frameworks;
    apl_table *controls_by_check; /* check -> index into control_lists */
    APL_VECTOR(apl_control_list) control_lists;
    apl_content_files models; /* names that pickles import; compiled when they are asked for */
    apl_str digest;
    bool wants_bom; /* keep what bills of materials tell */
    apl_content_need need;
};

/* Reads the content files below `root` (vocabulary/, frameworks/, services/, techniques/, models/; cases are left out),
 * sorted by path. */
apl_status apl_content_read_folder(apl_content_files *out, apl_arena *arena, const char *root);

/* The built-in content as the content tool writes it: magic, digest, each file as JSON, alias image. */
void apl_content_pack(apl_text *out, const apl_content_files *files, apl_str alias_image);

typedef struct apl_unpacked {
    apl_content_files files;
    size_t built_in_count; /* of the files; those of the user stand behind */
    apl_str alias_image;
    apl_str digest; /* raw bytes of SHA-256 over files and image */
} apl_unpacked;
apl_status apl_content_unpack(apl_unpacked *out, apl_arena *arena, apl_str packed, apl_content_need need);

/* Mistakes that no single file shows: a file where nobody looks; a rule without a service or without one of its types,
 * or with a derived fact that does not exist. `file` is for messages. */
apl_status apl_content_check_places(const apl_content_files *files);
apl_status apl_content_check_rule(const apl_content *content, const apl_compiled_rule *compiled, const char *file);

/* Of the content that is built in: every rule's check supports a control. A user's own need not. */
apl_status apl_content_check_controls(const apl_content *content);

/* Compiles files into content: vocabulary, frameworks, providers, services, rules. */
apl_status apl_content_compile(apl_content *content, const apl_content_files *files);

/* The frameworks of the files, and the controls of each check. */
apl_status apl_content_frameworks(apl_content *content, const apl_content_files *files);

/* Fills the controls of a rule from the frameworks. */
void apl_content_join_controls(apl_content *content, apl_rule_info *info);

/* apl_content_open with parameter values for the definitions of --policies that stand by themselves. */
apl_status apl_content_open_with(apl_content **out, const apl_scan_options *options, apl_value parameters);

/* Sets up an empty content around an alias table (which may be NULL); frees it again. */
apl_content *apl_content_new(apl_aliases *aliases);

/* What the build embeds; empty in the content tool itself. */
/* Bytes of packed content at most; the built-in content is below 4 MB. */
#define APL_CONTENT_PACKED_BYTES_MAX (256u << 20)

extern const unsigned char apl_content_data[];
extern const unsigned char apl_content_data_end[];

#endif
