/* unit/test_expression.c: the syntax of expressions, and every function by tables of expression and value.
 *
 * An expression is evaluated twice: at compile time, as the constant that it is, and at run time with its arguments
 * hidden behind a field, so that folding cannot change a value. */
#include "condition/functions/functions.h"
#include "unit/test_condition.h"

typedef struct value_case {
    const char *expression;
    const char *expected; /* JSON; NULL: the expression fails */
} value_case;

#define RESOURCE                                                                                                       \
    "{`name`: `vm`, `type`: `t`, `location`: `West Europe`, `tags`: {`env`: `prod`, `a.b`: `dot`}, `properties`: "     \
    "{`n`: 7, "                                                                                                        \
    "`text`: `hello`, `list`: [1, 2], `object`: {`key`: {`inner`: 5}}, `on`: true, `items`: [{`x`: 1}, {`y`: 2}]}}"

static apl_value text_value(const char *text)
{
    return apl_value_string(apl_str_from(text));
}

/* The value of the expression, or what it fails with. */
static apl_status value_of(apl_value *out, case_run *run, const case_setting *setting, const char *expression)
{
    apl_compile compile = case_compile(run, setting);
    apl_expression *compiled = NULL;
    apl_status status = apl_expression_compile(&compiled, &compile, text_value(expression));

    case_prepare(run, setting, RESOURCE);
    return status == APL_OK ? apl_expression_eval(out, compiled, &run->eval) : status;
}

static void check_value(const case_setting *setting, const value_case *wanted)
{
    case_run run;
    apl_value value = APL_MISSING;
    apl_status status = value_of(&value, &run, setting, wanted->expression);

    if ((status == APL_OK) != (wanted->expected != NULL))
        fail_msg("%s: %s", wanted->expression, status == APL_OK ? "did not fail" : apl_error_message());
    if (wanted->expected) {
        apl_value expected = case_json(run.arena, wanted->expected);
        apl_text text;
        apl_text_init(&text, 4096);
        apl_value_write(&text, value, 0);
        apl_text_add_char(&text, 0);
        if (!apl_value_equal(value, expected) || value.type != expected.type)
            fail_msg("%s: expected %s, got %s", wanted->expression, wanted->expected, text.data);
        apl_text_free(&text);
    }
    case_end(&run);
}

static void check_values(const value_case *cases, size_t count)
{
    static const case_setting setting = {
        .parameters = "{`Limit`: 3, `names`: [`a`, `b`], `config`: {`Deep`: {`x`: [10, 20]}}, `text`: `hello`}",
        .resource_group = "{`name`: `rg`, `location`: `westeurope`, `tags`: {`Env`: `Test`}}",
        .subscription = "{`subscriptionId`: `s`}",
    };

    for (size_t i = 0; i < count; i++)
        check_value(&setting, &cases[i]);
}

