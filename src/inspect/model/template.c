/* inspect/model/template.c: the lexer and what it is looking for.
 *
 * Two things are dangerous: names that lead from any object to the interpreter, whether they are written as attributes,
 * as keys or as texts that are put together; and plain calls of what should not be there. Ordinary templates use loops,
 * filters, namespace(), raise_exception() and strftime_now(). */
#include "inspect/model/template.h"

/* Tokens of one template, and bytes of a text that is put together. */
#define TOKENS_MAX 100000u
#define JOINED_BYTES_MAX 512u

typedef enum token_kind { TOKEN_END = 0, TOKEN_NAME, TOKEN_TEXT, TOKEN_SIGN } token_kind;

typedef struct token {
    token_kind kind;
    apl_str text; /* of a name or text; undone escapes are in `unescaped` */
    char sign;
    bool has_escape;
    size_t at;
} token;

typedef struct lexer {
    apl_model_report *report;
    apl_str source;
    size_t at;
    uint64_t offset;
    const char *what;
    bool is_inside; /* of {{ }} or {% %} */
    bool is_statement;
    bool is_broken;
    char unescaped[JOINED_BYTES_MAX];
} lexer;

/* Attributes and names that lead to the interpreter. */
static const char *const reaching[] = {
    "__class__",        "__mro__",      "__base__",   "__bases__",     "__subclasses__", "__globals__", "__builtins__",
    "__import__",       "__init__",     "__code__",   "__closure__",   "__func__",       "__self__",    "__dict__",
    "__getattribute__", "__getattr__",  "__reduce__", "__reduce_ex__", "__loader__",     "__spec__",    "__module__",
    "__call__",         "func_globals", "gi_frame",   "gi_code",       "cr_frame",       "f_globals",   "f_builtins",
    "f_locals",         "tb_frame",     "popen",      "mro",
};
static const char *const calls[] = {
    "eval", "exec",       "compile", "open", "getattr", "setattr", "__import__",   "globals", "locals",
    "vars", "breakpoint", "lipsum_", "chr",  "system",  "popen",   "check_output", "Popen",
};
static const char *const roots[] = {"os", "sys", "subprocess", "builtins", "importlib", "socket"};

static bool is_name_char(char c, bool is_first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (!is_first && c >= '0' && c <= '9');
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : 0;
}

/* Takes a text in quotes; escapes of code points are undone, because they are what hides a name. */
static void take_text(lexer *lex, token *out)
{
    const char *source = lex->source.data;
    char quote = source[lex->at++];
    size_t size = 0;

    out->kind = TOKEN_TEXT;
    while (lex->at < lex->source.size && source[lex->at] != quote) {
        char c = source[lex->at++];
        if (c == '\\' && lex->at < lex->source.size) {
            char code = source[lex->at++];
            size_t digits = code == 'x' ? 2 : code == 'u' ? 4 : code == 'U' ? 8 : 0;
            unsigned number = 0;
            for (size_t i = 0; i < digits && lex->at < lex->source.size; i++)
                number = number * 16 + (unsigned)hex(source[lex->at++]);
            out->has_escape = out->has_escape || digits;
            c = digits ? (number < 128 ? (char)number : '?') : code == 'n' ? '\n' : code;
        }
        if (size < sizeof lex->unescaped)
            lex->unescaped[size++] = c;
    }
    if (lex->at == lex->source.size)
        lex->is_broken = true;
    else
        lex->at++;
    out->text = apl_str_make(lex->unescaped, size);
}

/* Goes to the next {{ or {%; comments are skipped. */
static bool enter(lexer *lex)
{
    const char *source = lex->source.data;

    for (; lex->at + 1 < lex->source.size; lex->at++) {
        if (source[lex->at] != '{')
            continue;
        char next = source[lex->at + 1];
        if (next == '{' || next == '%') {
            lex->is_inside = true;
            lex->is_statement = next == '%';
            lex->at += 2;
            return true;
        }
        if (next == '#') {
            const char *end = memmem(source + lex->at, lex->source.size - lex->at, "#}", 2);
            if (end == NULL) {
                lex->is_broken = true;
                return false;
            }
            lex->at = (size_t)(end - source) + 1;
        }
    }
    return false;
}

static bool is_closing(const lexer *lex)
{
    return lex->at + 1 < lex->source.size && lex->source.data[lex->at + 1] == '}' &&
           lex->source.data[lex->at] == (lex->is_statement ? '%' : '}');
}

static token next_token(lexer *lex)
{
    const char *source = lex->source.data;
    token out = {0};

    for (;;) {
        if (!lex->is_inside && !enter(lex))
            return out;
        while (lex->at < lex->source.size && strchr(" \t\r\n", source[lex->at]) && source[lex->at])
            lex->at++;
        if (lex->at >= lex->source.size) {
            lex->is_broken = true;
            return out;
        }
        if (!is_closing(lex))
            break;
        lex->is_inside = false;
        lex->at += 2;
    }
    out.at = lex->at;
    if (source[lex->at] == '\'' || source[lex->at] == '"') {
        take_text(lex, &out);
    } else if (is_name_char(source[lex->at], true)) {
        size_t from = lex->at;
        while (lex->at < lex->source.size && is_name_char(source[lex->at], false))
            lex->at++;
        out.kind = TOKEN_NAME;
        out.text = apl_str_slice(lex->source, from, lex->at);
    } else {
        out.kind = TOKEN_SIGN;
        out.sign = source[lex->at++];
    }
    return out;
}

