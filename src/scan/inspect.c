/* scan/inspect.c: one thread shows files to the inspectors, others have the wanted ones inspected.
 *
 * A file that inspectors want one by one is one job for all of them. The files of a folder that an inspector wants
 * together are gathered until the walk, which is sorted, leaves the folder; folders below it come in between, so the
 * open ones are a stack. */
#include "scan/inspect.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/threads.h"

#define JOBS_PER_THREAD 2u

/* What a worker is asked about; owns its texts. */
typedef struct job {
    uint32_t inspectors; /* a bit each */
    bool is_claimed;     /* nobody else counts the files */
    uint32_t file;
    apl_str path; /* belongs to the caller's estate */
    apl_inspect_file *files;
    size_t count;
    uint64_t bytes;
} job;

typedef struct gathering {
    size_t inspector;
    apl_text folder; /* as the system opens it */
    job *job;
    apl_text left_out; /* documents about files for which there was no room */
} gathering;

struct apl_scan_inspect {
    apl_scan_inspect_options options;
    apl_queue *jobs;
    apl_threads *threads;
    uint64_t seen[APL_INSPECTORS_MAX]; /* changed atomically */
    APL_VECTOR(gathering) folders;
    char *buffer;
};

static apl_str copy(apl_str text)
{
    char *bytes = apl_memory_new(text.size + 1);

    if (text.size)
        memcpy(bytes, text.data, text.size);
    return apl_str_make(bytes, text.size);
}

static void job_free(job *done)
{
    for (size_t i = 0; i < done->count; i++) {
        apl_memory_free((void *)(uintptr_t)done->files[i].path.data);
        apl_memory_free((void *)(uintptr_t)done->files[i].bytes.data);
    }
    apl_memory_free(done->files);
    apl_memory_free(done);
}

static job *job_new(const apl_scan_inspect *inspect, apl_str shown, size_t files_max)
{
    job *made = apl_memory_new(sizeof *made);

    made->file = inspect->options.name_file(inspect->options.context, shown, &made->path);
    made->files = apl_memory_new(files_max * sizeof *made->files);
    return made;
}

static void job_add(job *to, const apl_inspect_file *file)
{
    to->files[to->count++] = (apl_inspect_file){copy(file->path), copy(file->bytes), file->size};
    to->bytes += file->bytes.size;
}

static void run(apl_scan_inspect *inspect, unsigned thread, const job *todo)
{
    size_t first = APL_INSPECTORS_MAX;
    apl_text documents;

    apl_text_init(&documents, SIZE_MAX);
    for (size_t i = 0; i < APL_INSPECTORS_MAX; i++) {
        if ((todo->inspectors >> i & 1u) == 0)
            continue;
        first = first < i ? first : i;
        const apl_inspect_job asked = {i, todo->files, todo->count};
        apl_inspection_run(&documents, inspect->options.inspection, thread, &asked);
    }
    if (documents.size)
        inspect->options.give(inspect->options.context, todo->file, todo->path, apl_text_str(&documents));
    else if (todo->is_claimed)
        (void)__atomic_fetch_add(&inspect->seen[first], todo->count, __ATOMIC_RELAXED);
    apl_text_free(&documents);
}

static void inspect_thread(void *context, unsigned thread)
{
    apl_scan_inspect *inspect = context;

    for (job *next = apl_queue_pop(inspect->jobs); next; next = apl_queue_pop(inspect->jobs)) {
        run(inspect, thread, next);
        job_free(next);
    }
}

apl_scan_inspect *apl_scan_inspect_new(const apl_scan_inspect_options *options)
{
    apl_scan_inspect *made = apl_memory_new(sizeof *made);

    made->options = *options;
    made->buffer = apl_memory_new(APL_INSPECT_FILE_BYTES_MAX);
    made->jobs = apl_queue_new((size_t)options->threads * JOBS_PER_THREAD);
    made->threads = apl_threads_start(options->threads, inspect_thread, made);
    return made;
}

static void close_folder(apl_scan_inspect *inspect)
{
    gathering *last = &inspect->folders.items[--inspect->folders.count];

    if (last->left_out.size)
        inspect->options.give(inspect->options.context, last->job->file, last->job->path,
                              apl_text_str(&last->left_out));
    apl_queue_push(inspect->jobs, last->job);
    apl_text_free(&last->folder);
    apl_text_free(&last->left_out);
}

/* The folders that the walk has left: a path in one of them does not follow any more. */
static void close_folders(apl_scan_inspect *inspect, apl_str path)
{
    while (inspect->folders.count) {
        apl_str folder = apl_text_str(&inspect->folders.items[inspect->folders.count - 1].folder);
        if (apl_str_starts(path, folder))
            return;
        close_folder(inspect);
    }
}

/* The path up to its last `/`, which is included; nothing for a name alone. */
static apl_str folder_of(apl_str path)
{
    size_t size = path.size;

    while (size && path.data[size - 1] != '/')
        size--;
    return apl_str_slice(path, 0, size);
}

