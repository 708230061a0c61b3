#pragma once

#include "base/config_resolver.h"
#include "broker/checkpoint_writer.h"
#include "broker/directory_asker.h"
#include "broker/ended_by.h"
#include "broker/replica_mover.h"
#include "broker/services.h"
#include "broker/stop_times.h"
#include "broker/topic_requests.h"
#include "broker/turns.h"
#include "log/log_dirs.h"
#include "metadata/cluster_state.h"
#include "metadata/store.h"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// Changes the cluster's topics and configurations: in the store, then on disk, then in the image
/// that every shard serves from. Lives on shard 0; one change after the other.
class TopicService {
public:
    struct Ports {
        Services& services;
        metadata::Store& store;
        log::LogDirs& dirs;
        const Definitions& definitions;
        Logger log;
    };

    explicit TopicService(Ports ports);
    TopicService(const TopicService&) = delete;
    TopicService& operator=(const TopicService&) = delete;
    ~TopicService();

    /// Takes over what the store holds and opens the logs that are there; creates those that are
    /// missing. Publishes the first image.
    awaitable<Result<void>> start(metadata::ClusterState state, ClusterImage image);

    /// This broker serves from now on, at these endpoints by listener name: clients may hear of it.
    awaitable<void> announce(BrokerImage self);

    /// What has not begun by `deadline`, behind other changes, is request_timed_out and changes
    /// nothing; what has begun is finished. Calls without a deadline wait for turn_patience. Each
    /// directory's disk is asked first: one that hangs gets no new partitions, and a topic that has
    /// any there is not deleted (kafka_storage_error).
    awaitable<std::vector<CreatedTopic>> create(std::vector<WantedTopic> wanted, Time deadline);
    awaitable<Result<void>> remove(std::string name, Time deadline);
    awaitable<Result<void>> add_partitions(WantedPartitions wanted, Time deadline);
    /// Changes what is set for a topic, for this broker, or for all brokers, and lets it take
    /// effect. On an error nothing has changed.
    awaitable<Result<void>> alter_topic_configs(std::string name, ConfigEdit edit);
    awaitable<Result<void>> alter_broker_configs(bool all_brokers, ConfigEdit edit);
    awaitable<Result<void>> alter_group_configs(std::string group, ConfigEdit edit);
    /// All of them or none (topic_features.cc).
    awaitable<Result<void>> update_features(std::vector<FeatureUpdate> updates, bool validate_only,
                                            Time deadline);

    /// Each directory's disk is asked on its own, for DirectoryAsker::patience.
    awaitable<std::vector<DirectoryReport>> describe_directories();
    /// Takes a log directory offline whose disk has failed, with all its partitions, and closes
    /// their files, which may take as long as the disk hangs. Nothing happens if it is offline. An
    /// error: other changes took too long, it is to be tried again.
    awaitable<Result<void>> drop_directory(std::size_t directory);
    /// Takes back one that is offline and whose files are closed, if it works again, with the
    /// partitions whose logs are in it; `works` is awaited before anything is stored. On an error
    /// it stays offline. Once at a time for each directory.
    using Works = std::function<awaitable<void>()>;
    awaitable<Result<void>> take_back_directory(std::size_t directory, Works works);

    // Moves between directories, for the ReplicaMover (topic_moves.cc).
    /// Makes the log that a partition's records are to be copied into; nullptr if it is in that
    /// directory. replica_not_available for a partition that is not here: it is created there.
    awaitable<Result<std::shared_ptr<ReplicaMove>>> begin_move(TopicPartition partition,
                                                               std::size_t to);
    /// Opens the one that an earlier run left, for `move`, which knows its partition and directory.
    awaitable<Result<ResumedMove>> resume_move(std::shared_ptr<ReplicaMove> move,
                                               log::FoundLog found);
    /// The copy becomes the partition's log. False if more than `bytes_max` are missing from it, or
    /// the partition is not here.
    awaitable<Result<bool>> finish_move(std::shared_ptr<ReplicaMove> move, std::uint32_t bytes_max);

