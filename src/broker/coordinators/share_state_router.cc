#include "broker/coordinators/share_state_router.h"

#include "base/hashing.h"
#include "base/invariant.h"
#include "base/topic_name.h"
#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/share_state_partition.h"
#include "coordinator/share_state/share_state_key.h"
#include "runtime/tasks.h"

#include <map>
#include <utility>

namespace barnabas::broker {
namespace {

/// What one share coordinator is asked, and its answer.
template <class Request>
struct Part {
    PartitionId number{0};
    BrokerShard* owner = nullptr;
    Request request{};
    std::vector<ShareStatePosition> from{};  // of its partitions, in their order
    coordinator::ShareStateResponse<Request> response{};
};

template <class Request>
void add(Part<Request>& part, const Request& request, ShareStatePosition at) {
    const auto& topic = request.topics[at.topic];
    if (part.from.empty() || part.from.back().topic != at.topic) {
        auto& begun = part.request.topics.emplace_back();
        begun.topic_id = topic.topic_id;
    }
    part.request.topics.back().partitions.push_back(topic.partitions[at.partition]);
    part.from.push_back(at);
}

template <class Request>
std::vector<Part<Request>> split(const Services& services, const TopicImage& topic,
                                 const Request& request,
                                 const std::vector<ShareStatePosition>& which) {
    const auto count = static_cast<std::int32_t>(topic.partitions.size());
    std::map<PartitionId, Part<Request>> parts;
    for (const auto at : which) {
        const auto& asked = request.topics[at.topic];
        const auto key =
            coordinator::coordinator_key({.group = request.group_id,
                                          .topic = asked.topic_id,
                                          .partition = asked.partitions[at.partition].partition});
        const auto number = coordinator_partition_for(key, count);
        auto& part = parts[number];
        if (part.owner == nullptr) {
            part.number = number;
            part.owner = &services.owner(topic.id, number);
            part.request.group_id = request.group_id;
        }
        add(part, request, at);
    }
    std::vector<Part<Request>> all;
    all.reserve(parts.size());
    for (auto& [number, part] : parts) {
        all.push_back(std::move(part));
    }
    return all;
}

template <class Request>
awaitable<void> ask(BrokerShard& home, Part<Request>& part, Time until) {
    using Response = coordinator::ShareStateResponse<Request>;
    auto run = [&part, until]() -> awaitable<Response> {
        auto found = part.owner->coordinators->share_states(part.number);
        if (!found) {
            co_return coordinator::refused(part.request, found.error());
        }
        const auto partition = std::move(*found);  // stays while the request does
        co_return co_await partition->answer(part.request, until);
    };
    part.response = co_await runtime::await_on(home.shard, part.owner->shard, run);
}

template <class Request>
void put_together(Part<Request>& part, coordinator::ShareStateResponse<Request>& response) {
    auto from = part.from.begin();
    for (auto& result : part.response.results) {
        for (auto& answer : result.partitions) {
            INVARIANT(from != part.from.end(), "more answers than {} questions", part.from.size());
            response.results[from->topic].partitions[from->partition] = std::move(answer);
            ++from;
        }
    }
    INVARIANT(from == part.from.end(), "fewer answers than {} questions", part.from.size());
}

template <class Request>
void refuse_all(const Request& request, const std::vector<ShareStatePosition>& which,
                const Error& error, coordinator::ShareStateResponse<Request>& response) {
    for (const auto at : which) {
        auto& answer = response.results[at.topic].partitions[at.partition];
        answer.partition = request.topics[at.topic].partitions[at.partition].partition;
        coordinator::refuse(answer, error);
    }
}

}  // namespace

template <class Request>
awaitable<void> ask_share_coordinators(Services& services, BrokerShard& home,
                                       const Request& request,
                                       std::vector<ShareStatePosition> which, Time until,
                                       coordinator::ShareStateResponse<Request>& response) {
    const auto topic = home.image->by_name(share_group_state_topic);
    if (topic == nullptr) {
        refuse_all(request, which,
                   {.code = ErrorCode::not_coordinator,
                    .message = fmt::format("there is no topic {} yet: nobody has asked for a "
                                           "coordinator",
                                           share_group_state_topic)},
                   response);
        co_return;
    }
    auto parts = split(services, *topic, request, which);
    if (parts.size() == 1) {
        co_await ask(home, parts.front(), until);
    } else {
        runtime::TaskGroup asking(home.shard);
        for (auto& part : parts) {
            asking.spawn(ask(home, part, until));
        }
        co_await asking.join();
    }
    for (auto& part : parts) {
        put_together(part, response);
    }
}

template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                const wire::InitializeShareGroupStateRequest&,
                                                std::vector<ShareStatePosition>, Time,
                                                wire::InitializeShareGroupStateResponse&);
template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                const wire::ReadShareGroupStateRequest&,
                                                std::vector<ShareStatePosition>, Time,
                                                wire::ReadShareGroupStateResponse&);
template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                const wire::ReadShareGroupStateSummaryRequest&,
                                                std::vector<ShareStatePosition>, Time,
                                                wire::ReadShareGroupStateSummaryResponse&);
template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                const wire::WriteShareGroupStateRequest&,
                                                std::vector<ShareStatePosition>, Time,
                                                wire::WriteShareGroupStateResponse&);
template awaitable<void> ask_share_coordinators(Services&, BrokerShard&,
                                                const wire::DeleteShareGroupStateRequest&,
                                                std::vector<ShareStatePosition>, Time,
                                                wire::DeleteShareGroupStateResponse&);

}  // namespace barnabas::broker
