// Log directories that Apache Kafka wrote, opened in place: every record that Kafka's own clients
// read from them is read from ours, and nothing else.
#include "log/checkpoint_text.h"
#include "log/directory_files.h"
#include "log/file_names.h"
#include "log/log_dirs.h"
#include "runtime/real/posix_disk.h"
#include "runtime/simulated/seeded_random.h"
#include "support/archive.h"
#include "support/vectors.h"
#include "wire/records/record_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

namespace barnabas::log {
namespace {

constexpr Timestamp today{1'795'400'000'000};

std::string base64(ByteView bytes) {
    static constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            three = three << 8 |
                    (i + j < bytes.size() ? std::to_integer<std::uint32_t>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += i + j <= bytes.size() ? digits[three >> (18 - 6 * j) & 63] : '=';
        }
    }
    return text;
}

boost::json::value json_of(const wire::NullableBytes& bytes) {
    return bytes ? boost::json::value(base64(*bytes)) : boost::json::value(nullptr);
}

struct Contents {
    Offset offset;
    Timestamp timestamp;
    std::string rest;  // key, value and headers as JSON

    friend bool operator==(const Contents&, const Contents&) = default;
};

void PrintTo(const Contents& contents, std::ostream* out) {
    *out << contents.offset.get() << " at " << contents.timestamp.get() << ": "
         << contents.rest.substr(0, 100);
}

Contents contents_of(const wire::RecordView& record) {
    boost::json::array headers;
    for (const auto& header : record.headers) {
        headers.push_back(boost::json::array{header.key, json_of(header.value)});
    }
    return {record.offset, record.timestamp,
            boost::json::serialize(
                boost::json::array{json_of(record.key), json_of(record.value), headers})};
}

Contents contents_of(const boost::json::object& line) {
    return {Offset{line.at("offset").as_int64()}, Timestamp{line.at("timestamp").as_int64()},
            boost::json::serialize(
                boost::json::array{line.at("key"), line.at("value"), line.at("headers")})};
}

enum class Isolation { read_uncommitted, read_committed };

using Expected = std::map<std::tuple<std::string, std::int32_t, Isolation>, std::vector<Contents>>;

Expected expected_contents(std::string_view version) {
    Expected expected;
    for (const auto& line :
         testing::data_lines(fmt::format("kafka-data/kafka-{}-contents", version))) {
        const auto isolation = line.at("isolation").as_string() == "read_committed"
                                   ? Isolation::read_committed
                                   : Isolation::read_uncommitted;
        expected[{std::string(line.at("topic").as_string()),
                  static_cast<std::int32_t>(line.at("partition").as_int64()), isolation}]
            .push_back(contents_of(line));
    }
    return expected;
}

std::vector<std::byte> bytes_of(const runtime::FileSlice& slice) {
    std::vector<std::byte> bytes(slice.size);
    if (slice.size > 0) {
        const auto got = slice.file->read_at(slice.position, bytes);
        EXPECT_TRUE(got && *got == slice.size);
    }
    return bytes;
}

bool is_aborted(const wire::BatchView& batch, const std::vector<AbortedTransaction>& aborted) {
    return std::ranges::any_of(aborted, [&batch](const AbortedTransaction& transaction) {
        return batch.is_transactional() && transaction.producer_id == batch.producer_id() &&
               transaction.first_offset <= batch.base_offset() &&
               batch.base_offset() <= transaction.last_offset;
    });
}

/// Everything from the log's start on, as a consumer does: fetch by fetch, each from the offset
/// behind the last batch.
std::vector<Contents> read_all(Log& log, Isolation isolation, std::uint32_t max_bytes) {
    const bool committed = isolation == Isolation::read_committed;
    const Offset end = committed ? log.last_stable_offset() : log.high_watermark();
    std::vector<Contents> found;
    wire::RecordReader reader;
    for (Offset from = log.log_start(); from < end;) {
        const auto slice =
            log.read(from, {.max_bytes = max_bytes, .at_least_one_batch = true, .end = end});
        EXPECT_TRUE(slice) << slice.error().message;
        const auto aborted =
            committed ? log.aborted_transactions(from, end) : std::vector<AbortedTransaction>{};
        EXPECT_TRUE(aborted);
        const auto bytes = slice ? bytes_of(*slice) : std::vector<std::byte>();
        if (bytes.empty()) {
            break;
        }
        wire::BatchCursor cursor(bytes);
        while (const auto batch = cursor.next().value_or(std::nullopt)) {
            EXPECT_TRUE(batch->ensure_valid());
            EXPECT_TRUE(reader.start(*batch, 1 << 24));
            wire::RecordView record;
            while (reader.next(record).value_or(false)) {
                if (record.offset >= from && !batch->is_control() &&
                    !is_aborted(*batch, *aborted)) {
                    found.push_back(contents_of(record));
                }
            }
            from = batch->next_offset();
        }
        EXPECT_EQ(cursor.position(), bytes.size()) << "only whole batches are handed out";
    }
    return found;
}

struct Row {
    const char* version;
    const char* state;
    std::vector<std::string> directories;
    std::size_t logs;
    std::int32_t node;
    const char* cluster_id;
};

const Row rows[] = {
    {"4.4", "clean", {"data"}, 16, 1, "QeVNXTHcTPSzbAQ1AX5f7w"},
    {"4.4", "crashed", {"data"}, 16, 1, "QeVNXTHcTPSzbAQ1AX5f7w"},
    {"3.9", "clean", {"d2-a", "d2-b"}, 10, 2, "rZQdamc5SGCpiru8TZL5wA"},
    {"3.9", "crashed", {"d1-a", "d1-b"}, 11, 1, "rZQdamc5SGCpiru8TZL5wA"},
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.version << " " << row.state;
}

class KafkaLogs : public ::testing::TestWithParam<Row> {
protected:
    void SetUp() override {
        const auto& row = GetParam();
        testing::unpack_archive(fmt::format("kafka-data/kafka-{}-{}", row.version, row.state),
                                folder_.path());
    }

