#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "share/in_flight.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace barnabas::share {

/// What a group wants of its share partitions; may differ from call to call.
struct Settings {
    std::int32_t delivery_count_limit = 5;  // share.delivery.count.limit
    std::int32_t record_locks_max = 2000;   // share.partition.max.record.locks
    Duration lock_duration = 30s;           // share.record.lock.duration.ms
    bool renews = true;                     // share.renew.acknowledge.enable
    bool dead_letters = false;              // records that fail for good go elsewhere first
};

/// Records from `first` to `last` that are in one state, as they are kept.
struct StateBatch {
    Offset first;
    Offset last;
    RecordState state = RecordState::available;
    std::int16_t delivery_count = 0;

    friend bool operator==(const StateBatch&, const StateBatch&) = default;
};

/// What was kept of a share partition, and where it begins.
struct Kept {
    std::int32_t state_epoch = 0;
    Offset start{0};  // known: whoever loads it has looked up what share.auto.offset.reset says
    std::vector<StateBatch> batches{};
};

/// What is to be kept: as WriteShareGroupState has it.
struct Write {
    std::uint64_t number = 0;  // rises
    Offset start;
    std::int32_t delivery_complete_count = 0;  // records from `start` on that are done with
    std::vector<StateBatch> batches;
};

/// A batch of the log, as far as acquiring goes.
struct FetchedBatch {
    Offset first;
    Offset last;
    bool aborted = false;  // the group reads committed, and its transaction was aborted
};

/// ShareFetch's shareAcquireMode (KIP-1206).
enum class AcquireMode : std::int8_t {
    batch_optimized = 0,  // whole batches, somewhat more than asked for
    record_limit = 1,     // never more records than asked for
};

struct AcquireFrom {
    std::string_view member;
    AcquireMode mode = AcquireMode::batch_optimized;
    std::int32_t batch_size = 500;  // at most so many records are locked as one, if batches allow
    std::int32_t records_max = 500;
    Offset fetch_offset;                    // where the log was read from: next_fetch_offset()
    std::span<const FetchedBatch> batches;  // what was read, in order
};

struct Acquired {
    Offset first;
    Offset last;
    std::int16_t delivery_count = 0;

    friend bool operator==(const Acquired&, const Acquired&) = default;
};

/// ShareAcknowledge's types. A gap is an offset without a record, as the consumer has found.
enum class AcknowledgeType : std::int8_t {
    gap = 0,
    accept = 1,
    release = 2,
    reject = 3,
    renew = 4
};

struct Acknowledgement {
    Offset first;
    Offset last;
    std::span<const std::int8_t> types;  // one for all, or one for each offset
};

/// Records that are to go to the dead letter queue; they wait for on_dead_letters_kept().
struct DeadLetters {
    Offset first;
    Offset last;
    std::int16_t delivery_count = 0;
    bool rejected = false;  // else they were delivered too often

    friend bool operator==(const DeadLetters&, const DeadLetters&) = default;
};

/// A share group's records of one partition (kafka.server.share.SharePartition): pure bookkeeping.
/// Lives on the partition's shard.
///     start()                                    end()
///     |acquired|available|acknowledged|acquired..|not yet acquired
/// Always: start <= end; everything below start is done with and forgotten; batches in flight begin
/// at start, unless there are none; a record that is changing belongs to one write that was not
/// reported yet.
class SharePartition {
public:
    /// corrupt_message where the batches overlap, lie below the start or are in no state that is
    /// kept. Offsets between them count as not delivered yet.
    static Result<SharePartition> load(const Kept& kept);

    [[nodiscard]] std::int32_t state_epoch() const { return state_epoch_; }
    [[nodiscard]] Offset start() const { return start_; }
    [[nodiscard]] Offset end() const { return end_; }
    /// Records that count against share.partition.max.record.locks.
    [[nodiscard]] std::int64_t in_flight_records() const {
        return in_flight_.empty() ? 0 : end_ - start_;
    }
    [[nodiscard]] const InFlight& in_flight() const { return in_flight_; }

