#pragma once

#include <barnabas/admin.h>

#include <string>
#include <string_view>

namespace barnabas::cli {

/// What became of groups that were to be deleted, as kafka-consumer-groups and kafka-share-groups
/// print it; `kind` is "consumer" or "share".
[[nodiscard]] std::string deleted_groups_text(const admin::Outcomes<std::string>& outcomes,
                                              std::string_view kind);
[[nodiscard]] std::string deleted_groups_json(const admin::Outcomes<std::string>& outcomes);

/// "TOPIC PARTITION STATUS"; a partition of -1 is a topic that could not be looked at.
[[nodiscard]] std::string deleted_offsets_table(const admin::Outcomes<TopicPartition>& outcomes);
/// "TOPIC STATUS".
[[nodiscard]] std::string deleted_topics_table(const admin::Outcomes<std::string>& outcomes);

}  // namespace barnabas::cli
