#include "client/consumer/subscription.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

using Phase = PartitionState::Phase;

// --- what is subscribed to -------------------------------------------------------------------

Result<> Subscription::become(Kind kind) {
    const bool by_hand = kind == Kind::by_hand;
    if (kind_ != Kind::none && by_hand != (kind_ == Kind::by_hand)) {
        return fail(ErrorCode::invalid_request, "this consumer {}; unsubscribe() before it {}",
                    by_hand ? "subscribes to topics" : "has partitions assigned by hand",
                    by_hand ? "is assigned partitions by hand" : "subscribes to topics");
    }
    kind_ = kind;
    ++changes_;
    return {};
}

Result<> Subscription::subscribe(std::set<std::string> topics) {
    TRY(become(Kind::topics));
    topics_ = std::move(topics);
    pattern_.clear();
    return {};
}

Result<> Subscription::subscribe_pattern(std::string pattern) {
    TRY(become(Kind::pattern));
    if (pattern != pattern_) {
        topics_.clear();
        pattern_ = std::move(pattern);
    }
    return {};
}

bool Subscription::matched(std::set<std::string> topics) {
    INVARIANT(kind_ == Kind::pattern, "topics matched without a pattern");
    const bool changed = topics != topics_;
    topics_ = std::move(topics);
    ++changes_;
    return changed;
}

Result<> Subscription::assign_by_hand(const std::vector<TopicPartition>& partitions) {
    for (const TopicPartition& partition : partitions) {
        if (partition.topic.empty() || partition.partition.get() < 0) {
            return fail(ErrorCode::invalid_request,
                        "\"{}\" partition {} cannot be assigned: a topic has a name and its "
                        "partitions count from 0",
                        partition.topic, partition.partition);
        }
    }
    TRY(become(Kind::by_hand));
    set_assignment(partitions);
    return {};
}

void Subscription::clear() {
    ++changes_;
    kind_ = Kind::none;
    topics_.clear();
    pattern_.clear();
    partitions_.clear();
}

void Subscription::set_assignment(const std::vector<TopicPartition>& partitions) {
    Partitions next;
    for (const TopicPartition& partition : partitions) {
        if (const auto known = partitions_.find(partition); known != partitions_.end()) {
            next.insert(std::move(*known));
        } else {
            next.try_emplace(partition, PartitionState{.stamp = new_stamp()});
        }
    }
    partitions_ = std::move(next);
    ++changes_;
}

void Subscription::remove(const std::vector<TopicPartition>& partitions) {
    for (const TopicPartition& partition : partitions) {
        partitions_.erase(partition);
    }
    ++changes_;
}

std::vector<TopicPartition> Subscription::assignment() const {
    std::vector<TopicPartition> all;
    all.reserve(partitions_.size());
    for (const auto& [partition, state] : partitions_) {
        all.push_back(partition);
    }
    return all;
}

PartitionState* Subscription::find(const TopicPartition& partition) {
    const auto found = partitions_.find(partition);
    return found == partitions_.end() ? nullptr : &found->second;
}

const PartitionState* Subscription::find(const TopicPartition& partition) const {
    const auto found = partitions_.find(partition);
    return found == partitions_.end() ? nullptr : &found->second;
}

Result<PartitionState*> Subscription::assigned(const TopicPartition& partition) {
    PartitionState* state = find(partition);
    if (state == nullptr) {
        return fail(ErrorCode::invalid_request, "{} is not assigned to this consumer", partition);
    }
    return state;
}

// --- positions -------------------------------------------------------------------------------

void Subscription::go_to(PartitionState& state, const OffsetAndMetadata& position) {
    state.position = {.offset = position.offset, .leader_epoch = position.leader_epoch};
    state.fetch_offset = position.offset;
    state.fetch_epoch = position.leader_epoch;
    state.stamp = new_stamp();
    state.asking = false;
    state.retry_at = {};
    state.queued_bytes = 0;
    state.preferred_replica.reset();
    state.phase = Phase::fetching;
}

void Subscription::seek(PartitionState& state, const OffsetAndMetadata& position) {
    INVARIANT(position.offset.get() >= 0, "a position of {}", position.offset);
    state.leader_epoch.reset();
    go_to(state, position);
}

void Subscription::request_reset(PartitionState& state, const ResetTarget& target) {
    state.phase = Phase::await_reset;
    state.reset = target;
    state.stamp = new_stamp();
    state.asking = false;
    state.retry_at = {};
    state.queued_bytes = 0;
    state.preferred_replica.reset();
}

