/* scan/read.c: one thread cuts files into chunks, the others parse and normalise them.
 *
 * Chunks are recycled, so that memory does not grow with the input. Messages are gathered and sorted at the end, so
 * that they come in the order of files whatever thread met them. */
#include "scan/read.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/threads.h"
#include "bytes/stream.h"
#include "json/split.h"

#define CHUNKS_PER_THREAD 3
#define MESSAGES_PER_FILE_MAX 20u

/* What the cutting thread met and may not tell a normalizer itself. */
typedef struct cut_failure {
    apl_place place;
    const char *why; /* belongs to the program or the estate */
} cut_failure;

typedef struct reading_job {
    apl_reading *reading;
    const apl_scan_options *options;
    apl_queue *full;
    apl_queue *empty;
    apl_chunk *chunks;
    pthread_mutex_t lock; /* for messages */
    APL_VECTOR(apl_read_message) messages;
    apl_arena *texts;   /* of messages and paths; under the lock */
    uint64_t documents; /* for progress; changed atomically */
    /* Of the text that is being cut; the reading thread's own. */
    apl_stream *stream;
    cut_failure *faults;
    size_t fault_count;
    uint64_t bytes_before; /* of the files that are done */
    uint64_t bytes_total;
    uint64_t bytes_told;
    uint32_t file;
    apl_str path;
    bool is_named;
} reading_job;

static void message(reading_job *job, uint32_t file, uint64_t offset, apl_str path, const char *why)
{
    (void)pthread_mutex_lock(&job->lock);
    apl_read_message made = {.file = file, .offset = offset};
    made.line =
        apl_arena_format(job->texts, "%.*s: offset %llu: %s", APL_STR_ARG(path), (unsigned long long)offset, why);
    APL_PUSH(&job->messages, made);
    (void)pthread_mutex_unlock(&job->lock);
}

/* A broken place: one line for people, one coverage row. */
static void broken(reading_job *job, apl_normalizer *normalizer, const apl_place *place, const char *why)
{
    apl_str text = apl_str_from(why);
    char with_offset[APL_ERROR_BYTES_MAX];

    (void)snprintf(with_offset, sizeof with_offset, "offset %llu: %.900s", (unsigned long long)place->offset,
                   text.data);
    apl_normalizer_broken(normalizer, place, with_offset, true);
    message(job, place->file, place->offset, place->path, why);
}

/* Text that is no JSON at all: named by the user or called .json, it is unreadable; else just not a document. */
static void not_json(reading_job *job, apl_normalizer *normalizer, const apl_chunk *chunk, size_t at)
{
    apl_str head = apl_str_make(chunk->bytes + at, chunk->size - at);
    bool is_utf16 = apl_str_starts(head, APL_STR("\xFF\xFE")) || apl_str_starts(head, APL_STR("\xFE\xFF"));
    bool claims_json = apl_str_ends(chunk->path, APL_STR(".json")) || apl_str_ends(chunk->path, APL_STR(".ndjson")) ||
                       apl_str_ends(chunk->path, APL_STR(".jsonl"));
    apl_place place = {chunk->file, chunk->path, chunk->offset + at};
    const char *guess = apl_bytes_guess(head);

    if (is_utf16) {
        broken(job, normalizer, &place, "the text is UTF-16; convert it to UTF-8");
    } else if (claims_json || chunk->is_named) {
        char why[128];
        (void)snprintf(why, sizeof why, "not JSON but %s", guess);
        broken(job, normalizer, &place, why);
    } else {
        apl_normalizer_unsupported(normalizer, guess);
    }
}

static size_t skip_blank(const apl_chunk *chunk, size_t from, size_t to)
{
    if (from == 0 && apl_str_starts(apl_str_make(chunk->bytes, chunk->size), APL_STR("\xEF\xBB\xBF")))
        from = 3;
    while (from < to && (chunk->bytes[from] == ' ' || chunk->bytes[from] == '\t' || chunk->bytes[from] == '\n' ||
                         chunk->bytes[from] == '\r'))
        from++;
    return from;
}

typedef struct parsing {
    reading_job *job;
    apl_normalizer *normalizer;
    apl_json_reader *reader;
    apl_text page;   /* put together out of a part of a page */
    unsigned faults; /* in the present chunk */
} parsing;

static void fault(parsing *parse, const apl_chunk *chunk, size_t at, const char *why)
{
    apl_place place = {chunk->file, chunk->path, chunk->offset + at};

    if (parse->faults++ < MESSAGES_PER_FILE_MAX)
        broken(parse->job, parse->normalizer, &place, why);
    else
        apl_normalizer_broken(parse->normalizer, &place, "more broken lines like these", true);
}

