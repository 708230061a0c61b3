#pragma once

#include <optional>
#include <string_view>

namespace barnabas::cli {

/// The command that a link by one of Kafka's own names stands for: "kafka-dump-log" and
/// "/opt/bin/kafka-dump-log.sh" are "dump-log". Nothing for other names.
[[nodiscard]] std::optional<std::string_view> command_of_program(std::string_view program);

}  // namespace barnabas::cli
