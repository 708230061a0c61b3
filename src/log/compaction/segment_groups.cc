#include "log/compaction/segment_groups.h"

#include <limits>

namespace barnabas::log {
namespace {

struct Room {
    Offset base;
    std::uint64_t bytes = 0;
    std::size_t offset_index_bytes = 0;
    std::size_t time_index_bytes = 0;

    void add(const SourceSegment& segment) {
        bytes += segment.size;
        offset_index_bytes += segment.offset_index_bytes;
        time_index_bytes += segment.time_index_bytes;
    }
    /// The last offset of a segment is not known without reading it: it is below `end`. An empty
    /// one has none, and joins whatever its base: else one would stay behind every 2^31 offsets.
    [[nodiscard]] bool takes(const SourceSegment& segment, const LogConfig& config) const {
        const auto reach = segment.end - 1 - base;
        return bytes + segment.size <= config.segment_bytes &&
               offset_index_bytes + segment.offset_index_bytes <= config.segment_index_bytes &&
               time_index_bytes + segment.time_index_bytes <= config.segment_index_bytes &&
               (segment.size == 0 || reach <= std::numeric_limits<std::int32_t>::max());
    }
};

}  // namespace

std::vector<std::size_t> group_segments(std::span<const SourceSegment> segments,
                                        const LogConfig& config) {
    std::vector<std::size_t> groups;
    Room room;
    for (const auto& segment : segments) {
        if (groups.empty() || !room.takes(segment, config)) {
            groups.push_back(0);
            room = Room{.base = segment.base};
        }
        room.add(segment);
        ++groups.back();
    }
    return groups;
}

}  // namespace barnabas::log
