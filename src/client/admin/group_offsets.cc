// What consumer groups have committed, and who is in them: their coordinators' work.
#include "client/admin/conversions.h"
#include "client/admin/keyed_operation.h"
#include "client/admin/plans.h"
#include "wire/messages/leave_group.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_delete.h"
#include "wire/messages/offset_fetch.h"

namespace barnabas::client::admin_api {
namespace {

using admin::GroupOffsetsSpec;
using admin::MemberToRemove;
using wire::LeaveGroupRequest;
using wire::LeaveGroupResponse;
using wire::OffsetCommitRequest;
using wire::OffsetCommitResponse;
using wire::OffsetDeleteRequest;
using wire::OffsetDeleteResponse;
using wire::OffsetFetchRequest;
using wire::OffsetFetchResponse;

/// Many groups in one request since version 8 (KIP-709), else one; by names, which all versions
/// but the newest take.
class ListGroupOffsets final : public Handler<std::string, GroupOffsets> {
public:
    ListGroupOffsets(std::map<std::string, GroupOffsetsSpec> groups, bool require_stable)
        : groups_(std::move(groups)), require_stable_(require_stable) {}

    Route route(const std::string& id) const override { return Route::to_group(id); }
    std::string describe(const std::string& id) const override {
        return fmt::format("the offsets of group {}", id);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        Asks asks;
        if (batches_ && keys.size() > 1) {
            asks.push_back(ask_for(std::move(keys)));
            return asks;
        }
        for (auto& id : keys) {
            asks.push_back(ask_for({std::move(id)}));
        }
        return asks;
    }
    Verdict<GroupOffsets> unsupported(const std::string& id, const Error& error) override {
        const bool another_way = in_batches_.erase(id) > 0;
        batches_ = batches_ && !another_way;
        return refused<GroupOffsets>(another_way ? Next::otherwise : Next::done, error);
    }

private:
    using Asked = Ask<std::string, GroupOffsets>;
    using Told = Verdicts<std::string, GroupOffsets>;

    Asked ask_for(std::vector<std::string> ids) {
        constexpr std::int16_t first_with_all_topics = 2;
        constexpr std::int16_t first_with_groups = 8;
        constexpr std::int16_t last_with_names = 9;
        OffsetFetchRequest request;
        request.require_stable = require_stable_;
        for (const auto& id : ids) {
            add_group(id, request);
        }
        std::int16_t first = first_with_all_topics;
        if (ids.size() > 1) {
            first = first_with_groups;
            in_batches_.insert(ids.begin(), ids.end());
        } else {
            add_single(ids.front(), request);
            in_batches_.erase(ids.front());
        }
        auto read = [this, ids](const OffsetFetchResponse& response) {
            return verdicts(ids, response);
        };
        return ask<std::string, GroupOffsets>(std::move(ids), std::move(request), std::move(read),
                                              {first, last_with_names});
    }

    void add_group(const std::string& id, OffsetFetchRequest& request) const {
        auto& group = request.groups.emplace_back();
        group.group_id = id;
        group.topics = std::nullopt;
        if (const auto& partitions = groups_.at(id).partitions) {
            auto& topics = group.topics.emplace();
            for (auto& [name, numbers] : by_topic(*partitions)) {
                auto& topic = topics.emplace_back();
                topic.name = name;
                topic.partition_indexes = numbers;
            }
        }
    }

    /// The same in the fields of versions that have only one group.
    static void add_single(const std::string& id, OffsetFetchRequest& request) {
        request.group_id = id;
        request.topics = std::nullopt;
        if (const auto& named = request.groups.front().topics) {
            auto& topics = request.topics.emplace();
            for (const auto& topic : *named) {
                auto& added = topics.emplace_back();
                added.name = topic.name;
                added.partition_indexes = topic.partition_indexes;
            }
        }
    }

