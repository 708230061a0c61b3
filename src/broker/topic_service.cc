#include "broker/topic_service.h"

#include "base/invariant.h"
#include "base/topic_name.h"
#include "broker/await_answer.h"
#include "broker/coordinators/coordinators.h"
#include "broker/producer_ids.h"
#include "broker/share/share_partitions.h"
#include "log/topic_config.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace barnabas::broker {
namespace {

CreatedTopic refused(Error error) {
    return {.error = error.code, .message = std::move(error.message)};
}

std::vector<metadata::ReplicaAssignment> all_on(BrokerId broker, std::int32_t partitions) {
    return std::vector<metadata::ReplicaAssignment>(
        static_cast<std::size_t>(partitions), metadata::ReplicaAssignment{.replicas = {broker}});
}

}  // namespace

TopicService::TopicService(Ports ports)
    : ports_(std::move(ports)),
      home_(ports_.services.shards.front()->shard),
      turns_(home_),
      stop_signal_(home_),
      checkpoints_(home_, ports_.dirs, ports_.log),
      asked_to_describe_(home_, ports_.dirs, ports_.log, "it is described as one that has failed"),
      asked_before_changes_(
          home_, ports_.dirs, ports_.log,
          "it gets no new partitions, and no topic that has any there is deleted"),
      upkeep_(home_) {}

TopicService::~TopicService() = default;

BrokerConfigLayers TopicService::layers() const {
    return {.dynamic_broker = image_->broker_configs,
            .dynamic_default = image_->default_configs,
            .static_broker = ports_.services.shards.front()->settings->statics};
}

Result<log::LogConfig> TopicService::log_config(const ConfigMap& topic_configs) const {
    return log_config(topic_configs, layers());
}

Result<log::LogConfig> TopicService::log_config(const ConfigMap& topic_configs,
                                                const BrokerConfigLayers& layers) const {
    return log::resolve_log_config(ports_.definitions.topic, topic_configs,
                                   ports_.definitions.broker, layers);
}

Result<void> TopicService::check(const WantedTopic& wanted) const {
    TRY(check_topic_name(wanted.name));
    if (wanted.name == cluster_metadata_topic) {
        return fail(ErrorCode::invalid_request, "{} is no topic: the name is KRaft's own",
                    wanted.name);
    }
    if (stored_.contains(wanted.name)) {
        return fail(ErrorCode::topic_already_exists, "topic {} already exists", wanted.name);
    }
    for (const auto& [name, topic] : stored_) {
        if (topics_collide(name, wanted.name)) {
            return fail(ErrorCode::invalid_topic_exception,
                        "{} collides with topic {}: '.' and '_' look alike in metrics", wanted.name,
                        name);
        }
    }
    return {};
}

Result<std::vector<metadata::ReplicaAssignment>> TopicService::assign(
    const WantedTopic& wanted) const {
    const auto node = ports_.services.node;
    if (wanted.assignments.empty()) {
        const auto& defaults = ports_.services.shards.front()->settings->config.topics;
        const auto partitions =
            wanted.partitions == -1 ? defaults.default_partitions : wanted.partitions;
        const auto factor = wanted.replication_factor == -1 ? defaults.default_replication_factor
                                                            : wanted.replication_factor;
        if (partitions <= 0) {
            return fail(ErrorCode::invalid_partitions, "{} partitions; a topic has at least 1",
                        partitions);
        }
        if (partitions > new_partitions_max) {
            return fail(ErrorCode::policy_violation,
                        "{} partitions; one request creates at most {}", partitions,
                        new_partitions_max);
        }
        if (factor != 1) {
            return fail(ErrorCode::invalid_replication_factor,
                        "replication factor {}; the cluster has 1 broker", factor);
        }
        return all_on(node, partitions);
    }
    if (wanted.partitions != -1 || wanted.replication_factor != -1) {
        return fail(ErrorCode::invalid_request,
                    "both an assignment and numbers of partitions and replicas are given; the "
                    "numbers must be -1");
    }
    std::int32_t next = 0;
    for (const auto& [partition, brokers] : wanted.assignments) {
        if (partition != next++ || brokers != std::vector{node.get()}) {
            return fail(ErrorCode::invalid_replica_assignment,
                        "partition {} on brokers [{}]; partitions are numbered from 0 without "
                        "gaps, and broker {} is the only one",
                        partition, fmt::join(brokers, ","), node);
        }
    }
    return all_on(node, next);
}

