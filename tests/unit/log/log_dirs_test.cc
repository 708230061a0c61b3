#include "log/log_dirs.h"

#include "unit/log/log_batches.h"
#include "unit/log/log_directories.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace barnabas::log {
namespace {

using testing::topic_id;

class LogDirsTest : public testing::LogDirectoriesTest {
protected:
    std::unique_ptr<Log> create(LogDirs& dirs, const std::string& topic, int partition = 0) {
        auto log = dirs.create_log({topic, PartitionId{partition}}, topic_id, {}, clock_.both());
        EXPECT_TRUE(log) << log.error().message;
        return std::move(*log);
    }
    void write(const runtime::Path& path, std::string_view text) {
        ASSERT_TRUE(disk_.create_directories(path.parent_path()));
        ASSERT_TRUE(disk_.replace_text(path, text));
    }
    void append(Log& log, char fill = 'x') {
        auto batch = testing::make_batch({.fill = fill});
        ASSERT_TRUE(log.append(batch.mutable_view(), {.now = clock_.both()}, validator_));
    }
};

TEST_F(LogDirsTest, PlacesEachNewLogWhereTheFewestAre) {
    auto dirs = open();
    std::vector<std::unique_ptr<Log>> logs;
    for (int i = 0; i < 5; ++i) {
        logs.push_back(create(*dirs, "t", i));
    }
    const auto use = dirs->use();
    EXPECT_EQ(use[0].logs, 3U);
    EXPECT_EQ(use[1].logs, 2U);
    EXPECT_EQ(dirs->directory_of({"t", PartitionId{1}}), 1U);
    EXPECT_TRUE(disk_.exists("/b/t-1/partition.metadata"));
    EXPECT_EQ(disk_.read_text("/b/t-1/partition.metadata").value_or(""),
              "version: 0\ntopic_id: aJRHiaPnQjK_RVsqayEU9Q");
}

TEST_F(LogDirsTest, KeepsASecondBrokerOut) {
    const auto dirs = open();
    const auto second = try_open();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::invalid_config);
    EXPECT_NE(second.error().message.find("locked"), std::string::npos) << second.error().message;
}

TEST_F(LogDirsTest, LeavesABrokenDirectoryOut) {
    ASSERT_TRUE(disk_.create_directories("/a"));
    disk_.break_directory("/a");
    const auto dirs = open();
    const auto use = dirs->use();
    EXPECT_FALSE(use[0].online);
    EXPECT_NE(use[0].why_offline, "");
    EXPECT_EQ(dirs->home_of("cluster.db"), 1U);
    const auto log = create(*dirs, "t");
    EXPECT_EQ(dirs->directory_of(log->partition()), 1U);
    disk_.break_directory("/b");
    EXPECT_FALSE(dirs->create_log({"u", PartitionId{0}}, topic_id, {}, clock_.both()));
}

/// What is synced in it would go with it.
TEST_F(LogDirsTest, ADirectoryThatItMadeOutlivesAPowerFailure) {
    const std::vector<runtime::Path> paths{"/a", "/new/parent/b"};
    auto dirs = open(paths);
    ASSERT_TRUE(dirs->claim(BrokerId{1}, "cluster"));
    dirs.reset();
    disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
    for (const auto& path : paths) {
        EXPECT_TRUE(disk_.exists(path / "meta.properties")) << path;
    }
}

TEST_F(LogDirsTest, DoesNotStartWithoutADirectory) {
    disk_.break_directory("/a");
    disk_.break_directory("/b");
    const auto dirs = try_open();
    ASSERT_FALSE(dirs);
    EXPECT_EQ(dirs.error().code, ErrorCode::kafka_storage_error);
}

/// It looks for the first parent that is there, and there is none.
TEST_F(LogDirsTest, DoesNotStartWithoutARoot) {
    disk_.break_directory("/");
    EXPECT_FALSE(try_open());
}

