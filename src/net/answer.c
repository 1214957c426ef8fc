/* net/answer.c: header lines, dates, quotas, challenges.
 *
 * Between the transfer and the lane: what is read here only ever makes the client slower or gives it a name to show, so
 * a lying server can delay itself (up to a named maximum) and nothing more. */
#include "net/answer.h"

#include "net/limits.h"

bool apl_answer_next(apl_str *name, apl_str *value, apl_str *rest)
{
    apl_str line;

    while (apl_str_next(&line, rest, '\n')) {
        long colon = apl_str_find(line, APL_STR(":"));
        if (colon <= 0)
            continue;
        *name = apl_str_trim(apl_str_slice(line, 0, (size_t)colon));
        *value = apl_str_trim(apl_str_slice(line, (size_t)colon + 1, line.size));
        return true;
    }
    return false;
}

apl_str apl_answer_header(apl_str lines, apl_str name)
{
    apl_str found = APL_STR_NONE;
    apl_str line_name;
    apl_str value;

    for (apl_str rest = lines; apl_answer_next(&line_name, &value, &rest);) {
        if (apl_str_equal_nocase(line_name, name))
            found = value;
    }
    return found;
}

/* Digits at the start; false without any or with more than 15. */
static bool read_number(int64_t *out, apl_str *rest)
{
    int64_t number = 0;
    uint32_t digits = 0;

    while (digits < rest->size && rest->data[digits] >= '0' && rest->data[digits] <= '9') {
        if (digits == 15)
            return false;
        number = number * 10 + (rest->data[digits++] - '0');
    }
    *rest = apl_str_slice(*rest, digits, rest->size);
    *out = number;
    return digits > 0;
}

static bool read_whole(int64_t *out, apl_str text)
{
    apl_str rest = apl_str_trim(text);

    return read_number(out, &rest) && rest.size == 0;
}

static bool read_char(apl_str *rest, char c)
{
    if (rest->size == 0 || rest->data[0] != c)
        return false;
    *rest = apl_str_slice(*rest, 1, rest->size);
    return true;
}

static void skip_spaces(apl_str *rest)
{
    while (read_char(rest, ' ')) {
    }
}

/* 1 to 12 for the first three letters. */
static bool read_month(unsigned *out, apl_str *rest)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    if (rest->size < 3)
        return false;
    for (unsigned i = 0; i < 12; i++) {
        if (memcmp(names + (size_t)i * 3, rest->data, 3) == 0) {
            *rest = apl_str_slice(*rest, 3, rest->size);
            *out = i + 1;
            return true;
        }
    }
    return false;
}

typedef struct http_time {
    int64_t year;
    unsigned month;
    int64_t day;
    int64_t hour;
    int64_t minute;
    int64_t second;
} http_time;

