/* access/azure/abac_operators.c: the comparison operators, as a table, and how two texts compare.
 *
 * A negated operator is the negation of the pair, so that quantifiers go over pairs as the documentation has them. A
 * text that is no number, date, GUID or address where one is needed compares to neither true nor false. */
#include <arpa/inet.h>
#include <stdlib.h>

#include "access/azure/abac_program.h"

#define NUMBER_BYTES_MAX 64
#define GUID_DIGITS 32

#define FAMILY(prefix, family, ignores)                                                                                \
    {APL_STR(prefix "Equals" ignores), family, APL_ABAC_EQUALS, false, sizeof(ignores) > 1},                           \
    {                                                                                                                  \
        APL_STR(prefix "NotEquals" ignores), family, APL_ABAC_EQUALS, true, sizeof(ignores) > 1                        \
    }
#define ORDER(prefix, family)                                                                                          \
    {APL_STR(prefix "LessThan"), family, APL_ABAC_LESS, false, false},                                                 \
        {APL_STR(prefix "LessThanEquals"), family, APL_ABAC_LESS_EQUALS, false, false},                                \
        {APL_STR(prefix "GreaterThan"), family, APL_ABAC_GREATER, false, false},                                       \
    {                                                                                                                  \
        APL_STR(prefix "GreaterThanEquals"), family, APL_ABAC_GREATER_EQUALS, false, false                             \
    }
#define TEXT(name, relation, ignores)                                                                                  \
    {APL_STR("String" name ignores), APL_ABAC_STRING, relation, false, sizeof(ignores) > 1},                           \
    {                                                                                                                  \
        APL_STR("StringNot" name ignores), APL_ABAC_STRING, relation, true, sizeof(ignores) > 1                        \
    }

static const apl_abac_operator operators[] = {
    FAMILY("String", APL_ABAC_STRING, ""),
    FAMILY("String", APL_ABAC_STRING, "IgnoreCase"),
    TEXT("StartsWith", APL_ABAC_STARTS_WITH, ""),
    TEXT("StartsWith", APL_ABAC_STARTS_WITH, "IgnoreCase"),
    TEXT("Like", APL_ABAC_LIKE, ""),
    TEXT("Like", APL_ABAC_LIKE, "IgnoreCase"),
    FAMILY("Numeric", APL_ABAC_NUMERIC, ""),
    ORDER("Numeric", APL_ABAC_NUMERIC),
    FAMILY("DateTime", APL_ABAC_DATE_TIME, ""),
    ORDER("DateTime", APL_ABAC_DATE_TIME),
    FAMILY("Bool", APL_ABAC_BOOL, ""),
    FAMILY("Guid", APL_ABAC_GUID, ""),
    {APL_STR("IpMatch"), APL_ABAC_IP, APL_ABAC_MATCH, false, false},
    {APL_STR("IpNotMatch"), APL_ABAC_IP, APL_ABAC_MATCH, true, false},
    {APL_STR("IpInRange"), APL_ABAC_IP, APL_ABAC_MATCH, false, false},
    {APL_STR("IpNotInRange"), APL_ABAC_IP, APL_ABAC_MATCH, true, false},
};

const apl_abac_operator *apl_abac_operator_find(apl_str name)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (apl_str_equal_nocase(operators[i].name, name))
            return &operators[i];
    }
    return NULL;
}

static bool same_char(char a, char b, bool ignores_case)
{
    return ignores_case ? apl_char_lower(a) == apl_char_lower(b) : a == b;
}

static bool starts_with(apl_str text, apl_str start, bool ignores_case)
{
    return ignores_case ? apl_str_starts_nocase(text, start) : apl_str_starts(text, start);
}

/* `*` is any run, `?` one character; a backslash makes the next character an ordinary one. */
static bool like(apl_str text, apl_str pattern, bool ignores_case)
{
    uint32_t t = 0;
    uint32_t p = 0;
    uint32_t star = UINT32_MAX;
    uint32_t resume = 0;

    while (t < text.size) {
        bool has = p < pattern.size;
        bool is_escaped = has && pattern.data[p] == '\\' && p + 1 < pattern.size &&
                          (pattern.data[p + 1] == '*' || pattern.data[p + 1] == '?' || pattern.data[p + 1] == '\\');
        if (has && pattern.data[p] == '*') {
            star = p++;
            resume = t;
        } else if (has && ((!is_escaped && pattern.data[p] == '?') ||
                           same_char(pattern.data[p + is_escaped], text.data[t], ignores_case))) {
            p += 1u + is_escaped;
            t++;
        } else if (star != UINT32_MAX) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size && pattern.data[p] == '*')
        p++;
    return p == pattern.size;
}

static apl_truth truth(bool holds)
{
    return holds ? APL_TRUE : APL_FALSE;
}

static apl_truth compare_text(const apl_abac_operator *operator, apl_str left, apl_str right)
{
    switch ((int)operator->relation) {
    case APL_ABAC_STARTS_WITH:
        return truth(starts_with(left, right, operator->ignores_case));
    case APL_ABAC_LIKE:
        return truth(like(left, right, operator->ignores_case));
    default:
        return truth(operator->ignores_case ? apl_str_equal_nocase(left, right) : apl_str_equal(left, right));
    }
}

static apl_truth ordered(apl_abac_relation relation, int order)
{
    switch ((int)relation) {
    case APL_ABAC_LESS:
        return truth(order < 0);
    case APL_ABAC_LESS_EQUALS:
        return truth(order <= 0);
    case APL_ABAC_GREATER:
        return truth(order > 0);
    case APL_ABAC_GREATER_EQUALS:
        return truth(order >= 0);
    default:
        return truth(order == 0);
    }
}

