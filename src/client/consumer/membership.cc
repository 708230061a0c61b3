#include "client/consumer/membership.h"

namespace barnabas::client {

std::vector<TopicPartition> without(const std::vector<TopicPartition>& from,
                                    const std::vector<TopicPartition>& what) {
    const std::set<TopicPartition> left_out(what.begin(), what.end());
    std::vector<TopicPartition> rest;
    for (const TopicPartition& partition : from) {
        if (!left_out.contains(partition)) {
            rest.push_back(partition);
        }
    }
    return rest;
}

}  // namespace barnabas::client