TEST_F(LogDirsTest, TakesADirectoryThatFailsOffline) {
    auto dirs = open();
    dirs->take_offline(0, "flush failed");
    EXPECT_FALSE(dirs->use()[0].online);
    const auto log = create(*dirs, "t");
    EXPECT_EQ(dirs->directory_of(log->partition()), 1U);
}

/// Two logs, each in a directory of its own, that live on a disk where one step fails.
class TroubledLogs {
public:
    explicit TroubledLogs(std::uint64_t seed) : random_(seed), disk_(clock_, random_) {
        open();
        for (const int i : {0, 1}) {
            auto log = dirs_->create_log({"t", PartitionId{i}}, topic_id, config_, clock_.both());
            EXPECT_TRUE(log) << log.error().message;
            logs_.push_back(std::move(*log));
        }
        checkpoint();
        EXPECT_TRUE(disk_.sync_directory("/"));
    }

    /// Appends, rolls, flushes and checkpoints in both.
    void live() {
        for (int i = 0; i < 6; ++i) {
            for (auto& log : logs_) {
                auto batch = testing::make_batch();
                const bool was_broken = log->is_broken();
                const bool taken =
                    log->append(batch.mutable_view(), {.now = clock_.both()}, validator_)
                        .has_value();
                EXPECT_FALSE(was_broken && taken) << "nothing goes to a failed directory";
                ignore(log->flush(clock_.both()), "its directory's disk fails in the middle");
            }
            checkpoint();
        }
    }

    void checkpoint() {
        std::vector<LogOffsets> offsets;
        for (std::size_t i = 0; i < logs_.size(); ++i) {
            offsets.push_back({.partition = logs_[i]->partition(),
                               .directory = i,
                               .recovery_point = logs_[i]->recovery_point(),
                               .log_start = logs_[i]->log_start(),
                               .high_watermark = logs_[i]->high_watermark()});
        }
        ignore(dirs_->write_checkpoints(offsets), "trouble is what this is about");
    }

    /// What was checkpointed as durable is there after the power failed.
    void crash_and_check() {
        dirs_.reset();
        logs_.clear();
        disk_.crash({.keep_some_writes = false, .keep_some_entries = false});
        open();
        const auto found = dirs_->scan();
        ASSERT_TRUE(found) << found.error().message;
        std::map<TopicPartition, Offset> ends;
        for (const auto& folder : *found) {
            const auto log = dirs_->open_log(folder, config_, clock_.both());
            ASSERT_TRUE(log) << log.error().message;
            ends[folder.partition] = (*log)->log_end();
        }
        for (const auto* directory : {"/a", "/b"}) {
            const auto text =
                disk_.read_text(runtime::Path(directory) / "recovery-point-offset-checkpoint");
            ASSERT_TRUE(text) << text.error().message;
            const auto checkpoint = parse_offset_checkpoint(*text);
            ASSERT_TRUE(checkpoint);
            for (const auto& [partition, point] : *checkpoint) {
                EXPECT_GE(ends[partition], point) << directory;
            }
        }
    }

    [[nodiscard]] LogDirs& dirs() { return *dirs_; }
    [[nodiscard]] Log& log(std::size_t i) { return *logs_[i]; }
    [[nodiscard]] runtime::SimulatedDisk& disk() { return disk_; }

private:
    void open() {
        auto dirs = LogDirs::open(
            {.disk = disk_, .random = random_, .directories = {"/a", "/b"}, .log = {}});
        ASSERT_TRUE(dirs) << dirs.error().message;
        dirs_ = std::move(*dirs);
    }

    runtime::SimulatedClock clock_;
    runtime::SeededRandom random_;
    runtime::SimulatedDisk disk_;
    wire::AppendValidator validator_;
    LogConfig config_{.segment_bytes = 250};
    std::unique_ptr<LogDirs> dirs_;
    std::vector<std::unique_ptr<Log>> logs_;
};

std::uint64_t steps_of_a_life() {
    TroubledLogs logs(1);
    const auto before = logs.disk().operations();
    logs.live();
    EXPECT_TRUE(logs.dirs().failed().empty());
    EXPECT_EQ(logs.log(0).recovery_point(), Offset{6});
    return logs.disk().operations() - before;
}

