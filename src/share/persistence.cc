#include "share/share_partition.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::share {
namespace {

/// What is kept of a record as it stands, or will stand. Who holds it is not: it counts as
/// available, as often delivered as before.
StateBatch kept_of(Offset first, Offset last, const Delivery& delivery) {
    StateBatch kept{.first = first, .last = last, .state = delivery.state_to_be()};
    kept.delivery_count = delivery.is_changing() ? delivery.next_count : delivery.count;
    if (kept.state == RecordState::acquired) {
        kept.state = RecordState::available;
        kept.delivery_count = static_cast<std::int16_t>(kept.delivery_count - 1);
    }
    return kept;
}

void add(std::vector<StateBatch>& batches, const StateBatch& batch) {
    if (!batches.empty()) {
        auto& before = batches.back();
        if (before.last + 1 == batch.first && before.state == batch.state &&
            before.delivery_count == batch.delivery_count) {
            before.last = batch.last;
            return;
        }
    }
    batches.push_back(batch);
}

bool is_kept_state(RecordState state) {
    return state == RecordState::available || state == RecordState::acknowledged ||
           state == RecordState::archiving || state == RecordState::archived;
}

}  // namespace

Result<SharePartition> SharePartition::load(const Kept& kept) {
    SharePartition loaded(kept.state_epoch, kept.start);
    auto batches = kept.batches;
    std::ranges::sort(batches, {}, &StateBatch::first);
    std::vector<Range> ranges;
    for (const auto& batch : batches) {
        if (batch.first < loaded.end_ || batch.last < batch.first || !is_kept_state(batch.state) ||
            batch.delivery_count < 0 ||
            batch.last.get() == std::numeric_limits<std::int64_t>::max()) {
            return fail(ErrorCode::corrupt_message,
                        "the state kept of offsets {} to {} is {}, delivered {} times; it must "
                        "begin at {} or later and be 0, 2, 3 or 4",
                        batch.first, batch.last, std::to_underlying(batch.state),
                        batch.delivery_count, loaded.end_);
        }
        if (loaded.end_ < batch.first) {
            // Fetched by somebody and never heard of again, or not in the log: reading will show.
            loaded.in_flight_.add(loaded.end_, batch.first - 1, {});
        }
        loaded.in_flight_.add(batch.first, batch.last,
                              {.state = batch.state, .count = batch.delivery_count});
        loaded.end_ = batch.last + 1;
        ranges.push_back({batch.first, batch.last});
    }
    loaded.collect_dead_letters(ranges);
    loaded.advance();
    return loaded;
}

Offset SharePartition::next_fetch_offset() {
    const Offset from = std::max(first_free_, start_);
    for (auto at = in_flight_.from(from); at != in_flight_.all().end(); ++at) {
        const auto& batch = at->second;
        Offset offset = std::max(from, at->first);
        if (batch.is_whole()) {
            if (batch.each.front().is_free()) {
                return first_free_ = offset;
            }
            continue;
        }
        for (; offset <= batch.last; ++offset) {
            if (batch.each[static_cast<std::size_t>(offset - at->first)].is_free()) {
                return first_free_ = offset;
            }
        }
    }
    return first_free_ = end_;
}

bool SharePartition::can_acquire(const Settings& settings) {
    return in_flight_records() < settings.record_locks_max || next_fetch_offset() < end_;
}

Offset SharePartition::last_of_interest(std::int32_t records_max) {
    return std::max(end_, next_fetch_offset()) + (std::max(records_max, 1) - 1);
}

void SharePartition::move_log_start(Offset offset) {
    if (offset <= start_) {
        return;
    }
    in_flight_.drop_before(offset);
    start_ = offset;
    end_ = std::max(end_, offset);
    advance();
}

/// Below the first record that is not done with, nothing needs to be known.
void SharePartition::advance() {
    in_flight_.drop_done();
    start_ = std::max(start_, in_flight_.empty() ? end_ : in_flight_.first());
    INVARIANT(start_ <= end_, "start {} beyond end {}", start_, end_);
}

