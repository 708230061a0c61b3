#pragma once

#include "client/consumer/membership.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace barnabas::client {

/// A member by the protocol of KIP-848 (group.protocol=consumer): the broker assigns, the member
/// heartbeats, and moves from what it has to what it is to have at its own pace:
///
///   a target comes -> revoke steps -> assign steps -> acknowledged with the next heartbeat
///
/// Whoever is fenced (FENCED_MEMBER_EPOCH, UNKNOWN_MEMBER_ID) loses what it has and joins again
/// with epoch 0; so does, when it polls again, who did not poll for max.poll.interval.ms.
/// Always: an epoch above 0 is the one that the broker gave last.
class ConsumerMembership final : public Membership {
public:
    /// `member_id`: a UUID of its own, for all its life.
    ConsumerMembership(MembershipSettings settings, std::string member_id);

    void subscribe(const std::set<std::string>& topics) override;
    void subscribe_pattern(const std::string& pattern) override;
    [[nodiscard]] bool has_broker_patterns() const override { return true; }
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
    [[nodiscard]] std::set<std::string> topics_of_interest() const override { return {}; }

    enum class State : std::uint8_t {
        idle,    ///< not subscribed, or subscribed and not polled since
        member,  ///< joining with epoch 0, else joined
        leaving,
        left,
        failed,
    };
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] std::int32_t epoch() const { return epoch_; }

    static constexpr std::int32_t join_epoch = 0;
    static constexpr std::int32_t leave_epoch = -1;
    static constexpr std::int32_t static_leave_epoch = -2;

private:
    using Step = RebalanceStep;
    /// A partition of a topic that may have been deleted and made again meanwhile.
    using IdPartition = std::pair<TopicId, std::int32_t>;

    void send_soon() { heartbeat_at_ = Time{}; }
    void retry_later(Time now);
    void be_fenced();
    void fail_for_good(ErrorCode code, std::string_view why);
    [[nodiscard]] std::vector<TopicPartition> to_revoke() const;
    [[nodiscard]] std::vector<TopicPartition> to_assign() const;
    void take_over(const std::vector<TopicPartition>& partitions);
    void give_up(const std::vector<TopicPartition>& partitions);
    void acknowledge_if_settled();
    void on_error(ErrorCode code, const std::string& message, Time now);
    [[nodiscard]] wire::ConsumerGroupHeartbeatRequest heartbeat();
    [[nodiscard]] GroupCall leave_call(std::int32_t epoch);
    void check_poll_interval(Time now);

    MembershipSettings settings_;
    State state_ = State::idle;
    std::string member_id_;
    std::int32_t epoch_ = join_epoch;
    std::set<std::string> topics_;
    std::string pattern_;
    bool subscription_changed_ = false;
    bool full_ = true;  ///< the next heartbeat says everything
    bool unacknowledged_ = false;
    bool in_flight_ = false;
    bool leaving_in_flight_ = false;
    bool evicting_ = false;
    bool ever_joined_ = false;   ///< a heartbeat was sent since it was new
    bool had_pattern_ = false;   ///< the broker may know of one
    bool pattern_told_ = false;  ///< by the heartbeat that spoke last of what is subscribed to
    bool leave_for_good_ = false;

    std::vector<TopicPartition> owned_;
    std::map<TopicPartition, TopicId> ids_;  ///< of what is owned
    bool lost_ = false;
    std::optional<std::set<IdPartition>> target_;
    std::map<TopicId, std::string> names_;  ///< of topics in the target
    std::optional<Step> step_;

    std::uint32_t failures_ = 0;  ///< in a row
    Duration heartbeat_interval_{5s};
    Time heartbeat_at_{};
    Time polled_at_{};
    std::optional<Error> fatal_;
};

}  // namespace barnabas::client
