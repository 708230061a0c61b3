#include "client/consumer/consumer_membership.h"

#include "base/invariant.h"
#include "client/cluster/stale_knowledge.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace barnabas::client {

ConsumerMembership::ConsumerMembership(MembershipSettings settings, std::string member_id)
    : settings_(std::move(settings)), member_id_(std::move(member_id)) {}

// --- the user --------------------------------------------------------------------------------

void ConsumerMembership::subscribe(const std::set<std::string>& topics) {
    if (state_ == State::left) {
        state_ = State::idle;
    }
    if (topics_ != topics || !pattern_.empty()) {
        topics_ = topics;
        pattern_.clear();
        subscription_changed_ = true;
        send_soon();
    }
}

void ConsumerMembership::subscribe_pattern(const std::string& pattern) {
    if (state_ == State::left) {
        state_ = State::idle;
    }
    if (pattern_ != pattern) {
        topics_.clear();
        pattern_ = pattern;
        subscription_changed_ = true;
        send_soon();
    }
}

void ConsumerMembership::on_poll(Time now) {
    polled_at_ = now;
    if (state_ == State::idle && (!topics_.empty() || !pattern_.empty())) {
        state_ = State::member;
        epoch_ = join_epoch;
        full_ = true;
        send_soon();
    }
}

Result<> ConsumerMembership::rejoin(std::string /*reason*/) {
    return fail(ErrorCode::unsupported_version,
                "members of group \"{}\" cannot ask for a rebalance: with group.protocol=consumer "
                "the broker decides",
                settings_.group_id);
}

void ConsumerMembership::leave(bool for_good) {
    if (state_ == State::idle && owned_.empty() && !lost_) {
        state_ = State::left;
    } else if (state_ != State::left) {
        leave_for_good_ = for_good;
        state_ = State::leaving;
        send_soon();
    }
    topics_.clear();
    pattern_.clear();
}

ConsumerGroupMetadata ConsumerMembership::identity() const {
    return {.group_id = settings_.group_id,
            .generation_id = epoch_ > join_epoch ? epoch_ : -1,
            .member_id = member_id_,
            .group_instance_id = settings_.group_instance_id};
}

std::optional<RebalanceStep> ConsumerMembership::next_step(Time /*now*/) {
    if (step_) {
        return step_;
    }
    if (lost_ && owned_.empty()) {
        lost_ = false;
    }
    if (lost_) {
        step_ = Step{.kind = Step::Kind::lose, .partitions = owned_};
    } else if (state_ == State::leaving) {
        if (!owned_.empty()) {
            step_ = Step{.kind = Step::Kind::revoke, .partitions = owned_, .commit_first = true};
        }
    } else if (state_ == State::member && target_) {
        if (auto revoked = to_revoke(); !revoked.empty()) {
            step_ = Step{
                .kind = Step::Kind::revoke, .partitions = std::move(revoked), .commit_first = true};
        } else if (auto added = to_assign(); !added.empty()) {
            step_ = Step{.kind = Step::Kind::assign, .partitions = std::move(added)};
        }
    }
    return step_;
}

void ConsumerMembership::step_done(Time /*now*/) {
    INVARIANT(step_.has_value(), "a step is done that was not handed out");
    const Step done = std::move(*std::exchange(step_, std::nullopt));
    if (done.kind == Step::Kind::assign) {
        take_over(done.partitions);
    } else {
        give_up(done.partitions);
        lost_ = lost_ && done.kind != Step::Kind::lose;
    }
    acknowledge_if_settled();
}

bool ConsumerMembership::wants_user() const {
    if (step_.has_value() || (lost_ && !owned_.empty())) {
        return true;
    }
    if (state_ == State::leaving) {
        return !owned_.empty();
    }
    return state_ == State::member && target_ && (!to_revoke().empty() || !to_assign().empty());
}

// --- from what it has to what it is to have ---------------------------------------------------

std::vector<TopicPartition> ConsumerMembership::to_revoke() const {
    std::vector<TopicPartition> revoked;
    for (const TopicPartition& partition : owned_) {
        if (!target_->contains({ids_.at(partition), partition.partition.get()})) {
            revoked.push_back(partition);
        }
    }
    return revoked;
}

/// Of those whose topics have a name as far as the metadata tell; the others follow.
std::vector<TopicPartition> ConsumerMembership::to_assign() const {
    std::vector<TopicPartition> added;
    for (const auto& [id, partition] : *target_) {
        if (const auto name = names_.find(id); name != names_.end()) {
            const TopicPartition named{name->second, PartitionId{partition}};
            if (!ids_.contains(named)) {
                added.push_back(named);
            }
        }
    }
    return added;
}

