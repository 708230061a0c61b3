// The part of ConsumerCore about offsets: committed ones, and those that a log has.
#include "client/cluster/answer_source.h"
#include "client/cluster/stale_knowledge.h"
#include "client/consumer/consumer_core.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace barnabas::client {

// --- committed offsets -------------------------------------------------------------------------

Result<> ConsumerCore::need_group(std::string_view what) const {
    if (!config_.group_id) {
        return fail(ErrorCode::invalid_group_id, "{} needs a group.id in the configuration", what);
    }
    return {};
}

/// Kafka's consumer refuses it as well (CommitFailedException): as nobody's, the broker would take
/// offsets of a member that was thrown out, as soon as its group is empty.
Result<> ConsumerCore::may_commit() const {
    TRY(need_group("a commit"));
    if (subscription_.in_group() && membership_ && membership_->identity().generation_id < 0) {
        return fail(ErrorCode::unknown_member_id,
                    "offsets cannot be committed while the consumer is no member of group \"{}\": "
                    "it has not joined yet, or was thrown out (it polled later than "
                    "max.poll.interval.ms, {} ms, or its heartbeats did not arrive)",
                    *config_.group_id, config_.poll_interval_max / 1ms);
    }
    return {};
}

void ConsumerCore::queue_commit(OffsetMap offsets, Time deadline, CommitQueue::Done done) {
    commits_.add(std::move(offsets), deadline, std::move(done));
    if (!committing_) {
        committing_ = true;
        tasks_.spawn(run_commits());
    }
}

void ConsumerCore::auto_commit(Time at) {
    if (!config_.auto_commit || auto_commit_at_ > at) {
        return;
    }
    auto_commit_at_ = at + config_.auto_commit_interval;
    auto offsets = subscription_.consumed_offsets();
    if (!offsets.empty()) {
        queue_commit(
            std::move(offsets), at + config_.common.request_timeout, [this](Result<> done) {
                if (!done) {
                    log_.warn("positions are not committed, and will be with the next ones: {}",
                              done.error().message);
                }
            });
    }
}

void ConsumerCore::commit_async(
    std::optional<OffsetMap> offsets,
    std::move_only_function<void(const Result<>&, const OffsetMap&)> callback) {
    auto wanted = offsets ? std::move(*offsets) : subscription_.consumed_offsets();
    Result<> allowed = may_commit();
    if (!allowed || wanted.empty()) {
        if (callback) {
            callback(allowed, wanted);
        }
        return;
    }
    auto copy = wanted;
    queue_commit(
        std::move(wanted), now() + config_.api_timeout,
        [this, callback = std::move(callback), copy = std::move(copy)](Result<> done) mutable {
            if (callback) {
                callback(done, copy);
            } else if (!done) {
                log_.warn("an asynchronous commit failed: {}", done.error().message);
            }
        });
}

awaitable<Result<void>> ConsumerCore::commit(std::optional<OffsetMap> offsets, Time deadline) {
    if (auto allowed = may_commit(); !allowed) {
        co_return fail(std::move(allowed));
    }
    auto wanted = offsets ? std::move(*offsets) : subscription_.consumed_offsets();
    if (wanted.empty()) {
        co_return Result<void>();
    }
    struct Waiting {
        std::optional<Result<>> result;
        runtime::Wakeup wakeup;
    };
    auto waiting = std::make_shared<Waiting>();
    queue_commit(std::move(wanted), deadline, [waiting](Result<> done) {
        waiting->result.emplace(std::move(done));
        waiting->wakeup.post();
    });
    if (!waiting->result) {
        auto wait = [waiting](runtime::Wakeup wakeup) { waiting->wakeup = wakeup; };
        co_await runtime::suspend(cluster_.shard(), std::move(wait));
    }
    co_return std::move(*waiting->result);
}

awaitable<void> ConsumerCore::run_commits() {
    while (commits_.begin()) {
        co_await send_commit();
    }
    committing_ = false;
    poke();
}