    /// The first record that may be acquired: one that came back, else end().
    [[nodiscard]] Offset next_fetch_offset();
    /// Whether acquire() may find something; else only an acknowledgement, or time, helps.
    [[nodiscard]] bool can_acquire(const Settings& settings);
    /// The last offset that acquire() is interested in, if it is asked for so many records.
    [[nodiscard]] Offset last_of_interest(std::int32_t records_max);

    /// Hands records of `from.batches` out, in order, each range once locked until its time. Those
    /// that were delivered often come in smaller and smaller parts, at last one by one: one bad
    /// record shall not take the others of its batch with it. Nothing is written down of it.
    [[nodiscard]] std::vector<Acquired> acquire(const AcquireFrom& from, const Settings& settings,
                                                Time now);

    /// The number of the write with which it is final; nothing if nothing has to be written (locks
    /// were renewed, or the records are below the start). On an error (invalid_request,
    /// invalid_record_state) nothing has changed.
    [[nodiscard]] Result<std::optional<std::uint64_t>> acknowledge(
        std::string_view member, std::span<const Acknowledgement> batches, const Settings& settings,
        Time now);
    /// The member's session has ended: what it holds was fetched, but not delivered, so that it
    /// does not count. The number as above.
    std::optional<std::uint64_t> release(std::string_view member);

    /// Locks that are over are taken away: at once, the write only notes it. Whether there were
    /// any.
    bool on_tick(const Settings& settings, Time now);
    [[nodiscard]] Time next_wake() const { return earliest_lock_; }

    /// The log begins at `offset` now. Records below are forgotten, whatever was under way.
    void move_log_start(Offset offset);

    /// The start was looked up rather than read back: it is written with the next write, of which
    /// there is one.
    void keep_start() { start_unkept_ = true; }
    /// What is to be written, if there is something and nothing is under way.
    [[nodiscard]] std::optional<Write> take_write();
    /// How the write has ended. If it failed, what was changing stays with its holder, unless its
    /// lock is over.
    void on_written(std::uint64_t number, bool kept, const Settings& settings, Time now);

    /// Each once; after load() those that were left.
    [[nodiscard]] std::vector<DeadLetters> take_dead_letters();
    /// They are in the queue, or will never be: they are archived.
    void on_dead_letters_kept(const DeadLetters& letters);

private:
    struct Range {
        Offset first;
        Offset last;
    };
    struct Acquisition;

    SharePartition(std::int32_t state_epoch, Offset start)
        : state_epoch_(state_epoch), start_(start), end_(start), first_free_(start) {}

    // acquire.cc
    void acquire_again(Acquisition& run);
    void acquire_split(Acquisition& run, Offset first, Batch& batch, bool throttled);
    void acquire_new(Acquisition& run);
    void archive_free(Offset first, Offset last);
    void archive_aborted(const AcquireFrom& from, std::vector<Acquired>& ranges);

    // acknowledge.cc
    [[nodiscard]] Result<void> check(std::string_view member, const Acknowledgement& batch,
                                     const Settings& settings) const;
    [[nodiscard]] Result<void> check_range(const Acknowledgement& batch) const;
    bool begin_change(Offset first, Offset last, Delivery& delivery, AcknowledgeType type,
                      const Settings& settings, Time now);
    void take_lock_away(Offset first, Delivery& delivery, const Settings& settings);

    // persistence.cc
    void note(Offset first, Offset last);
    [[nodiscard]] std::int32_t delivery_complete_count() const;
    void finish(Offset first, Delivery& delivery, bool kept, const Settings& settings, Time now);
    void collect_dead_letters(const std::vector<Range>& ranges);

    void advance();
    void freed(Offset offset) { first_free_ = std::min(first_free_, offset); }
    void locked_until(Time until) { earliest_lock_ = std::min(earliest_lock_, until); }

    std::int32_t state_epoch_;
    Offset start_;
    Offset end_;
    Offset first_free_;  // no record below it is free
    InFlight in_flight_;
    Time earliest_lock_ = never;  // or earlier
    std::uint64_t next_write_ = 1;
    std::vector<Range> noted_;      // for the next write
    std::vector<Range> under_way_;  // in the one that was taken and not reported
    bool writing_ = false;
    bool start_unkept_ = false;
    std::vector<DeadLetters> dead_letters_;
};

}  // namespace barnabas::share
