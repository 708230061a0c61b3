#include "broker/handlers/on_coordinator.h"

#include "base/hashing.h"
#include "base/topic_name.h"

namespace barnabas::broker {
namespace {

LocatedCoordinator locate(const Call& call, std::string_view topic, std::string_view key) {
    const auto* image = call.home.image->topic(topic);
    if (image == nullptr) {
        return {.error = Error{.code = ErrorCode::not_coordinator,
                               .message = fmt::format("there is no topic {} yet: nobody has asked "
                                                      "for a coordinator",
                                                      topic)}};
    }
    const auto number =
        coordinator_partition_for(key, static_cast<std::int32_t>(image->partitions.size()));
    return {.owner = &call.services.owner(image->id, number), .number = number, .error = {}};
}

}  // namespace

coordinator::Client client_of(const Call& call) {
    return {.id = call.client_id.value_or(""),
            .host = fmt::format("/{}", call.peer_host),
            .version = call.version,
            .fresh = call.home.shard.random().uuid()};
}

LocatedCoordinator locate_group(const Call& call, std::string_view group) {
    return locate(call, group_metadata_topic, group);
}

LocatedCoordinator locate_transaction(const Call& call, std::string_view id) {
    return locate(call, transaction_state_topic, id);
}

Result<void> check_consumer_protocol(const Call& call) {
    if (!call.home.settings->config.groups.serves_consumer_protocol) {
        return fail(ErrorCode::unsupported_version,
                    "group.coordinator.rebalance.protocols of this broker leaves out the consumer "
                    "protocol: set group.protocol=classic");
    }
    if (call.home.image->features.level(group_version) < 1) {
        return fail(ErrorCode::unsupported_version,
                    "the feature group.version is 0, which is without the consumer protocol: set "
                    "group.protocol=classic, or upgrade it to 1");
    }
    return {};
}

Result<void> check_share_groups(const Call& call) {
    if (!has_share_groups(call.home.image->features)) {
        return fail(ErrorCode::unsupported_version,
                    "the feature share.version is 0, which is without share groups: upgrade it to "
                    "1");
    }
    return {};
}

}  // namespace barnabas::broker