    std::unique_ptr<LogDirs> open_directories() {
        std::vector<runtime::Path> paths;
        for (const auto& name : GetParam().directories) {
            paths.push_back(folder_.path() / name);
        }
        auto opened =
            LogDirs::open({.disk = disk_, .random = random_, .directories = paths, .log = {}});
        EXPECT_TRUE(opened) << opened.error().message;
        return opened ? std::move(*opened) : nullptr;
    }

    std::vector<std::unique_ptr<Log>> open_logs(LogDirs& dirs) {
        const auto found = dirs.scan();
        EXPECT_TRUE(found) << found.error().message;
        std::vector<std::unique_ptr<Log>> logs;
        for (const auto& log : *found) {
            EXPECT_TRUE(log.topic_id) << log.partition.topic;
            auto opened = dirs.open_log(log, {.retention_ms = -1}, {Time{}, today});
            EXPECT_TRUE(opened) << opened.error().message;
            if (opened) {
                // As the partition's only replica: all that is there is committed.
                (*opened)->set_high_watermark((*opened)->log_end());
                logs.push_back(std::move(*opened));
            }
        }
        return logs;
    }

    void expect_contents(std::vector<std::unique_ptr<Log>>& logs, std::uint32_t max_bytes) {
        const auto expected = expected_contents(GetParam().version);
        const std::vector<Contents> nothing;
        for (auto& log : logs) {
            const auto& [topic, partition] = log->partition();
            if (topic.starts_with("__")) {
                continue;
            }
            for (const auto isolation : {Isolation::read_uncommitted, Isolation::read_committed}) {
                auto lines = expected.find({topic, partition.get(), isolation});
                if (lines == expected.end()) {
                    lines = expected.find({topic, partition.get(), Isolation::read_uncommitted});
                }
                const auto& want = lines == expected.end() ? nothing : lines->second;
                const auto got = read_all(*log, isolation, max_bytes);
                ASSERT_EQ(got.size(), want.size()) << folder_name_of(*log);
                for (std::size_t i = 0; i < want.size(); ++i) {
                    ASSERT_EQ(got[i], want[i]) << folder_name_of(*log);
                }
            }
        }
    }

    static std::string folder_name_of(const Log& log) { return log.folder().filename().string(); }

