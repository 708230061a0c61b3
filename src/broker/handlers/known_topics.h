#pragma once

#include "base/error_code.h"
#include "broker/cluster_image.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace barnabas::broker {

// What OffsetCommit, TxnOffsetCommit and OffsetDelete have in common: they name topics and
// partitions, and what the cluster does not have is refused before the coordinator hears of it
// (KafkaApis of Apache Kafka). The structs of the three are alike but for OffsetDelete's, which
// knows no topic ids.

/// What a topic is called by: its id where the request's version has ids, else its name.
template <class Topic>
std::pair<Uuid, std::string_view> topic_key(const Topic& topic, bool by_id) {
    if constexpr (requires { topic.topic_id; }) {
        if (by_id) {
            return {topic.topic_id, {}};
        }
    }
    return {Uuid(), topic.name};
}

template <class Response, class Topic>
Response::Topic& add_topic(Response& to, const Topic& topic) {
    auto& added = to.topics.emplace_back();
    added.name = topic.name;
    if constexpr (requires { topic.topic_id; }) {
        added.topic_id = topic.topic_id;
    }
    return added;
}

/// Takes out of the request what is not there, and answers it: unknown_topic_id for an id,
/// unknown_topic_or_partition for a name or a partition. What stays has its name, and its id where
/// the request has room for it, so that the coordinator can tell a topic from a later one of the
/// same name.
template <class Response, class Request>
Response refuse_unknown(const ClusterImage& image, Request& request, bool by_id) {
    Response refused;
    std::vector<typename Request::Topic> known;
    for (auto& topic : request.topics) {
        const auto [id, name] = topic_key(topic, by_id);
        const auto* found = by_id ? image.topic(id) : image.topic(name);
        const auto error = by_id && found == nullptr ? ErrorCode::unknown_topic_id
                                                     : ErrorCode::unknown_topic_or_partition;
        if (found != nullptr) {
            topic.name = found->name;
            if constexpr (requires { topic.topic_id; }) {
                topic.topic_id = found->id;
            }
        }
        typename Response::Topic* answer = nullptr;
        std::erase_if(topic.partitions, [&](const auto& partition) {
            const PartitionId number{partition.partition_index};
            if (found != nullptr && found->partition(number) != nullptr) {
                return false;
            }
            answer = answer != nullptr ? answer : &add_topic(refused, topic);
            auto& part = answer->partitions.emplace_back();
            part.partition_index = partition.partition_index;
            part.error_code = std::to_underlying(error);
            return true;
        });
        if (!topic.partitions.empty()) {
            known.push_back(std::move(topic));
        }
    }
    request.topics = std::move(known);
    return refused;
}

/// Adds to the coordinator's reply what was refused before: one entry per topic.
template <class Response>
void add_refused(Response& reply, Response refused, bool by_id) {
    if (refused.topics.empty()) {
        return;
    }
    std::map<std::pair<Uuid, std::string>, std::size_t> places;
    const auto key_of = [by_id](const auto& topic) {
        const auto [id, name] = topic_key(topic, by_id);
        return std::pair(id, std::string(name));
    };
    for (std::size_t i = 0; i < reply.topics.size(); ++i) {
        places.emplace(key_of(reply.topics[i]), i);
    }
    for (auto& topic : refused.topics) {
        const auto place = places.find(key_of(topic));
        if (place == places.end()) {
            reply.topics.push_back(std::move(topic));
        } else {
            auto& partitions = reply.topics[place->second].partitions;
            partitions.insert(partitions.end(), topic.partitions.begin(), topic.partitions.end());
        }
    }
}

/// Counts the errors of all partitions for the metrics.
template <class Call, class Response>
void count_errors(Call& call, const Response& response) {
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            call.count_error(static_cast<ErrorCode>(partition.error_code));
        }
    }
}

}  // namespace barnabas::broker
