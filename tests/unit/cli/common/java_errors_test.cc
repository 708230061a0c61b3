#include "cli/common/java_errors.h"

#include <gtest/gtest.h>

#include <set>

namespace barnabas::cli {
namespace {

TEST(JavaErrors, HaveTheClassesOfKafkasClient) {
    const std::string package = "org.apache.kafka.common.errors.";
    EXPECT_EQ(java_class(ErrorCode::group_id_not_found), package + "GroupIdNotFoundException");
    EXPECT_EQ(java_class(ErrorCode::non_empty_group), package + "GroupNotEmptyException");
    EXPECT_EQ(java_class(ErrorCode::unknown_topic_or_partition),
              package + "UnknownTopicOrPartitionException");
    EXPECT_EQ(java_class(ErrorCode::topic_already_exists), package + "TopicExistsException");
    EXPECT_EQ(java_text({.code = ErrorCode::invalid_config, .message = "no"}),
              package + "InvalidConfigurationException: no");
    std::set<std::string> classes;
    for (const auto code : all_error_codes()) {
        EXPECT_TRUE(classes.insert(java_class(code)).second) << error_name(code);
    }
}

}  // namespace
}  // namespace barnabas::cli