    testing::TemporaryDirectory folder_;
    runtime::PosixDisk disk_;
    runtime::SeededRandom random_{7};
};

TEST_P(KafkaLogs, HoldExactlyWhatKafkasClientsReadFromThem) {
    auto dirs = open_directories();
    ASSERT_NE(dirs, nullptr);
    EXPECT_EQ(dirs->identity().node, BrokerId{GetParam().node});
    EXPECT_EQ(dirs->identity().cluster_id, GetParam().cluster_id);
    auto logs = open_logs(*dirs);
    EXPECT_EQ(logs.size(), GetParam().logs);
    expect_contents(logs, 1 << 20);
    expect_contents(logs, 1000);
}

TEST_P(KafkaLogs, HoldTheSameAfterOurOwnCloseAndAfterOurOwnCrash) {
    for (const bool clean : {true, false}) {
        auto dirs = open_directories();
        ASSERT_NE(dirs, nullptr);
        auto logs = open_logs(*dirs);
        std::vector<LogOffsets> offsets;
        for (auto& log : logs) {
            ASSERT_TRUE(log->close());
            offsets.push_back({.partition = log->partition(),
                               .directory = dirs->directory_of(log->partition()),
                               .recovery_point = clean ? log->log_end() : Offset{0},
                               .log_start = log->log_start(),
                               .high_watermark = log->high_watermark()});
        }
        ASSERT_TRUE(dirs->write_checkpoints(offsets));
        if (clean) {
            ASSERT_TRUE(dirs->mark_clean());
        }
    }
    auto dirs = open_directories();
    ASSERT_NE(dirs, nullptr);
    auto logs = open_logs(*dirs);
    expect_contents(logs, 1 << 20);
}

TEST_P(KafkaLogs, FindTheFirstRecordOfEachTimestamp) {
    auto dirs = open_directories();
    ASSERT_NE(dirs, nullptr);
    for (auto& log : open_logs(*dirs)) {
        if (log->partition().topic.starts_with("__") ||
            log->aborted_transactions(Offset{0}, log->log_end())->size() > 0) {
            continue;  // markers have timestamps too
        }
        const auto records = read_all(*log, Isolation::read_uncommitted, 1 << 20);
        std::set<Timestamp> timestamps;
        for (const auto& record : records) {
            timestamps.insert({record.timestamp - 1, record.timestamp, record.timestamp + 1});
        }
        for (const auto timestamp : timestamps) {
            const auto want = std::ranges::find_if(
                records, [&](const Contents& record) { return record.timestamp >= timestamp; });
            const auto got = log->find_by_timestamp(timestamp);
            ASSERT_TRUE(got) << got.error().message;
            ASSERT_EQ(got->has_value(), want != records.end()) << timestamp.get();
            if (want != records.end()) {
                ASSERT_EQ((*got)->offset, want->offset) << timestamp.get();
                ASSERT_EQ((*got)->timestamp, want->timestamp);
            }
        }
        const auto newest = log->find_max_timestamp();
        ASSERT_TRUE(newest);
        ASSERT_EQ(newest->has_value(), !records.empty());
        if (!records.empty()) {
            ASSERT_EQ((*newest)->offset,
                      std::ranges::max_element(records, {}, &Contents::timestamp)->offset);
        }
    }
}

/// Kafka's own files after an orderly stop, by partition folder; what is in 4.4-crashed is the same
/// moment of the same broker.
TEST(CrashedKafkaLogs, GetTheIndexesAndSnapshotsThatKafkaWroteOnItsCleanStop) {
    testing::TemporaryDirectory folder;
    testing::unpack_archive("kafka-data/kafka-4.4-crashed", folder.path() / "crashed");
    testing::unpack_archive("kafka-data/kafka-4.4-clean", folder.path() / "clean");
    runtime::PosixDisk disk;
    const auto ours = folder.path() / "crashed/data";
    const auto theirs = folder.path() / "clean/data";
    const auto log_starts = parse_offset_checkpoint(*disk.read_text(ours / log_start_file));
    ASSERT_TRUE(log_starts) << log_starts.error().message;
    std::size_t compared = 0;
    for (const auto& entry : *disk.list(theirs)) {
        const auto partition = partition_of_folder(entry.name);
        if (!entry.is_directory || !partition || partition->topic == "__cluster_metadata") {
            continue;
        }
        auto log = Log::open({.disk = disk,
                              .folder = ours / entry.name,
                              .partition = *partition,
                              .config = {.retention_ms = -1},
                              .log_start = offset_in(*log_starts, *partition),
                              .clean = false,
                              .now = {Time{}, today},
                              .log = {}});
        ASSERT_TRUE(log) << log.error().message;
        (*log)->begin_epoch(LeaderEpoch{0});  // as its leader did
        ASSERT_TRUE((*log)->close());
        for (const auto& file : *disk.list(theirs / entry.name)) {
            if (file.name.ends_with(deleted_suffix) || file.name.ends_with(snapshot_suffix)) {
                continue;
            }
            const auto want = disk.read_text(theirs / entry.name / file.name);
            const auto got = disk.read_text(ours / entry.name / file.name);
            ASSERT_TRUE(want && got) << entry.name << "/" << file.name;
            EXPECT_TRUE(*got == *want) << entry.name << "/" << file.name << ": " << got->size()
                                       << " bytes, Kafka " << want->size();
            ++compared;
        }
    }
    EXPECT_GT(compared, 80U);
}

INSTANTIATE_TEST_SUITE_P(Archives, KafkaLogs, ::testing::ValuesIn(rows), [](const auto& row) {
    std::string name = fmt::format("Kafka{}{}", row.param.version, row.param.state);
    std::erase(name, '.');
    return name;
});

TEST(CopiesOfKafkasDirectories, EqualTheOriginalsWhereThoseAreThere) {
    const auto copies = std::filesystem::path{BARNABAS_TEST_DATA} / "kafka-data";
    const auto originals = std::filesystem::path{BARNABAS_TEST_DATA} / "../../../shared/kafka-data";
    std::size_t archives = 0;
    for (const auto& entry : std::filesystem::directory_iterator(copies)) {
        const auto name = entry.path().filename();
        if (!name.string().ends_with(".tar.zst")) {
            continue;
        }
        ++archives;
        const auto bytes = [](const std::filesystem::path& path) {
            std::ifstream file(path, std::ios::binary);
            return std::string{std::istreambuf_iterator<char>{file}, {}};
        };
        if (std::filesystem::exists(originals / name)) {
            EXPECT_TRUE(bytes(entry.path()) == bytes(originals / name)) << name;
        }
    }
    EXPECT_EQ(archives, 4U);
}

}  // namespace
}  // namespace barnabas::log
