#pragma once

#include <barnabas/offsets.h>
#include <barnabas/time.h>
#include <barnabas/types.h>

#include <cstdint>
#include <optional>

namespace barnabas::client {

/// Where a partition's position comes from when there is none.
struct ResetTarget {
    enum class Kind : std::uint8_t { earliest, latest, timestamp };
    Kind kind = Kind::latest;
    Timestamp timestamp{};  ///< of that kind: that moment; the end where nothing is that late

    friend bool operator==(const ResetTarget&, const ResetTarget&) = default;
};

/// What is known of one assigned partition. Its life:
///
///   initializing --committed offset--> fetching
///        |  none: reset policy            |  ^
///        v                                v  | same log as before
///     await_reset --offset found--> fetching <-> await_validation (a new leader epoch)
///                       seek() leads to fetching from everywhere.
///
/// Always, while fetching: position <= fetch_position; what lies between is on its way to the user.
struct PartitionState {
    enum class Phase : std::uint8_t { initializing, await_reset, await_validation, fetching };

    Phase phase = Phase::initializing;
    /// Of the next record that the user gets; has an offset in the last two phases.
    OffsetAndMetadata position{.offset = no_offset};
    /// The next offset to be fetched, and the epoch of the batch before it.
    Offset fetch_offset = no_offset;
    std::optional<LeaderEpoch> fetch_epoch{};
    /// Of the leader that the position was, or is being, found good with.
    std::optional<LeaderEpoch> leader_epoch{};
    /// Changes whenever what is fetched, or being fetched, has become useless. Never used twice
    /// within one Subscription.
    std::uint64_t stamp = 0;
    ResetTarget reset{};  ///< in await_reset
    bool paused = false;
    bool revoking = false;         ///< will be given up: nothing more is fetched or handed out
    bool asking = false;           ///< a request about its position is under way
    Time retry_at{};               ///< nothing is asked or fetched before
    bool leaderless = false;       ///< that late only because no leader is known
    std::size_t queued_bytes = 0;  ///< fetched, and not seen by the user yet

    Offset high_watermark = no_offset;
    Offset last_stable_offset = no_offset;
    Offset log_start_offset = no_offset;
    std::optional<BrokerId> preferred_replica{};  ///< KIP-392
    Time preferred_until{};

    [[nodiscard]] bool has_position() const {
        return phase == Phase::fetching || phase == Phase::await_validation;
    }
};

}  // namespace barnabas::client