    [[nodiscard]] Told verdicts(const std::vector<std::string>& ids,
                                const OffsetFetchResponse& response) const {
        Told told;
        for (const auto& group : response.groups) {
            told.emplace(group.group_id,
                         verdict(group.group_id, ErrorCode{group.error_code}, group.topics));
        }
        if (response.groups.empty()) {
            told.emplace(ids.front(),
                         verdict(ids.front(), ErrorCode{response.error_code}, response.topics));
        }
        return told;
    }

    template <class Topics>
    [[nodiscard]] Verdict<GroupOffsets> verdict(const std::string& id, ErrorCode code,
                                                const Topics& topics) const {
        if (code != ErrorCode::none) {
            return refused<GroupOffsets>(next_with_coordinator(code),
                                         broker_error(code, std::nullopt, about_group(id)));
        }
        GroupOffsets offsets;
        for (const auto& topic : topics) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                const auto its_code = ErrorCode{partition.error_code};
                // Before version 2 what concerns the group stands with each partition; the offsets
                // of a transaction that is being committed are worth waiting for.
                const Next next = its_code == ErrorCode::unstable_offset_commit
                                      ? Next::again
                                      : next_with_coordinator(its_code);
                if (next != Next::done) {
                    return refused<GroupOffsets>(
                        next, broker_error(its_code, std::nullopt, about_offset(id, key)));
                }
                offsets.emplace(key, offset_of(id, key, its_code, partition));
            }
        }
        return Verdict<GroupOffsets>(std::move(offsets));
    }

    template <class Partition>
    [[nodiscard]] static Result<std::optional<OffsetAndMetadata>> offset_of(
        const std::string& id, const TopicPartition& key, ErrorCode code,
        const Partition& partition) {
        if (code != ErrorCode::none) {
            return std::unexpected(broker_error(code, std::nullopt, about_offset(id, key)));
        }
        if (partition.committed_offset < 0) {
            return std::optional<OffsetAndMetadata>{};
        }
        OffsetAndMetadata offset{.offset = Offset{partition.committed_offset},
                                 .leader_epoch = {},
                                 .metadata = partition.metadata.value_or("")};
        if (partition.committed_leader_epoch >= 0) {
            offset.leader_epoch = LeaderEpoch{partition.committed_leader_epoch};
        }
        return std::optional(std::move(offset));
    }

    std::map<std::string, GroupOffsetsSpec> groups_;
    bool require_stable_;
    bool batches_ = true;
    std::set<std::string> in_batches_;  // asked for last together with others
};

class AlterGroupOffsets final : public Handler<TopicPartition, void> {
public:
    AlterGroupOffsets(std::string group, std::map<TopicPartition, OffsetAndMetadata> offsets)
        : group_(std::move(group)), offsets_(std::move(offsets)) {}

    Route route(const TopicPartition& /*key*/) const override { return Route::to_group(group_); }
    std::string describe(const TopicPartition& key) const override {
        return about_offset(group_, key);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartition> keys,
                  Duration /*time_left*/) override {
        // Version 1 has times of commit; from version 10 on topics go by id.
        constexpr wire::Versions by_name_alone{2, 9};
        OffsetCommitRequest request;
        request.group_id = group_;
        for (const auto& [name, numbers] : by_topic(keys)) {
            auto& topic = request.topics.emplace_back();
            topic.name = name;
            for (const std::int32_t number : numbers) {
                const auto& offset = offsets_.at({name, PartitionId{number}});
                auto& partition = topic.partitions.emplace_back();
                partition.partition_index = number;
                partition.committed_offset = offset.offset.get();
                partition.committed_leader_epoch = offset.leader_epoch.value_or(no_epoch).get();
                partition.committed_metadata = offset.metadata;
            }
        }
        auto read = [this](const OffsetCommitResponse& response) {
            Verdicts<TopicPartition, void> told;
            for (const auto& topic : response.topics) {
                for (const auto& partition : topic.partitions) {
                    const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                    told.emplace(key, verdict(key, ErrorCode{partition.error_code}));
                }
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read), by_name_alone);
    }

private:
    [[nodiscard]] Verdict<void> verdict(const TopicPartition& key, ErrorCode code) const {
        if (code == ErrorCode::none) {
            return Verdict<void>(Result<void>{});
        }
        const Next next =
            code == ErrorCode::rebalance_in_progress ? Next::again : next_with_coordinator(code);
        return refused<void>(next, broker_error(code, std::nullopt, about_offset(group_, key)));
    }

