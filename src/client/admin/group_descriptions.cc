// Groups described by their coordinators, each group by the API of its kind. Which kind a consumer
// group is shows only when it is asked for: first with ConsumerGroupDescribe (KIP-848), then, where
// the broker does not have that or the group is none of those, with DescribeGroups.
#include "client/admin/conversions.h"
#include "client/admin/keyed_operation.h"
#include "client/admin/plans.h"
#include "client/consumer/consumer_protocol.h"
#include "wire/messages/consumer_group_describe.h"
#include "wire/messages/describe_groups.h"
#include "wire/messages/share_group_describe.h"

namespace barnabas::client::admin_api {
namespace {

using admin::ClassicGroupDescription;
using admin::ConsumerGroupDescription;
using admin::GroupType;
using admin::MemberDescription;
using admin::ShareGroupDescription;
using wire::ConsumerGroupDescribeRequest;
using wire::ConsumerGroupDescribeResponse;
using wire::DescribeGroupsRequest;
using wire::DescribeGroupsResponse;
using wire::ShareGroupDescribeRequest;
using wire::ShareGroupDescribeResponse;

constexpr std::string_view consumer_protocol = "consumer";

/// Of ConsumerGroupDescribe and ShareGroupDescribe alike.
template <class Assignment>
std::set<TopicPartition> partitions_of(const Assignment& assignment) {
    std::set<TopicPartition> partitions;
    for (const auto& topic : assignment.topic_partitions) {
        for (const std::int32_t partition : topic.partitions) {
            partitions.emplace(topic.topic_name, PartitionId{partition});
        }
    }
    return partitions;
}

template <class Group>
Error error_of(const Group& group) {
    return broker_error(ErrorCode{group.error_code}, group.error_message,
                        about_group(group.group_id));
}

MemberDescription member_of(const ConsumerGroupDescribeResponse::Group::Member& member) {
    constexpr std::int8_t speaks_consumer = 1;
    MemberDescription described{.member_id = member.member_id,
                                .group_instance_id = member.instance_id,
                                .rack_id = member.rack_id,
                                .client_id = member.client_id,
                                .host = member.client_host,
                                .assignment = partitions_of(member.assignment),
                                .target_assignment = partitions_of(member.target_assignment),
                                .member_epoch = member.member_epoch,
                                .upgraded = {},
                                .subscribed_topics = member.subscribed_topic_names,
                                .subscribed_regex = member.subscribed_topic_regex};
    if (member.member_type >= 0) {
        described.upgraded = member.member_type == speaks_consumer;
    }
    return described;
}

/// The assignment is the group's own business unless its protocol is the consumers'.
Result<MemberDescription> member_of(const DescribeGroupsResponse::Group& group,
                                    const DescribeGroupsResponse::Group::Member& member) {
    MemberDescription described{.member_id = member.member_id,
                                .group_instance_id = member.group_instance_id,
                                .rack_id = {},
                                .client_id = member.client_id,
                                .host = member.client_host,
                                .assignment = {},
                                .target_assignment = {},
                                .member_epoch = {},
                                .upgraded = {},
                                .subscribed_topics = {},
                                .subscribed_regex = {}};
    if (group.protocol_type == consumer_protocol) {
        TRY_ASSIGN(const auto assigned, decode_assignment(member.member_assignment));
        described.assignment = {assigned.partitions.begin(), assigned.partitions.end()};
    }
    return described;
}

Result<std::vector<MemberDescription>> members_of(const DescribeGroupsResponse::Group& group) {
    std::vector<MemberDescription> members;
    for (const auto& member : group.members) {
        TRY_ASSIGN(auto described, member_of(group, member));
        members.push_back(std::move(described));
    }
    return members;
}

ConsumerGroupDescription description_of(const ConsumerGroupDescribeResponse::Group& group,
                                        const admin::Node& coordinator) {
    ConsumerGroupDescription described{
        .group_id = group.group_id,
        .is_simple = false,
        .members = {},
        .partition_assignor = group.assignor_name,
        .type = GroupType::consumer,
        .state = admin::parse_group_state(group.group_state),
        .coordinator = coordinator,
        .authorized_operations = operations_of(group.authorized_operations),
        .group_epoch = group.group_epoch,
        .target_assignment_epoch = group.assignment_epoch};
    for (const auto& member : group.members) {
        described.members.push_back(member_of(member));
    }
    return described;
}

Result<ConsumerGroupDescription> description_of(const DescribeGroupsResponse::Group& group,
                                                const admin::Node& coordinator) {
    if (!group.protocol_type.empty() && group.protocol_type != consumer_protocol) {
        return fail(ErrorCode::inconsistent_group_protocol,
                    "group {} is not a consumer group: its protocol is {}", group.group_id,
                    group.protocol_type);
    }
    TRY_ASSIGN(auto members, members_of(group));
    return ConsumerGroupDescription{
        .group_id = group.group_id,
        .is_simple = group.protocol_type.empty(),
        .members = std::move(members),
        .partition_assignor = group.protocol_data,
        .type = GroupType::classic,
        .state = admin::parse_group_state(group.group_state),
        .coordinator = coordinator,
        .authorized_operations = operations_of(group.authorized_operations),
        .group_epoch = {},
        .target_assignment_epoch = {}};
}

DescribeGroupsRequest classic_request(const std::vector<std::string>& ids, bool operations) {
    DescribeGroupsRequest request;
    request.groups = ids;
    request.include_authorized_operations = operations;
    return request;
}

class DescribeConsumerGroups final : public Handler<std::string, ConsumerGroupDescription> {
public:
    explicit DescribeConsumerGroups(bool operations) : operations_(operations) {}