/* Parses the value at `from`, which must not reach beyond `to`; returns where it ended, or SIZE_MAX after a fault. */
static size_t parse_value(parsing *parse, const apl_chunk *chunk, size_t from, size_t to)
{
    const apl_json *value = NULL;
    size_t used = 0;
    apl_place place = {chunk->file, chunk->path, chunk->offset + from};

    apl_status status = apl_json_read_in_place(&value, &used, parse->reader, chunk->bytes + from, to - from);
    if (status != APL_OK) {
        fault(parse, chunk, status == APL_E_LIMIT ? from : from + used, apl_error_message());
        return SIZE_MAX;
    }
    if (value) {
        (void)apl_normalizer_value(parse->normalizer, value, &place);
        (void)__atomic_fetch_add(&parse->job->documents, 1, __ATOMIC_RELAXED);
    }
    return from + used;
}

/* All values between `from` and `to`; a fault ends it. */
static bool parse_values(parsing *parse, const apl_chunk *chunk, size_t from, size_t to)
{
    while ((from = skip_blank(chunk, from, to)) < to) {
        from = parse_value(parse, chunk, from, to);
        if (from == SIZE_MAX)
            return false;
    }
    return true;
}

static void parse_lines(parsing *parse, const apl_chunk *chunk)
{
    size_t from = 0;

    while (from < chunk->size) {
        const char *line_end = memchr(chunk->bytes + from, '\n', chunk->size - from);
        size_t to = line_end ? (size_t)(line_end - chunk->bytes) : chunk->size;
        (void)parse_values(parse, chunk, from, to);
        from = to + 1;
    }
}

/* One value that has the bytes of an item to itself. */
static void parse_item(parsing *parse, const apl_chunk *chunk, apl_chunk_item item)
{
    size_t at = parse_value(parse, chunk, item.from, item.to);

    if (at == SIZE_MAX)
        return;
    at = skip_blank(chunk, at, item.to);
    if (at < item.to)
        fault(parse, chunk, at, "something stands behind the value");
}

/* The items [first, last) as the page that they are members of. False when it is no JSON; then nothing was taken. */
static bool parse_page(parsing *parse, const apl_chunk *chunk, size_t first, size_t last)
{
    const apl_chunk_item *items = chunk->items.items;
    const apl_json *page = NULL;
    size_t used = 0;
    apl_place place = {chunk->file, chunk->path, chunk->offset + items[first].from};

    parse->page.size = 0;
    apl_text_add(&parse->page, apl_text_str(&chunk->head));
    for (size_t i = first; i < last; i++) {
        if (i > first)
            apl_text_add_char(&parse->page, ',');
        apl_text_add(&parse->page, apl_str_make(chunk->bytes + items[i].from, items[i].to - items[i].from));
    }
    apl_text_add(&parse->page, apl_str_from(chunk->closing));
    size_t size = parse->page.size;
    apl_text_add(&parse->page, apl_str_make("\0\0\0\0\0\0\0\0", APL_JSON_PADDING));
    apl_status status = apl_json_read_in_place(&page, &used, parse->reader, parse->page.data, size);
    if (status != APL_OK) {
        size_t before = used > chunk->head.size ? used - chunk->head.size : 0;
        size_t in_item = before < items[first].to - items[first].from ? before : items[first].to - items[first].from;
        if (last - first == 1)
            fault(parse, chunk, items[first].from + (status == APL_E_LIMIT ? 0 : in_item), apl_error_message());
        return false;
    }
    (void)apl_normalizer_value(parse->normalizer, page, &place);
    (void)__atomic_fetch_add(&parse->job->documents, last - first, __ATOMIC_RELAXED);
    return true;
}

static void parse_items(parsing *parse, const apl_chunk *chunk)
{
    const apl_chunk_item *items = chunk->items.items;
    size_t count = chunk->items.count;
    size_t i = 0;

    /* A page holds documents when its first member is an object; what stands before it here says the same alone. */
    for (; i < count && (chunk->head.size == 0 || (chunk->closing[0] && chunk->bytes[items[i].from] != '{')); i++)
        parse_item(parse, chunk, items[i]);
    if (i == count || parse_page(parse, chunk, i, count) || count - i == 1)
        return;
    for (; i < count; i++) { /* all but the broken ones */
        if (chunk->bytes[items[i].from] == '{')
            (void)parse_page(parse, chunk, i, i + 1);
        else
            parse_item(parse, chunk, items[i]);
    }
}

/* A text that is one number, string, true, false or null: JSON, though no document. Most texts fail at once. */
static bool parse_scalar(parsing *parse, const apl_chunk *chunk, size_t first)
{
    const apl_json *value = NULL;
    size_t used = 0;
    apl_place place = {chunk->file, chunk->path, chunk->offset + first};
    apl_str text = apl_str_make(chunk->bytes + first, chunk->size - first);

    if (!chunk->is_whole || apl_json_read(&value, &used, parse->reader, text) != APL_OK ||
        skip_blank(chunk, first + used, chunk->size) < chunk->size)
        return false;
    (void)apl_normalizer_value(parse->normalizer, value, &place);
    return true;
}