static void gather(apl_scan_inspect *inspect, size_t inspector, apl_str path, const apl_inspect_file *file)
{
    const apl_inspector *asked = apl_inspection_inspector(inspect->options.inspection, inspector);
    apl_str folder = folder_of(path);
    gathering *open = NULL;

    for (size_t i = inspect->folders.count; open == NULL && i-- > 0;) {
        gathering *one = &inspect->folders.items[i];
        if (one->inspector == inspector && apl_str_equal(apl_text_str(&one->folder), folder))
            open = one;
    }
    if (open == NULL) {
        gathering made = {.inspector = inspector, .job = job_new(inspect, file->path, APL_INSPECT_FOLDER_FILES_MAX)};
        made.job->inspectors = 1u << inspector;
        made.job->is_claimed = true;
        apl_text_init(&made.folder, APL_PATH_BYTES_MAX);
        apl_text_add(&made.folder, folder);
        apl_text_init(&made.left_out, SIZE_MAX);
        APL_PUSH(&inspect->folders, made);
        open = &inspect->folders.items[inspect->folders.count - 1];
    }
    if (open->job->count == APL_INSPECT_FOLDER_FILES_MAX)
        apl_inspector_unread(&open->left_out, asked, file->path, "too many files of its kind in one folder");
    else if (open->job->bytes + file->bytes.size > APL_INSPECT_FOLDER_BYTES_MAX)
        apl_inspector_unread(&open->left_out, asked, file->path, "the files of its folder are too large together");
    else
        job_add(open->job, file);
}

/* Up to APL_INSPECT_FILE_BYTES_MAX of the file into the buffer. */
static size_t read_head(const apl_scan_inspect *inspect, const apl_file *file)
{
    int descriptor = file->size ? open(file->path.data, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    size_t done = 0;

    if (descriptor < 0)
        return 0; /* whoever reads it next says why */
    while (done < APL_INSPECT_FILE_BYTES_MAX) {
        ssize_t got = read(descriptor, inspect->buffer + done, APL_INSPECT_FILE_BYTES_MAX - done);
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    (void)close(descriptor);
    return done;
}

static void too_large(apl_scan_inspect *inspect, const apl_inspector *inspector, const apl_inspect_file *file)
{
    apl_text documents;
    apl_str kept;
    char why[96];

    (void)snprintf(why, sizeof why, "%llu bytes are more than the %u that are inspected",
                   (unsigned long long)file->size, APL_INSPECT_FILE_BYTES_MAX);
    uint32_t number = inspect->options.name_file(inspect->options.context, file->path, &kept);
    apl_text_init(&documents, SIZE_MAX);
    apl_inspector_unread(&documents, inspector, file->path, why);
    inspect->options.give(inspect->options.context, number, kept, apl_text_str(&documents));
    apl_text_free(&documents);
}

/* What becomes of one file: a bit for each inspector that inspects it alone. */
typedef struct verdict {
    uint32_t inspectors;
    bool is_claimed;
    bool is_gathered;
    size_t seen_by; /* APL_INSPECTORS_MAX: nobody */
} verdict;

static void ask(verdict *out, apl_scan_inspect *inspect, size_t index, apl_str path, const apl_inspect_file *file)
{
    const apl_inspector *inspector = apl_inspection_inspector(inspect->options.inspection, index);
    apl_inspect_wish wish = apl_inspection_wish(inspect->options.inspection, index, file);

    if (wish == APL_WISH_NONE)
        return;
    out->is_claimed = out->is_claimed || wish != APL_WISH_ALSO;
    if (wish == APL_WISH_SEEN) {
        out->seen_by = out->seen_by < index ? out->seen_by : index;
    } else if (file->size > file->bytes.size && !inspector->by_sample) {
        too_large(inspect, inspector, file);
        out->is_gathered = true; /* it is told */
    } else if (inspector->by_folder) {
        gather(inspect, index, path, file);
        out->is_gathered = true;
    } else {
        out->inspectors |= 1u << index;
    }
}

bool apl_scan_inspect_file(apl_scan_inspect *inspect, const apl_file *file)
{
    size_t size = read_head(inspect, file);
    const apl_inspect_file shown = {file->shown, apl_str_make(inspect->buffer, size), file->size};
    verdict made = {.seen_by = APL_INSPECTORS_MAX};

    close_folders(inspect, file->path);
    if (size == 0)
        return false;
    for (size_t i = 0; i < apl_inspection_count(inspect->options.inspection); i++)
        ask(&made, inspect, i, file->path, &shown);
    if (made.inspectors) {
        job *todo = job_new(inspect, file->shown, 1);
        todo->inspectors = made.inspectors;
        todo->is_claimed = made.is_claimed && !made.is_gathered;
        job_add(todo, &shown);
        apl_queue_push(inspect->jobs, todo);
    } else if (made.seen_by < APL_INSPECTORS_MAX && !made.is_gathered) {
        (void)__atomic_fetch_add(&inspect->seen[made.seen_by], 1, __ATOMIC_RELAXED);
    }
    return made.is_claimed;
}

void apl_scan_inspect_finish(apl_scan_inspect *inspect)
{
    while (inspect->folders.count)
        close_folder(inspect);
    apl_queue_close(inspect->jobs);
    apl_threads_join(inspect->threads);
}

uint64_t apl_scan_inspect_seen(const apl_scan_inspect *inspect, size_t inspector)
{
    return inspect->seen[inspector];
}

void apl_scan_inspect_free(apl_scan_inspect *inspect)
{
    apl_queue_free(inspect->jobs);
    apl_memory_free(inspect->folders.items);
    apl_memory_free(inspect->buffer);
    apl_memory_free(inspect);
}