TEST_F(LogDirsTest, AnIOErrorAtAnyStepIsThatOfItsDirectoryAlone) {
    const auto steps = steps_of_a_life();
    ASSERT_GT(steps, 100U);
    for (std::uint64_t step = 0; step < steps; ++step) {
        SCOPED_TRACE(step);
        TroubledLogs logs(1);
        logs.disk().fail_at(logs.disk().operations() + step);
        logs.live();
        const auto failed = logs.dirs().failed();
        ASSERT_EQ(failed.size(), 1U);
        const auto other = 1 - failed.front();
        EXPECT_TRUE(logs.log(failed.front()).is_broken());
        EXPECT_FALSE(logs.log(failed.front()).close());
        EXPECT_EQ(logs.log(other).log_end(), Offset{6});
        EXPECT_EQ(logs.log(other).recovery_point(), Offset{6});
        EXPECT_TRUE(logs.log(other).close());
        EXPECT_TRUE(logs.dirs().mark_clean());
        const auto& broken = logs.dirs().path_of(failed.front());
        EXPECT_FALSE(logs.disk().exists(broken / ".kafka_cleanshutdown"));
        EXPECT_TRUE(logs.disk().exists(logs.dirs().path_of(other) / ".kafka_cleanshutdown"));
        logs.crash_and_check();
    }
}

TEST_F(LogDirsTest, AFullDiskIsNoFailureOfItsDirectoryUnlessASyncMeetsIt) {
    const auto steps = steps_of_a_life();
    std::uint64_t failures = 0;
    for (std::uint64_t step = 0; step < steps; ++step) {
        SCOPED_TRACE(step);
        TroubledLogs logs(1);
        logs.disk().fail_at(logs.disk().operations() + step, runtime::DiskTrouble::space);
        logs.live();
        failures += logs.dirs().failed().size();
        if (!logs.dirs().failed().empty()) {
            const auto why = logs.dirs().use()[logs.dirs().failed().front()].why_offline;
            EXPECT_NE(why.find("sync"), std::string::npos) << why;
        }
        logs.crash_and_check();
    }
    EXPECT_GT(failures, 0U);
    EXPECT_LT(failures, steps / 2 + steps / 4);
}

TEST_F(LogDirsTest, TakesItsPartitionsAlongAndGivesTheLockUp) {
    auto dirs = open();
    const auto a = create(*dirs, "t", 0);
    const auto b = create(*dirs, "t", 1);
    EXPECT_TRUE(dirs->failed().empty());
    disk_.break_directory("/a");
    EXPECT_FALSE(disk_.list("/a"));
    EXPECT_EQ(dirs->failed(), std::vector<std::size_t>{0});
    EXPECT_EQ(dirs->take_offline(0), std::vector{a->partition()});
    EXPECT_TRUE(dirs->failed().empty());
    EXPECT_TRUE(dirs->any_online());
    EXPECT_EQ(dirs->take_offline(0), std::vector<TopicPartition>{});
    disk_.heal();
    EXPECT_TRUE(try_open({"/a"})) << "another process may mend it";
    EXPECT_FALSE(dirs->use()[0].online);
    EXPECT_EQ(dirs->take_offline(1, "unplugged"), std::vector{b->partition()});
    EXPECT_FALSE(dirs->any_online());
    EXPECT_EQ(dirs->use()[1].why_offline, "unplugged");
}

TEST_F(LogDirsTest, ANewLogGoesElsewhereWhenADirectoryFailsUnderIt) {
    auto dirs = open();
    disk_.break_directory("/a");
    const auto log = create(*dirs, "t");
    EXPECT_EQ(dirs->directory_of(log->partition()), 1U);
    EXPECT_EQ(dirs->failed(), std::vector<std::size_t>{0});
}

