#include "client/admin/conversions.h"

#include <algorithm>
#include <limits>

namespace barnabas::client::admin_api {

admin::AuthorizedOperations operations_of(std::int32_t bits) {
    constexpr std::int32_t not_asked_for = std::numeric_limits<std::int32_t>::min();
    if (bits == not_asked_for) {
        return std::nullopt;
    }
    std::set<admin::AclOperation> operations;
    constexpr auto first = static_cast<int>(admin::AclOperation::any);
    constexpr auto last = static_cast<int>(admin::AclOperation::two_phase_commit);
    for (int code = first; code <= last; ++code) {
        if ((static_cast<std::uint32_t>(bits) >> code & 1U) != 0) {
            operations.insert(admin::AclOperation{static_cast<std::int8_t>(code)});
        }
    }
    return operations;
}

admin::ConfigSource config_source_of(std::int8_t source) {
    constexpr auto last = static_cast<std::int8_t>(admin::ConfigSource::dynamic_group_config);
    return source > 0 && source <= last ? admin::ConfigSource{source}
                                        : admin::ConfigSource::unknown;
}

admin::ConfigType config_type_of(std::int8_t type) {
    constexpr auto last = static_cast<std::int8_t>(admin::ConfigType::password);
    return type > 0 && type <= last ? admin::ConfigType{type} : admin::ConfigType::unknown;
}

std::string about_group(const std::string& id) {
    return fmt::format("group {}", id);
}

std::string about_offset(const std::string& group, const TopicPartition& partition) {
    return fmt::format("the offset of group {} in {}", group, partition);
}

std::string about_partition(const TopicPartition& partition) {
    return fmt::format("partition {}", partition);
}

std::vector<std::int32_t> numbers_of(const std::vector<BrokerId>& brokers) {
    std::vector<std::int32_t> numbers;
    numbers.reserve(brokers.size());
    std::ranges::transform(brokers, std::back_inserter(numbers), &BrokerId::get);
    return numbers;
}

std::vector<BrokerId> brokers_of(const std::vector<std::int32_t>& numbers) {
    std::vector<BrokerId> brokers;
    brokers.reserve(numbers.size());
    std::ranges::transform(numbers, std::back_inserter(brokers),
                           [](std::int32_t number) { return BrokerId{number}; });
    return brokers;
}

Nodes::Nodes(const std::vector<wire::MetadataResponse::Broker>& brokers) {
    for (const auto& broker : brokers) {
        nodes_[broker.node_id] = {.id = BrokerId{broker.node_id},
                                  .host = broker.host,
                                  .port = broker.port,
                                  .rack = broker.rack};
    }
}

admin::Node Nodes::find(std::int32_t id) const {
    const auto found = nodes_.find(id);
    return found == nodes_.end() ? admin::Node{.id = BrokerId{id}} : found->second;
}

std::vector<admin::Node> Nodes::find(const std::vector<std::int32_t>& ids) const {
    std::vector<admin::Node> nodes;
    nodes.reserve(ids.size());
    for (const std::int32_t id : ids) {
        nodes.push_back(find(id));
    }
    return nodes;
}

std::vector<admin::Node> Nodes::all() const {
    std::vector<admin::Node> nodes;
    nodes.reserve(nodes_.size());
    for (const auto& [id, node] : nodes_) {
        nodes.push_back(node);
    }
    return nodes;
}

}  // namespace barnabas::client::admin_api
