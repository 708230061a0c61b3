// The embedded store whose file is written on the blocking pool, which takes its time.
#include "metadata/embedded_store.h"
#include "runtime/real/posix_disk.h"
#include "runtime/simulated/simulation.h"
#include "support/store_calls.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace barnabas::metadata {
namespace {

namespace fs = std::filesystem;

class StoreOnPool : public ::testing::Test {
protected:
    StoreOnPool() {
        const fs::path place =
            fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
        std::string name = (place / "barnabas-store-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        directory_ = name;
        auto opened = open_embedded_store(disk_, file(), &home_);
        EXPECT_TRUE(opened) << opened.error().message;
        store_ = std::move(*opened);
    }
    ~StoreOnPool() override {
        store_.reset();
        simulation_.run_for(std::chrono::seconds(1));
        fs::remove_all(directory_);
    }

    [[nodiscard]] fs::path file() const { return directory_ / "cluster.db"; }
    /// What the store's callbacks were told, in their order.
    [[nodiscard]] const std::vector<std::string>& heard() const { return heard_; }

    void ask_to_create(std::string path) {
        auto told = [this, path](StoreResult<std::string> created) {
            heard_.push_back(created ? "made " + *created : "refused " + created.error().message);
        };
        store_->create({std::move(path), "data"}, std::move(told));
    }
    void ask_for(std::string path) {
        auto told = [this, path](const StoreResult<Node>& node) {
            heard_.push_back(node ? path + " is " + node->data : "no " + path);
        };
        store_->get(std::move(path), Watch::none, std::move(told));
    }
    void let_it_write() { simulation_.run_for(std::chrono::seconds(10)); }
    /// What a process sees that opens the file after this one.
    std::vector<std::string> kept() {
        store_.reset();
        let_it_write();
        const auto again = open_embedded_store(disk_, file());
        EXPECT_TRUE(again) << again.error().message;
        return children(**again, "/").value();
    }

    runtime::PosixDisk disk_;
    runtime::Simulation simulation_{1};
    runtime::Shard& home_ = simulation_.add_machine("broker").shard(0);
    fs::path directory_;
    std::unique_ptr<EmbeddedStore> store_;
    std::vector<std::string> heard_;
};

using Strings = std::vector<std::string>;

TEST_F(StoreOnPool, AnswersInOrderAndShowsNothingThatIsNotOnTheDisk) {
    ask_to_create("/a");
    ask_for("/a");
    ask_to_create("/a/b");
    ask_for("/a/b");
    EXPECT_TRUE(heard().empty()) << "the file is not written yet";
    let_it_write();
    EXPECT_EQ(heard(), (Strings{"made /a", "/a is data", "made /a/b", "/a/b is data"}));
    EXPECT_EQ(kept(), Strings{"a"});
}

TEST_F(StoreOnPool, WhatNeedsNoFileWaitsForNone) {
    ask_for("/a");
    EXPECT_EQ(heard(), Strings{"no /a"});
    auto made = create(*store_, {"/e", "", CreateMode::ephemeral});
    EXPECT_TRUE(made) << "ephemeral nodes are in memory alone";
}

TEST_F(StoreOnPool, ACallbackMayCallTheStoreAndComesBehindThoseWhoWait) {
    auto told = [this](const StoreResult<std::string>& /*created*/) {
        heard_.push_back("made /a");
        ask_for("/b");
    };
    store_->create({"/a", ""}, std::move(told));
    ask_to_create("/b");
    ask_for("/c");
    let_it_write();
    EXPECT_EQ(heard(), (Strings{"made /a", "made /b", "no /c", "/b is data"}));
}

TEST_F(StoreOnPool, AWatchTellsBeforeTheAnswerAndNotBeforeTheDisk) {
    store_->listen([this](const StoreEvent& event) { heard_.push_back("told of " + event.path); });
    ASSERT_TRUE(exists(*store_, "/a", Watch::once));
    ask_to_create("/a");
    EXPECT_TRUE(heard().empty());
    let_it_write();
    EXPECT_EQ(heard(), (Strings{"told of /a", "made /a"}));
}

/// The disk hangs with a change, and its directory is given up.
TEST_F(StoreOnPool, SuspendedItDoesNotWaitForTheDisk) {
    ask_to_create("/a");
    ask_to_create("/b");
    ask_for("/a");
    store_->suspend("the disk hangs");
    EXPECT_EQ(heard(), (Strings{"refused the disk hangs", "refused the disk hangs", "no /a"}));
    EXPECT_FALSE(store_->can_reopen()) << "the file is still being written";
    let_it_write();
    ASSERT_TRUE(store_->can_reopen());
    const auto reopened = store_->reopen();
    ASSERT_TRUE(reopened) << reopened.error().message;
    store_->resume();
    ask_to_create("/c");
    let_it_write();
    EXPECT_EQ(heard().back(), "made /c");
    EXPECT_EQ(kept(), Strings{"c"}) << "what was refused is not in the file";
}

TEST_F(StoreOnPool, TellsWhenNoThreadIsAtWorkWithItAnyMore) {
    const auto say_idle = [this] { heard_.push_back("idle"); };
    store_->when_idle(say_idle);
    EXPECT_EQ(heard(), Strings{"idle"});
    ask_to_create("/a");
    ask_to_create("/b");
    store_->when_idle(say_idle);
    let_it_write();
    EXPECT_EQ(heard(), (Strings{"idle", "made /a", "made /b", "idle"}));
    ask_to_create("/c");
    store_->suspend("the disk hangs");
    store_->when_idle(say_idle);
    EXPECT_EQ(heard().back(), "refused the disk hangs");
    let_it_write();
    EXPECT_EQ(heard().back(), "idle");
}

TEST_F(StoreOnPool, AnswersWhatIsOpenWhenItGoes) {
    ask_to_create("/a");
    ask_to_create("/b");
    store_.reset();
    EXPECT_EQ(heard(), (Strings{"refused this store is closed", "refused this store is closed"}));
    let_it_write();
}

}  // namespace
}  // namespace barnabas::metadata