TEST_F(LogDirsTest, FindsTheBrokersOwnFileOrSaysWhereItMayBe) {
    write("/a/meta.properties", "version=1\nnode.id=1\ncluster.id=x\n");
    write("/b/meta.properties", "version=1\nnode.id=1\ncluster.id=x\n");
    EXPECT_EQ(open()->home_of("cluster.db"), 0U) << "all are there and none has it: it is new";
    write("/b/cluster.db", "");
    EXPECT_EQ(open()->home_of("cluster.db"), 1U);
    disk_.break_directory("/b");
    const auto unknown = open()->home_of("cluster.db");
    ASSERT_FALSE(unknown);
    EXPECT_NE(unknown.error().message.find("/b is offline"), std::string::npos)
        << unknown.error().message;
}

TEST_F(LogDirsTest, ReadsAndWritesWhoseTheyAre) {
    {
        auto dirs = open();
        EXPECT_EQ(dirs->identity(), DirectoryIdentity{});
        ASSERT_TRUE(dirs->claim(BrokerId{7}, "abc"));
        EXPECT_EQ(dirs->identity().node, BrokerId{7});
    }
    auto dirs = open();
    EXPECT_EQ(dirs->identity().node, BrokerId{7});
    EXPECT_EQ(dirs->identity().cluster_id, "abc");
    EXPECT_TRUE(dirs->identity().directory_id);
}

TEST_F(LogDirsTest, RefusesIdentitiesThatCannotBe) {
    const struct {
        const char* first;
        const char* second;
        const char* word;
    } rows[] = {
        {"version=1\nnode.id=1\ncluster.id=x\n", "version=1\nnode.id=2\ncluster.id=x\n",
         "broker 2"},
        {"version=1\nnode.id=1\ncluster.id=x\n", "version=0\nbroker.id=1\ncluster.id=y\n",
         "cluster y"},
        {"version=1\nnode.id=1\n", "version=2\nnode.id=1\n", "version \"2\""},
        {"version=1\nnode.id=1\n", "", "version \"\""},
        {"version=1\nnode.id=1\n", "version=1\nnode.id=one\n", "\"one\""},
    };
    for (const auto& row : rows) {
        write("/a/meta.properties", row.first);
        write("/b/meta.properties", row.second);
        const auto dirs = try_open();
        ASSERT_FALSE(dirs) << row.second;
        EXPECT_EQ(dirs.error().code, ErrorCode::invalid_config);
        EXPECT_NE(dirs.error().message.find(row.word), std::string::npos) << dirs.error().message;
    }
}

TEST_F(LogDirsTest, FindsWhatItCreatedAndRemovesWhatWasDeleted) {
    {
        auto dirs = open();
        ASSERT_TRUE(dirs->claim(BrokerId{1}, "cluster"));
        auto kept = create(*dirs, "kept", 3);
        const auto target = dirs->delete_log(create(*dirs, "gone"));
        ASSERT_TRUE(target);
        EXPECT_TRUE(disk_.exists(*target));
        EXPECT_TRUE(target->filename().string().starts_with("gone-0."));
        EXPECT_TRUE(target->filename().string().ends_with("-delete"));
        EXPECT_EQ(dirs->use()[1].logs, 0U);
    }
    write("/a/notes/readme", "no partition");
    auto dirs = open();
    const auto found = dirs->scan();
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 1U);
    EXPECT_EQ(found->front().partition, (TopicPartition{"kept", PartitionId{3}}));
    EXPECT_EQ(found->front().topic_id, topic_id);
    EXPECT_EQ(disk_.list("/b")->size(), 2U) << "the lock, and whose it is";
}

TEST_F(LogDirsTest, CutsALongNameWhenItDeletes) {
    auto dirs = open();
    const auto target = dirs->delete_log(create(*dirs, std::string(249, 'x'), 12));
    ASSERT_TRUE(target);
    const auto name = target->filename().string();
    EXPECT_EQ(name.size(), 255U);
    EXPECT_NE(name.find("x-12."), std::string::npos) << name;
}