static void syntax(void **state)
{
    static const value_case cases[] = {
        {"plain", "`plain`"},
        {"[[not an expression]", "`[not an expression]`"},
        {"[not closed", "`[not closed`"},
        {"", "``"},
        {"['it''s']", "`it's`"},
        {"['']", "``"},
        {"[ 'x' ]", "`x`"},
        {"[5]", "5"},
        {"[-5]", "-5"},
        {"[1.5]", "1.5"},
        {"[true]", "true"},
        {"[FALSE()]", "false"},
        {"[null]", "null"},
        {"[createArray(1, 'a', true())]", "[1, `a`, true]"},
        {"[createArray()]", "[]"},
        {"[createObject('a', 1).a]", "1"},
        {"[createArray(1, 2)[1]]", "2"},
        {"[createArray(1, 2)[sub(2, 1)]]", "2"},
        {"[createObject('a.b', 1)['A.B']]", "1"},
        {"[parameters('limit')]", "3"},
        {"[parameters(toLower('LIMIT'))]", "3"},
        {"[parameters(field('properties.text'))]", NULL},
        {"[parameters('config').deep.x[1]]", "20"},
        {"[Parameters('names')[0]]", "`a`"},
        {"[field('properties.object').KEY.inner]", "5"},
        {"[field('properties.object').key.none]", "null"},
        {"[field('properties.missing')]", "``"},
        {"[field('properties.missing[*]')]", "[]"},
        {"[field('properties.missing').a.b]", "null"},
        {"[field('properties.list')[0]]", "1"},
        {"[field('properties.list')[2]]", NULL},
        {"[field('properties.list')[-1]]", NULL},
        {"[field('properties.list').x]", NULL},
        {"[field('properties.n')[0]]", NULL},
        {"[field('tags.env')]", "`prod`"},
        {"[field('tags[''a.b'']')]", "`dot`"},
        {"[field(concat('tags[', 'env', ']'))]", "`prod`"},
        {"[field(concat('tags.', toLower(field('tags.env'))))]", "``"},
        {"[field('location')]", "`WestEurope`"},
        {"[field('name')]", "`vm`"},
        {"[resourceGroup().tags['env']]", "`Test`"},
        {"[resourceGroup().tags.none]", "null"},
        {"[subscription().subscriptionId]", "`s`"},
        {"[requestContext().apiVersion]", "`9999-12-31`"},
        {"[policy().assignmentId]", "null"},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void wrong_syntax(void **state)
{
    static const char *const expressions[] = {
        "[]",
        "[concat(]",
        "[concat('a']",
        "[concat('a',)]",
        "[concat(,'a')]",
        "['a]",
        "[a]",
        "[a.b]",
        "[concat('a') 'b']",
        "['a'.]",
        "['a'.1x y]",
        "[createArray(1)[0]",
        "[createArray(1)[]]",
        "[concat('a'))]",
        "[1 2]",
        "[1x]",
        "[-]",
        "[+]",
        "[(1)]",
        "[nothing()]",
        "[field()]",
        "[field('a', 'b')]",
        "[if(true(), 1)]",
        "[reference('x')]",
        "[current()]",
        "[current('a')]",
        "[parameters('none')]",
        "[add(1)]",
        "[add(1, 2, 3)]",
        "[field('')]",
        "[\"a\"]",
    };
    (void)state;

    for (size_t i = 0; i < COUNT_OF(expressions); i++) {
        case_run run;
        apl_compile compile = case_compile(&run, &(case_setting){0});
        apl_expression *compiled = NULL;
        if (apl_expression_compile(&compiled, &compile, text_value(expressions[i])) == APL_OK)
            fail_msg("%s was taken", expressions[i]);
        assert_null(compiled);
        case_end(&run);
    }
}

static void logic(void **state)
{
    static const value_case cases[] = {
        {"[if(equals(1, 1), 'a', 'b')]", "`a`"},
        {"[if(false(), substring('a', 5), 'b')]", "`b`"},
        {"[if(field('properties.on'), 'a', substring('a', 5))]", "`a`"},
        {"[if(less(field('properties.n'), 3), substring('a', 5), 'b')]", "`b`"},
        {"[if(true(), substring('a', 5), 'b')]", NULL},
        {"[if('yes', 1, 2)]", NULL},
        {"[if('True', 1, 2)]", "1"},
        {"[and(true(), equals(1, 2), substring('a', 5))]", "false"},
        {"[and(field('properties.on'), true())]", "true"},
        {"[or(false(), equals(1, 1), substring('a', 5))]", "true"},
        {"[or(field('properties.on'), substring('a', 5))]", "true"},
        {"[or(false(), false())]", "false"},
        {"[and(1, true())]", NULL},
        {"[not(false())]", "true"},
        {"[not(equals(field('properties.n'), 7))]", "false"},
        {"[coalesce(null(), field('properties.n'), substring('a', 5))]", "7"},
        {"[coalesce(null(), null())]", "null"},
        {"[coalesce(json('null'), '')]", "``"},
        {"[concat(if(true(), 'a', 'b'), if(false(), 'a', 'b'))]", "`ab`"},
        {"[if(if(true(), false(), true()), 1, if(true(), 2, 3))]", "2"},
        {"[equals('A', 'a')]", "true"},
        {"[equals(1, '1')]", "true"},
        {"[equals(null(), '')]", "true"},
        {"[equals(createArray(1), createArray(1))]", "true"},
        {"[less('a', 'B')]", "true"},
        {"[less(1, 2)]", "true"},
        {"[lessOrEquals(2, 2)]", "true"},
        {"[greater('10', 9)]", "true"},
        {"[greaterOrEquals('2026-01-01T00:00:00+02:00', '2025-12-31T22:00:00Z')]", "true"},
        {"[less('a', 1)]", NULL},
        {"[less(null(), 1)]", NULL},
        {"[bool('TRUE')]", "true"},
        {"[bool(0)]", "false"},
        {"[bool('1')]", "true"},
        {"[bool('maybe')]", NULL},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void numbers(void **state)
{
    static const value_case cases[] = {
        {"[add(1, 2)]", "3"},
        {"[add('1', 2)]", "3"},
        {"[add(1.5, 2)]", "3.5"},
        {"[sub(1, 2)]", "-1"},
        {"[mul(3, -1)]", "-3"},
        {"[mul(int('30'), -1)]", "-30"},
        {"[div(7, 2)]", "3"},
        {"[div(-7, 2)]", "-3"},
        {"[mod(7, 3)]", "1"},
        {"[div(1, 0)]", NULL},
        {"[mod(1, 0)]", NULL},
        {"[div(-9223372036854775808, -1)]", NULL},
        {"[mod(-9223372036854775808, -1)]", "0"},
        {"[add(9223372036854775807, 1)]", NULL},
        {"[mul(9223372036854775807, 2)]", NULL},
        {"[sub(-9223372036854775808, 1)]", NULL},
        {"[add('a', 1)]", NULL},
        {"[add(null(), 1)]", NULL},
        {"[int('12')]", "12"},
        {"[int(3.9)]", "3"},
        {"[int('abc')]", NULL},
        {"[int(1e300)]", NULL},
        {"[float('1.5')]", "1.5"},
        {"[float(3)]", "3.0"},
        {"[min(3, 1, 2)]", "1"},
        {"[max(createArray(3, 1, 2))]", "3"},
        {"[max(createArray())]", NULL},
        {"[min('a', 1)]", NULL},
        {"[max(1, 2.5)]", "2.5"},
        {"[range(2, 3)]", "[2, 3, 4]"},
        {"[range(0, 0)]", "[]"},
        {"[range(0, 10001)]", NULL},
        {"[range(2147483640, 10)]", NULL},
        {"[add(field('properties.n'), 1)]", "8"},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void texts(void **state)
{
    static const value_case cases[] = {
        {"[concat('a', 'b', 1, true())]", "`ab1True`"},
        {"[concat(createArray(1), createArray(2, 3))]", "[1, 2, 3]"},
        {"[concat(createArray(1), 'a')]", NULL},
        {"[concat('a', createArray(1))]", NULL},
        {"[concat('a', null())]", "`a`"},
        {"[toLower('\xc3\x84"
         "B')]",
         "`\xc3\xa4"
         "b`"},
        {"[toUpper('aB')]", "`AB`"},
        {"[toLower(1)]", NULL},
        {"[trim('  a b ')]", "`a b`"},
        {"[substring('hello', 1, 3)]", "`ell`"},
        {"[substring('hello', 2)]", "`llo`"},
        {"[substring('hello', 5)]", "``"},
        {"[substring('hello', 3, 3)]", NULL},
        {"[substring('hello', -1, 1)]", NULL},
        {"[substring('\xc3\xa4\xc3\xb6', 1, 1)]", "`\xc3\xb6`"},
        {"[startsWith('Hello', 'hE')]", "true"},
        {"[endsWith('Hello', 'LO')]", "true"},
        {"[endsWith('lo', 'hello')]", "false"},
        {"[indexOf('Hello', 'L')]", "2"},
        {"[lastIndexOf('Hello', 'L')]", "3"},
        {"[indexOf('abc', 'x')]", "-1"},
        {"[indexOf('\xc3\xa4"
         "b', 'b')]",
         "1"},
        {"[indexOf(createArray('a', 'b'), 'b')]", "1"},
        {"[lastIndexOf(createArray(1, 1), 1)]", "1"},
        {"[padLeft('7', 3, '0')]", "`007`"},
        {"[padLeft(7, 3, '0')]", "`007`"},
        {"[padLeft('1234', 3, '0')]", "`1234`"},
        {"[padLeft('a', 3)]", "`  a`"},
        {"[padLeft('a', 3, 'xy')]", NULL},
        {"[padLeft('a', 2000000)]", NULL},
        {"[padLeft(createArray(), 3)]", NULL},
        {"[replace('a-b-c', '-', '')]", "`abc`"},
        {"[replace('aaa', 'aa', 'b')]", "`ba`"},
        {"[replace('a', '', 'b')]", NULL},
        {"[split('a,b;c', createArray(',', ';'))]", "[`a`, `b`, `c`]"},
        {"[split('a,b', ',')]", "[`a`, `b`]"},
        {"[split('', ',')]", "[``]"},
        {"[split('a', '')]", "[`a`]"},
        {"[split('a--b', '--')]", "[`a`, `b`]"},
        {"[split('a', 1)]", NULL},
        {"[join(createArray('a', 1, true()), '-')]", "`a-1-True`"},
        {"[join('a', '-')]", NULL},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void texts_of_values(void **state)
{
    static const value_case cases[] = {
        {"[string(5)]", "`5`"},
        {"[string(createArray(1, 'a'))]", "`[1,\\\"a\\\"]`"},
        {"[string(true())]", "`True`"},
        {"[string(null())]", "``"},
        {"[format('{0}-{1}', 'a', 5)]", "`a-5`"},
        {"[format('{{{0}}}', 1)]", "`{1}`"},
        {"[format('{0,4}|{0,-4}|', 'a')]", "`   a|a   |`"},
        {"[format('{0:D3} {0:x2} {1:N1} {1:F0}', 10, 1234.5)]", "`010 0a 1,234.5 1234`"},
        {"[format('{1}', 'a')]", NULL},
        {"[format('{0', 'a')]", NULL},
        {"[format('}', 'a')]", NULL},
        {"[format('{0:Q}', 1)]", NULL},
        {"[format('{0}', createArray(1))]", "`[1]`"},
        {"[length('\xc3\xa4\xf0\x9f\x98\x80')]", "2"},
        {"[first('hello')]", "`h`"},
        {"[last('h\xc3\xa4')]", "`\xc3\xa4`"},
        {"[first('')]", "``"},
        {"[take('hello', 2)]", "`he`"},
        {"[skip('hello', 2)]", "`llo`"},
        {"[take('a', 5)]", "`a`"},
        {"[skip('a', -1)]", "`a`"},
        {"[empty('')]", "true"},
        {"[empty('a')]", "false"},
        {"[contains('Hello', 'ELL')]", "true"},
        {"[contains(5, 5)]", NULL},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void collections(void **state)
{
    static const value_case cases[] = {
        {"[array('a')]", "[`a`]"},
        {"[array(createArray(1))]", "[1]"},
        {"[first(createArray(1, 2))]", "1"},
        {"[last(createArray(1, 2))]", "2"},
        {"[first(createArray())]", "null"},
        {"[first(5)]", NULL},
        {"[length(createObject('a', 1))]", "1"},
        {"[length(5)]", NULL},
        {"[empty(createArray())]", "true"},
        {"[empty(createObject())]", "true"},
        {"[empty(null())]", "true"},
        {"[empty(5)]", NULL},
        {"[take(createArray(1, 2, 3), 2)]", "[1, 2]"},
        {"[skip(createArray(1, 2, 3), 2)]", "[3]"},
        {"[skip(createArray(1), 9)]", "[]"},
        {"[contains(createArray('A', 2), 'a')]", "true"},
        {"[contains(createObject('Key', 1), 'key')]", "true"},
        {"[union(createArray(1, 2), createArray(2, 3))]", "[1, 2, 3]"},
        {"[intersection(createArray(1, 2, 2), createArray(2, 3))]", "[2]"},
        {"[union(createObject('a', createObject('x', 1)), createObject('A', createObject('y', 2)))]",
         "{`a`: {`x`: 1, `y`: 2}}"},
        {"[union(createObject('a', 1), createObject('a', 2, 'b', 3))]", "{`a`: 2, `b`: 3}"},
        {"[intersection(createObject('a', 1, 'b', 2), createObject('a', 1, 'b', 3))]", "{`a`: 1}"},
        {"[union(createArray(1), 'a')]", NULL},
        {"[flatten(createArray(createArray(1), createArray(2, 3)))]", "[1, 2, 3]"},
        {"[flatten(createArray(1))]", NULL},
        {"[items(createObject('b', 2, 'a', 1))]", "[{`key`: `a`, `value`: 1}, {`key`: `b`, `value`: 2}]"},
        {"[items(5)]", NULL},
        {"[objectKeys(createObject('b', 2, 'a', 1))]", "[`a`, `b`]"},
        {"[createObject('a')]", NULL},
        {"[createObject(1, 2)]", NULL},
        {"[createObject('a', 1, 'A', 2)]", "{`A`: 2}"},
        {"[shallowMerge(createArray(createObject('a', 1), createObject('a', 2)))]", "{`a`: 2}"},
        {"[tryGet(createObject('a', createArray(5)), 'a', 0)]", "5"},
        {"[tryGet(createObject('a', 1), 'b')]", "null"},
        {"[tryGet('a', 'b', 'c')]", "null"},
        {"[tryGet(createArray(1), 3)]", "null"},
        {"[indexFromEnd(createArray(1, 2), 1)]", "2"},
        {"[indexFromEnd(createArray(1), 2)]", NULL},
        {"[tryIndexFromEnd(createArray(1), 2)]", "null"},
        {"[length(field('properties.items[*].x'))]", "2"},
        {"[field('properties.items[*].x')]", "[1, ``]"},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void encodings(void **state)
{
    static const value_case cases[] = {
        {"[json('{\"a\": [1]}')]", "{`a`: [1]}"},
        {"[json('nul')]", NULL},
        {"[json('null')]", "null"},
        {"[base64('abc')]", "`YWJj`"},
        {"[base64('a')]", "`YQ==`"},
        {"[base64('')]", "``"},
        {"[base64ToString('YQ==')]", "`a`"},
        {"[base64ToString('YWI=')]", "`ab`"},
        {"[base64ToString('Y')]", NULL},
        {"[base64ToString('Y===')]", NULL},
        {"[base64ToString('YQ=a')]", NULL},
        {"[base64ToString('/w==')]", NULL},
        {"[base64ToJson('eyJhIjoxfQ==')]", "{`a`: 1}"},
        {"[uriComponent('a b/\xc3\xa4')]", "`a%20b%2F%C3%A4`"},
        {"[uriComponentToString('a%20b%2f')]", "`a b/`"},
        {"[uriComponentToString('%ff')]", NULL},
        {"[uriComponentToString('100%')]", "`100%`"},
        {"[dataUri('Hi')]", "`data:text/plain;charset=utf8;base64,SGk=`"},
        {"[dataUriToString('data:;base64,SGk=')]", "`Hi`"},
        {"[dataUriToString('data:,a%20b')]", "`a b`"},
        {"[dataUriToString('x')]", NULL},
        {"[uri('http://h.org/a/b', 'c')]", "`http://h.org/a/c`"},
        {"[uri('http://h.org/a/', 'c/d')]", "`http://h.org/a/c/d`"},
        {"[uri('http://h.org', 'c')]", "`http://h.org/c`"},
        {"[uri('http://h.org/a/b', '/c')]", "`http://h.org/c`"},
        {"[uniqueString('tyeth')]", "`zcztcwvu6iyg6`"},
        {"[uniqueString('hello', 'world')]", "`a7wkljktk6wne`"},
        {"[uniqueString('/subscriptions/3c7f956b-55ee-4686-9d30-da1eb631dc59/resourceGroups/rg-devopsshieldek010dev')]",
         "`fd63l2gacbtca`"},
        {"[uniqueString('test')]", "`rbgf3xv4ufgzg`"},
        {"[uniqueString(1)]", NULL},
        {"[guid('a', 'b')]", "`2d796349-8c7e-55ec-9624-54ece82ed031`"},
        {"[guid(padLeft('', 100, 'x'))]", "`c9f4a406-c04e-5138-8137-5a71684983e7`"},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void dates(void **state)
{
    static const value_case cases[] = {
        {"[utcNow()]", "`2026-11-23T08:00:00.0000000Z`"},
        {"[addDays(utcNow(), 30)]", "`2026-12-23T08:00:00Z`"},
        {"[addDays('2024-02-28', 1)]", "`2024-02-29T00:00:00Z`"},
        {"[addDays('2024-02-28T10:00:00.1200000+01:00', '-1')]", "`2024-02-27T09:00:00.12Z`"},
        {"[addDays('today', 1)]", NULL},
        {"[addDays('2024-02-28', 'x')]", NULL},
        {"[addDays('2024-02-28', 99999999)]", NULL},
        {"[addDays('0001-01-01', -1)]", NULL},
        {"[dateTimeToEpoch('1970-01-02T00:00:00Z')]", "86400"},
        {"[dateTimeFromEpoch(1683040573)]", "`2023-05-02T15:16:13Z`"},
        {"[dateTimeFromEpoch(99999999999999)]", NULL},
        {"[dateTimeAdd('2026-01-31', 'P1M')]", "`2026-02-28T00:00:00Z`"},
        {"[dateTimeAdd('2026-01-31T01:00:00Z', '-PT2H30M')]", "`2026-01-30T22:30:00Z`"},
        {"[dateTimeAdd('2026-01-31', 'P1Y2W3DT4S')]", "`2027-02-17T00:00:04Z`"},
        {"[dateTimeAdd('2026-01-31', '1M')]", NULL},
        {"[dateTimeAdd('2026-01-31', 'P')]", NULL},
        {"[dateTimeAdd('2026-01-31', 'P9999999Y')]", NULL},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

static void networks(void **state)
{
    static const value_case cases[] = {
        {"[ipRangeContains('10.0.0.0/8', '10.1.2.3')]", "true"},
        {"[ipRangeContains('10.0.0.0/8', '11.0.0.0/9')]", "false"},
        {"[ipRangeContains('10.0.0.0/16', '10.0.0.0/8')]", "false"},
        {"[ipRangeContains('10.0.0.1-10.0.0.9', '10.0.0.2-10.0.0.9')]", "true"},
        {"[ipRangeContains('10.0.0.7/8', '10.255.0.0/16')]", "true"},
        {"[ipRangeContains('0.0.0.0/0', '1.2.3.4')]", "true"},
        {"[ipRangeContains('2001:db8::/32', '2001:db8:1::1')]", "true"},
        {"[ipRangeContains('::/0', '::1-::2')]", "true"},
        {"[ipRangeContains('10.0.0.0/8', '::1')]", NULL},
        {"[ipRangeContains('10.0.0.9-10.0.0.1', '10.0.0.1')]", NULL},
        {"[ipRangeContains('', '10.0.0.1')]", NULL},
        {"[ipRangeContains('10.0.0.0/33', '10.0.0.1')]", NULL},
        {"[ipRangeContains('x', '10.0.0.1')]", NULL},
        {"[cidrSubnet('10.144.0.0/20', 24, 15)]", "`10.144.15.0/24`"},
        {"[cidrSubnet('10.144.0.0/20', 24, 16)]", NULL},
        {"[cidrSubnet('0.0.0.0/0', 0, 0)]", "`0.0.0.0/0`"},
        {"[cidrSubnet('::/0', 0, 1)]", NULL},
        {"[cidrSubnet('10.0.0.0/24', 20, 0)]", NULL},
        {"[cidrHost('10.144.3.0/24', 0)]", "`10.144.3.1`"},
        {"[cidrHost('10.144.3.0/24', 300)]", NULL},
        {"[cidrHost('10.0.0.1-10.0.0.2', 0)]", NULL},
        {"[parseCidr('10.144.0.0/20').netmask]", "`255.255.240.0`"},
        {"[parseCidr('10.144.0.0/20').firstUsable]", "`10.144.0.1`"},
        {"[parseCidr('10.144.0.0/20').lastUsable]", "`10.144.15.254`"},
        {"[parseCidr('10.144.0.0/20').broadcast]", "`10.144.15.255`"},
        {"[parseCidr('10.144.0.0/20').cidr]", "20"},
        {"[parseCidr('2001:db8::/32').network]", "`2001:db8::`"},
    };
    (void)state;
    check_values(cases, COUNT_OF(cases));
}

/* A text hidden behind a field is the same text: folding changes no value. */
static void folding_changes_nothing(void **state)
{
    static const char *const constant[] = {"[toUpper('hello')]",
                                           "[length('hello')]",
                                           "[concat('hello', 'hello')]",
                                           "[if(equals('hello', 'x'), 1, 2)]",
                                           "[and(equals('hello', 'hello'), true())]",
                                           "[coalesce('hello', 1)]",
                                           "[split('hello', 'l')]",
                                           "[createObject('a', 'hello')]"};
    (void)state;

    for (size_t i = 0; i < COUNT_OF(constant); i++) {
        char hidden[256] = "";
        case_run runs[2];
        apl_value values[2];
        size_t size = 0;
        for (const char *c = constant[i]; *c; c++) {
            bool is_text = strncmp(c, "'hello'", 7) == 0;
            size += (size_t)snprintf(hidden + size, sizeof hidden - size, "%.*s", is_text ? 24 : 1,
                                     is_text ? "field('properties.text')" : c);
            c += is_text ? 6 : 0;
        }
        assert_int_equal(value_of(&values[0], &runs[0], &(case_setting){0}, constant[i]), APL_OK);
        assert_int_equal(value_of(&values[1], &runs[1], &(case_setting){0}, hidden), APL_OK);
        assert_true(apl_value_equal(values[0], values[1]));
        case_end(&runs[0]);
        case_end(&runs[1]);
    }
}

static void json_around_expressions(void **state)
{
    case_run run;
    apl_compile compile = case_compile(&run, &(case_setting){.parameters = "{`p`: 5}"});
    apl_expression *compiled = NULL;
    apl_value value;
    (void)state;

    apl_value json = case_json(
        run.arena, "{`a`: [`[parameters('p')]`, {`b`: `[field('name')]`}, `[[x]`], `c`: {}, `d`: [], `e`: null}");
    assert_int_equal(apl_expression_compile(&compiled, &compile, json), APL_OK);
    case_prepare(&run, &(case_setting){0}, RESOURCE);
    assert_int_equal(apl_expression_eval(&value, compiled, &run.eval), APL_OK);
    assert_true(
        apl_value_equal(value, case_json(run.arena, "{`a`: [5, {`b`: `vm`}, `[x]`], `c`: {}, `d`: [], `e`: null}")));
    json = case_json(run.arena, "{`a`: [0, {`b`: `[nope()]`}]}");
    assert_int_equal(apl_expression_compile(&compiled, &compile, json), APL_E_CONTENT);
    assert_string_equal(apl_error_message(), "rule.json: if.a[1].b: unknown function 'nope'");
    case_end(&run);
}

static void functions_are_sorted_and_found(void **state)
{
    size_t count = 0;
    const apl_function *table = apl_function_table(&count);
    (void)state;

    for (size_t i = 0; i < count; i++) {
        apl_str name = apl_str_from(table[i].name);
        if (i)
            assert_true(apl_str_compare_nocase(apl_str_from(table[i - 1].name), name) < 0);
        assert_ptr_equal(apl_function_find(name), &table[i]);
        assert_string_equal(apl_expression_functions()[i], table[i].name);
        assert_true(table[i].arguments_min <= table[i].arguments_max);
        assert_int_equal(table[i].help[strlen(table[i].help) - 1], '.');
    }
    assert_null(apl_expression_functions()[count]);
    assert_null(apl_function_find(APL_STR("reference")));
}

/* A rule cannot make the evaluation use any amount of memory. */
static void results_are_limited(void **state)
{
    char text[4096] = "[concat('x'";
    size_t size = strlen(text);
    case_run run;
    apl_value value;
    (void)state;

    for (int i = 0; i < 40; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, ", substring(padLeft(field('name'), 1000000), 0, 1)");
    (void)snprintf(text + size, sizeof text - size, ")]");
    assert_int_equal(value_of(&value, &run, &(case_setting){0}, text), APL_E_LIMIT);
    case_end(&run);
    assert_int_equal(value_of(&value, &run, &(case_setting){0}, "[concat(padLeft('a', 900000), padLeft('b', 900000))]"),
                     APL_E_LIMIT);
    case_end(&run);
}

static void long_expressions_are_refused(void **state)
{
    size_t size = APL_EXPRESSION_CHARS_MAX + 16;
    char *text = apl_memory_new(size + 1);
    case_run run;
    apl_value value;
    (void)state;

    memset(text, 'a', size);
    memcpy(text, "['", 2);
    memcpy(text + size - 2, "']", 2);
    assert_int_equal(value_of(&value, &run, &(case_setting){0}, text), APL_E_LIMIT);
    case_end(&run);
    size = 0;
    text[0] = 0;
    for (int i = 0; i < APL_EXPRESSION_DEPTH_MAX + 1; i++)
        size += (size_t)snprintf(text + size, 16, i ? "concat(" : "[concat(");
    size += (size_t)snprintf(text + size, 16, "'a'");
    for (int i = 0; i < APL_EXPRESSION_DEPTH_MAX + 1; i++)
        size += (size_t)snprintf(text + size, 16, ")");
    (void)snprintf(text + size, 16, "]");
    assert_int_equal(value_of(&value, &run, &(case_setting){0}, text), APL_E_LIMIT);
    case_end(&run);
    apl_memory_free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax),
        cmocka_unit_test(wrong_syntax),
        cmocka_unit_test(logic),
        cmocka_unit_test(numbers),
        cmocka_unit_test(texts),
        cmocka_unit_test(texts_of_values),
        cmocka_unit_test(collections),
        cmocka_unit_test(encodings),
        cmocka_unit_test(dates),
        cmocka_unit_test(networks),
        cmocka_unit_test(folding_changes_nothing),
        cmocka_unit_test(json_around_expressions),
        cmocka_unit_test(functions_are_sorted_and_found),
        cmocka_unit_test(results_are_limited),
        cmocka_unit_test(long_expressions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