static bool read_clock(http_time *time, apl_str *rest)
{
    return read_number(&time->hour, rest) && read_char(rest, ':') && read_number(&time->minute, rest) &&
           read_char(rest, ':') && read_number(&time->second, rest);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar, by shifting the year's start to March. */
static int64_t days_of(int64_t year, unsigned month, int64_t day)
{
    int64_t shifted = month <= 2 ? year - 1 : year;
    int64_t era = shifted / 400;
    int64_t of_era = shifted - era * 400;
    int64_t month_index = month > 2 ? (int64_t)month - 3 : (int64_t)month + 9;
    int64_t of_year = (153 * month_index + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool seconds_of(int64_t *out, const http_time *time)
{
    if (time->year < 1970 || time->year > 9999 || time->day < 1 || time->day > 31 || time->hour > 23 ||
        time->minute > 59 || time->second > 60)
        return false;
    *out = days_of(time->year, time->month, time->day) * 86400 + time->hour * 3600 + time->minute * 60 + time->second;
    return true;
}

/* 06 Nov 1994 08:49:37 GMT, behind the weekday. */
static bool read_new_date(http_time *time, apl_str rest)
{
    return read_number(&time->day, &rest) && read_char(&rest, ' ') && read_month(&time->month, &rest) &&
           read_char(&rest, ' ') && read_number(&time->year, &rest) && read_char(&rest, ' ') &&
           read_clock(time, &rest) && apl_str_equal(rest, APL_STR(" GMT"));
}

/* 06-Nov-94 08:49:37 GMT; two digits of the year, of this century below 70. */
static bool read_old_date(http_time *time, apl_str rest)
{
    bool is_read = read_number(&time->day, &rest) && read_char(&rest, '-') && read_month(&time->month, &rest) &&
                   read_char(&rest, '-') && read_number(&time->year, &rest) && read_char(&rest, ' ') &&
                   read_clock(time, &rest) && apl_str_equal(rest, APL_STR(" GMT"));

    if (is_read && time->year < 100)
        time->year += time->year < 70 ? 2000 : 1900;
    return is_read;
}

/* Nov  6 08:49:37 1994 */
static bool read_c_date(http_time *time, apl_str rest)
{
    if (!read_month(&time->month, &rest) || !read_char(&rest, ' '))
        return false;
    skip_spaces(&rest);
    return read_number(&time->day, &rest) && read_char(&rest, ' ') && read_clock(time, &rest) &&
           read_char(&rest, ' ') && read_number(&time->year, &rest) && rest.size == 0;
}

bool apl_answer_date(int64_t *out, apl_str text)
{
    apl_str trimmed = apl_str_trim(text);
    long comma = apl_str_find(trimmed, APL_STR(", "));
    http_time time = {0};

    if (comma >= 0) {
        apl_str rest = apl_str_slice(trimmed, (size_t)comma + 2, trimmed.size);
        return (read_new_date(&time, rest) || read_old_date(&time, rest)) && seconds_of(out, &time);
    }
    return trimmed.size > 4 && trimmed.data[3] == ' ' && read_c_date(&time, apl_str_slice(trimmed, 4, trimmed.size)) &&
           seconds_of(out, &time);
}

/* Seconds with a fraction, which Microsoft Graph writes ("2.128"); rounded up. */
static bool read_seconds(uint64_t *out_ms, apl_str value)
{
    apl_str rest = apl_str_trim(value);
    int64_t whole = 0;
    int64_t fraction = 0;

    if (!read_number(&whole, &rest))
        return false;
    *out_ms = (uint64_t)whole * 1000;
    if (rest.size == 0)
        return true;
    if (!read_char(&rest, '.') || !read_number(&fraction, &rest) || rest.size)
        return false;
    *out_ms += fraction ? 1000 : 0;
    return true;
}

bool apl_answer_retry_after(uint64_t *out_ms, apl_str value, int64_t now)
{
    int64_t number = 0;

    if (read_seconds(out_ms, value))
        return true;
    if (!apl_answer_date(&number, value))
        return false;
    *out_ms = number > now ? (uint64_t)(number - now) * 1000 : 0;
    return true;
}

/* hh:mm:ss, or seconds. */
static bool read_duration(uint64_t *out_ms, apl_str value)
{
    apl_str rest = apl_str_trim(value);
    http_time time = {0};
    int64_t seconds = 0;

    if (read_whole(&seconds, rest)) {
        *out_ms = (uint64_t)seconds * 1000;
        return true;
    }
    if (!read_clock(&time, &rest) || time.hour > 24 || time.minute > 59 || time.second > 60)
        return false;
    *out_ms = (uint64_t)(time.hour * 3600 + time.minute * 60 + time.second) * 1000;
    return true;
}

static void take_remaining(apl_net_quota *quota, int64_t remaining)
{
    if (quota->remaining < 0 || remaining < quota->remaining)
        quota->remaining = remaining;
}

/* "Microsoft.Compute/HighCostGet3Min;135,Microsoft.Compute/HighCostGet30Min;685", or one number. */
static void take_list(apl_net_quota *quota, apl_str value)
{
    apl_str rest = value;
    apl_str part;

    while (apl_str_next(&part, &rest, ',')) {
        long semicolon = apl_str_find_last_char(part, ';');
        int64_t number = 0;
        if (read_whole(&number, semicolon < 0 ? part : apl_str_slice(part, (size_t)semicolon + 1, part.size)))
            take_remaining(quota, number);
    }
}

/* "0.83" and above 0.8: the limit is near. Microsoft Graph sends it only from there on. */
static bool is_near_limit(apl_str value)
{
    return value.size > 0 && (value.data[0] != '0' || (value.size > 2 && value.data[2] >= '8'));
}

static void take_line(apl_net_quota *quota, apl_str name, apl_str value, int64_t now)
{
    int64_t number = 0;
    uint64_t ms = 0;

    if (apl_str_starts_nocase(name, APL_STR("x-ms-ratelimit-remaining-"))) {
        take_list(quota, value);
    } else if (apl_str_equal_nocase(name, APL_STR("x-ms-user-quota-remaining")) ||
               apl_str_equal_nocase(name, APL_STR("ratelimit-remaining"))) {
        if (read_whole(&number, value))
            take_remaining(quota, number);
    } else if (apl_str_equal_nocase(name, APL_STR("x-ms-user-quota-resets-after")) ||
               apl_str_equal_nocase(name, APL_STR("ratelimit-reset"))) {
        if (read_duration(&ms, value))
            quota->resets_ms = ms;
    } else if (apl_str_equal_nocase(name, APL_STR("retry-after")) && !quota->has_retry_after) {
        quota->has_retry_after = apl_answer_retry_after(&quota->retry_after_ms, value, now);
    } else if (apl_str_equal_nocase(name, APL_STR("retry-after-ms")) ||
               apl_str_equal_nocase(name, APL_STR("x-ms-retry-after-ms"))) {
        if (read_whole(&number, value)) {
            quota->has_retry_after = true;
            quota->retry_after_ms = (uint64_t)number;
        }
    } else if (apl_str_equal_nocase(name, APL_STR("x-ms-throttle-limit-percentage"))) {
        quota->is_strained = is_near_limit(value);
    }
}

apl_net_quota apl_answer_quota(apl_str lines, unsigned status, int64_t now)
{
    apl_net_quota quota = APL_NET_QUOTA_NONE;
    apl_str name;
    apl_str value;

    (void)apl_answer_date(&now, apl_answer_header(lines, APL_STR("date")));
    for (apl_str rest = lines; apl_answer_next(&name, &value, &rest);)
        take_line(&quota, name, value, now);
    if (quota.resets_ms > APL_NET_RETRY_AFTER_MS_MAX)
        quota.resets_ms = APL_NET_RETRY_AFTER_MS_MAX;
    quota.is_refused = status == 429 || (status == 503 && quota.has_retry_after);
    return quota;
}

static bool is_token_char(char c)
{
    return c > ' ' && c < 0x7f && c != ',' && c != '=' && c != '"' && c != ';';
}

static apl_str read_token(apl_str *rest)
{
    uint32_t size = 0;

    while (size < rest->size && is_token_char(rest->data[size]))
        size++;
    apl_str token = apl_str_slice(*rest, 0, size);
    *rest = apl_str_slice(*rest, size, rest->size);
    return token;
}

/* A quoted text without its quotes, or a token. */
static apl_str read_parameter(apl_str *rest)
{
    uint32_t end = 1;

    if (rest->size == 0 || rest->data[0] != '"')
        return read_token(rest);
    while (end < rest->size && rest->data[end] != '"')
        end += rest->data[end] == '\\' && end + 1 < rest->size ? 2 : 1;
    apl_str inner = apl_str_slice(*rest, 1, end > rest->size ? rest->size : end);
    *rest = apl_str_slice(*rest, end < rest->size ? end + 1 : rest->size, rest->size);
    return inner;
}

apl_str apl_answer_challenge(apl_str value, apl_str scheme, apl_str parameter)
{
    apl_str rest = value;
    bool is_scheme = false;

    while (rest.size) {
        while (rest.size && !is_token_char(rest.data[0]))
            rest = apl_str_slice(rest, 1, rest.size);
        apl_str name = read_token(&rest);
        skip_spaces(&rest);
        if (!read_char(&rest, '=')) {
            if (name.size)
                is_scheme = apl_str_equal_nocase(name, scheme);
            continue;
        }
        skip_spaces(&rest);
        apl_str found = read_parameter(&rest);
        if (is_scheme && apl_str_equal_nocase(name, parameter))
            return found;
    }
    return APL_STR_NONE;
}

bool apl_answer_is_json(apl_str content_type)
{
    long semicolon = apl_str_find(content_type, APL_STR(";"));
    apl_str type = apl_str_trim(semicolon < 0 ? content_type : apl_str_slice(content_type, 0, (size_t)semicolon));

    return apl_str_equal_nocase(type, APL_STR("application/json")) ||
           apl_str_equal_nocase(type, APL_STR("text/json")) ||
           (type.size > 5 && apl_str_equal_nocase(apl_str_slice(type, type.size - 5, type.size), APL_STR("+json")));
}