void ConsumerMembership::take_over(const std::vector<TopicPartition>& partitions) {
    for (const TopicPartition& partition : partitions) {
        const auto id = std::ranges::find(names_, partition.topic,
                                          [](const auto& name) { return name.second; });
        INVARIANT(id != names_.end(), "{} is assigned, but its topic has no id", partition);
        if (ids_.emplace(partition, id->first).second) {
            owned_.push_back(partition);
        }
    }
}

void ConsumerMembership::give_up(const std::vector<TopicPartition>& partitions) {
    owned_ = without(owned_, partitions);
    for (const TopicPartition& partition : partitions) {
        ids_.erase(partition);
    }
}

/// Nothing is left to be done for the target (but for names that are still to come).
void ConsumerMembership::acknowledge_if_settled() {
    if (state_ == State::member && !lost_ && target_ && to_revoke().empty() &&
        to_assign().empty()) {
        unacknowledged_ = true;
        send_soon();
    }
}

void ConsumerMembership::on_metadata(const Metadata& metadata, Time /*now*/) {
    if (!target_) {
        return;
    }
    for (const auto& [id, partition] : *target_) {
        const TopicInfo* topic = names_.contains(id) ? nullptr : metadata.topic(id);
        if (topic != nullptr) {
            std::erase_if(names_, [topic](const auto& name) { return name.second == topic->name; });
            names_.emplace(id, topic->name);
        }
    }
}

void ConsumerMembership::be_fenced() {
    epoch_ = join_epoch;
    full_ = true;
    unacknowledged_ = false;
    target_.reset();
    lost_ = lost_ || !owned_.empty();
    send_soon();
}

void ConsumerMembership::fail_for_good(ErrorCode code, std::string_view why) {
    be_fenced();
    state_ = State::failed;
    fatal_ = Error{code, fmt::format("this consumer cannot be a member of group \"{}\": {}: {}",
                                     settings_.group_id, error_name(code), why)};
}

void ConsumerMembership::check_poll_interval(Time now) {
    if (state_ == State::member && epoch_ > join_epoch &&
        now - polled_at_ > settings_.poll_interval_max) {
        evicting_ = true;
        be_fenced();
        state_ = State::idle;  // it joins again when it polls again
    }
}

void ConsumerMembership::retry_later(Time now) {
    const Backoff backoff{settings_.retry_backoff, settings_.retry_backoff_max};
    heartbeat_at_ = now + backoff.after(++failures_, settings_.retry_draw);
}

// --- the network -----------------------------------------------------------------------------

std::optional<GroupCall> ConsumerMembership::next_request(Time now) {
    check_poll_interval(now);
    if (in_flight_) {
        return std::nullopt;
    }
    if (evicting_) {
        evicting_ = false;
        return leave_call(settings_.group_instance_id ? static_leave_epoch : leave_epoch);
    }
    if (state_ == State::leaving) {
        if (!owned_.empty() || heartbeat_at_ > now) {
            return std::nullopt;
        }
        if (epoch_ == join_epoch && full_ && !ever_joined_) {
            state_ = State::left;
            return std::nullopt;
        }
        const bool stays = settings_.group_instance_id && !leave_for_good_;
        return leave_call(stays ? static_leave_epoch : leave_epoch);
    }
    if (state_ != State::member || lost_ || heartbeat_at_ > now) {
        return std::nullopt;
    }
    in_flight_ = true;
    ever_joined_ = true;
    return GroupCall{.request = heartbeat(), .timeout = settings_.request_timeout};
}

Time ConsumerMembership::next_wake(Time now) const {
    Time wake = never;
    if (state_ == State::member && epoch_ > join_epoch) {
        wake = polled_at_ + settings_.poll_interval_max + 1ms;
    }
    const bool sends =
        (state_ == State::member && !lost_) || (state_ == State::leaving && owned_.empty());
    if (sends && !in_flight_) {
        wake = std::min(wake, std::max(heartbeat_at_, now));
    }
    return wake;
}

