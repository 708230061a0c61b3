#include "broker/handlers/config_resource.h"

#include "base/config_text.h"
#include "base/topic_name.h"

namespace barnabas::broker {
namespace {

Result<ConfigOwner> find_topic(const Call& call, const std::string& name) {
    TRY(check_topic_name(name));
    if (call.home.image->topic(name) == nullptr) {
        return fail(ErrorCode::unknown_topic_or_partition, "there is no topic {}", name);
    }
    return ConfigOwner::topic;
}

Result<ConfigOwner> find_broker(const Call& call, const std::string& name) {
    const auto node = call.services.node;
    if (name.empty()) {
        return ConfigOwner::all_brokers;
    }
    const auto id = parse_integer(name);
    if (!id) {
        return fail(ErrorCode::invalid_request, "{} is no broker's id; this one's is {}", name,
                    node);
    }
    if (*id != node.get()) {
        return fail(ErrorCode::invalid_request,
                    "broker {} is asked for on broker {}: ask it itself, or for all brokers with "
                    "an empty name",
                    name, node);
    }
    return ConfigOwner::this_broker;
}

/// Any group has configurations, whether or not it is there; there are none for all groups.
Result<ConfigOwner> find_group(const std::string& name) {
    if (name.empty()) {
        return fail(ErrorCode::invalid_request,
                    "a group has to be named: there are no configurations for all groups beside "
                    "the broker's group.*");
    }
    return ConfigOwner::group;
}

}  // namespace

Result<ConfigOwner> find_config_owner(const Call& call, std::int8_t type, const std::string& name) {
    switch (static_cast<ConfigResourceType>(type)) {
        case ConfigResourceType::topic:
            return find_topic(call, name);
        case ConfigResourceType::broker:
            return find_broker(call, name);
        case ConfigResourceType::broker_logger:
            return fail(ErrorCode::invalid_request,
                        "the levels of loggers are no configurations here: log.level in the "
                        "broker's file sets them at start");
        case ConfigResourceType::client_metrics:
            return fail(ErrorCode::invalid_request,
                        "client metrics have no configurations: clients' telemetry is not "
                        "collected here");
        case ConfigResourceType::group:
            return find_group(name);
    }
    return fail(ErrorCode::invalid_request,
                "resource type {} of {} has no configurations; topics (2), brokers (4) "
                "and groups (32) have",
                type, name);
}

}  // namespace barnabas::broker
