#pragma once

#include <barnabas/error_code.h>

namespace barnabas::client {

/// What a client knows and what is not true any more, as far as an error tells.
struct Stale {
    /// Who was asked does not coordinate, or cannot be reached. Not while it loads: it stays the
    /// one.
    bool coordinator = false;
    /// Leaders, topics' ids or the controller are others now.
    bool metadata = false;

    friend bool operator==(const Stale&, const Stale&) = default;
};

/// `code`: of an answer, or of a call that got none.
[[nodiscard]] Stale stale_after(ErrorCode code);

/// Whether another try may go better: nobody gives up for good because the cluster was away.
[[nodiscard]] bool worth_another_try(ErrorCode code);

/// Whether a group's coordinator is another broker now, or cannot answer yet: the cluster's matter.
/// All else that an answer says is the membership's.
[[nodiscard]] bool means_coordinator_away(ErrorCode code);

}  // namespace barnabas::client
