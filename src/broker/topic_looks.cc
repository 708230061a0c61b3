// What the disks of the log directories are asked, each on its own and without the turn: before a
// change, which must not wait for one that hangs, and for those who want to know how full they are.
#include "base/topic_name.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

struct AnswerBeforeChange {
    bool online = false;
    std::vector<TopicPartition> folders;
};

}  // namespace

/// Of those that name what can be.
std::vector<TopicPartition> TopicService::new_partitions(
    const std::vector<WantedTopic>& wanted) const {
    std::vector<TopicPartition> partitions;
    for (const auto& topic : wanted) {
        const bool has_name = check_topic_name(topic.name).has_value();
        const auto replicas = assign(topic);
        if (has_name && replicas && !topic.validate_only) {
            std::ranges::move(
                partitions_between(topic.name, 0, static_cast<std::int32_t>(replicas->size())),
                std::back_inserter(partitions));
        }
    }
    return partitions;
}

awaitable<TopicService::Looked> TopicService::look_for(std::vector<TopicPartition> partitions,
                                                       Time deadline) {
    const auto count = ports_.dirs.count();
    if (count == 1 || partitions.empty() || stopping_) {  // a stop lets no change begin
        co_return Looked();
    }
    const auto answers = std::make_shared<std::vector<AnswerBeforeChange>>(count);
    DirectoryAsker::Question question = [this, answers, all = std::move(partitions)](auto i) {
        ports_.dirs.try_out(i);
        (*answers)[i] = {.online = ports_.dirs.known(i).online,
                         .folders = ports_.dirs.folders_in(i, all)};
    };
    // Whoever sets no time for a change to begin has not asked for a disk to be taken as hanging.
    constexpr Duration moment = 500ms;
    const Time until = std::max(deadline, home_.clock().now() + moment);
    const auto answered = co_await asked_before_changes_.ask(std::move(question), until);
    auto looked = std::make_shared<log::FolderLook>();
    for (const auto i : answered) {
        if ((*answers)[i].online) {
            looked->answered.insert(i);
        }
        for (auto& partition : (*answers)[i].folders) {
            looked->folders[std::move(partition)].push_back(i);
        }
    }
    co_return looked;
}

/// An error if the directory would be waited for with the turn.
Result<void> TopicService::check_answer(std::size_t directory, const Looked& looked) const {
    const auto known = ports_.dirs.known(directory);
    const bool answers = looked->answered.contains(directory) && !ports_.dirs.hangs(directory);
    if (answers || !known.online) {
        return {};
    }
    return fail(ErrorCode::kafka_storage_error,
                "the disk of log directory {} does not answer; nothing was changed",
                known.path.string());
}

Result<void> TopicService::check_answers(const TopicImage& topic, const Looked& looked) const {
    const auto partitions =
        partitions_between(topic.name, 0, static_cast<std::int32_t>(topic.partitions.size()));
    for (std::size_t i = 0; looked && i < ports_.dirs.count(); ++i) {
        const bool has_any = std::ranges::any_of(
            partitions, [&](const auto& one) { return ports_.dirs.has_folder(one, i); });
        TRY(has_any ? check_answer(i, looked) : Result<void>());
    }
    return {};
}

/// What is known of the logs needs no disk.
awaitable<std::vector<DirectoryReport>> TopicService::describe_directories() {
    const auto uses = std::make_shared<std::vector<log::DirectoryUse>>(ports_.dirs.count());
    DirectoryAsker::Question question = [this, uses](auto i) {
        (*uses)[i] = ports_.dirs.use_of(i);
    };
    const auto answered = co_await asked_to_describe_.ask(std::move(question), never);
    std::map<TopicPartition, std::uint64_t> sizes;
    for (auto& shard : ports_.services.shards) {
        auto gather = [&] {
            shard->partitions.for_each([&](const replication::Partition& partition) {
                sizes.emplace(partition.name(), partition.log().size_bytes());
            });
        };
        co_await runtime::call_on(home_, shard->shard, gather);
    }
    std::vector<DirectoryReport> reports;
    for (std::size_t i = 0; i < ports_.dirs.count(); ++i) {
        const bool hangs = !answered.contains(i);
        reports.push_back({.use = hangs ? ports_.dirs.known(i) : (*uses)[i],
                           .hangs = hangs,
                           .log_sizes = {},
                           .futures = {}});
    }
    for (const auto& move : ports_.services.mover->reports()) {
        // One that has arrived goes on until the old folder is gone.
        if (!ports_.dirs.is_in(move.partition, move.to)) {
            reports[move.to].futures.emplace(move.partition, move);
        }
    }
    for (const auto& [partition, size] : sizes) {
        // It may have failed meanwhile, and its logs are on their way out.
        if (const auto place = ports_.dirs.place_of(partition)) {
            reports[*place].log_sizes.emplace(partition, size);
        }
    }
    co_return reports;
}

}  // namespace barnabas::broker