wire::ConsumerGroupHeartbeatRequest ConsumerMembership::heartbeat() {
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = settings_.group_id;
    request.member_id = member_id_;
    request.member_epoch = epoch_;
    request.instance_id = settings_.group_instance_id;
    if (full_) {
        request.rack_id = settings_.rack;
        request.rebalance_timeout_ms = static_cast<std::int32_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(settings_.poll_interval_max)
                .count());
        request.server_assignor = settings_.remote_assignor;
    }
    if (full_ || subscription_changed_) {
        request.subscribed_topic_names = std::vector<std::string>(topics_.begin(), topics_.end());
        if (!pattern_.empty() || had_pattern_) {
            request.subscribed_topic_regex = pattern_;  // empty: no more
        }
        pattern_told_ = !pattern_.empty();
        had_pattern_ = had_pattern_ || pattern_told_;
    }
    if (full_ || unacknowledged_) {
        std::map<TopicId, std::vector<std::int32_t>> owned;
        for (const auto& [partition, id] : ids_) {
            owned[id].push_back(partition.partition.get());
        }
        auto& topics = request.topic_partitions.emplace();
        for (auto& [id, partitions] : owned) {
            auto& topic = topics.emplace_back();
            topic.topic_id = id;
            topic.partitions = std::move(partitions);
        }
    }
    full_ = false;
    subscription_changed_ = false;
    unacknowledged_ = false;
    heartbeat_at_ = never;
    return request;
}

GroupCall ConsumerMembership::leave_call(std::int32_t epoch) {
    in_flight_ = true;
    wire::ConsumerGroupHeartbeatRequest request;
    request.group_id = settings_.group_id;
    request.member_id = member_id_;
    request.member_epoch = epoch;
    request.instance_id = settings_.group_instance_id;
    leaving_in_flight_ = true;
    return {.request = std::move(request), .timeout = settings_.request_timeout};
}

void ConsumerMembership::on_response(const GroupResponse& response, Time now) {
    const auto* answer = std::get_if<wire::ConsumerGroupHeartbeatResponse>(&response);
    INVARIANT(answer != nullptr, "a member by KIP-848 got the answer to another request");
    in_flight_ = false;
    if (std::exchange(leaving_in_flight_, false)) {
        if (state_ == State::leaving) {
            state_ = State::left;
            epoch_ = join_epoch;
            ever_joined_ = false;
        }
        return;
    }
    if (state_ != State::member) {
        return;
    }
    heartbeat_at_ = std::min(heartbeat_at_, now + heartbeat_interval_);
    const auto code = static_cast<ErrorCode>(answer->error_code);
    if (code != ErrorCode::none) {
        on_error(code, answer->error_message.value_or(""), now);
        return;
    }
    if (lost_ || answer->member_epoch <= join_epoch) {
        return;  // it belongs to a life that is over
    }
    failures_ = 0;
    had_pattern_ = pattern_told_;
    epoch_ = answer->member_epoch;
    if (answer->member_id) {
        member_id_ = *answer->member_id;
    }
    if (answer->heartbeat_interval_ms > 0) {
        heartbeat_interval_ = std::chrono::milliseconds(answer->heartbeat_interval_ms);
        heartbeat_at_ = std::min(heartbeat_at_, now + heartbeat_interval_);
    }
    if (answer->assignment) {
        target_.emplace();
        for (const auto& topic : answer->assignment->topic_partitions) {
            for (const std::int32_t partition : topic.partitions) {
                target_->emplace(topic.topic_id, partition);
            }
        }
        if (!step_) {
            acknowledge_if_settled();
        }
    }
}

void ConsumerMembership::on_error(ErrorCode code, const std::string& message, Time now) {
    full_ = true;
    switch (code) {
        case ErrorCode::fenced_member_epoch:
        case ErrorCode::unknown_member_id:
            be_fenced();
            break;
        case ErrorCode::topic_authorization_failed:
            retry_later(now);
            break;
        default:
            if (is_retriable(code)) {
                retry_later(now);
            } else {
                fail_for_good(code, message);
            }
            break;
    }
}

void ConsumerMembership::on_failure(std::size_t /*request*/, const Error& error, Time now) {
    in_flight_ = false;
    if (std::exchange(leaving_in_flight_, false)) {
        if (state_ == State::leaving) {
            state_ = State::left;  // its session ends by itself
        }
        return;
    }
    full_ = true;  // who knows what arrived
    if (state_ != State::member) {
        return;  // it is leaving, or joins anew: neither waits for this
    }
    retry_later(now);
    if (!worth_another_try(error.code)) {
        fail_for_good(error.code, error.message);
    }
}

/// The next heartbeat tells what became of this member.
void ConsumerMembership::on_commit_error(ErrorCode code, const ConsumerGroupMetadata& as,
                                         Time /*now*/) {
    const bool about_us = as.member_id == member_id_ && as.generation_id == epoch_;
    if (about_us && state_ == State::member &&
        (code == ErrorCode::stale_member_epoch || code == ErrorCode::unknown_member_id)) {
        send_soon();
    }
}

}  // namespace barnabas::client
