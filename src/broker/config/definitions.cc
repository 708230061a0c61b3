#include "broker/config/definitions.h"

#include "broker/config/rows.h"

namespace barnabas::broker {

ConfigDefinition broker_definition() {
    return ConfigDefinition("broker",
                            {general_rows(), network_rows(), log_rows(), replication_rows(),
                             coordinator_rows(), security_rows(), quota_rows(), kraft_rows(),
                             remote_storage_rows(), own_rows(), legacy_rows()});
}

ConfigDefinition group_definition() {
    return ConfigDefinition("group", {group_rows()});
}

ConfigDefinition client_metrics_definition() {
    return ConfigDefinition("client metrics", {client_metrics_rows()});
}

ConfigDefinition user_and_client_quota_definition() {
    return ConfigDefinition("client quota", {user_and_client_quota_rows()});
}

ConfigDefinition ip_quota_definition() {
    return ConfigDefinition("address quota", {ip_quota_rows()});
}

}  // namespace barnabas::broker
