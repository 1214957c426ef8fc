/* tests/bench/bench_generate.c: writes an Azure estate of any size, the same bytes for the same seed.
 *
 * shapes/mixture.tsv says what a subscription of 2,000 resources holds; shapes/<file>.json is the body of each as its
 * API gives it, with {{words}} where a value varies (README.md lists them). Estates repeat that subscription with
 * other ids and values, resources shuffled, references leading to resources of the same subscription.
 * Per subscription all ids and names are put together first, so that a reference is one copy; the rest is copies of
 * the text between words. Nothing here depends on the program that is measured. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHAPES_MAX 64
#define BLOCK_RESOURCES 2000u
#define BLOCK_TEXT_BYTES (2u << 20) /* ids and names of one subscription; measured 0.6 MB */
#define PARTS_MAX 1024
#define FILE_BYTES_MAX (256u << 10)
#define BUFFER_BYTES (8u << 20)
#define RESOURCE_BYTES_MAX (256u << 10)
#define PAGE_RESOURCES 1000u
#define GROUPS 20u
#define TENANT "7b0c3f4e-52a1-4f0e-9a67-1d2c3b4a5968"
#define READ_AT "2026-11-01T08:00:00Z"

typedef enum output_form { FORM_DOCUMENTS, FORM_RAW, FORM_GRAPH, FORM_PAGES, FORM_COUNT } output_form;
static const char *const form_names[FORM_COUNT] = {"documents", "raw", "graph", "pages"};

typedef enum word_kind {
    WORD_TEXT, WORD_TENANT, WORD_SUB, WORD_BLOCK, WORD_INDEX, WORD_GROUP, WORD_NAME, WORD_ID, WORD_KEY, WORD_PEER,
    WORD_PARENT, WORD_TYPE, WORD_GUID, WORD_HEX, WORD_INT, WORD_BOOL, WORD_ONE, WORD_NUMBER, WORD_TIME, WORD_IP,
    WORD_COUNT
} word_kind;
static const char *const word_names[WORD_COUNT] = {
    "", "tenant", "sub", "block", "index", "group", "name", "id", "key", "peer",
    "parent", "type", "guid", "hex", "int", "bool", "one", "number", "time", "ip",
};

/* Text to copy, or a word with what stands behind it. */
typedef struct template_part {
    word_kind word;
    const char *text; /* WORD_TEXT: the bytes; WORD_ONE, WORD_NUMBER: the choices */
    uint32_t size;
    int shape; /* of a reference, or -1: the resource itself */
    long low;
    long high;
} template_part;

typedef struct body_template {
    template_part *parts;
    size_t count;
} body_template;

typedef struct resource_shape {
    char *file;
    char *type;
    char *type_lower;
    char *api;
    uint32_t count; /* in a subscription */
    uint32_t first; /* its place among the resources of the subscription */
    int parent;
    bool is_directory; /* of Microsoft Entra */
    body_template name;
    body_template id;
    body_template body;
} resource_shape;

typedef struct text {
    const char *data;
    uint32_t size;
} text;

typedef struct generator {
    resource_shape shapes[SHAPES_MAX];
    int shape_count;
    const char *folder;
    uint64_t seed;
    uint64_t resources;
    output_form form;
    const char *output;
    /* Of the present subscription. */
    uint64_t block;
    char sub[37];
    char *block_text;
    size_t block_used;
    text names[BLOCK_RESOURCES];
    text ids[BLOCK_RESOURCES];
    char keys[BLOCK_RESOURCES][36];
    /* Of the present resource. */
    int at_shape;
    uint32_t at_index;
    uint64_t random;
    /* Output. */
    int descriptor;
    char *buffer;
    size_t used;
    uint64_t written;
} generator;

_Noreturn static void stop(const char *what, const char *why)
{
    (void)fprintf(stderr, "bench_generate: %s: %s\n", what, why);
    exit(2);
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size);

    if (memory == NULL)
        stop("memory", "there is none left");
    return memory;
}

/* ---- random values: SplitMix64, seeded per resource, so that each resource is independent of the others ---- */

static uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static uint64_t next_random(generator *g)
{
    g->random += 0x9E3779B97F4A7C15u;
    return mixed(g->random);
}

