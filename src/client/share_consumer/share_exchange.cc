// The part of ShareExchange that asks.
#include "client/share_consumer/share_exchange.h"

#include "base/invariant.h"
#include "client/cluster/broker_text.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <type_traits>

namespace barnabas::client {

namespace {

/// Locks are renewed, and records limited, from this version on.
constexpr std::int16_t first_with_renewal = 2;
constexpr std::int16_t first_stable = 1;

std::int32_t whole_ms(Duration duration) {
    return static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

/// The entry of a partition in a request's topics, made where there is none.
template <class Topics>
auto& share_part_in(Topics& topics, const TopicId& id, std::int32_t index) {
    auto topic = std::ranges::find(topics, id, [](const auto& one) { return one.topic_id; });
    if (topic == topics.end()) {
        topics.emplace_back().topic_id = id;
        topic = std::prev(topics.end());
    }
    auto& parts = topic->partitions;
    auto part =
        std::ranges::find(parts, index, [](const auto& one) { return one.partition_index; });
    if (part == parts.end()) {
        parts.emplace_back().partition_index = index;
        part = std::prev(parts.end());
    }
    return *part;
}

template <class Request>
void put_acknowledgements(Request& request, const PartAcks& acked) {
    auto& part = share_part_in(request.topics, acked.topic_id, acked.partition.partition.get());
    using Batch = typename std::decay_t<decltype(part.acknowledgement_batches)>::value_type;
    part.acknowledgement_batches = acked.acks.batches<Batch>();
}

}  // namespace

ShareExchange::ShareExchange(Options options, Metadata& metadata)
    : options_(std::move(options)), metadata_(metadata) {}

// --- what is wanted ----------------------------------------------------------------------------

void ShareExchange::assign(SharedParts parts) {
    assigned_ = std::move(parts);
}

std::vector<FetchedShare> ShareExchange::stop_reading() {
    wanted_ = false;
    for (auto& [id, broker] : brokers_) {
        broker.unread = broker.in_flight;
    }
    return take_fetched();
}

void ShareExchange::queue(std::vector<PartAcks> parts, Pending like) {
    for (PartAcks& part : parts) {
        INVARIANT(!part.acks.empty(), "{} has nothing to be acknowledged", part.partition);
        like.part = std::move(part);
        brokers_[like.part.broker].waiting.push_back(like);
    }
}

void ShareExchange::acknowledge(std::vector<PartAcks> parts, Time deadline) {
    queue(std::move(parts), {.part = {}, .deadline = deadline, .may_wait = true});
}

std::uint64_t ShareExchange::commit(std::vector<PartAcks> parts, Time deadline) {
    const std::uint64_t number = ++last_commit_;
    Commit& commit = commits_[number];
    for (const PartAcks& part : parts) {
        commit.open.insert(part.partition);
    }
    queue(std::move(parts), {.part = {}, .commit = number, .deadline = deadline});
    return number;
}

std::optional<CommitOutcome> ShareExchange::outcome(std::uint64_t commit) {
    const auto found = commits_.find(commit);
    INVARIANT(found != commits_.end(), "nobody waits for commit {}", commit);
    if (!found->second.open.empty()) {
        return std::nullopt;
    }
    CommitOutcome outcome = std::move(found->second.outcome);
    commits_.erase(found);
    return outcome;
}

CommitOutcome ShareExchange::give_up(std::uint64_t commit) {
    const auto found = commits_.find(commit);
    INVARIANT(found != commits_.end(), "nobody waits for commit {}", commit);
    CommitOutcome outcome = std::move(found->second.outcome);
    for (const TopicPartition& partition : found->second.open) {
        outcome[partition] = Error{ErrorCode::request_timed_out,
                                   fmt::format("the acknowledgements of {} were not confirmed in "
                                               "time{}; they may still be taken",
                                               partition, holder_of(commit, partition))};
    }
    commits_.erase(found);
    return outcome;
}

/// Whose confirmation is missing.
std::string ShareExchange::holder_of(std::uint64_t commit, const TopicPartition& partition) const {
    const auto is_meant = [&](const Pending& pending) {
        return pending.commit == commit && pending.part.partition == partition;
    };
    for (const auto& [id, broker] : brokers_) {
        if (std::ranges::any_of(broker.sent, is_meant)) {
            return fmt::format(" by {}, which has been asked", broker_text(metadata_, id));
        }
        if (std::ranges::any_of(broker.waiting, is_meant)) {
            return fmt::format(" by {}, which is still to be asked", broker_text(metadata_, id));
        }
    }
    return "";
}

void ShareExchange::close() {
    closing_ = true;
}

bool ShareExchange::is_closed() const {
    return closing_ && std::ranges::all_of(brokers_, [](const auto& entry) {
               const Broker& broker = entry.second;
               return broker.ended && !broker.in_flight && broker.waiting.empty();
           });
}

// --- what to ask -------------------------------------------------------------------------------

std::map<BrokerId, SharedParts> ShareExchange::plan(Time now) {
    std::map<BrokerId, SharedParts> parts;
    bool missing = false;
    for (const auto& [partition, id] : assigned_) {
        const auto* known = metadata_.partition(partition);
        if (known == nullptr || known->leader == no_broker) {
            missing = true;
            continue;
        }
        parts[known->leader].emplace(partition, id);
    }
    if (missing && leaders_at_ <= now) {
        metadata_.request_update();
        stale_ = true;
        leaders_at_ = now + options_.retry_backoff;
    }
    return parts;
}

std::optional<ShareExchange::Send> ShareExchange::next(Time now) {
    const SharedParts none;
    const auto parts = wanted_ && !closing_ ? plan(now) : std::map<BrokerId, SharedParts>();
    for (const auto& [id, wishes] : parts) {
        brokers_.try_emplace(id);
    }
    // Where one broker is asked after the other: each in its turn.
    auto at = brokers_.upper_bound(turn_);
    for (std::size_t i = 0; i < brokers_.size(); ++i, ++at) {
        at = at == brokers_.end() ? brokers_.begin() : at;
        auto& [id, broker] = *at;
        if (broker.in_flight) {
            continue;
        }
        const auto planned = parts.find(id);
        const bool forgets = wanted_ && !broker.session.is_new() && !broker.session.parts().empty();
        const SharedParts* wishes = planned != parts.end() ? &planned->second
                                    : forgets              ? &none
                                                           : nullptr;
        if (auto send = next_of(id, broker, wishes, now)) {
            broker.in_flight = true;
            broker.sent_at = now;
            broker.unread = false;
            return send;
        }
    }
    return std::nullopt;
}

/// `parts`: what is to be fetched of it; none: nothing, and its session may stay as it is.
std::optional<ShareExchange::Send> ShareExchange::next_of(BrokerId id, Broker& broker,
                                                          const SharedParts* parts, Time now) {
    drop_what_cannot_be_sent(id, broker, now);
    const bool fetches = parts != nullptr && may_fetch(id, broker, now);
    const bool acknowledges = !broker.waiting.empty() && broker.acknowledge_at <= now;
    if (acknowledges && !(fetches && may_go_with_fetch(broker, *parts))) {
        return acknowledge_now(id, broker);
    }
    if (fetches) {
        return fetch_now(id, broker, *parts, acknowledges);
    }
    if (closing_ && broker.waiting.empty() && !broker.ended) {
        if (!broker.session.is_new()) {
            return end_session(id, broker);
        }
        broker.ended = true;
    }
    return std::nullopt;
}

bool ShareExchange::may_fetch(BrokerId id, const Broker& broker, Time now) const {
    const bool in_turn = !options_.record_limit || fetching_ == no_broker || fetching_ == id;
    return wanted_ && !closing_ && in_turn && broker.fetch_at <= now;
}

/// What waits for a broker that has lost the session, is gone or does not lead any more can reach
/// nobody; nor what was tried for long enough.
void ShareExchange::drop_what_cannot_be_sent(BrokerId id, Broker& broker, Time now) {
    if (!metadata_.brokers().empty() && metadata_.broker(id) == nullptr) {
        broker.session.on_failure();
    }
    std::deque<Pending> kept;
    for (Pending& pending : std::exchange(broker.waiting, {})) {
        if (auto why = obstacle(id, broker, pending, now)) {
            settle(std::move(pending), std::move(why));
        } else {
            kept.push_back(std::move(pending));
        }
    }
    broker.waiting = std::move(kept);
}

std::optional<Error> ShareExchange::obstacle(BrokerId id, const Broker& broker,
                                             const Pending& pending, Time now) const {
    const TopicPartition& partition = pending.part.partition;
    if (broker.session.is_new()) {
        return Error{
            ErrorCode::network_exception,
            fmt::format("the share session with {} was lost, and with it the locks of what "
                        "was acquired of {}",
                        broker_text(metadata_, id), partition)};
    }
    const auto* known = metadata_.partition(partition);
    if (known != nullptr && known->leader != no_broker && known->leader != id) {
        return Error{ErrorCode::not_leader_or_follower,
                     fmt::format("{} leads {} now, and not {}, which gave the records out",
                                 broker_text(metadata_, known->leader), partition,
                                 broker_text(metadata_, id))};
    }
    if (pending.tried && pending.deadline <= now) {
        return Error{ErrorCode::request_timed_out,
                     fmt::format("{} did not take the acknowledgements of {} in time{}{}",
                                 broker_text(metadata_, id), partition,
                                 pending.trouble.empty() ? "" : "; last: ", pending.trouble)};
    }
    return std::nullopt;
}

bool ShareExchange::may_go_with_fetch(const Broker& broker, const SharedParts& parts) const {
    std::set<TopicPartition> seen;
    return std::ranges::all_of(broker.waiting, [&](const Pending& pending) {
        const auto part = parts.find(pending.part.partition);
        return pending.may_wait && !pending.part.acks.renews() && part != parts.end() &&
               part->second == pending.part.topic_id && seen.insert(part->first).second;
    });
}

std::optional<ShareExchange::Send> ShareExchange::acknowledge_now(BrokerId id, Broker& broker) {
    wire::ShareAcknowledgeRequest request;
    request.group_id = options_.group_id;
    request.member_id = options_.member_id;
    request.share_session_epoch = broker.session.epoch();
    std::set<TopicPartition> seen;
    std::deque<Pending> later;
    for (Pending& pending : std::exchange(broker.waiting, {})) {
        if (!seen.insert(pending.part.partition).second) {
            later.push_back(std::move(pending));  // a partition stands in a request once
            continue;
        }
        put_acknowledgements(request, pending.part);
        request.is_renew_ack = request.is_renew_ack || pending.part.acks.renews();
        broker.names[pending.part.topic_id] = pending.part.partition.topic;
        pending.tried = true;
        broker.sent.push_back(std::move(pending));
    }
    broker.waiting = std::move(later);
    const std::int16_t least = request.is_renew_ack ? first_with_renewal : first_stable;
    return Send{.broker = id, .request = std::move(request), .version_min = least};
}

std::optional<ShareExchange::Send> ShareExchange::fetch_now(BrokerId id, Broker& broker,
                                                            const SharedParts& parts,
                                                            bool acknowledges) {
    wire::ShareFetchRequest request;
    request.group_id = options_.group_id;
    request.member_id = options_.member_id;
    request.max_wait_ms = whole_ms(options_.wait_max);
    request.min_bytes = options_.bytes_min;
    request.max_bytes = options_.bytes_max;
    request.max_records = options_.records_max;
    request.batch_size = options_.records_max;
    request.share_acquire_mode = options_.record_limit ? 1 : 0;
    broker.session.fill(parts, request);
    for (const auto& [partition, topic] : parts) {
        broker.names[topic] = partition.topic;
    }
    if (acknowledges) {
        for (Pending& pending : std::exchange(broker.waiting, {})) {
            put_acknowledgements(request, pending.part);
            pending.tried = true;
            broker.sent.push_back(std::move(pending));
        }
    }
    if (options_.record_limit) {
        fetching_ = turn_ = id;
    }
    const std::int16_t least = options_.record_limit ? first_with_renewal : first_stable;
    return Send{.broker = id, .request = std::move(request), .version_min = least};
}

ShareExchange::Send ShareExchange::end_session(BrokerId id, Broker& broker) {
    wire::ShareAcknowledgeRequest request;
    request.group_id = options_.group_id;
    request.member_id = options_.member_id;
    request.share_session_epoch = ShareSession::last_epoch;
    broker.ending = true;
    return {.broker = id, .request = std::move(request), .version_min = first_stable};
}

Time ShareExchange::next_wake(Time now) const {
    Time wake = never;
    for (const auto& [id, broker] : brokers_) {
        if (broker.in_flight) {
            continue;
        }
        if (!broker.waiting.empty() && broker.acknowledge_at > now) {
            wake = std::min(wake, broker.acknowledge_at);
        }
        if (wanted_ && broker.fetch_at > now) {
            wake = std::min(wake, broker.fetch_at);
        }
    }
    if (wanted_ && leaders_at_ > now) {
        wake = std::min(wake, leaders_at_);
    }
    return wake;
}

}  // namespace barnabas::client
