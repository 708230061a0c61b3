// Folders as crashes and Kafka leave them, and what an open makes of them.
#include "log/swap_recovery.h"

#include "log/file_names.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "unit/log/compaction/keyed_batches.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace barnabas::log {
namespace {

const runtime::Path folder = "/data/t-0";

/// A batch that covers [base, base + records).
std::string batch(std::int64_t base, int records) {
    testing::KeyedSpec spec{.base = Offset{base}};
    for (int i = 0; i < records; ++i) {
        spec.records.push_back({.key = "k", .value = "v"});
    }
    return std::string(as_text(testing::make_keyed(spec).view()));
}

/// "10.log.swap" for what is 00000000000000000010.log.swap.
std::string full_name(const std::string& name) {
    const auto dot = name.find('.');
    return fmt::format("{:020}{}", std::stoi(name.substr(0, dot)), name.substr(dot));
}

class SwapRecovery : public ::testing::Test {
protected:
    using Files = std::map<std::string, std::string>;  // name -> contents

    void write(const Files& files) {
        ASSERT_TRUE(disk_.remove_all(folder));
        ASSERT_TRUE(disk_.create_directories(folder));
        for (const auto& [name, contents] : files) {
            auto file = disk_.open(folder / full_name(name), runtime::OpenMode::create_new);
            ASSERT_TRUE(file);
            ASSERT_TRUE((*file)->write_at(0, as_bytes(contents)));
            ASSERT_TRUE((*file)->sync());
        }
        ASSERT_TRUE(disk_.sync_directory(folder));
        ASSERT_TRUE(disk_.sync_directory("/data"));
        ASSERT_TRUE(disk_.sync_directory("/"));
    }
    Result<bool> finish() {
        const auto entries = disk_.list(folder);
        EXPECT_TRUE(entries);
        return finish_interrupted_swaps(disk_, folder, *entries, {});
    }
    Files read() {
        Files files;
        const auto entries = disk_.list(folder);
        EXPECT_TRUE(entries);
        for (const auto& entry : *entries) {
            files[entry.name] = *disk_.read_text(folder / entry.name);
        }
        return files;
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_{3};
    runtime::SimulatedDisk disk_{clock_, random_};
};

struct Row {
    const char* why;
    std::map<std::string, std::string> files;
    std::map<std::string, std::string> want;
    bool changed = true;
};

std::vector<Row> rows() {
    const auto old_0 = batch(0, 5);
    const auto old_10 = batch(10, 5);
    const auto both = batch(0, 12);  // reaches into the second segment
    const auto first = batch(0, 3);
    return {
        {"nothing to do",
         {{"0.log", old_0}, {"0.index", "i"}, {"10.log", old_10}, {"10.snapshot", "s"}},
         {{"0.log", old_0}, {"0.index", "i"}, {"10.log", old_10}, {"10.snapshot", "s"}},
         false},
        {"a compaction that was not finished",
         {{"0.log", old_0}, {"0.log.cleaned", first}, {"0.index.cleaned", "n"}},
         {{"0.log", old_0}}},
        {"a finished one, nothing put away yet",
         {{"0.log", old_0},
          {"0.index", "i"},
          {"0.txnindex", "t"},
          {"10.log", old_10},
          {"10.index", "i"},
          {"10.snapshot", "s"},
          {"20.log", "later"},
          {"0.log.swap", both},
          {"0.index.swap", "n"}},
         {{"0.log", both}, {"0.index", "n"}, {"10.snapshot", "s"}, {"20.log", "later"}}},
        {"in whose second segment nothing stays: it may stay as it was",
         {{"0.log", old_0}, {"10.log", old_10}, {"0.log.swap", first}, {"0.index.swap", "n"}},
         {{"0.log", first}, {"0.index", "n"}, {"10.log", old_10}}},
        {"of which nothing stays at all",
         {{"0.log", old_0}, {"0.txnindex", "t"}, {"0.log.swap", ""}, {"0.index.swap", ""}},
         {{"0.log", ""}, {"0.index", ""}}},
        {"the old ones are put away, its own names come",
         {{"0.log", both},
          {"0.index.swap", "n"},
          {"0.timeindex.swap", "n"},
          {"0.log.deleted", "o"}},
         {{"0.log", both}, {"0.index", "n"}, {"0.timeindex", "n"}, {"0.log.deleted", "o"}}},
        {"renamed to .swap in part: Kafka renames the log first",
         {{"0.log", old_0}, {"0.log.swap", first}, {"0.index.cleaned", "n"}},
         {{"0.log", old_0}}},
        {"renamed to .swap in part: we rename it last",
         {{"0.log", old_0}, {"0.log.cleaned", first}, {"0.index.swap", "n"}},
         {{"0.log", old_0}}},
        {"of two new segments the first has not got its name",
         {{"0.log", old_0}, {"10.log", old_10}, {"0.log.cleaned", first}, {"10.log.swap", old_10}},
         {{"0.log", old_0}, {"10.log", old_10}}},
        {"two new segments, both named",
         {{"0.log", old_0},
          {"5.log", "old"},
          {"10.log", old_10},
          {"0.log.swap", first},
          {"8.log.swap", batch(8, 5)}},
         {{"0.log", first}, {"8.log", batch(8, 5)}}},
        {"the next group is being compacted",
         {{"0.log.swap", first}, {"0.log", old_0}, {"10.log", old_10}, {"10.log.cleaned", "c"}},
         {{"0.log", first}, {"10.log", old_10}}},
    };
}

TEST_F(SwapRecovery, LeavesOneOfTheTwoStates) {
    for (const auto& row : rows()) {
        write(row.files);
        const auto finished = finish();
        ASSERT_TRUE(finished) << row.why << ": " << finished.error().message;
        EXPECT_EQ(*finished, row.changed) << row.why;
        Files want;
        for (const auto& [name, contents] : row.want) {
            want[full_name(name)] = contents;
        }
        EXPECT_EQ(read(), want) << row.why;
        const auto again = finish();
        ASSERT_TRUE(again);
        EXPECT_FALSE(*again) << row.why << ": the second time there is nothing to do";
    }
}

TEST_F(SwapRecovery, IsFinishedByTheNextOpenWhereItIsInterrupted) {
    for (const auto& row : rows()) {
        Files want;
        for (const auto& [name, contents] : row.want) {
            want[full_name(name)] = contents;
        }
        for (std::uint64_t step = 0; step < 12; ++step) {
            write(row.files);
            disk_.stop_at(disk_.operations() + step);
            const bool whole = finish().has_value();
            disk_.crash();
            const auto finished = finish();
            ASSERT_TRUE(finished) << finished.error().message;
            EXPECT_EQ(read(), want) << row.why << ", interrupted at " << step;
            if (whole) {
                break;
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::log