static void found(lexer *lex, apl_issue kind, size_t at, apl_str text)
{
    apl_model_found(lex->report, kind, lex->offset + at, "%s: %.*s", lex->what, APL_STR_ARG(text));
}

/* What texts that stand beside each other give together. */
typedef struct joined {
    char text[JOINED_BYTES_MAX];
    size_t size;
    size_t at;
    unsigned parts;
    bool has_escape;
} joined;

static void judge_joined(lexer *lex, joined *text)
{
    apl_str whole = apl_str_make(text->text, text->size);

    if (text->parts && (APL_STR_IS_AMONG(whole, reaching) ||
                        (text->size > 4 && apl_str_starts(whole, APL_STR("__")) && apl_str_ends(whole, APL_STR("__")))))
        found(lex, APL_ISSUE_TEMPLATE_INJECTION, text->at, whole);
    else if (text->parts && apl_str_find(whole, APL_STR("%c")) >= 0)
        found(lex, APL_ISSUE_TEMPLATE_OBFUSCATED, text->at, whole);
    else if (text->parts && text->has_escape && text->size && apl_str_find(whole, APL_STR("_")) >= 0 &&
             memchr(whole.data, ' ', whole.size) == NULL && memchr(whole.data, '<', whole.size) == NULL)
        found(lex, APL_ISSUE_TEMPLATE_OBFUSCATED, text->at, whole);
    text->size = 0;
    text->parts = 0;
    text->has_escape = false;
}

static void join(joined *text, const token *part)
{
    if (text->parts++ == 0)
        text->at = part->at;
    size_t room = sizeof text->text - text->size;
    size_t size = part->text.size < room ? part->text.size : room;
    memcpy(text->text + text->size, part->text.data, size);
    text->size += size;
    text->has_escape = text->has_escape || part->has_escape;
}

typedef struct history {
    token before;  /* the last token */
    token before2; /* and the one before it */
} history;

static bool is_sign(const token *of, char sign)
{
    return of->kind == TOKEN_SIGN && of->sign == sign;
}

/* A name: an attribute, a filter, a root or what is called; `next` is the token behind it. */
static void judge_name(lexer *lex, const token *name, const history *past, const token *next)
{
    bool is_attribute = is_sign(&past->before, '.');
    bool is_filter = is_sign(&past->before, '|');

    if (APL_STR_IS_AMONG(name->text, reaching) && (is_attribute || apl_str_starts(name->text, APL_STR("__"))))
        found(lex, APL_ISSUE_TEMPLATE_INJECTION, name->at, name->text);
    else if (!is_attribute && !is_filter && is_sign(next, '(') && APL_STR_IS_AMONG(name->text, calls))
        found(lex, APL_ISSUE_TEMPLATE_INJECTION, name->at, name->text);
    else if (!is_attribute && APL_STR_IS_AMONG(name->text, roots) && is_sign(next, '.'))
        found(lex, APL_ISSUE_TEMPLATE_INJECTION, name->at, name->text);
    else if (is_filter && apl_str_equal(name->text, APL_STR("attr")))
        found(lex, APL_ISSUE_TEMPLATE_OBFUSCATED, name->at, APL_STR("an attribute by the filter attr"));
    else if (apl_str_equal(name->text, APL_STR("cycler")) || apl_str_equal(name->text, APL_STR("joiner")) ||
             apl_str_equal(name->text, APL_STR("lipsum")))
        found(lex, APL_ISSUE_TEMPLATE_OBFUSCATED, name->at, name->text);
}

void apl_template_judge(apl_model_report *report, apl_str template, uint64_t offset, const char *what)
{
    lexer lex = {.report = report, .source = template, .offset = offset, .what = what};
    joined text = {0};
    history past = {0};

    if (template.size > APL_TEMPLATE_BYTES_MAX)
        lex.source.size = APL_TEMPLATE_BYTES_MAX;
    token now = next_token(&lex);
    for (unsigned count = 0; now.kind != TOKEN_END && count < TOKENS_MAX; count++) {
        if (now.kind == TOKEN_TEXT)
            join(&text, &now);
        token next = next_token(&lex);
        if (now.kind == TOKEN_NAME)
            judge_name(&lex, &now, &past, &next);
        /* Texts go on together over + and ~ and commas of a list; anything else ends them. */
        if (now.kind != TOKEN_TEXT && !is_sign(&now, '+') && !is_sign(&now, '~') && !is_sign(&now, ','))
            judge_joined(&lex, &text);
        past.before2 = past.before;
        past.before = now;
        now = next;
    }
    judge_joined(&lex, &text);
    if (lex.is_broken || template.size > APL_TEMPLATE_BYTES_MAX || now.kind != TOKEN_END)
        apl_model_found(report, APL_ISSUE_TEMPLATE_UNREAD, offset + lex.at, "%s", what);
}
