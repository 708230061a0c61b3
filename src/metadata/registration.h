#pragma once

#include "metadata/layout.h"
#include "metadata/store.h"

#include <functional>

namespace barnabas::metadata {

/// What a broker says of itself in the tree for as long as it lives: its nodes are ephemeral and go
/// with the store's session. `store` outlives the calls' answers.

/// Creates /brokers/ids/N. An error if a broker with that id is registered already.
void register_broker(Store& store, BrokerId broker, const BrokerNode& node,
                     std::move_only_function<void(Result<void>)> done);

/// Who controls the cluster, and under which epoch.
struct Controller {
    BrokerId broker = no_broker;
    std::int32_t epoch = 0;

    friend bool operator==(const Controller&, const Controller&) = default;
};

/// Makes `broker` the controller if there is none: /controller is created and /controller_epoch
/// raised in one step (KafkaZkClient.registerControllerAndIncrementControllerEpoch), so that each
/// epoch had one controller. Answers who is the controller now.
void elect_controller(Store& store, BrokerId broker, Timestamp now,
                      std::move_only_function<void(Result<Controller>)> done);

}  // namespace barnabas::metadata