/// Tries until somebody's patience is over. A rebalance that goes on, and a member that is none any
/// more, are for the caller; STALE_MEMBER_EPOCH goes away with the next heartbeat (KIP-848).
awaitable<void> ConsumerCore::send_commit() {
    const auto judge = [](const wire::OffsetCommitResponse& response) {
        return worst_of(read_commit(response));
    };
    while (true) {
        const ConsumerGroupMetadata as = identity();
        const CallOptions options{.deadline = commits_.deadline(), .versions = commit_versions};
        const Time asked = now();
        auto answer =
            co_await cluster_.call(Target::group_coordinator(*config_.group_id),
                                   commit_request(as, commits_.offsets()), options, judge);
        if (!answer) {
            commits_.fail_current(answer.error());
            co_return;
        }
        metrics_.commit_latency_ms.add(
            std::chrono::duration<double, std::milli>(now() - asked).count());
        const CommitOutcome outcome = read_commit(answer->message);
        const ErrorCode worst = worst_of(outcome);
        if (membership_ && worst != ErrorCode::none) {
            membership_->on_commit_error(worst, as, now());
            poke();
        }
        const Time again = now() + config_.common.retry_backoff;
        if (worst == ErrorCode::stale_member_epoch && again < commits_.deadline() && !stopping_) {
            co_await runtime::sleep_for(cluster_.shard(), config_.common.retry_backoff);
            continue;
        }
        tell_committed(outcome);
        commits_.finish(outcome, *config_.group_id, timed_source_of(cluster_, *answer));
        co_return;
    }
}

void ConsumerCore::tell_committed(const CommitOutcome& outcome) {
    if (!committed_) {
        return;
    }
    OffsetMap taken;
    for (const auto& [partition, offset] : commits_.offsets()) {
        const auto found = outcome.find(partition);
        if (found != outcome.end() && found->second == ErrorCode::none) {
            taken.emplace(partition, offset);
        }
    }
    if (!taken.empty()) {
        committed_(taken);
    }
}

awaitable<Result<OffsetMap>> ConsumerCore::committed(std::vector<TopicPartition> partitions,
                                                     Time deadline) {
    if (auto allowed = need_group("committed()"); !allowed) {
        co_return fail(std::move(allowed));
    }
    if (partitions.empty()) {
        co_return OffsetMap();
    }
    const auto judge = [](const wire::OffsetFetchResponse& response) {
        return judge_committed(response);
    };
    const bool stable = config_.isolation == IsolationLevel::read_committed;
    wire::Versions versions = committed_versions;
    versions.first = stable ? std::int16_t{7} : versions.first;
    const CallOptions options{.deadline = deadline, .versions = versions};
    ConsumerGroupMetadata as = identity();
    if (config_.group_protocol == GroupProtocol::classic) {
        as = {.group_id = as.group_id};  // anybody may ask about such a group
    }
    auto request = committed_request(as, partitions, stable);
    auto answer = co_await cluster_.call(Target::group_coordinator(*config_.group_id),
                                         std::move(request), options, judge);
    if (!answer) {
        co_return fail(std::move(answer));
    }
    if (const ErrorCode code = judge_committed(answer->message); code != ErrorCode::none) {
        co_return fail(code, "the committed offsets of group \"{}\" are not to be had: {} ({})",
                       *config_.group_id, error_name(code), source_of(cluster_, *answer));
    }
    co_return read_committed(answer->message);
}

// --- offsets in the log ------------------------------------------------------------------------

/// One round over the leaders of what is still open. False: something is, and is worth another try.
awaitable<Result<bool>> ConsumerCore::ask_leaders(OffsetSearch* search, Time deadline) {
    std::map<BrokerId, std::vector<OffsetQuestion>> questions;
    for (const auto& [partition, timestamp] : search->open) {
        const auto* known = cluster_.metadata().partition(partition);
        if (known != nullptr && known->leader != no_broker) {
            questions[known->leader].push_back({.partition = partition,
                                                .timestamp = timestamp,
                                                .leader_epoch = known->leader_epoch});
        }
    }
    for (const auto& [leader, asked] : questions) {
        const CallOptions options{.deadline = deadline,
                                  .versions = list_offsets_versions(config_.isolation)};
        auto request =
            list_offsets_request(asked, config_.isolation, config_.common.request_timeout);
        const auto answer = co_await cluster_.call(leader, std::move(request), options);
        if (!answer) {
            if (!worth_another_try(answer.error().code)) {
                co_return std::unexpected(answer.error());
            }
            search->trouble = answer.error().message;
            continue;
        }
        for (const auto& [partition, got] : read_list_offsets(answer->message)) {
            if (got.error == ErrorCode::none) {
                search->found.insert_or_assign(partition, got);
                search->open.erase(partition);
                continue;
            }
            search->trouble =
                fmt::format("{} ({})", error_name(got.error), timed_source_of(cluster_, *answer));
            if (!is_retriable(got.error) && !means_stale_metadata(got.error)) {
                co_return fail(got.error, "the offset of {} is not known: {}", partition,
                               search->trouble);
            }
        }
    }
    co_return search->open.empty();
}