/// A crash between the two renames of a move leaves both folders; one is the beginning of the
/// other.
TEST_F(LogDirsTest, OfAPartitionThatIsThereTwiceTheLongerOneCounts) {
    const struct {
        bool first_is_longer;
        bool other_records;
    } rows[] = {{true, false}, {false, false}, {true, true}, {false, true}};
    for (const auto& [first_is_longer, other_records] : rows) {
        {
            auto dirs = open();
            auto a = create(*dirs, "t");
            auto b = dirs->create_future({.partition = a->partition(),
                                          .id = topic_id,
                                          .directory = 1,
                                          .start = Offset{0},
                                          .config = {},
                                          .now = clock_.both()});
            ASSERT_TRUE(b) << b.error().message;
            for (int i = 0; i < 5; ++i) {
                append(first_is_longer ? *a : **b);
            }
            append(first_is_longer ? **b : *a, other_records ? 'y' : 'x');
            ASSERT_TRUE(a->close());
            ASSERT_TRUE((*b)->close());
            ASSERT_TRUE((*b)->move_to("/b/t-0"));
        }
        auto dirs = open();
        auto found = dirs->scan();
        ASSERT_TRUE(found) << found.error().message;
        ASSERT_EQ(found->size(), 2U);
        const auto kept = dirs->settle_doubles(std::move(*found), clock_.both());
        ASSERT_EQ(kept.size(), 1U);
        EXPECT_EQ(kept.front().directory, first_is_longer ? 0U : 1U);
        const auto log = dirs->open_log(kept.front(), {}, clock_.both());
        ASSERT_TRUE(log) << log.error().message;
        EXPECT_EQ((*log)->log_end(), Offset{5});
        EXPECT_EQ(dirs->scan()->size(), 1U);
        const auto entries = *disk_.list(first_is_longer ? "/b" : "/a");
        const bool aside = std::ranges::any_of(
            entries, [](const auto& entry) { return entry.name.ends_with("-stray"); });
        EXPECT_EQ(aside, other_records) << "what is only there is kept";
        EXPECT_TRUE(disk_.remove_all("/a") && disk_.remove_all("/b"));
    }
}

TEST_F(LogDirsTest, FindsUnfinishedCopiesWhateverTheTopicIsCalled) {
    for (const std::string topic : {"t", "a.b", "x-1.y-future"}) {
        {
            auto dirs = open();
            const auto future = dirs->create_future({.partition = {topic, PartitionId{7}},
                                                     .id = topic_id,
                                                     .directory = 1,
                                                     .start = Offset{5},
                                                     .config = {},
                                                     .now = clock_.both()});
            ASSERT_TRUE(future) << future.error().message;
            EXPECT_EQ(dirs->use()[1].logs, 0U);
        }
        auto dirs = open();
        EXPECT_EQ(dirs->scan()->size(), 0U);
        const auto futures = dirs->take_futures();
        ASSERT_EQ(futures.size(), 1U) << topic;
        EXPECT_EQ(futures[0].partition, (TopicPartition{topic, PartitionId{7}}));
        EXPECT_EQ(futures[0].directory, 1U);
        EXPECT_EQ(futures[0].topic_id, topic_id);
        const auto log = dirs->recover_log(futures[0], {}, clock_.both());
        ASSERT_TRUE(log) << log.error().message;
        EXPECT_EQ((*log)->log_end(), Offset{5});
        EXPECT_TRUE(dirs->remove_future(futures[0]));
        EXPECT_TRUE(dirs->take_futures().empty());
    }
}

