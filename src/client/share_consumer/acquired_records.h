#pragma once

#include "base/result.h"
#include "client/consumer/fetched_records.h"
#include "client/share_consumer/in_flight.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace barnabas::client {

/// Offsets that the broker has locked for this member, and how often they were given out.
struct AcquiredRange {
    Offset first;
    Offset last;  ///< inclusive
    std::int16_t delivery_count = 1;
};

/// What one ShareFetch brought of one partition, before anybody looked into its batches. What
/// crosses from the event loop to the thread that polls.
struct FetchedShare {
    BrokerId broker = no_broker;
    TopicId topic_id;
    TopicPartition partition;
    ByteView records;
    std::shared_ptr<const void> owner;  ///< of the bytes of `records`
    /// Rising, without overlaps.
    std::vector<AcquiredRange> acquired;
};

/// Turns what was fetched into records, some at a time: of each batch what was acquired. Kafka's
/// ShareCompletedFetch. An acquired offset without a record is a gap; what cannot be read is
/// rejected, batch by batch, so that it does not come again and again. On the thread that polls.
class AcquiredRecords {
public:
    AcquiredRecords(FetchedShare fetched, const DecodeOptions& options);

    struct Taken {
        Delivery delivery;
        std::size_t count = 0;       ///< records in it
        std::optional<Error> error;  ///< of what was rejected; what came before it is in delivery
    };
    /// Up to `count_max` records; with none, what is acknowledged without any.
    [[nodiscard]] Taken take(std::size_t count_max, DecodeTools& tools);
    [[nodiscard]] bool is_drained() const { return drained_; }
    /// Gives back what was not taken: it is somebody else's again.
    [[nodiscard]] Delivery give_back();

private:
    /// A batch, or what is left of one.
    struct Open {
        FetchedRecords records;
        Offset last;
    };

    bool open_next(Taken& taken);
    void read_batch(Taken& taken, barnabas::detail::RecordChunk& chunk, std::size_t count_max,
                    DecodeTools& tools);
    void pick(const barnabas::detail::RecordChunk& from, barnabas::detail::RecordChunk& to,
              Acknowledgements& own);
    void settle_before(Offset end, AckType type, Acknowledgements& own);
    void finish(AckType type, Acknowledgements& own);
    [[nodiscard]] Delivery delivery() const;

    FetchedShare fetched_;
    DecodeOptions options_;
    wire::BatchCursor cursor_;
    std::optional<Open> open_;
    std::size_t range_ = 0;  ///< of fetched_.acquired: the first that is not settled
    Offset next_;            ///< the first offset of it that is not settled
    bool drained_ = false;
};

/// Several of those, in the order of their arrival.
class ShareDrain {
public:
    explicit ShareDrain(bool check_crcs) : options_{.check_crcs = check_crcs, .may_seek = false} {}

    void add(std::vector<FetchedShare> fetched);
    struct Taken {
        std::vector<Delivery> deliveries;
        std::size_t count = 0;
        std::optional<Error> error;
    };
    /// Up to `count_max` records, and up to the first that cannot be read.
    [[nodiscard]] Taken take(std::size_t count_max);
    [[nodiscard]] bool empty() const { return queue_.empty(); }
    /// Releases all that was not handed out.
    [[nodiscard]] std::vector<Delivery> give_back();

private:
    DecodeOptions options_;
    DecodeTools tools_;
    std::deque<AcquiredRecords> queue_;
};

}  // namespace barnabas::client
