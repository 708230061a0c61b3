#include "client/share_consumer/share_membership.h"

#include "client/cluster/stale_knowledge.h"
#include "client/consumer/membership.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace barnabas::client {

// --- the user ----------------------------------------------------------------------------------

void ShareMembership::subscribe(const std::set<std::string>& topics) {
    if (state_ == State::left) {
        state_ = State::idle;
    }
    if (topics_ != topics) {
        topics_ = topics;
        subscription_changed_ = true;
        unassigned_wait_ = unassigned_wait_min;
        send_soon();
    }
}

void ShareMembership::on_poll(Time now) {
    polled_at_ = now;
    if (state_ == State::idle && !topics_.empty()) {
        state_ = State::member;
        begin_anew();
    }
}

void ShareMembership::leave() {
    topics_.clear();
    if (state_ == State::left) {
        return;
    }
    const bool unknown = !ever_joined_ || state_ == State::idle || state_ == State::failed;
    begin_anew();
    fatal_.reset();
    state_ = unknown ? State::left : State::leaving;
}

SharedParts ShareMembership::assignment(const Metadata& metadata) const {
    SharedParts parts;
    for (const auto& [id, partition] : assigned_) {
        if (const TopicInfo* topic = metadata.topic(id)) {
            parts.emplace(TopicPartition{topic->name, PartitionId{partition}}, id);
        }
    }
    return parts;
}

/// Who has subscribed again meanwhile goes on.
void ShareMembership::end_leaving() {
    state_ = topics_.empty() ? State::left : State::idle;
}

/// As one that the group has never heard of.
void ShareMembership::begin_anew() {
    epoch_ = join_epoch;
    full_ = true;
    unassigned_wait_ = unassigned_wait_min;
    if (!assigned_.empty()) {
        assigned_.clear();
        ++changes_;
    }
    send_soon();
}

void ShareMembership::fail_for_good(ErrorCode code, std::string_view why) {
    begin_anew();
    state_ = State::failed;
    fatal_ = Error{code, fmt::format("this consumer cannot be a member of share group \"{}\": {}: "
                                     "{}",
                                     settings_.group_id, error_name(code), why)};
}

void ShareMembership::check_poll_interval(Time now) {
    if (state_ == State::member && epoch_ > join_epoch &&
        now - polled_at_ > settings_.poll_interval_max) {
        evicting_ = true;
        begin_anew();
        state_ = State::idle;  // it joins again when it polls again
    }
}

void ShareMembership::retry_later(Time now) {
    heartbeat_at_ = now + settings_.retry.after(++failures_, settings_.retry_draw);
}

// --- the network -------------------------------------------------------------------------------

std::optional<wire::ShareGroupHeartbeatRequest> ShareMembership::next_request(Time now) {
    check_poll_interval(now);
    if (in_flight_) {
        return std::nullopt;
    }
    if (std::exchange(evicting_, false)) {
        return leave_request();
    }
    if (heartbeat_at_ > now) {
        return std::nullopt;
    }
    if (state_ == State::leaving) {
        return leave_request();
    }
    if (state_ != State::member) {
        return std::nullopt;
    }
    return heartbeat();
}

Time ShareMembership::next_wake(Time now) const {
    Time wake = never;
    if (state_ == State::member && epoch_ > join_epoch) {
        wake = polled_at_ + settings_.poll_interval_max + 1ms;
    }
    const bool sends = state_ == State::member || state_ == State::leaving;
    if (sends && !in_flight_) {
        wake = std::min(wake, std::max(heartbeat_at_, now));
    }
    return wake;
}

wire::ShareGroupHeartbeatRequest ShareMembership::heartbeat() {
    wire::ShareGroupHeartbeatRequest request;
    request.group_id = settings_.group_id;
    request.member_id = settings_.member_id;
    request.member_epoch = epoch_;
    if (full_) {
        request.rack_id = settings_.rack;
    }
    if (full_ || subscription_changed_) {
        request.subscribed_topic_names = std::vector<std::string>(topics_.begin(), topics_.end());
    }
    in_flight_ = true;
    ever_joined_ = true;
    full_ = false;
    subscription_changed_ = false;
    heartbeat_at_ = never;
    return request;
}

wire::ShareGroupHeartbeatRequest ShareMembership::leave_request() {
    in_flight_ = true;
    leaving_in_flight_ = true;
    wire::ShareGroupHeartbeatRequest request;
    request.group_id = settings_.group_id;
    request.member_id = settings_.member_id;
    request.member_epoch = leave_epoch;
    return request;
}

void ShareMembership::on_response(const wire::ShareGroupHeartbeatResponse& response, Time now) {
    in_flight_ = false;
    if (std::exchange(leaving_in_flight_, false)) {
        ever_joined_ = false;
        if (state_ == State::leaving) {
            end_leaving();
        }
        return;
    }
    if (state_ != State::member) {
        return;
    }
    heartbeat_at_ = std::min(heartbeat_at_, now + heartbeat_interval_);
    const auto code = static_cast<ErrorCode>(response.error_code);
    if (code != ErrorCode::none) {
        on_error(code, response.error_message.value_or(""), now);
        return;
    }
    if (response.member_epoch <= join_epoch) {
        return;  // it belongs to a life that is over
    }
    failures_ = 0;
    epoch_ = response.member_epoch;
    if (response.heartbeat_interval_ms > 0) {
        heartbeat_interval_ = std::chrono::milliseconds(response.heartbeat_interval_ms);
        heartbeat_at_ = std::min(heartbeat_at_, now + heartbeat_interval_);
    }
    if (response.assignment) {
        assigned_.clear();
        for (const auto& topic : response.assignment->topic_partitions) {
            for (const std::int32_t partition : topic.partitions) {
                assigned_.emplace(topic.topic_id, partition);
            }
        }
        ++changes_;
    }
    ask_soon_if_unassigned(now);
}

void ShareMembership::ask_soon_if_unassigned(Time now) {
    if (!assigned_.empty()) {
        unassigned_wait_ = unassigned_wait_min;
        return;
    }
    heartbeat_at_ = std::min(heartbeat_at_, now + unassigned_wait_);
    unassigned_wait_ = std::min(2 * unassigned_wait_, heartbeat_interval_);
}

void ShareMembership::on_error(ErrorCode code, std::string_view message, Time now) {
    full_ = true;
    if (code == ErrorCode::fenced_member_epoch || code == ErrorCode::unknown_member_id) {
        begin_anew();
    } else if (is_retriable(code) || code == ErrorCode::topic_authorization_failed) {
        retry_later(now);
    } else {
        fail_for_good(code, message);
    }
}

void ShareMembership::on_failure(const Error& error, Time now) {
    in_flight_ = false;
    if (std::exchange(leaving_in_flight_, false)) {
        ever_joined_ = false;
        if (state_ == State::leaving) {
            end_leaving();  // its session ends by itself
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

}  // namespace barnabas::client