static uint64_t below(generator *g, uint64_t bound)
{
    return bound ? next_random(g) % bound : 0;
}

static void write_hex(char *out, size_t digits, uint64_t value)
{
    for (size_t i = 0; i < digits; i++, value >>= 4)
        out[i] = "0123456789abcdef"[value & 15];
}

static void write_guid(char out[36], uint64_t high, uint64_t low)
{
    write_hex(out, 8, high);
    write_hex(out + 9, 4, high >> 32);
    write_hex(out + 14, 4, high >> 48);
    write_hex(out + 19, 4, low);
    write_hex(out + 24, 12, low >> 16);
    out[8] = out[13] = out[18] = out[23] = '-';
    out[14] = '4';
}

/* ---- shapes ---- */

static char *read_file(const char *folder, const char *name, const char *suffix)
{
    char path[1024];
    char *bytes = allocate(FILE_BYTES_MAX + 1);

    (void)snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        stop(path, strerror(errno));
    size_t size = fread(bytes, 1, FILE_BYTES_MAX + 1, file);
    (void)fclose(file);
    if (size > FILE_BYTES_MAX)
        stop(path, "is larger than expected");
    bytes[size] = 0;
    return bytes;
}

/* Drops what JSON allows between its signs, in place. */
static void minify(char *json)
{
    char *to = json;
    bool in_string = false;

    for (const char *from = json; *from; from++) {
        if (in_string && *from == '\\' && from[1]) {
            *to++ = *from++;
        } else if (*from == '"') {
            in_string = !in_string;
        } else if (!in_string && strchr(" \t\r\n", *from)) {
            continue;
        }
        *to++ = *from;
    }
    *to = 0;
}

static int shape_named(const generator *g, const char *name, size_t size)
{
    for (int i = 0; i < g->shape_count; i++) {
        if (strlen(g->shapes[i].file) == size && memcmp(g->shapes[i].file, name, size) == 0)
            return i;
    }
    return -1;
}

static void parse_word(const generator *g, template_part *out, const char *from, const char *to, const char *where)
{
    const char *space = memchr(from, ' ', (size_t)(to - from));
    const char *end = space ? space : to;

    out->shape = -1;
    for (int w = 1; w < WORD_COUNT; w++) {
        if (strlen(word_names[w]) == (size_t)(end - from) && memcmp(word_names[w], from, (size_t)(end - from)) == 0)
            out->word = (word_kind)w;
    }
    if (out->word == WORD_TEXT)
        stop(where, "an unknown word in {{ }}");
    if (space == NULL)
        return;
    out->text = space + 1;
    out->size = (uint32_t)(to - space - 1);
    if (out->word == WORD_NAME || out->word == WORD_ID || out->word == WORD_KEY || out->word == WORD_PEER) {
        out->shape = shape_named(g, out->text, out->size);
        if (out->shape < 0)
            stop(where, "a reference to a shape that mixture.tsv does not name");
    } else if (out->word == WORD_INT || out->word == WORD_BOOL || out->word == WORD_HEX) {
        char *rest = NULL;
        out->low = strtol(out->text, &rest, 10);
        out->high = strtol(rest, NULL, 10);
    }
}

static bool is_bare(word_kind word)
{
    return word == WORD_INT || word == WORD_BOOL || word == WORD_NUMBER;
}

/* Cuts `source`, which must outlive the template, at its words. A number or boolean that is a whole string loses the
 * quotes, so that shapes stay valid JSON. */
static void parse_template(const generator *g, body_template *out, const char *source, const char *where)
{
    const char *from = source;

    out->parts = allocate(PARTS_MAX * sizeof *out->parts);
    for (const char *open = strstr(from, "{{"); open; open = strstr(from, "{{")) {
        const char *close = strstr(open, "}}");
        if (close == NULL || out->count + 3 > PARTS_MAX)
            stop(where, "{{ without }}, or too many words");
        template_part made = {0};
        parse_word(g, &made, open + 2, close, where);
        bool bare = is_bare(made.word) && open > source && open[-1] == '"' && close[2] == '"';
        const char *end = bare ? open - 1 : open;
        out->parts[out->count++] = (template_part){.text = from, .size = (uint32_t)(end - from), .shape = -1};
        out->parts[out->count++] = made;
        from = bare ? close + 3 : close + 2;
    }
    out->parts[out->count++] = (template_part){.text = from, .size = (uint32_t)strlen(from), .shape = -1};
}

