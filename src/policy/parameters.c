/* policy/parameters.c: fills in parameter values and checks them against their declaration.
 *
 * Types: String, Array, Object, Boolean, Integer, Float, DateTime, in any casing. "true" is taken for a Boolean and
 * "12" for a number, as Azure Resource Manager does; every other mismatch is an error. Texts of allowedValues compare
 * without regard to case; for an array each item must be allowed, unless the whole array is one of the values. */
#include "policy/parameters.h"

#include <stdlib.h>

#include "base/limits.h"

#define PARAMETERS_MAX 1000 /* of one definition; the documented limit of initiatives is 400 */
#define NUMBER_TEXT_MAX 40

const char *const apl_parameter_types[] = {"String",  "Array", "Object",   "Boolean",
                                           "Integer", "Float", "DateTime", NULL};

apl_value apl_parameter_unwrap(apl_value given)
{
    static const char *const wrapper[] = {"value", "metadata", "reference", NULL};

    if (given.type != APL_VALUE_OBJECT)
        return given;
    for (uint32_t i = 0; i < given.size; i++) {
        if (!apl_is_one_of(given.members[i].key, wrapper))
            return given; /* the value of a parameter of type Object, given without a wrapper */
    }
    apl_value value = apl_value_member(given, "value");
    return value.type == APL_VALUE_MISSING ? given : value;
}

static bool number_from_text(apl_value *out, apl_str text)
{
    char copy[NUMBER_TEXT_MAX];
    char *end = NULL;

    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    long long integer = strtoll(copy, &end, 10);
    if (end == copy + text.size) {
        *out = apl_value_integer(integer);
        return true;
    }
    double real = strtod(copy, &end);
    if (end != copy + text.size)
        return false;
    *out = apl_value_real(real);
    return true;
}

/* Whether the value is of the type; texts that stand for a boolean or a number are turned into one. */
static bool fits_type(apl_value *value, apl_str type)
{
    apl_str text = apl_value_str(*value);
    apl_value number;

    if (apl_str_equal_nocase(type, APL_STR("Array")))
        return value->type == APL_VALUE_ARRAY;
    if (apl_str_equal_nocase(type, APL_STR("Object")))
        return value->type == APL_VALUE_OBJECT;
    if (apl_str_equal_nocase(type, APL_STR("Boolean"))) {
        bool is_true = apl_str_equal_nocase(text, APL_STR("true"));
        if (value->type == APL_VALUE_STRING && (is_true || apl_str_equal_nocase(text, APL_STR("false"))))
            *value = apl_value_bool(is_true);
        return value->type == APL_VALUE_BOOL;
    }
    bool is_integer = apl_str_equal_nocase(type, APL_STR("Integer"));
    if (is_integer || apl_str_equal_nocase(type, APL_STR("Float"))) {
        if (value->type == APL_VALUE_STRING && number_from_text(&number, text))
            *value = number;
        return value->type == APL_VALUE_INTEGER || (!is_integer && value->type == APL_VALUE_REAL);
    }
    return value->type == APL_VALUE_STRING;
}

static bool equal_as_parameter(apl_value a, apl_value b)
{
    if (a.type == APL_VALUE_STRING && b.type == APL_VALUE_STRING)
        return apl_str_equal_nocase(apl_value_str(a), apl_value_str(b));
    return apl_value_equal(a, b);
}

static bool is_among(apl_value value, apl_value allowed)
{
    for (uint32_t i = 0; i < allowed.size; i++) {
        apl_value item = allowed.items[i];
        if (equal_as_parameter(value, item))
            return true;
    }
    return false;
}

/* The part of the value that is not allowed, or missing when all of it is. */
static apl_value not_allowed(apl_value value, apl_value allowed)
{
    if (allowed.type != APL_VALUE_ARRAY || allowed.size == 0 || is_among(value, allowed))
        return APL_MISSING;
    if (value.type != APL_VALUE_ARRAY)
        return value;
    for (uint32_t i = 0; i < value.size; i++) {
        if (!is_among(value.items[i], allowed))
            return value.items[i];
    }
    return APL_MISSING;
}

static apl_status refuse_value(const apl_parameters_request *request, const apl_member *declared, apl_value wrong)
{
    apl_text got;
    apl_text allowed;

    apl_text_init(&got, APL_ERROR_BYTES_MAX / 4);
    apl_text_init(&allowed, APL_ERROR_BYTES_MAX / 2);
    apl_value_write(&got, wrong, 0);
    apl_value_write(&allowed, apl_value_get(declared->value, APL_STR("allowedValues")), 0);
    apl_status status = apl_reporter_error(request->reporter, request->path, NULL,
                                           "parameter '%.*s': %.*s is not one of %.*s", APL_STR_ARG(declared->key),
                                           APL_STR_ARG(apl_text_str(&got)), APL_STR_ARG(apl_text_str(&allowed)));
    apl_text_free(&got);
    apl_text_free(&allowed);
    return status;
}

