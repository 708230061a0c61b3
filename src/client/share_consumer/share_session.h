#pragma once

#include "base/error_code.h"
#include "wire/messages/share_fetch.h"
#include <barnabas/types.h>

#include <cstdint>
#include <map>

namespace barnabas::client {

/// Partitions and their topics' ids, as share sessions have them.
using SharedParts = std::map<TopicPartition, TopicId>;

/// The client's half of a share session with one broker (KIP-932): the broker remembers which
/// partitions are fetched, requests carry what changed. ShareFetch and ShareAcknowledge count its
/// epochs together, so one request of both kinds is on its way at a time: fill it, send it, then
/// one of on_answer() and on_failure(). A session ends with its connection, and with it the
/// broker's promise to keep its records for this member.
/// Always: what the broker remembers is parts(), as of the last answer, unless is_new().
class ShareSession {
public:
    /// Puts the epoch and the partitions that come and go into the request, so that the broker
    /// fetches exactly `wanted`.
    void fill(const SharedParts& wanted, wire::ShareFetchRequest& request);
    /// The epoch of a request that changes no partitions.
    [[nodiscard]] std::int32_t epoch() const { return epoch_; }
    /// The next request begins a session: it can carry no acknowledgements.
    [[nodiscard]] bool is_new() const { return epoch_ == first_epoch; }
    /// The broker knows that exactly these are wanted.
    [[nodiscard]] bool has(const SharedParts& wanted) const {
        return !is_new() && parts_ == wanted;
    }
    [[nodiscard]] const SharedParts& parts() const { return parts_; }

    /// Of a whole response. False: it is of no use; where the broker has lost the session the next
    /// request begins another.
    bool on_answer(ErrorCode code);
    /// No answer came: who knows whether the broker counted.
    void on_failure();

    static constexpr std::int32_t first_epoch = 0;
    static constexpr std::int32_t last_epoch = -1;

private:
    void lose();

    std::int32_t epoch_ = first_epoch;
    SharedParts parts_;
};

/// The broker has no such session (any more): what it had given out has been released.
[[nodiscard]] bool means_session_lost(ErrorCode code);

}  // namespace barnabas::client
