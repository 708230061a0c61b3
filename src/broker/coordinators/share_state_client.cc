#include "broker/coordinators/share_state_client.h"

#include "broker/coordinators/share_state_router.h"
#include "broker/coordinators/state_topics.h"
#include "runtime/tasks.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

constexpr Duration first_pause = 10ms;
constexpr Duration longest_pause = 500ms;

/// Whether another attempt may find the coordinator there (PersisterStateManager).
bool is_passing(std::int16_t code) {
    switch (static_cast<ErrorCode>(code)) {
        case ErrorCode::coordinator_load_in_progress:
        case ErrorCode::coordinator_not_available:
        case ErrorCode::not_coordinator:
            return true;
        default:
            return false;
    }
}

template <class Request>
awaitable<coordinator::ShareStateResponse<Request>> ask(Services& services, BrokerShard& home,
                                                        Request request) {
    const Time until = home.shard.clock().now() + ShareStateClient::patience;
    auto response = unanswered(request);
    auto open = all_positions(request);
    Duration pause = first_pause;
    while (true) {
        const auto made = co_await ensure_state_topic(services, home, StateTopic::shares, until);
        if (made) {
            co_await ask_share_coordinators(services, home, request, open, until, response);
        } else {
            for (const auto at : open) {
                auto& answer = response.results[at.topic].partitions[at.partition];
                answer.partition = request.topics[at.topic].partitions[at.partition].partition;
                coordinator::refuse(answer, made.error());
            }
        }
        std::erase_if(open, [&response](const ShareStatePosition& at) {
            return !is_passing(response.results[at.topic].partitions[at.partition].error_code);
        });
        const Time now = home.shard.clock().now();
        if (open.empty() || home.stopping || now >= until) {
            co_return response;
        }
        co_await runtime::sleep_for(home.shard, std::min(pause, until - now));
        pause = std::min(pause * 2, longest_pause);
    }
}

}  // namespace

awaitable<wire::InitializeShareGroupStateResponse> ShareStateClient::initialize(
    wire::InitializeShareGroupStateRequest request) {
    return ask(services_, home_, std::move(request));
}

awaitable<wire::ReadShareGroupStateResponse> ShareStateClient::read(
    wire::ReadShareGroupStateRequest request) {
    return ask(services_, home_, std::move(request));
}

awaitable<wire::ReadShareGroupStateSummaryResponse> ShareStateClient::read_summary(
    wire::ReadShareGroupStateSummaryRequest request) {
    return ask(services_, home_, std::move(request));
}

awaitable<wire::WriteShareGroupStateResponse> ShareStateClient::write(
    wire::WriteShareGroupStateRequest request) {
    return ask(services_, home_, std::move(request));
}

awaitable<wire::DeleteShareGroupStateResponse> ShareStateClient::remove(
    wire::DeleteShareGroupStateRequest request) {
    return ask(services_, home_, std::move(request));
}

}  // namespace barnabas::broker
