#include "client/retry/retry_config.h"

#include "client/config/client_rows.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace barnabas::client {
namespace {

/// Everybody's, though not in common_rows(): each client has a default of its own.
constexpr std::array<std::string_view, 3> everybodys{"bootstrap.servers", "client.id",
                                                     "connections.max.idle.ms"};

bool is_common(std::string_view name) {
    const auto named = [name](const ConfigRow& row) { return row.name == name; };
    return std::ranges::find(everybodys, name) != everybodys.end() ||
           std::ranges::any_of(common_rows(), named) || std::ranges::any_of(security_rows(), named);
}

bool is_false(std::string_view text) {
    constexpr std::string_view word = "false";
    return std::ranges::equal(text, word, {}, [](unsigned char c) { return std::tolower(c); });
}

}  // namespace

Result<RetryConfigs> retry_configs(ClientConfig consumer, const ClientConfig& producer) {
    RetryConfigs configs;
    const auto group = consumer.find("group.id");
    if (group == consumer.end() || group->second.empty()) {
        return fail(ErrorCode::invalid_config,
                    "group.id is missing: a retrying consumer is a member of a group");
    }
    configs.group = group->second;
    const auto [commit, unset] = consumer.try_emplace("enable.auto.commit", "false");
    if (!is_false(commit->second)) {
        return fail(ErrorCode::invalid_config,
                    "enable.auto.commit is {}: a retrying consumer commits what it has dealt with; "
                    "leave it out, or set false",
                    commit->second);
    }
    if (const auto acks = producer.find("acks"); acks != producer.end() && acks->second == "0") {
        return fail(ErrorCode::invalid_config,
                    "acks=0: offsets of failed records are committed when these are stored "
                    "elsewhere, which takes acks=all, or 1");
    }
    for (const auto& [name, value] : consumer) {
        if (is_common(name)) {
            configs.producer.insert_or_assign(name, value);
            configs.admin.insert_or_assign(name, value);
        }
    }
    for (const auto& [name, value] : producer) {
        configs.producer.insert_or_assign(name, value);
    }
    configs.consumer = std::move(consumer);
    return configs;
}

}  // namespace barnabas::client
