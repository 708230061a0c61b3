// ElectLeaders (KIP-183, KIP-460). Versions 0-2; 1 knows unclean elections and errors of the whole,
// 2 is flexible. Without partitions all are meant, and those that need none are left out.
#include "wire/messages/elect_leaders.h"

#include "broker/handlers/handlers.h"
#include "broker/leaders_and_replicas.h"

namespace barnabas::broker {
namespace {

using wire::ElectLeadersRequest;
using wire::ElectLeadersResponse;
using Elected = ElectLeadersResponse::ReplicaElectionResult;

Elected& add_topic(ElectLeadersResponse& response, const std::string& name) {
    auto& topic = response.replica_election_results.emplace_back();
    topic.topic = name;
    return topic;
}

void add_partition(Call& call, Elected& topic, std::int32_t number, Error why) {
    auto& answer = topic.partition_result.emplace_back();
    answer.partition_id = number;
    call.refuse(answer, std::move(why));
}

ElectLeadersResponse elect_everywhere(Call& call, ElectionType type) {
    ElectLeadersResponse response;
    const auto& image = *call.home.image;
    for (const auto& [name, topic] : image.topics()) {
        auto& answer = add_topic(response, topic->name);
        for (std::size_t i = 0; i < topic->partitions.size(); ++i) {
            const auto number = static_cast<std::int32_t>(i);
            auto why = why_no_election(image, type, {topic->name, PartitionId{number}});
            if (why.code != ErrorCode::election_not_needed) {
                add_partition(call, answer, number, std::move(why));
            }
        }
    }
    return response;
}

ElectLeadersResponse refuse_all(Call& call, const ElectLeadersRequest& request,
                                const Error& error) {
    ElectLeadersResponse response;
    response.error_code = static_cast<std::int16_t>(error.code);
    call.count_error(error.code);
    if (request.topic_partitions) {
        for (const auto& topic : *request.topic_partitions) {
            auto& answer = add_topic(response, topic.topic);
            for (const auto number : topic.partitions) {
                add_partition(call, answer, number, error);
            }
        }
    }
    return response;
}

}  // namespace

ElectLeadersResponse handle_elect_leaders(Call& call, ElectLeadersRequest& request) {
    ElectLeadersResponse response;
    if (request.topic_partitions && request.topic_partitions->empty()) {
        return response;
    }
    const auto type = static_cast<ElectionType>(request.election_type);
    if (type != ElectionType::preferred && type != ElectionType::unclean) {
        return refuse_all(call, request,
                          {ErrorCode::invalid_request,
                           fmt::format("Unknown election type {}", request.election_type)});
    }
    if (!request.topic_partitions) {
        return elect_everywhere(call, type);
    }
    for (const auto& topic : *request.topic_partitions) {
        auto& answer = add_topic(response, topic.topic);
        for (const auto number : topic.partitions) {
            add_partition(
                call, answer, number,
                why_no_election(*call.home.image, type, {topic.topic, PartitionId{number}}));
        }
    }
    return response;
}

}  // namespace barnabas::broker
