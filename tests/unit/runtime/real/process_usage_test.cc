#include "runtime/real/process_usage.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <memory>

namespace barnabas::runtime {
namespace {

TEST(ProcessUsage, CountsMemoryTimeAndOpenFiles) {
    const auto before = process_usage();
    ASSERT_TRUE(before) << before.error().message;
    EXPECT_GT(before->cpu, Duration::zero());
    EXPECT_GT(before->resident_bytes, 1U << 20);
    EXPECT_GE(before->open_files, 3U);
    EXPECT_GE(before->open_files_max, before->open_files);

    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> one_more(std::fopen("/dev/null", "r"),
                                                                   &std::fclose);
    const auto after = process_usage();
    ASSERT_TRUE(after);
    EXPECT_EQ(after->open_files, before->open_files + 1);
    EXPECT_GE(after->cpu, before->cpu);
}

}  // namespace
}  // namespace barnabas::runtime
