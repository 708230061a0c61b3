#include "coordination/member.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sys/random.h>
#include <utility>

namespace coordination_bench {

using namespace barnabas;

namespace {

constexpr std::int32_t rebalance_timeout_ms = 60'000;
constexpr std::int32_t joining_epoch = 0;
constexpr std::int32_t leaving_epoch = -1;

/// Since version 1 members choose their ids.
std::string new_member_id() {
    std::array<std::uint8_t, 16> random;
    checked(static_cast<int>(getrandom(random.data(), random.size(), 0)), "getrandom");
    return Uuid::from_random(random).to_string();
}

}  // namespace

ConsumerMember::ConsumerMember(Loop& loop, Membership membership)
    : Member(loop, std::move(membership)) {}

ConsumerMember::Request ConsumerMember::request() const {
    return {.group_id = membership().group, .member_id = id_, .member_epoch = epoch_};
}

Task<ConsumerMember::Response> ConsumerMember::say(Request request) {
    for (;;) {
        Response response = co_await connection().call(request);
        const auto code = code_of(response.error_code);
        if (code == ErrorCode::none) {
            co_return response;
        }
        if (!is_coordinator_starting(code)) {
            give_up(fmt::format("ConsumerGroupHeartbeat of {} failed with {}: {}",
                                membership().group, code,
                                response.error_message.value_or("no reason given")));
        }
        co_await loop().sleep(retry_pause_s);
    }
}

Task<> ConsumerMember::join() {
    id_ = new_member_id();
    partitions_.clear();
    epoch_ = joining_epoch;
    Request joining = request();
    joining.rebalance_timeout_ms = rebalance_timeout_ms;
    joining.subscribed_topic_names.emplace().push_back(membership().topic);
    joining.topic_partitions.emplace();
    const Response response = co_await say(std::move(joining));
    take(response);
}

Task<bool> ConsumerMember::beat() {
    Request beating = request();
    if (std::exchange(owes_owned_, false)) {
        auto& owned = beating.topic_partitions.emplace();
        if (!partitions_.empty()) {
            owned.push_back({.topic_id = topic_id_, .partitions = partitions_});
        }
    }
    const Response response = co_await say(std::move(beating));
    co_return take(response);
}

bool ConsumerMember::take(const Response& response) {
    epoch_ = response.member_epoch;
    if (response.assignment) {
        partitions_.clear();
        for (const auto& topic : response.assignment->topic_partitions) {
            topic_id_ = topic.topic_id;
            partitions_.insert(partitions_.end(), topic.partitions.begin(), topic.partitions.end());
        }
        owes_owned_ = true;
    }
    return owes_owned_;
}

Task<> ConsumerMember::leave() {
    epoch_ = leaving_epoch;
    co_await say(request());
    partitions_.clear();
    owes_owned_ = false;
}

}  // namespace coordination_bench
