#include "client/share_consumer/acquired_records.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

AcquiredRecords::AcquiredRecords(FetchedShare fetched, const DecodeOptions& options)
    : fetched_(std::move(fetched)), options_(options), cursor_(fetched_.records) {
    if (!fetched_.acquired.empty()) {
        next_ = fetched_.acquired.front().first;
    }
}

Delivery AcquiredRecords::delivery() const {
    return {
        .broker = fetched_.broker, .topic_id = fetched_.topic_id, .partition = fetched_.partition};
}

/// All acquired offsets below `end` that nobody has spoken of yet.
void AcquiredRecords::settle_before(Offset end, AckType type, Acknowledgements& own) {
    while (range_ < fetched_.acquired.size() && next_ < end) {
        const Offset last = std::min(fetched_.acquired[range_].last, end - 1);
        if (next_ <= last) {
            own.append(next_, last, type);
            next_ = last + 1;
        }
        if (next_ > fetched_.acquired[range_].last && ++range_ < fetched_.acquired.size()) {
            next_ = fetched_.acquired[range_].first;
        }
    }
}

void AcquiredRecords::finish(AckType type, Acknowledgements& own) {
    if (range_ < fetched_.acquired.size()) {
        settle_before(fetched_.acquired.back().last + 1, type, own);
    }
    open_.reset();
    drained_ = true;
}

/// False: nothing is left.
bool AcquiredRecords::open_next(Taken& taken) {
    if (range_ >= fetched_.acquired.size()) {
        drained_ = true;
        return false;
    }
    const auto batch = cursor_.next();
    if (batch && !*batch) {
        finish(AckType::gap, taken.delivery.own);
        return false;
    }
    auto placed = batch ? check_place(**batch) : Result<>(std::unexpected(batch.error()));
    if (!placed) {  // where the next one begins nobody knows
        taken.error = Error{placed.error().code,
                            fmt::format("{} cannot be read from offset {} on; what was acquired "
                                        "there is rejected: {}",
                                        fetched_.partition, next_, placed.error().message)};
        finish(AckType::reject, taken.delivery.own);
        return false;
    }
    open_.emplace(Open{.records = FetchedRecords({.partition = fetched_.partition,
                                                  .fetch_offset = (*batch)->base_offset(),
                                                  .records = (*batch)->bytes(),
                                                  .owner = fetched_.owner},
                                                 options_),
                       .last = (*batch)->last_offset()});
    return true;
}

/// Of the records of a batch those that were acquired; those before them that have none are gaps.
void AcquiredRecords::pick(const barnabas::detail::RecordChunk& from,
                           barnabas::detail::RecordChunk& to, Acknowledgements& own) {
    bool any = false;
    for (const barnabas::detail::RecordEntry& entry : from.entries) {
        settle_before(Offset{entry.offset}, AckType::gap, own);
        if (range_ >= fetched_.acquired.size()) {
            break;
        }
        if (next_ != Offset{entry.offset}) {
            continue;  // somebody else has it
        }
        to.entries.push_back(entry);
        to.entries.back().delivery_count = fetched_.acquired[range_].delivery_count;
        any = true;
        if (++next_ > fetched_.acquired[range_].last && ++range_ < fetched_.acquired.size()) {
            next_ = fetched_.acquired[range_].first;
        }
    }
    if (any) {
        to.bytes.insert(to.bytes.end(), from.bytes.begin(), from.bytes.end());
        to.next = from.next;
    }
}

void AcquiredRecords::read_batch(Taken& taken, barnabas::detail::RecordChunk& chunk,
                                 std::size_t count_max, DecodeTools& tools) {
    const auto read = open_->records.take(count_max - chunk.entries.size(), tools);
    if (!read) {
        taken.error = Error{read.error().code,
                            fmt::format("{}; what was acquired from there to offset {} is rejected",
                                        read.error().message, open_->last)};
        settle_before(open_->last + 1, AckType::reject, taken.delivery.own);
        open_.reset();
        return;
    }
    if (*read) {
        pick(**read, chunk, taken.delivery.own);
    }
    if (open_->records.drained()) {
        settle_before(open_->last + 1, AckType::gap, taken.delivery.own);
        open_.reset();
    }
}

AcquiredRecords::Taken AcquiredRecords::take(std::size_t count_max, DecodeTools& tools) {
    Taken taken{.delivery = delivery(), .count = 0, .error = {}};
    auto chunk = std::make_shared<barnabas::detail::RecordChunk>();
    chunk->partition = fetched_.partition;
    while (!taken.error && !drained_ && chunk->entries.size() < count_max) {
        if (open_ || open_next(taken)) {
            read_batch(taken, *chunk, count_max, tools);
        }
    }
    if (range_ >= fetched_.acquired.size()) {
        drained_ = true;
    }
    taken.count = chunk->entries.size();
    if (taken.count > 0) {
        taken.delivery.chunk = std::move(chunk);
    }
    return taken;
}

Delivery AcquiredRecords::give_back() {
    Delivery rest = delivery();
    finish(AckType::release, rest.own);
    return rest;
}

// --- several
// ---------------------------------------------------------------------------------------

void ShareDrain::add(std::vector<FetchedShare> fetched) {
    for (FetchedShare& part : fetched) {
        queue_.emplace_back(std::move(part), options_);
    }
}

ShareDrain::Taken ShareDrain::take(std::size_t count_max) {
    Taken taken;
    while (!queue_.empty() && taken.count < count_max && !taken.error) {
        auto part = queue_.front().take(count_max - taken.count, tools_);
        taken.count += part.count;
        taken.error = std::move(part.error);
        taken.deliveries.push_back(std::move(part.delivery));
        if (queue_.front().is_drained()) {
            queue_.pop_front();
        }
    }
    return taken;
}

std::vector<Delivery> ShareDrain::give_back() {
    std::vector<Delivery> all;
    for (AcquiredRecords& part : queue_) {
        all.push_back(part.give_back());
    }
    queue_.clear();
    return all;
}

}  // namespace barnabas::client
