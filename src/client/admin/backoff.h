#pragma once

#include "base/time.h"
#include "client/admin/operation.h"

namespace barnabas::client::admin_api {

/// How long to wait after so many failures (at least one): retry.backoff.ms, doubled each time, up
/// to retry.backoff.max.ms, up to a fifth more or less.
[[nodiscard]] Duration backoff(const Settings& settings, std::int32_t failures);

}  // namespace barnabas::client::admin_api
