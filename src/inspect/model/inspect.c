/* inspect/model/inspect.c: recognises, and walks containers with an explicit stack.
 *
 * A level is one open container. Its members are inputs: a range of the file where they are stored as they are, else
 * what a decompressor gives. A member that is a container itself becomes the next level. */
#include "inspect/model/inspect.h"

#include "base/digest.h"
#include "bytes/unpack.h"
#include "inspect/model/archive.h"
#include "inspect/model/guess.h"
#include "inspect/model/pickles.h"

typedef struct level {
    apl_container container;
    apl_input *input; /* the container's own bytes */
    apl_str path;     /* of the container among the members; empty for the file */
    apl_zip zip;      /* of a zip */
    size_t next;      /* its next entry */
    apl_unpacker *unpacker;
    apl_input packed; /* of a zip's member that is compressed */
    apl_input member; /* the present one */
    apl_input held_input;
    char *held; /* a zip that had to be held whole */
    size_t held_size;
    apl_unpacker *member_unpacker;
    bool has_packed;
    bool has_member;
} level;

struct apl_model_inspector {
    const apl_globals *globals;
    apl_pickle *pickle;
    const apl_model_format **by_order;
};

typedef struct walk {
    apl_model_inspector *inspector;
    apl_model_scan scan;
    apl_input file;
    level levels[APL_MODEL_DEPTH_MAX];
    size_t count;
    unsigned members;
    uint64_t unpacked;
    size_t held;
    apl_str outer;   /* the container that the file is, for a report without a format */
    apl_str code;    /* the first member that is program text of Python by its name */
    bool is_program; /* the file itself is a native program */
    bool is_guess;   /* only heads are looked at, until one is that of a model */
    bool is_model;   /* one was */
    bool is_bundle;  /* in an archive of anything */
} walk;

apl_model_inspector *apl_model_inspector_new(const apl_globals *globals)
{
    apl_model_inspector *made = apl_memory_new(sizeof *made);
    size_t count = apl_model_format_table_count;

    made->globals = globals;
    made->pickle = apl_pickle_new();
    made->by_order = apl_memory_new((count + 1) * sizeof *made->by_order);
    for (size_t i = 0; i < count; i++) { /* few; those of one order stay as they come */
        size_t at = i;
        for (; at && made->by_order[at - 1]->order > apl_model_format_table[i]->order; at--)
            made->by_order[at] = made->by_order[at - 1];
        made->by_order[at] = apl_model_format_table[i];
    }
    return made;
}

void apl_model_inspector_free(apl_model_inspector *inspector)
{
    if (inspector == NULL)
        return;
    apl_pickle_free(inspector->pickle);
    apl_memory_free(inspector->by_order);
    apl_memory_free(inspector);
}

static void close_member(level *at)
{
    if (at->has_member)
        apl_input_close(&at->member);
    apl_unpacker_close(at->member_unpacker);
    if (at->has_packed)
        apl_input_close(&at->packed);
    at->member_unpacker = NULL;
    at->has_member = false;
    at->has_packed = false;
}

static void pop(walk *walking)
{
    level *at = &walking->levels[--walking->count];

    close_member(at);
    apl_unpacker_close(at->unpacker);
    apl_zip_close(&at->zip);
    if (at->held) {
        apl_input_close(&at->held_input);
        apl_memory_free(at->held);
        walking->held -= at->held_size;
    }
    *at = (level){0};
}

/* Holds a sequence whole, so that one can go back in it. */
static bool hold(walk *walking, level *at, apl_input *input)
{
    size_t room = APL_MODEL_HELD_BYTES_MAX - walking->held;
    APL_VECTOR(char) bytes = {0};

    for (size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES); there;
         there = apl_input_look(input, APL_INPUT_WINDOW_BYTES)) {
        if (bytes.count + there > room) {
            apl_memory_free(bytes.items);
            return false;
        }
        APL_RESERVE(&bytes, there);
        memcpy(bytes.items + bytes.count, apl_input_at(input), there);
        bytes.count += there;
        (void)apl_input_skip(input, there);
    }
    at->held = bytes.items;
    at->held_size = bytes.count;
    walking->held += bytes.count;
    apl_input_of_memory(&at->held_input, apl_str_make(bytes.items, bytes.count));
    at->input = &at->held_input;
    return true;
}

