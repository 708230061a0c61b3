#include "runtime/simulated/simulated_disk.h"

#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"

#include <gtest/gtest.h>

#include <set>

namespace barnabas::runtime {
namespace {

/// A disk with the durable directory /d in it.
struct Fixture {
    explicit Fixture(std::uint64_t seed = 1) : random(seed) {
        EXPECT_TRUE(disk.create_directories("/d"));
        EXPECT_TRUE(disk.sync_directory("/"));
    }

    std::shared_ptr<File> create(const Path& path) {
        auto file = disk.open(path, OpenMode::create_or_open);
        EXPECT_TRUE(file) << (file ? "" : file.error().message);
        return *file;
    }
    /// Present after any crash, with this content.
    void create_durable(const Path& path, std::string_view text) {
        ASSERT_TRUE(disk.replace_text(path, text));
    }

    SimulatedClock clock;
    SeededRandom random;
    SimulatedDisk disk{clock, random};
};

std::string repeated(std::size_t n, char c) {
    return std::string(n, c);
}

/// As Linux: who asks once more is not told again, unless the file remembers.
TEST(SimulatedDisk, AFailedSyncLosesWhatItWasToWriteAndFailsForGood) {
    Fixture at;
    const auto file = at.create("/d/f");
    ASSERT_TRUE(at.disk.sync_directory("/d"));
    ASSERT_TRUE(file->write_at(0, as_bytes("lost")));
    at.disk.fail_at(at.disk.operations());
    EXPECT_FALSE(file->sync());
    EXPECT_FALSE(file->sync());
    const auto other = at.create("/d/f");
    EXPECT_TRUE(other->sync()) << "another open of it knows nothing";
    EXPECT_EQ(at.disk.read_text("/d/f").value_or(""), "lost") << "and programs see it";
    other->forget_unsynced();
    EXPECT_EQ(at.disk.read_text("/d/f").value_or("?"), "") << "until they look at the medium";
    ASSERT_TRUE(other->write_at(0, as_bytes("kept")));
    ASSERT_TRUE(other->sync());
    at.disk.crash({.keep_some_writes = false});
    EXPECT_EQ(at.disk.read_text("/d/f").value_or(""), "kept");
}

/// Who watches hears of each failure, of its kind and its place.
TEST(SimulatedDisk, TellsItsWatchersOfFailures) {
    struct Watcher final : DiskWatcher {
        void on_failure(const DiskFailure& failure) override {
            heard.emplace_back(failure.trouble, failure.path.string());
        }
        std::vector<std::pair<DiskTrouble, std::string>> heard;
    };
    Fixture at;
    const auto watcher = std::make_shared<Watcher>();
    at.disk.watch(watcher);
    const auto file = at.create("/d/f");
    EXPECT_FALSE(at.disk.open("/d/none", OpenMode::read));
    EXPECT_FALSE(at.disk.open("/d/f", OpenMode::create_new));
    EXPECT_FALSE(at.disk.exists("/d/none"));
    at.disk.set_capacity(0);
    EXPECT_FALSE(file->write_at(0, as_bytes("x")));
    at.disk.make_read_only("/d");
    EXPECT_FALSE(at.disk.remove("/d/f"));
    using enum DiskTrouble;
    const std::vector<std::pair<DiskTrouble, std::string>> want{
        {path, "/d/none"}, {other, "/d/f"}, {space, "/d/f"}, {broken, "/d/f"}};
    EXPECT_EQ(watcher->heard, want);
}

TEST(SimulatedDisk, KeepsWhatWasSyncedThroughAnyCrash) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        Fixture at(seed);
        at.create_durable("/d/a", "one");
        auto file = at.create("/d/a");
        ASSERT_TRUE(file->write_at(3, as_bytes(" two")));
        ASSERT_TRUE(file->sync());
        ASSERT_TRUE(file->write_at(7, as_bytes(" three")));
        at.disk.crash();
        const auto text = at.disk.read_text("/d/a");
        ASSERT_TRUE(text) << "seed " << seed;
        EXPECT_TRUE(text->starts_with("one two")) << "seed " << seed << ": " << *text;
    }
}

