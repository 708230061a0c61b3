#pragma once

#include "cli/framework/console.h"
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
[[nodiscard]] std::string deleted_offsets_json(std::string_view group,
                                               const admin::Outcomes<TopicPartition>& outcomes);
/// "TOPIC STATUS".
[[nodiscard]] std::string deleted_topics_table(const admin::Outcomes<std::string>& outcomes);
[[nodiscard]] std::string deleted_topics_json(std::string_view group,
                                              const admin::Outcomes<std::string>& outcomes);

/// Says why a run failed, and answers the exit status: 1 for nonsense on the line, 0 for what the
/// cluster said, as with Kafka's tools. With --json what is printed is JSON alone and the status is
/// 1 for both.
[[nodiscard]] int end_badly(const Error& error, std::string_view kind, bool json, Console& console);

}  // namespace barnabas::cli