static void open_zip(walk *walking, level *at)
{
    apl_model_report *report = walking->scan.report;

    if (!at->input->can_seek && !hold(walking, at, at->input)) {
        apl_model_found(report, APL_ISSUE_ARCHIVE_LIMIT, 0, "a zip inside a compression is larger than %u bytes",
                        APL_MODEL_HELD_BYTES_MAX);
        pop(walking);
        return;
    }
    apl_zip_open(&at->zip, report->arena, at->input);
    if (!walking->is_guess)
        apl_archive_judge_zip(&walking->scan, &at->zip);
    apl_str purpose = apl_archive_purpose(&at->zip);
    if (report->format.size == 0)
        report->format = purpose;
    walking->is_model = walking->is_model || (walking->is_guess && purpose.size);
}

/* Makes `input` the next level. */
static void push(walk *walking, const apl_model_format *format, apl_input *input)
{
    apl_model_report *report = walking->scan.report;

    if (walking->count == APL_MODEL_DEPTH_MAX) {
        apl_model_found(report, APL_ISSUE_ARCHIVE_LIMIT, 0, "containers inside each other deeper than %u",
                        APL_MODEL_DEPTH_MAX);
        return;
    }
    level *at = &walking->levels[walking->count++];
    *at = (level){.container = format->container, .input = input, .path = report->member};
    if (walking->outer.size == 0)
        walking->outer = apl_str_from(format->name);
    if (format->container == APL_CONTAINER_ZIP) {
        open_zip(walking, at);
        return;
    }
    static const apl_packing packings[] = {
        [APL_CONTAINER_ZLIB] = APL_PACKING_ZLIB,
        [APL_CONTAINER_STREAM] = APL_PACKING_STREAM,
        [APL_CONTAINER_ARCHIVE] = APL_PACKING_ARCHIVE,
    };
    (void)apl_input_skip(input, format->skipped);
    if (apl_unpacker_open(&at->unpacker, packings[format->container], input) != APL_OK) {
        apl_model_found(report, APL_ISSUE_ARCHIVE_DAMAGED, 0, "%s", apl_error_message());
        pop(walking);
    }
}

static void name_member(walk *walking, const level *at, apl_str name)
{
    apl_model_report *report = walking->scan.report;

    if (name.size == 0)
        report->member = at->path;
    else
        report->member = apl_arena_format(report->arena, "%.*s%s%.*s", APL_STR_ARG(at->path), at->path.size ? "!/" : "",
                                          APL_STR_ARG(name));
    walking->scan.name = report->member.size ? report->member : walking->scan.name;
}

/* The bytes of a zip's entry as an input. False when its compression is not read. */
static bool open_entry(walk *walking, level *at, const apl_zip_entry *entry)
{
    apl_packing packing = APL_PACKING_DEFLATE;

    if (entry->marks & APL_ZIP_NO_LOCAL)
        return false;
    if (entry->method == APL_ZIP_STORED) {
        apl_input_of_range(&at->member, at->input, entry->data_at, entry->packed_size);
        at->has_member = true;
        return true;
    }
    if (entry->method == APL_ZIP_BZIP2 || entry->method == APL_ZIP_ZSTD || entry->method == APL_ZIP_XZ)
        packing = APL_PACKING_STREAM;
    else if (entry->method != APL_ZIP_DEFLATED) {
        apl_model_found(walking->scan.report, APL_ISSUE_ARCHIVE_METHOD, entry->local_at, "method %u",
                        (unsigned)entry->method);
        return false;
    }
    apl_input_of_range(&at->packed, at->input, entry->data_at, entry->packed_size);
    at->has_packed = true;
    bool found = false;
    apl_unpacked_member ignored;
    apl_status status = apl_unpacker_open(&at->member_unpacker, packing, &at->packed);
    if (status == APL_OK)
        status = apl_unpacker_next(&found, &ignored, at->member_unpacker);
    if (status != APL_OK) {
        apl_model_found(walking->scan.report, APL_ISSUE_ARCHIVE_DAMAGED, entry->local_at, "%s", apl_error_message());
        return false;
    }
    apl_input_of_pull(&at->member, apl_unpacker_pull, at->member_unpacker);
    at->has_member = true;
    return true;
}

