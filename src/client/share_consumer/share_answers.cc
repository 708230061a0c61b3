// The part of ShareExchange that takes answers apart.
#include "base/invariant.h"
#include "client/cluster/broker_text.h"
#include "client/share_consumer/share_exchange.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace barnabas::client {

namespace {

/// No log gets there; so that no sum of offsets overflows.
constexpr std::int64_t acquired_offset_max = std::int64_t{1} << 62;
/// Far more than any broker gives out at once.
constexpr std::int64_t acquired_max = std::int64_t{1} << 24;

/// Rising ranges without overlaps, of a number of offsets that can be walked over; nothing where
/// they are not.
template <class Ranges>
std::optional<std::vector<AcquiredRange>> read_acquired(const Ranges& ranges) {
    std::vector<AcquiredRange> acquired;
    std::int64_t next = 0;
    std::int64_t count = 0;
    for (const auto& range : ranges) {
        if (range.first_offset < next || range.last_offset < range.first_offset ||
            range.last_offset > acquired_offset_max) {
            return std::nullopt;
        }
        count += range.last_offset - range.first_offset + 1;
        if (count > acquired_max) {
            return std::nullopt;
        }
        next = range.last_offset + 1;
        acquired.push_back({.first = Offset{range.first_offset},
                            .last = Offset{range.last_offset},
                            .delivery_count = range.delivery_count});
    }
    return acquired;
}

constexpr std::string_view fetch_api = "ShareFetch";
constexpr std::string_view acknowledge_api = "ShareAcknowledge";

/// "INVALID_REQUEST: why", as far as the broker says why.
std::string cause_text(ErrorCode code, const std::string& why) {
    return fmt::format("{}{}{}", error_name(code), why.empty() ? "" : ": ", why);
}

/// Which answer a sentence is about. Not for those that are report()ed: they would all differ.
std::string answer_text(std::string_view api, Duration after) {
    return fmt::format("{}, answered after {} ms", api, after / 1ms);
}

}  // namespace

// --- outcomes ----------------------------------------------------------------------------------

void ShareExchange::settle(Pending pending, std::optional<Error> error) {
    if (const auto found = commits_.find(pending.commit); found != commits_.end()) {
        Commit& commit = found->second;
        if (const auto open = commit.open.find(pending.part.partition); open != commit.open.end()) {
            commit.open.erase(open);
        }
        auto& outcome = commit.outcome[pending.part.partition];
        outcome = outcome ? outcome : error;
    }
    if (!pending.silent && (listening_ || pending.part.acks.renews())) {
        outcomes_.push_back({.part = std::move(pending.part), .error = std::move(error)});
    }
}

void ShareExchange::fail_all(std::vector<Pending> pending, const Error& error) {
    for (Pending& one : pending) {
        settle(std::move(one), error);
    }
}

/// Of the request that was answered just now.
void ShareExchange::settle_sent(Broker& broker, const TopicId& topic, std::int32_t partition,
                                std::optional<Error> error) {
    const auto found = std::ranges::find_if(broker.sent, [&](const Pending& pending) {
        return pending.part.topic_id == topic &&
               pending.part.partition.partition.get() == partition;
    });
    if (found != broker.sent.end()) {
        Pending pending = std::move(*found);
        broker.sent.erase(found);
        settle(std::move(pending), std::move(error));
    }
}

void ShareExchange::note_lock(std::int32_t timeout_ms) {
    if (timeout_ms > 0) {
        lock_timeout_ = std::chrono::milliseconds(timeout_ms);
    }
}

template <class Nodes>
void ShareExchange::learn_brokers(const Nodes& nodes) {
    for (const auto& node : nodes) {
        if (node.node_id >= 0 && node.port >= 0 && node.port <= 65535) {
            metadata_.learn_broker({.id = BrokerId{node.node_id},
                                    .host = node.host,
                                    .port = static_cast<std::uint16_t>(node.port),
                                    .rack = node.rack});
        }
    }
}

void ShareExchange::report(Error error) {
    const bool known = std::ranges::find(errors_, error) != errors_.end();
    if (!known && errors_.size() < errors_max) {
        errors_.push_back(std::move(error));
    }
}

std::optional<Error> ShareExchange::take_error() {
    if (errors_.empty()) {
        return std::nullopt;
    }
    Error error = std::move(errors_.front());
    errors_.pop_front();
    return error;
}

// --- ShareFetch --------------------------------------------------------------------------------

ShareExchange::Effects ShareExchange::on_fetched(BrokerId id,
                                                 const wire::ShareFetchResponse& response,
                                                 std::shared_ptr<const void> frame, Time now) {
    Broker& broker = brokers_[id];
    INVARIANT(broker.in_flight, "broker {} answers a ShareFetch that was not sent", id);
    broker.in_flight = false;
    fetching_ = fetching_ == id ? no_broker : fetching_;
    Effects effects;
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (!broker.session.on_answer(code)) {
        on_whole_error(id, broker, {fetch_api, code, response.error_message.value_or("")}, now,
                       effects);
        return effects;
    }
    note_lock(response.acquisition_lock_timeout_ms);
    learn_brokers(response.node_endpoints);
    for (const auto& topic : response.responses) {
        for (const auto& data : topic.partitions) {
            take_fetched_part(id, broker, topic.topic_id, data, frame, now, effects);
        }
    }
    fail_unmentioned(id, broker, fetch_api, now);
    return effects;
}

