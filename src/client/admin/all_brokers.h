#pragma once

#include "client/admin/keyed_operation.h"
#include "client/admin/plans.h"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace barnabas::client::admin_api {

/// What is asked from every broker of the cluster: finds out which there are, then asks each. That
/// nobody said so is the error of the whole call (AllBrokersStrategy).
template <class Value>
Plan<Outcomes<BrokerId, Value>> all_brokers_plan(
    std::move_only_function<std::unique_ptr<Handler<BrokerId, Value>>(std::vector<admin::Node>)>
        handler,
    const Settings& settings) {
    struct Shared {
        Plan<std::vector<admin::Node>> brokers;
        KeyedOperation<BrokerId, Value>* asked = nullptr;
        std::optional<Error> trouble{};
    };
    auto brokers = list_brokers_plan(settings);
    auto first = std::move(brokers.operation);
    auto shared = std::make_shared<Shared>(Shared{.brokers = std::move(brokers)});
    auto next = [shared, handler = std::move(handler),
                 settings]() mutable -> std::unique_ptr<Operation> {
        auto nodes = shared->brokers.result();
        if (!nodes) {
            shared->trouble = std::move(nodes.error());
            return nullptr;
        }
        std::set<BrokerId> ids;
        for (const auto& node : *nodes) {
            ids.insert(node.id);
        }
        auto operation = std::make_unique<KeyedOperation<BrokerId, Value>>(
            std::move(ids), handler(std::move(*nodes)), settings);
        shared->asked = operation.get();
        return operation;
    };
    auto result = [shared]() -> Result<Outcomes<BrokerId, Value>> {
        if (shared->trouble) {
            return std::unexpected(*shared->trouble);
        }
        return shared->asked->take_results();
    };
    return {.operation = std::make_unique<Chain>(std::move(first), std::move(next)),
            .result = std::move(result)};
}

}  // namespace barnabas::client::admin_api
