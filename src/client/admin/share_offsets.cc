// Where share groups begin to read (KIP-932): their groups' coordinators' work.
#include "client/admin/conversions.h"
#include "client/admin/keyed_operation.h"
#include "client/admin/plans.h"
#include "wire/messages/alter_share_group_offsets.h"
#include "wire/messages/delete_share_group_offsets.h"
#include "wire/messages/describe_share_group_offsets.h"

namespace barnabas::client::admin_api {
namespace {

using admin::GroupOffsetsSpec;
using admin::SharePartitionOffset;
using wire::AlterShareGroupOffsetsRequest;
using wire::AlterShareGroupOffsetsResponse;
using wire::DeleteShareGroupOffsetsRequest;
using wire::DeleteShareGroupOffsetsResponse;
using wire::DescribeShareGroupOffsetsRequest;
using wire::DescribeShareGroupOffsetsResponse;

Result<std::optional<SharePartitionOffset>> offset_of(
    const std::string& group, const TopicPartition& key,
    const DescribeShareGroupOffsetsResponse::Group::Topic::Partition& partition) {
    const auto code = ErrorCode{partition.error_code};
    if (code != ErrorCode::none) {
        return std::unexpected(
            broker_error(code, partition.error_message, about_offset(group, key)));
    }
    if (partition.start_offset < 0) {
        return std::optional<SharePartitionOffset>{};
    }
    SharePartitionOffset offset{.start_offset = Offset{partition.start_offset}};
    if (partition.leader_epoch >= 0) {
        offset.leader_epoch = LeaderEpoch{partition.leader_epoch};
    }
    if (partition.lag >= 0) {
        offset.lag = partition.lag;
    }
    return std::optional(offset);
}

class ListShareOffsets final : public Handler<std::string, ShareGroupOffsets> {
public:
    explicit ListShareOffsets(std::map<std::string, GroupOffsetsSpec> groups)
        : groups_(std::move(groups)) {}

    Route route(const std::string& id) const override { return Route::to_group(id); }
    std::string describe(const std::string& id) const override { return about_group(id); }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        DescribeShareGroupOffsetsRequest request;
        for (const auto& id : keys) {
            auto& group = request.groups.emplace_back();
            group.group_id = id;
            group.topics = std::nullopt;
            if (const auto& partitions = groups_.at(id).partitions) {
                auto& topics = group.topics.emplace();
                for (const auto& [name, numbers] : by_topic(*partitions)) {
                    auto& topic = topics.emplace_back();
                    topic.topic_name = name;
                    topic.partitions = numbers;
                }
            }
        }
        auto read = [](const DescribeShareGroupOffsetsResponse& response) {
            Verdicts<std::string, ShareGroupOffsets> told;
            for (const auto& group : response.groups) {
                told.emplace(group.group_id, verdict(group));
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] static Verdict<ShareGroupOffsets> verdict(
        const DescribeShareGroupOffsetsResponse::Group& group) {
        const auto code = ErrorCode{group.error_code};
        if (code != ErrorCode::none) {
            return refused<ShareGroupOffsets>(
                next_with_coordinator(code),
                broker_error(code, group.error_message, about_group(group.group_id)));
        }
        ShareGroupOffsets offsets;
        for (const auto& topic : group.topics) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.topic_name, PartitionId{partition.partition_index}};
                offsets.emplace(key, offset_of(group.group_id, key, partition));
            }
        }
        return Verdict<ShareGroupOffsets>(std::move(offsets));
    }

    std::map<std::string, GroupOffsetsSpec> groups_;
};

/// As AlterShareGroupOffsetsHandler: a group that is rebalancing is asked again.
Next next_with_share_coordinator(ErrorCode code) {
    return code == ErrorCode::rebalance_in_progress ? Next::again : next_with_coordinator(code);
}

class AlterShareOffsets final : public Handler<TopicPartition, void> {
public:
    AlterShareOffsets(std::string group, std::map<TopicPartition, Offset> starts)
        : group_(std::move(group)), starts_(std::move(starts)) {}

