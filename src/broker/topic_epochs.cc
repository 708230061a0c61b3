// Leader epochs. Whoever leads a partition whose log may have lost records that clients were shown
// begins a new one: a consumer that comes with the old one is told so (FENCED_LEADER_EPOCH), asks
// where that ended, and sees that it is ahead of the log (KIP-320). Without it, it would skip what
// is written in place of what was lost: behind the marker of a transaction, say, that was fetched
// and went with the power. Kafka's controller begins one whenever it elects a leader, at each start
// too. Here logs that were closed in order go on with theirs: nothing is lost, and the first record
// after the start has no checkpoint of epochs to write.
#include "broker/topic_service.h"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

namespace barnabas::broker {
namespace {

/// As many are stored in one step.
constexpr std::size_t stored_at_once_max = 1000;
constexpr LeaderEpoch last_epoch{std::numeric_limits<std::int32_t>::max()};

std::size_t index_of(PartitionId partition) {
    return static_cast<std::size_t>(partition.get());
}

}  // namespace

/// What the store says of it, or nullptr.
const metadata::PartitionStateNode* TopicService::state_of(const TopicPartition& of) const {
    const auto topic = stored_.find(of.topic);
    const auto number = index_of(of.partition);
    if (topic == stored_.end() || number >= topic->second.states.size()) {
        return nullptr;
    }
    const auto& state = topic->second.states[number];
    return state ? &*state : nullptr;
}

/// What was announced is not taken back: neither what is stored, nor what Kafka's leaders wrote
/// into the log before us.
LeaderEpoch TopicService::leader_epoch(const TopicPartition& partition) const {
    const auto found = leader_epochs_.find(partition);
    const LeaderEpoch known = found == leader_epochs_.end() ? LeaderEpoch{0} : found->second;
    const auto* state = state_of(partition);
    return state == nullptr ? known : std::max(known, state->leader_epoch);
}

/// Those of logs that may lack records. One that nobody has a state of was led by nobody.
TopicService::NewEpochs TopicService::new_epochs(const OpenLogs& logs) const {
    NewEpochs epochs;
    for (const auto& [id, log] : logs) {
        const auto& partition = log->partition();
        if (!log->may_lack_records() || state_of(partition) == nullptr ||
            stored_.at(partition.topic).node.id != id) {
            continue;
        }
        const auto epoch = std::max(leader_epoch(partition), log->epochs().latest());
        if (epoch < last_epoch) {
            epochs.emplace_back(partition, LeaderEpoch{epoch.get() + 1});
        }
    }
    return epochs;
}

/// Stored before anybody hears of it: else another start could begin the same one again, with
/// other records.
awaitable<Result<void>> TopicService::begin_epochs(NewEpochs epochs) {
    for (std::size_t done = 0; done < epochs.size(); done += stored_at_once_max) {
        const auto count = std::min(stored_at_once_max, epochs.size() - done);
        std::vector<metadata::Op> ops;
        const auto some = std::span(epochs).subspan(done, count);
        for (const auto& [partition, epoch] : some) {
            auto state = *state_of(partition);
            state.leader_epoch = epoch;
            state.controller_epoch = controller_epoch_;
            ops.emplace_back(metadata::SetOp{
                .path = metadata::paths::partition_state(partition.topic, partition.partition),
                .data = metadata::encode(state)});
        }
        if (auto stored = co_await store_ops(std::move(ops)); !stored) {
            co_return fail(stored.error().code, "new leader epochs cannot be stored: {}",
                           stored.error().message);
        }
        for (const auto& [partition, epoch] : some) {
            if (state_of(partition) != nullptr) {
                auto& state = *stored_.at(partition.topic).states[index_of(partition.partition)];
                state.leader_epoch = epoch;
                state.controller_epoch = controller_epoch_;
            }
        }
    }
    if (!epochs.empty()) {
        ports_.log.info(
            "{} partitions begin a new leader epoch: their logs were not closed in order",
            epochs.size());
    }
    co_return Result<void>();
}

}  // namespace barnabas::broker
