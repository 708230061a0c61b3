#include "client/consumer/classic_membership.h"

#include "base/invariant.h"
#include "client/cluster/stale_knowledge.h"
#include "client/consumer/consumer_protocol.h"

#include <algorithm>
#include <chrono>
#include <type_traits>
#include <utility>

namespace barnabas::client {

ClassicMembership::ClassicMembership(MembershipSettings settings, AssignorSet assignors)
    : settings_(std::move(settings)), assignors_(std::move(assignors)) {}

void ClassicMembership::transition(State to) {
    INVARIANT(state_ != State::failed || to == State::leaving || to == State::left,
              "a membership that failed for good goes on");
    state_ = to;
}

// --- the user --------------------------------------------------------------------------------

void ClassicMembership::subscribe(const std::set<std::string>& topics) {
    topics_ = topics;
    if (state_ == State::idle || state_ == State::left) {
        member_id_.clear();
        transition(State::preparing);
    } else if (state_ == State::stable && topics_ != joined_topics_) {
        rejoin_needed_ = true;
        reason_ = "the subscription has changed";
    }
}

void ClassicMembership::subscribe_pattern(const std::string& pattern) {
    INVARIANT(false, "members of the classic protocol match \"{}\" themselves", pattern);
}

void ClassicMembership::on_poll(Time now) {
    polled_at_ = now;
}

Result<> ClassicMembership::rejoin(std::string reason) {
    rejoin_needed_ = true;
    reason_ = reason.empty() ? "rebalance enforced by the user" : std::move(reason);
    return {};
}

void ClassicMembership::leave(bool for_good) {
    if (state_ == State::idle) {
        transition(State::left);
    } else if (state_ != State::left) {
        leave_for_good_ = for_good;
        transition(State::leaving);
    }
}

ConsumerGroupMetadata ClassicMembership::identity() const {
    return {.group_id = settings_.group_id,
            .generation_id = generation_,
            .member_id = member_id_,
            .group_instance_id = settings_.group_instance_id};
}

std::optional<RebalanceStep> ClassicMembership::next_step(Time now) {
    if (step_) {
        return step_;
    }
    if (lost_ && owned_.empty()) {
        lost_ = false;
    }
    if (lost_) {
        step_ = Step{.kind = Step::Kind::lose, .partitions = owned_};
        return step_;
    }
    switch (state_) {
        case State::stable:
            if (!rejoin_needed_) {
                break;
            }
            transition(State::preparing);
            [[fallthrough]];
        case State::preparing:
            step_ = next_preparation();
            if (!step_) {
                begin_join(now);
            }
            break;
        case State::completing:
            step_ = next_completion();
            break;
        case State::leaving:
            if (!owned_.empty()) {
                step_ =
                    Step{.kind = Step::Kind::revoke, .partitions = owned_, .commit_first = true};
            }
            break;
        default:
            break;
    }
    return step_;
}

/// Before it joins: what was read is committed, and what the member may not keep is given up.
std::optional<RebalanceStep> ClassicMembership::next_preparation() {
    if (owned_.empty()) {
        return std::nullopt;
    }
    Step step{.kind = Step::Kind::revoke, .partitions = owned_, .commit_first = true};
    if (assignors_.cooperative()) {
        std::erase_if(step.partitions, [this](const TopicPartition& partition) {
            return topics_.contains(partition.topic);
        });
        step.call_listener = !step.partitions.empty();
    }
    return step;
}

std::optional<RebalanceStep> ClassicMembership::next_completion() {
    auto revoked = without(owned_, target_.partitions);
    if (!revoked.empty()) {
        return Step{
            .kind = Step::Kind::revoke, .partitions = std::move(revoked), .commit_first = true};
    }
    return Step{.kind = Step::Kind::assign, .partitions = without(target_.partitions, owned_)};
}

void ClassicMembership::step_done(Time now) {
    INVARIANT(step_.has_value(), "a step is done that was not handed out");
    const Step done = std::move(*std::exchange(step_, std::nullopt));
    switch (done.kind) {
        case Step::Kind::lose:
            owned_.clear();
            lost_ = false;
            break;
        case Step::Kind::revoke:
            owned_ = without(owned_, done.partitions);
            if (state_ == State::preparing && !lost_) {
                begin_join(now);
            } else if (state_ == State::completing) {
                revoked_for_target_ = true;
            }
            break;
        case Step::Kind::assign:
            owned_.insert(owned_.end(), done.partitions.begin(), done.partitions.end());
            if (state_ == State::completing) {
                transition(State::stable);
                if (revoked_for_target_ || topics_ != joined_topics_) {
                    rejoin_needed_ = true;
                    reason_ = revoked_for_target_ ? "partitions were given up for other members"
                                                  : "the subscription has changed";
                }
            }
            break;
    }
}

bool ClassicMembership::wants_user() const {
    return step_.has_value() || (lost_ && !owned_.empty()) || state_ == State::preparing ||
           state_ == State::completing || (state_ == State::stable && rejoin_needed_) ||
           (state_ == State::leaving && !owned_.empty());
}

// --- state -----------------------------------------------------------------------------------

bool ClassicMembership::may_heartbeat() const {
    return is_member() &&
           (state_ == State::preparing || state_ == State::assigning || state_ == State::syncing ||
            state_ == State::completing || state_ == State::stable);
}

void ClassicMembership::begin_join(Time now) {
    transition(State::joining);
    rejoin_needed_ = false;
    leader_ = false;
    retry_at_ = std::max(retry_at_, now);
}

void ClassicMembership::retry_join(Time now) {
    retry_at_ = now + settings_.retry_backoff;
    // Nothing has to be given up twice: the user is needed only after a loss.
    transition(lost_ ? State::preparing : State::joining);
}

/// The coordinator does not know this member any more, or will not.
void ClassicMembership::lose_membership(Time now) {
    generation_ = no_generation;
    leader_ = false;
    lost_ = lost_ || !owned_.empty();
    retry_at_ = now;
    if (state_ != State::leaving) {
        transition(State::preparing);
    }
}

void ClassicMembership::fail_for_good(ErrorCode code, std::string_view during) {
    generation_ = no_generation;
    lost_ = !owned_.empty();
    fatal_ = Error{code, fmt::format("this consumer cannot be a member of group \"{}\": {} {}",
                                     settings_.group_id, during, error_name(code))};
    transition(State::failed);
}

/// What the codes mean that JoinGroup, SyncGroup and Heartbeat share.
void ClassicMembership::on_group_error(ErrorCode code, std::string_view during, Time now) {
    switch (code) {
        case ErrorCode::unknown_member_id:
            member_id_.clear();
            lose_membership(now);
            break;
        case ErrorCode::illegal_generation:
            lose_membership(now);
            break;
        case ErrorCode::rebalance_in_progress:
            retry_join(now);
            break;
        default:
            if (is_retriable(code)) {
                retry_at_ = now + settings_.retry_backoff;
            } else {
                fail_for_good(code, during);
            }
            break;
    }
}

/// Who does not poll for max.poll.interval.ms has hung, as far as anybody can tell: a dynamic
/// member leaves, a static one lets its session end.
void ClassicMembership::check_poll_interval(Time now) {
    if (may_heartbeat() && now - polled_at_ > settings_.poll_interval_max) {
        evicting_ = !settings_.group_instance_id;  // next_request() sees to it
        evicted_member_ = member_id_;
        member_id_.clear();
        lose_membership(now);
    }
}

// --- requests --------------------------------------------------------------------------------

std::optional<GroupCall> ClassicMembership::next_request(Time now) {
    check_poll_interval(now);
    if (evicting_) {
        evicting_ = false;
        return leave_request(evicted_member_, "it has not polled for max.poll.interval.ms");
    }
    if (!join_in_flight_ && retry_at_ <= now) {
        if (state_ == State::joining) {
            join_in_flight_ = true;
            return join_request();
        }
        if (state_ == State::syncing) {
            join_in_flight_ = true;
            return sync_request();
        }
    }
    if (state_ == State::leaving && owned_.empty() && !leave_in_flight_) {
        const bool stays = settings_.group_instance_id && !leave_for_good_;
        if (!member_id_.empty() && !stays) {
            leave_in_flight_ = true;  // a JoinGroup on its way is not waited for
            return leave_request(member_id_, "the consumer unsubscribed or is being closed");
        }
        if (stays || !join_in_flight_) {
            transition(State::left);
        }
    }
    if (may_heartbeat() && !heartbeat_in_flight_ && heartbeat_at_ <= now) {
        heartbeat_in_flight_ = true;
        heartbeat_generation_ = generation_;
        return heartbeat_request();
    }
    return std::nullopt;
}

Time ClassicMembership::next_wake(Time now) const {
    Time wake = never;
    if (may_heartbeat()) {
        wake = polled_at_ + settings_.poll_interval_max + 1ms;
        if (!heartbeat_in_flight_) {
            wake = std::min(wake, heartbeat_at_);
        }
    }
    const bool waiting = state_ == State::joining || state_ == State::syncing;
    if (waiting && !join_in_flight_ && retry_at_ > now) {
        wake = std::min(wake, retry_at_);
    }
    return wake;
}

// --- answers ---------------------------------------------------------------------------------

void ClassicMembership::on_response(const GroupResponse& response, Time now) {
    const auto visitor = [this, now](const auto& message) {
        using Message = std::remove_cvref_t<decltype(message)>;
        if constexpr (std::is_same_v<Message, wire::JoinGroupResponse>) {
            on_join(message, now);
        } else if constexpr (std::is_same_v<Message, wire::SyncGroupResponse>) {
            on_sync(message, now);
        } else if constexpr (std::is_same_v<Message, wire::HeartbeatResponse>) {
            on_heartbeat(message, now);
        } else if constexpr (std::is_same_v<Message, wire::LeaveGroupResponse>) {
            if (std::exchange(leave_in_flight_, false)) {
                generation_ = no_generation;
                member_id_.clear();
                transition(State::left);
            }
        } else {
            INVARIANT(false, "a classic member got a {}", Message::name);
        }
    };
    std::visit(visitor, response);
}

void ClassicMembership::on_join(const wire::JoinGroupResponse& response, Time now) {
    join_in_flight_ = false;
    const auto code = static_cast<ErrorCode>(response.error_code);
    const bool has_id = code == ErrorCode::none || code == ErrorCode::member_id_required;
    if (has_id && state_ != State::left) {
        member_id_ = response.member_id;
    }
    if (state_ != State::joining || code == ErrorCode::member_id_required) {
        return;  // leaving, or joining again with the id
    }
    if (code == ErrorCode::none) {
        on_joined(response, now);
    } else {
        on_group_error(code, "JoinGroup was answered with", now);
    }
}

void ClassicMembership::on_joined(const wire::JoinGroupResponse& response, Time now) {
    const auto* strategy = assignors_.find(response.protocol_name.value_or(""));
    if (strategy == nullptr || response.protocol_type.value_or(
                                   std::string(consumer_protocol_type)) != consumer_protocol_type) {
        fail_for_good(
            ErrorCode::inconsistent_group_protocol,
            fmt::format("it shares partitions out by \"{}\"", response.protocol_name.value_or("")));
        return;
    }
    protocol_ = strategy->name;
    generation_ = response.generation_id;
    leader_ = response.leader == response.member_id;
    heartbeat_at_ = now + settings_.heartbeat_interval;
    shares_.clear();
    share_bytes_.clear();
    members_.clear();
    group_topics_.clear();
    counts_.clear();
    if (!leader_) {
        transition(State::syncing);
        return;
    }
    for (const auto& member : response.members) {
        auto subscription = decode_subscription(member.metadata);
        if (!subscription) {
            fail_for_good(ErrorCode::inconsistent_group_protocol,
                          fmt::format("member {} has no subscription that can be read ({})",
                                      member.member_id, subscription.error().message));
            return;
        }
        subscription->group_instance_id = member.group_instance_id;
        group_topics_.insert(subscription->topics.begin(), subscription->topics.end());
        members_.emplace(member.member_id, std::move(*subscription));
    }
    // A static leader that came back finds the assignment made.
    transition(response.skip_assignment ? State::syncing : State::assigning);
}

void ClassicMembership::on_sync(const wire::SyncGroupResponse& response, Time now) {
    join_in_flight_ = false;
    if (state_ != State::syncing) {
        return;
    }
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code != ErrorCode::none) {
        on_group_error(code, "SyncGroup was answered with", now);
        return;
    }
    auto assigned = decode_assignment(response.assignment);
    if (!assigned) {
        fail_for_good(ErrorCode::inconsistent_group_protocol,
                      fmt::format("the assignment cannot be read ({}):", assigned.error().message));
        return;
    }
    target_ = std::move(*assigned);
    revoked_for_target_ = false;
    remembered_ = target_.partitions;
    remembered_generation_ = generation_;
    if (const auto* strategy = assignors_.find(protocol_); strategy && strategy->custom) {
        strategy->custom->on_assignment(target_, generation_);
    }
    transition(State::completing);
}