TEST(SimulatedDisk, LosesAllThatWasNotSyncedWhenToldTo) {
    Fixture at;
    at.create_durable("/d/a", "one");
    auto file = at.create("/d/a");
    ASSERT_TRUE(file->write_at(0, as_bytes("two")));
    ASSERT_TRUE(file->truncate(100));
    at.create("/d/b");
    at.disk.crash({.keep_some_writes = false, .keep_some_entries = false});
    EXPECT_EQ(at.disk.read_text("/d/a").value(), "one");
    EXPECT_FALSE(at.disk.exists("/d/b"));
}

TEST(SimulatedDisk, TearsTheLastUnsyncedWriteInEveryWayOverManySeeds) {
    bool lost = false;
    bool whole = false;
    bool prefix = false;
    bool holes = false;
    const std::string written = repeated(2048, 'x');
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Fixture at(seed);
        at.create_durable("/d/a", "");
        auto file = at.create("/d/a");
        ASSERT_TRUE(file->write_at(0, as_bytes(written)));
        at.disk.crash();
        const auto text = at.disk.read_text("/d/a").value();
        lost |= text.empty();
        whole |= text == written;
        prefix |= !text.empty() && text.size() < written.size() && written.starts_with(text);
        holes |= text.size() == written.size() && text.find('\0') != std::string::npos;
    }
    EXPECT_TRUE(lost && whole && prefix && holes) << lost << whole << prefix << holes;
}

// What a disk was asked to write where something else was: each sector is old or new.
TEST(SimulatedDisk, ATornWriteInPlaceLeavesWhatWasThere) {
    bool mixed = false;
    const std::string before = repeated(2048, 'o');
    const std::string written = repeated(4096, 'x');
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        Fixture at(seed);
        at.create_durable("/d/a", before);
        auto file = at.create("/d/a");
        ASSERT_TRUE(file->write_at(0, as_bytes(written)));
        at.disk.crash();
        const auto text = at.disk.read_text("/d/a").value();
        ASSERT_GE(text.size(), before.size()) << "seed " << seed;
        const auto there = text.substr(0, before.size());
        EXPECT_EQ(there.find('\0'), std::string::npos) << "seed " << seed;
        mixed |= there.contains('o') && there.contains('x');
    }
    EXPECT_TRUE(mixed);
}

TEST(SimulatedDisk, ReplacedTextIsOldOrNewButNeverMixedWhereverThePowerGoes) {
    std::set<std::string> seen;
    for (std::uint64_t step = 0; step < 8; ++step) {
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            Fixture at(seed);
            at.create_durable("/d/a", "old");
            at.disk.stop_at(at.disk.operations() + step);
            const bool done = at.disk.replace_text("/d/a", "new").has_value();
            at.disk.crash();
            const auto text = at.disk.read_text("/d/a");
            ASSERT_TRUE(text) << "step " << step << " seed " << seed;
            ASSERT_TRUE(*text == "new" || (*text == "old" && !done))
                << "step " << step << " seed " << seed << ": " << *text;
            seen.insert(*text);
        }
    }
    EXPECT_EQ(seen.size(), 2U);
}

TEST(SimulatedDisk, EntriesThatWereNotSyncedMayVanish) {
    bool vanished = false;
    bool stayed = false;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        Fixture at(seed);
        ASSERT_TRUE(at.create("/d/new")->sync());
        at.disk.crash();
        (at.disk.exists("/d/new") ? stayed : vanished) = true;
    }
    EXPECT_TRUE(vanished && stayed);
}

TEST(SimulatedDisk, FilesOpenBeforeACrashAreDead) {
    Fixture at;
    at.create_durable("/d/a", "one");
    auto file = at.create("/d/a");
    auto lock = at.disk.lock("/d/.lock");
    ASSERT_TRUE(lock);
    at.disk.crash();
    EXPECT_FALSE(file->write_at(0, as_bytes("dead")));
    EXPECT_FALSE(file->size());
    EXPECT_EQ(at.disk.read_text("/d/a").value(), "one");
    auto again = at.disk.lock("/d/.lock");
    EXPECT_TRUE(again) << "the dead process's lock is gone";
    lock->reset();
    EXPECT_FALSE(at.disk.lock("/d/.lock")) << "the dead lock's end frees nobody else's";
}