/// A directory that failed: its records up to the recovery point, and what else the medium has.
TEST_F(LogDirsTest, TakesADirectoryBackWithWhatTheMediumHas) {
    auto dirs = open();
    ASSERT_TRUE(dirs->claim(BrokerId{1}, "abc"));
    auto log = create(*dirs, "t");
    for (int i = 0; i < 3; ++i) {
        append(*log);
    }
    ASSERT_TRUE(log->flush(clock_.both()));
    ASSERT_TRUE(dirs->write_checkpoints({{.partition = log->partition(),
                                          .directory = 0,
                                          .recovery_point = log->recovery_point(),
                                          .log_start = log->log_start(),
                                          .high_watermark = log->high_watermark()}}));
    append(*log);
    append(*log);
    const auto lost = log->begin_flush();
    disk_.fail_at(disk_.operations());
    ASSERT_TRUE(lost);
    EXPECT_FALSE(lost->sync());
    EXPECT_EQ(dirs->failed(), std::vector<std::size_t>{0});
    dirs->take_offline(0);
    log.reset();

    const auto found = dirs->reopen(0, clock_.both());
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 1U);
    EXPECT_FALSE(dirs->use()[0].online);
    const auto back = dirs->recover_log(found->front(), {}, clock_.both());
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ((*back)->log_end(), Offset{3}) << "the page cache has 5, the medium 3";
    EXPECT_FALSE((*back)->is_broken());
    dirs->bring_online(0);
    dirs->place((*back)->partition(), 0);
    EXPECT_TRUE(dirs->use()[0].online);
    EXPECT_EQ(dirs->use()[0].logs, 1U);
    EXPECT_TRUE(dirs->failed().empty());
}

TEST_F(LogDirsTest, DoesNotTakeAnotherDirectoryForTheOneThatFailed) {
    auto dirs = open();
    ASSERT_TRUE(dirs->claim(BrokerId{1}, "abc"));
    const auto identity = disk_.read_text("/a/meta.properties").value_or("");
    dirs->take_offline(0, "unplugged");
    const auto refusal = [&] {
        const auto found = dirs->reopen(0, clock_.both());
        EXPECT_FALSE(found);
        EXPECT_FALSE(dirs->use()[0].online);
        return found ? "" : found.error().message;
    };
    ASSERT_TRUE(disk_.remove_all("/a"));
    EXPECT_NE(refusal().find("no directory"), std::string::npos);
    ASSERT_TRUE(disk_.create_directories("/a"));
    EXPECT_NE(refusal().find("not the directory that failed"), std::string::npos);
    write("/a/meta.properties", *disk_.read_text("/b/meta.properties"));
    EXPECT_NE(refusal().find("another directory"), std::string::npos) << refusal();
    write("/a/meta.properties", identity);
    disk_.make_read_only("/a");
    EXPECT_NE(refusal().find("Read-only"), std::string::npos) << refusal();
    disk_.heal();
    {
        const auto other = try_open({"/a"});
        ASSERT_TRUE(other);
        EXPECT_NE(refusal().find("locked"), std::string::npos) << refusal();
    }
    EXPECT_TRUE(dirs->reopen(0, clock_.both()));
}

TEST_F(LogDirsTest, PlacesNewLogsWhereTheyAreWantedAndNotWhereItIsCordoned) {
    auto dirs = open();
    dirs->set_cordoned({0});
    EXPECT_TRUE(dirs->use()[0].cordoned);
    std::vector<std::unique_ptr<Log>> logs;
    for (int i = 0; i < 3; ++i) {
        logs.push_back(create(*dirs, "t", i));
        EXPECT_EQ(dirs->directory_of(logs.back()->partition()), 1U);
    }
    dirs->set_cordoned({0, 1});
    logs.push_back(create(*dirs, "t", 3));
    EXPECT_EQ(dirs->directory_of(logs.back()->partition()), 0U) << "there is no other place";
    dirs->set_cordoned({});
    dirs->prefer({"t", PartitionId{4}}, 1);
    logs.push_back(create(*dirs, "t", 4));
    EXPECT_EQ(dirs->directory_of(logs.back()->partition()), 1U);
    EXPECT_EQ(dirs->find_directory("/a/../b/"), 1U);
    EXPECT_EQ(dirs->find_directory("/c").error().code, ErrorCode::log_dir_not_found);
}