Result<> Subscription::reset_by_policy(const TopicPartition& partition, PartitionState& state,
                                       Timestamp now) {
    if (const auto target = policy_.target(now)) {
        request_reset(state, *target);
        return {};
    }
    if (state.phase == Phase::initializing) {
        return fail(ErrorCode::offset_out_of_range,
                    "{} has no committed offset and auto.offset.reset is \"none\": seek() says "
                    "where to begin",
                    partition);
    }
    return fail(ErrorCode::offset_out_of_range,
                "{} has no offset {} any more and auto.offset.reset is \"none\": seek() says where "
                "to go on",
                partition, state.fetch_offset);
}

void Subscription::reset_found(const TopicPartition& partition, const ResetTarget& target,
                               const OffsetAndMetadata& found,
                               std::optional<LeaderEpoch> leader_epoch) {
    PartitionState* state = find(partition);
    if (state == nullptr || state->phase != Phase::await_reset || state->reset != target) {
        return;  // somebody sought elsewhere meanwhile
    }
    state->leader_epoch = leader_epoch;  // the leader itself found it: nothing to validate
    go_to(*state, found);
}

void Subscription::consumed(const TopicPartition& partition, std::uint64_t stamp,
                            const OffsetAndMetadata& next) {
    PartitionState* state = find(partition);
    if (state == nullptr || state->stamp != stamp || next.offset < state->position.offset) {
        return;
    }
    INVARIANT(next.offset <= state->fetch_offset, "{} consumed to {}, fetched to {}", partition,
              next.offset, state->fetch_offset);
    state->position.offset = next.offset;
    if (next.leader_epoch) {
        state->position.leader_epoch = next.leader_epoch;
    }
}

void Subscription::leader_changed(PartitionState& state, LeaderEpoch epoch) {
    if (!state.has_position() || (state.leader_epoch && epoch <= *state.leader_epoch)) {
        return;
    }
    state.leader_epoch = epoch;
    if (state.fetch_epoch) {
        state.phase = Phase::await_validation;
        state.asking = false;
        state.retry_at = {};
    }
}

Result<> Subscription::validated(const TopicPartition& partition, const PartitionState& asked,
                                 LeaderEpoch epoch, Offset end_offset, Timestamp now) {
    PartitionState* state = find(partition);
    if (state == nullptr || state->stamp != asked.stamp ||
        state->leader_epoch != asked.leader_epoch || state->phase != Phase::await_validation) {
        return {};
    }
    state->asking = false;
    if (epoch == no_epoch || end_offset == no_offset) {
        return reset_by_policy(partition, *state, now);
    }
    if (end_offset >= state->fetch_offset) {
        state->phase = Phase::fetching;
        return {};
    }
    if (policy_.kind == ResetPolicy::Kind::none) {
        return fail(ErrorCode::offset_out_of_range,
                    "{} was cut behind what was read: epoch {} ends at {}, the position is {}; "
                    "seek() says where to go on",
                    partition, epoch, end_offset, state->fetch_offset);
    }
    const auto known = state->leader_epoch;
    go_to(*state, {.offset = std::min(end_offset, state->position.offset), .leader_epoch = epoch});
    state->leader_epoch = known;
    state->phase = Phase::fetching;
    return {};
}

void Subscription::cannot_validate(const TopicPartition& partition, std::uint64_t stamp) {
    PartitionState* state = find(partition);
    if (state != nullptr && state->stamp == stamp && state->phase == Phase::await_validation) {
        state->asking = false;
        state->phase = Phase::fetching;
    }
}

// --- questions -------------------------------------------------------------------------------

OffsetMap Subscription::consumed_offsets() const {
    OffsetMap offsets;
    for (const auto& [partition, state] : partitions_) {
        if (state.has_position()) {
            offsets.emplace(partition, state.position);
        }
    }
    return offsets;
}

std::vector<TopicPartition> Subscription::waiting(Phase phase, Time now) const {
    std::vector<TopicPartition> due;
    for (const auto& [partition, state] : partitions_) {
        if (state.phase == phase && !state.asking && !state.revoking && state.retry_at <= now) {
            due.push_back(partition);
        }
    }
    return due;
}

Time Subscription::next_retry(Time now) const {
    Time next = never;
    for (const auto& [partition, state] : partitions_) {
        if (!state.asking && state.retry_at > now) {
            next = std::min(next, state.retry_at);
        }
    }
    return next;
}

std::optional<std::int64_t> Subscription::lag(const TopicPartition& partition,
                                              IsolationLevel isolation) const {
    const PartitionState* state = find(partition);
    if (state == nullptr || !state->has_position()) {
        return std::nullopt;
    }
    const Offset end = isolation == IsolationLevel::read_committed ? state->last_stable_offset
                                                                   : state->high_watermark;
    if (end == no_offset) {
        return std::nullopt;
    }
    return std::max<std::int64_t>(end - state->position.offset, 0);
}

}  // namespace barnabas::client
