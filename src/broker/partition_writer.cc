#include "broker/partition_writer.h"

#include <algorithm>
#include <vector>

namespace barnabas::broker {

replication::Partition* PartitionWriter::find() const {
    return where_.shard.partitions.find(where_.topic, where_.number);
}

Error PartitionWriter::gone() const {
    return where_.shard.why_not_here(where_.topic, where_.number);
}

Offset PartitionWriter::end() const {
    const auto* partition = find();
    return partition == nullptr ? no_offset : partition->log().log_end();
}

awaitable<Result<void>> PartitionWriter::ready(Time until) {
    auto& first_appends = where_.shard.first_appends;
    const auto* partition = find();
    if (partition == nullptr) {
        co_return std::unexpected(gone());
    }
    if (!first_appends.must_queue(*partition, {})) {
        co_return Result<void>();
    }
    // Its place in line is all that is wanted: when its turn comes the log's end is in memory.
    auto nothing = [] {};
    const auto name = partition->name();
    auto ticket = first_appends.enqueue(*partition, {}, nothing);
    if (!co_await first_appends.wait(std::move(ticket), until)) {
        co_return fail(ErrorCode::request_timed_out,
                       "the disk of {} takes too long to read the end of the log", name);
    }
    co_return Result<void>();
}

Result<Offset> PartitionWriter::note(replication::ProduceOutcome outcome) {
    if (outcome.error != ErrorCode::none) {
        return fail(outcome.error, "{}", outcome.message);
    }
    if (outcome.to_flush) {
        const auto& to = *outcome.to_flush;
        on_medium_ = to.on_medium ? to.end : on_medium_;
        cuts_ = to.cuts;
        if (auto* partition = find()) {
            where_.shard.flusher.start_soon(*partition);
        }
    }
    return outcome.base_offset;
}

bool PartitionWriter::is_committed(Offset end) const {
    const auto* partition = find();
    return partition != nullptr && partition->log().high_watermark() >= end &&
           partition->log().recovery_point() >= std::min(end, on_medium_);
}

void PartitionWriter::want_all_on_medium() {
    if (const auto* partition = find()) {
        on_medium_ = partition->log().log_end();
    }
}

awaitable<Result<void>> PartitionWriter::committed(Offset end, Time until) {
    if (is_committed(end)) {
        co_return Result<void>();
    }
    const bool to_medium = on_medium_ > Offset{0};
    for (const bool on_medium : {false, true}) {
        if (on_medium && !to_medium) {
            break;
        }
        std::vector<Flusher::Wanted> wanted{
            {.topic = where_.topic,
             .partition = where_.number,
             .to = {.end = on_medium ? std::min(end, on_medium_) : end,
                    .on_medium = on_medium,
                    .cuts = cuts_}}};
        const auto flushed = co_await where_.shard.flusher.flush(std::move(wanted), until);
        if (const auto& error = flushed.front().error) {
            co_return fail(error->code, "{}", error->message);
        }
    }
    co_return Result<void>();
}

}  // namespace barnabas::broker
