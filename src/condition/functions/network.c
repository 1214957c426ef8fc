/* condition/functions/network.c: address ranges.
 *
 * A range is one address, a CIDR range or `first-last`, of IPv4 or IPv6. An IPv4 address is kept in the low 32 bits of
 * 128. Microsoft: "Azure Policy definition structure", ipRangeContains: empty ranges and mixed families fail. */
#include <arpa/inet.h>
#include <stdio.h>

#include "condition/program.h"

typedef unsigned __int128 address;

typedef struct range {
    address first;
    address last;
    int bits;   /* 32 or 128 */
    int prefix; /* of a CIDR range; bits of an address; -1 for first-last */
} range;

#define ADDRESS_TEXT_MAX INET6_ADDRSTRLEN

static bool parse_address(address *out, int *bits, apl_str text)
{
    char copy[ADDRESS_TEXT_MAX];
    unsigned char bytes[16];

    text = apl_str_trim(text);
    if (text.size == 0 || text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = 0;
    *bits = memchr(copy, ':', text.size) ? 128 : 32;
    if (inet_pton(*bits == 32 ? AF_INET : AF_INET6, copy, bytes) != 1)
        return false;
    *out = 0;
    for (int i = 0; i < *bits / 8; i++)
        *out = *out << 8 | bytes[i];
    return true;
}

static address host_mask(int bits, int prefix)
{
    int free_bits = bits - prefix;

    if (free_bits == 0)
        return 0;
    return free_bits == 128 ? ~(address)0 : ((address)1 << free_bits) - 1;
}

static bool parse_prefix(int *out, apl_str text, int bits)
{
    int number = 0;

    if (text.size == 0 || text.size > 3)
        return false;
    for (uint32_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (text.data[i] - '0');
    }
    *out = number;
    return number <= bits;
}

static bool parse_range(range *out, apl_str text)
{
    long slash = apl_str_find(text, APL_STR("/"));
    long dash = apl_str_find(text, APL_STR("-"));
    int last_bits = 0;

    if (slash >= 0) {
        if (!parse_address(&out->first, &out->bits, apl_str_slice(text, 0, (size_t)slash)) ||
            !parse_prefix(&out->prefix, apl_str_slice(text, (size_t)slash + 1, text.size), out->bits))
            return false;
        address mask = host_mask(out->bits, out->prefix);
        out->first &= ~mask;
        out->last = out->first | mask;
        return true;
    }
    if (dash >= 0) {
        out->prefix = -1;
        return parse_address(&out->first, &out->bits, apl_str_slice(text, 0, (size_t)dash)) &&
               parse_address(&out->last, &last_bits, apl_str_slice(text, (size_t)dash + 1, text.size)) &&
               last_bits == out->bits && out->first <= out->last;
    }
    if (!parse_address(&out->first, &out->bits, text))
        return false;
    out->last = out->first;
    out->prefix = out->bits;
    return true;
}

static apl_status need_range(range *out, const apl_call *call, uint32_t argument)
{
    apl_str text;
    apl_status status = apl_call_need_text(&text, call, argument);

    if (status == APL_OK && !parse_range(out, apl_str_trim(text)))
        status = apl_fail(APL_E_INPUT, "%s(): '%.*s' is no address range", call->function->name,
                          (int)(text.size < 80 ? text.size : 80), text.data);
    return status;
}

apl_status apl_fn_ip_range_contains(apl_value *out, const apl_call *call)
{
    range outer;
    range inner;
    apl_status status = need_range(&outer, call, 0);

    if (status == APL_OK)
        status = need_range(&inner, call, 1);
    if (status != APL_OK)
        return status;
    if (outer.bits != inner.bits)
        return apl_fail(APL_E_INPUT, "ipRangeContains(): one range is IPv4, the other IPv6");
    *out = apl_value_bool(outer.first <= inner.first && inner.last <= outer.last);
    return APL_OK;
}

/* The address as text, with /prefix behind it unless that is negative. */
static apl_status give_address(apl_value *out, const apl_call *call, address value, range like)
{
    unsigned char bytes[16];
    char text[ADDRESS_TEXT_MAX + 8];

    for (int i = like.bits / 8 - 1; i >= 0; i--) {
        bytes[i] = (unsigned char)(value & 0xFF);
        value >>= 8;
    }
    if (inet_ntop(like.bits == 32 ? AF_INET : AF_INET6, bytes, text, ADDRESS_TEXT_MAX) == NULL)
        return apl_fail(APL_E_INPUT, "%s(): the result is no address", call->function->name);
    size_t size = strlen(text);
    if (like.prefix >= 0)
        (void)snprintf(text + size, sizeof text - size, "/%d", like.prefix);
    return apl_call_text(out, call, apl_str_from(text));
}

static apl_status need_cidr(range *out, const apl_call *call)
{
    apl_status status = need_range(out, call, 0);

    if (status == APL_OK && out->prefix < 0)
        status = apl_fail(APL_E_INPUT, "%s(): the range must be written as address/prefix", call->function->name);
    return status;
}

apl_status apl_fn_cidr_subnet(apl_value *out, const apl_call *call)
{
    range network;
    int64_t prefix = 0;
    int64_t number = 0;
    apl_status status = need_cidr(&network, call);

    if (status == APL_OK)
        status = apl_call_need_integer(&prefix, call, 1);
    if (status == APL_OK)
        status = apl_call_need_integer(&number, call, 2);
    if (status != APL_OK)
        return status;
    if (prefix < network.prefix || prefix > network.bits || number < 0)
        return apl_fail(APL_E_INPUT, "cidrSubnet(): a subnet /%lld does not fit in /%d", (long long)prefix,
                        network.prefix);
    address offset = (uint64_t)number * (host_mask(network.bits, (int)prefix) + (address)1);
    bool is_whole = prefix == 0; /* the one subnet of everything: its size is past 128 bits */
    if ((is_whole && number > 0) || (!is_whole && offset > network.last - network.first))
        return apl_fail(APL_E_INPUT, "cidrSubnet(): there is no subnet %lld", (long long)number);
    address first = network.first + (is_whole ? 0 : offset);
    network.prefix = (int)prefix;
    return give_address(out, call, first, network);
}

apl_status apl_fn_cidr_host(apl_value *out, const apl_call *call)
{
    range network;
    int64_t number = 0;
    apl_status status = need_cidr(&network, call);

    if (status == APL_OK)
        status = apl_call_need_integer(&number, call, 1);
    if (status != APL_OK)
        return status;
    address first = network.first;
    if (network.bits - network.prefix > 1)
        first++;
    if (number < 0 || (uint64_t)number > network.last - first)
        return apl_fail(APL_E_INPUT, "cidrHost(): there is no host %lld", (long long)number);
    network.prefix = -1;
    first += (uint64_t)number;
    return give_address(out, call, first, network);
}

apl_status apl_fn_parse_cidr(apl_value *out, const apl_call *call)
{
    range network;
    apl_member *members = NULL;
    apl_status status = need_cidr(&network, call);

    if (status == APL_OK)
        status = apl_call_members(&members, call, 7);
    if (status != APL_OK)
        return status;
    range plain = network;
    plain.prefix = -1;
    bool is_ipv4 = network.bits == 32;
    range usable = network;
    if (network.bits - network.prefix > 1) { /* the first and the last address are no hosts */
        usable.first++;
        if (is_ipv4)
            usable.last--;
    }
    const struct {
        const char *name;
        address value;
        bool is_given;
    } parts[] = {
        {"network", network.first, true},     {"netmask", ~host_mask(network.bits, network.prefix), true},
        {"broadcast", network.last, is_ipv4}, {"firstUsable", usable.first, true},
        {"lastUsable", usable.last, true},
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && status == APL_OK; i++) {
        if (!parts[i].is_given)
            continue;
        members[count].key = apl_str_from(parts[i].name);
        status = give_address(&members[count++].value, call, parts[i].value, plain);
    }
    members[count++] = (apl_member){APL_STR("cidr"), apl_value_integer(network.prefix)};
    *out = apl_value_object(members, count);
    return status;
}