Result<metadata::NewTopic> TopicService::plan(const WantedTopic& wanted) const {
    TRY(check(wanted));
    TRY_ASSIGN(auto partitions, assign(wanted));
    TRY(check_cordon(!wanted.assignments.empty()));
    TRY(log_config(wanted.configs));
    return metadata::NewTopic{
        .name = wanted.name,
        .node = {.id = home_.random().uuid(), .partitions = std::move(partitions)},
        .configs = wanted.configs,
        .controller_epoch = controller_epoch_};
}

awaitable<std::vector<CreatedTopic>> TopicService::create(std::vector<WantedTopic> wanted,
                                                          Time deadline) {
    std::vector<CreatedTopic> created;
    const auto& defaults = ports_.services.shards.front()->settings->config.topics;
    for (auto& topic : wanted) {
        if (topic.partitions == -1 && topic.assignments.empty()) {
            topic.partitions = defaults.default_partitions;  // which may change meanwhile
        }
    }
    const auto looked = co_await look_for(new_partitions(wanted), deadline);
    const auto turn = co_await turns_.take_by(deadline);
    if (!turn) {
        created.resize(wanted.size(), refused(turn.error()));
        co_return created;
    }
    for (auto& topic : wanted) {
        created.push_back(co_await create_one(std::move(topic), looked));
    }
    co_return created;
}

awaitable<CreatedTopic> TopicService::create_one(WantedTopic wanted, Looked looked) {
    auto planned = plan(wanted);
    if (!planned) {
        co_return refused(std::move(planned.error()));
    }
    CreatedTopic created{.message = {},
                         .topic = {},
                         .partitions = static_cast<std::int32_t>(planned->node.partitions.size()),
                         .replication_factor = 1};
    if (wanted.validate_only) {
        co_return created;
    }
    if (condemned_.contains(wanted.name)) {
        ports_.log.warn(
            "topic {} is created anew while a log directory is away: folders of the deleted one "
            "that come back with it are set aside",
            wanted.name);
        if (auto freed = co_await free_name(wanted.name); !freed) {
            co_return refused(std::move(freed.error()));
        }
    }
    auto stored = co_await store_ops(metadata::create_topic_ops(*planned));
    if (!stored) {
        co_return refused(std::move(stored.error()));
    }
    stored_.insert_or_assign(wanted.name, metadata::stored(*planned));
    auto opened = co_await create_logs(wanted.name, 0, looked);
    if (!opened) {
        const auto undo = metadata::delete_topic_ops(wanted.name, stored_.at(wanted.name));
        stored_.erase(wanted.name);
        if (const auto undone = co_await store_ops(undo); !undone) {
            ports_.log.error("topic {} was not created, but the next start will try to: {}",
                             wanted.name, undone.error().message);
        }
        co_return refused(std::move(opened.error()));
    }
    created.topic = image_->by_name(wanted.name);
    ports_.log.info("topic {} created: {} partitions, id {}", wanted.name, created.partitions,
                    planned->node.id);
    co_return created;
}

awaitable<Result<void>> TopicService::store_ops(std::vector<metadata::Op> ops) {
    using Answer = metadata::StoreResult<std::vector<metadata::OpOutcome>>;
    auto start = [this, &ops](auto done) { ports_.store.multi(std::move(ops), std::move(done)); };
    auto answer = co_await await_answer<Answer>(home_, std::move(start));
    if (!answer) {
        const Error error = metadata::to_error(answer.error());
        co_return fail(error.code, "{}", error.message);
    }
    co_return Result<void>();
}

