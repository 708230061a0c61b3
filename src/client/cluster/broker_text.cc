#include "client/cluster/broker_text.h"

#include <fmt/format.h>

namespace barnabas::client {

std::string broker_text(const Metadata& metadata, BrokerId broker) {
    const BrokerNode* node = metadata.broker(broker);
    return node != nullptr ? fmt::format("broker {} ({}:{})", broker, node->host, node->port)
                           : fmt::format("broker {}", broker);
}

}  // namespace barnabas::client