    Route route(const std::string& id) const override { return Route::to_group(id); }
    std::string describe(const std::string& id) const override { return about_group(id); }
    Asks requests(const admin::Node& to, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        std::vector<std::string> classic;
        std::vector<std::string> consumer;
        for (auto& id : keys) {
            (classic_.contains(id) ? classic : consumer).push_back(std::move(id));
        }
        Asks asks;
        if (!consumer.empty()) {
            asks.push_back(ask_consumer(to, std::move(consumer)));
        }
        if (!classic.empty()) {
            asks.push_back(ask_classic(to, std::move(classic)));
        }
        return asks;
    }
    Verdict<ConsumerGroupDescription> unsupported(const std::string& id,
                                                  const Error& error) override {
        return as_classic(id, error);
    }

private:
    using Asked = Ask<std::string, ConsumerGroupDescription>;
    using Told = Verdicts<std::string, ConsumerGroupDescription>;

    Verdict<ConsumerGroupDescription> as_classic(const std::string& id, Error error) {
        const bool another_way = classic_.insert(id).second;
        return refused<ConsumerGroupDescription>(another_way ? Next::otherwise : Next::done,
                                                 std::move(error));
    }

    Asked ask_consumer(const admin::Node& to, std::vector<std::string> ids) {
        ConsumerGroupDescribeRequest request;
        request.group_ids = ids;
        request.include_authorized_operations = operations_;
        auto read = [this, to](const ConsumerGroupDescribeResponse& response) {
            Told told;
            for (const auto& group : response.groups) {
                told.emplace(group.group_id, verdict(group, to));
            }
            return told;
        };
        return ask<std::string, ConsumerGroupDescription>(std::move(ids), std::move(request),
                                                          std::move(read));
    }

    Verdict<ConsumerGroupDescription> verdict(const ConsumerGroupDescribeResponse::Group& group,
                                              const admin::Node& coordinator) {
        const auto code = ErrorCode{group.error_code};
        if (code == ErrorCode::none) {
            return Verdict<ConsumerGroupDescription>(description_of(group, coordinator));
        }
        if (code == ErrorCode::unsupported_version || code == ErrorCode::group_id_not_found) {
            return as_classic(group.group_id, error_of(group));
        }
        return refused<ConsumerGroupDescription>(next_with_coordinator(code), error_of(group));
    }

    Asked ask_classic(const admin::Node& to, std::vector<std::string> ids) {
        auto request = classic_request(ids, operations_);
        auto read = [to](const DescribeGroupsResponse& response) {
            Told told;
            for (const auto& group : response.groups) {
                const auto code = ErrorCode{group.error_code};
                if (code == ErrorCode::none) {
                    told.emplace(group.group_id,
                                 Verdict<ConsumerGroupDescription>(description_of(group, to)));
                } else {
                    told.emplace(group.group_id, refused<ConsumerGroupDescription>(
                                                     next_with_coordinator(code), error_of(group)));
                }
            }
            return told;
        };
        return ask<std::string, ConsumerGroupDescription>(std::move(ids), std::move(request),
                                                          std::move(read));
    }

    bool operations_;
    std::set<std::string> classic_;  // to be asked for, or asked for, with DescribeGroups
};

class DescribeClassicGroups final : public Handler<std::string, ClassicGroupDescription> {
public:
    explicit DescribeClassicGroups(bool operations) : operations_(operations) {}

