#include "cli/commands.h"

#include "cli/framework/completion.h"
#include "cli/framework/help.h"
#include "cli/program_name.h"

#include <gtest/gtest.h>

#include <set>

namespace barnabas::cli {
namespace {

TEST(Commands, AreWholeRows) {
    std::set<std::string_view> names;
    for (const auto& command : all_commands()) {
        EXPECT_TRUE(names.insert(command.name).second) << command.name;
        EXPECT_TRUE(command.sentence.ends_with('.')) << command.name;
        EXPECT_NE(command.add == nullptr, command.run == nullptr) << command.name;
        EXPECT_EQ(command.syntax == nullptr, command.run == nullptr) << command.name;
        if (command.syntax == nullptr) {
            continue;
        }
        const auto help = command_help(command, false);
        std::set<std::string_view> options;
        for (const auto& option : command.syntax->options) {
            EXPECT_TRUE(options.insert(option.name).second) << command.name << option.name;
            EXPECT_FALSE(option.help.empty()) << command.name << " --" << option.name;
            EXPECT_NE(help.find("--" + std::string(option.name)), std::string::npos);
        }
        EXPECT_FALSE(command.syntax->examples.empty()) << command.name;
        for (const auto example : command.syntax->examples) {
            EXPECT_TRUE(example.starts_with(command.name)) << example;
        }
    }
}

TEST(Commands, AnswerToKafkasNames) {
    for (const auto& command : all_commands()) {
        if (command.is_kafkas()) {
            const std::string name(command.kafka_name);
            EXPECT_EQ(command_of_program("/opt/kafka/bin/" + name + ".sh"), command.name);
            EXPECT_EQ(command_of_program(name), command.name);
            EXPECT_EQ(find_command(all_commands(), name), &command);
            EXPECT_EQ(find_command(all_commands(), name + ".sh"), &command);
            EXPECT_EQ(complaining_name(command), name);
        }
    }
}

TEST(Commands, AreCompleted) {
    for (const auto shell : {Shell::bash, Shell::zsh, Shell::fish}) {
        const auto script = completion_script(shell, completed_commands(all_commands()));
        for (const auto* part : {"under-replicated-partitions", "deep-iteration", "temporary",
                                 "repair", "describe-producers", "kafka-topics.sh"}) {
            EXPECT_NE(script.find(part), std::string::npos) << part;
        }
    }
}

}  // namespace
}  // namespace barnabas::cli