TEST_F(LogDirsTest, OpensLogsFromTheirCheckpoints) {
    {
        auto dirs = open();
        auto log = create(*dirs, "t");
        for (int i = 0; i < 5; ++i) {
            append(*log);
        }
        log->set_high_watermark(Offset{5});
        ASSERT_TRUE(log->delete_records_before(Offset{2}));
        ASSERT_TRUE(log->close());
        ASSERT_TRUE(dirs->write_checkpoints({{.partition = log->partition(),
                                              .directory = 0,
                                              .recovery_point = log->recovery_point(),
                                              .log_start = log->log_start(),
                                              .high_watermark = Offset{4}}}));
        ASSERT_TRUE(dirs->mark_clean());
    }
    EXPECT_EQ(disk_.read_text("/a/recovery-point-offset-checkpoint").value_or(""), "0\n1\nt 0 5\n");
    EXPECT_EQ(disk_.read_text("/a/log-start-offset-checkpoint").value_or(""), "0\n1\nt 0 2\n");
    EXPECT_EQ(disk_.read_text("/b/replication-offset-checkpoint").value_or(""), "0\n0\n");
    auto dirs = open();
    EXPECT_FALSE(disk_.exists("/a/.kafka_cleanshutdown")) << "from now on a crash is to be seen";
    const auto found = dirs->scan();
    ASSERT_TRUE(found && found->size() == 1);
    const auto log = dirs->open_log(found->front(), {}, clock_.both());
    ASSERT_TRUE(log) << log.error().message;
    EXPECT_EQ((*log)->log_start(), Offset{2});
    EXPECT_EQ((*log)->high_watermark(), Offset{4});
    EXPECT_EQ((*log)->recovery_point(), Offset{5});
}

TEST_F(LogDirsTest, KeepsTheOffsetsOfALogThatCannotBeOpened) {
    write("/a/t-0/00000000000000000000.log", "");
    write("/a/recovery-point-offset-checkpoint", "0\n2\nt 0 5\nu 0 1\n");
    write("/a/log-start-offset-checkpoint", "0\n1\nt 0 2\n");
    write("/a/replication-offset-checkpoint", "0\n1\nt 0 4\n");
    write("/a/.kafka_cleanshutdown", "");
    auto dirs = open();
    const auto found = dirs->scan();
    ASSERT_TRUE(found && found->size() == 1);
    dirs->leave_unopened(found->front());
    ASSERT_TRUE(dirs->write_checkpoints({{.partition = {"v", PartitionId{0}},
                                          .directory = 0,
                                          .recovery_point = Offset{7},
                                          .log_start = Offset{0},
                                          .high_watermark = Offset{8}}}));
    ASSERT_TRUE(dirs->mark_clean());
    const auto text = [this](const runtime::Path& path) { return disk_.read_text(path).value(); };
    EXPECT_EQ(text("/a/recovery-point-offset-checkpoint"), "0\n2\nt 0 5\nv 0 7\n");
    EXPECT_EQ(text("/a/log-start-offset-checkpoint"), "0\n1\nt 0 2\n");
    EXPECT_EQ(text("/a/replication-offset-checkpoint"), "0\n2\nt 0 4\nv 0 8\n");
    EXPECT_FALSE(disk_.exists("/a/.kafka_cleanshutdown")) << "it was not closed in order";
    EXPECT_TRUE(disk_.exists("/b/.kafka_cleanshutdown"));
}

TEST_F(LogDirsTest, WritesACheckpointOnlyIfItSaysSomethingNew) {
    auto dirs = open({"/a"});
    auto log = create(*dirs, "t");
    const std::vector<LogOffsets> offsets{{.partition = log->partition()}};
    ASSERT_TRUE(dirs->write_checkpoints(offsets));
    const auto before = disk_.operations();
    ASSERT_TRUE(dirs->write_checkpoints(offsets));
    EXPECT_EQ(disk_.operations(), before);
}

TEST_F(LogDirsTest, TakesADamagedCheckpointAsEmpty) {
    for (const auto* text : {"", "zero\n0\n", "0\n2\nt 0 5\n", "0\n1\nt 0\n", "0\n1\nt 0 many\n"}) {
        write("/a/recovery-point-offset-checkpoint", text);
        EXPECT_TRUE(try_open({"/a"})) << text;
    }
}

}  // namespace
}  // namespace barnabas::log
