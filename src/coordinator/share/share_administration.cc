// Which partitions of share groups have a state, and what administrators do with it.
#include "coordinator/share/records.h"
#include "coordinator/share/share_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {
namespace {

using DeleteState = wire::DeleteShareGroupStateRequest;

void ask_to_delete(DeleteState& request, const Uuid& topic,
                   const std::vector<std::int32_t>& partitions) {
    auto& asked = request.topics.emplace_back();
    asked.topic_id = topic;
    for (const std::int32_t number : partitions) {
        asked.partitions.emplace_back().partition = number;
    }
}

std::vector<std::int32_t> all_partitions(const TopicsView::Topic& topic) {
    std::vector<std::int32_t> numbers;
    for (std::int32_t number = 0; number < topic.partitions; ++number) {
        numbers.push_back(number);
    }
    return numbers;
}

template <class Answer>
void refuse(Answer& answer, ErrorCode code, std::string message) {
    answer.error_code = std::to_underlying(code);
    answer.error_message = std::move(message);
}

template <class Answer>
void refuse(Answer& answer, const Error& error) {
    refuse(answer, error.code, error.message);
}

Result<void> check_name(std::string_view group) {
    if (group.empty()) {
        return fail(ErrorCode::invalid_group_id, "the empty id is no share group's");
    }
    return {};
}

using AlteredPartition = wire::AlterShareGroupOffsetsRequest::Topic::Partition;

Result<void> check_altered(const AlteredPartition& wanted, std::string_view name,
                           const TopicsView::Topic& topic) {
    if (wanted.partition_index < 0 || wanted.partition_index >= topic.partitions) {
        return fail(ErrorCode::unknown_topic_or_partition,
                    "topic {} has {} partitions, numbered from 0; {} is none", name,
                    topic.partitions, wanted.partition_index);
    }
    if (wanted.start_offset < no_start_offset) {
        return fail(ErrorCode::invalid_request,
                    "start offset {}: must be 0 or more, or -1 for what share.auto.offset.reset "
                    "says",
                    wanted.start_offset);
    }
    return {};
}

}  // namespace

void ShareGroups::asked(const wire::InitializeShareGroupStateRequest& request, Now now) {
    auto* const group = ports_.groups.find_as<ShareGroup>(request.group_id);
    if (group == nullptr) {
        return;
    }
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            group->asked_.insert_or_assign({topic.topic_id, partition.partition}, now.steady);
        }
    }
}

Records ShareGroups::answered(const wire::InitializeShareGroupStateRequest& request,
                              const wire::InitializeShareGroupStateResponse& answer) {
    auto* const group = ports_.groups.find_as<ShareGroup>(request.group_id);
    if (group == nullptr) {
        return {};
    }
    for (const auto& topic : request.topics) {
        for (const auto& partition : topic.partitions) {
            group->asked_.erase({topic.topic_id, partition.partition});
        }
    }
    SharePartitions next = group->partitions();
    for (const auto& topic : answer.results) {
        const auto at = group->partitions().initializing.find(topic.topic_id);
        if (at == group->partitions().initializing.end()) {
            continue;  // the topic was deleted meanwhile, or the group's state was
        }
        for (const auto& partition : topic.partitions) {
            if (partition.error_code == 0 &&
                std::ranges::binary_search(at->second.partitions, partition.partition)) {
                erase(next.initializing, topic.topic_id, partition.partition);
                add(next.initialized, topic.topic_id, at->second.name, partition.partition);
            }
        }
    }
    Records records;
    if (next != group->partitions()) {
        records.push_back(share_partitions_record(group->id(), next));
    }
    return records;
}

Result<const ShareGroup*> ShareGroups::find_empty(std::string_view id) const {
    TRY(check_name(id));
    TRY_ASSIGN(const ShareGroup* group, find(id));
    TRY(group->check_delete());
    return group;
}

ShareGroups::Alteration ShareGroups::alter(
    const wire::AlterShareGroupOffsetsRequest& request) const {
    Alteration out;
    const ShareGroup fresh(request.group_id);
    const ShareGroup* group = &fresh;
    const bool is_new =
        !request.group_id.empty() && ports_.groups.find(request.group_id) == nullptr;
    if (!is_new) {
        const auto found = find_empty(request.group_id);
        if (!found) {
            refuse(out.reply, found.error());
            return out;
        }
        group = *found;
    }
    SharePartitions next = group->partitions();
    wire::InitializeShareGroupStateRequest initialize;
    initialize.group_id = request.group_id;
    for (const auto& topic : request.topics) {
        auto& told = out.reply.responses.emplace_back();
        told.topic_name = topic.topic_name;
        const auto known = ports_.topics.find(topic.topic_name);
        told.topic_id = known ? known->id : Uuid{};
        std::map<std::int32_t, std::int64_t> offsets;
        for (const auto& wanted : topic.partitions) {
            auto& partition = told.partitions.emplace_back();
            partition.partition_index = wanted.partition_index;
            if (!known) {
                refuse(partition, ErrorCode::unknown_topic_or_partition,
                       fmt::format("there is no topic {}", topic.topic_name));
            } else if (const auto good = check_altered(wanted, topic.topic_name, *known); !good) {
                refuse(partition, good.error());
            } else {
                offsets[wanted.partition_index] = wanted.start_offset;
            }
        }
        if (offsets.empty()) {
            continue;
        }
        auto& asked = initialize.topics.emplace_back();
        asked.topic_id = known->id;
        if (next.deleting.erase(known->id) > 0) {
            // A removal did not end: others of its partitions may have a state still, which would
            // be forgotten here (as Kafka does).
            for (const std::int32_t number : all_partitions(*known)) {
                add(next.initializing, known->id, topic.topic_name, number);
            }
        }
        for (const auto& [number, offset] : offsets) {
            add(next.initializing, known->id, topic.topic_name, number);
            auto& partition = asked.partitions.emplace_back();
            partition.partition = number;
            partition.state_epoch = group->epoch();
            partition.start_offset = offset;
        }
    }
    if (!initialize.topics.empty()) {
        if (next != group->partitions()) {
            out.records.push_back(share_partitions_record(group->id(), next));
        }
        out.initialize = std::move(initialize);
    }
    return out;
}

