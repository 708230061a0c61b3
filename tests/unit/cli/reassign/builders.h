#pragma once

#include "cli/reassign/assignment.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>

namespace barnabas::cli {

inline TopicPartition part(std::string topic, std::int32_t number) {
    return {.topic = std::move(topic), .partition = PartitionId{number}};
}

inline Replicas on(std::initializer_list<std::int32_t> ids) {
    Replicas replicas;
    for (const auto id : ids) {
        replicas.emplace_back(id);
    }
    return replicas;
}

inline admin::TopicPartitionReplica replica(std::string topic, std::int32_t number,
                                            std::int32_t broker) {
    return {
        .topic = std::move(topic), .partition = PartitionId{number}, .broker = BrokerId{broker}};
}

}  // namespace barnabas::cli
