#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/cluster/backoff.h"
#include "client/producer/accumulator.h"
#include "client/producer/transaction_manager.h"
#include "wire/messages/produce.h"
#include <barnabas/producer_metrics.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {

/// Which batches go to which broker when, and what becomes of them: Kafka's Sender. A plain object
/// on the loop's thread: poll() with what happened, carry out the decisions, hand in each answer,
/// poll() again; by itself at next_wake().
///
/// Per partition, batches are sent in order; after an error the one that failed goes first and
/// alone (idempotent), or, with one request per connection at a time, nothing goes before it is
/// settled. Every batch ends: stored, refused, or given up `delivery.timeout` after it was begun.
class Sender {
public:
    struct Options {
        std::int16_t acks = -1;
        Duration linger{5ms};
        Duration request_timeout{30s};
        Duration delivery_timeout{2min};
        Backoff backoff;
        std::int32_t retries = 2147483647;
        std::size_t request_size_max = std::size_t{1} << 20;
        int in_flight_max = 5;
        bool adaptive = true;
        Duration availability_timeout{0};  ///< zero: brokers are not left out
        bool idempotent = true;
        /// How sentences name a broker; none: by its number.
        std::function<std::string(BrokerId)> name_of{};
    };

    /// One request: send it, then on_answer() or on_failure() with its id. The views of `sources`
    /// hold until then.
    struct Request {
        std::uint64_t id = 0;
        BrokerId broker = no_broker;
        wire::ProduceRequest message;
        std::vector<ByteView> sources;
        wire::Versions versions;
    };
    /// Tell `batch`'s callbacks, unless it is done already; then, where `owner` is set, it is over.
    struct Settled {
        ProducerBatch* batch = nullptr;
        BatchOutcome outcome;
        std::unique_ptr<ProducerBatch> owner;
    };
    struct Decisions {
        std::vector<Request> requests;
        std::vector<Settled> settled;
        bool refresh = false;  ///< a leader is missing, or not the leader any more
        /// Why batches are tried again: of each partition the first trouble since all went well.
        std::vector<std::string> troubles;

        void clear() {
            requests.clear();
            settled.clear();
            refresh = false;
            troubles.clear();
        }
    };
    /// When a broker can be sent to; now or earlier: at once.
    using ReachableAt = std::function<Time(BrokerId)>;

    Sender(Options options, Accumulator& accumulator, TransactionManager& transactions);

    /// Everything goes out without waiting for more: a flush, or the end.
    void set_urgent(bool urgent) { urgent_wanted_ = urgent; }
    /// A partition has been added to the transaction: looks at everything again.
    void look_again() { look_again_ = true; }
    /// The topic's leaders have changed.
    void on_topic(TopicEntry& topic, Time now, Decisions& out);

    void poll(Time now, const ReachableAt& reachable_at, Decisions& out);
    [[nodiscard]] Time next_wake() const;

    void on_answer(std::uint64_t id, const wire::ProduceResponse& response, Time now,
                   std::uint64_t random, Decisions& out);
    /// `why`: of transport. An answer that says nothing of a partition counts as one.
    void on_failure(std::uint64_t id, const Error& why, Time now, std::uint64_t random,
                    Decisions& out);
    /// acks=0: it is sent, and that is all that will be known.
    void on_sent(std::uint64_t id, Time now, Decisions& out);

    /// Fails all that waits, and tells all that is on its way.
    void abort(const Error& why, Decisions& out);

    [[nodiscard]] const ProducerMetrics& metrics() const { return metrics_; }
    [[nodiscard]] std::size_t requests_out() const { return in_flight_.size(); }
    /// Why records wait, of a partition whose last try has failed; empty: none has.
    [[nodiscard]] std::string trouble() const;
    /// Something waits or is on its way.
    [[nodiscard]] bool busy() const { return accumulator_.pool().batches_out() != 0; }

private:
    struct Node {
        std::deque<PartitionQueue*> ready;
        int in_flight = 0;
        Time stuck_since = never;  ///< it has something to send, and cannot
        Time blocked_until{};
    };
    struct InFlight {
        BrokerId broker;
        std::vector<std::unique_ptr<ProducerBatch>> batches;
        Time sent{};
    };
    using PartitionAnswer = wire::ProduceResponse::Response::PartitionResponse;

    void look(PartitionQueue& queue, Time now, Decisions& out);
    void look_at_all(Time now, Decisions& out);
    void wake_at(PartitionQueue& queue, Time when);
    void on_timer(PartitionQueue& queue, Time now, Decisions& out);
    void expire(PartitionQueue& queue, Time now, Decisions& out);
    [[nodiscard]] BatchOutcome too_late(const ProducerBatch& batch, Time now) const;
    [[nodiscard]] std::string name_of(BrokerId broker) const;
    void abort_new(const Error& why, Decisions& out);
    [[nodiscard]] bool wakes_transaction(PartitionQueue& queue);

    void drain(BrokerId broker, Node& node, Time now, const ReachableAt& reachable_at,
               Decisions& out);
    std::vector<std::unique_ptr<ProducerBatch>> collect(BrokerId broker, Node& node, Time now,
                                                        Decisions& out);
    [[nodiscard]] Request request_of(BrokerId broker, const InFlight& in_flight);
    void measure(const InFlight& in_flight);

    InFlight take_in_flight(std::uint64_t id);
    void settle(std::unique_ptr<ProducerBatch> batch, BatchOutcome outcome, Offset log_start,
                Time now, std::uint64_t random, Decisions& out);
    void put_back(std::unique_ptr<ProducerBatch> batch, Time now, std::uint64_t random);
    void split(std::unique_ptr<ProducerBatch> batch, Time now, Decisions& out);
    void insert_retry(std::unique_ptr<ProducerBatch> batch);
    void give_up(std::unique_ptr<ProducerBatch> batch, BatchOutcome outcome, bool definite,
                 Decisions& out);
    [[nodiscard]] bool may_retry(ProducerBatch& batch, ErrorCode code, Offset log_start, Time now);
    [[nodiscard]] bool overdue(const ProducerBatch& batch, Time now) const {
        return now - batch.created() >= options_.delivery_timeout;
    }
    void update_loads(TopicEntry& topic, Time now);
    [[nodiscard]] bool is_stuck(BrokerId broker, Time now) const;

    using Timer = std::pair<Time, PartitionQueue*>;

    const Options options_;
    Accumulator& accumulator_;
    TransactionManager& transactions_;
    std::map<BrokerId, Node> nodes_;
    std::map<std::uint64_t, InFlight> in_flight_;
    std::uint64_t last_request_ = 0;
    std::vector<PartitionQueue*> active_;
    std::set<TopicEntry*> touched_;
    std::set<Timer> timers_;  ///< at most one of each partition: its wake_at
    bool urgent_wanted_ = false;
    bool urgent_ = false;
    bool look_again_ = false;  ///< at everything: the producer's identity or state has changed
    bool moved_ = false;       ///< a partition became ready for another broker
    ProducerIdentity last_identity_;
    TransactionManager::State last_state_ = TransactionManager::State::uninitialized;
    Time loads_at_{};
    ProducerMetrics metrics_;
};

}  // namespace barnabas::client