ShareGroups::OffsetsRemoval ShareGroups::remove_offsets(
    const wire::DeleteShareGroupOffsetsRequest& request) const {
    OffsetsRemoval out;
    const auto found = find_empty(request.group_id);
    if (!found) {
        refuse(out.reply, found.error());
        return out;
    }
    const ShareGroup& group = **found;
    SharePartitions next = group.partitions();
    DeleteState remove;
    remove.group_id = request.group_id;
    for (const auto& topic : request.topics) {
        const auto known = ports_.topics.find(topic.topic_name);
        if (known && out.topics.contains(known->id)) {
            continue;  // named twice
        }
        const auto initialized = known ? next.initialized.find(known->id) : next.initialized.end();
        if (initialized != next.initialized.end()) {
            ask_to_delete(remove, known->id, initialized->second.partitions);
            next.initialized.erase(initialized);
        } else if (known && next.deleting.contains(known->id)) {
            ask_to_delete(remove, known->id, all_partitions(*known));  // it failed before
        } else {
            auto& told = out.reply.responses.emplace_back();
            told.topic_name = topic.topic_name;
            told.topic_id = known ? known->id : Uuid{};
            refuse(told, ErrorCode::unknown_topic_or_partition,
                   known ? "There is no offset information to delete."
                         : fmt::format("there is no topic {}", topic.topic_name));
            continue;
        }
        next.deleting.insert_or_assign(known->id, topic.topic_name);
        out.topics.emplace(known->id, topic.topic_name);
    }
    if (!remove.topics.empty()) {
        if (next != group.partitions()) {
            out.records.push_back(share_partitions_record(group.id(), next));
        }
        out.remove = std::move(remove);
    }
    return out;
}

Records ShareGroups::removed(std::string_view id, const std::set<Uuid>& topics) const {
    Records records;
    const auto* const group = ports_.groups.find_as<ShareGroup>(id);
    if (group == nullptr) {
        return records;
    }
    SharePartitions next = group->partitions();
    std::erase_if(next.deleting,
                  [&topics](const auto& topic) { return topics.contains(topic.first); });
    if (next != group->partitions()) {
        records.push_back(share_partitions_record(group->id(), next));
    }
    return records;
}

Result<ShareGroups::Removal> ShareGroups::remove(std::string_view id) const {
    TRY_ASSIGN(const ShareGroup* group, find_empty(id));
    SharePartitions::Topics candidates = group->partitions().initialized;
    add_all(candidates, group->partitions().initializing);
    // What an earlier request began to delete and did not end.
    for (const auto& [topic_id, name] : group->partitions().deleting) {
        const auto topic = ports_.topics.find(name);
        if (topic && topic->id == topic_id) {
            for (const std::int32_t number : all_partitions(*topic)) {
                add(candidates, topic_id, name, number);
            }
        }
    }
    Removal out;
    if (candidates.empty()) {
        return out;
    }
    SharePartitions next;
    auto& request = out.remove.emplace();
    request.group_id = id;
    for (const auto& [topic_id, topic] : candidates) {
        next.deleting.emplace(topic_id, topic.name);
        ask_to_delete(request, topic_id, topic.partitions);
    }
    if (next != group->partitions()) {
        out.records.push_back(share_partitions_record(group->id(), next));
    }
    return out;
}

void ShareGroups::add_forgotten(const std::set<Uuid>& topics, Records& records) const {
    const auto is_gone = [&topics](const auto& topic) { return topics.contains(topic.first); };
    for (const auto& [id, any] : ports_.groups.all()) {
        const auto* const group = ports_.groups.find_as<ShareGroup>(id);
        if (group == nullptr) {
            continue;
        }
        SharePartitions next = group->partitions();
        std::erase_if(next.initializing, is_gone);
        std::erase_if(next.initialized, is_gone);
        std::erase_if(next.deleting, is_gone);
        if (next != group->partitions()) {
            records.push_back(share_partitions_record(id, next));
        }
    }
}

}  // namespace barnabas::coordinator