    Route route(const TopicPartition& /*key*/) const override { return Route::to_group(group_); }
    std::string describe(const TopicPartition& key) const override {
        return about_offset(group_, key);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<TopicPartition> keys,
                  Duration /*time_left*/) override {
        AlterShareGroupOffsetsRequest request;
        request.group_id = group_;
        for (const auto& [name, numbers] : by_topic(keys)) {
            auto& topic = request.topics.emplace_back();
            topic.topic_name = name;
            for (const std::int32_t number : numbers) {
                auto& partition = topic.partitions.emplace_back();
                partition.partition_index = number;
                partition.start_offset = starts_.at({name, PartitionId{number}}).get();
            }
        }
        auto read = [this, keys](const AlterShareGroupOffsetsResponse& response) {
            return verdicts(keys, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] Verdicts<TopicPartition, void> verdicts(
        const std::vector<TopicPartition>& keys,
        const AlterShareGroupOffsetsResponse& response) const {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return all_refused<TopicPartition, void>(
                keys, next_with_share_coordinator(code),
                broker_error(code, response.error_message, about_group(group_)));
        }
        Verdicts<TopicPartition, void> told;
        for (const auto& topic : response.responses) {
            for (const auto& partition : topic.partitions) {
                const TopicPartition key{topic.topic_name, PartitionId{partition.partition_index}};
                told.emplace(key, settled(ErrorCode{partition.error_code}, partition.error_message,
                                          describe(key)));
            }
        }
        return told;
    }

    std::string group_;
    std::map<TopicPartition, Offset> starts_;
};

class DeleteShareOffsets final : public Handler<std::string, void> {
public:
    explicit DeleteShareOffsets(std::string group) : group_(std::move(group)) {}

    Route route(const std::string& /*topic*/) const override { return Route::to_group(group_); }
    std::string describe(const std::string& topic) const override {
        return fmt::format("the offsets of share group {} in topic {}", group_, topic);
    }
    Asks requests(const admin::Node& /*to*/, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        DeleteShareGroupOffsetsRequest request;
        request.group_id = group_;
        for (const auto& topic : keys) {
            request.topics.emplace_back().topic_name = topic;
        }
        auto read = [this, keys](const DeleteShareGroupOffsetsResponse& response) {
            return verdicts(keys, response);
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] Verdicts<std::string, void> verdicts(
        const std::vector<std::string>& keys,
        const DeleteShareGroupOffsetsResponse& response) const {
        const auto code = ErrorCode{response.error_code};
        if (code != ErrorCode::none) {
            return all_refused<std::string, void>(
                keys, next_with_share_coordinator(code),
                broker_error(code, response.error_message, about_group(group_)));
        }
        Verdicts<std::string, void> told;
        for (const auto& topic : response.responses) {
            told.emplace(topic.topic_name, settled(ErrorCode{topic.error_code}, topic.error_message,
                                                   describe(topic.topic_name)));
        }
        return told;
    }

    std::string group_;
};

}  // namespace

Plan<Outcomes<std::string, ShareGroupOffsets>> list_share_group_offsets_plan(
    std::map<std::string, GroupOffsetsSpec> groups, const Settings& settings) {
    auto keys = keys_of(groups);
    return keyed_plan<std::string, ShareGroupOffsets>(
        std::move(keys), std::make_unique<ListShareOffsets>(std::move(groups)), settings);
}

Plan<Outcomes<TopicPartition>> alter_share_group_offsets_plan(
    std::string group_id, std::map<TopicPartition, Offset> start_offsets,
    const Settings& settings) {
    auto keys = keys_of(start_offsets);
    return keyed_plan<TopicPartition, void>(
        std::move(keys),
        std::make_unique<AlterShareOffsets>(std::move(group_id), std::move(start_offsets)),
        settings);
}

Plan<Outcomes<std::string>> delete_share_group_offsets_plan(std::string group_id,
                                                            std::set<std::string> topics,
                                                            const Settings& settings) {
    return keyed_plan<std::string, void>(
        std::move(topics), std::make_unique<DeleteShareOffsets>(std::move(group_id)), settings);
}

}  // namespace barnabas::client::admin_api
