#include "share/share_partition.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::share {
namespace {

bool is_known(std::int8_t type) {
    return type >= std::to_underlying(AcknowledgeType::gap) &&
           type <= std::to_underlying(AcknowledgeType::renew);
}

AcknowledgeType type_at(const Acknowledgement& batch, Offset offset) {
    const auto index = batch.types.size() == 1 ? 0 : static_cast<std::size_t>(offset - batch.first);
    return static_cast<AcknowledgeType>(batch.types[index]);
}

/// What the record becomes, once that is written down.
RecordState outcome(AcknowledgeType type, std::int16_t deliveries, const Settings& settings) {
    const auto failed = settings.dead_letters ? RecordState::archiving : RecordState::archived;
    switch (type) {
        case AcknowledgeType::gap:
            return RecordState::archived;  // there is nothing to put into a queue
        case AcknowledgeType::accept:
            return RecordState::acknowledged;
        case AcknowledgeType::release:
            return deliveries >= settings.delivery_count_limit ? failed : RecordState::available;
        case AcknowledgeType::reject:
            return failed;
        case AcknowledgeType::renew:
            return RecordState::acquired;
    }
    std::unreachable();
}

}  // namespace

Result<std::optional<std::uint64_t>> SharePartition::acknowledge(
    std::string_view member, std::span<const Acknowledgement> batches, const Settings& settings,
    Time now) {
    for (const auto& batch : batches) {
        TRY(check(member, batch, settings));
    }
    bool changes = false;
    for (const auto& batch : batches) {
        const Offset first = std::max(batch.first, start_);
        if (batch.types.size() == 1) {
            in_flight_.change(first, batch.last, [&](Offset from, Offset to, Delivery& delivery) {
                changes |= begin_change(from, to, delivery, type_at(batch, from), settings, now);
            });
            continue;
        }
        for (Offset offset = first; offset <= batch.last; ++offset) {
            in_flight_.change(offset, offset, [&](Offset from, Offset to, Delivery& delivery) {
                changes |= begin_change(from, to, delivery, type_at(batch, from), settings, now);
            });
        }
    }
    return changes ? std::optional(next_write_) : std::nullopt;
}

/// Everything is judged before anything changes.
Result<void> SharePartition::check(std::string_view member, const Acknowledgement& batch,
                                   const Settings& settings) const {
    if (batch.first > batch.last || batch.types.empty() ||
        (batch.types.size() != 1 &&
         std::cmp_not_equal(batch.types.size(), batch.last - batch.first + 1))) {
        return fail(ErrorCode::invalid_request,
                    "{} acknowledge types for the offsets {} to {}; there must be one, or one for "
                    "each",
                    batch.types.size(), batch.first, batch.last);
    }
    if (const auto wrong = std::ranges::find_if_not(batch.types, is_known);
        wrong != batch.types.end()) {
        return fail(ErrorCode::invalid_request,
                    "acknowledge type {}; it must be 0 (gap), 1 (accept), 2 (release), 3 (reject) "
                    "or 4 (renew)",
                    *wrong);
    }
    if (batch.last < start_) {
        return {};  // done with long ago, or gone from the log
    }
    TRY(check_range(batch));
    Result<void> judged;
    const auto judge = [&](Offset from, Offset to, const Delivery& delivery) {
        if (!judged) {
            return;
        }
        if (delivery.state != RecordState::acquired || delivery.holder == nullptr) {
            judged =
                fail(ErrorCode::invalid_record_state,
                     "the offsets {} to {} are not acquired: their lock may be over", from, to);
        } else if (delivery.is_changing()) {
            judged = fail(ErrorCode::invalid_record_state,
                          "the offsets {} to {} are being acknowledged already", from, to);
        } else if (*delivery.holder != member) {
            judged = fail(ErrorCode::invalid_record_state,
                          "the offsets {} to {} are acquired by another member", from, to);
        }
    };
    in_flight_.look(std::max(batch.first, start_), batch.last, judge);
    TRY(std::move(judged));
    constexpr auto renew = std::to_underlying(AcknowledgeType::renew);
    if (!settings.renews && std::ranges::find(batch.types, renew) != batch.types.end()) {
        return fail(ErrorCode::invalid_record_state,
                    "share.renew.acknowledge.enable of the group is false: locks are not renewed");
    }
    return {};
}

/// Whether the offsets have been handed out at all, as far as that is remembered.
Result<void> SharePartition::check_range(const Acknowledgement& batch) const {
    const auto& all = in_flight_.all();
    const auto behind = all.upper_bound(batch.last);
    if (behind == all.begin()) {
        return fail(ErrorCode::invalid_record_state,
                    "the offsets {} to {} are not acquired by anybody", batch.first, batch.last);
    }
    const Offset last = std::prev(behind)->second.last;
    if (last < batch.last) {
        return fail(ErrorCode::invalid_request,
                    "the offsets {} to {} reach beyond {}, the last one that was acquired",
                    batch.first, batch.last, last);
    }
    return {};
}

bool SharePartition::begin_change(Offset first, Offset last, Delivery& delivery,
                                  AcknowledgeType type, const Settings& settings, Time now) {
    if (type == AcknowledgeType::renew) {
        delivery.lock_until = now + settings.lock_duration;
        locked_until(delivery.lock_until);
        return false;
    }
    delivery.next = outcome(type, delivery.count, settings);
    delivery.next_count = delivery.count;
    delivery.rejected = type == AcknowledgeType::reject;
    delivery.changing_in = next_write_;
    note(first, last);
    return true;
}

std::optional<std::uint64_t> SharePartition::release(std::string_view member) {
    bool changes = false;
    for (auto& [first, batch] : in_flight_.all()) {
        Offset from = first;
        for (auto& delivery : batch.each) {
            const Offset to = batch.is_whole() ? batch.last : from;
            if (delivery.state == RecordState::acquired && !delivery.is_changing() &&
                *delivery.holder == member) {
                delivery.next = RecordState::available;
                delivery.next_count = static_cast<std::int16_t>(delivery.count - 1);
                delivery.changing_in = next_write_;
                note(from, to);
                changes = true;
            }
            from = to + 1;
        }
    }
    return changes ? std::optional(next_write_) : std::nullopt;
}

bool SharePartition::on_tick(const Settings& settings, Time now) {
    if (now < earliest_lock_) {
        return false;
    }
    earliest_lock_ = never;
    bool any = false;
    for (auto& [first, batch] : in_flight_.all()) {
        Offset from = first;
        for (auto& delivery : batch.each) {
            const Offset to = batch.is_whole() ? batch.last : from;
            // While it is changing the write decides, and looks at the lock if it fails.
            if (delivery.state == RecordState::acquired && !delivery.is_changing()) {
                if (delivery.lock_until <= now) {
                    take_lock_away(from, delivery, settings);
                    note(from, to);
                    any = true;
                } else {
                    locked_until(delivery.lock_until);
                }
            }
            from = to + 1;
        }
    }
    return any;
}

void SharePartition::take_lock_away(Offset first, Delivery& delivery, const Settings& settings) {
    if (delivery.count < settings.delivery_count_limit) {
        delivery.become(RecordState::available);
        freed(first);
        return;
    }
    delivery.rejected = false;
    delivery.become(settings.dead_letters ? RecordState::archiving : RecordState::archived);
}

}  // namespace barnabas::share
