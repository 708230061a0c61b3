#pragma once

#include "base/error_code.h"
#include "wire/messages/fetch.h"
#include <barnabas/types.h>

#include <cstdint>
#include <map>
#include <vector>

namespace barnabas::client {

/// What is asked of one partition in a fetch.
struct FetchWish {
    TopicId topic_id;
    Offset offset;
    LeaderEpoch current_leader_epoch = no_epoch;
    std::int32_t bytes_max = 0;

    friend bool operator==(const FetchWish&, const FetchWish&) = default;
};
using FetchWishes = std::map<TopicPartition, FetchWish>;

/// The client's half of a fetch session with one broker (KIP-227): the broker remembers what was
/// asked, requests carry what changed. One request at a time: fill(), send, then one of on_answer()
/// and on_failure().
/// Always: what the broker remembers is wishes_, as of the last answer.
class FetchSession {
public:
    /// Puts session, topics and forgotten topics into the request so that the broker reads exactly
    /// `wishes`.
    void fill(FetchWishes wishes, wire::FetchRequest& request);
    /// Of the whole response: its error code and session id. False: it is of no use, and the next
    /// request begins a new session.
    bool on_answer(ErrorCode code, std::int32_t session_id);
    /// No answer came.
    void on_failure();

    /// What the broker was asked for last.
    [[nodiscard]] const FetchWishes& wishes() const { return wishes_; }
    [[nodiscard]] std::int32_t id() const { return id_; }
    [[nodiscard]] std::int32_t epoch() const { return epoch_; }
    /// Whether the broker holds a session that a last request may end.
    [[nodiscard]] bool is_open() const { return id_ != no_session; }
    /// The request that ends it.
    [[nodiscard]] wire::FetchRequest ending() const;

    static constexpr std::int32_t no_session = 0;
    static constexpr std::int32_t first_epoch = 0;
    static constexpr std::int32_t last_epoch = -1;

private:
    bool uses_ids(const FetchWishes& wishes) const;

    std::int32_t id_ = no_session;
    std::int32_t epoch_ = first_epoch;
    bool ids_ = true;  ///< whether the session's topics have ids
    FetchWishes wishes_;
};

}  // namespace barnabas::client