static bool next_entry(walk *walking, level *at)
{
    while (at->next < at->zip.entries.count) {
        const apl_zip_entry *entry = &at->zip.entries.items[at->next++];
        if (walking->members++ == APL_MODEL_MEMBERS_MAX) {
            apl_model_found(walking->scan.report, APL_ISSUE_ARCHIVE_LIMIT, 0, "more than %u members",
                            APL_MODEL_MEMBERS_MAX);
            return false;
        }
        close_member(at);
        name_member(walking, at, entry->name);
        if (entry->name.size && entry->name.data[entry->name.size - 1] == '/' && entry->packed_size == 0)
            continue;
        if (open_entry(walking, at, entry))
            return true;
        close_member(at);
    }
    return false;
}

static bool next_unpacked(walk *walking, level *at)
{
    apl_unpacked_member member;
    bool found = false;

    for (;;) {
        close_member(at);
        name_member(walking, at, APL_STR_NONE);
        if (apl_unpacker_next(&found, &member, at->unpacker) != APL_OK) {
            apl_model_found(walking->scan.report, APL_ISSUE_ARCHIVE_DAMAGED, 0, "%s", apl_error_message());
            return false;
        }
        if (!found && at->container == APL_CONTAINER_ARCHIVE && at->next == 0)
            apl_model_found(walking->scan.report, APL_ISSUE_ARCHIVE_DAMAGED, 0, "an archive without a member");
        if (!found)
            return false;
        at->next++;
        if (walking->members++ == APL_MODEL_MEMBERS_MAX) {
            apl_model_found(walking->scan.report, APL_ISSUE_ARCHIVE_LIMIT, 0, "more than %u members",
                            APL_MODEL_MEMBERS_MAX);
            return false;
        }
        if (at->container == APL_CONTAINER_ARCHIVE)
            apl_archive_judge_member(&walking->scan, member.name, member.target);
        if (!member.is_file)
            continue;
        name_member(walking, at, apl_arena_str(walking->scan.report->arena, member.name));
        apl_input_of_pull(&at->member, apl_unpacker_pull, at->unpacker);
        at->has_member = true;
        return true;
    }
}

/* What was taken of a member and is damaged below shows only when it was read to its end. */
static void finish_member(walk *walking, level *at)
{
    if (!at->has_member)
        return;
    walking->unpacked += at->member.bytes_read;
    if (at->member.fault != APL_OK)
        apl_model_found(walking->scan.report, APL_ISSUE_ARCHIVE_DAMAGED, at->member.fault_offset,
                        "a member ends early or is damaged");
}

static bool is_native(apl_str head)
{
    static const char *const magics[] = {"\x7F\x45LF", "MZ", "\xCF\xFA\xED\xFE", "\xCE\xFA\xED\xFE",
                                         "\xCA\xFE\xBA\xBE"};

    for (size_t i = 0; i < sizeof magics / sizeof magics[0]; i++) {
        if (apl_str_starts(head, apl_str_from(magics[i])))
            return head.size > 64;
    }
    return false;
}

static apl_str head_of(apl_input *input)
{
    size_t there = apl_input_look(input, APL_MODEL_HEAD_BYTES);

    return apl_str_make((const char *)apl_input_at(input), there);
}

static const apl_model_format *zip_format(const apl_model_inspector *inspector)
{
    size_t i = 0;

    while (inspector->by_order[i]->container != APL_CONTAINER_ZIP)
        i++;
    return inspector->by_order[i];
}

/* A zip may stand behind anything: readers find it from its end. */
static void look_for_zip(walk *walking, apl_input *input, apl_str format, bool is_program)
{
    apl_model_report *report = walking->scan.report;

    if (!input->can_seek || !apl_zip_is(input))
        return;
    if (format.size || is_program)
        apl_model_found(report, APL_ISSUE_POLYGLOT, 0, "%.*s and a zip archive",
                        APL_STR_ARG(is_program ? APL_STR("a native program") : format));
    else
        apl_model_found(report, APL_ISSUE_LEADING_DATA, 0, "a zip archive behind other bytes");
    apl_input_seek(input, 0);
    push(walking, zip_format(walking->inspector), input);
}

static bool begins_json(apl_str head)
{
    apl_str text = apl_str_trim(head);

    return text.size > 1 && (text.data[0] == '{' || text.data[0] == '[');
}

