#include "cli/program_name.h"

#include <gtest/gtest.h>

namespace barnabas::cli {
namespace {

TEST(ProgramName, OfKafkasToolsIsACommand) {
    for (const auto* name : {"kafka-dump-log", "kafka-dump-log.sh", "/opt/bin/kafka-dump-log",
                             "./kafka-dump-log.sh"}) {
        EXPECT_EQ(command_of_program(name), "dump-log") << name;
    }
    for (const auto* name : {"barnabas", "/usr/bin/barnabas", "", "/", "kafka-dump-log.bat",
                             "kafka-dump-logs", "dump-log", ".sh"}) {
        EXPECT_EQ(command_of_program(name), std::nullopt) << name;
    }
}

}  // namespace
}  // namespace barnabas::cli
