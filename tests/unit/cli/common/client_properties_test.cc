#include "cli/common/client_properties.h"

#include "unit/cli/options_of.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::cli {
namespace {

TEST(ClientProperties, EntriesAreReadAsKafkaReadsThem) {
    const std::vector<std::string> entries{"a=1", "b=x=y", "c=", "d", "a=2"};
    EXPECT_EQ(parse_entries(entries).value_or(ClientConfig{}),
              (ClientConfig{{"a", "2"}, {"b", "x=y"}, {"c", ""}, {"d", ""}}));
    const std::vector<std::string> nameless{"=1"};
    EXPECT_EQ(sentence(parse_entries(nameless)),
              "'=1' has no name in front of its value; write key=value");
}

TEST(ClientProperties, TheStrongerGoesBeforeTheWeaker) {
    EXPECT_EQ(client_properties({.entries = {"acks=1", "bootstrap.servers=entry:1"},
                                 .bootstrap = "line:1",
                                 .defaults = {{"acks", "0"}, {"linger.ms", "7"}}})
                  .value_or(ClientConfig{}),
              (ClientConfig{{"acks", "1"}, {"bootstrap.servers", "line:1"}, {"linger.ms", "7"}}));
    EXPECT_EQ(
        client_properties({.entries = {"bootstrap.servers=entry:1"}}).value_or(ClientConfig{}),
        (ClientConfig{{"bootstrap.servers", "entry:1"}}));
}

TEST(ClientProperties, AFileThatIsNotThereIsNamed) {
    EXPECT_TRUE(sentence(client_properties({.file = "/nowhere/at/all"})).contains("/nowhere/at"));
}

}  // namespace
}  // namespace barnabas::cli
