#include "log/compaction/segment_groups.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

struct Size {
    std::int64_t base;
    std::uint32_t bytes;
    std::size_t offset_index = 0;
    std::size_t time_index = 0;
};

TEST(SegmentGroups, KeepToTheLimitsOfOneSegment) {
    constexpr std::int64_t far = std::int64_t{1} << 31;
    const struct {
        const char* why;
        std::vector<Size> segments;
        std::int64_t end;
        std::vector<std::size_t> want;
    } rows[] = {
        {"none", {}, 0, {}},
        {"all fit", {{0, 30}, {10, 30}, {20, 40}}, 30, {3}},
        {"by bytes", {{0, 60}, {10, 41}, {20, 40}, {30, 20}}, 40, {1, 2, 1}},
        {"one that is larger than a segment stays alone",
         {{0, 500}, {10, 1}, {20, 99}},
         30,
         {1, 2}},
        {"by the index of offsets", {{0, 1, 15, 0}, {10, 1, 6, 0}, {20, 1, 14, 0}}, 30, {1, 2}},
        {"by the index of times", {{0, 1, 0, 20}, {10, 1, 0, 1}}, 20, {1, 1}},
        {"by the reach of offsets", {{0, 1}, {10, 1}, {far, 1}}, far + 10, {2, 1}},
        {"to the last offset in reach", {{0, 1}, {10, 1}}, far, {2}},
        {"not one further", {{0, 1}, {10, 1}}, far + 1, {1, 1}},
        {"an empty one has no offsets", {{0, 1}, {10, 0}, {far + 5, 1}}, far + 10, {2, 1}},
    };
    const LogConfig config{.segment_bytes = 100, .segment_index_bytes = 20};
    for (const auto& row : rows) {
        std::vector<SourceSegment> segments;
        for (std::size_t i = 0; i < row.segments.size(); ++i) {
            const auto& size = row.segments[i];
            const bool last = i + 1 == row.segments.size();
            segments.push_back({.base = Offset{size.base},
                                .end = Offset{last ? row.end : row.segments[i + 1].base},
                                .file = nullptr,
                                .size = size.bytes,
                                .offset_index_bytes = size.offset_index,
                                .time_index_bytes = size.time_index,
                                .modified = no_timestamp});
        }
        EXPECT_EQ(group_segments(segments, config), row.want) << row.why;
    }
}

}  // namespace
}  // namespace barnabas::log
