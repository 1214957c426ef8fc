/* condition/functions/dates.c: dates and times.
 *
 * utcNow() is the time that the caller of the evaluation gives, with seven digits of a second, so that results
 * repeat. A result of addDays() has no trailing zeros in its fraction. All results are in UTC. */
#include "condition/program.h"

#define DAYS_MAX 3660000 /* ten thousand years: more leaves the calendar */

static const apl_instant epoch = INT64_C(719162) * APL_TICKS_PER_DAY;

static apl_status give(apl_value *out, const apl_call *call, apl_instant instant, int fraction_digits)
{
    char text[APL_INSTANT_TEXT_MAX];
    const apl_instant end = INT64_C(3652059) * APL_TICKS_PER_DAY; /* 10000-01-01 */

    if (instant < 0 || instant >= end)
        return apl_fail(APL_E_INPUT, "%s(): the result is outside the years 1 to 9999", call->function->name);
    return apl_call_text(out, call, apl_str_make(text, apl_instant_format(text, instant, fraction_digits)));
}

static apl_status need_instant(apl_instant *out, const apl_call *call, uint32_t argument)
{
    apl_str text;
    apl_status status = apl_call_need_text(&text, call, argument);

    if (status == APL_OK && !apl_instant_parse(out, apl_str_trim(text)))
        status = apl_fail(APL_E_INPUT, "%s(): '%.*s' is no ISO 8601 date and time", call->function->name,
                          (int)(text.size < 60 ? text.size : 60), text.data);
    return status;
}

apl_status apl_fn_utc_now(apl_value *out, const apl_call *call)
{
    return give(out, call, call->run->eval->now, 7);
}

apl_status apl_fn_add_days(apl_value *out, const apl_call *call)
{
    apl_instant instant = 0;
    int64_t days = 0;
    apl_status status = need_instant(&instant, call, 0);

    if (status == APL_OK)
        status = apl_call_need_integer(&days, call, 1);
    if (status != APL_OK)
        return status;
    if (days > DAYS_MAX || days < -DAYS_MAX)
        return apl_fail(APL_E_INPUT, "addDays(): %lld days leave the calendar", (long long)days);
    return give(out, call, instant + days * APL_TICKS_PER_DAY, -1);
}

apl_status apl_fn_date_time_from_epoch(apl_value *out, const apl_call *call)
{
    int64_t seconds = 0;
    apl_status status = apl_call_need_integer(&seconds, call, 0);

    if (status != APL_OK)
        return status;
    if (seconds > INT64_C(86400) * DAYS_MAX || seconds < -INT64_C(86400) * DAYS_MAX)
        return apl_fail(APL_E_INPUT, "dateTimeFromEpoch(): %lld seconds leave the calendar", (long long)seconds);
    return give(out, call, epoch + seconds * APL_TICKS_PER_SECOND, -1);
}

apl_status apl_fn_date_time_to_epoch(apl_value *out, const apl_call *call)
{
    apl_instant instant = 0;
    apl_status status = need_instant(&instant, call, 0);

    *out = apl_value_integer((instant - epoch) / APL_TICKS_PER_SECOND);
    return status;
}

typedef struct duration {
    int64_t months;
    int64_t ticks;
} duration;

/* One number and its letter of a duration: 3D, 12H. */
static bool duration_part(duration *total, apl_str *rest, bool is_time)
{
    int64_t number = 0;
    size_t at = 0;

    while (at < rest->size && at < 7 && rest->data[at] >= '0' && rest->data[at] <= '9')
        number = number * 10 + (rest->data[at++] - '0');
    if (at == 0 || at >= rest->size)
        return false;
    char unit = rest->data[at];
    *rest = apl_str_slice(*rest, at + 1, rest->size);
    if (!is_time && unit == 'Y')
        total->months += number * 12;
    else if (!is_time && unit == 'M')
        total->months += number;
    else if (!is_time && unit == 'W')
        total->ticks += number * 7 * APL_TICKS_PER_DAY;
    else if (!is_time && unit == 'D')
        total->ticks += number * APL_TICKS_PER_DAY;
    else if (is_time && unit == 'H')
        total->ticks += number * 3600 * APL_TICKS_PER_SECOND;
    else if (is_time && unit == 'M')
        total->ticks += number * 60 * APL_TICKS_PER_SECOND;
    else if (is_time && unit == 'S')
        total->ticks += number * APL_TICKS_PER_SECOND;
    else
        return false;
    return true;
}

/* [-]P1Y2M3DT4H5M6S. */
static bool parse_duration(duration *out, apl_str text)
{
    bool is_negative = text.size && text.data[0] == '-';
    bool is_time = false;
    int parts = 0;

    *out = (duration){0};
    if (is_negative)
        text = apl_str_slice(text, 1, text.size);
    if (text.size < 2 || text.data[0] != 'P')
        return false;
    text = apl_str_slice(text, 1, text.size);
    while (text.size) {
        if (text.data[0] == 'T' && !is_time) {
            is_time = true;
            text = apl_str_slice(text, 1, text.size);
        }
        if (++parts > 7 || !duration_part(out, &text, is_time))
            return false;
    }
    if (is_negative)
        *out = (duration){-out->months, -out->ticks};
    return true;
}

/* The date `months` later; a day that the month does not have becomes its last one. */
static apl_status add_months(apl_instant *instant, int64_t months)
{
    char text[APL_INSTANT_TEXT_MAX];
    apl_instant moved = 0;

    (void)apl_instant_format(text, *instant, 7);
    int64_t year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    int64_t month = (text[5] - '0') * 10 + (text[6] - '0') - 1;
    int day = (text[8] - '0') * 10 + (text[9] - '0');
    int64_t total = year * 12 + month + months;
    if (total < 12 || total >= INT64_C(10000) * 12)
        return apl_fail(APL_E_INPUT, "dateTimeAdd(): the result is outside the years 1 to 9999");
    for (; day > 0; day--) {
        apl_text made;
        apl_text_init(&made, APL_INSTANT_TEXT_MAX);
        apl_text_add_format(&made, "%04d-%02d-%02d", (int)(total / 12), (int)(total % 12 + 1), day);
        bool is_date = apl_instant_parse(&moved, apl_text_str(&made));
        apl_text_free(&made);
        if (is_date)
            break;
    }
    *instant = moved + *instant % APL_TICKS_PER_DAY;
    return APL_OK;
}

apl_status apl_fn_date_time_add(apl_value *out, const apl_call *call)
{
    apl_instant instant = 0;
    apl_str text;
    duration moved;
    apl_status status = need_instant(&instant, call, 0);

    if (status == APL_OK)
        status = apl_call_need_text(&text, call, 1);
    if (status != APL_OK)
        return status;
    if (!parse_duration(&moved, text))
        return apl_fail(APL_E_INPUT, "dateTimeAdd(): '%.*s' is no ISO 8601 duration",
                        (int)(text.size < 60 ? text.size : 60), text.data);
    status = add_months(&instant, moved.months);
    return status == APL_OK ? give(out, call, instant + moved.ticks, -1) : status;
}
