#include "metadata/layout.h"

#include "base/config_text.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace barnabas::metadata {
namespace json = boost::json;

namespace paths {

std::string broker_id(BrokerId broker) {
    return fmt::format("{}/{}", broker_ids, broker);
}

std::string topic(std::string_view topic) {
    return fmt::format("{}/{}", topics, topic);
}

std::string partitions(std::string_view topic) {
    return fmt::format("{}/{}/partitions", topics, topic);
}

std::string partition(std::string_view topic, PartitionId partition) {
    return fmt::format("{}/{}/partitions/{}", topics, topic, partition);
}

std::string partition_state(std::string_view topic, PartitionId partition) {
    return fmt::format("{}/{}/partitions/{}/state", topics, topic, partition);
}

std::string topic_config(std::string_view topic) {
    return fmt::format("{}/{}", topic_configs, topic);
}

std::string broker_config(BrokerId broker) {
    return fmt::format("{}/{}", broker_configs, broker);
}

namespace {

bool stands_in_a_path(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
}

std::optional<unsigned> hex_digit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'A' && c <= 'F' ? std::optional<unsigned>(c - 'A' + 10) : std::nullopt;
}

}  // namespace

std::string group_config(std::string_view group) {
    // "." and ".." are no names of nodes.
    const bool dots = group == "." || group == "..";
    std::string name;
    for (const char c : group) {
        if (stands_in_a_path(c) && !dots) {
            name += c;
        } else {
            fmt::format_to(std::back_inserter(name), "%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return fmt::format("{}/{}", group_configs, name);
}

std::string group_of_node(std::string_view name) {
    std::string group;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const bool coded = name[i] == '%' && i + 2 < name.size();
        const auto high = coded ? hex_digit(name[i + 1]) : std::nullopt;
        const auto low = coded ? hex_digit(name[i + 2]) : std::nullopt;
        if (high && low) {
            group += static_cast<char>(*high * 16 + *low);
            i += 2;
        } else {
            group += name[i];
        }
    }
    return group;
}

std::string delete_topic(std::string_view topic) {
    return fmt::format("{}/{}", delete_topics, topic);
}

}  // namespace paths

namespace {

constexpr std::string_view base[] = {
    "/admin",          "/admin/delete_topics", "/brokers",        "/brokers/ids",
    "/brokers/seqid",  "/brokers/topics",      "/cluster",        "/config",
    "/config/brokers", "/config/changes",      "/config/clients", "/config/ips",
    "/config/groups",  "/config/topics",       "/config/users"};

}  // namespace

std::span<const std::string_view> base_paths() {
    return base;
}

namespace {

/// Reads members of one node's JSON. The first that is missing or of another type is remembered as
/// the error; what is read after it is empty.
class Reader {
public:
    Reader(std::string_view path, std::string_view text) : path_(path) {
        boost::system::error_code error;
        json::value value = json::parse(text, error);
        if (error || !value.is_object()) {
            wrong("no JSON object");
        } else {
            object_ = std::move(value.as_object());
        }
    }

    /// nullptr if it is not there or null.
    [[nodiscard]] const json::value* find(std::string_view name) const {
        const json::value* value = object_.if_contains(name);
        return value != nullptr && !value->is_null() ? value : nullptr;
    }

    std::int64_t integer(std::string_view name) {
        const json::value* value = find(name);
        if (value == nullptr || !value->is_int64()) {
            wrong("no whole number \"{}\"", name);
            return 0;
        }
        return value->get_int64();
    }

    std::int32_t int32(std::string_view name) {
        const std::int64_t number = integer(name);
        if (!std::in_range<std::int32_t>(number)) {
            wrong("\"{}\" is too large", name);
        }
        return static_cast<std::int32_t>(number);
    }

    std::string text(std::string_view name) {
        const json::value* value = find(name);
        if (value == nullptr || !value->is_string()) {
            wrong("no text \"{}\"", name);
            return {};
        }
        return std::string(value->get_string());
    }

    /// Kafka writes some numbers as texts.
    std::int64_t number_in_text(std::string_view name) {
        const auto number = parse_integer(text(name));
        if (!number) {
            wrong("\"{}\" is no number in quotes", name);
        }
        return number.value_or(0);
    }

    std::vector<BrokerId> brokers(const json::value& value, std::string_view name) {
        std::vector<BrokerId> ids;
        if (!value.is_array()) {
            wrong("\"{}\" is no list of brokers", name);
            return ids;
        }
        for (const json::value& id : value.get_array()) {
            if (!id.is_int64() || !std::in_range<std::int32_t>(id.get_int64())) {
                wrong("\"{}\" is no list of brokers", name);
                return ids;
            }
            ids.emplace_back(static_cast<std::int32_t>(id.get_int64()));
        }
        return ids;
    }

    json::object object(std::string_view name) {
        const json::value* value = find(name);
        if (value == nullptr || !value->is_object()) {
            wrong("no object \"{}\"", name);
            return {};
        }
        return value->get_object();
    }

    template <class... Args>
    void wrong(fmt::format_string<Args...> text, Args&&... args) {
        if (error_.empty()) {
            error_ = fmt::format(text, std::forward<Args>(args)...);
        }
    }

    /// `node` if everything was there.
    template <class T>
    Result<T> finish(T node) const {
        if (!error_.empty()) {
            return fail(ErrorCode::unknown_server_error, "{} does not hold what Kafka writes: {}",
                        path_, error_);
        }
        return node;
    }

private:
    std::string_view path_;
    json::object object_;
    std::string error_;
};

json::array to_json(const std::vector<BrokerId>& brokers) {
    json::array array;
    for (const BrokerId broker : brokers) {
        array.emplace_back(broker.get());
    }
    return array;
}

/// Partition numbers to those of their lists that `member` names, left out where empty unless
/// `all`.
json::object to_json(const std::vector<ReplicaAssignment>& partitions,
                     std::vector<BrokerId> ReplicaAssignment::* member, bool all) {
    json::object object;
    for (std::size_t p = 0; p < partitions.size(); ++p) {
        const auto& brokers = partitions[p].*member;
        if (all || !brokers.empty()) {
            object.emplace(std::to_string(p), to_json(brokers));
        }
    }
    return object;
}

}  // namespace

std::string encode(const TopicNode& node) {
    json::object object;
    object["partitions"] = to_json(node.partitions, &ReplicaAssignment::replicas, true);
    if (!node.id.is_zero()) {
        object["topic_id"] = node.id.to_string();
    }
    object["adding_replicas"] = to_json(node.partitions, &ReplicaAssignment::adding, false);
    object["removing_replicas"] = to_json(node.partitions, &ReplicaAssignment::removing, false);
    object["version"] = 3;
    return json::serialize(object);
}

Result<TopicNode> decode_topic(std::string_view path, std::string_view text) {
    Reader reader(path, text);
    TopicNode node;
    if (reader.find("topic_id") != nullptr) {
        const std::string id = reader.text("topic_id");
        const auto parsed = Uuid::parse(id);
        if (!parsed) {
            reader.wrong("\"{}\" is no topic id", id);
        }
        node.id = parsed.value_or(TopicId());
    }
    const json::object partitions = reader.object("partitions");
    node.partitions.resize(partitions.size());
    const auto read = [&](const json::object& lists,
                          std::vector<BrokerId> ReplicaAssignment::* to) {
        for (const auto& [number, brokers] : lists) {
            const auto p = parse_integer(number);
            if (!p || *p < 0 || *p >= static_cast<std::int64_t>(node.partitions.size()) ||
                std::to_string(*p) != number) {  // "+1" would stand for "1" once more
                reader.wrong("partition \"{}\" of {}", std::string_view(number), partitions.size());
                return;
            }
            node.partitions[static_cast<std::size_t>(*p)].*to = reader.brokers(brokers, number);
        }
    };
    read(partitions, &ReplicaAssignment::replicas);
    if (std::ranges::any_of(node.partitions,
                            [](const auto& one) { return one.replicas.empty(); })) {
        reader.wrong("a partition has no replica");
    }
    if (reader.find("adding_replicas") != nullptr) {
        read(reader.object("adding_replicas"), &ReplicaAssignment::adding);
    }
    if (reader.find("removing_replicas") != nullptr) {
        read(reader.object("removing_replicas"), &ReplicaAssignment::removing);
    }
    return reader.finish(std::move(node));
}

std::string encode(const PartitionStateNode& node) {
    json::object object;
    object["controller_epoch"] = node.controller_epoch;
    object["leader"] = node.leader.get();
    object["version"] = 1;
    object["leader_epoch"] = node.leader_epoch.get();
    object["isr"] = to_json(node.isr);
    if (node.recovering) {
        object["leader_recovery_state"] = 1;
    }
    return json::serialize(object);
}

Result<PartitionStateNode> decode_partition_state(std::string_view path, std::string_view text) {
    Reader reader(path, text);
    PartitionStateNode node;
    node.controller_epoch = reader.int32("controller_epoch");
    node.leader = BrokerId(reader.int32("leader"));
    node.leader_epoch = LeaderEpoch(reader.int32("leader_epoch"));
    if (const json::value* isr = reader.find("isr")) {
        node.isr = reader.brokers(*isr, "isr");
    } else {
        reader.wrong("no list \"isr\"");
    }
    node.recovering = reader.find("leader_recovery_state") != nullptr &&
                      reader.int32("leader_recovery_state") != 0;
    return reader.finish(std::move(node));
}

std::string encode(const BrokerNode& node) {
    json::object protocols;
    for (const auto& [listener, protocol] : node.protocols) {
        protocols.emplace(listener, protocol);
    }
    json::array endpoints(node.endpoints.begin(), node.endpoints.end());
    json::object object;
    object["features"] = json::object();
    object["listener_security_protocol_map"] = std::move(protocols);
    object["endpoints"] = std::move(endpoints);
    if (node.rack) {
        object["rack"] = *node.rack;
    }
    object["jmx_port"] = node.jmx_port;
    object["port"] = node.port;
    if (node.host.empty()) {
        object["host"] = nullptr;
    } else {
        object["host"] = node.host;
    }
    object["version"] = 5;
    object["timestamp"] = std::to_string(node.timestamp.get());
    return json::serialize(object);
}

Result<BrokerNode> decode_broker(std::string_view path, std::string_view text) {
    Reader reader(path, text);
    BrokerNode node;
    for (const auto& [listener, protocol] : reader.object("listener_security_protocol_map")) {
        if (!protocol.is_string()) {
            reader.wrong("the protocol of {} is no text", std::string_view(listener));
            break;
        }
        node.protocols.emplace(listener, protocol.get_string());
    }
    const json::value* endpoints = reader.find("endpoints");
    if (endpoints == nullptr || !endpoints->is_array()) {
        reader.wrong("no list \"endpoints\"");
    } else {
        for (const json::value& endpoint : endpoints->get_array()) {
            if (!endpoint.is_string()) {
                reader.wrong("an endpoint is no text");
                break;
            }
            node.endpoints.emplace_back(endpoint.get_string());
        }
    }
    if (reader.find("rack") != nullptr) {
        node.rack = reader.text("rack");
    }
    if (reader.find("host") != nullptr) {
        node.host = reader.text("host");
    }
    node.port = reader.int32("port");
    node.jmx_port = reader.int32("jmx_port");
    node.timestamp = Timestamp(reader.number_in_text("timestamp"));
    return reader.finish(std::move(node));
}

std::string encode(const ControllerNode& node) {
    json::object object;
    object["version"] = 2;
    object["brokerid"] = node.broker.get();
    object["timestamp"] = std::to_string(node.timestamp.get());
    object["kraftControllerEpoch"] = -1;
    return json::serialize(object);
}

Result<ControllerNode> decode_controller(std::string_view path, std::string_view text) {
    Reader reader(path, text);
    ControllerNode node{.broker = BrokerId(reader.int32("brokerid")),
                        .timestamp = Timestamp(reader.number_in_text("timestamp"))};
    return reader.finish(node);
}

std::string encode(const ProducerIdBlock& node) {
    json::object object;
    object["version"] = 1;
    object["broker"] = node.broker.get();
    object["block_start"] = std::to_string(node.first.get());
    object["block_end"] = std::to_string(node.last.get());
    return json::serialize(object);
}

Result<ProducerIdBlock> decode_producer_id_block(std::string_view path, std::string_view text) {
    Reader reader(path, text);
    ProducerIdBlock node{.broker = BrokerId(reader.int32("broker")),
                         .first = ProducerId(reader.number_in_text("block_start")),
                         .last = ProducerId(reader.number_in_text("block_end"))};
    return reader.finish(node);
}

std::string encode_config(const ConfigMap& config) {
    json::object values;
    for (const auto& [name, value] : config) {
        values.emplace(name, value);
    }
    json::object object;
    object["version"] = 1;
    object["config"] = std::move(values);
    return json::serialize(object);
}

Result<ConfigMap> decode_config(std::string_view path, std::string_view text) {
    ConfigMap config;
    if (text.empty()) {
        return config;
    }
    Reader reader(path, text);
    for (const auto& [name, value] : reader.object("config")) {
        if (!value.is_string()) {
            reader.wrong("the value of {} is no text", std::string_view(name));
            break;
        }
        config.emplace(name, value.get_string());
    }
    return reader.finish(std::move(config));
}

std::string encode_cluster_id(std::string_view id) {
    json::object object;
    object["version"] = "1";
    object["id"] = id;
    return json::serialize(object);
}

Result<std::string> decode_cluster_id(std::string_view path, std::string_view text) {
    Reader reader(path, text);
    std::string id = reader.text("id");
    return reader.finish(std::move(id));
}

Result<std::int32_t> decode_controller_epoch(std::string_view path, std::string_view text) {
    const auto epoch = parse_integer(text);
    if (!epoch || *epoch < 0 || *epoch > std::numeric_limits<std::int32_t>::max()) {
        return fail(ErrorCode::unknown_server_error, "{} holds {}, not an epoch", path, text);
    }
    return static_cast<std::int32_t>(*epoch);
}

std::string encode_no_features() {
    return R"({"features":{},"version":2,"status":1})";
}

}  // namespace barnabas::metadata
