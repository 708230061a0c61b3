#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/assignors/group.h"
#include "client/cluster/backoff.h"
#include "client/cluster/metadata.h"
#include "wire/messages/consumer_group_heartbeat.h"
#include "wire/messages/heartbeat.h"
#include "wire/messages/join_group.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/sync_group.h"
#include <barnabas/consumer_group_metadata.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace barnabas::client {

/// What the thread that polls has to do for the group before it goes on: commit if asked to, call
/// the listener, change the assignment; then Membership::step_done().
struct RebalanceStep {
    enum class Kind : std::uint8_t {
        revoke,  ///< partitions are given up, after the listener
        lose,    ///< they are gone already
        assign,  ///< partitions come on top, before the listener
    };
    Kind kind = Kind::assign;
    std::vector<TopicPartition> partitions;
    bool commit_first = false;  ///< where enable.auto.commit is set
    bool call_listener = true;

    friend bool operator==(const RebalanceStep&, const RebalanceStep&) = default;
};

using GroupRequest =
    std::variant<wire::JoinGroupRequest, wire::SyncGroupRequest, wire::HeartbeatRequest,
                 wire::LeaveGroupRequest, wire::ConsumerGroupHeartbeatRequest>;
using GroupResponse =
    std::variant<wire::JoinGroupResponse, wire::SyncGroupResponse, wire::HeartbeatResponse,
                 wire::LeaveGroupResponse, wire::ConsumerGroupHeartbeatResponse>;

/// A request to the group's coordinator.
struct GroupCall {
    GroupRequest request;
    Duration timeout{30s};                                   ///< for one try
    std::vector<std::shared_ptr<const ByteBuffer>> bytes{};  ///< that the request looks into
};

/// A member of a consumer group, of either protocol. No I/O, no threads; lives with its consumer's
/// core. Two sides feed it:
///   the thread that polls:  on_poll(), while (step = next_step()) { carry it out; step_done(); }
///   the network:            while (call = next_request()) { send it }, on_response()/on_failure()
/// Always: assignment() is what the steps that are done have led to; no partition is in it before
/// its assign step, nor after its revoke or lose step.
class Membership {
public:
    Membership() = default;
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;
    virtual ~Membership() = default;

    // --- the user --------------------------------------------------------------------------

    /// To these topics, from now on; joins the group with the next poll.
    virtual void subscribe(const std::set<std::string>& topics) = 0;
    /// To what the broker finds that matches. Only where has_broker_patterns().
    virtual void subscribe_pattern(const std::string& pattern) = 0;
    [[nodiscard]] virtual bool has_broker_patterns() const { return false; }
    virtual void on_poll(Time now) = 0;
    [[nodiscard]] virtual std::optional<RebalanceStep> next_step(Time now) = 0;
    virtual void step_done(Time now) = 0;
    /// Whether next_step() has something to do, or to begin.
    [[nodiscard]] virtual bool wants_user() const = 0;
    /// unsupported_version where members cannot ask for it.
    virtual Result<> rejoin(std::string reason) = 0;
    /// The end of the membership: `for_good` also for a static member, which else keeps its place.
    /// What is assigned is given up by one last step; the request follows.
    virtual void leave(bool for_good) = 0;
    /// left: leave() was carried out, or there was nothing to leave.
    [[nodiscard]] virtual bool has_left() const = 0;

    [[nodiscard]] virtual const std::vector<TopicPartition>& assignment() const = 0;
    [[nodiscard]] virtual ConsumerGroupMetadata identity() const = 0;
    /// The group cannot be joined (again): every poll fails with this.
    [[nodiscard]] virtual const std::optional<Error>& fatal() const = 0;

    // --- the network -----------------------------------------------------------------------

    [[nodiscard]] virtual std::optional<GroupCall> next_request(Time now) = 0;
    virtual void on_response(const GroupResponse& response, Time now) = 0;
    /// `request`: its index in GroupRequest.
    virtual void on_failure(std::size_t request, const Error& error, Time now) = 0;
    /// What an OffsetCommit was refused with, and as whom it was sent.
    virtual void on_commit_error(ErrorCode code, const ConsumerGroupMetadata& as, Time now) = 0;
    [[nodiscard]] virtual Time next_wake(Time now) const = 0;

    // --- metadata --------------------------------------------------------------------------

    /// To be called when it has changed.
    virtual void on_metadata(const Metadata& metadata, Time now) = 0;
    /// Topics that the member needs to know besides those that it reads.
    [[nodiscard]] virtual std::set<std::string> topics_of_interest() const = 0;
};

/// What both protocols need to know.
struct MembershipSettings {
    std::string group_id;
    std::optional<std::string> group_instance_id;
    std::optional<std::string> rack;
    Duration session_timeout{45s};     ///< classic
    Duration heartbeat_interval{3s};   ///< classic
    Duration poll_interval_max{5min};  ///< also how long a rebalance may take
    Duration request_timeout{30s};
    Duration retry_backoff{100ms};
    std::optional<std::string> remote_assignor{};       ///< KIP-848
    Duration retry_backoff_max{1s};                     ///< KIP-848
    std::uint64_t retry_draw = std::uint64_t{1} << 63;  ///< KIP-848: makes members differ
};

/// `from` without `what`; both may be in any order.
[[nodiscard]] std::vector<TopicPartition> without(const std::vector<TopicPartition>& from,
                                                  const std::vector<TopicPartition>& what);

}  // namespace barnabas::client