    /// Writes down where each log begins, and its other offsets; who comes together shares it.
    /// Answers the log directories where that failed.
    awaitable<log::LogDirs::Unwritten> write_checkpoints();

    /// Begins to write checkpoints, flush, apply retention and roll; until stop(). Each directory
    /// has its own upkeep: one whose disk hangs holds up no other.
    void start_upkeep();
    /// Closes every log in order and leaves the marks of a clean stop, each directory on its own: a
    /// disk that hangs is waited for as `times` say, and does not keep the logs of other
    /// directories from being closed in order. An error (kafka_storage_error) names what hangs:
    /// then threads are still at work with this, and the process is to end without destroying it,
    /// or to ask again when the disk has gone on. Whoever asks again waits for the work of the
    /// first.
    awaitable<Result<void>> stop(StopTimes times);

    /// How many of the directories' upkeeps have not ended yet; stop() waits for them first.
    [[nodiscard]] std::size_t upkeeps() const { return upkeep_.size(); }
    [[nodiscard]] const ClusterImagePtr& image() const { return image_; }
    [[nodiscard]] log::LogDirs& dirs() { return ports_.dirs; }

private:
    using Turn = Turns::Turn;
    /// A topic's id and one of its logs, on their way to the shard that will own it.
    using OpenLogs = std::vector<std::pair<TopicId, std::unique_ptr<log::Log>>>;
    using StoredTopics = std::map<std::string, metadata::StoredTopic, std::less<>>;

    /// So long a request without a timeout of its own waits behind other changes: the client has
    /// given up by then. The broker's own work waits as long and comes again.
    static constexpr Duration turn_patience = std::chrono::seconds(30);
    awaitable<Result<Turn>> take_turn() {
        return turns_.take_by(home_.clock().now() + turn_patience);
    }
    // What disks are asked before a change (topic_looks.cc)
    /// Null where there is one directory: nothing goes on without it.
    using Looked = std::shared_ptr<const log::FolderLook>;
    awaitable<Looked> look_for(std::vector<TopicPartition> partitions, Time deadline);
    [[nodiscard]] std::vector<TopicPartition> new_partitions(
        const std::vector<WantedTopic>& wanted) const;
    [[nodiscard]] Result<void> check_answer(std::size_t directory, const Looked& looked) const;
    [[nodiscard]] Result<void> check_answers(const TopicImage& topic, const Looked& looked) const;

    [[nodiscard]] BrokerConfigLayers layers() const;
    Result<log::LogConfig> log_config(const ConfigMap& topic_configs) const;
    Result<log::LogConfig> log_config(const ConfigMap& topic_configs,
                                      const BrokerConfigLayers& layers) const;

    Result<void> check(const WantedTopic& wanted) const;
    Result<std::vector<metadata::ReplicaAssignment>> assign(const WantedTopic& wanted) const;
    Result<metadata::NewTopic> plan(const WantedTopic& wanted) const;
    awaitable<CreatedTopic> create_one(WantedTopic wanted, Looked looked);
    awaitable<Result<void>> store_ops(std::vector<metadata::Op> ops);
    awaitable<Result<void>> create_logs(std::string name, std::int32_t first, Looked looked);
    void give_up(OpenLogs logs);
    awaitable<void> hand_out(OpenLogs logs);
    awaitable<std::vector<std::unique_ptr<log::Log>>> take_logs(PartitionTable::Wanted wanted);
    awaitable<Result<void>> delete_logs(std::shared_ptr<const TopicImage> topic, Looked looked);
    Result<void> rename_logs(std::vector<std::unique_ptr<log::Log>> logs, const TopicImage& topic,
                             const Looked& looked, std::vector<runtime::Path>& folders);
    [[nodiscard]] Result<void> check(const WantedPartitions& wanted) const;

