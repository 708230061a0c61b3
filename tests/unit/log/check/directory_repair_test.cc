// A log directory of ours, damaged in one way after another: what a check says, what a repair does,
// that a second check finds nothing more, and that the log then opens and holds the same.
#include "log/check/directory_repair.h"

#include "base/endian.h"
#include "unit/log/check/log_directory.h"

#include <functional>

namespace barnabas::log {
namespace {

using testing::directory;
using testing::DirectoryCheckTest;
using testing::folder;
using testing::segment_file;

class DamagedDirectoryTest;

/// One way to damage the directory, and what comes of it.
struct Damage {
    const char* what;
    std::function<void(DamagedDirectoryTest& test)> inflict;
    std::vector<std::string> found;  // kinds
    std::vector<std::string> left;   // after a repair
    bool records_stay = true;        // the log holds the same afterwards
};

class DamagedDirectoryTest : public DirectoryCheckTest {
public:
    std::string file(std::size_t segment, std::string_view suffix) {
        return segment_file(bases().at(segment), suffix);
    }
    std::size_t last() { return bases().size() - 1; }
    std::string text(const std::string& path) { return read(path); }
    void put(const std::string& path, std::string_view text) { write(path, text); }
    void flip(const std::string& path, std::size_t at) {
        auto bytes = read(path);
        ASSERT_LT(at, bytes.size());
        bytes[at] = static_cast<char>(bytes[at] ^ 0x41);
        write(path, bytes);
    }
    void append(const std::string& path, std::string_view more) {
        write(path, read(path) + std::string(more));
    }
    void remove(const std::string& path) { ASSERT_TRUE(disk_.remove(path)); }
    void rename(const std::string& from, const std::string& to) {
        ASSERT_TRUE(disk_.rename(from, to));
    }

    /// The log's records as their batches' bytes.
    std::string records() {
        auto log = Log::open({.disk = disk_,
                              .folder = folder,
                              .partition = {"t", PartitionId{0}},
                              .config = {},
                              .recovery_point = Offset{1 << 20},
                              .clean = true,
                              .now = clock_.both(),
                              .log = {}});
        EXPECT_TRUE(log) << log.error().message;
        std::string bytes;
        for (Offset at{0}; log && at < (*log)->log_end();) {
            const auto slice = (*log)->read(
                at, {.max_bytes = 1 << 20, .at_least_one_batch = true, .end = (*log)->log_end()});
            EXPECT_TRUE(slice) << slice.error().message;
            ByteBuffer part;
            part.resize(slice->size);
            EXPECT_TRUE(slice->file->read_at(slice->position, part.mutable_view()));
            wire::BatchCursor cursor(part.view());
            while (auto batch = cursor.next().value_or(std::nullopt)) {
                at = batch->next_offset();
            }
            bytes += as_text(part.view());
        }
        return bytes;
    }
    void run(const Damage& damage);

