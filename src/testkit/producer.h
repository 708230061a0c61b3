#pragma once

#include "testkit/wire_client.h"
#include "wire/messages/produce.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::testkit {

/// As FindCoordinator numbers them.
enum class CoordinatorOf : std::int8_t { group = 0, transactions = 1 };

/// Asks until there is one; its topic is made for the first who asks. False if that was refused.
awaitable<bool> find_coordinator(WireClient* client, std::string key, CoordinatorOf what);

/// A transactional producer's half of the protocol, as Apache Kafka's clients speak it
/// (org.apache.kafka.clients.producer.internals.TransactionManager): repeats what got no answer,
/// aborts what has to be aborted, and tells the journal everything. One request at a time.
class Producer {
public:
    struct Options {
        std::string id;        // transactional.id
        bool v2 = true;        // KIP-890: each end raises the epoch, producing adds partitions
        Duration timeout{};    // transaction.timeout.ms
        bool expires = false;  // the id may be forgotten between two transactions
    };
    /// How a step ended. abort: this transaction can only be aborted. over: the producer is
    /// fenced, and begins anew with init().
    enum class Step : std::uint8_t { done, abort, over };

    Producer(WireClient& client, Options options);

    /// Takes over the transactional id. False if that was refused.
    awaitable<bool> init();
    void begin();
    /// Of the transaction that was begun last.
    [[nodiscard]] std::size_t number() const { return number_; }
    /// One batch; nothing where a record is no copy.
    struct Batch {
        TopicPartition partition;
        std::vector<std::optional<Source>> records;
    };
    /// All at once, as max.in.flight.requests.per.connection allows: each is sent before the one in
    /// front of it is answered, and again in their order if need be.
    awaitable<Step> send(std::vector<Batch> batches);
    awaitable<Step> commit_offsets(std::string group, std::map<TopicPartition, Offset> offsets);
    /// Done if the client was told so.
    awaitable<Step> end(bool commit);

private:
    awaitable<bool> init(bool again);
    awaitable<Step> add(TopicPartition partition);
    awaitable<Step> add_offsets(std::string group);
    struct InFlight;
    InFlight in_flight(Batch batch);
    [[nodiscard]] wire::ProduceRequest request_for(const InFlight& batch) const;
    awaitable<Step> produce(std::vector<InFlight> batches);
    Step take_answers(std::vector<InFlight*> asked,
                      const std::vector<Answer<wire::ProduceResponse>>& answers);
    void become(std::int64_t id, std::int16_t epoch);
    Step judged(std::string_view what, ErrorCode code);
    void complain_without_cause(std::string_view what, ErrorCode code);

    WireClient& client_;
    const Options options_;
    std::int64_t id_ = -1;
    std::int16_t epoch_ = -1;
    std::map<TopicPartition, std::int32_t> sequences_;  // the next ones
    std::size_t number_ = 0;
    std::set<TopicPartition> added_;
    bool touched_ = false;    // the coordinator knows of the transaction
    bool must_bump_ = false;  // v1: something of it may still be under way
};

}  // namespace barnabas::testkit
