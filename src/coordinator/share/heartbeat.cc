#include "coordinator/share/heartbeat.h"

#include "coordinator/blank.h"
#include "coordinator/consumer/member.h"
#include "coordinator/consumer/subscriptions.h"
#include "coordinator/share/member_id.h"
#include "coordinator/share/records.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::coordinator {
namespace {

using std::chrono::milliseconds;

/// While its partitions are being initialized, which takes a moment, a member asks again after
/// this. Kafka lets it wait for its next heartbeat, 5 s without anything to read.
constexpr milliseconds initializing_interval{200};

}  // namespace

milliseconds assignment_wait(const ShareGroup& group, milliseconds interval, Timestamp now) {
    const bool nobody_assigned = std::ranges::all_of(
        group.targets(), [](const auto& target) { return target.second.empty(); });
    const milliseconds since{now - group.assigned_at()};
    const bool is_over = since < milliseconds::zero() || since >= interval;
    return nobody_assigned || is_over ? milliseconds::zero() : interval - since;
}

Result<void> check_heartbeat(const wire::ShareGroupHeartbeatRequest& request) {
    TRY(check_not_blank(request.member_id, "MemberId"));
    TRY(check_not_blank(request.group_id, "GroupId"));
    if (is_too_long_for_share_member(request.member_id)) {
        return fail(ErrorCode::invalid_request, "MemberId has more than {} characters.",
                    share_member_id_max);
    }
    if (request.rack_id) {
        TRY(check_not_blank(*request.rack_id, "RackId"));
    }
    if (request.member_epoch == joining_epoch) {
        if (!request.subscribed_topic_names || request.subscribed_topic_names->empty()) {
            return fail(ErrorCode::invalid_request,
                        "SubscribedTopicNames must be set in first request.");
        }
    } else if (request.member_epoch < leaving_epoch) {
        return fail(ErrorCode::invalid_request,
                    "MemberEpoch is invalid: {} is none of -1 (leave), 0 (join) and the epochs "
                    "from 1.",
                    request.member_epoch);
    }
    return {};
}

ShareHeartbeat::ShareHeartbeat(const Context& context)
    : at_(context),
      draft_{.group = context.group},
      epoch_(context.group.epoch()),
      target_epoch_(context.group.assignment_epoch()) {}

Result<ShareHeartbeatOutcome> ShareHeartbeat::run() {
    TRY(find_member());
    update_subscription();
    draft_.changed = &member_;
    update_epoch();
    update_target();
    update_assignment();
    initialize();
    out_.outcome.reply = reply();
    return std::move(out_);
}

Result<void> ShareHeartbeat::find_member() {
    const auto& id = at_.request.member_id;
    const ShareMember* const known = at_.group.member(id);
    if (known == nullptr && at_.group.member_count() >= at_.config.max_size) {
        return fail(ErrorCode::group_max_size_reached,
                    "The share group has reached its maximum capacity of {} members.",
                    at_.config.max_size);
    }
    if (known != nullptr) {
        TRY(check_epoch(*known));
        before_ = *known;
        member_ = *known;
        return {};
    }
    if (at_.request.member_epoch != joining_epoch) {
        return fail(ErrorCode::unknown_member_id, "Member {} is not a member of group {}.", id,
                    at_.group.id());
    }
    before_.id = id;
    member_.id = id;
    is_new_ = true;
    return {};
}

/// A reply that raised the epoch may have been lost: then the member comes with the epoch before.
/// One that joins again says everything anew, and is told everything.
Result<void> ShareHeartbeat::check_epoch(const ShareMember& member) const {
    const std::int32_t epoch = at_.request.member_epoch;
    if (epoch == joining_epoch || epoch == member.epoch ||
        (epoch < member.epoch && epoch == member.previous_epoch)) {
        return {};
    }
    return fail(ErrorCode::fenced_member_epoch,
                "The share group member has a {} member epoch ({}) than the one known by the group "
                "coordinator ({}), and it does not match the previous member epoch ({}). The "
                "member must abandon all its partitions and rejoin.",
                epoch > member.epoch ? "greater" : "smaller", epoch, member.epoch,
                member.previous_epoch);
}

void ShareHeartbeat::update_subscription() {
    const auto& request = at_.request;
    if (request.rack_id) {
        member_.rack_id = request.rack_id;
    }
    if (request.subscribed_topic_names) {
        member_.set_topics(*request.subscribed_topic_names);
    }
    member_.client_id = at_.client.id;
    member_.client_host = at_.client.host;
    if (is_new_ || !member_.same_subscription(before_)) {
        out_.outcome.records.push_back(share_subscription_record(at_.group.id(), member_));
    }
    subscription_changed_ = member_.topics != before_.topics;
    if (subscription_changed_) {
        cause_ = is_new_ ? RebalanceCause::member_joined : RebalanceCause::subscription_changed;
        why_ = fmt::format("member {} {}", member_.id,
                           is_new_ ? "joins" : "subscribes to other topics");
    }
}

void ShareHeartbeat::update_epoch() {
    // Where an assignment is due anyway it will find what has been initialized since.
    if (why_.empty() && epoch_ == target_epoch_ && is_assignment_outdated(draft_, at_.topics)) {
        cause_ = RebalanceCause::topics_changed;
        why_ = "other partitions than are assigned have a state now";
    }
    if (why_.empty() && !at_.group.topics_may_differ()) {
        return;
    }
    const std::int64_t hash = metadata_hash_of(draft_.topics(), at_.topics);
    if (why_.empty() && hash != at_.group.metadata_hash()) {
        cause_ = RebalanceCause::topics_changed;
        why_ = "a subscribed topic has changed";
    }
    if (why_.empty()) {
        return;
    }
    ++epoch_;
    out_.outcome.records.push_back(share_epoch_record(at_.group.id(), epoch_, hash));
    out_.outcome.events.push_back(
        {.kind = GroupEvent::Kind::rebalance,
         .group = at_.group.id(),
         .why = fmt::format("{}: epoch {} with {} members", why_, epoch_, draft_.member_count()),
         .cause = cause_});
}

