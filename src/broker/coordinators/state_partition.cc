#include "broker/coordinators/state_partition.h"

#include "base/invariant.h"
#include "broker/coordinators/state_replay.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

/// So much is handed on without a pause: requests of the shard come in between.
constexpr std::uint32_t part_bytes = 256 << 10;
/// So often whoever waits for the disk looks whether that is still of use.
constexpr Duration look_interval = 1s;

std::unexpected<Error> gone() {
    return fail(ErrorCode::not_coordinator,
                "this broker does not lead the coordinator's partition");
}

}  // namespace

LeaderEpoch StatePartition::leader_epoch() const {
    const auto* partition = find();
    return partition == nullptr ? no_epoch : partition->leader_epoch();
}

awaitable<Result<log::ReadResult>> StatePartition::read_warm(Offset from,
                                                             std::function<bool()> stop) {
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
        auto reads = shard().cold_reads.start({std::move(*read->cold)});
        const Time until = shard().shard.clock().now() + look_interval;
        co_await shard().cold_reads.wait_for(std::move(reads), until);
        if (shard().stopping || stop()) {
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
        const auto read = co_await read_warm(next, stop);
        if (!read) {
            co_return fail(Result<log::ReadResult>(read));
        }
        if (read->records.size == 0) {
            break;  // compaction left nothing more
        }
        auto unpack = [slice = read->records, next] { return read_state(slice, next); };
        const auto part = co_await runtime::run_blocking(shard().shard, std::move(unpack));
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
    if (partition->may_ask_for_flush(true, shard().shard.clock().now())) {
        writer_.want_all_on_medium();
    }
    const Offset loaded = partition->log().log_end();
    Result<void> safe;
    do {
        safe = co_await committed(loaded, shard().shard.clock().now() + Flusher::patience);
    } while (!safe && safe.error().code == ErrorCode::request_timed_out && !stop());
    co_return safe;
}

awaitable<Result<void>> StatePartition::ready(Time until) {
    if (find() == nullptr) {
        co_return gone();
    }
    co_return co_await writer_.ready(until);
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
    if (find() == nullptr) {
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
    return writer_.append([&](replication::Partition& partition) {
        return partition.append_state(batch, now, shard().validator);
    });
}

awaitable<Result<void>> StatePartition::committed(Offset end, Time until) {
    auto committed = co_await writer_.committed(end, until);
    if (!committed && committed.error().code == ErrorCode::not_leader_or_follower) {
        co_return gone();
    }
    co_return committed;
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
    return partition == nullptr ? fmt::format("{}-{}", topic(), number())
                                : fmt::format("{}", partition->name());
}

runtime::Path StatePartition::directory() const {
    const auto* partition = find();
    return partition == nullptr ? runtime::Path() : partition->log().folder().parent_path();
}

}  // namespace barnabas::broker
