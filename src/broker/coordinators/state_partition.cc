#include "broker/coordinators/state_partition.h"

#include "base/invariant.h"
#include "broker/coordinators/state_replay.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

/// So much is handed on without a pause: requests of the shard come in between.
constexpr std::uint32_t part_bytes = 256 << 10;

std::unexpected<Error> gone() {
    return fail(ErrorCode::not_coordinator,
                "this broker does not lead the coordinator's partition");
}

}  // namespace

replication::Partition* StatePartition::find() const {
    return where_.shard.partitions.find(where_.topic, where_.number);
}

Offset StatePartition::end() const {
    const auto* partition = find();
    return partition == nullptr ? no_offset : partition->log().log_end();
}

LeaderEpoch StatePartition::leader_epoch() const {
    const auto* partition = find();
    return partition == nullptr ? no_epoch : partition->leader_epoch();
}

awaitable<Result<log::ReadResult>> StatePartition::read_warm(Offset from) {
    while (auto* partition = find()) {
        auto& log = partition->log();
        auto read = log.try_read(from, {.max_bytes = part_bytes,
                                        .at_least_one_batch = true,
                                        .end = log.high_watermark(),
                                        .may_wait = false});
        if (!read || !read->cold) {
            co_return read;
        }
        // What cannot be brought in, the reading itself will tell.
        auto reads = where_.shard.cold_reads.start({std::move(*read->cold)});
        co_await where_.shard.cold_reads.wait_for(std::move(reads), never);
        if (where_.shard.stopping) {
            break;
        }
    }
    co_return gone();
}

awaitable<Result<void>> StatePartition::load(Take take, std::function<bool()> stop) {
    auto* partition = find();
    Offset next = partition == nullptr ? no_offset : partition->log().log_start();
    while (true) {
        partition = find();
        if (partition == nullptr || stop()) {
            co_return gone();
        }
        // Compaction and DeleteRecords may have moved it on meanwhile.
        next = std::max(next, partition->log().log_start());
        if (next >= partition->log().high_watermark()) {
            break;
        }
        const auto read = co_await read_warm(next);
        if (!read) {
            co_return fail(Result<log::ReadResult>(read));
        }
        if (read->records.size == 0) {
            break;  // compaction left nothing more
        }
        auto unpack = [slice = read->records, next] { return read_state(slice, next); };
        const auto part = co_await runtime::run_blocking(where_.shard.shard, std::move(unpack));
        if (!part) {
            co_return fail(part.error().code, "{}", part.error().message);
        }
        for (const auto& batch : part->batches) {
            if (stop()) {
                co_return gone();
            }
            if (auto taken = take(batch); !taken) {
                co_return taken;
            }
            next = batch.end;
        }
    }
    // What was read is acted upon, so it has to be as safe as what is appended from now on: a
    // process that was killed may have left it in the system's memory alone.
    partition = find();
    if (partition == nullptr) {
        co_return gone();
    }
    if (partition->may_ask_for_flush(true)) {
        flush_to_ = partition->log().log_end();
    }
    Result<void> safe;
    do {
        safe = co_await committed(flush_to_, where_.shard.shard.clock().now() + Flusher::patience);
    } while (!safe && safe.error().code == ErrorCode::request_timed_out && !stop());
    co_return safe;
}

awaitable<Result<void>> StatePartition::ready(Time until) {
    auto& first_appends = where_.shard.first_appends;
    const auto* partition = find();
    if (partition == nullptr) {
        co_return gone();
    }
    if (!first_appends.must_queue(*partition)) {
        co_return Result<void>();
    }
    // Its place in line is all that is wanted: when its turn comes the log's end is in memory.
    auto nothing = [] {};
    auto ticket = first_appends.enqueue(*partition, nothing);
    if (!co_await first_appends.wait(std::move(ticket), until)) {
        co_return fail(ErrorCode::request_timed_out,
                       "the disk of {} takes too long to read the end of the log",
                       partition_name());
    }
    co_return Result<void>();
}

Result<Offset> StatePartition::append(const coordinator::Records& records, Now now) {
    return append_batch(records, std::nullopt, now);
}

Result<Offset> StatePartition::append(const coordinator::Records& records,
                                      const coordinator::ProducerIdentity& transaction, Now now) {
    return append_batch(records, transaction, now);
}

Result<Offset> StatePartition::append_batch(
    const coordinator::Records& records,
    const std::optional<coordinator::ProducerIdentity>& transaction, Now now) {
    INVARIANT(!records.empty(), "an empty batch for {}", partition_name());
    auto* partition = find();
    if (partition == nullptr) {
        return gone();
    }
    buffer_.clear();
    wire::BatchOptions options{.compression = compression_};
    if (transaction) {
        options.producer_id = transaction->id;
        options.producer_epoch = transaction->epoch;
        options.transactional = true;
    }
    builder_.start(buffer_, options);
    std::int64_t number = 0;
    for (const auto& record : records) {
        TRY(builder_.append(Offset{number++},
                            {.timestamp = now.wall,
                             .key = record.key.view(),
                             .value = record.value ? wire::NullableBytes(record.value->view())
                                                   : wire::NullableBytes(),
                             .headers = {}}));
    }
    TRY_ASSIGN(const auto batch, builder_.finish());
    const auto outcome = partition->append_state(batch, now, where_.shard.validator);
    if (outcome.error != ErrorCode::none) {
        return fail(outcome.error, "{}", outcome.message);
    }
    if (outcome.flush_to) {
        flush_to_ = *outcome.flush_to;
    }
    return outcome.base_offset;
}

bool StatePartition::is_committed(Offset end) const {
    const auto* partition = find();
    return partition != nullptr && partition->log().high_watermark() >= end &&
           partition->log().recovery_point() >= std::min(end, flush_to_);
}

awaitable<Result<void>> StatePartition::committed(Offset end, Time until) {
    if (is_committed(end)) {
        co_return Result<void>();
    }
    std::vector<Flusher::Wanted> wanted{
        {.topic = where_.topic, .partition = where_.number, .end = std::min(end, flush_to_)}};
    const auto flushed = co_await where_.shard.flusher.flush(std::move(wanted), until);
    const auto& error = flushed.front().error;
    if (error && error->code == ErrorCode::not_leader_or_follower) {
        co_return gone();
    }
    if (error) {
        co_return fail(error->code, "{}", error->message);
    }
    co_return Result<void>();
}

Result<void> StatePartition::prune(Offset before) {
    auto* partition = find();
    if (partition == nullptr) {
        return gone();
    }
    TRY(partition->delete_records(before));
    return {};
}

std::string StatePartition::partition_name() const {
    const auto* partition = find();
    return partition == nullptr ? fmt::format("{}-{}", where_.topic, where_.number)
                                : fmt::format("{}", partition->name());
}

runtime::Path StatePartition::directory() const {
    const auto* partition = find();
    return partition == nullptr ? runtime::Path() : partition->log().folder().parent_path();
}

}  // namespace barnabas::broker
