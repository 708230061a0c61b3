#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/cluster/backoff.h"
#include "client/cluster/metadata.h"
#include "client/share_consumer/share_session.h"
#include "wire/messages/share_group_heartbeat.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace barnabas::client {

/// A member of a share group (KIP-932): the broker assigns, the member heartbeats and takes what it
/// is given at once; several members may have one partition. No I/O; lives with its core.
///
///   on_poll(), while (request = next_request()) { send it }, on_response() or on_failure()
///
/// Whoever is fenced (FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID) has nothing any more and joins again
/// with epoch 0; so does, when it polls again, who did not poll for max.poll.interval.ms.
/// Always: an epoch above 0 is the one that the broker gave last.
class ShareMembership {
public:
    struct Settings {
        std::string group_id;
        std::string member_id;  ///< a UUID of its own, for all its life
        std::optional<std::string> rack;
        Duration poll_interval_max{5min};
        Backoff retry{};
        std::uint64_t retry_draw = std::uint64_t{1} << 63;  ///< makes the waits of members differ
    };
    explicit ShareMembership(Settings settings) : settings_(std::move(settings)) {}

    /// To these topics from now on; joins with the next poll.
    void subscribe(const std::set<std::string>& topics);
    void on_poll(Time now);
    /// The end; a request follows where the broker knows of the member. subscribe() begins anew.
    void leave();
    [[nodiscard]] bool has_left() const { return state_ == State::left; }
    /// The group cannot be joined (again): every poll fails with this.
    [[nodiscard]] const std::optional<Error>& fatal() const { return fatal_; }
    [[nodiscard]] const std::set<std::string>& topics() const { return topics_; }
    [[nodiscard]] const std::string& member_id() const { return settings_.member_id; }
    [[nodiscard]] std::int32_t epoch() const { return epoch_; }

    /// What it is to read, as far as the metadata name its topics.
    [[nodiscard]] SharedParts assignment(const Metadata& metadata) const;
    /// Grows whenever that may have changed.
    [[nodiscard]] std::uint64_t changes() const { return changes_; }

    [[nodiscard]] std::optional<wire::ShareGroupHeartbeatRequest> next_request(Time now);
    void on_response(const wire::ShareGroupHeartbeatResponse& response, Time now);
    void on_failure(const Error& error, Time now);
    [[nodiscard]] Time next_wake(Time now) const;

    enum class State : std::uint8_t {
        idle,    ///< not subscribed, or subscribed and not polled since
        member,  ///< joining with epoch 0, else joined
        leaving,
        left,
        failed,
    };
    [[nodiscard]] State state() const { return state_; }

    static constexpr std::int32_t join_epoch = 0;
    static constexpr std::int32_t leave_epoch = -1;
    /// While nothing is assigned its partitions may just be made ready for the group, and nobody
    /// tells a member when that is done: it asks again after this, then after twice that, and so on
    /// up to the interval between heartbeats. Kafka's client waits for one of those, 5 s.
    static constexpr Duration unassigned_wait_min{20ms};

private:
    void send_soon() { heartbeat_at_ = Time{}; }
    void retry_later(Time now);
    void ask_soon_if_unassigned(Time now);
    void begin_anew();
    void end_leaving();
    void fail_for_good(ErrorCode code, std::string_view why);
    void check_poll_interval(Time now);
    void on_error(ErrorCode code, std::string_view message, Time now);
    [[nodiscard]] wire::ShareGroupHeartbeatRequest heartbeat();
    [[nodiscard]] wire::ShareGroupHeartbeatRequest leave_request();

    Settings settings_;
    State state_ = State::idle;
    std::int32_t epoch_ = join_epoch;
    std::set<std::string> topics_;
    std::set<std::pair<TopicId, std::int32_t>> assigned_;
    std::uint64_t changes_ = 0;
    bool full_ = true;  ///< the next heartbeat says everything
    bool subscription_changed_ = false;
    bool in_flight_ = false;
    bool leaving_in_flight_ = false;
    bool evicting_ = false;     ///< it did not poll: the broker is told that it leaves
    bool ever_joined_ = false;  ///< a heartbeat was sent since it was new

    std::uint32_t failures_ = 0;  ///< in a row
    Duration heartbeat_interval_{5s};
    Duration unassigned_wait_ = unassigned_wait_min;
    Time heartbeat_at_{};
    Time polled_at_{};
    std::optional<Error> fatal_;
};

}  // namespace barnabas::client