/// Makes the logs of a topic's partitions from `first` on, hands them to their shards and publishes
/// the topic.
awaitable<Result<void>> TopicService::create_logs(std::string name, std::int32_t first,
                                                  Looked looked) {
    const auto& topic = stored_.at(name);
    const TopicId id = topic.node.id;
    auto config = log_config(topic.configs);
    if (!config) {
        co_return fail(std::move(config));
    }
    const auto wanted =
        partitions_between(name, first, static_cast<std::int32_t>(topic.node.partitions.size()));
    // After a crash what the checkpoints say of an older topic's partitions would be taken for
    // these: records before its log start for deleted ones.
    const auto is_known = [this](const auto& partition) {
        return ports_.dirs.known_end(partition).has_value();
    };
    if (std::ranges::any_of(wanted, is_known)) {
        co_await save_offsets();  // who has no room for that has none for records
    }
    const Now now = home_.clock().both();
    // Work that hangs on a simulated disk begins anew: it goes on with what it has.
    auto make = [this, id, now, wanted, looked, config = *config,
                 logs = OpenLogs()]() mutable -> Result<OpenLogs> {
        while (logs.size() < wanted.size()) {
            const auto& partition = wanted[logs.size()];
            auto log = looked ? ports_.dirs.create_log(partition, id, config, now, *looked)
                              : ports_.dirs.create_log(partition, id, config, now);
            if (!log) {
                give_up(std::move(logs));
                return fail(std::move(log));
            }
            logs.emplace_back(id, std::move(*log));
        }
        return std::move(logs);
    };
    auto logs = co_await runtime::run_blocking(home_, std::move(make));
    if (!logs) {
        co_return fail(std::move(logs));
    }
    co_await hand_out(std::move(*logs));
    auto image = std::make_shared<ClusterImage>(*image_);
    image->put_topic(image_of(name, stored_.at(name)));
    co_await publish(std::move(image));
    co_return Result<void>();
}

/// Removes logs that were only just made, on the blocking pool.
void TopicService::give_up(OpenLogs logs) {
    for (auto& [id, log] : logs) {
        auto folder = ports_.dirs.delete_log(std::move(log));
        auto removed = folder ? ports_.dirs.remove_folder(*folder) : fail(std::move(folder));
        if (!removed) {
            ports_.log.error("a new log cannot be removed again: {}", removed.error().message);
        }
    }
}

/// Each log goes to the shard that owns its partition.
awaitable<void> TopicService::hand_out(OpenLogs logs) {
    for (const auto& [id, log] : logs) {
        if (const auto epoch = log->epochs().latest(); epoch > leader_epoch(log->partition())) {
            leader_epochs_[log->partition()] = epoch;
        }
        ports_.services.producer_ids->pass(log->producers().largest_id());
    }
    for (auto& shard : ports_.services.shards) {
        auto add = [this, &shard, &logs] {
            for (auto& [id, log] : logs) {
                const auto number = log ? log->partition().partition : PartitionId{-1};
                if (log && &ports_.services.owner(id, number) == shard.get()) {
                    shard->partitions.add(std::make_unique<replication::Partition>(
                        id, leader_epoch(log->partition()), std::move(log)));
                }
            }
        };
        co_await runtime::call_on(home_, shard->shard, add);
    }
}

/// The logs of those that are wanted, away from the shards that served them.
awaitable<std::vector<std::unique_ptr<log::Log>>> TopicService::take_logs(
    PartitionTable::Wanted wanted) {
    std::vector<std::unique_ptr<log::Log>> logs;
    for (auto& shard : ports_.services.shards) {
        auto take = [&shard, &wanted] {
            auto taken = shard->partitions.take_logs(wanted);
            shard->first_appends.let_go_of_lost();
            return taken;
        };
        auto taken = co_await runtime::call_on(home_, shard->shard, take);
        std::ranges::move(taken, std::back_inserter(logs));
    }
    co_return logs;
}

std::shared_ptr<const TopicImage> TopicService::image_of(const std::string& name,
                                                         const metadata::StoredTopic& topic) const {
    auto image = std::make_shared<TopicImage>();
    image->name = name;
    image->id = topic.node.id;
    image->internal = is_internal_topic(name);
    image->configs = topic.configs;
    for (std::size_t i = 0; i < topic.node.partitions.size(); ++i) {
        auto& partition = image->partitions.emplace_back();
        partition.replicas = topic.node.partitions[i].replicas;
        partition.isr = partition.replicas;
        partition.leader = ports_.services.node;
        const TopicPartition key{name, PartitionId{static_cast<std::int32_t>(i)}};
        partition.leader_epoch = leader_epoch(key);
        if (const auto missing = missing_.find(key); missing != missing_.end()) {
            partition.why_offline = missing->second;
            partition.leader = no_broker;
            partition.offline = partition.replicas;
            partition.isr.clear();
        }
    }
    return image;
}

awaitable<void> TopicService::publish(ClusterImagePtr image) {
    image_ = std::move(image);
    for (auto& shard : ports_.services.shards) {
        auto replace = [&shard, published = image_] {
            shard->image = published;
            if (shard->coordinators != nullptr) {  // not where topics are tested alone
                shard->coordinators->follow_image();
            }
            if (shard->shares != nullptr) {
                shard->shares->follow_image();
            }
        };
        co_await runtime::call_on(home_, shard->shard, replace);
    }
}