static void parse_chunk(parsing *parse, const apl_chunk *chunk)
{
    size_t first = skip_blank(chunk, 0, chunk->size);

    parse->faults = 0;
    if (chunk->kind == APL_CHUNK_LINES) {
        parse_lines(parse, chunk);
    } else if (chunk->kind == APL_CHUNK_ITEMS) {
        parse_items(parse, chunk);
    } else if (first == chunk->size) {
        if (chunk->is_whole)
            apl_normalizer_unsupported(parse->normalizer, "empty file");
    } else if (chunk->bytes[first] != '{' && chunk->bytes[first] != '[') {
        if (!parse_scalar(parse, chunk, first))
            not_json(parse->job, parse->normalizer, chunk, first);
    } else {
        (void)parse_values(parse, chunk, first, chunk->size);
    }
}

static void parse_thread(void *context, unsigned thread)
{
    reading_job *job = context;
    parsing parse = {.job = job, .normalizer = job->reading->normalizers[thread], .reader = apl_json_reader_new()};

    apl_text_init(&parse.page, SIZE_MAX);
    for (apl_chunk *chunk = apl_queue_pop(job->full); chunk; chunk = apl_queue_pop(job->full)) {
        parse_chunk(&parse, chunk);
        apl_queue_push(job->empty, chunk);
    }
    if (apl_normalizer_flush(parse.normalizer) != APL_OK) {
        apl_place place = {0, APL_STR("bodies"), 0};
        broken(job, parse.normalizer, &place, apl_error_message());
    }
    apl_text_free(&parse.page);
    apl_json_reader_free(parse.reader);
}

static apl_chunk *take_chunk(void *context)
{
    reading_job *job = context;

    return apl_queue_pop(job->empty);
}

static void give_chunk(void *context, apl_chunk *chunk)
{
    reading_job *job = context;

    chunk->file = job->file;
    chunk->path = job->path;
    chunk->is_named = job->is_named;
    apl_queue_push(chunk->size || chunk->is_whole ? job->full : job->empty, chunk);
}

static void cut_fault(void *context, uint64_t offset, const char *why)
{
    reading_job *job = context;
    apl_place place = {job->file, job->path, offset};

    job->faults = apl_memory_grow(job->faults, (job->fault_count + 1) * sizeof *job->faults);
    job->faults[job->fault_count++] = (cut_failure){place, why};
}

#define PROGRESS_BYTES (4u << 20)

static void tell_progress(reading_job *job, uint64_t bytes_done)
{
    if (job->options->on_progress == NULL)
        return;
    job->bytes_told = bytes_done;
    job->options->on_progress(job->options->on_progress_context, bytes_done, job->bytes_total,
                              __atomic_load_n(&job->documents, __ATOMIC_RELAXED));
}

static apl_status read_stream(void *context, size_t *got, char *buffer, size_t size)
{
    reading_job *job = context;
    apl_status status = apl_stream_read(got, job->stream, buffer, size);
    uint64_t done = job->bytes_before + apl_stream_bytes(job->stream);

    if (done >= job->bytes_told + PROGRESS_BYTES)
        tell_progress(job, done);
    return status;
}

static bool is_wrapper(void *context, apl_str name)
{
    reading_job *job = context;

    return apl_normalizer_is_wrapper(job->reading->normalizers[0], name);
}

static void name_text(reading_job *job, apl_str shown)
{
    (void)pthread_mutex_lock(&job->lock);
    job->path = apl_arena_str(job->reading->estate->arena, shown);
    (void)pthread_mutex_unlock(&job->lock);
    job->file = (uint32_t)job->reading->estate->files.count;
    APL_PUSH(&job->reading->estate->files, ((apl_source_file){job->path}));
}

static void read_failed(reading_job *job)
{
    cut_fault(job, job->stream ? apl_stream_bytes(job->stream) : 0,
              apl_arena_str(job->reading->estate->arena, apl_str_from(apl_error_message())).data);
}

/* A model file is one document. True when nothing else is to be read in it. */
static bool read_model(reading_job *job, const apl_file *file)
{
    apl_text document;
    bool is_whole = false;

    if (job->reading->models == NULL)
        return false;
    apl_text_init(&document, 2 * APL_MODEL_REPORT_BYTES_MAX);
    if (apl_scan_models_read(&document, &is_whole, job->reading->models, file)) {
        apl_chunk *chunk = apl_queue_pop(job->empty);
        name_text(job, file->shown);
        apl_chunk_take(chunk, apl_text_str(&document));
        give_chunk(job, chunk);
    }
    apl_text_free(&document);
    return is_whole;
}

