/* net/schedule.c: who of those that wait may start.
 *
 * Lanes take turns, so that no subscription starves another. A call may start when its lane, its host and the client
 * have a place. Calls that wait for their next attempt stand aside in a heap and go to the front of their lane when
 * their time has come, because their callers wait longest. */
#include "net/internal.h"

void apl_schedule_put(apl_net *net, apl_call *call, bool at_start)
{
    apl_lane_queue *queue = &net->lanes.items[call->lane];

    if (at_start) {
        call->next = queue->first;
        queue->first = call;
        if (queue->last == NULL)
            queue->last = call;
    } else {
        call->next = NULL;
        if (queue->last)
            queue->last->next = call;
        else
            queue->first = call;
        queue->last = call;
    }
    if (!queue->is_active) {
        queue->is_active = true;
        APL_PUSH(&net->active, call->lane);
    }
}

static bool is_before(const apl_call *a, const apl_call *b)
{
    return a->ready_ms != b->ready_ms ? a->ready_ms < b->ready_ms : a->number < b->number;
}

void apl_schedule_later(apl_net *net, apl_call *call)
{
    size_t at = net->later.count;

    APL_PUSH(&net->later, call);
    while (at > 0) {
        size_t above = (at - 1) / 2;
        if (!is_before(call, net->later.items[above]))
            break;
        net->later.items[at] = net->later.items[above];
        at = above;
    }
    net->later.items[at] = call;
}

static apl_call *take_earliest(apl_net *net)
{
    apl_call *earliest = net->later.items[0];
    apl_call *moved = net->later.items[--net->later.count];
    size_t count = net->later.count;
    size_t at = 0;

    while (2 * at + 1 < count) {
        size_t below = 2 * at + 1;
        if (below + 1 < count && is_before(net->later.items[below + 1], net->later.items[below]))
            below++;
        if (!is_before(net->later.items[below], moved))
            break;
        net->later.items[at] = net->later.items[below];
        at = below;
    }
    if (count)
        net->later.items[at] = moved;
    return earliest;
}

static void wake(apl_net *net, uint64_t now_ms)
{
    while (net->later.count && net->later.items[0]->ready_ms <= now_ms)
        apl_schedule_put(net, take_earliest(net), true);
}

static apl_call *take_first(apl_net *net, size_t active_index)
{
    apl_lane_queue *queue = &net->lanes.items[net->active.items[active_index]];
    apl_call *call = queue->first;

    queue->first = call->next;
    call->next = NULL;
    if (queue->first == NULL) {
        queue->last = NULL;
        queue->is_active = false;
        net->active.items[active_index] = net->active.items[--net->active.count];
    }
    return call;
}

apl_call *apl_schedule_take(apl_net *net, uint64_t now_ms, uint64_t *wait_ms)
{
    *wait_ms = APL_NET_LANE_FULL;
    wake(net, now_ms);
    if (net->later.count)
        *wait_ms = net->later.items[0]->ready_ms - now_ms;
    if (net->in_flight >= net->settings.in_flight_max)
        return NULL;
    for (size_t i = 0; i < net->active.count; i++) {
        size_t index = (net->turn + i) % net->active.count;
        apl_lane_queue *queue = &net->lanes.items[net->active.items[index]];
        uint64_t wait = apl_net_lane_wait(&queue->lane, now_ms);
        if (wait < *wait_ms && wait > 0)
            *wait_ms = wait;
        if (wait > 0 || net->hosts.items[queue->first->host].in_flight >= net->settings.host_in_flight_max)
            continue;
        net->turn = index + 1;
        return take_first(net, index);
    }
    return NULL;
}

apl_call *apl_schedule_drop(apl_net *net)
{
    if (net->later.count)
        return take_earliest(net);
    return net->active.count ? take_first(net, 0) : NULL;
}
