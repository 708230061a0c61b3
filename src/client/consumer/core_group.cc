// The part of ConsumerCore that talks to the group's coordinator about the membership.
#include "client/cluster/answer_source.h"
#include "client/cluster/coordinator_calls.h"
#include "client/consumer/consumer_core.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace barnabas::client {

namespace {

/// A static member's place is known from 5 on, the reason of a join from 8.
template <class Request>
constexpr wire::Versions versions_of(const Request& request) {
    constexpr std::int16_t first_with_regex = 1;
    if constexpr (std::is_same_v<Request, wire::JoinGroupRequest>) {
        return {static_cast<std::int16_t>(request.group_instance_id ? 5 : 1), wire::latest};
    } else if constexpr (std::is_same_v<Request, wire::ConsumerGroupHeartbeatRequest>) {
        return {request.subscribed_topic_regex ? first_with_regex : std::int16_t{0}, wire::latest};
    } else {
        return {0, wire::latest};
    }
}

}  // namespace

void ConsumerCore::start_group_requests(Time at) {
    while (membership_) {
        auto call = membership_->next_request(at);
        if (!call) {
            break;
        }
        tasks_.spawn(call_coordinator(std::move(*call)));
    }
}

awaitable<void> ConsumerCore::call_coordinator(GroupCall call) {
    const Duration timeout = call.timeout;
    auto bytes = std::move(call.bytes);
    switch (call.request.index()) {
        case 0:
            return send_to_coordinator(std::get<0>(std::move(call.request)), timeout,
                                       std::move(bytes));
        case 1:
            return send_to_coordinator(std::get<1>(std::move(call.request)), timeout,
                                       std::move(bytes));
        case 2:
            return send_to_coordinator(std::get<2>(std::move(call.request)), timeout,
                                       std::move(bytes));
        case 3:
            return send_to_coordinator(std::get<3>(std::move(call.request)), timeout,
                                       std::move(bytes));
        default:
            return send_to_coordinator(std::get<4>(std::move(call.request)), timeout,
                                       std::move(bytes));
    }
}

/// The bytes that the request looks into live as long as this.
template <class Request>
awaitable<void> ConsumerCore::send_to_coordinator(
    Request request, Duration timeout, std::vector<std::shared_ptr<const ByteBuffer>> /*bytes*/) {
    const std::size_t index = GroupRequest(std::in_place_type<Request>).index();
    const CallOptions options{
        .deadline = now() + timeout, .versions = versions_of(request), .timeout = timeout};
    auto answer = co_await ask_group(std::move(request), options);
    const bool refused = membership_->fatal().has_value();
    if (answer) {
        group_fails_ = false;
        std::string source = timed_source_of(cluster_, *answer);
        membership_->on_response(GroupResponse(std::move(answer->message)), now());
        if (!refused && membership_->fatal()) {
            refused_by_ = std::move(source);
        }
    } else {
        if (!std::exchange(group_fails_, true)) {  // once for all that follow
            log_.warn("group \"{}\": {}", *config_.group_id, answer.error().message);
        }
        membership_->on_failure(index, answer.error(), now());
        if (!refused && membership_->fatal()) {
            refused_by_.clear();  // its sentence says it
        }
    }
    poke();
}

template <class Request>
awaitable<Result<Answer<typename Request::Response>>> ConsumerCore::ask_group(Request request,
                                                                              CallOptions options) {
    if constexpr (std::is_same_v<Request, wire::LeaveGroupRequest>) {
        return leave_past_join(std::move(request), options);
    } else if constexpr (std::is_same_v<Request, wire::ConsumerGroupHeartbeatRequest>) {
        return send_heartbeat(cluster_, *config_.group_id, std::move(request), options);
    } else {
        return ask_coordinator(cluster_, *config_.group_id, std::move(request), options);
    }
}

/// By another connection than the group's own, where a JoinGroup may still be waiting.
awaitable<Result<Answer<wire::LeaveGroupResponse>>> ConsumerCore::leave_past_join(
    wire::LeaveGroupRequest request, CallOptions options) {
    const auto coordinator = co_await cluster_.find_coordinator(
        CoordinatorType::group, *config_.group_id, options.deadline);
    if (!coordinator) {
        co_return std::unexpected(coordinator.error());
    }
    co_return co_await cluster_.call(*coordinator, std::move(request), options);
}

}  // namespace barnabas::client
