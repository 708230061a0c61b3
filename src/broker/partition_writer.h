#pragma once

#include "base/result.h"
#include "base/time.h"
#include "broker/paced_append.h"
#include "broker/services.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <utility>

namespace barnabas::broker {

/// How the broker itself writes into a partition that one of its shards owns, as a producer with
/// acks=all would: ready(), append(), committed(). Lives on that shard. The partition may be gone
/// at any moment (its directory failed, its topic was deleted): then everything here is an error
/// that says where it went, as clients hear it (BrokerShard::why_not_here).
class PartitionWriter {
public:
    struct Where {
        BrokerShard& shard;  // outlives it
        TopicId topic;
        PartitionId number;
    };
    explicit PartitionWriter(Where where) : where_(where) {}

    /// Makes sure that the next append need not wait for the medium. Cheap where it need not.
    /// request_timed_out at `until`, or when the broker stops.
    awaitable<Result<void>> ready(Time until);

    /// `how(Partition&)` appends, and answers a ProduceOutcome; the answer here is the offset of
    /// the first record. Does not wait: the records are committed when committed() says so.
    template <class How>
    [[nodiscard]] Result<Offset> append(How how) {
        auto* partition = find();
        if (partition == nullptr) {
            return std::unexpected(gone());
        }
        return note(paced_append(where_.shard, *partition, std::move(how)));
    }

    /// Returns when everything in front of `end` is committed: on every replica that has to have
    /// it, and, as far as an append asked for that, on the medium. request_timed_out at `until`.
    awaitable<Result<void>> committed(Offset end, Time until);
    /// Whether that is so already.
    [[nodiscard]] bool is_committed(Offset end) const;
    /// Everything that the log holds now is to be on the medium before it counts as committed.
    void want_all_on_medium();

    /// nullptr if it is gone.
    [[nodiscard]] replication::Partition* find() const;
    /// Where the log ends; no_offset if the partition is gone.
    [[nodiscard]] Offset end() const;
    [[nodiscard]] const Where& where() const { return where_; }

private:
    [[nodiscard]] Error gone() const;
    Result<Offset> note(replication::ProduceOutcome outcome);

    Where where_;
    Offset on_medium_{0};                  // what was appended in front of it has to be there
    std::optional<std::uint64_t> cuts_{};  // of the log, when something was last appended to flush
};

}  // namespace barnabas::broker
