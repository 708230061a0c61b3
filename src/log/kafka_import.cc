#include "log/kafka_import.h"

#include "log/directory_files.h"
#include "log/file_names.h"
#include "log/kafka_metadata.h"
#include "log/leader_epochs.h"

#include <algorithm>
#include <utility>

namespace barnabas::log {
namespace {

Result<void> read_identity(runtime::Disk& disk, const runtime::Path& directory,
                           DirectoryIdentity& identity) {
    const auto path = directory / identity_file;
    if (!disk.exists(path)) {
        return {};
    }
    TRY_ASSIGN(const auto text, disk.read_text(path));
    auto found = parse_identity(text);
    if (!found) {
        return fail(ErrorCode::invalid_config, "{}: {}", path.string(), found.error().message);
    }
    const bool other_node = identity.node && found->node && identity.node != found->node;
    const bool other_cluster =
        identity.cluster_id && found->cluster_id && identity.cluster_id != found->cluster_id;
    if (other_node || other_cluster) {
        return fail(ErrorCode::invalid_config,
                    "{} is of node {} of cluster {}, the directory before it of node {} of {}",
                    path.string(), found->node.value_or(no_broker), found->cluster_id.value_or("?"),
                    identity.node.value_or(no_broker), identity.cluster_id.value_or("?"));
    }
    identity = std::move(*found);
    return {};
}

/// Directories are taken over once: what cannot be read now would be in no topic for ever. So it is
/// the owner who decides, before anything is written.
std::unexpected<Error> undecided(ErrorCode code, std::string_view why,
                                 const runtime::Path& folder) {
    return fail(
        code,
        "{}; nothing has been taken over, and nothing is changed. Mend that, or move the "
        "folder {} out of the log directory to begin without its partition, and start again",
        why, folder.string());
}

Result<std::string> read_file(runtime::Disk& disk, const runtime::Path& path) {
    auto text = disk.read_text(path);
    if (!text) {
        return undecided(text.error().code, text.error().message, path.parent_path());
    }
    return text;
}

Result<std::optional<TopicId>> read_topic_id(runtime::Disk& disk, const runtime::Path& path) {
    TRY_ASSIGN(const auto text, read_file(disk, path));
    auto id = parse_partition_metadata(text);
    if (!id) {
        return undecided(id.error().code, fmt::format("{}: {}", path.string(), id.error().message),
                         path.parent_path());
    }
    return id;
}

/// The last epoch that wrote to the partition; 0 where its file says nothing.
Result<LeaderEpoch> read_epoch(runtime::Disk& disk, const runtime::Path& folder,
                               const Logger& log) {
    const auto path = folder / leader_epoch_file;
    if (!disk.exists(path)) {
        return LeaderEpoch{0};
    }
    TRY_ASSIGN(const auto text, read_file(disk, path));
    const auto epochs = LeaderEpochs::parse(text);
    if (!epochs) {
        log.warn("{}: {}; taken as epoch 0", path.string(), epochs.error().message);
        return LeaderEpoch{0};
    }
    return std::max(LeaderEpoch{0}, epochs->latest());
}

Result<void> read_partition(runtime::Disk& disk, const runtime::Path& folder,
                            const TopicPartition& partition, KafkaDirectoryContents& contents,
                            const Logger& log) {
    auto& topic = contents.topics[partition.topic];
    const auto path = folder / partition_metadata_file;
    if (disk.exists(path)) {
        TRY_ASSIGN(const auto id, read_topic_id(disk, path));
        if (id && topic.id && *id != *topic.id) {
            return undecided(ErrorCode::inconsistent_topic_id,
                             fmt::format("{} is of topic id {}, another partition of {} is of {}",
                                         folder.string(), *id, partition.topic, *topic.id),
                             folder);
        }
        topic.id = id ? id : topic.id;
    }
    TRY_ASSIGN(topic.partitions[partition.partition], read_epoch(disk, folder, log));
    return {};
}

Result<void> read_directory(runtime::Disk& disk, const runtime::Path& directory,
                            KafkaDirectoryContents& contents,
                            std::optional<KafkaMetadata>& metadata, const Logger& log) {
    TRY(read_identity(disk, directory, contents.identity));
    TRY_ASSIGN(const auto entries, disk.list(directory));
    for (const auto& entry : entries) {
        if (!entry.is_directory) {
            continue;
        }
        const auto folder = directory / entry.name;
        if (entry.name == kraft_log_folder) {
            TRY_ASSIGN(metadata, read_kafka_metadata(disk, folder));
        } else if (const auto partition = partition_of_folder(entry.name)) {
            TRY(read_partition(disk, folder, *partition, contents, log));
        }
    }
    return {};
}

void take_configs(const std::map<std::string, ConfigMap>& from, const std::string& name,
                  ConfigMap& to) {
    if (const auto found = from.find(name); found != from.end()) {
        to = found->second;
    }
}

/// What the metadata log knows better than the folders, and what they cannot know.
void merge(const KafkaMetadata& metadata, KafkaDirectoryContents& contents) {
    std::map<std::string, const KafkaMetadata::Topic*> known;
    for (const auto& [id, topic] : metadata.topics) {
        const auto found = contents.topics.find(topic.name);
        if (found != contents.topics.end() && found->second.id.value_or(id) == id) {
            found->second.id = id;
            known[topic.name] = &topic;
        }
    }
    for (auto at = contents.topics.begin(); at != contents.topics.end();) {
        auto& [name, topic] = *at;
        const auto found = known.find(name);
        if (found == known.end()) {
            for (const auto& [number, epoch] : topic.partitions) {
                contents.strays.push_back({name, number});
            }
            at = contents.topics.erase(at);
            continue;
        }
        for (auto& [number, epoch] : topic.partitions) {
            const auto theirs = found->second->partitions.find(number);
            if (theirs != found->second->partitions.end()) {
                epoch = std::max(epoch, theirs->second);
            }
        }
        take_configs(metadata.topic_configs, name, topic.configs);
        ++at;
    }
    take_configs(metadata.broker_configs, "", contents.default_broker_configs);
    if (contents.identity.node) {
        take_configs(metadata.broker_configs, fmt::format("{}", *contents.identity.node),
                     contents.broker_configs);
    }
    contents.next_producer_id = metadata.next_producer_id;
    contents.has_metadata_log = true;
}

}  // namespace

Result<KafkaDirectoryContents> read_kafka_directories(
    runtime::Disk& disk, std::span<const runtime::Path> directories, const Logger& log,
    const std::optional<runtime::Path>& metadata_directory) {
    KafkaDirectoryContents contents;
    std::optional<KafkaMetadata> metadata;
    for (const auto& directory : directories) {
        TRY(read_directory(disk, directory, contents, metadata, log));
    }
    const bool elsewhere =
        metadata_directory && disk.is_directory(*metadata_directory / kraft_log_folder);
    if (metadata_directory && !elsewhere && !metadata && !contents.topics.empty()) {
        return fail(ErrorCode::invalid_config,
                    "metadata.log.dir names {}, where no {} can be seen: without it the topics' "
                    "settings would be lost. Mount it, or take the line out to begin without them",
                    metadata_directory->string(), kraft_log_folder);
    }
    if (elsewhere) {
        TRY(read_identity(disk, *metadata_directory, contents.identity));
        TRY_ASSIGN(metadata, read_kafka_metadata(disk, *metadata_directory / kraft_log_folder));
    }
    if (metadata) {
        merge(*metadata, contents);
    }
    return contents;
}

}  // namespace barnabas::log