/// Of the acknowledgements of one partition.
Error ShareExchange::refusal(BrokerId id, const TopicPartition& partition, const AnswerError& error,
                             Time now) const {
    return {error.code,
            fmt::format("{} refused the acknowledgements of {}: {} ({})",
                        broker_text(metadata_, id), partition, cause_text(error.code, error.why),
                        answer_text(error.api, now - brokers_.at(id).sent_at))};
}

void ShareExchange::fail_unmentioned(BrokerId id, Broker& broker, std::string_view api, Time now) {
    fail_all(std::exchange(broker.sent, {}),
             {ErrorCode::invalid_record_state,
              fmt::format("the answer of {} does not speak of the acknowledgements ({})",
                          broker_text(metadata_, id), answer_text(api, now - broker.sent_at))});
}

/// As Kafka does: what was acknowledged with a fetch is not tried again. Where the session is gone
/// that looks to the user like a lost connection.
void ShareExchange::on_whole_error(BrokerId id, Broker& broker, const AnswerError& error, Time now,
                                   Effects& effects) {
    const ErrorCode code = error.code;
    const bool lost = means_session_lost(code);
    fail_all(
        std::exchange(broker.sent, {}),
        {lost ? ErrorCode::network_exception : code,
         fmt::format("{} refused the acknowledgements: {} ({})", broker_text(metadata_, id),
                     cause_text(code, error.why), answer_text(error.api, now - broker.sent_at))});
    broker.fetch_at = now + options_.retry_backoff;
    if (lost) {
        return;  // the next request begins another session
    }
    if (means_stale_metadata(code) || is_retriable(code)) {
        metadata_.request_update();
        effects.metadata_stale = true;
    } else if (code != ErrorCode::unknown_server_error) {
        report({code, fmt::format("nothing can be fetched from {} for share group \"{}\": {} ({})",
                                  broker_text(metadata_, id), options_.group_id,
                                  cause_text(code, error.why), error.api)});
    }
}

void ShareExchange::take_fetched_part(BrokerId id, Broker& broker, const TopicId& topic,
                                      const FetchedPartition& data,
                                      const std::shared_ptr<const void>& frame, Time now,
                                      Effects& effects) {
    const auto name = broker.names.find(topic);
    if (name == broker.names.end()) {
        return;  // nobody asked
    }
    const TopicPartition partition{name->second, PartitionId{data.partition_index}};
    std::optional<Error> refused;
    if (data.acknowledge_error_code != 0) {
        refused = refusal(id, partition,
                          {fetch_api, static_cast<ErrorCode>(data.acknowledge_error_code),
                           data.acknowledge_error_message.value_or("")},
                          now);
    }
    settle_sent(broker, topic, data.partition_index, std::move(refused));
    if (data.error_code != 0) {
        broker.fetch_at = now + options_.retry_backoff;
        on_part_error(partition, static_cast<ErrorCode>(data.error_code),
                      data.current_leader.leader_id, data.current_leader.leader_epoch, id, effects);
    }
    if (!data.acquired_records.empty()) {
        take_records(id, topic, partition, data, frame, now);
    }
}

void ShareExchange::take_records(BrokerId id, const TopicId& topic, const TopicPartition& partition,
                                 const FetchedPartition& data,
                                 const std::shared_ptr<const void>& frame, Time now) {
    auto acquired = read_acquired(data.acquired_records);
    if (!acquired) {
        report({ErrorCode::corrupt_message,
                fmt::format("what {} has acquired of {} makes no sense: offsets {} to {}",
                            broker_text(metadata_, id), partition,
                            data.acquired_records.front().first_offset,
                            data.acquired_records.back().last_offset)});
        return;
    }
    FetchedShare fetched{.broker = id,
                         .topic_id = topic,
                         .partition = partition,
                         .records = data.records.is_null() ? ByteView() : data.records.bytes(),
                         .owner = frame,
                         .acquired = std::move(*acquired)};
    if (brokers_[id].unread) {
        give_back(fetched, now);
        return;
    }
    wanted_ = false;
    fetched_.push_back(std::move(fetched));
}

/// As long as the records are locked it is worth trying.
void ShareExchange::give_back(const FetchedShare& fetched, Time now) {
    PartAcks part{.broker = fetched.broker,
                  .topic_id = fetched.topic_id,
                  .partition = fetched.partition,
                  .acks = {}};
    for (const AcquiredRange& range : fetched.acquired) {
        part.acks.append(range.first, range.last, AckType::release);
    }
    std::vector<PartAcks> parts;
    parts.push_back(std::move(part));
    queue(std::move(parts),
          {.part = {}, .deadline = now + lock_timeout_.value_or(Duration::zero()), .silent = true});
}

