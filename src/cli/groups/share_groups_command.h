#pragma once

#include "base/result.h"
#include "cli/framework/command.h"
#include <barnabas/admin.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::cli {

/// `share-groups`: kafka-share-groups.
extern const Syntax share_groups_syntax;
int run_share_groups(const ParsedOptions& options, Console& console);

/// Whether the options go together, with the sentences of Kafka's tool.
[[nodiscard]] Result<void> check_share_groups(const ParsedOptions& options);

using ShareOffsets = std::map<TopicPartition, std::optional<admin::SharePartitionOffset>>;

/// Tables of kafka-share-groups, with the empty line in front.
[[nodiscard]] std::string share_offsets_table(const std::string& group, const ShareOffsets& offsets,
                                              bool verbose);
[[nodiscard]] std::string share_members_table(const admin::ShareGroupDescription& group,
                                              bool verbose);
[[nodiscard]] std::string share_state_table(const admin::ShareGroupDescription& group,
                                            bool verbose);
[[nodiscard]] std::string share_listings_table(const std::vector<admin::GroupListing>& groups);

}  // namespace barnabas::cli