    Route route(const std::string& id) const override { return Route::to_group(id); }
    std::string describe(const std::string& id) const override { return about_group(id); }
    Asks requests(const admin::Node& to, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        auto request = classic_request(keys, operations_);
        auto read = [to](const DescribeGroupsResponse& response) {
            Verdicts<std::string, ClassicGroupDescription> told;
            for (const auto& group : response.groups) {
                told.emplace(group.group_id, verdict(group, to));
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read));
    }

private:
    [[nodiscard]] static Verdict<ClassicGroupDescription> verdict(
        const DescribeGroupsResponse::Group& group, const admin::Node& coordinator) {
        const auto code = ErrorCode{group.error_code};
        if (code != ErrorCode::none) {
            return refused<ClassicGroupDescription>(next_with_coordinator(code), error_of(group));
        }
        auto members = members_of(group);
        if (!members) {
            return Verdict<ClassicGroupDescription>(std::unexpected(std::move(members.error())));
        }
        return Verdict<ClassicGroupDescription>(ClassicGroupDescription{
            .group_id = group.group_id,
            .protocol = group.protocol_type,
            .protocol_data = group.protocol_data,
            .members = std::move(*members),
            .state = admin::parse_group_state(group.group_state),
            .coordinator = coordinator,
            .authorized_operations = operations_of(group.authorized_operations)});
    }

    bool operations_;
};

class DescribeShareGroups final : public Handler<std::string, ShareGroupDescription> {
public:
    explicit DescribeShareGroups(bool operations) : operations_(operations) {}

    Route route(const std::string& id) const override { return Route::to_group(id); }
    std::string describe(const std::string& id) const override { return about_group(id); }
    Asks requests(const admin::Node& to, std::vector<std::string> keys,
                  Duration /*time_left*/) override {
        constexpr std::int16_t first_stable = 1;
        ShareGroupDescribeRequest request;
        request.group_ids = keys;
        request.include_authorized_operations = operations_;
        auto read = [to](const ShareGroupDescribeResponse& response) {
            Verdicts<std::string, ShareGroupDescription> told;
            for (const auto& group : response.groups) {
                const auto code = ErrorCode{group.error_code};
                if (code == ErrorCode::none) {
                    told.emplace(group.group_id,
                                 Verdict<ShareGroupDescription>(share_group_of(group, to)));
                } else {
                    told.emplace(group.group_id, refused<ShareGroupDescription>(
                                                     next_with_coordinator(code), error_of(group)));
                }
            }
            return told;
        };
        return ask_once(std::move(keys), std::move(request), std::move(read),
                        {first_stable, ShareGroupDescribeRequest::versions.last});
    }

private:
    [[nodiscard]] static ShareGroupDescription share_group_of(
        const ShareGroupDescribeResponse::Group& group, const admin::Node& coordinator) {
        ShareGroupDescription described{
            .group_id = group.group_id,
            .members = {},
            .state = admin::parse_group_state(group.group_state),
            .coordinator = coordinator,
            .group_epoch = group.group_epoch,
            .target_assignment_epoch = group.assignment_epoch,
            .assignor = group.assignor_name,
            .authorized_operations = operations_of(group.authorized_operations)};
        for (const auto& member : group.members) {
            described.members.push_back({.member_id = member.member_id,
                                         .client_id = member.client_id,
                                         .host = member.client_host,
                                         .rack_id = member.rack_id,
                                         .member_epoch = member.member_epoch,
                                         .subscribed_topics = member.subscribed_topic_names,
                                         .assignment = partitions_of(member.assignment)});
        }
        return described;
    }

    bool operations_;
};

}  // namespace

Plan<Outcomes<std::string, ConsumerGroupDescription>> describe_consumer_groups_plan(
    std::set<std::string> ids, const admin::DescribeGroupsOptions& options,
    const Settings& settings) {
    return keyed_plan<std::string, ConsumerGroupDescription>(
        std::move(ids),
        std::make_unique<DescribeConsumerGroups>(options.include_authorized_operations), settings);
}

Plan<Outcomes<std::string, ClassicGroupDescription>> describe_classic_groups_plan(
    std::set<std::string> ids, const admin::DescribeGroupsOptions& options,
    const Settings& settings) {
    return keyed_plan<std::string, ClassicGroupDescription>(
        std::move(ids),
        std::make_unique<DescribeClassicGroups>(options.include_authorized_operations), settings);
}

Plan<Outcomes<std::string, ShareGroupDescription>> describe_share_groups_plan(
    std::set<std::string> ids, const admin::DescribeGroupsOptions& options,
    const Settings& settings) {
    return keyed_plan<std::string, ShareGroupDescription>(
        std::move(ids),
        std::make_unique<DescribeShareGroups>(options.include_authorized_operations), settings);
}

}  // namespace barnabas::client::admin_api