    std::vector<AbortedTransaction> aborted() {
        auto log = Log::open({.disk = disk_,
                              .folder = folder,
                              .partition = {"t", PartitionId{0}},
                              .config = {},
                              .recovery_point = Offset{1 << 20},
                              .clean = true,
                              .now = clock_.both(),
                              .log = {}});
        EXPECT_TRUE(log) << log.error().message;
        return (*log)
            ->aborted_transactions(Offset{0}, end_)
            .value_or(std::vector<AbortedTransaction>());
    }
};

void DamagedDirectoryTest::run(const Damage& damage) {
    SCOPED_TRACE(damage.what);
    const auto records_before = records();
    damage.inflict(*this);
    sync_all();
    EXPECT_EQ(kinds(), damage.found);
    const auto damaged = contents();
    EXPECT_EQ(contents(), damaged) << "a check changes nothing";
    const auto report = check();
    ASSERT_TRUE(report);
    for (const auto& failure : DirectoryRepair(disk_).run(report->problems)) {
        EXPECT_EQ(failure, "");
    }
    EXPECT_EQ(kinds(), damage.left);
    // What a repair did is on the medium.
    const auto repaired = contents();
    disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
    EXPECT_EQ(contents(), repaired);
    if (damage.records_stay) {
        EXPECT_EQ(records(), records_before);
        EXPECT_EQ(aborted().size(), 1U);
    }
}

using D = DamagedDirectoryTest;

// long: a row per kind of damage
TEST_F(DamagedDirectoryTest, IsMended) {
    const auto all = [](std::string_view suffix) {
        return [suffix](D& test) { test.put(test.file(0, suffix), "12345"); };
    };
    const std::vector<Damage> rows{
        {"a torn batch at the end",
         [](D& test) { test.append(test.file(test.last(), log_suffix), "not a whole batch"); },
         {"torn-tail"},
         {}},
        {"zeros at the end, as of a preallocated file",
         [](D& test) { test.append(test.file(test.last(), log_suffix), std::string(5000, '\0')); },
         {"torn-tail"},
         {}},
        {"garbage at the end of a segment in the middle",
         [](D& test) { test.append(test.file(0, log_suffix), std::string(100, 'x')); },
         {"torn-tail"},
         {}},
        {"an offset index that is missing",
         [](D& test) { test.remove(test.file(0, offset_index_suffix)); },
         {"missing-index"},
         {}},
        {"a time index that is missing",
         [](D& test) { test.remove(test.file(1, time_index_suffix)); },
         {"missing-index"},
         {}},
        {"an offset index of a broken size", all(offset_index_suffix), {"broken-index"}, {}},
        {"a time index of a broken size", all(time_index_suffix), {"broken-index"}, {}},
        {"an offset index with a wrong position",
         [](D& test) { test.flip(test.file(0, offset_index_suffix), 15); },
         {"wrong-index"},
         {}},
        {"an offset index with a wrong offset",
         [](D& test) { test.flip(test.file(0, offset_index_suffix), 11); },
         {"wrong-index"},
         {}},
        {"an offset index of another segment",
         [](D& test) {
             test.put(test.file(0, offset_index_suffix),
                      test.text(test.file(1, offset_index_suffix)) + std::string(8, '\1'));
         },
         {"wrong-index"},
         {}},
        {"an offset index that was not closed",
         [](D& test) {
             test.append(test.file(test.last(), offset_index_suffix), std::string(800, '\0'));
         },
         {"wrong-index"},
         {}},
        {"a time index with a wrong timestamp",
         [](D& test) { test.flip(test.file(0, time_index_suffix), 7); },
         {"wrong-index"},
         {}},
        {"a time index that was not closed",
         [](D& test) { test.append(test.file(0, time_index_suffix), std::string(120, '\0')); },
         {"wrong-index"},
         {}},
        {"a time index without its last entry",
         [](D& test) {
             auto bytes = test.text(test.file(0, time_index_suffix));
             bytes.resize(bytes.size() - 12);
             test.put(test.file(0, time_index_suffix), bytes);
         },
         {"wrong-index"},
         {}},
        {"a time index of another segment",
         [](D& test) {
             test.put(test.file(0, time_index_suffix), test.text(test.file(1, time_index_suffix)));
         },
         {"wrong-index"},
         {}},
        {"a transaction index that is missing",
         [](D& test) {
             for (const auto base : test.bases()) {
                 const auto path = segment_file(base, txn_index_suffix);
                 if (test.disk_.exists(path)) {
                     test.remove(path);
                 }
             }
         },
         {"wrong-index"},
         {}},
        {"a transaction index of a newer version",
         [](D& test) {
             for (const auto base : test.bases()) {
                 const auto path = segment_file(base, txn_index_suffix);
                 if (test.disk_.exists(path)) {
                     test.flip(path, 1);
                 }
             }
         },
         {"broken-index"},
         {}},
        {"a transaction index with a transaction that was not",
         [](D& test) {
             std::string entry(34, '\0');
             auto* at = reinterpret_cast<std::byte*>(entry.data());
             store_big_endian(at + 2, std::int64_t{9});
             store_big_endian(at + 10, std::int64_t{1});
             store_big_endian(at + 18, std::int64_t{3});
             test.put(test.file(0, txn_index_suffix), entry);
         },
         {"wrong-index"},
         {}},
        {"a snapshot that is broken",
         [](D& test) { test.flip(segment_file(test.end_.get(), snapshot_suffix), 20); },
         {"broken-snapshot"},
         {}},
        {"a snapshot beyond the end",
         [](D& test) {
             test.put(segment_file(test.end_.get() + 100, snapshot_suffix),
                      test.text(segment_file(test.end_.get(), snapshot_suffix)));
         },
         {"snapshot-beyond-end"},
         {}},
        {"a snapshot of another place",
         [](D& test) {
             test.put(segment_file(1, snapshot_suffix),
                      test.text(segment_file(test.end_.get(), snapshot_suffix)));
         },
         {"broken-snapshot"},
         {}},
        {"leader epochs that are missing",
         [](D& test) { test.remove((folder / leader_epoch_file).string()); },
         {"broken-epochs"},
         {}},
        {"leader epochs that are broken",
         [](D& test) { test.put((folder / leader_epoch_file).string(), "0\n7\n1 2\n"); },
         {"broken-epochs"},
         {}},
        {"leader epochs that lack one",
         [](D& test) { test.put((folder / leader_epoch_file).string(), "0\n1\n2 0\n"); },
         {"wrong-epochs"},
         {}},
        {"a leader epoch beyond the end",
         [](D& test) {
             auto text = test.text((folder / leader_epoch_file).string());
             text.replace(2, 1, "3");
             test.put((folder / leader_epoch_file).string(), text + "9 5000\n");
         },
         {"wrong-epochs"},
         {}},
        {"a topic id that is no id",
         [](D& test) { test.put((folder / partition_metadata_file).string(), "version: 0\n"); },
         {"broken-partition-metadata"},
         {}},
        {"a checkpoint that is broken",
         [](D& test) { test.put((directory / recovery_point_file).string(), "0\n2\nt 0 5\n"); },
         {"broken-checkpoint"},
         {}},
        {"a recovery point beyond the end",
         [](D& test) { test.put((directory / recovery_point_file).string(), "0\n1\nt 0 5000\n"); },
         {"checkpoint-beyond-end"},
         {}},
        {"a high watermark beyond the end",
         [](D& test) { test.put((directory / high_watermark_file).string(), "0\n1\nt 0 5000\n"); },
         {"checkpoint-beyond-end"},
         {}},
        {"a cleaner's offset beyond the end",
         [](D& test) {
             test.put((directory / cleaner_offset_file).string(), "0\n2\ngone 0 7\nt 0 5000\n");
         },
         {"checkpoint-beyond-end"},
         {}},
        {"leftovers in a partition's folder",
         [](D& test) {
             test.put(segment_file(900, ".log.deleted"), "x");
             test.put(segment_file(900, ".log.cleaned"), "x");
             test.put((folder / "leader-epoch-checkpoint.tmp").string(), "x");
             test.put(segment_file(900, ".index"), "x");
         },
         {"leftover", "leftover", "leftover", "leftover"},
         {}},
        {"leftovers in the directory",
         [](D& test) {
             test.put((directory / "gone-0.76b144c0363e499d9291e48c91d95644-delete" / "x").string(),
                      "x");
             test.put((directory / "meta.properties.tmp").string(), "x");
         },
         {"leftover", "leftover"},
         {}},
        {"what a compaction left for the broker",
         [](D& test) {
             test.put(segment_file(900, ".log.swap"), "");
             test.put(segment_file(900, ".index.swap"), "");
             test.put(segment_file(900, ".log.cleaned"), "");
         },
         {"note", "note", "note"},
         {"note", "note", "note"},
         false},
        {"what is nobody's",
         [](D& test) {
             test.put((folder / "notes.txt").string(), "x");
             test.put((directory / "lost+found" / "x").string(), "x");
             test.put((directory / "t-1-stray" / "x").string(), "x");
             test.put(segment_file(900, ".log.1-stray"), "x");
             test.put((directory / "README").string(), "x");
         },
         {"note", "note", "note", "note", "note"},
         {"note", "note", "note", "note", "note"}},
        {"no identity",
         [](D& test) { test.remove((directory / identity_file).string()); },
         {"no-identity"},
         {"no-identity"}},
        {"a batch in the middle that is corrupt",
         [](D& test) { test.flip(test.file(0, log_suffix), 100); },
         {"corrupt-batch"},
         {"corrupt-batch"},
         false},
        {"a batch twice",
         [](D& test) {
             const auto first = test.text(test.file(0, log_suffix));
             test.append(test.file(0, log_suffix), first.substr(0, first.size() / 2));
         },
         {"offsets-do-not-rise"},
         {"offsets-do-not-rise"},
         false},
        {"segments that overlap",
         [](D& test) { test.put(segment_file(5, log_suffix), ""); },
         {"segments-overlap"},
         {"segments-overlap"},
         false},
    };
    for (const auto& row : rows) {
        const auto whole = contents();
        run(row);
        const auto entries = disk_.list(directory);
        for (const auto& entry : *entries) {
            ASSERT_TRUE(entry.is_directory ? disk_.remove_all(directory / entry.name)
                                           : disk_.remove(directory / entry.name));
        }
        for (const auto& [path, text] : whole) {
            write(path, text);
        }
    }
}

/// What is told of the last batch's bytes: a repair keeps the batches before it.
TEST_F(DamagedDirectoryTest, ATornBatchIsCutAndNothingElse) {
    const auto path = file(last(), log_suffix);
    auto bytes = read(path);
    const auto records_before = records();
    bytes.resize(bytes.size() - 10);
    write(path, bytes);
    EXPECT_EQ(kinds(),
              (std::vector<std::string>{"torn-tail", "snapshot-beyond-end", "checkpoint-beyond-end",
                                        "checkpoint-beyond-end"}));
    const auto report = check();
    ASSERT_TRUE(report);
    for (const auto& failure : DirectoryRepair(disk_).run(report->problems)) {
        EXPECT_EQ(failure, "");
    }
    EXPECT_EQ(kinds(), std::vector<std::string>{});
    const auto after = records();
    EXPECT_LT(after.size(), records_before.size());
    EXPECT_EQ(after, records_before.substr(0, after.size()));
}

/// Several damages at once, by lot: what is mended stays mended, no whole batch is lost, and a
/// directory without problems opens.
TEST_F(DamagedDirectoryTest, ByLotIsMendedForGood) {
    const auto whole = contents();
    for (std::uint64_t seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        runtime::SeededRandom lot(seed);
        for (const auto& [path, text] : whole) {
            write(path, text);
        }
        std::vector<std::string> paths;
        for (const auto& [path, text] : whole) {
            paths.push_back(path);
        }
        const auto pick = [&lot](std::size_t below) {
            return static_cast<std::size_t>(lot.next() % below);
        };
        for (std::size_t i = 0; i <= pick(4); ++i) {
            const auto& path = paths[pick(paths.size())];
            auto bytes = disk_.exists(path) ? read(path) : "";
            switch (pick(5)) {
                case 0:
                    bytes.resize(bytes.size() - std::min(bytes.size(), 1 + pick(200)));
                    break;
                case 1:
                    bytes += std::string(1 + pick(200), static_cast<char>(pick(2) * 77));
                    break;
                case 2:
                    bytes = whole.at(paths[pick(paths.size())]);
                    break;
                case 3:
                    bytes.clear();
                    break;
                default:
                    if (!bytes.empty()) {
                        auto& byte = bytes[pick(bytes.size())];
                        byte = static_cast<char>(byte ^ (1 << pick(8)));
                    }
            }
            write(path, bytes);
        }
        const auto before = check();
        if (!before) {
            EXPECT_EQ(before.error().code, ErrorCode::unsupported_version);
            continue;
        }
        for (const auto& failure : DirectoryRepair(disk_).run(before->problems)) {
            EXPECT_EQ(failure, "");
        }
        const auto after = check();
        ASSERT_TRUE(after) << after.error().message;
        EXPECT_EQ(after->batches, before->batches);
        for (const auto& problem : after->problems) {
            EXPECT_FALSE(problem.mend) << problem.path << ": " << problem.sentence;
        }
        if (after->problems.empty()) {
            EXPECT_FALSE(records().empty() && after->batches > 0);
        }
    }
}

TEST_F(DirectoryCheckTest, TellsWhatCouldNotBeMended) {
    write(segment_file(900, ".log.deleted"), "x");
    const auto report = check();
    ASSERT_TRUE(report);
    disk_.break_directory(directory);
    const auto failures = DirectoryRepair(disk_).run(report->problems);
    ASSERT_EQ(failures.size(), 1U);
    EXPECT_NE(failures.front(), "");
}

}  // namespace
}  // namespace barnabas::log
