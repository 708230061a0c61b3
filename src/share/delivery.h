#pragma once

#include "base/time.h"
#include "base/types.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace barnabas::share {

/// What has become of a record, as it is stored (org.apache.kafka.server.share.fetch.RecordState;
/// `archiving` since KIP-1191: it is to go to the dead letter queue first).
///     available -> acquired -> available | acknowledged | archiving | archived
///     archiving -> archived
/// A record that the log has lost, or that was aborted, is archived from wherever it is.
enum class RecordState : std::int8_t {
    available = 0,
    acquired = 1,
    acknowledged = 2,
    archiving = 3,
    archived = 4,
};

/// Nothing more happens to it.
[[nodiscard]] constexpr bool is_final(RecordState state) {
    return state == RecordState::acknowledged || state == RecordState::archived;
}

using Member = std::shared_ptr<const std::string>;

/// One record, or a whole batch of records that are alike.
/// Always: it has a holder and a lock exactly while it is acquired.
struct Delivery {
    RecordState state = RecordState::available;
    RecordState next = RecordState::available;  // while it is changing
    bool rejected = false;                      // that is why it goes to the dead letters ...
    bool queued = false;                        // ... to which it is on its way
    std::int16_t count = 0;                     // how often it was delivered
    std::int16_t next_count = 0;                // while it is changing
    std::uint64_t changing_in = 0;              // the write that it becomes `next` with; 0: none
    Member holder{};
    Time lock_until = never;

    [[nodiscard]] bool is_changing() const { return changing_in != 0; }
    [[nodiscard]] bool is_free() const { return state == RecordState::available && !is_changing(); }
    [[nodiscard]] bool is_done() const { return is_final(state) && !is_changing(); }
    /// As it stands if the write succeeds.
    [[nodiscard]] RecordState state_to_be() const { return is_changing() ? next : state; }

    void acquire(const Member& by, Time until) {
        state = RecordState::acquired;
        count += count < std::numeric_limits<std::int16_t>::max() ? 1 : 0;
        holder = by;
        lock_until = until;
    }
    /// It leaves whoever held it, and whatever was under way.
    void become(RecordState now) {
        state = now;
        changing_in = 0;
        holder.reset();
        lock_until = never;
    }
};

}  // namespace barnabas::share
