#pragma once

#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <string>

namespace barnabas::cli {

/// `cluster`: kafka-cluster.
extern const Syntax cluster_syntax;
int run_cluster(const ParsedOptions& options, Console& console);

/// `broker-api-versions`: kafka-broker-api-versions.
extern const Syntax broker_api_versions_syntax;
int run_broker_api_versions(const ParsedOptions& options, Console& console);

/// The table of `cluster list-endpoints`.
[[nodiscard]] std::string endpoints_table(const admin::ClusterDescription& cluster);

}  // namespace barnabas::cli