/* The formats that are JSON, over one parse. Gives the name of the one that it is. */
static apl_str visit_json(walk *walking, apl_input *input)
{
    const apl_model_format *const *formats = walking->inspector->by_order;
    apl_model_scan *scan = &walking->scan;
    apl_json_reader *reader = NULL;
    const apl_json *root = NULL;
    apl_str found = APL_STR_NONE;
    size_t used = 0;
    APL_VECTOR(char) text = {0};

    apl_str head = head_of(input);
    if (input->size != APL_INPUT_SIZE_UNKNOWN && input->size > APL_MODEL_JSON_BYTES_MAX) {
        for (size_t i = 0; formats[i] && found.size == 0; i++) {
            if (formats[i]->json_mark && apl_str_find(head, apl_str_from(formats[i]->json_mark)) >= 0)
                found = apl_str_from(formats[i]->name);
        }
        if (found.size)
            apl_model_found(scan->report, APL_ISSUE_HEADER_LIMIT, 0, "JSON of more than %u bytes",
                            APL_MODEL_JSON_BYTES_MAX);
        return found;
    }
    for (size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES);
         there && text.count + there <= APL_MODEL_JSON_BYTES_MAX;
         there = apl_input_look(input, APL_INPUT_WINDOW_BYTES)) {
        APL_RESERVE(&text, there + APL_JSON_PADDING);
        memcpy(text.items + text.count, apl_input_at(input), there);
        text.count += there;
        (void)apl_input_skip(input, there);
    }
    reader = apl_json_reader_new();
    if (text.count && apl_input_is_at_end(input) &&
        apl_json_read_in_place(&root, &used, reader, text.items, text.count) == APL_OK && root) {
        for (size_t i = 0; formats[i] && found.size == 0; i++) {
            if (formats[i]->inspect_json && formats[i]->inspect_json(scan, root))
                found = apl_str_from(formats[i]->name);
        }
    }
    apl_json_reader_free(reader);
    apl_memory_free(text.items);
    return found;
}

/* Looks at the head alone; containers are opened. */
static void guess(walk *walking, apl_input *input)
{
    const apl_model_format *const *formats = walking->inspector->by_order;
    size_t there = apl_input_look(input, APL_GUESS_HEAD_BYTES);
    apl_str head = apl_str_make((const char *)apl_input_at(input), there);

    for (size_t i = 0; formats[i]; i++) {
        if (formats[i]->container && formats[i]->matches(head)) {
            walking->is_bundle = walking->is_bundle || formats[i]->container == APL_CONTAINER_ZIP ||
                                 formats[i]->container == APL_CONTAINER_ARCHIVE;
            push(walking, formats[i], input);
            return;
        }
    }
    walking->is_model = walking->is_model || apl_guess_head(formats, head, walking->scan.name);
    if (!walking->is_model && walking->count == 0 && input->can_seek && apl_zip_is(input)) { /* behind something */
        walking->is_bundle = true;
        apl_input_seek(input, 0);
        push(walking, zip_format(walking->inspector), input);
    }
}

/* Recognises one input and reads it, or makes it the next level. */
static void visit(walk *walking, apl_input *input)
{
    apl_model_scan *scan = &walking->scan;
    apl_str found = APL_STR_NONE;

    scan->is_member = walking->count > 0;
    if (walking->is_guess) {
        guess(walking, input);
        return;
    }
    bool is_program = is_native(head_of(input));
    for (size_t i = 0; walking->inspector->by_order[i] && found.size == 0; i++) {
        const apl_model_format *format = walking->inspector->by_order[i];
        if (format->matches == NULL || !format->matches(head_of(input)))
            continue;
        if (format->container) {
            push(walking, format, input);
            return;
        }
        apl_str name = apl_str_from(format->name);
        if (format->inspect == NULL)
            apl_model_found(scan->report, APL_ISSUE_SNIFFED_ONLY, 0, "%s", format->name);
        else if (!format->inspect(scan, input))
            continue;
        if (scan->report->format.size == 0)
            scan->report->format = name;
        found = name;
    }
    if (found.size == 0 && begins_json(head_of(input))) {
        found = visit_json(walking, input);
        if (found.size && scan->report->format.size == 0)
            scan->report->format = found;
    }
    if (is_program && scan->is_member)
        apl_model_found(scan->report, APL_ISSUE_ARCHIVE_EXECUTABLE, 0, "a native program or library");
    if (!scan->is_member)
        walking->is_program = is_program;
    else if (found.size == 0 && walking->code.size == 0 && apl_str_ends(scan->report->member, APL_STR(".py")))
        walking->code = scan->report->member;
    look_for_zip(walking, input, found, is_program);
    if (found.size == 0 && walking->count == 0 && !is_program) {
        if (input->can_seek)
            apl_input_seek(input, 0);
        apl_pickle_reset(scan->pickle);
        if (apl_pickles_search(scan, input))
            scan->report->format = APL_STR("pickle");
    }
}

