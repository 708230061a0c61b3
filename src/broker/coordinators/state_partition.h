#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "broker/partition_writer.h"
#include "broker/services.h"
#include "coordinator/producer_identity.h"
#include "coordinator/record.h"
#include "wire/records/batch_builder.h"
#include "wire/records/control_record.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::broker {

/// A record of a coordinator's topic as it is read back. Key and value are views, valid in the call
/// that gets it.
struct StateRecord {
    Offset offset;
    wire::NullableBytes key;
    wire::NullableBytes value;
};

/// One batch of a coordinator's topic, on replay.
struct StateBatch {
    Offset first;
    Offset end;  // behind its last record
    /// Of a producer's transaction: what it says is pending until the producer's marker comes.
    std::optional<coordinator::ProducerIdentity> transaction;
    /// It is that marker, and has no other records.
    std::optional<wire::ControlType> marker;
    std::vector<StateRecord> records;
};

/// One partition of a topic that a coordinator keeps its state in: reads it back, and appends to
/// it. Lives on the shard that owns the partition. The partition itself may be gone at any moment
/// (its directory failed, its topic was deleted): then everything here is not_coordinator.
class StatePartition {
public:
    using Where = PartitionWriter::Where;
    explicit StatePartition(Where where) : writer_(where) {}
    StatePartition(const StatePartition&) = delete;
    StatePartition& operator=(const StatePartition&) = delete;
    ~StatePartition() = default;

    /// Reads everything that is committed, from the start, and hands it on batch by batch, on the
    /// shard. What has to be read and unpacked is read on the blocking pool. Ends with the first
    /// error of `take`, or when `stop()` says so (then not_coordinator).
    using Take = std::function<Result<void>(const StateBatch&)>;
    awaitable<Result<void>> load(Take take, std::function<bool()> stop);

    /// Makes sure that the next append need not wait for the medium. Cheap where it need not.
    awaitable<Result<void>> ready(Time until);

    /// Appends `records`, at least one, as one batch; answers the offset of the first. Does not
    /// wait. The records are committed when committed() says so. Errors as a producer with acks=all
    /// would get them; record_too_large (message_too_large) beyond the topic's max.message.bytes.
    [[nodiscard]] Result<Offset> append(const coordinator::Records& records, Now now);
    /// The same as part of a producer's transaction.
    [[nodiscard]] Result<Offset> append(const coordinator::Records& records,
                                        const coordinator::ProducerIdentity& transaction, Now now);

    /// Returns when everything in front of `end` is committed: on every replica that has to have
    /// it, and, where flush.before.ack asks for it, on the medium. request_timed_out at `until`.
    awaitable<Result<void>> committed(Offset end, Time until);
    /// Whether that is so already.
    [[nodiscard]] bool is_committed(Offset end) const { return writer_.is_committed(end); }

    /// What is in front of `before` says nothing any more: it goes when whole segments of it are
    /// there, and load() does not read it. Errors as of DeleteRecords.
    [[nodiscard]] Result<void> prune(Offset before);

    /// Where the log ends; no_offset if the partition is gone.
    [[nodiscard]] Offset end() const { return writer_.end(); }
    [[nodiscard]] LeaderEpoch leader_epoch() const;  // no_epoch if it is gone
    /// "topic-3", for the log; its log directory.
    [[nodiscard]] std::string partition_name() const;
    [[nodiscard]] runtime::Path directory() const;
    /// Of batches that are appended from now on.
    void compress_with(wire::Compression compression) { compression_ = compression; }
    [[nodiscard]] BrokerShard& shard() const { return writer_.where().shard; }
    [[nodiscard]] const TopicId& topic() const { return writer_.where().topic; }
    [[nodiscard]] PartitionId number() const { return writer_.where().number; }

private:
    [[nodiscard]] replication::Partition* find() const { return writer_.find(); }
    awaitable<Result<log::ReadResult>> read_warm(Offset from, std::function<bool()> stop);
    [[nodiscard]] Result<Offset> append_batch(
        const coordinator::Records& records,
        const std::optional<coordinator::ProducerIdentity>& transaction, Now now);

    PartitionWriter writer_;
    wire::BatchBuilder builder_;
    ByteBuffer buffer_;
    wire::Compression compression_;
};

}  // namespace barnabas::broker