    // Configurations (topic_service_configs.cc)
    Result<Settings> check_broker_configs(bool all_brokers, const ConfigMap& configs) const;
    awaitable<Result<void>> store_broker_configs(bool all_brokers, const ConfigMap& configs);
    awaitable<void> apply_log_config(std::string name, log::LogConfig config);
    awaitable<void> apply_settings(Settings settings);
    awaitable<void> apply_stored_configs();
    // Leader epochs (topic_epochs.cc)
    [[nodiscard]] const metadata::PartitionStateNode* state_of(const TopicPartition& of) const;
    [[nodiscard]] LeaderEpoch leader_epoch(const TopicPartition& partition) const;
    using NewEpochs = std::vector<std::pair<TopicPartition, LeaderEpoch>>;
    [[nodiscard]] NewEpochs new_epochs(const OpenLogs& logs) const;
    awaitable<Result<void>> begin_epochs(NewEpochs epochs);
    [[nodiscard]] std::shared_ptr<const TopicImage> image_of(
        const std::string& name, const metadata::StoredTopic& topic) const;
    awaitable<void> publish(ClusterImagePtr image);
    void mark_missing(TopicPartition partition, const std::string& why);
    awaitable<void> publish_topics(std::set<std::string> names);
    struct LostFiles;
    awaitable<Result<LostFiles>> lose_directory(std::size_t directory);
    struct Returned {
        std::vector<log::FoundLog> logs;
        std::set<std::string> unfinished;  // topics whose deletion cannot be finished there
    };
    awaitable<Result<Returned>> look_into_returned(std::size_t directory);
    [[nodiscard]] Result<log::LogConfig> config_of(const log::FoundLog& found) const;
    struct Recovered {
        OpenLogs logs;
        std::vector<std::pair<log::FoundLog, std::string>> unopened;  // and why
    };
    awaitable<Recovered> recover(std::vector<log::FoundLog> found);
    awaitable<Result<void>> take_in(std::size_t directory, Returned returned, Recovered recovered);
    awaitable<void> welcome(std::size_t directory, std::vector<log::FoundLog> found, OpenLogs logs);
    struct MoveStart {
        Offset offset;
        Offset source_end;
        log::LogConfig config;
    };
    [[nodiscard]] Result<TopicId> movable(const TopicPartition& partition) const;
    awaitable<Result<MoveStart>> move_start(TopicId topic, PartitionId number);
    awaitable<void> retire_log(std::shared_ptr<ReplicaMove> move, std::unique_ptr<log::Log> old);
    [[nodiscard]] static Time after_ms(Time from, std::int64_t delay_ms);
    [[nodiscard]] static Time removal_due(Time from, const log::LogConfig& config);
    void doom_folder(runtime::Path folder, Time when);
    [[nodiscard]] Result<void> check_cordon(bool assigned) const;
    [[nodiscard]] Result<void> check_cordoned(const StorageConfig& storage) const;
    void apply_cordons(const StorageConfig& storage);
    // Start (topic_start.cc)
    struct Opening;
    Result<std::vector<Opening>> plan_openings(const std::vector<log::FoundLog>& found);
    void open_one(Opening& opening, Now now, std::atomic<std::uint64_t>& scanned) const;
    awaitable<Result<OpenLogs>> open_logs(std::vector<log::FoundLog> found);
    [[nodiscard]] static std::set<TopicPartition> partitions_of(const OpenLogs& logs);
    void mark_set_aside(const OpenLogs& logs);
    Result<void> create_missing(OpenLogs& logs);
    std::vector<log::FoundLog> of_our_topics(std::vector<log::FoundLog> found);
    void condemn_begun_deletions();
    [[nodiscard]] std::shared_ptr<const ClusterImage::GroupConfigs> group_configs_of(
        ClusterImage::GroupConfigs stored) const;
    std::set<std::string> remove_condemned(std::vector<log::FoundLog>& found,
                                           const StoredTopics& condemned);
    awaitable<void> finish_deletions(std::set<std::string> unfinished);
    awaitable<Result<void>> free_name(std::string name);
    // Stop (topic_stop.cc)
    struct ClosingLog;
    struct Closing;
    awaitable<void> end_questions();
    awaitable<void> end_writes();
    awaitable<bool> stage_ended(std::string what, awaitable<void> work, Time until);
    awaitable<Result<void>> stop_once(StopTimes times);
    awaitable<Result<void>> close_all(StopTimes times);
    awaitable<void> take_all(std::shared_ptr<Closing> closing);
    awaitable<void> close_logs(std::shared_ptr<Closing> closing, Time until);
    awaitable<void> close_on_pool(std::shared_ptr<Closing> closing);
    awaitable<void> write_last_offsets(std::shared_ptr<Closing> closing);
    void begin_marks();
    awaitable<void> mark_clean(std::size_t directory);
    awaitable<Result<void>> await_marks(std::shared_ptr<Closing> closing, Time until);

