#include "log/check/index_judges.h"

#include "base/endian.h"
#include "unit/log/log_batches.h"

#include <gtest/gtest.h>

namespace barnabas::log {
namespace {

constexpr Offset base{100};

/// A batch of magic 2 with these offsets and that timestamp.
ByteBuffer batch(std::int64_t first, int records, std::int64_t timestamp) {
    auto bytes = testing::make_batch({.records = records, .timestamp = Timestamp{timestamp}});
    wire::assign_offsets(bytes.mutable_view(), Offset{first}, LeaderEpoch{0});
    return bytes;
}

struct Positioned {
    ByteBuffer bytes;
    std::uint64_t position;
};

/// [100,101] [102,104] [105,105] [110,111], timestamps 10, 30, 20, 40.
std::vector<Positioned> segment() {
    std::vector<Positioned> batches;
    std::uint64_t position = 0;
    const auto add = [&](ByteBuffer bytes) {
        const auto size = bytes.size();
        batches.push_back({std::move(bytes), position});
        position += size;
    };
    add(batch(100, 2, 10));
    add(batch(102, 3, 30));
    add(batch(105, 1, 20));
    add(batch(110, 2, 40));
    return batches;
}

template <class T>
void put(std::string& bytes, T value) {
    std::array<std::byte, sizeof(T)> field;
    store_big_endian(field.data(), value);
    bytes += as_text(field);
}

struct Entry {
    std::int32_t offset;  // relative
    std::size_t batch;    // at whose beginning it stands
    std::int32_t shift = 0;
};

struct OffsetRow {
    const char* what;
    std::vector<Entry> entries;
    const char* fault;  // a part of the sentence; nullptr: none
    bool closed = true;
    std::size_t empty = 0;  // bytes behind the entries
};

TEST(OffsetIndexJudge, HoldsEntriesAgainstBatches) {
    const OffsetRow rows[] = {
        {"no entries", {}, nullptr},
        {"one per batch", {{1, 0}, {4, 1}, {5, 2}, {11, 3}}, nullptr},
        {"a few", {{4, 1}, {11, 3}}, nullptr},
        {"one for several batches at once, as a Kafka follower wrote", {{5, 1}, {11, 3}}, nullptr},
        {"a position within a batch", {{4, 1, 3}}, "no batch begins"},
        {"a position behind the last batch", {{11, 3, 500}}, "behind the last batch"},
        {"an offset that the batch is behind", {{3, 1}}, "ends with 104"},
        {"an offset that no batch ends with", {{7, 2}}, "with which no batch ends"},
        {"one that ends nowhere", {{50, 3}}, "with which no batch ends"},
        {"two that overlap", {{11, 1}, {5, 2}}, "with which no batch ends"},
        {"preallocated and closed", {{4, 1}}, "was not closed", true, 64},
        {"preallocated and open", {{4, 1}}, nullptr, false, 64},
        {"half an entry", {{4, 1}}, "no multiple of 8", false, 3},
    };
    const auto batches = segment();
    for (const auto& row : rows) {
        std::string file;
        for (const auto& entry : row.entries) {
            put(file, entry.offset);
            put(file, static_cast<std::int32_t>(batches[entry.batch].position) + entry.shift);
        }
        file.append(row.empty, '\0');
        OffsetIndexJudge judge(as_bytes(file), base);
        for (const auto& [bytes, position] : batches) {
            judge.on_batch(wire::BatchView(bytes.view()), position);
        }
        const auto fault = judge.verdict(row.closed);
        ASSERT_EQ(fault.has_value(), row.fault != nullptr)
            << row.what << ": " << (fault ? fault->why : "");
        EXPECT_TRUE(!fault || fault->why.find(row.fault) != std::string::npos)
            << row.what << ": " << fault->why;
    }
}

struct TimeRow {
    const char* what;
    std::vector<std::pair<std::int64_t, std::int32_t>> entries;  // timestamp, relative offset
    const char* fault;
    bool closed = true;
    std::size_t empty = 0;
};

TEST(TimeIndexJudge, HoldsEntriesAgainstBatches) {
    const TimeRow rows[] = {
        {"each new largest", {{10, 1}, {30, 4}, {40, 11}}, nullptr},
        {"the last alone", {{40, 11}}, nullptr},
        {"offsets within batches, as Kafka 3.x wrote", {{30, 2}, {40, 10}}, nullptr},
        {"not the last, while it is open", {{10, 1}}, nullptr, false},
        {"not the last", {{10, 1}}, "the segment's largest is 40"},
        {"none at all", {}, "the segment's largest is 40"},
        {"a timestamp that falls", {{30, 4}, {20, 5}, {40, 11}}, "behind 30"},
        {"a timestamp that is not the largest so far", {{20, 5}, {40, 11}}, "30 comes before"},
        {"a timestamp that is not the batch's", {{35, 4}, {40, 11}}, "its batch's is 30"},
        {"an offset in no batch", {{40, 8}}, "which is in no batch"},
        {"an offset behind the last batch", {{40, 11}, {50, 90}}, "behind the last batch"},
        {"preallocated", {{40, 11}}, "was not closed", true, 120},
        {"half an entry", {{40, 11}}, "no multiple of 12", true, 5},
    };
    const auto batches = segment();
    for (const auto& row : rows) {
        std::string file;
        for (const auto& [timestamp, offset] : row.entries) {
            put(file, timestamp);
            put(file, offset);
        }
        file.append(row.empty, '\0');
        TimeIndexJudge judge(as_bytes(file), base);
        for (const auto& each : batches) {
            judge.on_batch(wire::BatchView(each.bytes.view()));
        }
        const auto fault = judge.verdict(row.closed);
        ASSERT_EQ(fault.has_value(), row.fault != nullptr)
            << row.what << ": " << (fault ? fault->why : "");
        EXPECT_TRUE(!fault || fault->why.find(row.fault) != std::string::npos)
            << row.what << ": " << fault->why;
    }
}

// Its bytes are those of an entry that was only preallocated.
TEST(TimeIndexJudge, TakesTheYear1970) {
    const std::string file(12, '\0');
    TimeIndexJudge judge(as_bytes(file), base);
    const auto first = batch(100, 1, 0);
    judge.on_batch(wire::BatchView(first.view()));
    EXPECT_FALSE(judge.verdict(true));
}

struct Marker {
    std::int64_t offset;
    std::int64_t producer;
    std::int64_t first;  // -1: no record of the transaction is there
};

struct TransactionRow {
    const char* what;
    std::vector<AbortedTransaction> entries;
    std::vector<Marker> markers;
    const char* fault;
    bool has_gaps = false;
};

AbortedTransaction aborted(std::int64_t producer, std::int64_t first, std::int64_t last) {
    return {ProducerId{producer}, Offset{first}, Offset{last}, Offset{last + 1}};
}

TEST(TransactionIndexJudge, HoldsEntriesAgainstMarkers) {
    const TransactionRow rows[] = {
        {"nothing", {}, {}, nullptr},
        {"one", {aborted(1, 101, 105)}, {{105, 1, 101}}, nullptr},
        {"one that began before the segment", {aborted(1, 20, 105)}, {{105, 1, 101}}, nullptr},
        {"one whose records are gone", {aborted(1, 20, 105)}, {{105, 1, -1}}, nullptr},
        {"a marker that ended nothing", {}, {{105, 1, -1}}, nullptr},
        {"one that is missing", {}, {{105, 1, 101}}, "lacks the transaction of producer 1"},
        {"one of another producer", {aborted(2, 101, 105)}, {{105, 1, 101}}, "it was 1"},
        {"one that begins too late", {aborted(1, 103, 105)}, {{105, 1, 101}}, "began at 101"},
        {"one without a marker", {aborted(1, 101, 105)}, {}, "where no marker is"},
        {"one without a marker before another",
         {aborted(1, 101, 103), aborted(1, 104, 105)},
         {{105, 1, 104}},
         "aborted at offset 103"},
        {"one whose marker was compacted away", {aborted(1, 101, 105)}, {}, nullptr, true},
        {"offsets that fall", {aborted(1, 101, 105), aborted(1, 101, 104)}, {}, "ended behind 105"},
        {"offsets of another segment", {aborted(1, 5, 9)}, {}, "ended behind 99"},
    };
    for (const auto& row : rows) {
        std::string file;
        for (const auto& entry : row.entries) {
            put(file, std::int16_t{0});
            put(file, entry.producer_id.get());
            put(file, entry.first_offset.get());
            put(file, entry.last_offset.get());
            put(file, entry.last_stable_offset.get());
        }
        TransactionIndexJudge judge(as_bytes(file), base);
        for (const auto& marker : row.markers) {
            judge.on_abort_marker(
                Offset{marker.offset}, ProducerId{marker.producer},
                marker.first < 0
                    ? std::nullopt
                    : std::optional(aborted(marker.producer, marker.first, marker.offset)));
        }
        const auto fault = judge.verdict(row.has_gaps);
        ASSERT_EQ(fault.has_value(), row.fault != nullptr)
            << row.what << ": " << (fault ? fault->why : "");
        EXPECT_TRUE(!fault || fault->why.find(row.fault) != std::string::npos)
            << row.what << ": " << fault->why;
    }
}

}  // namespace
}  // namespace barnabas::log