void ClassicMembership::on_heartbeat(const wire::HeartbeatResponse& response, Time now) {
    heartbeat_in_flight_ = false;
    heartbeat_at_ = now + settings_.heartbeat_interval;
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code == ErrorCode::none || !may_heartbeat() || heartbeat_generation_ != generation_) {
        return;
    }
    if (code == ErrorCode::rebalance_in_progress) {
        rejoin_needed_ = true;  // an answer to a SyncGroup on its way says so itself
    } else if (is_retriable(code)) {
        heartbeat_at_ = now + settings_.retry_backoff;
    } else {
        on_group_error(code, "Heartbeat was answered with", now);
    }
}

void ClassicMembership::on_failure(std::size_t request, const Error& error, Time now) {
    if (request == GroupRequest(wire::HeartbeatRequest()).index()) {
        heartbeat_in_flight_ = false;
        heartbeat_at_ = now + settings_.retry_backoff;
        return;
    }
    if (request == GroupRequest(wire::LeaveGroupRequest()).index()) {
        if (std::exchange(leave_in_flight_, false)) {
            transition(State::left);  // its session ends by itself
        }
        return;
    }
    join_in_flight_ = false;
    retry_at_ = now + settings_.retry_backoff;
    if (!worth_another_try(error.code) && state_ != State::leaving) {
        fail_for_good(error.code, error.message);
    }
}

void ClassicMembership::on_commit_error(ErrorCode code, const ConsumerGroupMetadata& as, Time now) {
    if (!is_member() || as.generation_id != generation_ || as.member_id != member_id_ ||
        state_ == State::leaving) {
        return;  // it was another life
    }
    if (code == ErrorCode::rebalance_in_progress) {
        rejoin_needed_ = rejoin_needed_ || state_ == State::stable;
    } else if (code == ErrorCode::unknown_member_id || code == ErrorCode::illegal_generation ||
               code == ErrorCode::fenced_instance_id) {
        on_group_error(code, "OffsetCommit was answered with", now);
    }
}

}  // namespace barnabas::client
