#include "share/share_partition.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::share {

/// One call of acquire() on its way.
struct SharePartition::Acquisition {
    const AcquireFrom& from;
    const Settings& settings;
    Member holder;
    Time lock_until;
    Offset base;        // of the first fetched batch
    Offset last;        // nothing behind it is acquired
    std::int64_t left;  // records that may still be acquired
    std::vector<Acquired> ranges{};

    [[nodiscard]] bool limits_records() const { return from.mode == AcquireMode::record_limit; }
    [[nodiscard]] std::int64_t taken() const {
        std::int64_t sum = 0;
        for (const auto& range : ranges) {
            sum += range.last - range.first + 1;
        }
        return sum;
    }
    /// `extends`: with the range before it, if they follow one another and are alike.
    void add(Offset first, Offset end, std::int16_t count, bool extends = false) {
        left -= end - first + 1;
        if (extends && ranges.back().last + 1 == first && ranges.back().delivery_count == count) {
            ranges.back().last = end;
            return;
        }
        ranges.push_back({.first = first, .last = end, .delivery_count = count});
    }
};

namespace {

/// From so many deliveries on records come in smaller parts: half of the limit, rounded up.
std::int32_t throttled_from(const Settings& settings) {
    return std::max(2, (settings.delivery_count_limit + 1) / 2);
}

/// A record's last chance is given to it alone, unless there are only two.
bool goes_alone(std::int32_t deliveries, const Settings& settings) {
    return settings.delivery_count_limit > 2 && deliveries >= settings.delivery_count_limit;
}

bool is_throttled(Offset first, const Batch& batch, Offset from, Offset to,
                  const Settings& settings) {
    const auto limit = throttled_from(settings);
    if (batch.is_whole()) {
        return batch.each.front().count >= limit;
    }
    for (Offset at = std::max(first, from); at <= std::min(batch.last, to); ++at) {
        const auto& delivery = batch.each[static_cast<std::size_t>(at - first)];
        if (delivery.state == RecordState::available && delivery.count >= limit) {
            return true;
        }
    }
    return false;
}

/// The end of the batch that holds `offset`; `offset` if there is none.
Offset end_of_batch(std::span<const FetchedBatch> batches, Offset offset) {
    const auto behind = std::ranges::upper_bound(batches, offset, {}, &FetchedBatch::first);
    if (behind == batches.begin()) {
        return offset;
    }
    return std::max(offset, std::prev(behind)->last);
}

}  // namespace

std::vector<Acquired> SharePartition::acquire(const AcquireFrom& from, const Settings& settings,
                                              Time now) {
    if (from.batches.empty() || from.records_max <= 0) {
        return {};
    }
    Offset last = from.batches.back().last;
    auto left =
        std::min<std::int64_t>(from.records_max, settings.record_locks_max - in_flight_records());
    if (left <= 0) {
        // No room for more, but records that came back are in flight already.
        if (from.fetch_offset >= end_) {
            return {};
        }
        left = std::min<std::int64_t>(from.records_max, end_ - from.fetch_offset);
        last = std::min(last, end_ - 1);
    }
    const Offset base = from.batches.front().first;
    if (from.fetch_offset < base) {
        // Compaction took what came back: it will never be read again.
        archive_free(from.fetch_offset, base - 1);
    }
    Acquisition run{.from = from,
                    .settings = settings,
                    .holder = std::make_shared<const std::string>(from.member),
                    .lock_until = now + settings.lock_duration,
                    .base = base,
                    .last = last,
                    .left = left};
    acquire_again(run);
    if (run.left > 0) {
        acquire_new(run);
    }
    if (!run.ranges.empty()) {
        locked_until(run.lock_until);
        archive_aborted(from, run.ranges);
    }
    advance();
    return std::move(run.ranges);
}

/// Records that were acquired before.
void SharePartition::acquire_again(Acquisition& run) {
    auto& all = in_flight_.all();
    for (auto at = in_flight_.from(run.base);
         at != all.end() && at->first <= run.last && run.left > 0; ++at) {
        auto& batch = at->second;
        if (batch.is_whole() && !batch.each.front().is_free()) {
            continue;
        }
        const auto size = batch.last - at->first + 1;
        const bool all_asked = at->first >= run.base && batch.last <= run.last;
        const bool throttled = is_throttled(at->first, batch, run.base, run.last, run.settings);
        if (throttled && !run.ranges.empty()) {
            run.left = 0;  // it comes alone, with the next fetch
            return;
        }
        if (batch.is_whole() && all_asked && !throttled &&
            !(run.limits_records() && size > run.left)) {
            auto& delivery = batch.each.front();
            delivery.acquire(run.holder, run.lock_until);
            run.add(at->first, batch.last, delivery.count);
            continue;
        }
        const auto before = run.taken();
        acquire_split(run, at->first, batch, throttled);
        if (throttled && run.taken() > before) {
            run.left = 0;
            return;
        }
    }
}