/* The value in force of one declared parameter; missing when there is none. */
static apl_status resolve_one(apl_value *out, const apl_parameters_request *request, const apl_member *declared)
{
    apl_str type = apl_value_str(apl_value_get(declared->value, APL_STR("type")));
    apl_value value = apl_parameter_unwrap(apl_value_get(request->given, declared->key));
    apl_reporter *reporter = request->reporter;

    *out = APL_MISSING;
    if (declared->value.type != APL_VALUE_OBJECT)
        return apl_reporter_error(reporter, request->path, NULL, "parameter '%.*s' must be an object with a type",
                                  APL_STR_ARG(declared->key));
    if (type.size && !apl_is_one_of(type, apl_parameter_types))
        return apl_reporter_error(reporter, request->path, apl_nearest_name(type, apl_parameter_types),
                                  "parameter '%.*s' has the unknown type \"%.*s\"", APL_STR_ARG(declared->key),
                                  APL_STR_ARG(type));
    if (value.type == APL_VALUE_UNREAD) /* it comes from a parameter of an initiative that has no value itself */
        return APL_OK;
    if (value.type == APL_VALUE_MISSING)
        value = apl_value_get(declared->value, APL_STR("defaultValue"));
    if (value.type == APL_VALUE_MISSING)
        return APL_OK;
    if (type.size && !fits_type(&value, type))
        return apl_reporter_error(reporter, request->path, NULL, "parameter '%.*s' must be of type %.*s, not %s",
                                  APL_STR_ARG(declared->key), APL_STR_ARG(type), apl_value_type_name(value));
    apl_value wrong = not_allowed(value, apl_value_get(declared->value, APL_STR("allowedValues")));
    if (wrong.type != APL_VALUE_MISSING)
        return refuse_value(request, declared, wrong);
    *out = value;
    return APL_OK;
}

static void warn_of_undeclared(const apl_parameters_request *request)
{
    for (uint32_t i = 0; request->given.type == APL_VALUE_OBJECT && i < request->given.size; i++) {
        apl_str name = request->given.members[i].key;
        bool is_declared = false;
        for (uint32_t j = 0; request->declared.type == APL_VALUE_OBJECT && j < request->declared.size; j++)
            is_declared = is_declared || apl_str_equal_nocase(name, request->declared.members[j].key);
        if (!is_declared)
            apl_reporter_warning(request->reporter, request->path, NULL,
                                 "a value is given for '%.*s', which is no parameter of it", APL_STR_ARG(name));
    }
}

apl_status apl_parameters_resolve(apl_parameters *out, const apl_parameters_request *request)
{
    apl_value declared = request->declared;
    apl_status status = APL_OK;

    *out = (apl_parameters){.values = apl_value_object(NULL, 0)};
    if (declared.type != APL_VALUE_MISSING && declared.type != APL_VALUE_NULL && declared.type != APL_VALUE_OBJECT)
        return apl_reporter_error(request->reporter, request->path, NULL, "parameters must be an object");
    if (declared.type == APL_VALUE_OBJECT && declared.size > PARAMETERS_MAX)
        return apl_reporter_error(request->reporter, request->path, NULL, "more than %d parameters", PARAMETERS_MAX);
    if (!request->ignores_unknown)
        warn_of_undeclared(request);
    if (declared.type != APL_VALUE_OBJECT)
        return APL_OK;
    apl_member *members = APL_ARENA_ARRAY(request->arena, apl_member, declared.size);
    apl_str *missing = APL_ARENA_ARRAY(request->arena, apl_str, declared.size);
    for (uint32_t i = 0; i < declared.size; i++) {
        members[i].key = declared.members[i].key;
        apl_status failed = resolve_one(&members[i].value, request, &declared.members[i]);
        if (status == APL_OK)
            status = failed;
        if (members[i].value.type == APL_VALUE_MISSING)
            missing[out->missing_count++] = members[i].key;
    }
    out->values = apl_value_object(members, declared.size);
    out->missing = missing;
    return status;
}

apl_str apl_parameters_missing_text(apl_arena *arena, const apl_parameters *parameters)
{
    apl_text text;

    if (parameters->missing_count == 0)
        return APL_STR_NONE;
    apl_text_init(&text, APL_ERROR_BYTES_MAX);
    apl_text_add(&text, parameters->missing_count == 1 ? APL_STR("the parameter ") : APL_STR("the parameters "));
    for (size_t i = 0; i < parameters->missing_count; i++)
        apl_text_add_format(&text, "%s'%.*s'", i ? ", " : "", APL_STR_ARG(parameters->missing[i]));
    apl_text_add(&text, parameters->missing_count == 1 ? APL_STR(" has") : APL_STR(" have"));
    apl_text_add(&text, APL_STR(" no value and no default"));
    apl_str copy = apl_arena_str(arena, apl_text_str(&text));
    apl_text_free(&text);
    return copy;
}
