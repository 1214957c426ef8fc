/* inspect/inspection.c: the question to a worker and its answer.
 *
 * A job is a file in memory: the number of the inspector, and each file as the sizes of its path and bytes, its whole
 * size, its path and its bytes. A worker reads it as it would read any foreign bytes. The answer is the documents. */
#include "inspect/inspection.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/threads.h"
#include "bytes/worker.h"

struct apl_inspection {
    const apl_inspector *inspectors[APL_INSPECTORS_MAX];
    void *states[APL_INSPECTORS_MAX];
    size_t count;
    apl_worker *workers[APL_THREADS_MAX];
    unsigned worker_count;
};

typedef struct job_head {
    uint64_t inspector;
    uint64_t count;
} job_head;

typedef struct file_head {
    uint64_t path_size;
    uint64_t bytes_size;
    uint64_t size;
} file_head;

bool apl_inspection_is_content(apl_str path)
{
    bool is_service = apl_str_ends(path, APL_STR("/service.yaml")) || apl_str_find(path, APL_STR("/rules/")) >= 0;

    for (size_t i = 0; !is_service && i < apl_inspector_table_count; i++) {
        const char *start = apl_inspector_table[i]->content;
        if (start && apl_str_starts(path, apl_str_from(start)))
            return true;
    }
    return false;
}

static apl_status open_one(apl_inspection *made, size_t index, const apl_inspect_content *content)
{
    const apl_inspector *inspector = made->inspectors[index];
    apl_value *files = apl_memory_new((content->count + 1) * sizeof *files);
    apl_str *paths = apl_memory_new((content->count + 1) * sizeof *paths);
    apl_status status = APL_OK;
    size_t count = 0;

    for (size_t i = 0; inspector->content && i < content->count; i++) {
        if (apl_str_starts(content->paths[i], apl_str_from(inspector->content))) {
            files[count] = content->files[i];
            paths[count++] = content->paths[i];
        }
    }
    if (inspector->open)
        status = inspector->open(&made->states[index], files, paths, count);
    apl_memory_free(files);
    apl_memory_free(paths);
    return status;
}

apl_status apl_inspection_open(apl_inspection **out, const apl_inspector *const *inspectors, size_t count,
                               const apl_inspect_content *content)
{
    apl_inspection *made = apl_memory_new(sizeof *made);
    apl_status status = APL_OK;

    *out = NULL;
    APL_ASSERT(count <= APL_INSPECTORS_MAX);
    for (size_t i = 0; status == APL_OK && i < count; i++) {
        made->inspectors[i] = inspectors[i];
        status = open_one(made, i, content);
        made->count += status == APL_OK;
    }
    if (status == APL_OK)
        *out = made;
    else
        apl_inspection_close(made);
    return status;
}

static bool read_whole(int descriptor, char *bytes, uint64_t size)
{
    uint64_t done = 0;

    while (done < size) {
        ssize_t got = pread(descriptor, bytes + done, size - done, (off_t)done);
        if (got <= 0)
            return false;
        done += (uint64_t)got;
    }
    return true;
}

/* Cuts the next file off the job; false when its sizes do not fit. */
static bool next_file(apl_inspect_file *file, apl_str *rest)
{
    file_head head;

    if (rest->size < sizeof head)
        return false;
    memcpy(&head, rest->data, sizeof head);
    *rest = apl_str_slice(*rest, sizeof head, rest->size);
    if (head.path_size > rest->size || head.bytes_size > rest->size - head.path_size)
        return false;
    file->path = apl_str_slice(*rest, 0, head.path_size);
    file->bytes = apl_str_slice(*rest, head.path_size, head.path_size + head.bytes_size);
    file->size = head.size;
    *rest = apl_str_slice(*rest, head.path_size + head.bytes_size, rest->size);
    return true;
}

static void serve(void *context, int descriptor, apl_str request, apl_text *answer)
{
    apl_inspection *inspection = context;
    uint64_t size = 0;
    job_head head = {0};
    size_t count = 0;

    APL_ASSERT(request.size == sizeof size);
    memcpy(&size, request.data, sizeof size);
    char *bytes = apl_memory_new(size + 1);
    APL_ASSERT(size >= sizeof head && read_whole(descriptor, bytes, size));
    memcpy(&head, bytes, sizeof head);
    apl_str rest = apl_str_make(bytes + sizeof head, size - sizeof head);
    APL_ASSERT(head.inspector < inspection->count && head.count <= APL_INSPECT_FOLDER_FILES_MAX);
    apl_inspect_file *files = apl_memory_new((head.count + 1) * sizeof *files);
    while (count < head.count && next_file(&files[count], &rest))
        count++;
    inspection->inspectors[head.inspector]->inspect(inspection->states[head.inspector], files, count, answer);
    apl_memory_free(files);
    apl_memory_free(bytes);
}