/// A part of a batch: what is free of it, up to the first record that has to come alone.
void SharePartition::acquire_split(Acquisition& run, Offset first, Batch& batch, bool throttled) {
    InFlight::split(first, batch);
    const auto limit = throttled_from(run.settings);
    std::optional<std::int64_t> most;  // of a part with records that were delivered often
    std::int64_t taken = 0;
    const Offset end = std::min(run.last, batch.last);
    for (Offset offset = std::max(first, run.base); offset <= end; ++offset) {
        auto& delivery = batch.at(first, offset);
        if (!delivery.is_free()) {
            continue;
        }
        if (goes_alone(delivery.count + 1, run.settings) && taken > 0) {
            return;
        }
        if (throttled && !most && delivery.count >= limit) {
            // The limit may have been lowered since.
            const auto halvings = std::min(delivery.count - limit + 1, 62);
            most = std::max<std::int64_t>(1, batch.size >> halvings);
        }
        delivery.acquire(run.holder, run.lock_until);
        run.add(offset, offset, delivery.count, taken > 0);
        ++taken;
        if (goes_alone(delivery.count, run.settings) || (most && taken >= *most) ||
            (run.limits_records() && run.left <= 0)) {
            break;
        }
    }
}

/// Records that nobody of the group has had yet, up to the end of a batch.
void SharePartition::acquire_new(Acquisition& run) {
    const Offset first = std::max(run.base, end_);
    if (first > run.last) {
        return;
    }
    Offset last = run.last;
    if (run.left < last - first + 1) {
        last = std::min(last, end_of_batch(run.from.batches, first + (run.left - 1)));
    }
    if (in_flight_.empty()) {
        start_ = first;  // the log has nothing in between
    }
    end_ = last + 1;
    Delivery delivery;
    delivery.acquire(run.holder, run.lock_until);
    if (run.limits_records()) {
        const Offset end = std::min(last, first + (run.left - 1));
        in_flight_.add(first, last, delivery);
        if (end < last) {
            const auto give_back = [](Offset, Offset, Delivery& rest) {
                rest.become(RecordState::available);
                rest.count = 0;
            };
            in_flight_.change(end + 1, last, give_back);
            freed(end + 1);
        }
        run.add(first, end, 1);
        return;
    }
    Offset begin = first;
    for (const auto& batch : run.from.batches) {
        if (batch.first > last) {
            break;
        }
        if (batch.first - begin >= std::max(1, run.from.batch_size)) {
            in_flight_.add(begin, batch.first - 1, delivery);
            run.add(begin, batch.first - 1, 1);
            begin = batch.first;
        }
    }
    in_flight_.add(begin, last, delivery);
    run.add(begin, last, 1);
}

/// Only in memory: who reads them again finds the same.
void SharePartition::archive_free(Offset first, Offset last) {
    in_flight_.change(first, last, [](Offset, Offset, Delivery& delivery) {
        if (delivery.is_free()) {
            delivery.become(RecordState::archived);
        }
    });
}

/// A ShareFetch response cannot say what was aborted: it is not handed out.
void SharePartition::archive_aborted(const AcquireFrom& from, std::vector<Acquired>& ranges) {
    for (const auto& batch : from.batches) {
        if (!batch.aborted) {
            continue;
        }
        std::vector<Acquired> kept;
        for (const auto& range : ranges) {
            const Offset first = std::max(range.first, batch.first);
            const Offset last = std::min(range.last, batch.last);
            if (first > last) {
                kept.push_back(range);
                continue;
            }
            in_flight_.change(first, last, [](Offset, Offset, Delivery& delivery) {
                delivery.become(RecordState::archived);
            });
            if (range.first < first) {
                kept.push_back({range.first, first - 1, range.delivery_count});
            }
            if (last < range.last) {
                kept.push_back({last + 1, range.last, range.delivery_count});
            }
        }
        ranges = std::move(kept);
    }
}

}  // namespace barnabas::share