static bool parse_number(double *out, apl_str text)
{
    char copy[NUMBER_BYTES_MAX];
    char *end = NULL;

    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    *out = strtod(copy, &end);
    return end == copy + text.size && *out - *out == 0; /* no infinity, no NaN */
}

static apl_truth compare_numbers(const apl_abac_operator *operator, apl_str left, apl_str right)
{
    double a;
    double b;

    if (!parse_number(&a, left) || !parse_number(&b, right))
        return APL_TRUTH_UNREAD;
    return ordered(operator->relation, (a > b) - (a < b));
}

static apl_truth compare_instants(const apl_abac_operator *operator, apl_str left, apl_str right)
{
    apl_instant a;
    apl_instant b;

    if (!apl_instant_parse(&a, left) || !apl_instant_parse(&b, right))
        return APL_TRUTH_UNREAD;
    return ordered(operator->relation, (a > b) - (a < b));
}

static int parse_bool(apl_str text)
{
    if (apl_str_equal_nocase(text, APL_STR("true")))
        return 1;
    return apl_str_equal_nocase(text, APL_STR("false")) ? 0 : -1;
}

static apl_truth compare_bools(apl_str left, apl_str right)
{
    int a = parse_bool(left);
    int b = parse_bool(right);

    return a < 0 || b < 0 ? APL_TRUTH_UNREAD : truth(a == b);
}

/* The 32 digits in lower case; dashes and braces are left out, for built-in roles write both forms. A whole role
 * definition id is taken by its last part. */
static bool parse_guid(char out[GUID_DIGITS], apl_str text)
{
    unsigned count = 0;
    long slash = apl_str_find_last_char(text, '/');

    for (uint32_t i = (uint32_t)(slash + 1); i < text.size; i++) {
        char c = apl_char_lower(text.data[i]);
        if (c == '-' || c == '{' || c == '}')
            continue;
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || count == GUID_DIGITS)
            return false;
        out[count++] = c;
    }
    return count == GUID_DIGITS;
}

static apl_truth compare_guids(apl_str left, apl_str right)
{
    char a[GUID_DIGITS];
    char b[GUID_DIGITS];

    if (!parse_guid(a, left) || !parse_guid(b, right))
        return APL_TRUTH_UNREAD;
    return truth(memcmp(a, b, GUID_DIGITS) == 0);
}

typedef struct address {
    uint8_t bytes[16];
    unsigned size; /* 4 or 16 */
} address;

static bool parse_address(address *out, apl_str text)
{
    char copy[INET6_ADDRSTRLEN + 1];

    text = apl_str_trim(text);
    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    out->size = inet_pton(AF_INET, copy, out->bytes) == 1 ? 4 : inet_pton(AF_INET6, copy, out->bytes) == 1 ? 16 : 0;
    return out->size != 0;
}

static bool in_prefix(const address *ip, const address *net, unsigned bits)
{
    for (unsigned i = 0; i < bits; i += 8) {
        unsigned left = bits - i < 8 ? bits - i : 8;
        unsigned mask = 0xFFu << (8 - left) & 0xFFu;
        if ((ip->bytes[i / 8] & mask) != (net->bytes[i / 8] & mask))
            return false;
    }
    return true;
}

/* `right` is an address, a prefix a.b.c.d/n, or a span a.b.c.d-e.f.g.h. */
static apl_truth compare_addresses(apl_str left, apl_str right)
{
    address ip;
    address first;
    address last;
    double bits;
    long slash = apl_str_find(right, APL_STR("/"));
    long dash = apl_str_find(right, APL_STR("-"));
    long cut = slash >= 0 ? slash : dash;

    if (!parse_address(&ip, left) || !parse_address(&first, cut < 0 ? right : apl_str_slice(right, 0, (size_t)cut)))
        return APL_TRUTH_UNREAD;
    if (cut < 0)
        return truth(ip.size == first.size && memcmp(ip.bytes, first.bytes, ip.size) == 0);
    apl_str rest = apl_str_trim(apl_str_slice(right, (size_t)cut + 1, right.size));
    if (slash >= 0) {
        if (!parse_number(&bits, rest) || bits < 0 || bits > first.size * 8)
            return APL_TRUTH_UNREAD;
        return truth(ip.size == first.size && in_prefix(&ip, &first, (unsigned)bits));
    }
    if (!parse_address(&last, rest))
        return APL_TRUTH_UNREAD;
    return truth(ip.size == first.size && ip.size == last.size && memcmp(ip.bytes, first.bytes, ip.size) >= 0 &&
                 memcmp(ip.bytes, last.bytes, ip.size) <= 0);
}

static apl_truth compare_plain(const apl_abac_operator *operator, apl_str left, apl_str right)
{
    switch (operator->family) {
    case APL_ABAC_NUMERIC:
        return compare_numbers(operator, left, right);
    case APL_ABAC_DATE_TIME:
        return compare_instants(operator, left, right);
    case APL_ABAC_BOOL:
        return compare_bools(left, right);
    case APL_ABAC_GUID:
        return compare_guids(left, right);
    case APL_ABAC_IP:
        return compare_addresses(left, right);
    case APL_ABAC_STRING:
        break;
    }
    return compare_text(operator, left, right);
}

apl_truth apl_abac_compare(const apl_abac_operator *operator, apl_str left, apl_str right)
{
    apl_truth plain = compare_plain(operator, left, right);

    if (plain == APL_TRUTH_UNREAD || !operator->is_negated)
        return plain;
    return truth(plain == APL_FALSE);
}
