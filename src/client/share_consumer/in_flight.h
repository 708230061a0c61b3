#pragma once

#include "base/result.h"
#include "client/share_consumer/acknowledgements.h"
#include <barnabas/consumer_records.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <vector>

namespace barnabas::client {

/// Records of one partition that were acquired and decoded together. `own`: what is acknowledged
/// without asking anybody (gaps, and what cannot be read).
struct Delivery {
    BrokerId broker = no_broker;
    TopicId topic_id;
    TopicPartition partition;
    std::shared_ptr<const barnabas::detail::RecordChunk>
        chunk{};  ///< none: no record could be read
    Acknowledgements own{};
};

/// What was handed to the user and is not settled: Kafka's ShareFetch and ShareInFlightBatch. Each
/// record is
///
///   waiting -> marked (by the user) -> taken, to be sent
///                                   -> renewing -> renewed (the broker agreed) -> waiting again
///
/// and is forgotten when it was taken for good, or its renewal failed. No I/O; one thread.
class InFlight {
public:
    void add(Delivery delivery);

    /// invalid_request: not among what waits for it. Marking again changes the mark.
    Result<> acknowledge(const TopicPartition& partition, Offset offset, AckType type);
    /// Marks whatever is not marked yet as accepted.
    void accept_all();
    /// No record waits for a mark.
    [[nodiscard]] bool all_marked() const { return waiting_ == 0; }
    [[nodiscard]] std::size_t waiting() const { return waiting_; }

    /// Whatever is marked, by broker and partition: it is the caller's to send.
    [[nodiscard]] std::vector<PartAcks> take_marked();
    /// What came of acknowledgements that were taken: of no concern but for renewals.
    void on_outcome(const PartAcks& part, bool kept);
    /// Renewals are on their way.
    [[nodiscard]] bool is_renewing() const { return renewing_ > 0; }
    [[nodiscard]] bool has_renewed() const { return renewed_ > 0; }
    /// Hands renewed records out again.
    [[nodiscard]] ConsumerRecords take_renewed();

private:
    enum class Phase : std::uint8_t { waiting, marked, renewing, renewed, gone };
    struct State {
        Phase phase = Phase::waiting;
        AckType type = AckType::accept;
    };
    struct Batch {
        Delivery delivery;
        std::vector<State> states;  ///< by entry of the chunk
        [[nodiscard]] std::span<const barnabas::detail::RecordEntry> entries() const;
        /// Nothing: no record has that offset.
        [[nodiscard]] State* find(Offset offset);
        [[nodiscard]] Acknowledgements take_marked();
        [[nodiscard]] std::size_t count(Phase phase) const;
        [[nodiscard]] bool is_over() const;
    };

    /// The newest record of that offset in that phase; nothing if there is none.
    [[nodiscard]] State* find(const TopicPartition& partition, Offset offset, Phase phase);
    void recount();
    void forget_settled();
    void settle_renewals(Batch& batch, const PartAcks& part, bool kept) const;

    std::list<Batch> batches_;
    std::size_t waiting_ = 0;
    std::size_t renewing_ = 0;
    std::size_t renewed_ = 0;
};

}  // namespace barnabas::client
