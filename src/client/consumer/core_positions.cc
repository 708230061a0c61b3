// The part of ConsumerCore that finds positions: committed ones, those of a reset, and whether a
// position still stands in the leader's log.
#include "client/cluster/answer_source.h"
#include "client/cluster/stale_knowledge.h"
#include "client/consumer/consumer_core.h"

#include <utility>

namespace barnabas::client {

using Phase = PartitionState::Phase;

void ConsumerCore::start_positions(Time at) {
    if (auto fresh = subscription_.waiting(Phase::initializing, at); !fresh.empty()) {
        if (config_.group_id) {
            for (const TopicPartition& partition : fresh) {
                subscription_.find(partition)->asking = true;
            }
            tasks_.spawn(initialize(std::move(fresh)));
        } else {
            initialized(fresh, {});
        }
    }
    for (auto& [leader, partitions] :
         by_leader(subscription_.waiting(Phase::await_reset, at), at)) {
        tasks_.spawn(reset(leader, std::move(partitions)));
    }
    for (auto& [leader, partitions] :
         by_leader(subscription_.waiting(Phase::await_validation, at), at)) {
        tasks_.spawn(validate(leader, std::move(partitions)));
    }
}

/// Those that have a leader, and are being asked about from now on. The others wait for metadata.
std::map<BrokerId, std::vector<TopicPartition>> ConsumerCore::by_leader(
    const std::vector<TopicPartition>& partitions, Time at) {
    std::map<BrokerId, std::vector<TopicPartition>> all;
    for (const TopicPartition& partition : partitions) {
        PartitionState& state = *subscription_.find(partition);
        const auto* known = cluster_.metadata().partition(partition);
        if (known == nullptr || known->leader == no_broker) {
            state.retry_at = at + config_.common.retry_backoff;
            state.leaderless = true;
            cluster_.metadata().request_update();
            cluster_.poke();
        } else {
            state.asking = true;
            state.leaderless = false;
            all[known->leader].push_back(partition);
        }
    }
    return all;
}

void ConsumerCore::retry_later(const std::vector<TopicPartition>& partitions, Phase phase) {
    for (const TopicPartition& partition : partitions) {
        PartitionState* state = subscription_.find(partition);
        if (state != nullptr && state->phase == phase && state->asking) {
            state->asking = false;
            state->retry_at = now() + config_.common.retry_backoff;
        }
    }
    poke();
}

awaitable<void> ConsumerCore::initialize(std::vector<TopicPartition> partitions) {
    const auto offsets = co_await committed(partitions, now() + config_.common.request_timeout);
    if (!offsets) {
        if (position_trouble_ != offsets.error().message) {  // not with each of many tries
            log_.warn("committed offsets are not known yet, and asked for again: {}",
                      offsets.error().message);
        }
        position_trouble_ = offsets.error().message;
        if (!worth_another_try(offsets.error().code) &&
            offsets.error().code != ErrorCode::unknown_member_id &&
            offsets.error().code != ErrorCode::stale_member_epoch) {
            report_error(offsets.error());
        }
        retry_later(partitions, Phase::initializing);
        co_return;
    }
    position_trouble_.clear();
    initialized(partitions, *offsets);
    poke();
}

void ConsumerCore::initialized(const std::vector<TopicPartition>& partitions,
                               const OffsetMap& committed) {
    for (const TopicPartition& partition : partitions) {
        PartitionState* state = subscription_.find(partition);
        if (state == nullptr || state->phase != Phase::initializing) {
            continue;  // given up, or sought, meanwhile
        }
        state->asking = false;
        if (const auto found = committed.find(partition); found != committed.end()) {
            subscription_.seek(*state, found->second);
        } else if (auto reset = subscription_.reset_by_policy(partition, *state,
                                                              cluster_.shard().clock().wall());
                   !reset) {
            state->retry_at = now() + config_.common.retry_backoff;
            report_error(std::move(reset.error()));
        }
    }
}

awaitable<void> ConsumerCore::reset(BrokerId leader, std::vector<TopicPartition> partitions) {
    std::vector<OffsetQuestion> questions;
    std::map<TopicPartition, ResetTarget> targets;
    for (const TopicPartition& partition : partitions) {
        const ResetTarget target = subscription_.find(partition)->reset;
        const auto* known = cluster_.metadata().partition(partition);
        targets.emplace(partition, target);
        questions.push_back({.partition = partition,
                             .timestamp = timestamp_of(target),
                             .leader_epoch = known != nullptr ? known->leader_epoch : no_epoch});
    }
    auto request =
        list_offsets_request(questions, config_.isolation, config_.common.request_timeout);
    const CallOptions options{.deadline = now() + config_.common.request_timeout,
                              .versions = list_offsets_versions(config_.isolation)};
    const auto answer = co_await cluster_.call(leader, std::move(request), options);
    if (!answer) {
        log_.debug("offsets are asked for again: {}", answer.error().message);
        position_trouble_ = answer.error().message;
        cluster_.metadata().request_update();
        cluster_.poke();
        retry_later(partitions, Phase::await_reset);
        co_return;
    }
    const auto answers = read_list_offsets(answer->message);
    for (const OffsetQuestion& question : questions) {
        const auto found = answers.find(question.partition);
        const ErrorCode code =
            found == answers.end() ? ErrorCode::unknown_server_error : found->second.error;
        const ResetTarget& target = targets.at(question.partition);
        if (code == ErrorCode::none && found->second.offset != no_offset) {
            const auto epoch = question.leader_epoch == no_epoch
                                   ? std::nullopt
                                   : std::optional(question.leader_epoch);
            subscription_.reset_found(
                question.partition, target,
                {.offset = found->second.offset, .leader_epoch = found->second.leader_epoch},
                epoch);
        } else if (code == ErrorCode::none) {
            if (PartitionState* state = subscription_.find(question.partition);
                state != nullptr && state->phase == Phase::await_reset && state->reset == target) {
                // No record is that late: the end.
                subscription_.request_reset(*state, {.kind = ResetTarget::Kind::latest});
            }
        } else if (is_retriable(code) || means_stale_metadata(code)) {
            position_trouble_ =
                fmt::format("{} ({})", error_name(code), source_of(cluster_, *answer));
            cluster_.metadata().request_update();
            cluster_.poke();
        } else {
            report_error({code, fmt::format("the offset of {} to go on from is not known: {} ({})",
                                            question.partition, error_name(code),
                                            source_of(cluster_, *answer))});
        }
    }
    retry_later(partitions, Phase::await_reset);
}

awaitable<void> ConsumerCore::validate(BrokerId leader, std::vector<TopicPartition> partitions) {
    std::vector<EpochQuestion> questions;
    std::map<TopicPartition, PartitionState> asked;
    for (const TopicPartition& partition : partitions) {
        const PartitionState& state = *subscription_.find(partition);
        asked.emplace(partition, state);
        questions.push_back({.partition = partition,
                             .epoch = state.fetch_epoch.value_or(no_epoch),
                             .leader_epoch = state.leader_epoch.value_or(no_epoch)});
    }
    const CallOptions options{.deadline = now() + config_.common.request_timeout,
                              .versions = epoch_versions};
    const auto answer = co_await cluster_.call(leader, epoch_request(questions), options);
    if (!answer && answer.error().code == ErrorCode::unsupported_version) {
        for (const auto& [partition, state] : asked) {
            subscription_.cannot_validate(partition, state.stamp);
        }
    } else if (!answer) {
        log_.debug("positions are validated again: {}", answer.error().message);
        position_trouble_ = answer.error().message;
        cluster_.metadata().request_update();
        cluster_.poke();
    } else {
        const auto answers = read_epochs(answer->message);
        for (const auto& [partition, found] : answers) {
            const auto before = asked.find(partition);
            if (before == asked.end()) {
                continue;
            }
            if (found.error == ErrorCode::none) {
                auto valid =
                    subscription_.validated(partition, before->second, found.epoch,
                                            found.end_offset, cluster_.shard().clock().wall());
                if (!valid) {
                    report_error(std::move(valid.error()));
                }
            } else if (is_retriable(found.error) || means_stale_metadata(found.error)) {
                cluster_.metadata().request_update();
                cluster_.poke();
            } else {
                report_error(
                    {found.error,
                     fmt::format("the position in {} cannot be validated: {} ({})", partition,
                                 error_name(found.error), source_of(cluster_, *answer))});
            }
        }
    }
    retry_later(partitions, Phase::await_validation);
}

}  // namespace barnabas::client