    // Upkeep (topic_upkeep.cc)
    [[nodiscard]] const StorageConfig& storage() const;
    /// What a round does besides what every round does.
    struct Duties {
        bool retention = false;
        /// Which of flush.ms are over: before the initial delay is, none that began since.
        Time flushes_as_of = never;
        bool expiration = false;  // of producers
        std::int64_t expiration_ms = 0;
    };
    /// What the logs of one directory have in common.
    using Health = std::shared_ptr<const log::DirectoryHealth>;
    awaitable<void> keep_up(std::size_t directory);
    awaitable<void> keep_checkpoints();
    awaitable<void> upkeep_round(std::size_t directory, Duties duties);
    awaitable<bool> prepare_upkeep(BrokerShard& shard, std::size_t directory, Duties duties);
    awaitable<bool> takes_changes(std::size_t directory);
    awaitable<bool> maintain(BrokerShard& shard, Health health, Duties duties);
    void maintain_log(log::Log& log, Duties duties, Now now);
    awaitable<void> flush_due_logs(BrokerShard& shard, Health health, Duties duties);
    awaitable<std::vector<log::LogOffsets>> gather_offsets();
    awaitable<log::LogDirs::Unwritten> save_offsets();
    awaitable<void> remove_doomed(std::size_t directory);
    awaitable<void> check_room(std::size_t directory);
    [[nodiscard]] bool notice_room(const log::DirectoryUse& use,
                                   const std::optional<std::string>& mount);
    [[nodiscard]] Time next_round(Time last) const;
    [[nodiscard]] Time next_removal(std::size_t directory) const;
    [[nodiscard]] Time next_room_check() const;

    Ports ports_;
    runtime::Shard& home_;
    Turns turns_;
    bool logs_open_ = false;  // the start went as far as that, and stop() has not taken them
    bool stopping_ = false;
    bool stop_under_way_ = false;
    std::map<std::string, EndingWork, std::less<>> stages_;  // of stop(), since its first call
    std::shared_ptr<Closing> closing_;
    runtime::Signal stop_signal_;
    ClusterImagePtr image_;  // never null after start()
    StoredTopics stored_;
    /// Topics whose deletion a crash cut off, as long as a log directory is away that may have some
    /// of them. No client hears of them.
    StoredTopics condemned_;
    std::int32_t controller_epoch_ = 1;
    std::map<TopicPartition, LeaderEpoch> leader_epochs_;  // those ahead of what is stored
    /// Offline, and what clients are told of it; null: the partition is not this broker's.
    std::map<TopicPartition, std::shared_ptr<const std::string>> missing_;
    struct Doomed {
        Time when;
        runtime::Path folder;
    };
    std::vector<Doomed> doomed_folders_;  // each topic has its own delay
    struct DoomedSegment {
        Time when;
        runtime::Path directory;
        std::unique_ptr<log::Segment> segment;
    };
    std::vector<DoomedSegment> doomed_segments_;
    CheckpointWriter checkpoints_;
    DirectoryAsker asked_to_describe_;
    DirectoryAsker asked_before_changes_;
    runtime::TaskGroup upkeep_;
    /// Directories without enough room, and the sentence for whoever produces.
    std::map<runtime::Path, std::shared_ptr<const std::string>> full_;
};

}  // namespace barnabas::broker