static void read_file(reading_job *job, const apl_file *file)
{
    apl_split split = {
        .read = read_stream,
        .read_context = job,
        .take = take_chunk,
        .give = give_chunk,
        .fault = cut_fault,
        .is_wrapper = is_wrapper,
        .context = job,
    };
    apl_str shown = file->shown;
    apl_status status = APL_OK;
    unsigned faults = 0;

    job->is_named = file->is_named;
    job->stream = NULL;
    if (read_model(job, file))
        return;
    if (apl_stream_open(&job->stream, file) != APL_OK) {
        name_text(job, shown);
        read_failed(job);
        return;
    }
    while (faults <= MESSAGES_PER_FILE_MAX) {
        status = apl_stream_next(&shown, job->stream);
        if (status == APL_OK && shown.size == 0)
            break;
        name_text(job, shown.size ? shown : file->shown);
        if (status == APL_OK)
            status = apl_split_text(&split);
        if (status == APL_OK)
            continue;
        if (faults++ == MESSAGES_PER_FILE_MAX)
            (void)apl_fail(status, "more than %u faults in one file; its rest is not read", MESSAGES_PER_FILE_MAX);
        read_failed(job);
    }
    apl_stream_close(job->stream);
    job->stream = NULL;
}

static int by_place(const void *a, const void *b)
{
    const apl_read_message *x = a;
    const apl_read_message *y = b;

    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    if (x->offset != y->offset)
        return x->offset < y->offset ? -1 : 1;
    return apl_str_compare(x->line, y->line);
}

static void tell(reading_job *job)
{
    if (job->messages.count)
        qsort(job->messages.items, job->messages.count, sizeof *job->messages.items, by_place);
    for (size_t i = 0; job->options->on_message && i < job->messages.count; i++)
        job->options->on_message(job->options->on_message_context, job->messages.items[i].line.data);
}

/* The store lies in the working directory, which is often what is scanned; its side files have longer names. */
static bool is_ignored(const apl_scan_options *options, const apl_file *file)
{
    const char *ignored = options->ignored;
    char path[PATH_MAX];
    char own[PATH_MAX];

    if (ignored == NULL || file->is_named || realpath(ignored, own) == NULL || realpath(file->path.data, path) == NULL)
        return false;
    size_t size = strlen(own);
    return strncmp(path, own, size) == 0 && (path[size] == 0 || strcmp(path + size, "-wal") == 0 ||
                                             strcmp(path + size, "-shm") == 0 || strcmp(path + size, "-journal") == 0);
}

static void read_files(reading_job *job, const apl_files *files)
{
    unsigned threads = job->reading->count;
    size_t chunk_count = (size_t)threads * CHUNKS_PER_THREAD + 2;

    job->bytes_total = files->bytes;
    job->chunks = apl_memory_new(chunk_count * sizeof *job->chunks);
    job->full = apl_queue_new(chunk_count);
    job->empty = apl_queue_new(chunk_count);
    for (size_t i = 0; i < chunk_count; i++)
        apl_queue_push(job->empty, &job->chunks[i]);
    apl_threads *group = apl_threads_start(threads, parse_thread, job);
    for (size_t i = 0; i < files->files.count; i++) {
        if (!is_ignored(job->options, &files->files.items[i]))
            read_file(job, &files->files.items[i]);
        job->bytes_before += files->files.items[i].size;
        tell_progress(job, job->bytes_before);
    }
    apl_queue_close(job->full);
    apl_threads_join(group);
    for (size_t i = 0; i < chunk_count; i++)
        apl_chunk_free(&job->chunks[i]);
    apl_memory_free(job->chunks);
    apl_queue_free(job->full);
    apl_queue_free(job->empty);
}

apl_status apl_read_sources(apl_reading *reading, const apl_scan_options *options)
{
    reading_job job = {.reading = reading, .options = options, .texts = apl_arena_new()};
    apl_status status = APL_OK;
    apl_files files;

    apl_files_init(&files);
    (void)pthread_mutex_init(&job.lock, NULL);
    for (size_t i = 0; status == APL_OK && i < options->source_count; i++)
        status = apl_files_add(&files, options->sources[i]);
    if (status == APL_OK)
        read_files(&job, &files);
    /* What the cutting thread met is told through the first normalizer, now that its own thread has ended. */
    for (size_t i = 0; i < job.fault_count; i++)
        broken(&job, reading->normalizers[0], &job.faults[i].place, job.faults[i].why);
    tell(&job);
    apl_memory_free(job.faults);
    apl_memory_free(job.messages.items);
    apl_arena_free(job.texts);
    (void)pthread_mutex_destroy(&job.lock);
    apl_files_free(&files);
    return status;
}
