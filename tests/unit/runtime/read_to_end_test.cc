#include "runtime/real/read_to_end.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <unistd.h>

namespace barnabas::runtime {
namespace {

TEST(ReadToEnd, APipeIsReadUntilItIsClosed) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    const std::string text(20'000, 'x');
    ASSERT_EQ(::write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    ::close(ends[1]);
    const auto read = read_to_end(fmt::format("/dev/fd/{}", ends[0]));
    ::close(ends[0]);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, text);
}

TEST(ReadToEnd, WhatIsTooLongOrNotThereIsAnError) {
    const auto endless = read_to_end("/dev/zero", 1000);
    ASSERT_FALSE(endless);
    EXPECT_EQ(endless.error().message,
              "/dev/zero has more than 1000 bytes, which are the most that are read");
    const auto missing = read_to_end("/nowhere/at/all");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "cannot read /nowhere/at/all: No such file or directory");
    const auto folder = read_to_end("/");
    ASSERT_FALSE(folder);
    EXPECT_EQ(folder.error().message, "cannot read /: Is a directory");
}

}  // namespace
}  // namespace barnabas::runtime
