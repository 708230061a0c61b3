// What survives of one batch: a row per rule.
#include "log/compaction/batch_filter.h"

#include "unit/log/compaction/keyed_batches.h"
#include "unit/log/log_batches.h"
#include "wire/records/legacy_builder.h"

#include <gtest/gtest.h>

#include <map>

namespace barnabas::log {
namespace {

using testing::KeyedRecord;
using testing::KeyedSpec;

constexpr Timestamp now{1'800'000'000'000};
constexpr std::int64_t retention = 1000;
constexpr Offset base{100};
constexpr ProducerId pid{9};
constexpr ProducerEpoch epoch{2};

/// A batch that went through the filter.
struct Filtered {
    BatchFilter::Outcome outcome;
    ByteBuffer bytes;

    [[nodiscard]] wire::BatchView batch() const { return wire::BatchView(bytes.view()); }
    [[nodiscard]] std::vector<std::int64_t> offsets() const {
        std::vector<std::int64_t> offsets;
        for (const auto& found : testing::records_of(batch())) {
            offsets.push_back(found.offset.get());
        }
        return offsets;
    }
};

class BatchFilterTest : public ::testing::Test {
protected:
    BatchFilterTest() : map_({.memory_max = 1 << 16, .keys_wanted = 100}, KeyHasher(1, 2)) {}

    /// `key` has its last record at `offset`; call with rising offsets.
    void last(const char* key, Offset offset) { ASSERT_TRUE(map_.try_put(as_bytes(key), offset)); }
    Filtered filter(const ByteBuffer& batch, bool keep_old_tombstones = true) {
        TransactionTracker transactions(aborted_);
        return filter_with(transactions, batch, keep_old_tombstones);
    }
    Filtered filter_with(TransactionTracker& transactions, const ByteBuffer& batch,
                         bool keep_old_tombstones = true) {
        BatchFilter filter({.now = now,
                            .delete_retention_ms = retention,
                            .round_end = round_end_,
                            .compression = compression_,
                            .decompressed_max = 1 << 24},
                           map_, producers_, transactions);
        Filtered filtered;
        const auto outcome =
            filter.apply(wire::BatchView(batch.view()), keep_old_tombstones, filtered.bytes);
        EXPECT_TRUE(outcome) << outcome.error().message;
        filtered.outcome = outcome.value_or(BatchFilter::Outcome{});
        EXPECT_EQ(filtered.outcome.size, filtered.bytes.size());
        if (filtered.outcome.size > 0) {
            EXPECT_TRUE(filtered.batch().ensure_valid());
            EXPECT_EQ(filtered.outcome.last, filtered.batch().last_offset());
            EXPECT_EQ(filtered.outcome.base, filtered.batch().base_offset());
        }
        return filtered;
    }
    ByteBuffer marker(bool committed, std::optional<Timestamp> horizon = {}) {
        ByteBuffer bytes;
        wire::BatchBuilder builder;
        builder.start(bytes, {.base_offset = base,
                              .producer_id = pid,
                              .producer_epoch = epoch,
                              .transactional = true,
                              .control = true,
                              .delete_horizon = horizon});
        const auto key = wire::make_control_key(committed ? wire::ControlType::commit
                                                          : wire::ControlType::abort);
        const auto value = wire::make_end_transaction_value(0);
        EXPECT_TRUE(builder.append(
            base, {.timestamp = now, .key = ByteView(key), .value = ByteView(value)}));
        EXPECT_TRUE(builder.finish());
        return bytes;
    }