TEST(SimulatedDisk, FailsTheOperationAskedForAndGoesOn) {
    Fixture at;
    auto file = at.create("/d/a");
    at.disk.fail_at(at.disk.operations() + 1);
    EXPECT_TRUE(file->write_at(0, as_bytes("a")));
    const auto failed = file->write_at(1, as_bytes("b"));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::kafka_storage_error);
    EXPECT_EQ(failed.error().message, "cannot write to /d/a: Input/output error");
    EXPECT_TRUE(file->write_at(1, as_bytes("c")));
    EXPECT_EQ(at.disk.read_text("/d/a").value(), "ac");
}

TEST(SimulatedDisk, IsFullAtItsCapacityAndWorksAgainWhenThereIsRoom) {
    Fixture at;
    auto file = at.create("/d/a");
    at.disk.set_capacity(8192);
    const std::string page = repeated(4096, 'p');
    EXPECT_TRUE(file->write_at(0, as_bytes(page)));
    const auto full = file->write_at(4096, as_bytes(page + page));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().message, "cannot write to /d/a: No space left on device");
    EXPECT_EQ(file->size().value(), 8192U) << "what fits is written, as the kernel does";
    EXPECT_EQ(at.disk.space("/d").value().free, 0U);
    EXPECT_TRUE(file->write_at(10, as_bytes("overwriting needs no room")));
    ASSERT_TRUE(file->truncate(4096));
    EXPECT_TRUE(file->write_at(4096, as_bytes(page)));
}

TEST(SimulatedDisk, ABrokenDirectoryTakesOnlyWhatIsBelowIt) {
    Fixture at;
    ASSERT_TRUE(at.disk.create_directories("/d2"));
    auto one = at.create("/d/a");
    auto other = at.create("/d2/a");
    at.disk.break_directory("/d/");
    EXPECT_FALSE(one->write_at(0, as_bytes("x")));
    EXPECT_FALSE(at.disk.list("/d"));
    EXPECT_TRUE(other->write_at(0, as_bytes("x")));
    at.disk.heal();
    EXPECT_TRUE(one->write_at(0, as_bytes("x")));
}

TEST(SimulatedDisk, WhatIsReservedIsTakenUntilTheSizeIsSet) {
    constexpr std::uint64_t page = 4096;
    Fixture at;
    auto file = at.create("/d/a");
    at.disk.set_capacity(10 * page);
    ASSERT_TRUE(file->write_at(0, as_bytes(repeated(100, 'a'))));
    EXPECT_FALSE(file->reserve(11 * page)) << "there is no room for it";
    EXPECT_EQ(at.disk.space("/d")->free, 9 * page);
    EXPECT_TRUE(file->reserve(7 * page + 1).value_or(false));
    EXPECT_EQ(at.disk.space("/d")->free, 2 * page);
    auto other = at.create("/d/b");
    EXPECT_TRUE(other->write_at(0, as_bytes(repeated(2 * page, 'b'))));
    EXPECT_FALSE(other->write_at(2 * page, as_bytes("b")));
    EXPECT_TRUE(file->write_at(100, as_bytes(repeated(8 * page - 100, 'a'))));
    EXPECT_FALSE(file->write_at(8 * page, as_bytes("a"))) << "it has what it has reserved";
    ASSERT_TRUE(file->truncate(page));
    EXPECT_EQ(at.disk.space("/d")->free, 7 * page);
}

TEST(SimulatedDisk, OneSeedGivesOneCrash) {
    const auto after_crash = [](std::uint64_t seed) {
        Fixture at(seed);
        at.create_durable("/d/a", "");
        auto file = at.create("/d/a");
        for (int i = 0; i < 20; ++i) {
            EXPECT_TRUE(file->write_at(static_cast<std::uint64_t>(i) * 10, as_bytes("0123456789")));
        }
        at.disk.crash();
        return at.disk.read_text("/d/a").value();
    };
    std::set<std::string> outcomes;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        EXPECT_EQ(after_crash(seed), after_crash(seed));
        outcomes.insert(after_crash(seed));
    }
    EXPECT_GT(outcomes.size(), 5U);
}

}  // namespace
}  // namespace barnabas::runtime