Result<void> TopicService::check(const WantedPartitions& wanted) const {
    const auto found = stored_.find(wanted.topic);
    if (found == stored_.end()) {
        return fail(ErrorCode::unknown_topic_or_partition, "there is no topic {}", wanted.topic);
    }
    const auto now = static_cast<std::int32_t>(found->second.node.partitions.size());
    if (wanted.total <= now) {
        return fail(ErrorCode::invalid_partitions,
                    "topic {} has {} partitions; the new number {} must be larger", wanted.topic,
                    now, wanted.total);
    }
    const auto added = wanted.total - now;
    if (added > new_partitions_max) {
        return fail(ErrorCode::policy_violation,
                    "{} partitions more for topic {}; one request creates at most {}", added,
                    wanted.topic, new_partitions_max);
    }
    TRY(check_cordon(wanted.assignments.has_value()));
    if (!wanted.assignments) {
        return {};
    }
    if (std::cmp_not_equal(wanted.assignments->size(), added)) {
        return fail(ErrorCode::invalid_replica_assignment,
                    "{} assignments for {} new partitions of topic {}; give one each",
                    wanted.assignments->size(), added, wanted.topic);
    }
    const auto node = ports_.services.node;
    for (const auto& brokers : *wanted.assignments) {
        if (brokers != std::vector{node.get()}) {
            return fail(ErrorCode::invalid_replica_assignment,
                        "a new partition on brokers [{}]; broker {} is the only one",
                        fmt::join(brokers, ","), node);
        }
    }
    return {};
}

awaitable<Result<void>> TopicService::add_partitions(WantedPartitions wanted, Time deadline) {
    const auto known = image_->by_name(wanted.topic);
    const auto has = known ? static_cast<std::int32_t>(known->partitions.size()) : wanted.total;
    const bool too_many = std::int64_t{wanted.total} - has > new_partitions_max;
    const auto asked_from = too_many ? wanted.total : has;
    const auto looked =
        co_await look_for(partitions_between(wanted.topic, asked_from, wanted.total), deadline);
    const auto turn = co_await turns_.take_by(deadline);
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    auto checked = check(wanted);
    if (!checked || wanted.validate_only) {
        co_return checked;
    }
    const auto& name = wanted.topic;
    const auto found = stored_.find(name);
    const auto now = static_cast<std::int32_t>(found->second.node.partitions.size());
    if (now < asked_from) {
        co_return fail(ErrorCode::request_timed_out,
                       "topic {} was made anew this moment; nothing was changed", name);
    }
    const auto added = all_on(ports_.services.node, wanted.total - now);
    auto stored = co_await store_ops(
        metadata::add_partitions_ops(name, found->second, added, controller_epoch_));
    if (!stored) {
        co_return fail(std::move(stored));
    }
    auto& topic = stored_.at(name);
    topic = metadata::with_partitions(std::move(topic), added, controller_epoch_);
    auto opened = co_await create_logs(name, now, looked);
    if (!opened) {
        // They are in the store: offline, until a start finds room for them.
        for (auto i = now; i < wanted.total; ++i) {
            mark_missing({name, PartitionId{i}}, opened.error().message);
        }
        auto image = std::make_shared<ClusterImage>(*image_);
        image->put_topic(image_of(name, stored_.at(name)));
        co_await publish(std::move(image));
    }
    co_return opened;
}