void SharePartition::note(Offset first, Offset last) {
    if (!noted_.empty() && noted_.back().last + 1 == first) {
        noted_.back().last = last;
    } else {
        noted_.push_back({first, last});
    }
}

std::int32_t SharePartition::delivery_complete_count() const {
    std::int64_t done = 0;
    in_flight_.look(start_, end_, [&done](Offset first, Offset last, const Delivery& delivery) {
        if (is_final(delivery.state_to_be())) {
            done += last - first + 1;
        }
    });
    return static_cast<std::int32_t>(
        std::min<std::int64_t>(done, std::numeric_limits<std::int32_t>::max()));
}

std::optional<Write> SharePartition::take_write() {
    if (writing_ || (noted_.empty() && !start_unkept_)) {
        return std::nullopt;
    }
    under_way_ = std::exchange(noted_, {});
    std::ranges::sort(under_way_, {}, &Range::first);
    Write write{.number = next_write_++,
                .start = start_,
                .delivery_complete_count = delivery_complete_count(),
                .batches = {}};
    Offset from = start_;  // a record may have been noted twice
    for (const auto& range : under_way_) {
        in_flight_.look(std::max(range.first, from), range.last,
                        [&write](Offset first, Offset last, const Delivery& delivery) {
                            add(write.batches, kept_of(first, last, delivery));
                        });
        from = std::max(from, range.last + 1);
    }
    writing_ = true;
    start_unkept_ = false;
    return write;
}

void SharePartition::on_written(std::uint64_t number, bool kept, const Settings& settings,
                                Time now) {
    INVARIANT(writing_ && number + 1 == next_write_, "write {} has ended; the last one was {}",
              number, next_write_ - 1);
    writing_ = false;
    const auto ranges = std::exchange(under_way_, {});
    for (const auto& range : ranges) {
        // Batches were split where records were noted alone: a range covers what it says.
        const auto visit = [&](Offset first, Offset last, Delivery& delivery) {
            if (delivery.changing_in == number) {
                finish(first, delivery, kept, settings, now);
                if (!kept && delivery.state != RecordState::acquired) {
                    note(first, last);
                }
            }
        };
        if (range.last >= start_) {
            in_flight_.change(std::max(range.first, start_), range.last, visit);
        }
    }
    collect_dead_letters(ranges);
    advance();
}

void SharePartition::finish(Offset first, Delivery& delivery, bool kept, const Settings& settings,
                            Time now) {
    if (kept) {
        delivery.count = delivery.next_count;
        delivery.become(delivery.next);
        if (delivery.state == RecordState::available) {
            freed(first);
        }
        return;
    }
    delivery.changing_in = 0;
    if (delivery.lock_until <= now) {
        take_lock_away(first, delivery, settings);
    } else {
        locked_until(delivery.lock_until);
    }
}

void SharePartition::collect_dead_letters(const std::vector<Range>& ranges) {
    for (const auto& range : ranges) {
        const auto visit = [this](Offset first, Offset last, Delivery& delivery) {
            if (delivery.state != RecordState::archiving || delivery.queued) {
                return;
            }
            delivery.queued = true;
            if (!dead_letters_.empty()) {
                auto& before = dead_letters_.back();
                if (before.last + 1 == first && before.delivery_count == delivery.count &&
                    before.rejected == delivery.rejected) {
                    before.last = last;
                    return;
                }
            }
            dead_letters_.push_back({.first = first,
                                     .last = last,
                                     .delivery_count = delivery.count,
                                     .rejected = delivery.rejected});
        };
        if (range.last >= start_) {
            in_flight_.change(std::max(range.first, start_), range.last, visit);
        }
    }
}

std::vector<DeadLetters> SharePartition::take_dead_letters() {
    return std::exchange(dead_letters_, {});
}

void SharePartition::on_dead_letters_kept(const DeadLetters& letters) {
    const auto visit = [this](Offset first, Offset last, Delivery& delivery) {
        if (delivery.state == RecordState::archiving) {
            delivery.become(RecordState::archived);
            note(first, last);
        }
    };
    in_flight_.change(letters.first, letters.last, visit);
}

}  // namespace barnabas::share
