#pragma once

#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/group_partition.h"
#include "broker/coordinators/transaction_partition.h"
#include "broker/handlers/call.h"
#include "coordinator/outcome.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string_view>
#include <utility>

namespace barnabas::broker {

/// Who asks, as groups show it; with a random id for a member that has none.
[[nodiscard]] coordinator::Client client_of(const Call& call);

/// A coordinator's partition, the shard that owns it, or why there is none here:
/// not_coordinator, as in Kafka, while there is no such topic: who asks for it makes it.
struct LocatedCoordinator {
    BrokerShard* owner = nullptr;
    PartitionId number{0};
    std::optional<Error> error;  // if there is no owner
};
[[nodiscard]] LocatedCoordinator locate_group(const Call& call, std::string_view group);
[[nodiscard]] LocatedCoordinator locate_transaction(const Call& call, std::string_view id);

/// unsupported_version unless this broker serves the consumer protocol, and the cluster has it on.
[[nodiscard]] Result<void> check_consumer_protocol(const Call& call);

/// unsupported_version unless the cluster has share groups on.
[[nodiscard]] Result<void> check_share_groups(const Call& call);

/// Runs `work(GroupPartition&)`, a coroutine that answers a Reply, on the shard of the group's
/// coordinator; `refuse(Error)` makes the reply if there is none here. What `work` refers to lives
/// in the awaiting coroutine.
template <class Reply, class Work, class Refuse>
awaitable<Reply> on_group(Call& call, std::string_view group, Work work, Refuse refuse) {
    const auto at = locate_group(call, group);
    if (at.owner == nullptr) {
        co_return refuse(*at.error);
    }
    auto run = [&at, &work, &refuse]() -> awaitable<Reply> {
        auto found = at.owner->coordinators->group(at.number);
        if (!found) {
            co_return refuse(std::move(found.error()));
        }
        const auto partition = std::move(*found);  // stays while the request does
        co_return co_await work(*partition);
    };
    co_return co_await runtime::await_on(call.home.shard, at.owner->shard, run);
}

/// The same for transactions.
template <class Reply, class Work, class Refuse>
awaitable<Reply> on_transaction(Call& call, std::string_view id, Work work, Refuse refuse) {
    const auto at = locate_transaction(call, id);
    if (at.owner == nullptr) {
        co_return refuse(*at.error);
    }
    auto run = [&at, &work, &refuse]() -> awaitable<Reply> {
        auto found = at.owner->coordinators->transactions(at.number);
        if (!found) {
            co_return refuse(std::move(found.error()));
        }
        const auto partition = std::move(*found);
        co_return co_await work(*partition);
    };
    co_return co_await runtime::await_on(call.home.shard, at.owner->shard, run);
}

}  // namespace barnabas::broker
