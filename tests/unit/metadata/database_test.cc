#include "metadata/database.h"

#include "metadata/cluster_state.h"
#include "metadata/embedded_store.h"
#include "runtime/real/posix_disk.h"
#include "support/store_calls.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace barnabas::metadata {
namespace {

namespace fs = std::filesystem;

/// A directory of its own that goes with the test.
class Database : public ::testing::Test {
protected:
    Database() {
        // In memory where the system has such a place: these tests are about files, not disks.
        const fs::path place =
            fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
        std::string name = (place / "barnabas-database-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
    }
    ~Database() override { fs::remove_all(directory_); }

    [[nodiscard]] fs::path file() const { return directory_ / "cluster.db"; }
    std::unique_ptr<Store> open() {
        auto store = open_embedded_store(disk_, file());
        EXPECT_TRUE(store) << store.error().message;
        return std::move(*store);
    }
    std::string refusal() {
        const auto store = open_embedded_store(disk_, file());
        EXPECT_FALSE(store);
        return store ? "" : store.error().message;
    }

    runtime::PosixDisk disk_;
    fs::path directory_;
};

TEST_F(Database, PersistentNodesOutliveTheProcessAndEphemeralOnesDoNot) {
    std::int64_t zxid = 0;
    {
        const auto store = open();
        ASSERT_TRUE(create(*store, {"/a", "1"}));
        ASSERT_TRUE(create(*store, {"/a/b", std::string("\0bytes", 6)}));
        ASSERT_TRUE(create(*store, {"/a/e", "", CreateMode::ephemeral}));
        ASSERT_TRUE(set(*store, {"/a", "2"}));
        ASSERT_TRUE(create(*store, {"/gone", ""}));
        ASSERT_TRUE(remove(*store, {"/gone"}));
        zxid = get(*store, "/a")->stat.modified_zxid;
    }
    const auto store = open();
    EXPECT_EQ(store->session(), SessionId(2));
    EXPECT_EQ(*children(*store, "/"), std::vector<std::string>{"a"});
    EXPECT_EQ(*children(*store, "/a"), std::vector<std::string>{"b"});
    const auto a = get(*store, "/a");
    EXPECT_EQ(a->data, "2");
    EXPECT_EQ(a->stat.version, NodeVersion(1));
    EXPECT_EQ(a->stat.modified_zxid, zxid);
    EXPECT_EQ(get(*store, "/a/b")->data, std::string("\0bytes", 6));
    ASSERT_TRUE(set(*store, {"/a", "3"}));
    EXPECT_GT(get(*store, "/a")->stat.modified_zxid, zxid);
}

TEST_F(Database, ImpliedNodesAreThereAgain) {
    {
        const auto store = open();
        ASSERT_TRUE(
            multi(*store, {CreateOp{"/t", ""}, CreateOp{"/t/p", ""}, CreateOp{"/t/p/s", "x"}}));
    }
    {
        const auto store = open();
        EXPECT_EQ(*children(*store, "/t"), std::vector<std::string>{"p"});
        EXPECT_EQ(get(*store, "/t")->stat.children_version, 1);
        ASSERT_TRUE(remove(*store, {"/t/p/s"}));
    }
    const auto store = open();
    EXPECT_EQ(*children(*store, "/t/p"), std::vector<std::string>{});
    EXPECT_EQ(get(*store, "/t/p")->stat.children_version, 2);
}

TEST_F(Database, WhatAProcessAnsweredIsThereThoughItNeverClosed) {
    const auto store = open();
    ASSERT_TRUE(create(*store, {"/a", "1"}));
    ASSERT_TRUE(create(*store, {"/b", "2"}));
    // The files as a crash leaves them: the database and its log, without a checkpoint.
    const fs::path other = directory_ / "crashed";
    fs::create_directory(other);
    for (const char* suffix : {"", "-wal"}) {
        fs::copy_file(file().string() + suffix, (other / "cluster.db").string() + suffix);
    }
    auto after = open_embedded_store(disk_, other / "cluster.db");
    ASSERT_TRUE(after) << after.error().message;
    EXPECT_EQ(get(**after, "/b")->data, "2");
}

/// The file under a suspended store may stay, vanish, or be put back as it once was.
TEST_F(Database, WhatIsKnownOutlivesTheFailureOfItsFile) {
    for (const char* meanwhile : {"nothing", "removed", "older"}) {
        SCOPED_TRACE(meanwhile);
        fs::remove_all(directory_);
        fs::create_directory(directory_);
        ASSERT_TRUE(create(*open(), {"/old", "1"}));
        fs::copy_file(file(), directory_ / "copy");
        auto opened = open_embedded_store(disk_, file());
        ASSERT_TRUE(opened) << opened.error().message;
        auto& store = **opened;
        ASSERT_TRUE(create(store, {"/a", "1"}));
        ASSERT_TRUE(create(store, {"/a/e", "", CreateMode::ephemeral}));
        ASSERT_TRUE(remove(store, {"/old"}));
        store.suspend("the disk is broken");
        store.suspend("it still is");
        const auto refused = create(store, {"/b", ""});
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, StoreErrorCode::storage);
        EXPECT_EQ(refused.error().message, "the disk is broken");
        EXPECT_EQ(get(store, "/a")->data, "1");
        if (meanwhile != std::string_view("nothing")) {
            fs::remove(file());
            fs::remove(file().string() + "-wal");
        }
        if (meanwhile == std::string_view("older")) {
            fs::copy_file(directory_ / "copy", file());
        }
        const auto reopened = store.reopen();
        ASSERT_TRUE(reopened) << reopened.error().message;
        EXPECT_FALSE(create(store, {"/c", "3"})) << "it does not take changes yet";
        store.resume();
        ASSERT_TRUE(create(store, {"/c", "3"}));
        opened->reset();
        const auto again = open();
        EXPECT_EQ(*children(*again, "/"), (std::vector<std::string>{"a", "c"}));
        EXPECT_EQ(*children(*again, "/a"), std::vector<std::string>{});
    }
}

TEST_F(Database, StaysSuspendedWhileItsDirectoryIsGone) {
    auto opened = open_embedded_store(disk_, file());
    ASSERT_TRUE(opened) << opened.error().message;
    ASSERT_TRUE(create(**opened, {"/a", "1"}));
    (*opened)->suspend("gone");
    fs::rename(directory_, directory_.string() + "-away");
    EXPECT_FALSE((*opened)->reopen());
    EXPECT_TRUE((*opened)->is_suspended());
    EXPECT_FALSE(create(**opened, {"/b", ""}));
    fs::rename(directory_.string() + "-away", directory_);
    const auto reopened = (*opened)->reopen();
    ASSERT_TRUE(reopened) << reopened.error().message;
    (*opened)->resume();
    EXPECT_TRUE(create(**opened, {"/b", ""}));
}

TEST_F(Database, RefusesASecondProcess) {
    const auto store = open();
    ASSERT_TRUE(create(*store, {"/a", ""}));
    EXPECT_TRUE(refusal().contains("open in another process")) << refusal();
}

TEST_F(Database, RefusesWhatIsNotItsOwn) {
    std::ofstream(file()) << "this is no database, and it is long enough to have a header of one";
    EXPECT_TRUE(refusal().contains("is no database of Barnabas")) << refusal();
}

/// SQLite's header holds user_version at 60 and application_id at 68, highest byte first.
TEST_F(Database, RefusesOtherLayoutsAndOtherPrograms) {
    struct Row {
        std::streamoff at;
        std::string_view want;
    };
    const Row rows[] = {{63, "use a newer one"}, {71, "belongs to another program"}};
    for (const Row& row : rows) {
        fs::remove(file());
        ASSERT_TRUE(create(*open(), {"/a", ""}));
        std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(row.at);
        stream.put('\x7f');
        stream.close();
        EXPECT_TRUE(refusal().contains(row.want)) << refusal();
    }
}

TEST_F(Database, RefusesAMissingDirectory) {
    directory_ /= "missing";
    EXPECT_TRUE(refusal().contains("cannot be opened")) << refusal();
    directory_ = directory_.parent_path();
}

}  // namespace
}  // namespace barnabas::metadata
