#pragma once

#include "base/result.h"
#include "base/time.h"

#include <string_view>

namespace barnabas::cli {

/// "2026-01-31T13:45:00.000", UTC unless a zone ("Z", "+02", "+0200", "+02:00") follows; seconds
/// may lack their fraction. invalid_request with a sentence for anything else
/// (org.apache.kafka.common.utils.Utils.getDateTime).
[[nodiscard]] Result<Timestamp> parse_datetime(std::string_view text);

/// "P1DT2H30M", "PT0.5S", "-PT1M": java.time.Duration.parse, to the millisecond.
[[nodiscard]] Result<std::chrono::milliseconds> parse_iso_duration(std::string_view text);

}  // namespace barnabas::cli
