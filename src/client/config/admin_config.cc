#include "client/config/admin_config.h"

#include "client/config/client_rows.h"

#include <chrono>

namespace barnabas::client {
namespace {

using enum ConfigType;
using enum ConfigScope;
using enum ConfigImportance;

constexpr ConfigRow admin_rows[] = {
    {"bootstrap.controllers", list, "", list_of(), read_only, high,
     "Addresses of KRaft controllers, to be asked instead of brokers.",
     refused("controllers are reached through the brokers: name those in bootstrap.servers")},
    {"bootstrap.servers", list, "", list_of(), read_only, high,
     "Brokers (host:port) from which the client learns of all others; must be set."},
    {"client.id", string, "", any_value(), read_only, medium,
     "A name for this client in the brokers' logs, metrics and quotas."},
    {"connections.max.idle.ms", int64, "300000", any_value(), read_only, medium,
     "After how long a connection on which nothing happens is closed; -1: never."},
    {"default.api.timeout.ms", int32, "60000", at_least(0), read_only, medium,
     "How long a call may take, with all its retries, unless it has a timeout of its own."},
    {"enable.metrics.push", boolean, "false", any_value(), read_only, low,
     "Whether the client sends its metrics to the cluster.",
     no_effect("clients push no metrics yet")},
    {"receive.buffer.bytes", int32, "65536", at_least(-1), read_only, medium,
     "The sockets' receive buffer; -1 leaves it to the system."},
    {"retries", int32, "2147483647", between(0, std::numeric_limits<std::int32_t>::max()),
     read_only, low,
     "How often a call asks again about one thing; the timeout ends it in any case."},
};

}  // namespace

const ConfigDefinition& admin_definition() {
    static const ConfigDefinition definition("admin client",
                                             {admin_rows, common_rows(), security_rows()});
    return definition;
}

Result<AdminConfig> parse_admin_config(const ClientConfig& set) {
    TRY_ASSIGN(const auto values, parse_client_config(admin_definition(), set));
    AdminConfig config;
    TRY_ASSIGN(config.common, common_config(values));
    config.default_api_timeout =
        std::chrono::milliseconds(values.integer("default.api.timeout.ms"));
    config.retries = static_cast<std::int32_t>(values.integer("retries"));
    return config;
}

}  // namespace barnabas::client
