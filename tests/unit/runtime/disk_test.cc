// What every Disk promises, on the real one and on the simulated one.
#include "runtime/disk.h"

#include "runtime/real/posix_disk.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace barnabas::runtime {
namespace {

/// A disk of either kind and an empty directory on it.
struct Kind {
    virtual ~Kind() = default;
    virtual Disk& disk() = 0;
    Path dir = "/tmp/test";
};

struct SimulatedKind final : Kind {
    SimulatedKind() { EXPECT_TRUE(simulated.create_directories(dir)); }
    Disk& disk() override { return simulated; }
    SimulatedClock clock;
    SeededRandom random{7};
    SimulatedDisk simulated{clock, random};
};

struct RealKind final : Kind {
    RealKind() {
        std::string name = (std::filesystem::temp_directory_path() / "barnabas-disk-XXXXXX");
        dir = ::mkdtemp(name.data());
    }
    ~RealKind() override {
        std::error_code ignored;
        std::filesystem::remove_all(dir, ignored);
    }
    Disk& disk() override { return real; }
    PosixDisk real;
};

class DiskTest : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (GetParam() == "real") {
            kind_ = std::make_unique<RealKind>();
        } else {
            kind_ = std::make_unique<SimulatedKind>();
        }
    }
    Disk& disk() { return kind_->disk(); }
    [[nodiscard]] Path path(std::string_view name) const { return kind_->dir / name; }
    std::shared_ptr<File> create(std::string_view name) {
        auto file = disk().open(path(name), OpenMode::create_new);
        EXPECT_TRUE(file) << (file ? "" : file.error().message);
        return *file;
    }
    std::string content(std::string_view name) { return disk().read_text(path(name)).value(); }

private:
    std::unique_ptr<Kind> kind_;
};

TEST_P(DiskTest, WritesPartsOneAfterTheOtherAtAPosition) {
    auto file = create("a");
    const ByteView parts[] = {as_bytes("one"), as_bytes(""), as_bytes("two"), as_bytes("three")};
    ASSERT_TRUE(file->write_at(2, parts));
    EXPECT_EQ(content("a"), std::string_view("\0\0onetwothree", 13));
    EXPECT_EQ(file->size().value(), 13U);
}

TEST_P(DiskTest, WritesMorePartsThanTheSystemTakesAtOnce) {
    auto file = create("a");
    std::string expected;
    std::vector<std::string> texts;
    for (int i = 0; i < 3000; ++i) {
        texts.push_back(fmt::format("{},", i));
        expected += texts.back();
    }
    std::vector<ByteView> parts;
    for (const auto& text : texts) {
        parts.push_back(as_bytes(text));
    }
    ASSERT_TRUE(file->write_at(0, parts));
    EXPECT_EQ(content("a"), expected);
}

TEST_P(DiskTest, ReadsUpToTheEndOfTheFile) {
    auto file = create("a");
    ASSERT_TRUE(file->write_at(0, as_bytes("0123456789")));
    std::array<std::byte, 6> into{};
    EXPECT_EQ(file->read_at(2, into).value(), 6U);
    EXPECT_EQ(as_text(into), "234567");
    EXPECT_EQ(file->read_at(7, into).value(), 3U);
    EXPECT_EQ(file->read_at(10, into).value(), 0U);
    EXPECT_EQ(file->read_at(1000, into).value(), 0U);
}

TEST_P(DiskTest, TruncateCutsAndFillsWithZeros) {
    auto file = create("a");
    ASSERT_TRUE(file->write_at(0, as_bytes("0123456789")));
    ASSERT_TRUE(file->truncate(4));
    ASSERT_TRUE(file->truncate(6));
    EXPECT_EQ(content("a"), std::string_view("0123\0\0", 6));
}

TEST_P(DiskTest, ReservedRoomIsNotSeen) {
    auto file = create("a");
    ASSERT_TRUE(file->write_at(0, as_bytes("0123")));
    const auto reserved = file->reserve(1 << 20);
    ASSERT_TRUE(reserved) << reserved.error().message;  // or it says that there is no such thing
    EXPECT_EQ(file->size().value(), 4U);
    EXPECT_EQ(content("a"), "0123");
    ASSERT_TRUE(file->write_at(4, as_bytes("4567")));
    ASSERT_TRUE(file->truncate(8));
    EXPECT_EQ(content("a"), "01234567");
    EXPECT_FALSE((*disk().open(path("a"), OpenMode::read))->reserve(1 << 20));
}

TEST_P(DiskTest, OpenModesDoWhatTheySay) {
    EXPECT_FALSE(disk().open(path("a"), OpenMode::read));
    EXPECT_FALSE(disk().open(path("a"), OpenMode::read_write));
    EXPECT_TRUE(disk().open(path("a"), OpenMode::create_new));
    EXPECT_FALSE(disk().open(path("a"), OpenMode::create_new));
    EXPECT_TRUE(disk().open(path("a"), OpenMode::create_or_open));
    EXPECT_TRUE(disk().open(path("a"), OpenMode::read_write));
    auto reader = disk().open(path("a"), OpenMode::read);
    ASSERT_TRUE(reader);
    EXPECT_FALSE((*reader)->write_at(0, as_bytes("x")));
    EXPECT_FALSE(disk().open(path("nowhere/a"), OpenMode::create_or_open));
}

