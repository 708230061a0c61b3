#include "client/consumer/fetcher.h"

#include "base/invariant.h"
#include "client/cluster/broker_text.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <utility>

namespace barnabas::client {

using Phase = PartitionState::Phase;

namespace {

constexpr std::int16_t last_version_with_names = 12;
constexpr std::int16_t first_version_with_ids = 13;

std::int32_t milliseconds(Duration duration) {
    return static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

}  // namespace

Fetcher::Fetcher(Options options, Subscription& subscription, Metadata& metadata)
    : options_(std::move(options)), subscription_(subscription), metadata_(metadata) {}

// --- what to ask -----------------------------------------------------------------------------

std::size_t Fetcher::queued_bytes() const {
    const auto& partitions = std::as_const(subscription_).partitions();
    return std::accumulate(
        partitions.begin(), partitions.end(), std::size_t{0},
        [](std::size_t sum, const auto& entry) { return sum + entry.second.queued_bytes; });
}

bool Fetcher::may_fetch(const PartitionState& state, Time now) const {
    return state.phase == Phase::fetching && !state.paused && !state.revoking &&
           state.retry_at <= now;
}

/// A replica in our rack, while the leader says so (KIP-392), else the leader.
std::optional<BrokerId> Fetcher::source_of(const TopicPartition& partition, PartitionState& state,
                                           Time now) {
    if (state.preferred_replica) {
        if (now < state.preferred_until && metadata_.broker(*state.preferred_replica) != nullptr) {
            return state.preferred_replica;
        }
        state.preferred_replica.reset();
    }
    const auto* known = metadata_.partition(partition);
    if (known == nullptr || known->leader == no_broker) {
        metadata_.request_update();
        state.retry_at = now + options_.retry_backoff;
        state.leaderless = true;
        return std::nullopt;
    }
    state.leaderless = false;
    return known->leader;
}

void Fetcher::on_metadata() {
    for (auto& [partition, state] : subscription_.partitions()) {
        if (state.leaderless) {
            const auto* known = metadata_.partition(partition);
            if (known != nullptr && known->leader != no_broker) {
                state.leaderless = false;
                state.retry_at = {};
            }
        }
    }
}

/// By broker that nothing is asked of yet. One that has a partition whose records wait for the user
/// is left alone: a request for its other partitions would keep that partition waiting for
/// fetch.max.wait.ms once there is room.
std::map<BrokerId, FetchWishes> Fetcher::plan(Time now) {
    const auto room_max = static_cast<std::size_t>(options_.partition_bytes_max) * 3 / 2;
    std::map<BrokerId, FetchWishes> wishes;
    std::vector<BrokerId> full;
    for (auto& [partition, state] : subscription_.partitions()) {
        if (const auto* known = metadata_.partition(partition);
            known != nullptr && known->leader_epoch != no_epoch) {
            subscription_.leader_changed(state, known->leader_epoch);
        }
        if (!may_fetch(state, now)) {
            continue;
        }
        const auto source = source_of(partition, state, now);
        if (!source) {
            continue;
        }
        if (state.queued_bytes > 0 && state.queued_bytes >= room_max) {
            full.push_back(*source);
            continue;
        }
        const auto* known = metadata_.partition(partition);
        const auto* topic = metadata_.topic(partition.topic);
        wishes[*source].emplace(
            partition,
            FetchWish{.topic_id = topic != nullptr ? topic->id : TopicId{},
                      .offset = state.fetch_offset,
                      .current_leader_epoch = known != nullptr ? known->leader_epoch : no_epoch,
                      .bytes_max = options_.partition_bytes_max});
    }
    for (const BrokerId broker : full) {
        wishes.erase(broker);
    }
    return wishes;
}

/// What one of `idle` brokers, which nothing is asked of, may be asked for; nothing while there is
/// no room. Not less than a quarter of a fair share: who makes room by small pieces would be given
/// ever smaller ones.
std::optional<std::size_t> Fetcher::share_of(std::size_t idle) const {
    const auto all = static_cast<std::size_t>(options_.bytes_max);
    const auto partition_max = static_cast<std::size_t>(options_.partition_bytes_max);
    std::size_t used = queued_bytes();
    std::size_t busy = 0;
    for (const auto& [id, broker] : brokers_) {
        used += broker.in_flight ? broker.granted : 0;
        busy += broker.in_flight ? 1 : 0;
    }
    if (used == 0) {
        return all / idle;  // even nothing (fetch.max.bytes=0) brings a batch
    }
    const std::size_t share = used < all ? (all - used) / idle : 0;
    const std::size_t least = std::min(partition_max, all / (4 * (busy + idle)));
    return share == 0 || share < least ? std::nullopt : std::optional(share);
}

std::optional<Fetcher::Fetch> Fetcher::next(Time now) {
    auto planned = plan(now);
    std::erase_if(planned, [this, now](const auto& entry) {
        const Broker& broker = brokers_[entry.first];
        return broker.in_flight || broker.retry_at > now;
    });
    const auto share = planned.empty() ? std::nullopt : share_of(planned.size());
    if (!share) {
        return std::nullopt;
    }
    auto& [id, wishes] = *planned.begin();
    Broker& broker = brokers_[id];
    broker.in_flight = true;
    broker.granted =
        std::min(*share, wishes.size() * static_cast<std::size_t>(options_.partition_bytes_max));
    broker.asked.clear();
    bool ids = true;
    for (const auto& [partition, wish] : wishes) {
        const PartitionState& state = *subscription_.find(partition);
        broker.asked.emplace(
            partition,
            Asked{.stamp = state.stamp, .offset = wish.offset, .leader_epoch = state.leader_epoch});
        ids = ids && !wish.topic_id.is_zero();
    }
    Fetch fetch{.broker = id};
    fetch.version_max = ids ? wire::latest : last_version_with_names;
    fetch.request.max_wait_ms = milliseconds(options_.wait_max);
    fetch.request.min_bytes = options_.bytes_min;
    fetch.request.max_bytes = static_cast<std::int32_t>(broker.granted);
    fetch.request.isolation_level = static_cast<std::int8_t>(options_.isolation);
    fetch.request.rack_id = options_.rack;
    broker.session.fill(std::move(wishes), fetch.request);
    return fetch;
}

Time Fetcher::next_wake(Time now) const {
    Time next = never;
    for (const auto& [id, broker] : brokers_) {
        if (!broker.in_flight && broker.retry_at > now) {
            next = std::min(next, broker.retry_at);
        }
    }
    return next;
}

// --- answers ---------------------------------------------------------------------------------

Fetcher::Effects Fetcher::on_failure(BrokerId id, Time now) {
    Broker& broker = brokers_[id];
    broker.in_flight = false;
    broker.session.on_failure();
    broker.retry_at = now + options_.retry_backoff;
    for (const auto& [partition, asked] : broker.asked) {
        PartitionState* state = subscription_.find(partition);
        if (state != nullptr && state->preferred_replica == id) {
            state->preferred_replica.reset();
        }
    }
    metadata_.request_update();
    return {.metadata_stale = true};
}

Fetcher::Effects Fetcher::on_answer(BrokerId id, const wire::FetchResponse& response,
                                    std::int16_t version, std::shared_ptr<const void> frame,
                                    Now now) {
    Broker& broker = brokers_[id];
    INVARIANT(broker.in_flight, "broker {} answers a fetch that was not sent", id);
    broker.in_flight = false;
    Effects effects;
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (!broker.session.on_answer(code, response.session_id)) {
        if (code == ErrorCode::fetch_session_topic_id_error || is_retriable(code)) {
            metadata_.request_update();
            effects.metadata_stale = true;
        }
        if (code != ErrorCode::fetch_session_id_not_found &&
            code != ErrorCode::invalid_fetch_session_epoch) {
            broker.retry_at = now.steady + options_.retry_backoff;
        }
        return effects;
    }
    for (const auto& node : response.node_endpoints) {
        if (node.node_id >= 0 && node.port >= 0 && node.port <= 65535) {
            metadata_.learn_broker({.id = BrokerId{node.node_id},
                                    .host = node.host,
                                    .port = static_cast<std::uint16_t>(node.port),
                                    .rack = node.rack});
        }
    }
    const auto asked = std::exchange(broker.asked, {});
    for (const auto& topic : response.responses) {
        std::string name = topic.topic;
        if (version >= first_version_with_ids) {
            const auto* known = metadata_.topic(topic.topic_id);
            if (known == nullptr) {
                metadata_.request_update();
                effects.metadata_stale = true;
                continue;
            }
            name = known->name;
        }
        for (const auto& data : topic.partitions) {
            const TopicPartition partition{name, PartitionId{data.partition_index}};
            if (const auto found = asked.find(partition); found != asked.end()) {
                take_partition(partition, found->second, data, frame, id, now, effects);
            }
        }
    }
    return effects;
}

void Fetcher::take_partition(const TopicPartition& partition, const Asked& asked,
                             const Partition& data, const std::shared_ptr<const void>& frame,
                             BrokerId broker, Now now, Effects& effects) {
    PartitionState* state = subscription_.find(partition);
    if (state == nullptr || state->stamp != asked.stamp || state->fetch_offset != asked.offset ||
        state->leader_epoch != asked.leader_epoch || state->phase != Phase::fetching) {
        return;  // revoked, sought elsewhere, come from elsewhere or (being) validated meanwhile
    }
    if (data.error_code != 0) {
        take_failure(partition, *state, data, broker, now, effects);
        return;
    }
    state->high_watermark = Offset{data.high_watermark};
    state->last_stable_offset = Offset{data.last_stable_offset};
    state->log_start_offset = Offset{data.log_start_offset};
    if (data.preferred_read_replica >= 0) {
        state->preferred_replica = BrokerId{data.preferred_read_replica};
        state->preferred_until = now.steady + options_.preferred_replica_for;
    }
    if (!data.records.is_null() && data.records.size() > 0) {
        take_records(partition, *state, data, frame, now.steady);
    }
}

void Fetcher::take_records(const TopicPartition& partition, PartitionState& state,
                           const Partition& data, const std::shared_ptr<const void>& frame,
                           Time now) {
    const ByteView bytes = data.records.bytes();
    FetchedPartition fetched{.partition = partition,
                             .stamp = state.stamp,
                             .fetch_offset = state.fetch_offset,
                             .records = bytes,
                             .owner = frame};
    wire::BatchCursor cursor(bytes);
    Offset next = state.fetch_offset;
    auto epoch = state.fetch_epoch;
    auto batch = cursor.next();
    while (batch && *batch && check_place(**batch)) {
        next = std::max(next, (*batch)->next_offset());
        if ((*batch)->leader_epoch() != no_epoch) {
            epoch = (*batch)->leader_epoch();
        }
        batch = cursor.next();
    }
    if (cursor.position() == 0) {
        report({ErrorCode::corrupt_message,
                fmt::format("{} at offset {}: what was fetched ({} bytes) begins with no whole "
                            "batch",
                            partition, state.fetch_offset, bytes.size())});
        state.retry_at = now + options_.retry_backoff;
        return;
    }
    if (data.aborted_transactions) {
        for (const auto& aborted : *data.aborted_transactions) {
            fetched.aborted.push_back(
                {ProducerId{aborted.producer_id}, Offset{aborted.first_offset}});
        }
    }
    state.fetch_offset = next;
    state.fetch_epoch = epoch;
    state.queued_bytes += bytes.size();
    ready_.push_back(std::move(fetched));
}

void Fetcher::learn_leader(const TopicPartition& partition, const Partition& data) {
    const auto& leader = data.current_leader;
    if (leader.leader_id >= 0 && leader.leader_epoch >= 0 &&
        metadata_.partition(partition) != nullptr) {
        metadata_.learn_leader(partition, BrokerId{leader.leader_id},
                               LeaderEpoch{leader.leader_epoch});
    }
}

/// What Kafka's FetchCollector does with each error.
void Fetcher::take_failure(const TopicPartition& partition, PartitionState& state,
                           const Partition& data, BrokerId broker, Now now, Effects& effects) {
    const auto code = static_cast<ErrorCode>(data.error_code);
    state.retry_at = now.steady + options_.retry_backoff;
    if (code == ErrorCode::offset_out_of_range) {
        on_out_of_range(partition, state, broker, now);
        return;
    }
    state.preferred_replica.reset();
    if (code == ErrorCode::not_leader_or_follower || code == ErrorCode::fenced_leader_epoch) {
        const auto seen = metadata_.generation();
        learn_leader(partition, data);
        if (metadata_.generation() != seen) {
            state.retry_at = {};  // we know whom to ask
            return;
        }
    }
    if (means_stale_metadata(code) || is_retriable(code)) {
        metadata_.request_update();
        effects.metadata_stale = true;
    } else if (code != ErrorCode::unknown_server_error) {  // that one is tried again, as in Kafka
        report({code, fmt::format("{} cannot be fetched from {}: {} (Fetch)", partition,
                                  broker_text(metadata_, broker), error_name(code))});
    }
}

/// A follower may be behind its leader; and what was fetched before is handed out first, so that a
/// reset skips nothing that is here.
void Fetcher::on_out_of_range(const TopicPartition& partition, PartitionState& state,
                              BrokerId broker, Now now) {
    if (state.preferred_replica == broker) {
        state.preferred_replica.reset();
        state.retry_at = {};
        return;
    }
    if (state.position.offset != state.fetch_offset) {
        return;
    }
    if (auto reset = subscription_.reset_by_policy(partition, state, now.wall); !reset) {
        report(std::move(reset.error()));
    }
}

void Fetcher::report(Error error) {
    const bool known = std::ranges::find(errors_, error) != errors_.end();
    if (!known && errors_.size() < errors_max) {
        errors_.push_back(std::move(error));
    }
}

std::optional<Error> Fetcher::take_error() {
    if (errors_.empty()) {
        return std::nullopt;
    }
    Error error = std::move(errors_.front());
    errors_.pop_front();
    return error;
}

// --- the user's side -------------------------------------------------------------------------

std::vector<FetchedPartition> Fetcher::take() {
    auto ready = std::exchange(ready_, {});
    std::erase_if(ready, [this](const FetchedPartition& fetched) {
        const PartitionState* state = subscription_.find(fetched.partition);
        return state == nullptr || state->stamp != fetched.stamp;
    });
    return ready;
}

void Fetcher::released(const TopicPartition& partition, std::uint64_t stamp, std::size_t bytes) {
    PartitionState* state = subscription_.find(partition);
    if (state != nullptr && state->stamp == stamp) {
        INVARIANT(bytes <= state->queued_bytes, "{} of {} bytes of {} released", bytes,
                  state->queued_bytes, partition);
        state->queued_bytes -= bytes;
    }
}

std::vector<Fetcher::Fetch> Fetcher::endings() const {
    std::vector<Fetch> all;
    for (const auto& [id, broker] : brokers_) {
        if (broker.session.is_open()) {
            all.push_back({.broker = id, .request = broker.session.ending()});
        }
    }
    return all;
}

}  // namespace barnabas::client