void ShareExchange::on_part_error(const TopicPartition& partition, ErrorCode code,
                                  std::int32_t leader, std::int32_t leader_epoch, BrokerId from,
                                  Effects& effects) {
    if (code == ErrorCode::not_leader_or_follower || code == ErrorCode::fenced_leader_epoch) {
        const bool known = metadata_.partition(partition) != nullptr;
        if (known && leader >= 0 && leader_epoch >= 0 && BrokerId{leader} != from &&
            metadata_.learn_leader(partition, BrokerId{leader}, LeaderEpoch{leader_epoch})) {
            return;  // we know whom to ask
        }
    }
    const bool passes = code != ErrorCode::corrupt_message && is_retriable(code);
    if (means_stale_metadata(code) || passes) {
        metadata_.request_update();
        effects.metadata_stale = true;
    } else if (code != ErrorCode::unknown_server_error) {  // that one is tried again, as in Kafka
        report({code, fmt::format("{} cannot be fetched from {}: {} ({})", partition,
                                  broker_text(metadata_, from), error_name(code), fetch_api)});
    }
}

// --- ShareAcknowledge --------------------------------------------------------------------------

ShareExchange::Effects ShareExchange::on_acknowledged(
    BrokerId id, const wire::ShareAcknowledgeResponse& response, Time now) {
    Broker& broker = brokers_[id];
    INVARIANT(broker.in_flight, "broker {} answers a ShareAcknowledge that was not sent", id);
    broker.in_flight = false;
    Effects effects;
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (std::exchange(broker.ending, false)) {
        broker.ended = true;
        broker.session.on_failure();  // it is over, whatever the broker says
        return effects;
    }
    if (!broker.session.on_answer(code)) {
        const AnswerError error{acknowledge_api, code, response.error_message.value_or("")};
        if (is_retriable(code) && !means_session_lost(code)) {
            retry_sent(broker, std::exchange(broker.sent, {}), error, now);
        } else {
            on_whole_error(id, broker, error, now, effects);
        }
        return effects;
    }
    note_lock(response.acquisition_lock_timeout_ms);
    learn_brokers(response.node_endpoints);
    for (const auto& topic : response.responses) {
        for (const auto& data : topic.partitions) {
            take_acknowledged_part(id, broker, topic.topic_id, data, now, effects);
        }
    }
    fail_unmentioned(id, broker, acknowledge_api, now);
    return effects;
}

/// Where the leader has changed the locks are gone, and there is no sense in trying again.
void ShareExchange::take_acknowledged_part(BrokerId id, Broker& broker, const TopicId& topic,
                                           const AcknowledgedPartition& data, Time now,
                                           Effects& effects) {
    const auto name = broker.names.find(topic);
    if (name == broker.names.end()) {
        return;  // nobody asked
    }
    const TopicPartition partition{name->second, PartitionId{data.partition_index}};
    const auto code = static_cast<ErrorCode>(data.error_code);
    const AnswerError error{acknowledge_api, code, data.error_message.value_or("")};
    const bool moved =
        code == ErrorCode::not_leader_or_follower || code == ErrorCode::fenced_leader_epoch ||
        code == ErrorCode::unknown_topic_or_partition || code == ErrorCode::unknown_topic_id;
    if (moved) {
        on_part_error(partition, code, data.current_leader.leader_id,
                      data.current_leader.leader_epoch, id, effects);
    } else if (is_retriable(code)) {
        const auto again = std::ranges::partition(broker.sent, [&](const Pending& pending) {
            return pending.part.topic_id != topic || pending.part.partition != partition;
        });
        std::vector<Pending> retried(std::make_move_iterator(again.begin()),
                                     std::make_move_iterator(again.end()));
        broker.sent.erase(again.begin(), again.end());
        retry_sent(broker, std::move(retried), error, now);
        return;
    }
    settle_sent(
        broker, topic, data.partition_index,
        code == ErrorCode::none ? std::nullopt : std::optional(refusal(id, partition, error, now)));
}

void ShareExchange::retry_sent(Broker& broker, std::vector<Pending> pending, const AnswerError& why,
                               Time now) const {
    for (Pending& one : pending) {
        one.may_wait = false;
        one.trouble = fmt::format("{} ({})", cause_text(why.code, why.why),
                                  answer_text(why.api, now - broker.sent_at));
        broker.waiting.push_front(std::move(one));
    }
    broker.acknowledge_at = now + options_.retry_backoff;
}

// --- no answer ---------------------------------------------------------------------------------

/// Whether the broker has taken what was acknowledged nobody knows; the connection is gone, and so
/// are the session and its locks.
ShareExchange::Effects ShareExchange::on_failure(BrokerId id, const Error& error, Time now) {
    Broker& broker = brokers_[id];
    INVARIANT(broker.in_flight, "a request to broker {} failed that was not sent", id);
    broker.in_flight = false;
    fetching_ = fetching_ == id ? no_broker : fetching_;
    broker.session.on_failure();
    broker.ended = broker.ended || std::exchange(broker.ending, false);
    broker.fetch_at = now + options_.retry_backoff;
    fail_all(std::exchange(broker.sent, {}), error);
    metadata_.request_update();
    return {.metadata_stale = true};
}

}  // namespace barnabas::client
