#include "base/page_allocator.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <vector>

namespace barnabas {
namespace {

// A vector's memory that was freed stayed the process's.
TEST(PageAllocator, GivesItsPagesBackAtOnce) {
    constexpr std::size_t count = 100'000;
    PageAllocator<long> allocator;
    long* const first = allocator.allocate(count);
    unsigned char resident = 0;
    first[0] = 7;
    EXPECT_EQ(first[count - 1], 0);
    EXPECT_EQ(::mincore(first, 1, &resident), 0);
    allocator.deallocate(first, count);
    errno = 0;
    EXPECT_EQ(::mincore(first, 1, &resident), -1);
    EXPECT_EQ(errno, ENOMEM) << "nothing is mapped there";
}

TEST(PageAllocator, IsOneForAVector) {
    std::vector<int, PageAllocator<int>> numbers;
    for (int i = 0; i < 10'000; ++i) {
        numbers.push_back(i);
    }
    auto others = numbers;
    numbers.swap(others);
    EXPECT_EQ(numbers.at(9'999), 9'999);
    EXPECT_EQ(numbers, others);
}

}  // namespace
}  // namespace barnabas
