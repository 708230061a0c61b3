#pragma once

#include "base/types.h"
#include "client/cluster/metadata.h"

#include <string>

namespace barnabas::client {

/// "broker 1 (kafka-1:9092)", or "broker 1" where its address is not known (any more): a broker in
/// the sentences of what knows the metadata, but no Cluster.
[[nodiscard]] std::string broker_text(const Metadata& metadata, BrokerId broker);

}  // namespace barnabas::client
