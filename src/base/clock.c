/* base/clock.c: ISO 8601 to ticks and back, by the proleptic Gregorian calendar.
 *
 * No time zone data and no locale: an offset is read from the text, else the time is UTC. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

#define DAYS_TO_1970 719162
#define FRACTION_DIGITS 7

uint64_t apl_clock_monotonic_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

apl_instant apl_clock_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return ((int64_t)now.tv_sec + DAYS_TO_1970 * INT64_C(86400)) * APL_TICKS_PER_SECOND + now.tv_nsec / 100;
}

static int64_t days_before_year(int64_t year)
{
    int64_t y = year - 1;

    return y * 365 + y / 4 - y / 100 + y / 400;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_month(int64_t year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Reads exactly `digits` decimal digits at the front of *rest. */
static bool read_number(int *out, apl_str *rest, int digits)
{
    int value = 0;

    if (rest->size < (uint32_t)digits)
        return false;
    for (int i = 0; i < digits; i++) {
        char c = rest->data[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *rest = apl_str_slice(*rest, (size_t)digits, rest->size);
    *out = value;
    return true;
}

static bool read_char(apl_str *rest, char expected)
{
    if (rest->size == 0 || apl_char_lower(rest->data[0]) != apl_char_lower(expected))
        return false;
    *rest = apl_str_slice(*rest, 1, rest->size);
    return true;
}

static bool read_date(apl_instant *out, apl_str *rest)
{
    int year = 0;
    int month = 0;
    int day = 0;

    if (!read_number(&year, rest, 4) || !read_char(rest, '-') || !read_number(&month, rest, 2) ||
        !read_char(rest, '-') || !read_number(&day, rest, 2))
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
        return false;
    int64_t days = days_before_year(year) + day - 1;
    for (int m = 1; m < month; m++)
        days += days_in_month(year, m);
    *out = days * APL_TICKS_PER_DAY;
    return true;
}

static int64_t read_fraction(apl_str *rest)
{
    int64_t ticks = 0;
    int digits = 0;

    while (rest->size && rest->data[0] >= '0' && rest->data[0] <= '9') {
        if (digits < FRACTION_DIGITS)
            ticks = ticks * 10 + (rest->data[0] - '0');
        digits++;
        *rest = apl_str_slice(*rest, 1, rest->size);
    }
    for (; digits < FRACTION_DIGITS; digits++)
        ticks *= 10;
    return ticks;
}

static bool read_offset(int64_t *out, apl_str *rest)
{
    int hours = 0;
    int minutes = 0;

    *out = 0;
    if (rest->size == 0 || read_char(rest, 'Z'))
        return true;
    int64_t sign = rest->data[0] == '-' ? -1 : 1;
    if (!read_char(rest, sign < 0 ? '-' : '+') || !read_number(&hours, rest, 2))
        return false;
    (void)read_char(rest, ':');
    if (rest->size && !read_number(&minutes, rest, 2))
        return false;
    *out = sign * (hours * 60 + minutes) * 60 * APL_TICKS_PER_SECOND;
    return hours <= 14 && minutes <= 59;
}

bool apl_instant_parse(apl_instant *out, apl_str text)
{
    apl_instant date = 0;
    int64_t fraction = 0;
    int64_t offset = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;

    if (!read_date(&date, &text))
        return false;
    if (text.size) {
        if (!read_char(&text, 'T') && !read_char(&text, ' '))
            return false;
        if (!read_number(&hour, &text, 2) || !read_char(&text, ':') || !read_number(&minute, &text, 2))
            return false;
        if (read_char(&text, ':') && !read_number(&second, &text, 2))
            return false;
        if (read_char(&text, '.'))
            fraction = read_fraction(&text);
        if (!read_offset(&offset, &text) || text.size || hour > 23 || minute > 59 || second > 60)
            return false;
    }
    *out = date + ((hour * 60 + minute) * 60 + second) * APL_TICKS_PER_SECOND + fraction - offset;
    return true;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    int64_t y = days / 366 + 1;

    while (days_before_year(y + 1) <= days)
        y++;
    int64_t rest = days - days_before_year(y);
    int m = 1;
    while (rest >= days_in_month(y, m))
        rest -= days_in_month(y, m++);
    *year = (int)y;
    *month = m;
    *day = (int)rest + 1;
}

size_t apl_instant_format(char *out, apl_instant instant, int fraction_digits)
{
    int year = 1;
    int month = 1;
    int day = 1;
    char fraction[FRACTION_DIGITS + 1];

    if (instant < 0)
        instant = 0;
    int64_t seconds = instant / APL_TICKS_PER_SECOND % 86400;
    civil_from_days(instant / APL_TICKS_PER_DAY, &year, &month, &day);
    (void)snprintf(fraction, sizeof fraction, "%07d", (int)(instant % APL_TICKS_PER_SECOND));
    size_t digits = fraction_digits < 0 ? FRACTION_DIGITS : (size_t)fraction_digits;
    while (fraction_digits < 0 && digits > 0 && fraction[digits - 1] == '0')
        digits--;
    int size = snprintf(out, APL_INSTANT_TEXT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s%.*sZ", year % 10000, month, day,
                        (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60), digits ? "." : "",
                        (int)digits, fraction);
    return (size_t)size;
}