TEST_P(DiskTest, ErrorsNamePathOperationAndCause) {
    const auto missing = disk().open(path("a"), OpenMode::read);
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::kafka_storage_error);
    EXPECT_EQ(missing.error().message,
              fmt::format("cannot open {}: No such file or directory", path("a").string()));
}

TEST_P(DiskTest, ListsSortedWithSizes) {
    ASSERT_TRUE(create("b")->write_at(0, as_bytes("12345")));
    create("a");
    ASSERT_TRUE(disk().create_directories(path("c/d/e")));
    ASSERT_TRUE(disk().create_directories(path("c/d/e")));
    const auto entries = disk().list(path("")).value();
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[0].name, "a");
    EXPECT_EQ(entries[1].name, "b");
    EXPECT_EQ(entries[1].size, 5U);
    EXPECT_TRUE(entries[2].is_directory);
    EXPECT_TRUE(disk().is_directory(path("c/d/e")));
    EXPECT_FALSE(disk().is_directory(path("a")));
    EXPECT_FALSE(disk().list(path("nowhere")));
}

TEST_P(DiskTest, RenameReplacesAFileAndMovesDirectories) {
    ASSERT_TRUE(create("a")->write_at(0, as_bytes("a")));
    ASSERT_TRUE(create("b")->write_at(0, as_bytes("b")));
    ASSERT_TRUE(disk().rename(path("a"), path("b")));
    EXPECT_FALSE(disk().exists(path("a")));
    EXPECT_EQ(content("b"), "a");
    ASSERT_TRUE(disk().create_directories(path("t-0")));
    ASSERT_TRUE(create("t-0/log")->write_at(0, as_bytes("log")));
    ASSERT_TRUE(disk().rename(path("t-0"), path("t-0.delete")));
    EXPECT_EQ(content("t-0.delete/log"), "log");
    EXPECT_FALSE(disk().rename(path("nowhere"), path("x")));
}

TEST_P(DiskTest, AFileThatIsRemovedStaysReadableWhileOpen) {
    auto file = create("a");
    ASSERT_TRUE(file->write_at(0, as_bytes("still")));
    ASSERT_TRUE(disk().remove(path("a")));
    EXPECT_FALSE(disk().exists(path("a")));
    EXPECT_FALSE(disk().remove(path("a")));
    std::array<std::byte, 5> into{};
    EXPECT_EQ(file->read_at(0, into).value(), 5U);
    EXPECT_EQ(as_text(into), "still");
    ASSERT_TRUE(disk().create_directories(path("t/u")));
    EXPECT_TRUE(disk().remove_all(path("t")));
    EXPECT_FALSE(disk().exists(path("t")));
    EXPECT_TRUE(disk().remove_all(path("t")));
}

TEST_P(DiskTest, ReplacesTextWholeAndRefusesToReadTooMuch) {
    ASSERT_TRUE(disk().replace_text(path("a"), "first, longer"));
    ASSERT_TRUE(disk().replace_text(path("a"), "second"));
    EXPECT_EQ(content("a"), "second");
    EXPECT_FALSE(disk().exists(path("a.tmp")));
    EXPECT_FALSE(disk().read_text(path("a"), 5));
}

TEST_P(DiskTest, ALockExcludesAnotherUntilItGoes) {
    auto held = disk().lock(path(".lock"));
    ASSERT_TRUE(held);
    const auto refused = disk().lock(path(".lock"));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("is locked"), std::string::npos);
    held->reset();
    EXPECT_TRUE(disk().lock(path(".lock")));
}

TEST_P(DiskTest, SyncsAndTellsSpaceAndTimes) {
    auto file = create("a");
    ASSERT_TRUE(file->write_at(0, as_bytes("x")));
    EXPECT_TRUE(file->sync());
    EXPECT_TRUE(disk().sync_directory(path("")));
    const auto space = disk().space(path("")).value();
    EXPECT_GT(space.total, 0U);
    EXPECT_LE(space.free, space.total);
    EXPECT_GT(disk().modified_at(path("a")).value(), 1'700'000'000'000);
    EXPECT_FALSE(disk().modified_at(path("nowhere")));
    ASSERT_TRUE(disk().set_modified(path("a"), 1'600'000'000'123));
    EXPECT_EQ(disk().modified_at(path("a")).value(), 1'600'000'000'123);
    EXPECT_FALSE(disk().set_modified(path("nowhere"), 0));
}

INSTANTIATE_TEST_SUITE_P(Kinds, DiskTest, ::testing::Values("real", "simulated"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace barnabas::runtime
