#pragma once

#include "client/consumer/assignor_set.h"
#include "client/consumer/membership.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {

/// A member by the classic protocol (Kafka's AbstractCoordinator and ConsumerCoordinator):
///
///   idle -> preparing -> joining -> [assigning, the leader] -> syncing -> completing -> stable
///             ^  the user gives up what he must        what is new is taken over  |       |
///             +--------------------------- a rebalance -----------------------------------+
///
/// Whoever is thrown out (UNKNOWN_MEMBER_ID, ILLEGAL_GENERATION, too long between polls) goes back
/// to preparing without its generation: what it has is lost. Heartbeats are sent in between without
/// the user, except while it joins. Members of an eager strategy give everything up before they
/// join, cooperative ones only what turns out to be another's (KIP-429).
class ClassicMembership final : public Membership {
public:
    ClassicMembership(MembershipSettings settings, AssignorSet assignors);

    void subscribe(const std::set<std::string>& topics) override;
    void subscribe_pattern(const std::string& pattern) override;
    void on_poll(Time now) override;
    [[nodiscard]] std::optional<RebalanceStep> next_step(Time now) override;
    void step_done(Time now) override;
    [[nodiscard]] bool wants_user() const override;
    Result<> rejoin(std::string reason) override;
    void leave(bool for_good) override;
    [[nodiscard]] bool has_left() const override { return state_ == State::left; }
    [[nodiscard]] const std::vector<TopicPartition>& assignment() const override { return owned_; }
    [[nodiscard]] ConsumerGroupMetadata identity() const override;
    [[nodiscard]] const std::optional<Error>& fatal() const override { return fatal_; }

    [[nodiscard]] std::optional<GroupCall> next_request(Time now) override;
    void on_response(const GroupResponse& response, Time now) override;
    void on_failure(std::size_t request, const Error& error, Time now) override;
    void on_commit_error(ErrorCode code, const ConsumerGroupMetadata& as, Time now) override;
    [[nodiscard]] Time next_wake(Time now) const override;
    void on_metadata(const Metadata& metadata, Time now) override;
    [[nodiscard]] std::set<std::string> topics_of_interest() const override;

    enum class State : std::uint8_t {
        idle,
        preparing,
        joining,
        assigning,
        syncing,
        completing,
        stable,
        leaving,
        left,
        failed,
    };
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_leader() const { return leader_; }

private:
    using Step = RebalanceStep;

    [[nodiscard]] bool is_member() const { return generation_ >= 0; }
    [[nodiscard]] bool may_heartbeat() const;
    void transition(State to);
    void begin_join(Time now);
    void lose_membership(Time now);
    void fail_for_good(ErrorCode code, std::string_view during);
    void retry_join(Time now);

    std::optional<Step> next_preparation();
    std::optional<Step> next_completion();

    GroupCall join_request();
    GroupCall sync_request();
    GroupCall heartbeat_request();
    [[nodiscard]] GroupCall leave_request(const std::string& member_id, std::string reason) const;
    [[nodiscard]] PartitionAssignor::Member self() const;
    [[nodiscard]] PartitionAssignor::Member sticky_self(PartitionAssignor::Member member) const;
    void check_poll_interval(Time now);

    void on_join(const wire::JoinGroupResponse& response, Time now);
    void on_joined(const wire::JoinGroupResponse& response, Time now);
    void on_sync(const wire::SyncGroupResponse& response, Time now);
    void on_heartbeat(const wire::HeartbeatResponse& response, Time now);
    void on_group_error(ErrorCode code, std::string_view during, Time now);
    void assign_as_leader(const Metadata& metadata, Time now);
    [[nodiscard]] std::optional<TopicLayouts> layouts_in(const Metadata& metadata) const;

    MembershipSettings settings_;
    AssignorSet assignors_;
    State state_ = State::idle;
    std::set<std::string> topics_;
    std::set<std::string> joined_topics_;  ///< as of the last JoinGroup
    std::vector<TopicPartition> owned_;

    std::string member_id_;
    std::int32_t generation_ = no_generation;
    std::string protocol_;
    bool leader_ = false;
    bool rejoin_needed_ = false;
    std::string reason_;
    bool lost_ = false;  ///< owned_ is another's by now

    std::optional<Step> step_;            ///< handed out and not done
    PartitionAssignor::Assigned target_;  ///< while completing
    bool revoked_for_target_ = false;
    bool leave_for_good_ = false;
    bool evicting_ = false;  ///< a LeaveGroup of evicted_member_ is still to be sent
    std::string evicted_member_;
    std::vector<TopicPartition> remembered_;  ///< the last assignment, for the sticky strategy
    std::int32_t remembered_generation_ = no_generation;

    PartitionAssignor::Members members_;  ///< the leader's, while assigning
    std::vector<wire::SyncGroupRequest::Assignment> shares_;
    std::vector<std::shared_ptr<const ByteBuffer>> share_bytes_;
    std::set<std::string> group_topics_;          ///< the leader's
    std::map<std::string, std::int32_t> counts_;  ///< that the leader assigned by
    std::uint64_t seen_metadata_ = 0;

    bool join_in_flight_ = false;  ///< a JoinGroup or SyncGroup
    bool leave_in_flight_ = false;
    bool heartbeat_in_flight_ = false;
    std::int32_t heartbeat_generation_ = no_generation;
    Time heartbeat_at_ = never;
    Time retry_at_{};
    Time polled_at_{};
    std::optional<Error> fatal_;
};

}  // namespace barnabas::client
