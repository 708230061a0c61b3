#pragma once

#include "cli/framework/command.h"

#include <span>
#include <string>
#include <vector>

namespace barnabas::cli {

/// What a shell may put behind a command's name.
struct CompletedCommand {
    struct OptionWord {
        std::string name;  ///< without dashes
        char letter = 0;
        bool takes_argument = false;
        std::string help;
    };
    struct ActionWord {
        std::string name;
        std::string help;
    };

    std::string name;
    std::string kafka_name;  ///< empty for what Kafka does not have
    std::string sentence;
    std::vector<OptionWord> options;  ///< those of all actions, by name
    std::vector<ActionWord> actions;

    /// "topics", "kafka-topics" and "kafka-topics.sh": by what it is called behind `barnabas`.
    [[nodiscard]] std::vector<std::string> names() const;
};

[[nodiscard]] std::vector<CompletedCommand> completed_commands(std::span<const Command> commands);

}  // namespace barnabas::cli