static void parse_line(generator *g, char *line)
{
    char *fields[7];
    char *rest = line;

    for (int i = 0; i < 7; i++) {
        fields[i] = strsep(&rest, "\t");
        if (fields[i] == NULL)
            stop("mixture.tsv", "a line without seven fields");
    }
    if (g->shape_count == SHAPES_MAX)
        stop("mixture.tsv", "too many lines");
    resource_shape *made = &g->shapes[g->shape_count];
    made->file = fields[0];
    made->count = (uint32_t)strtoul(fields[1], NULL, 10);
    made->parent = shape_named(g, fields[2], strlen(fields[2]));
    if (made->parent < 0 && strcmp(fields[2], "-") != 0)
        stop(fields[2], "a parent stands above its children in mixture.tsv");
    made->type = fields[3];
    made->api = fields[4];
    made->is_directory = strncmp(made->type, "microsoft.graph.", 16) == 0;
    made->type_lower = allocate(strlen(made->type) + 1);
    for (size_t i = 0; made->type[i]; i++)
        made->type_lower[i] = (char)(made->type[i] >= 'A' && made->type[i] <= 'Z' ? made->type[i] + 32 : made->type[i]);
    made->first = g->shape_count ? made[-1].first + made[-1].count : 0;
    g->shape_count++;
    parse_template(g, &made->name, fields[5], "mixture.tsv");
    parse_template(g, &made->id, fields[6], "mixture.tsv");
}

static void load_shapes(generator *g)
{
    char *mixture = read_file(g->folder, "mixture", ".tsv");

    for (char *line = strsep(&mixture, "\n"); line; line = strsep(&mixture, "\n")) {
        if (*line && *line != '#')
            parse_line(g, line);
    }
    for (int i = 0; i < g->shape_count; i++) {
        char *body = read_file(g->folder, g->shapes[i].file, ".json");
        minify(body);
        parse_template(g, &g->shapes[i].body, body, g->shapes[i].file);
    }
    const resource_shape *last = &g->shapes[g->shape_count ? g->shape_count - 1 : 0];
    if (last->first + last->count != BLOCK_RESOURCES)
        stop("mixture.tsv", "the numbers must add up to 2,000");
}

/* ---- putting a template together ---- */

static char *copy(char *to, const char *from, size_t size)
{
    memcpy(to, from, size);
    return to + size;
}

static char *write_number(char *to, uint64_t value, unsigned digits_min)
{
    char digits[20];
    unsigned count = 0;

    while (value || count < digits_min || count == 0) {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    }
    while (count)
        *to++ = digits[--count];
    return to;
}

static bool is_graph(const generator *g)
{
    return g->form == FORM_GRAPH || g->form == FORM_PAGES;
}

/* The resource that a reference means: itself, or one of another shape in the same subscription. */
static uint32_t referred(generator *g, const template_part *part)
{
    if (part->shape < 0)
        return g->shapes[g->at_shape].first + g->at_index;
    const resource_shape *shape = &g->shapes[part->shape];
    uint64_t index = part->word == WORD_PEER ? g->at_index % shape->count : below(g, shape->count);
    return shape->first + (uint32_t)index;
}

static char *put_text(generator *g, char *to, const template_part *part)
{
    (void)g;
    return copy(to, part->text, part->size);
}

static char *put_tenant(generator *g, char *to, const template_part *part)
{
    (void)g;
    (void)part;
    return copy(to, TENANT, 36);
}

static char *put_sub(generator *g, char *to, const template_part *part)
{
    (void)part;
    return copy(to, g->sub, 36);
}

static char *put_block(generator *g, char *to, const template_part *part)
{
    (void)part;
    return write_number(to, g->block, 1);
}

static char *put_index(generator *g, char *to, const template_part *part)
{
    (void)part;
    return write_number(to, g->at_index, 1);
}

static char *put_group(generator *g, char *to, const template_part *part)
{
    (void)part;
    return write_number(copy(to, "rg-", 3), g->at_index % GROUPS, 1);
}

