/* inspect/model/archive.c: names of members.
 *
 * A zip of tensors may have a hundred thousand members, so each row of judgement is one look at a mark. */
#include "inspect/model/archive.h"

typedef struct purpose {
    const char *format;
    const char *member; /* a name, or its end when it begins with `/` or `.` */
} purpose;

/* The first that has its member decides, so the narrower ones stand before the wider. */
static const purpose purposes[] = {
    {"torchserve", "MAR-INF/MANIFEST.json"},
    {"skops", "schema.json"},
    {"keras", "config.json"},
    {"torchscript", "/constants.pkl"},
    {"torch-export", "/archive_format"},
    {"torch-export", "archive_format"},
    {"pytorch", "/data.pkl"},
    {"pytorch", "data.pkl"},
    {"coreml-package", "Manifest.json"},
    {"coreml-package", "/Manifest.json"},
    {"mlflow", "MLmodel"},
    {"mlflow", "/MLmodel"},
    {"savedmodel", "saved_model.pb"},
    {"savedmodel", "/saved_model.pb"},
    {"npz", ".npy"},
};

static bool has_member(const apl_zip *zip, apl_str name)
{
    for (size_t i = 0; i < zip->entries.count; i++) {
        apl_str entry = zip->entries.items[i].name;
        bool is_end = name.data[0] == '/' || name.data[0] == '.';
        if (is_end ? apl_str_ends(entry, name) : apl_str_equal(entry, name))
            return true;
    }
    return false;
}

apl_str apl_archive_purpose(const apl_zip *zip)
{
    for (size_t i = 0; i < sizeof purposes / sizeof purposes[0]; i++) {
        if (!has_member(zip, apl_str_from(purposes[i].member)))
            continue;
        /* A config.json is Keras only beside the weights or metadata that Keras writes. */
        if (strcmp(purposes[i].format, "keras") == 0 && !has_member(zip, APL_STR("metadata.json")) &&
            !has_member(zip, APL_STR("model.weights.h5")))
            continue;
        return apl_str_from(purposes[i].format);
    }
    return APL_STR_NONE;
}

bool apl_archive_is_unsafe(apl_str name)
{
    apl_str rest = name;
    apl_str part;

    if (name.size && (name.data[0] == '/' || name.data[0] == '\\'))
        return true;
    if (name.size > 1 && name.data[1] == ':')
        return true;
    while (apl_str_next(&part, &rest, '/')) {
        if (apl_str_equal(part, APL_STR("..")) || apl_str_find(part, APL_STR("..\\")) >= 0 ||
            apl_str_find(part, APL_STR("\\..")) >= 0)
            return true;
    }
    return false;
}

void apl_archive_judge_member(apl_model_scan *scan, apl_str name, apl_str link_target)
{
    if (apl_archive_is_unsafe(name))
        apl_model_found(scan->report, APL_ISSUE_ARCHIVE_UNSAFE_NAME, 0, "%.*s", APL_STR_ARG(name));
    if (apl_archive_is_unsafe(link_target))
        apl_model_found(scan->report, APL_ISSUE_ARCHIVE_UNSAFE_LINK, 0, "%.*s leads to %.*s", APL_STR_ARG(name),
                        APL_STR_ARG(link_target));
}

static void judge_entry(apl_model_scan *scan, const apl_zip_entry *entry)
{
    apl_model_report *report = scan->report;
    int size = (int)entry->name.size;
    const char *name = entry->name.data ? entry->name.data : "";

    if (entry->marks & APL_ZIP_NAME_DIFFERS)
        apl_model_found(report, APL_ISSUE_ARCHIVE_NAME_DIFFERS, entry->local_at,
                        "%.*s in the directory, %.*s before the "
                        "data",
                        size, name, APL_STR_ARG(entry->local_name));
    if (entry->marks & (APL_ZIP_SIZE_DIFFERS | APL_ZIP_METHOD_DIFFERS | APL_ZIP_OVERLAPS))
        apl_model_found(report, APL_ISSUE_ARCHIVE_HEADER_DIFFERS, entry->local_at, "%.*s: %s", size, name,
                        entry->marks & APL_ZIP_OVERLAPS         ? "its bytes belong to another member too"
                        : entry->marks & APL_ZIP_METHOD_DIFFERS ? "another compression"
                                                                : "other sizes");
    if (entry->marks & APL_ZIP_NO_LOCAL)
        apl_model_found(report, APL_ISSUE_ARCHIVE_DAMAGED, entry->local_at,
                        "%.*s: no member stands where the directory "
                        "says",
                        size, name);
    if (entry->marks & APL_ZIP_HIDDEN)
        apl_model_found(report, APL_ISSUE_ARCHIVE_HIDDEN_MEMBER, entry->local_at, "%.*s", size, name);
    if (entry->marks & APL_ZIP_ENCRYPTED)
        apl_model_found(report, APL_ISSUE_ARCHIVE_FLAGS, entry->local_at, "%.*s", size, name);
    if (entry->marks & APL_ZIP_DUPLICATE)
        apl_model_found(report, APL_ISSUE_ARCHIVE_DUPLICATE, entry->local_at, "%.*s", size, name);
    if (entry->marks & APL_ZIP_UNSAFE_NAME)
        apl_model_found(report, APL_ISSUE_ARCHIVE_UNSAFE_NAME, entry->local_at, "%.*s", size, name);
}

void apl_archive_judge_zip(apl_model_scan *scan, const apl_zip *zip)
{
    for (size_t i = 0; i < zip->entries.count; i++) {
        if (zip->entries.items[i].marks)
            judge_entry(scan, &zip->entries.items[i]);
    }
    if (!zip->has_directory)
        apl_model_found(scan->report, APL_ISSUE_ARCHIVE_DAMAGED, 0, "the directory at the end is missing or damaged");
    if (zip->is_cut)
        apl_model_found(scan->report, APL_ISSUE_ARCHIVE_LIMIT, 0, "more members, or longer names, than are read");
    if (zip->tail_bytes)
        apl_model_found(scan->report, APL_ISSUE_TRAILING_DATA, 0, "%llu bytes behind the archive",
                        (unsigned long long)zip->tail_bytes);
}
