// Aborted transactions of segments that are not in memory: who must not wait is told what for.
#include "unit/log/one_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::log {
namespace {

constexpr ProducerEpoch epoch{0};

class LogColdTransactionsTest : public testing::OneLogTest {
protected:
    /// Of every second segment some have an index: [abort][plain][abort, abort][plain][plain].
    /// `held_open`: from the first record to the end, so that what each abort found to be stable
    /// lies before all of them.
    void write(bool held_open) {
        reopen(options(config));
        if (held_open) {
            begin(8);
        }
        for (const int aborts : {1, 0, 2, 0, 0}) {
            const auto segments = log_->segment_count();
            for (int i = 0; i < aborts; ++i) {
                begin(7);
                end(7);
            }
            while (log_->segment_count() == segments) {
                ASSERT_TRUE(send(testing::make_batch({.value_size = 300})));
            }
        }
        if (held_open) {
            end(8);
        }
    }
    void begin(std::int64_t producer) {
        ASSERT_TRUE(send(testing::make_batch({.producer = ProducerId{producer},
                                              .epoch = epoch,
                                              .sequence = sequences_[producer]++,
                                              .transactional = true})));
    }
    void end(std::int64_t producer) {
        ASSERT_TRUE(send(testing::make_marker(ProducerId{producer}, epoch, false),
                         wire::AppendOrigin::coordinator));
    }
    /// As after a restart of the machine.
    void restart() {
        ASSERT_TRUE(log_->close());
        reopen(options(config));
        forget_pages();
    }
    void forget_pages() {
        const auto entries = disk_.list(folder);
        for (const auto& entry : *entries) {
            disk_.make_cold(folder / entry.name);
        }
        waited_ = disk_.cold_reads_elsewhere();
    }
    void bring_in(const ColdPart& part) {
        disk_.on_pool(true);
        ASSERT_TRUE(part.bring_in()) << part.path;
        disk_.on_pool(false);
    }
    [[nodiscard]] bool waited() const { return disk_.cold_reads_elsewhere() != waited_; }

    static inline const LogConfig config{.segment_bytes = 1000};
    std::map<std::int64_t, std::int32_t> sequences_;
    std::uint64_t waited_ = 0;
};

TEST_F(LogColdTransactionsTest, AreAskedForBeforeALookWouldWait) {
    struct Row {
        const char* what;
        bool held_open;
        std::size_t first_segment;  // the look begins there
        std::size_t segments;       // so many of them
        std::size_t indexes;        // that have to be brought in
        std::size_t found;
    };
    const Row rows[] = {
        {"of the whole log", false, 0, 6, 2, 3},
        {"the segment's own index says that it was all", false, 0, 1, 2, 1},
        {"a segment without: the next one that has one tells", false, 1, 1, 1, 0},
        {"nothing follows that could tell", false, 3, 1, 0, 0},
        {"one was open all the while: every index is asked", true, 0, 1, 3, 2},
        {"and of the whole log", true, 0, 6, 3, 4},
    };
    for (const auto& row : rows) {
        SCOPED_TRACE(row.what);
        log_.reset();
        ASSERT_TRUE(disk_.remove_all(folder));
        sequences_.clear();
        write(row.held_open);
        const auto facts = log_->compaction_facts();
        const auto& segments = facts->segments;
        ASSERT_EQ(segments.size(), 6U);
        const Offset from = segments[row.first_segment].base;
        const auto behind = row.first_segment + row.segments;
        const Offset end = behind < segments.size() ? segments[behind].base : log_->log_end();
        restart();

        std::size_t brought_in = 0;
        auto lookup = log_->try_aborted_transactions(from, end, false);
        for (; lookup && lookup->cold; lookup = log_->try_aborted_transactions(from, end, false)) {
            EXPECT_TRUE(lookup->found.empty());
            EXPECT_EQ(lookup->cold->path.extension(), ".txnindex");
            bring_in(*lookup->cold);
            ASSERT_LE(++brought_in, 3U);
        }
        ASSERT_TRUE(lookup) << lookup.error().message;
        EXPECT_FALSE(waited());
        EXPECT_EQ(brought_in, row.indexes);
        EXPECT_EQ(lookup->found.size(), row.found);
        EXPECT_EQ(lookup->found, *log_->aborted_transactions(from, end));

        restart();  // whoever may wait does
        EXPECT_EQ(log_->aborted_transactions(from, end)->size(), row.found);
        EXPECT_EQ(waited(), row.indexes > 0);
    }
}

// They stayed in memory for as long as the log was open.
TEST_F(LogColdTransactionsTest, OfASealedSegmentAreInItsFileAlone) {
    write(false);
    forget_pages();
    const auto lookup = log_->try_aborted_transactions(Offset{0}, log_->log_end(), false);
    ASSERT_TRUE(lookup && lookup->cold);
    EXPECT_EQ(lookup->cold->size, TransactionIndex::entry_size);
    EXPECT_EQ(log_->aborted_transactions(Offset{0}, log_->log_end())->size(), 3U);
    EXPECT_TRUE(waited());
}

TEST_F(LogColdTransactionsTest, AnIndexThatCannotBeReadIsAnError) {
    write(false);
    restart();
    const auto path = folder / "00000000000000000000.txnindex";
    const auto lookup = log_->try_aborted_transactions(Offset{0}, log_->log_end(), false);
    ASSERT_TRUE(lookup && lookup->cold && lookup->cold->path == path);
    const auto file = disk_.open(path, runtime::OpenMode::read_write);
    ASSERT_TRUE(file && (*file)->truncate(17));
    bring_in(*lookup->cold);
    const auto failed = log_->try_aborted_transactions(Offset{0}, log_->log_end(), false);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::kafka_storage_error);
    EXPECT_NE(failed.error().message.find(".txnindex ends after 17 of 34 bytes"), std::string::npos)
        << failed.error().message;
}

// The index of the active segment, which a marker's entry goes into.
TEST_F(LogColdTransactionsTest, AMarkerBehindAColdIndexDoesNotWaitForIt) {
    reopen(options(config));
    begin(7);
    end(7);
    restart();
    std::vector<std::string> brought_in;
    for (auto part = log_->append_reads(); part; part = log_->append_reads()) {
        brought_in.push_back(part->path.extension());
        bring_in(*part);
        ASSERT_LT(brought_in.size(), 9U);
    }
    EXPECT_EQ(std::ranges::count(brought_in, ".txnindex"), 1);
    begin(7);
    end(7);
    EXPECT_FALSE(waited());
    EXPECT_EQ(log_->aborted_transactions(Offset{0}, log_->log_end())->size(), 2U);
}

// Of a transaction that reaches over its end, a compaction looked into the later segment's index
// on the shard.
TEST_F(LogColdTransactionsTest, CompactionAsksForThoseOfLaterSegmentsToo) {
    write(true);
    flush();
    const auto limit = log_->compaction_facts()->segments[1].base;
    restart();
    for (const auto& part : log_->compaction_source_reads(limit)) {
        EXPECT_EQ(part.path.extension(), ".txnindex");
        bring_in(part);
    }
    const auto source = log_->compaction_source(Offset{0}, limit);
    ASSERT_TRUE(source && *source);
    EXPECT_EQ((*source)->aborted.size(), 2U);
    EXPECT_FALSE(waited());
    EXPECT_TRUE(log_->compaction_source_reads(limit).empty());
}

}  // namespace
}  // namespace barnabas::log