/* Both hashes in one pass over the whole file. */
static void hash_file(apl_model_report *report, apl_input *input)
{
    apl_hasher *hasher = apl_hasher_new();
    char sha[2 * APL_SHA256_BYTES + 1];
    char xxh[33];

    apl_input_seek(input, 0);
    for (size_t there = apl_input_look(input, APL_INPUT_WINDOW_BYTES); there;
         there = apl_input_look(input, APL_INPUT_WINDOW_BYTES)) {
        apl_hasher_add(hasher, apl_str_make((const char *)apl_input_at(input), there));
        (void)apl_input_skip(input, there);
    }
    apl_hasher_end(sha, xxh, hasher);
    if (input->fault == APL_OK) {
        apl_model_fact_text(report, "sha256", apl_str_from(sha));
        apl_model_fact_text(report, "xxh3", apl_str_from(xxh));
    }
}

void apl_model_inspect(apl_model_report *report, apl_model_inspector *inspector, const apl_model_file *file)
{
    walk *walking = apl_memory_new(sizeof *walking);

    walking->inspector = inspector;
    walking->scan = (apl_model_scan){report, inspector->globals, inspector->pickle, file->name, false};
    apl_input_of_file(&walking->file, file->descriptor, 0, file->size);
    visit(walking, &walking->file);
    while (walking->count) {
        level *top = &walking->levels[walking->count - 1];
        finish_member(walking, top);
        if (walking->unpacked > APL_MODEL_UNPACKED_BYTES_MAX) {
            apl_model_found(report, APL_ISSUE_ARCHIVE_LIMIT, 0, "unpacks to more than is read");
            pop(walking);
        } else if (top->container == APL_CONTAINER_ZIP ? next_entry(walking, top) : next_unpacked(walking, top)) {
            visit(walking, &top->member);
        } else {
            pop(walking);
        }
    }
    report->member = APL_STR_NONE;
    if (walking->file.fault != APL_OK)
        apl_model_found(report, APL_ISSUE_READ_FAILED, walking->file.fault_offset, "the file ends early");
    if (report->format.size && walking->code.size)
        apl_model_found(report, APL_ISSUE_ARCHIVE_CODE, 0, "%.*s", APL_STR_ARG(walking->code));
    if (report->format.size && walking->is_program)
        apl_model_found(report, APL_ISSUE_NATIVE_CODE, 0, "a native program that brings a model");
    if (report->format.size == 0 && report->effect > APL_EFFECT_NOTE)
        report->format = walking->outer;
    if (file->wants_hash)
        hash_file(report, &walking->file);
    apl_input_close(&walking->file);
    apl_memory_free(walking);
}

/* Members and bytes that are looked at to find out whether there is a model at all. */
#define GUESS_MEMBERS_MAX 4096u
#define GUESS_BYTES_MAX (64u << 20)

apl_model_guess apl_model_guess_file(apl_model_inspector *inspector, const apl_model_file *file)
{
    walk *walking = apl_memory_new(sizeof *walking);
    apl_model_report report;

    apl_model_report_init(&report);
    walking->inspector = inspector;
    walking->is_guess = true;
    walking->scan = (apl_model_scan){&report, inspector->globals, inspector->pickle, file->name, false};
    apl_input_of_file(&walking->file, file->descriptor, 0, file->size);
    visit(walking, &walking->file);
    bool has_purpose = walking->is_model; /* before any member was looked at */
    while (walking->count && !walking->is_model && walking->members < GUESS_MEMBERS_MAX &&
           walking->unpacked + walking->file.bytes_read < GUESS_BYTES_MAX) {
        level *top = &walking->levels[walking->count - 1];
        finish_member(walking, top);
        if (top->container == APL_CONTAINER_ZIP ? next_entry(walking, top) : next_unpacked(walking, top))
            visit(walking, &top->member);
        else
            pop(walking);
    }
    bool is_bundle = walking->is_bundle && !has_purpose;
    bool is_model = walking->is_model;
    while (walking->count)
        pop(walking);
    apl_input_close(&walking->file);
    apl_model_report_free(&report);
    apl_memory_free(walking);
    return !is_model ? APL_GUESS_NO_MODEL : is_bundle ? APL_GUESS_BUNDLE : APL_GUESS_MODEL;
}