static char *put_name(generator *g, char *to, const template_part *part)
{
    text name = g->names[referred(g, part)];

    return copy(to, name.data, name.size);
}

static char *put_id(generator *g, char *to, const template_part *part)
{
    text id = g->ids[referred(g, part)];

    return copy(to, id.data, id.size);
}

static char *put_key(generator *g, char *to, const template_part *part)
{
    return copy(to, g->keys[referred(g, part)], 36);
}

static char *put_parent(generator *g, char *to, const template_part *part)
{
    int own = g->shapes[g->at_shape].parent;
    const resource_shape *parent = &g->shapes[own < 0 ? g->at_shape : own];
    text id = g->ids[parent->first + g->at_index % parent->count];

    (void)part;
    return copy(to, id.data, id.size);
}

static char *put_type(generator *g, char *to, const template_part *part)
{
    const resource_shape *shape = &g->shapes[g->at_shape];
    const char *type = is_graph(g) ? shape->type_lower : shape->type;

    (void)part;
    return copy(to, type, strlen(type));
}

static char *put_guid(generator *g, char *to, const template_part *part)
{
    uint64_t high = next_random(g);

    (void)part;
    write_guid(to, high, next_random(g));
    return to + 36;
}

static char *put_hex(generator *g, char *to, const template_part *part)
{
    for (size_t left = (size_t)part->low; left > 0;) {
        size_t digits = left < 16 ? left : 16;
        write_hex(to, digits, next_random(g));
        to += digits;
        left -= digits;
    }
    return to;
}

static char *put_int(generator *g, char *to, const template_part *part)
{
    return write_number(to, (uint64_t)part->low + below(g, (uint64_t)(part->high - part->low + 1)), 1);
}

static char *put_bool(generator *g, char *to, const template_part *part)
{
    return below(g, 100) < (uint64_t)part->low ? copy(to, "true", 4) : copy(to, "false", 5);
}

static char *put_choice(generator *g, char *to, const template_part *part)
{
    uint64_t skip = 1;
    const char *from = part->text;
    const char *end = part->text + part->size;

    for (const char *c = from; c < end; c++)
        skip += *c == '|';
    skip = below(g, skip);
    while (skip--)
        from = (const char *)memchr(from, '|', (size_t)(end - from)) + 1;
    const char *bar = memchr(from, '|', (size_t)(end - from));
    return copy(to, from, (size_t)((bar ? bar : end) - from));
}

static char *put_time(generator *g, char *to, const template_part *part)
{
    uint64_t random = next_random(g);

    (void)part;
    to = write_number(copy(to, "202", 3), 3 + random % 4, 1);
    to = write_number(copy(to, "-", 1), 1 + (random >> 4) % 12, 2);
    to = write_number(copy(to, "-", 1), 1 + (random >> 8) % 28, 2);
    to = write_number(copy(to, "T", 1), (random >> 16) % 24, 2);
    to = write_number(copy(to, ":", 1), (random >> 24) % 60, 2);
    to = write_number(copy(to, ":", 1), (random >> 32) % 60, 2);
    to = write_number(copy(to, ".", 1), (random >> 40) % 10000000, 7);
    return copy(to, "Z", 1);
}

static char *put_ip(generator *g, char *to, const template_part *part)
{
    uint64_t random = next_random(g);

    (void)part;
    to = write_number(to, 20 + random % 180, 1);
    for (unsigned i = 1; i < 4; i++)
        to = write_number(copy(to, ".", 1), (random >> (8 * i)) & 255, 1);
    return to;
}

static char *(*const writers[WORD_COUNT])(generator *, char *, const template_part *) = {
    put_text,   put_tenant, put_sub,  put_block, put_index, put_group, put_name,   put_id,     put_key,  put_key,
    put_parent, put_type,   put_guid, put_hex,   put_int,   put_bool,  put_choice, put_choice, put_time, put_ip,
};

static char *write_template(generator *g, char *to, const body_template *template)
{
    for (size_t i = 0; i < template->count; i++)
        to = writers[template->parts[i].word](g, to, &template->parts[i]);
    return to;
}

/* ---- a subscription ---- */