    OffsetMap map_;
    ProducerLasts producers_;
    std::vector<AbortedTransaction> aborted_;
    Offset round_end_{1'000'000};
    std::optional<wire::Compression> compression_;
};

TEST_F(BatchFilterTest, KeepsTheLastRecordOfEachKey) {
    const struct {
        const char* why;
        std::vector<KeyedRecord> records;  // at 100, 101, ...
        std::vector<std::pair<const char*, int>> map;
        int mapped_up_to;
        std::vector<std::int64_t> want;
        std::uint64_t without_key = 0;
    } rows[] = {
        {"nothing is newer", {{"a", "1"}, {"b", "2"}}, {{"a", 100}, {"b", 101}}, 200, {100, 101}},
        {"both are", {{"a", "1"}, {"b", "2"}}, {{"a", 150}, {"b", 160}}, 200, {}},
        {"one within the batch", {{"a", "1"}, {"a", "2"}}, {{"a", 101}}, 200, {101}},
        {"keys that are in the clean part alone",
         {{"a", "1"}, {"b", "2"}},
         {{"b", 150}},
         200,
         {100}},
        {"an empty key is one", {{"", "1"}, {"b", "2"}}, {{"", 150}}, 200, {101}},
        {"none at all", {{{}, "1"}, {"b", "2"}}, {}, 200, {101}, 1},
        {"behind the map's end everything stays",
         {{"a", "1"}, {{}, "2"}, {"c", "3"}},
         {},
         99,
         {100, 101, 102}},
        {"the map ends within the batch", {{"a", "1"}, {"a", "2"}}, {}, 100, {100, 101}},
        {"an empty value is no tombstone", {{"a", ""}}, {{"a", 100}}, 200, {100}},
    };
    for (const auto& row : rows) {
        map_ = OffsetMap({.memory_max = 1 << 16, .keys_wanted = 100}, KeyHasher(1, 2));
        for (const auto& [key, offset] : row.map) {
            last(key, Offset{offset});
        }
        map_.advance_to(Offset{row.mapped_up_to});
        const auto batch = testing::make_keyed({.records = row.records, .base = base});
        const auto filtered = filter(batch);
        EXPECT_EQ(filtered.outcome.without_key, row.without_key) << row.why;
        EXPECT_EQ(filtered.outcome.read, row.records.size()) << row.why;
        EXPECT_EQ(filtered.outcome.kept, row.want.size()) << row.why;
        ASSERT_EQ(filtered.outcome.size == 0, row.want.empty()) << row.why;
        if (row.want.empty()) {
            continue;
        }
        EXPECT_EQ(filtered.offsets(), row.want) << row.why;
        EXPECT_EQ(filtered.batch().base_offset(), base) << row.why;
        EXPECT_EQ(filtered.batch().next_offset(), base + std::ssize(row.records)) << row.why;
        const bool same = std::ranges::equal(filtered.bytes.view(), batch.view());
        EXPECT_EQ(same, row.want.size() == row.records.size()) << row.why;
    }
}

/// Records are judged several at a time, and what stays is read once more, unfolded again or not.
TEST_F(BatchFilterTest, KeepsTheRightOnesOfManyWhateverTheirSize) {
    constexpr int count = 80;
    const auto superseded = [](int i) { return i % 3 != 0; };
    std::vector<std::int64_t> want;
    std::vector<KeyedRecord> records;
    for (int i = 0; i < count; ++i) {
        records.push_back({fmt::format("key {}", i)});
        if (!superseded(i)) {
            want.push_back(base.get() + i);
            last(records.back().key->c_str(), base + i);
        }
    }
    for (int i = 0; i < count; ++i) {
        if (superseded(i)) {
            last(records[static_cast<std::size_t>(i)].key->c_str(), base + count + i);
        }
    }
    for (const auto codec : {wire::Codec::none, wire::Codec::snappy, wire::Codec::lz4}) {
        for (const std::size_t size : {10, 5000}) {  // 400 KB do not stay at hand
            for (auto& record : records) {
                record.value = std::string(size, 'v') + *record.key;
            }
            const auto got =
                filter(testing::make_keyed({.records = records, .base = base, .codec = codec}));
            EXPECT_EQ(got.offsets(), want) << static_cast<int>(codec) << " " << size;
            EXPECT_EQ(got.outcome.read, static_cast<std::uint64_t>(count));
            EXPECT_EQ(got.outcome.kept, want.size());
            for (const auto& found : testing::records_of(got.batch())) {
                const auto at = static_cast<std::size_t>(found.offset - base);
                EXPECT_EQ(found.record, records[at]);
            }
        }
    }
}

TEST_F(BatchFilterTest, KeepsTombstonesUntilTheirHorizon) {
    const struct {
        const char* why;
        std::vector<KeyedRecord> records;
        std::optional<Timestamp> horizon;
        std::vector<std::int64_t> want;
        std::optional<Timestamp> want_horizon;
    } rows[] = {
        {"the first time sets it", {{"a", {}}}, {}, {100}, now + retention},
        {"for all tombstones of the batch",
         {{"a", {}}, {"b", "1"}},
         {},
         {100, 101},
         now + retention},
        {"no tombstone, no horizon", {{"a", "1"}}, {}, {100}, {}},
        {"it stays what it was", {{"a", {}}}, now + 1, {100}, now + 1},
        {"it is there", {{"a", {}}}, now, {}, {}},
        {"it was there", {{"a", {}}, {"b", "1"}}, now - 5, {101}, now - 5},
    };
    for (const auto& row : rows) {
        map_ = OffsetMap({.memory_max = 1 << 16, .keys_wanted = 100}, KeyHasher(1, 2));
        map_.advance_to(Offset{200});
        const auto batch =
            testing::make_keyed({.records = row.records, .base = base, .horizon = row.horizon});
        const auto filtered = filter(batch);
        ASSERT_EQ(filtered.outcome.size == 0, row.want.empty()) << row.why;
        if (row.want.empty()) {
            continue;
        }
        EXPECT_EQ(filtered.offsets(), row.want) << row.why;
        EXPECT_EQ(filtered.batch().delete_horizon(), row.want_horizon) << row.why;
        for (const auto& found : testing::records_of(filtered.batch())) {
            EXPECT_EQ(found.timestamp, KeyedSpec{}.timestamp) << row.why;
        }
        EXPECT_EQ(filtered.batch().max_timestamp(), KeyedSpec{}.timestamp) << row.why;
    }
}

TEST_F(BatchFilterTest, RemovesATombstoneThatIsNotTheLastOfItsKeyWhateverItsHorizon) {
    last("a", Offset{150});
    map_.advance_to(Offset{200});
    const auto batch = testing::make_keyed({.records = {{"a", {}}}, .base = base});
    EXPECT_EQ(filter(batch).outcome.size, 0U);
}

TEST_F(BatchFilterTest, KeepsTheHeaderOfABatchThatSomebodyNeeds) {
    last("a", Offset{150});
    map_.advance_to(Offset{200});
    const KeyedSpec spec{.records = {{"a", "1"}, {"a", "2"}},
                         .base = base,
                         .codec = wire::Codec::lz4,
                         .producer = pid,
                         .epoch = epoch,
                         .sequence = 40};
    const struct {
        const char* why;
        ProducerLasts producers;
        Offset round_end;
        bool stays;
    } rows[] = {
        {"nobody", {}, Offset{500}, false},
        {"its producer's last", {{pid, {Offset{101}, epoch}}}, Offset{500}, true},
        {"its producer wrote more", {{pid, {Offset{180}, epoch}}}, Offset{500}, false},
        {"another producer's", {{ProducerId{1}, {Offset{101}, epoch}}}, Offset{500}, false},
        {"of a producer of which only a marker is known", {{pid, {{}, epoch}}}, Offset{500}, false},
        {"the last of the round", {}, Offset{102}, true},
        {"the last but one of the round", {}, Offset{103}, false},
    };
    for (const auto& row : rows) {
        producers_ = row.producers;
        round_end_ = row.round_end;
        const auto filtered = filter(testing::make_keyed(spec));
        ASSERT_EQ(filtered.outcome.size > 0, row.stays) << row.why;
        if (!row.stays) {
            continue;
        }
        const auto batch = filtered.batch();
        EXPECT_EQ(batch.count(), 0) << row.why;
        EXPECT_EQ(batch.size(), 61U);
        EXPECT_FALSE(batch.is_compressed());
        EXPECT_EQ(batch.base_offset(), base);
        EXPECT_EQ(batch.last_offset(), Offset{101});
        EXPECT_EQ(batch.producer_id(), pid);
        EXPECT_EQ(batch.producer_epoch(), epoch);
        EXPECT_EQ(batch.last_sequence(), 41);
        EXPECT_EQ(batch.leader_epoch(), LeaderEpoch{7});
        EXPECT_EQ(batch.max_timestamp(), spec.timestamp);
        EXPECT_EQ(batch.base_timestamp(), no_timestamp);
        EXPECT_FALSE(batch.delete_horizon());
        ByteBuffer again;
        again.append(filtered.bytes.view());
        EXPECT_TRUE(std::ranges::equal(filter(again).bytes.view(), filtered.bytes.view()))
            << "the next compaction leaves it as it is";
    }
}

TEST_F(BatchFilterTest, RemovesDataOfAbortedTransactions) {
    map_.advance_to(Offset{200});
    const KeyedSpec spec{.records = {{"a", "1"}},
                         .base = base,
                         .producer = pid,
                         .epoch = epoch,
                         .sequence = 0,
                         .transactional = true};
    const struct {
        const char* why;
        std::vector<AbortedTransaction> aborted;
        ProducerLasts producers;
        std::vector<std::int64_t> want;
        bool empty = false;
    } rows[] = {
        {"committed", {}, {}, {100}},
        {"aborted", {{pid, Offset{90}, Offset{120}, Offset{120}}}, {}, {}},
        {"another producer's", {{ProducerId{1}, Offset{90}, Offset{120}, Offset{120}}}, {}, {100}},
        {"one that ended before", {{pid, Offset{10}, Offset{20}, Offset{21}}}, {}, {100}},
        {"one that ended before, and one around it",
         {{pid, Offset{90}, Offset{120}, Offset{120}}, {pid, Offset{10}, Offset{20}, Offset{21}}},
         {},
         {}},
        {"one that begins behind", {{pid, Offset{101}, Offset{120}, Offset{120}}}, {}, {100}},
        {"aborted and the producer's last",
         {{pid, Offset{90}, Offset{120}, Offset{120}}},
         {{pid, {Offset{100}, epoch}}},
         {},
         true},
    };
    for (const auto& row : rows) {
        aborted_ = row.aborted;
        producers_ = row.producers;
        const auto filtered = filter(testing::make_keyed(spec));
        ASSERT_EQ(filtered.outcome.size > 0, !row.want.empty() || row.empty) << row.why;
        if (filtered.outcome.size > 0) {
            EXPECT_EQ(filtered.offsets(), row.want) << row.why;
        }
    }
}

TEST_F(BatchFilterTest, KeepsMarkersUntilTheirDataIsGoneAndThenUntilAHorizon) {
    map_.advance_to(Offset{200});
    enum class Data { none, committed, aborted };
    const struct {
        const char* why;
        bool commit;
        Data seen;  // a batch of the transaction went by before
        std::optional<Timestamp> horizon;
        ProducerLasts producers;
        bool stays;
        std::optional<Timestamp> want_horizon;
        bool in_index = false;
        bool empty = false;
    } rows[] = {
        {"commit with data", true, Data::committed, {}, {}, true, {}},
        {"commit without", true, Data::none, {}, {}, true, now + retention},
        {"commit without, its horizon to come", true, Data::none, now + 1, {}, true, now + 1},
        {"commit without, its horizon there", true, Data::none, now, {}, false, {}},
        {"commit with data, a horizon there", true, Data::committed, now, {}, true, now},
        {"abort with data", false, Data::aborted, {}, {}, true, {}, true},
        {"abort without", false, Data::none, {}, {}, true, now + retention},
        {"abort without, its horizon there", false, Data::none, now, {}, false, {}},
        {"the last word of its producer",
         true,
         Data::none,
         now,
         {{pid, {{}, epoch}}},
         true,
         {},
         false,
         true},
        {"the last word, of another epoch",
         true,
         Data::none,
         now,
         {{pid, {{}, ProducerEpoch{3}}}},
         false,
         {}},
    };
    for (const auto& row : rows) {
        producers_ = row.producers;
        aborted_.clear();
        if (row.seen == Data::aborted) {
            aborted_.push_back({pid, Offset{50}, base, base});
        }
        TransactionTracker transactions(aborted_);
        if (row.seen != Data::none) {
            const auto data = testing::make_keyed({.records = {{"a", "1"}},
                                                   .base = Offset{50},
                                                   .producer = pid,
                                                   .epoch = epoch,
                                                   .sequence = 0,
                                                   .transactional = true});
            filter_with(transactions, data);
        }
        const auto filtered = filter_with(transactions, marker(row.commit, row.horizon));
        ASSERT_EQ(filtered.outcome.size > 0, row.stays) << row.why;
        EXPECT_EQ(filtered.outcome.aborted.has_value(), row.in_index) << row.why;
        if (row.stays) {
            EXPECT_EQ(filtered.batch().delete_horizon(), row.want_horizon) << row.why;
            EXPECT_EQ(filtered.batch().count(), row.empty ? 0 : 1) << row.why;
            EXPECT_TRUE(filtered.batch().is_control());
            EXPECT_TRUE(filtered.batch().is_transactional());
        }
    }
}

TEST_F(BatchFilterTest, WritesWithTheTopicsCodecOrTheBatchsOwn) {
    using enum wire::Codec;
    last("a", Offset{150});
    map_.advance_to(Offset{200});
    const struct {
        wire::Codec batch;
        std::optional<wire::Codec> topic;
        wire::Codec want;
    } rows[] = {
        {none, {}, none}, {gzip, {}, gzip},   {snappy, {}, snappy}, {lz4, {}, lz4},
        {zstd, {}, zstd}, {gzip, zstd, zstd}, {none, lz4, lz4},     {zstd, none, none},
    };
    for (const auto& row : rows) {
        compression_ = row.topic ? std::optional(wire::Compression::of(*row.topic)) : std::nullopt;
        const std::string value(2000, 'v');
        const auto batch =
            testing::make_keyed({.records = {{"a", value}, {"b", value}, {"c", value}},
                                 .base = base,
                                 .codec = row.batch});
        const auto filtered = filter(batch);
        ASSERT_GT(filtered.outcome.size, 0U);
        EXPECT_EQ(*filtered.batch().codec(), row.want);
        const auto records = testing::records_of(filtered.batch());
        ASSERT_EQ(records.size(), 2U);
        EXPECT_EQ(records[0].offset, Offset{101});
        EXPECT_EQ(records[0].record, (KeyedRecord{"b", value}));
        EXPECT_EQ(records[1].record, (KeyedRecord{"c", value}));
        EXPECT_EQ(filtered.batch().last_offset(), Offset{102});
    }
}

TEST_F(BatchFilterTest, KeepsTheTimeOfTheAppend) {
    last("a", Offset{150});
    map_.advance_to(Offset{200});
    const auto filtered =
        filter(testing::make_keyed({.records = {{"a", "1"}, {"b", "2"}},
                                    .base = base,
                                    .timestamp = Timestamp{777},
                                    .timestamp_type = wire::TimestampType::log_append_time}));
    ASSERT_GT(filtered.outcome.size, 0U);
    EXPECT_EQ(filtered.batch().timestamp_type(), wire::TimestampType::log_append_time);
    EXPECT_EQ(filtered.batch().max_timestamp(), Timestamp{777});
    EXPECT_EQ(testing::records_of(filtered.batch()).at(0).timestamp, Timestamp{777});
}

TEST_F(BatchFilterTest, MakesMagic2OfOldFormats) {
    last("a", Offset{150});
    map_.advance_to(Offset{200});
    const struct {
        std::int8_t magic;
        wire::Codec codec;
        Timestamp want_timestamp;
    } rows[] = {
        {0, wire::Codec::none, no_timestamp},  {1, wire::Codec::none, Timestamp{555}},
        {0, wire::Codec::gzip, no_timestamp},  {1, wire::Codec::gzip, Timestamp{555}},
        {1, wire::Codec::lz4, Timestamp{555}},
    };
    for (const auto& row : rows) {
        ByteBuffer bytes;
        wire::LegacySetBuilder builder(bytes, {.magic = row.magic,
                                               .compression = wire::Compression::of(row.codec),
                                               .base_offset = base});
        builder.append(base, Timestamp{555}, as_bytes("a"), as_bytes("1"));
        builder.append(base + 1, Timestamp{555}, as_bytes("b"), as_bytes("2"));
        builder.append(base + 2, Timestamp{555}, as_bytes("c"), std::nullopt);
        ASSERT_TRUE(builder.finish());
        std::vector<testing::FoundRecord> found;
        wire::BatchCursor cursor(bytes.view());
        while (const auto batch = cursor.next().value_or(std::nullopt)) {
            ByteBuffer one;
            one.append(batch->bytes());
            const auto filtered = filter(one);
            if (filtered.outcome.size == 0) {
                continue;
            }
            EXPECT_EQ(filtered.batch().magic(), wire::magic_v2);
            EXPECT_EQ(*filtered.batch().codec(), row.codec);
            const auto records = testing::records_of(filtered.batch());
            found.insert(found.end(), records.begin(), records.end());
            EXPECT_EQ(filtered.batch().base_offset(), records.front().offset);
            const bool tombstone = !records.back().record.value;
            EXPECT_EQ(filtered.batch().delete_horizon(),
                      tombstone ? std::optional(now + retention) : std::nullopt);
        }
        ASSERT_EQ(found.size(), 2U) << int{row.magic} << " " << wire::codec_name(row.codec);
        EXPECT_EQ(found[0].offset, base + 1);
        EXPECT_EQ(found[0].timestamp, row.want_timestamp);
        EXPECT_EQ(found[0].record, (KeyedRecord{"b", "2"}));
        EXPECT_EQ(found[1].record, (KeyedRecord{"c", {}}));
    }
}

TEST_F(BatchFilterTest, LetsOldTombstonesGoByTheAgeOfTheirSegment) {
    map_.advance_to(Offset{200});
    ByteBuffer bytes;
    wire::LegacySetBuilder builder(bytes, {.magic = 1, .base_offset = base});
    builder.append(base, Timestamp{555}, as_bytes("c"), std::nullopt);
    ASSERT_TRUE(builder.finish());
    EXPECT_GT(filter(bytes, true).outcome.size, 0U);
    EXPECT_EQ(filter(bytes, false).outcome.size, 0U);
    round_end_ = base + 1;
    const auto last_one = filter(bytes, false);
    ASSERT_GT(last_one.outcome.size, 0U) << "the round's last batch, of any magic";
    EXPECT_EQ(last_one.batch().count(), 0);
    EXPECT_EQ(last_one.batch().last_offset(), base);
}

TEST_F(BatchFilterTest, SaysWhatItCannotRead) {
    map_.advance_to(Offset{200});
    auto batch = testing::make_keyed({.records = {{"a", "1"}}, .base = base});
    batch.data()[wire::batch_layout::last_offset_delta_at + 3] = std::byte{0};
    batch.data()[wire::batch_layout::records_at + 3] = std::byte{6};  // offset delta 3
    TransactionTracker transactions({});
    BatchFilter filter({.now = now, .round_end = round_end_, .decompressed_max = 1 << 20}, map_,
                       producers_, transactions);
    ByteBuffer out;
    const auto outcome = filter.apply(wire::BatchView(batch.view()), true, out);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, ErrorCode::corrupt_message);
    EXPECT_NE(outcome.error().message.find("offset 103"), std::string::npos)
        << outcome.error().message;
}

}  // namespace
}  // namespace barnabas::log
