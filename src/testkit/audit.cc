#include "testkit/audit.h"

#include "testkit/log_fetch.h"
#include "testkit/topics.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/offset_fetch.h"

#include <algorithm>
#include <utility>

namespace barnabas::testkit {
namespace {

/// From the beginning to the end, as one kind of reader.
awaitable<bool> read_log(WireClient* client, TopicPartition partition, bool committed,
                         FinalLog* to) {
    auto& found = committed ? to->committed : to->all;
    FetchFrom from{.partition = partition, .offset = Offset{0}, .committed = committed};
    for (;;) {
        const auto fetched = co_await fetch(client, from);
        if (!fetched || fetched->code != ErrorCode::none) {
            if (fetched && !comes_again(fetched->code)) {
                client->journal().complain(client->name(), "a fetch of {} was refused: {}",
                                           partition, fetched->code);
            }
            co_return false;
        }
        for (const auto& [offset, text] : fetched->records) {
            found.push_back({.offset = offset, .record = text.id});
        }
        to->last_stable = fetched->last_stable;
        to->end = fetched->high_watermark;
        if (fetched->next == from.offset) {
            co_return true;
        }
        from.offset = fetched->next;
    }
}

awaitable<bool> read_offsets(WireClient* client, Audit* to) {
    wire::OffsetFetchRequest request;
    request.require_stable = true;
    auto& group = request.groups.emplace_back();
    group.group_id = copiers_group;
    group.topics.reset();  // all
    const auto answer =
        co_await client->call<wire::OffsetFetchResponse>(std::move(request), std::int16_t{8});
    if (!answer || answer->body.groups.size() != 1 || answer->body.groups[0].error_code != 0) {
        co_return false;
    }
    for (const auto& topic : answer->body.groups[0].topics) {
        for (const auto& partition : topic.partitions) {
            if (partition.error_code != 0) {
                co_return false;
            }
            const TopicPartition key{.topic = topic.name,
                                     .partition = PartitionId{partition.partition_index}};
            to->group_offsets[key] = Offset{partition.committed_offset};
        }
    }
    co_return true;
}

awaitable<bool> read_open(WireClient* client, Audit* to) {
    wire::ListTransactionsRequest request;
    const auto answer =
        co_await client->call<wire::ListTransactionsResponse>(std::move(request), std::int16_t{1});
    if (!answer || answer->body.error_code != 0) {
        co_return false;
    }
    for (const auto& listed : answer->body.transaction_states) {
        const auto& state = listed.transaction_state;
        if (state != "Empty" && !state.starts_with("Complete")) {
            to->open[listed.transactional_id] = state;
        }
    }
    co_return true;
}

}  // namespace

bool Audit::is_at_rest() const {
    return open.empty() && std::ranges::all_of(logs, [](const auto& log) {
               return log.second.last_stable == log.second.end;
           });
}

awaitable<std::optional<Audit>> audit(WireClient* client) {
    Audit result;
    bool whole = true;
    for (const auto& partition : all_partitions()) {
        auto& log = result.logs[partition];
        whole = whole && co_await read_log(client, partition, false, &log);
        whole = whole && co_await read_log(client, partition, true, &log);
    }
    whole = whole && co_await read_offsets(client, &result);
    whole = whole && co_await read_open(client, &result);
    if (!whole) {
        co_return std::nullopt;
    }
    co_return result;
}

}  // namespace barnabas::testkit