void ShareHeartbeat::update_target() {
    target_ = at_.group.target_of(member_.id);
    if (epoch_ <= target_epoch_) {
        return;
    }
    if (assignment_wait(at_.group, at_.times.assignment_interval, at_.now.wall) >
        milliseconds::zero()) {
        target_waits_ = true;
        return;
    }
    auto computed = compute_share_target(draft_, at_.topics, epoch_, at_.now.wall);
    std::ranges::move(computed.records, std::back_inserter(out_.outcome.records));
    target_ = std::move(computed.members.at(member_.id));
    target_epoch_ = epoch_;
}

void ShareHeartbeat::update_assignment() {
    if (!subscription_changed_ && member_.epoch == target_epoch_) {
        return;
    }
    ShareMember next = member_;
    // A target that waits may be of another subscription.
    next.assigned = target_;
    std::erase_if(next.assigned, [this](const auto& topic) {
        const auto name = at_.topics.name_of(topic.first);
        return !name || !std::ranges::binary_search(member_.topics, *name);
    });
    if (next.epoch != target_epoch_) {
        next.previous_epoch = next.epoch;
        next.epoch = target_epoch_;
    }
    if (!next.same_assignment(member_) || is_new_) {
        member_ = std::move(next);
        out_.outcome.records.push_back(share_current_record(at_.group.id(), member_));
    }
}

void ShareHeartbeat::initialize() {
    const auto missing =
        uninitialized(draft_, at_.topics, at_.now.steady - at_.config.initialize_retry_interval);
    if (missing.empty()) {
        return;
    }
    SharePartitions next = at_.group.partitions();
    add_all(next.initializing, missing);
    std::erase_if(next.deleting,
                  [&missing](const auto& topic) { return missing.contains(topic.first); });
    if (next != at_.group.partitions()) {
        asks_first_ = true;
        out_.outcome.records.push_back(share_partitions_record(at_.group.id(), next));
    }
    out_.initialize = initialize_request(at_.group.id(), epoch_, missing);
}

wire::ShareGroupHeartbeatResponse ShareHeartbeat::reply() const {
    using Response = wire::ShareGroupHeartbeatResponse;
    Response response;
    response.member_id = member_.id;
    response.member_epoch = member_.epoch;
    auto interval = at_.times.heartbeat_interval;
    if (target_waits_) {
        // Its assignment will be there before the next heartbeat is due: it may ask sooner.
        interval = std::min(interval, std::max(at_.times.assignment_interval, milliseconds{1}));
    }
    if (asks_first_ || at_.group.awaits_answers()) {
        interval = std::min(interval, initializing_interval);
    }
    response.heartbeat_interval_ms = static_cast<std::int32_t>(interval.count());
    const bool is_full_request =
        at_.request.member_epoch == joining_epoch || at_.request.subscribed_topic_names;
    if (is_full_request || member_.assigned != before_.assigned) {
        response.assignment.emplace().topic_partitions =
            topics_from<Response::Assignment::TopicPartition>(member_.assigned);
    }
    return response;
}

Result<ShareHeartbeatOutcome> ShareHeartbeat::leave() {
    const ShareMember* const known = at_.group.member(at_.request.member_id);
    if (known == nullptr) {
        return fail(ErrorCode::unknown_member_id, "Member {} is not a member of group {}.",
                    at_.request.member_id, at_.group.id());
    }
    out_.outcome.reply.member_id = known->id;
    out_.outcome.reply.member_epoch = at_.request.member_epoch;
    fence(at_.group, at_.topics, *known, RebalanceCause::member_left, "left", out_.outcome.records,
          out_.outcome.events);
    return std::move(out_);
}

void fence(const ShareGroup& group, const TopicsView& topics, const ShareMember& member,
           RebalanceCause cause, std::string_view what, Records& records,
           std::vector<GroupEvent>& events) {
    const ShareDraft draft{.group = group, .gone = member.id};
    add_share_member_tombstones(records, group.id(), member.id);
    const std::int32_t epoch = group.epoch() + 1;
    records.push_back(
        share_epoch_record(group.id(), epoch, metadata_hash_of(draft.topics(), topics)));
    const std::size_t left = draft.member_count();
    if (left == 0) {
        records.push_back(share_target_epoch_record(group.id(), epoch, {}));
    }
    events.push_back(
        {.kind = left == 0 ? GroupEvent::Kind::emptied : GroupEvent::Kind::rebalance,
         .group = group.id(),
         .why = fmt::format("member {} (client {}, host {}) {}: epoch {} with {} members",
                            member.id, member.client_id, member.client_host, what, epoch, left),
         .cause = cause});
}

wire::InitializeShareGroupStateRequest initialize_request(std::string_view group,
                                                          std::int32_t state_epoch,
                                                          const SharePartitions::Topics& topics) {
    wire::InitializeShareGroupStateRequest request;
    request.group_id = group;
    for (const auto& [id, topic] : topics) {
        auto& asked = request.topics.emplace_back();
        asked.topic_id = id;
        for (const std::int32_t number : topic.partitions) {
            auto& partition = asked.partitions.emplace_back();
            partition.partition = number;
            partition.state_epoch = state_epoch;
            partition.start_offset = no_start_offset;
        }
    }
    return request;
}

}  // namespace barnabas::coordinator
