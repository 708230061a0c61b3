#pragma once

#include "base/result.h"
#include "base/time.h"
#include "coordinator/outcome.h"
#include "coordinator/share/config.h"
#include "coordinator/share/draft.h"
#include "coordinator/share/share_group.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/share_group_heartbeat.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// What a heartbeat came to.
struct ShareHeartbeatOutcome {
    Outcome<wire::ShareGroupHeartbeatResponse> outcome;
    /// For the share coordinators, when the records are committed.
    std::optional<wire::InitializeShareGroupStateRequest> initialize{};
};

/// Refuses what no group could answer, with Kafka's codes.
[[nodiscard]] Result<void> check_heartbeat(const wire::ShareGroupHeartbeatRequest& request);

/// What a member's heartbeat does to its share group. Used once; changes nothing.
class ShareHeartbeat {
public:
    struct Context {
        const ShareGroup& group;  // an empty one if there is none yet
        const TopicsView& topics;
        const ShareGroupConfig& config;
        ShareGroupTimes times;
        const wire::ShareGroupHeartbeatRequest& request;
        const Client& client;
        Now now;
    };

    explicit ShareHeartbeat(const Context& context);

    /// The member joins or goes on.
    [[nodiscard]] Result<ShareHeartbeatOutcome> run();
    /// It leaves.
    [[nodiscard]] Result<ShareHeartbeatOutcome> leave();

private:
    [[nodiscard]] Result<void> find_member();
    [[nodiscard]] Result<void> check_epoch(const ShareMember& member) const;
    void update_subscription();
    void update_epoch();
    void update_target();
    void update_assignment();
    void initialize();
    [[nodiscard]] wire::ShareGroupHeartbeatResponse reply() const;

    Context at_;
    ShareMember before_;  // as stored; one that has only an id if it is new
    ShareMember member_;
    ShareDraft draft_;
    bool is_new_ = false;
    bool subscription_changed_ = false;
    bool target_waits_ = false;
    bool asks_first_ = false;  // it asks for partitions that nobody asked for before
    RebalanceCause cause_ = RebalanceCause::other;  // with why_
    std::string why_;                               // the group's epoch has to grow; empty: not
    std::int32_t epoch_ = 0;
    std::int32_t target_epoch_ = 0;
    Assignment target_;
    ShareHeartbeatOutcome out_;
};

/// Takes a member out of its group, which has a new epoch then. `what` it did: "left".
void fence(const ShareGroup& group, const TopicsView& topics, const ShareMember& member,
           RebalanceCause cause, std::string_view what, Records& records,
           std::vector<GroupEvent>& events);

/// How long the group's next assignment has to wait, as in consumer groups: one is computed at most
/// once per interval. Zero: it may be computed, which holds always where nobody has anything.
[[nodiscard]] std::chrono::milliseconds assignment_wait(const ShareGroup& group,
                                                        std::chrono::milliseconds interval,
                                                        Timestamp now);

/// That is no offset (PartitionFactory.UNINITIALIZED_START_OFFSET): the group's
/// share.auto.offset.reset decides when the partition is first read.
inline constexpr std::int64_t no_start_offset = -1;
/// Asks that these be initialized, without a start offset.
[[nodiscard]] wire::InitializeShareGroupStateRequest initialize_request(
    std::string_view group, std::int32_t state_epoch, const SharePartitions::Topics& topics);

}  // namespace barnabas::coordinator