awaitable<Result<void>> TopicService::remove(std::string name, Time deadline) {
    const auto known = image_->by_name(name);
    const auto has = known ? static_cast<std::int32_t>(known->partitions.size()) : 0;
    const auto looked = co_await look_for(partitions_between(name, 0, has), deadline);
    const auto turn = co_await turns_.take_by(deadline);
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    if (!stored_.contains(name)) {
        co_return fail(ErrorCode::unknown_topic_or_partition, "there is no topic {}", name);
    }
    const auto topic = image_->by_name(name);
    if (looked && std::cmp_greater(topic->partitions.size(), has)) {
        co_return fail(ErrorCode::request_timed_out,
                       "topic {} has got partitions this moment; nothing was changed", name);
    }
    if (auto answered = check_answers(*topic, looked); !answered) {
        co_return answered;
    }
    // First that it is to go: a start after a crash finishes what was begun, else its folders would
    // be nobody's and stay for ever.
    auto condemned = co_await store_ops(metadata::condemn_topic_ops(name));
    if (!condemned) {
        co_return fail(std::move(condemned));
    }
    auto stored = stored_.extract(name);
    stored.mapped().being_deleted = true;
    // A new topic of that name has nothing to do with its partitions.
    const auto is_of_it = [&name](const auto& entry) { return entry.first.topic == name; };
    std::erase_if(missing_, is_of_it);
    std::erase_if(leader_epochs_, is_of_it);
    auto image = std::make_shared<ClusterImage>(*image_);
    image->remove_topic(name);
    co_await publish(std::move(image));
    auto removed = co_await delete_logs(topic, looked);
    if (removed) {
        removed = co_await store_ops(metadata::delete_topic_ops(name, stored.mapped()));
    }
    if (!removed) {
        ports_.log.error("topic {} is deleted, but its name is free after the next start alone: {}",
                         name, removed.error().message);
        co_return removed;
    }
    ports_.log.info("topic {} deleted", name);
    co_return Result<void>();
}

/// The folders are renamed now and removed after file.delete.delay.ms. On an error some are there
/// still, or again after a crash: as long as the store knows that they are to go, a start removes
/// them.
awaitable<Result<void>> TopicService::delete_logs(std::shared_ptr<const TopicImage> topic,
                                                  Looked looked) {
    PartitionTable::Wanted is_of_it = [&topic](const replication::Partition& partition) {
        return partition.id() == topic->id;
    };
    auto logs = co_await take_logs(std::move(is_of_it));
    const auto config = log_config(topic->configs);
    std::vector<runtime::Path> folders;
    auto rename = [this, &logs, &topic, &looked, &folders] {
        return rename_logs(std::move(logs), *topic, looked, folders);
    };
    auto renamed = co_await runtime::run_blocking(home_, std::move(rename));
    const Time when = removal_due(home_.clock().now(), config ? *config : log::LogConfig());
    for (auto& folder : folders) {
        doom_folder(std::move(folder), when);
    }
    co_return renamed;
}

/// On the blocking pool: as many as can be, those too that could not be opened; the first error.
Result<void> TopicService::rename_logs(std::vector<std::unique_ptr<log::Log>> logs,
                                       const TopicImage& topic, const Looked& looked,
                                       std::vector<runtime::Path>& folders) {
    Result<void> failed;
    const auto note = [this, &failed](const TopicPartition& partition, Error error) {
        ports_.log.error("{} cannot be deleted before the next start: {}", partition,
                         error.message);
        if (failed) {
            failed = std::unexpected(std::move(error));
        }
    };
    for (auto& log : logs) {
        const auto partition = log->partition();
        auto folder = ports_.dirs.delete_log(std::move(log));
        if (folder) {
            folders.push_back(std::move(*folder));
        } else {
            note(partition, std::move(folder.error()));
        }
    }
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
        const TopicPartition partition{topic.name, PartitionId{static_cast<std::int32_t>(i)}};
        auto others = looked ? ports_.dirs.delete_unopened(partition, topic.id, *looked)
                             : ports_.dirs.delete_unopened(partition, topic.id);
        if (others) {
            std::ranges::move(*others, std::back_inserter(folders));
        } else {
            note(partition, std::move(others.error()));
        }
    }
    std::set<runtime::Path> directories;
    for (const auto& folder : folders) {
        directories.insert(folder.parent_path());
    }
    for (const auto& directory : directories) {
        auto synced =
            ports_.dirs.temporary() ? Result<void>() : ports_.dirs.disk().sync_directory(directory);
        if (failed) {
            failed = std::move(synced);
        }
    }
    return failed;
}

/// Which may be beyond all time.
Time TopicService::after_ms(Time from, std::int64_t delay_ms) {
    return delay_ms < (never - from) / 1ms ? from + std::chrono::milliseconds(delay_ms) : never;
}

/// What was renamed at `from` goes file.delete.delay.ms later.
Time TopicService::removal_due(Time from, const log::LogConfig& config) {
    return after_ms(from, config.file_delete_delay_ms);
}

void TopicService::doom_folder(runtime::Path folder, Time when) {
    doomed_folders_.push_back({.when = when, .folder = std::move(folder)});
    stop_signal_.notify_all();  // the upkeep may have to wake earlier now
}

}  // namespace barnabas::broker