static text keep(generator *g, const body_template *template)
{
    char *from = g->block_text + g->block_used;
    char *to = write_template(g, from, template);

    g->block_used += (size_t)(to - from);
    if (g->block_used > BLOCK_TEXT_BYTES)
        stop("ids", "are longer than expected");
    return (text){from, (uint32_t)(to - from)};
}

static void begin_block(generator *g, uint64_t block)
{
    g->block = block;
    g->block_used = 0;
    write_guid(g->sub, mixed((g->seed << 32) + block * 2 + 1), mixed((g->seed << 32) + block * 2 + 2));
    for (int s = 0; s < g->shape_count; s++) {
        g->at_shape = s;
        for (uint32_t i = 0; i < g->shapes[s].count; i++) {
            uint32_t at = g->shapes[s].first + i;
            g->at_index = i;
            uint64_t random = mixed((g->seed << 44) + (block << 12) + at + 1);
            write_guid(g->keys[at], random, mixed(random + 1));
            g->names[at] = keep(g, &g->shapes[s].name);
            g->ids[at] = keep(g, &g->shapes[s].id);
        }
    }
}

/* The resource at a place of the file: places are shuffled, but for the subscription itself. */
static void turn_to(generator *g, uint64_t place)
{
    uint32_t at = (uint32_t)(place % BLOCK_RESOURCES) * 1237u % BLOCK_RESOURCES; /* 1237 and 2,000 share no factor */
    int s = 0;

    while (s + 1 < g->shape_count && at >= g->shapes[s + 1].first)
        s++;
    g->at_shape = s;
    g->at_index = at - g->shapes[s].first;
    g->random = mixed(g->seed * 31 + place);
}

/* ---- output ---- */

static void flush_buffer(generator *g)
{
    for (size_t done = 0; done < g->used;) {
        ssize_t size = write(g->descriptor, g->buffer + done, g->used - done);
        if (size <= 0)
            stop(g->output, strerror(errno));
        done += (size_t)size;
    }
    g->written += g->used;
    g->used = 0;
}

static void put(generator *g, const char *plain)
{
    g->used = (size_t)(copy(g->buffer + g->used, plain, strlen(plain)) - g->buffer);
}

static void open_output(generator *g, uint64_t page)
{
    char path[1024];

    if (g->form == FORM_PAGES)
        (void)snprintf(path, sizeof path, "%s/page-%06llu.json", g->output, (unsigned long long)page);
    else
        (void)snprintf(path, sizeof path, "%s", g->output);
    if (strcmp(path, "-") == 0) {
        g->descriptor = dup(STDOUT_FILENO);
        return;
    }
    g->descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (g->descriptor < 0)
        stop(path, strerror(errno));
}

static void open_page(generator *g, uint64_t page, uint64_t rows)
{
    char head[128];

    (void)snprintf(head, sizeof head, "{\"totalRecords\":%llu,\"count\":%llu,\"resultTruncated\":\"false\",\"data\":[",
                   (unsigned long long)g->resources, (unsigned long long)rows);
    open_output(g, page);
    put(g, head);
}

static void close_page(generator *g)
{
    put(g, "]}\n");
    flush_buffer(g);
    (void)close(g->descriptor);
}

static void write_envelope(generator *g)
{
    const resource_shape *shape = &g->shapes[g->at_shape];
    text id = g->ids[shape->first + g->at_index];
    int size = snprintf(g->buffer + g->used, RESOURCE_BYTES_MAX,
                        "{\"source\":\"%s\",\"tenant\":\"" TENANT "\",\"scope\":\"%.36s\",\"type\":\"%s\","
                        "\"id\":\"%.*s\",\"api\":\"%s\",\"read\":\"" READ_AT "\",\"body\":",
                        shape->is_directory ? "entra" : "azure", shape->is_directory ? TENANT : g->sub, shape->type,
                        (int)id.size, id.data, shape->api);
    g->used += (size_t)size;
}