apl_status apl_inspection_start(apl_inspection *inspection, unsigned threads)
{
    apl_status status = APL_OK;

    for (unsigned i = 0; inspection->count && status == APL_OK && i < threads && i < APL_THREADS_MAX; i++) {
        status = apl_worker_start(&inspection->workers[i], serve, inspection);
        inspection->worker_count += status == APL_OK;
    }
    return status;
}

void apl_inspection_close(apl_inspection *inspection)
{
    if (inspection == NULL)
        return;
    for (unsigned i = 0; i < inspection->worker_count; i++)
        apl_worker_stop(inspection->workers[i]);
    for (size_t i = 0; i < inspection->count; i++) {
        if (inspection->inspectors[i]->close)
            inspection->inspectors[i]->close(inspection->states[i]);
    }
    apl_memory_free(inspection);
}

size_t apl_inspection_count(const apl_inspection *inspection)
{
    return inspection->count;
}

const apl_inspector *apl_inspection_inspector(const apl_inspection *inspection, size_t inspector)
{
    return inspection->inspectors[inspector];
}

apl_inspect_wish apl_inspection_wish(apl_inspection *inspection, size_t inspector, const apl_inspect_file *file)
{
    return inspection->inspectors[inspector]->wants(inspection->states[inspector], file);
}

/* The job as a file in memory; its bytes, or 0 when there is no room for it. */
static uint64_t write_job(int descriptor, const apl_inspect_job *job)
{
    const job_head head = {job->inspector, job->count};
    apl_text text;
    uint64_t written = 0;

    apl_text_init(&text, SIZE_MAX);
    apl_text_add(&text, apl_str_make((const char *)&head, sizeof head));
    for (size_t i = 0; i < job->count; i++) {
        const apl_inspect_file *file = &job->files[i];
        const file_head sizes = {file->path.size, file->bytes.size, file->size};
        apl_text_add(&text, apl_str_make((const char *)&sizes, sizeof sizes));
        apl_text_add(&text, file->path);
        apl_text_add(&text, file->bytes);
    }
    while (written < text.size) {
        ssize_t step = pwrite(descriptor, text.data + written, text.size - written, (off_t)written);
        if (step <= 0)
            break;
        written += (uint64_t)step;
    }
    bool is_whole = written == text.size;
    apl_text_free(&text);
    return is_whole ? written : 0;
}

void apl_inspection_run(apl_text *documents, apl_inspection *inspection, unsigned thread, const apl_inspect_job *job)
{
    int descriptor = memfd_create("job", MFD_CLOEXEC);
    uint64_t size = descriptor >= 0 ? write_job(descriptor, job) : 0;
    apl_status status = APL_OK;

    APL_ASSERT(thread < inspection->worker_count);
    if (size)
        status = apl_worker_ask(documents, inspection->workers[thread], descriptor,
                                apl_str_make((const char *)&size, sizeof size));
    else
        status = apl_fail(APL_E_IO, "no memory to hand it to a worker: %s", strerror(errno));
    for (size_t i = 0; status != APL_OK && i < job->count; i++)
        apl_inspector_unread(documents, inspection->inspectors[job->inspector], job->files[i].path,
                             apl_error_message());
    if (descriptor >= 0)
        (void)close(descriptor);
}

void apl_inspector_unread(apl_text *documents, const apl_inspector *inspector, apl_str path, const char *why)
{
    apl_text text;

    apl_text_init(&text, APL_PATH_BYTES_MAX + APL_ERROR_BYTES_MAX);
    apl_text_add_format(&text, "%.*s: %s", APL_STR_ARG(path), why);
    apl_text_add(documents, APL_STR("{\"source\":\"code\",\"unread\":"));
    apl_json_write_string(documents, apl_str_from(inspector->type));
    apl_text_add(documents, APL_STR(",\"why\":"));
    apl_json_write_string(documents, apl_text_str(&text));
    apl_text_add(documents, APL_STR("}\n"));
    apl_text_free(&text);
}
