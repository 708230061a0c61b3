#include "cli/common/own_group.h"

#include <algorithm>
#include <array>

namespace barnabas::cli {

bool may_choose_protocol(const ClientConfig& consumer) {
    constexpr std::array decided{"group.protocol", "partition.assignment.strategy",
                                 "session.timeout.ms", "heartbeat.interval.ms"};
    return std::ranges::none_of(decided, [&](auto name) { return consumer.contains(name); });
}

ClientConfig without_waiting(ClientConfig consumer) {
    consumer.insert_or_assign("group.protocol", "consumer");
    return consumer;
}

}  // namespace barnabas::cli