    std::string group_;
    std::map<TopicPartition, OffsetAndMetadata> offsets_;
};

class DeleteGroupOffsets final : public Handler<TopicPartition, void> {
public:
    explicit DeleteGroupOffsets(std::string group) : group_(std::move(group)) {}

    Route route(const TopicPartition& /*key*/) const override { return Route::to_group(group_); }
    std::string describe(const TopicPartition& key) const override {
        return about_offset(group_, key);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartition> keys,
                  Duration /*time_left*/) override {
        OffsetDeleteRequest request;
        request.group_id = group_;
        for (const auto& [name, numbers] : by_topic(keys)) {
            auto& topic = request.topics.emplace_back();
            topic.name = name;
            for (const std::int32_t number : numbers) {
                topic.partitions.emplace_back().partition_index = number;
            }
        }
        auto read = [this, keys](const OffsetDeleteResponse& response) {
            return verdicts(keys, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] Verdicts<TopicPartition, void> verdicts(
        const std::vector<TopicPartition>& keys, const OffsetDeleteResponse& response) const {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return all_refused<TopicPartition, void>(
                keys, next_with_coordinator(code),
                broker_error(code, std::nullopt, about_group(group_)));
        }
        Verdicts<TopicPartition, void> told;
        for (const auto& topic : response.topics) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.name, PartitionId{partition.partition_index}};
                told.emplace(key,
                             settled(ErrorCode{partition.error_code}, std::nullopt, describe(key)));
            }
        }
        return told;
    }

    std::string group_;
};

/// As Kafka's client words it; a broker keeps 255 characters of it (KIP-800).
std::string reason_text(const std::string& reason) {
    constexpr std::size_t most = 255;
    std::string text = "member was removed by an admin";
    if (!reason.empty()) {
        text += ": " + reason;
    }
    text.resize(std::min(text.size(), most));
    return text;
}

class RemoveMembers final : public Handler<MemberToRemove, void> {
public:
    RemoveMembers(std::string group, const std::string& reason)
        : group_(std::move(group)), reason_(reason_text(reason)) {}

    Route route(const MemberToRemove& /*member*/) const override { return Route::to_group(group_); }
    std::string describe(const MemberToRemove& member) const override {
        return fmt::format("member {} of group {}",
                           member.group_instance_id.value_or(member.member_id), group_);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<MemberToRemove> keys,
                  Duration /*time_left*/) override {
        constexpr std::int16_t first_with_members = 3;
        LeaveGroupRequest request;
        request.group_id = group_;
        for (const auto& key : keys) {
            auto& member = request.members.emplace_back();
            member.member_id = key.member_id;
            member.group_instance_id = key.group_instance_id;
            member.reason = reason_;
        }
        auto read = [this, keys](const LeaveGroupResponse& response) {
            return verdicts(keys, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read),
                        {first_with_members, LeaveGroupRequest::versions.last});
    }

private:
    /// A static member goes by its instance id: whether its member id is told depends on the group.
    [[nodiscard]] static bool is_about(const LeaveGroupResponse::Member& answer,
                                       const MemberToRemove& member) {
        return member.group_instance_id ? answer.group_instance_id == member.group_instance_id
                                        : answer.member_id == member.member_id;
    }

