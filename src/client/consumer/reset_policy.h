#pragma once

#include "base/result.h"
#include "client/consumer/partition_state.h"
#include <barnabas/time.h>

#include <optional>
#include <string_view>

namespace barnabas::client {

/// auto.offset.reset.
struct ResetPolicy {
    enum class Kind : std::uint8_t { earliest, latest, none, by_duration };
    Kind kind = Kind::latest;
    Duration back{};  ///< by_duration (KIP-1106): that long before now

    /// "earliest", "latest", "none" or "by_duration:" and an ISO 8601 duration ("PT1H30M", "P2D"),
    /// not negative. invalid_config otherwise.
    [[nodiscard]] static Result<ResetPolicy> parse(std::string_view text);
    /// Nothing for `none`.
    [[nodiscard]] std::optional<ResetTarget> target(Timestamp now) const;
};

/// What Java's Duration.parse reads, without signs: P[nD][T[nH][nM][n[.n]S]]. Nothing if `text` is
/// none, or longer than 292 years.
[[nodiscard]] std::optional<Duration> parse_iso_duration(std::string_view text);

}  // namespace barnabas::client
