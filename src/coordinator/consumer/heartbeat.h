#pragma once

#include "base/result.h"
#include "base/time.h"
#include "coordinator/consumer/config.h"
#include "coordinator/consumer/consumer_group.h"
#include "coordinator/consumer/consumer_groups.h"
#include "coordinator/consumer/subscriptions.h"
#include "coordinator/consumer/target_assignment.h"
#include "coordinator/outcome.h"
#include "wire/messages/consumer_group_heartbeat.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// Refuses what no group could answer, with Kafka's codes.
[[nodiscard]] Result<void> check_heartbeat(const wire::ConsumerGroupHeartbeatRequest& request,
                                           std::int16_t version, const ConsumerGroupConfig& config);

/// What a member's heartbeat does to its group. Used once; changes nothing.
class Heartbeat {
public:
    struct Context {
        const ConsumerGroup& group;  // an empty one if there is none yet
        const TopicsView& topics;
        const ConsumerGroupConfig& config;
        ConsumerGroupTimes times;
        const wire::ConsumerGroupHeartbeatRequest& request;
        const Client& client;
        Now now;
        const TopicFilter& may_see;
        bool may_convert = false;
        /// Of a member that uses the classic protocol: its JoinGroup, as a heartbeat.
        std::optional<ClassicMember> classic{};
    };
    using Reply = Outcome<wire::ConsumerGroupHeartbeatResponse>;

    explicit Heartbeat(const Context& context);

    /// The member joins or goes on.
    [[nodiscard]] Result<Reply> run();
    /// It leaves, for good or, as a static member, for a while.
    [[nodiscard]] Result<Reply> leave();

private:
    [[nodiscard]] Result<void> find_member();
    [[nodiscard]] Result<void> find_static_member();
    [[nodiscard]] Result<void> check_epoch(const ConsumerMember& member) const;
    void replace(const ConsumerMember& old);
    void update_subscription();
    [[nodiscard]] Result<void> update_regexes();
    void evaluate(const std::map<std::string, bool, std::less<>>& wanted);
    void judge_assignor();
    void update_epoch();
    void update_target();
    [[nodiscard]] Result<void> update_assignment();
    [[nodiscard]] wire::ConsumerGroupHeartbeatResponse reply() const;
    [[nodiscard]] bool is_full_request() const;
    void rebalance(std::string why);

    Context at_;
    std::optional<Assignment> owned_;
    ConsumerMember before_;  // as stored; one that has only an id if it is new
    ConsumerMember member_;
    std::string replacing_;  // the id that a static member had before
    bool is_new_ = false;
    bool subscription_changed_ = false;
    bool target_waits_ = false;
    RebalanceCause cause_ = RebalanceCause::other;  // with why_
    std::string why_;  // the group's epoch has to grow; empty: it has not
    std::int32_t epoch_ = 0;
    std::int32_t target_epoch_ = 0;
    Assignment target_;
    GroupDraft draft_;
    Records records_;
    std::vector<GroupEvent> events_;
};

struct FenceReason {
    RebalanceCause cause;
    std::string_view what;  // "left"
};
struct Fencing {
    const ConsumerGroup& group;
    const TopicsView& topics;
    const ConsumerGroupConfig& config;
    bool may_convert = false;
    Timestamp now{};
};
/// Takes a member out of its group, which has a new epoch then, or becomes a classic group if only
/// members of the classic protocol are left.
void fence(const Fencing& at, const ConsumerMember& member, FenceReason why, Records& records,
           std::vector<GroupEvent>& events);

/// How long the group's next assignment has to wait: one is computed at most once per interval, so
/// that members who come together cost one computation (KIP-1263). Zero: it may be computed, which
/// holds always where nobody has been assigned anything.
[[nodiscard]] std::chrono::milliseconds assignment_wait(const ConsumerGroup& group,
                                                        std::chrono::milliseconds interval,
                                                        Timestamp now);

}  // namespace barnabas::coordinator