/* The members that Azure Resource Graph adds to what the resource's own API gives. */
static void write_graph_members(generator *g)
{
    int size = snprintf(g->buffer + g->used, RESOURCE_BYTES_MAX,
                        "{\"tenantId\":\"" TENANT "\",\"subscriptionId\":\"%.36s\",\"resourceGroup\":\"rg-%u\","
                        "\"managedBy\":\"\",\"plan\":null,\"extendedLocation\":null,",
                        g->sub, g->at_index % GROUPS);
    g->used += (size_t)size;
}

static void write_resource(generator *g)
{
    const resource_shape *shape = &g->shapes[g->at_shape];

    if (g->used + 2 * RESOURCE_BYTES_MAX > BUFFER_BYTES)
        flush_buffer(g);
    if (g->form == FORM_DOCUMENTS)
        write_envelope(g);
    char *body = g->buffer + g->used;
    bool adds_members = is_graph(g) && !shape->is_directory && strcmp(shape->file, "subscription") != 0;
    if (adds_members) {
        write_graph_members(g);
        body = g->buffer + g->used - 1; /* the comma before stands where the brace of the body would */
    }
    char *end = write_template(g, body, &shape->body);
    if (adds_members)
        *body = ',';
    g->used = (size_t)(end - g->buffer);
    if (g->form == FORM_DOCUMENTS)
        put(g, "}");
    if (!is_graph(g))
        put(g, "\n");
}

static void generate(generator *g)
{
    uint64_t page_rows = g->form == FORM_PAGES ? PAGE_RESOURCES : g->resources;

    if (g->form == FORM_PAGES && mkdir(g->output, 0755) != 0 && errno != EEXIST)
        stop(g->output, strerror(errno));
    if (!is_graph(g))
        open_output(g, 0);
    for (uint64_t place = 0; place < g->resources; place++) {
        if (place % BLOCK_RESOURCES == 0)
            begin_block(g, place / BLOCK_RESOURCES);
        uint64_t row = place % page_rows;
        uint64_t left = g->resources - place;
        if (is_graph(g) && row == 0)
            open_page(g, place / page_rows, left < page_rows ? left : page_rows);
        else if (is_graph(g))
            put(g, ",");
        turn_to(g, place);
        write_resource(g);
        if (is_graph(g) && (row + 1 == page_rows || left == 1))
            close_page(g);
    }
    if (!is_graph(g)) {
        flush_buffer(g);
        (void)close(g->descriptor);
    }
}

static void usage(void)
{
    (void)fputs("bench_generate RESOURCES SHAPE OUTPUT [SEED]\n"
                "  writes an Azure estate; the same bytes for the same arguments\n"
                "  RESOURCES  number of resources, Entra users and service principals included\n"
                "  SHAPE      documents  NDJSON of Aplomb documents\n"
                "             raw        NDJSON of resources as their APIs give them\n"
                "             graph      one Azure Resource Graph answer with all rows\n"
                "             pages      a folder of Azure Resource Graph answers of 1,000 rows\n"
                "  OUTPUT     a file, - for standard output, or the folder for pages\n"
                "  SEED       default 1\n"
                "The bodies come from tests/bench/shapes of $APLOMB_ROOT, or of the working directory.\n",
                stderr);
}

int main(int argc, char **argv)
{
    generator *g = allocate(sizeof *g);
    char folder[900];
    const char *root = getenv("APLOMB_ROOT");

    if (argc < 4) {
        usage();
        return argc == 1 ? 0 : 2; /* `make bench` starts every program of this folder once */
    }
    (void)snprintf(folder, sizeof folder, "%s/tests/bench/shapes", root ? root : ".");
    g->folder = folder;
    g->form = FORM_COUNT;
    for (int f = 0; f < FORM_COUNT; f++) {
        if (strcmp(argv[2], form_names[f]) == 0)
            g->form = (output_form)f;
    }
    if (g->form == FORM_COUNT)
        stop(argv[2], "is not a shape");
    g->resources = strtoull(argv[1], NULL, 10);
    g->output = argv[3];
    g->seed = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
    g->block_text = allocate(BLOCK_TEXT_BYTES + RESOURCE_BYTES_MAX);
    g->buffer = allocate(BUFFER_BYTES);
    load_shapes(g);
    generate(g);
    (void)fprintf(stderr, "%llu resources, %llu bytes\n", (unsigned long long)g->resources,
                  (unsigned long long)g->written);
    return 0;
}