std::unexpected<Error> ConsumerCore::not_found(const OffsetSearch& search, ErrorCode code,
                                               Duration took) {
    return fail(code, "the offset of {} was not found within {} ms; {}", search.open.begin()->first,
                took / 1ms, search.trouble.empty() ? "it has no leader" : search.trouble);
}

awaitable<Result<std::map<TopicPartition, OffsetAnswer>>> ConsumerCore::find_offsets(
    std::map<TopicPartition, std::int64_t> timestamps, Time deadline) {
    const Time began = now();
    OffsetSearch search{.open = std::move(timestamps)};
    std::set<std::string> names;
    for (const auto& [partition, timestamp] : search.open) {
        names.insert(partition.topic);
    }
    const std::vector<std::string> topics(names.begin(), names.end());
    bool known = std::ranges::all_of(search.open, [this](const auto& asked) {
        return cluster_.metadata().partition(asked.first) != nullptr;
    });
    while (!search.open.empty()) {
        if (!known) {
            auto fresh = co_await cluster_.refresh(topics, deadline);
            if (!fresh && search.trouble.empty()) {
                co_return fail(std::move(fresh));
            }
            if (!fresh) {  // what the leader said, or did not, is why we are here
                co_return not_found(search, fresh.error().code, now() - began);
            }
        }
        auto done = co_await ask_leaders(&search, deadline);
        if (!done) {
            co_return fail(std::move(done));
        }
        if (*done) {
            break;
        }
        if (now() + config_.common.retry_backoff >= deadline || stopping_) {
            co_return not_found(search, ErrorCode::request_timed_out, now() - began);
        }
        known = false;
        co_await runtime::sleep_for(cluster_.shard(), config_.common.retry_backoff);
    }
    co_return std::move(search.found);
}

// --- topics ------------------------------------------------------------------------------------

namespace {

std::vector<barnabas::PartitionInfo> partitions_of(const TopicInfo& topic) {
    std::vector<barnabas::PartitionInfo> all;
    for (const PartitionInfo& partition : topic.partitions) {
        all.push_back({.topic = topic.name,
                       .partition = partition.id,
                       .leader = partition.leader == no_broker ? std::nullopt
                                                               : std::optional(partition.leader),
                       .replicas = partition.replicas,
                       .in_sync_replicas = partition.isr,
                       .offline_replicas = partition.offline});
    }
    return all;
}

}  // namespace

awaitable<Result<std::map<std::string, std::vector<barnabas::PartitionInfo>>>> ConsumerCore::topics(
    std::optional<std::string> only, Time deadline) {
    Metadata& metadata = cluster_.metadata();
    if (only) {
        if (auto fresh = co_await cluster_.refresh({*only}, deadline); !fresh) {
            co_return fail(std::move(fresh));
        }
    } else {
        metadata.want_all(true);
        auto fresh = co_await cluster_.refresh({}, deadline);
        metadata.want_all(subscription_.kind() == Subscription::Kind::pattern);
        if (!fresh) {
            co_return fail(std::move(fresh));
        }
    }
    std::map<std::string, std::vector<barnabas::PartitionInfo>> all;
    for (const auto& [name, topic] : metadata.topics()) {
        if ((!only || *only == name) && topic.error == ErrorCode::none) {
            all.emplace(name, partitions_of(topic));
        }
    }
    wanted_by_ = ~std::uint64_t{0};  // what was asked for here is forgotten again
    poke();
    co_return all;
}

}  // namespace barnabas::client