    [[nodiscard]] Verdicts<MemberToRemove, void> verdicts(
        const std::vector<MemberToRemove>& keys, const LeaveGroupResponse& response) const {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return all_refused<MemberToRemove, void>(
                keys, next_with_coordinator(code),
                broker_error(code, std::nullopt, about_group(group_)));
        }
        Verdicts<MemberToRemove, void> told;
        for (const auto& key : keys) {
            for (const auto& answer : response.members) {
                if (is_about(answer, key)) {
                    told.emplace(
                        key, settled(ErrorCode{answer.error_code}, std::nullopt, describe(key)));
                }
            }
        }
        return told;
    }

    std::string group_;
    std::string reason_;
};

using Removed = Outcomes<MemberToRemove>;
using Removing = KeyedOperation<MemberToRemove, void>;

/// Whoever is in the group, found out first.
Plan<Removed> remove_everybody_plan(const std::string& group, const std::string& reason,
                                    const Settings& settings) {
    struct Shared {
        Plan<Outcomes<std::string, admin::ConsumerGroupDescription>> members;
        Removing* removing = nullptr;
        std::optional<Error> trouble{};
    };
    auto described = describe_consumer_groups_plan({group}, {}, settings);
    auto first = std::move(described.operation);
    auto shared = std::make_shared<Shared>(Shared{.members = std::move(described)});
    auto next = [shared, group, reason, settings]() -> std::unique_ptr<Operation> {
        auto outcomes = shared->members.result();
        auto outcome = outcomes ? std::move(outcomes->at(group))
                                : std::unexpected(std::move(outcomes.error()));
        if (!outcome) {
            shared->trouble = std::move(outcome.error());
            return nullptr;
        }
        std::set<MemberToRemove> members;
        for (const auto& member : outcome->members) {
            const bool is_static = member.group_instance_id.has_value();
            members.insert({.group_instance_id = member.group_instance_id,
                            .member_id = is_static ? "" : member.member_id});
        }
        auto removing = std::make_unique<Removing>(
            std::move(members), std::make_unique<RemoveMembers>(group, reason), settings);
        shared->removing = removing.get();
        return removing;
    };
    auto result = [shared]() -> Result<Removed> {
        if (shared->trouble) {
            return std::unexpected(*shared->trouble);
        }
        return shared->removing->take_results();
    };
    return {.operation = std::make_unique<Chain>(std::move(first), std::move(next)),
            .result = std::move(result)};
}

}  // namespace

Plan<Outcomes<std::string, GroupOffsets>> list_consumer_group_offsets_plan(
    std::map<std::string, GroupOffsetsSpec> groups,
    const admin::ListConsumerGroupOffsetsOptions& options, const Settings& settings) {
    auto keys = keys_of(groups);
    return keyed_plan<std::string, GroupOffsets>(
        std::move(keys),
        std::make_unique<ListGroupOffsets>(std::move(groups), options.require_stable), settings);
}

Plan<Outcomes<TopicPartition>> alter_consumer_group_offsets_plan(
    std::string group_id, std::map<TopicPartition, OffsetAndMetadata> offsets,
    const Settings& settings) {
    auto keys = keys_of(offsets);
    return keyed_plan<TopicPartition, void>(
        std::move(keys),
        std::make_unique<AlterGroupOffsets>(std::move(group_id), std::move(offsets)), settings);
}

Plan<Outcomes<TopicPartition>> delete_consumer_group_offsets_plan(
    std::string group_id, std::set<TopicPartition> partitions, const Settings& settings) {
    return keyed_plan<TopicPartition, void>(
        std::move(partitions), std::make_unique<DeleteGroupOffsets>(std::move(group_id)), settings);
}

Plan<Removed> remove_members_plan(std::string group_id, const admin::RemoveMembersOptions& options,
                                  const Settings& settings) {
    if (options.members.empty()) {
        return remove_everybody_plan(group_id, options.reason, settings);
    }
    return keyed_plan<MemberToRemove, void>(
        {options.members.begin(), options.members.end()},
        std::make_unique<RemoveMembers>(std::move(group_id), options.reason), settings);
}

}  // namespace barnabas::client::admin_api
