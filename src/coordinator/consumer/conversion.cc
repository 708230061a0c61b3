#include "coordinator/consumer/conversion.h"

#include "base/invariant.h"
#include "coordinator/classic/group_record.h"
#include "coordinator/consumer/embedded_protocol.h"
#include "coordinator/consumer/group_records.h"
#include "coordinator/consumer/subscriptions.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator {
namespace {

Result<void> check_upgrade(const ClassicGroup& group, const ConsumerGroupConfig& config) {
    const auto refuse = [&group](std::string why) {
        return fail(ErrorCode::group_id_not_found,
                    "Group {} is not a consumer group but a classic group with {} members, and is "
                    "not converted: {}.",
                    group.id(), group.member_count(), why);
    };
    if (config.migration != MigrationPolicy::upgrade &&
        config.migration != MigrationPolicy::bidirectional) {
        return refuse("group.consumer.migration.policy allows no upgrade");
    }
    if (!group.uses_consumer_protocol()) {
        return refuse(fmt::format("its protocol type is \"{}\", not \"{}\"", group.protocol_type(),
                                  consumer_protocol_type));
    }
    if (group.member_count() > config.max_size) {
        return refuse(fmt::format("group.consumer.max.size is {}", config.max_size));
    }
    return {};
}

/// What all members can be read in: the generation's protocol; before the first generation, and
/// where somebody has come since who does not offer it, what would be chosen now.
std::string common_protocol(const ClassicGroup& group) {
    const auto& current = group.protocol();
    const bool is_offered = current && std::ranges::all_of(group.members(), [&](const auto& entry) {
                                return entry.second.offers(*current);
                            });
    return is_offered ? *current : group.select_protocol();
}

ClassicMember classic_part(const ClassicGroupMember& member) {
    ClassicMember part{.session_timeout_ms = member.session_timeout_ms, .protocols = {}};
    for (const ClassicProtocol& protocol : member.protocols()) {
        const ByteView metadata = protocol.metadata->view();
        part.protocols.push_back(
            {.name = protocol.name, .metadata = {metadata.begin(), metadata.end()}});
    }
    return part;
}

using Taken = std::set<std::pair<Uuid, std::int32_t>>;

/// The members assigned, so a partition may stand with two of them: the first has it.
void take(ConsumerMember& member, const Assignment& assignment, Taken& taken) {
    for (const auto& [topic, partitions] : assignment) {
        for (const std::int32_t partition : partitions) {
            if (taken.emplace(topic, partition).second) {
                hold(member.assigned, topic, {.partition = partition, .epoch = member.epoch});
            }
        }
    }
}

struct UpgradedMember {
    ConsumerMember member;
    Assignment assigned;
    Assignment owned;  // as it said when it joined
};

Result<UpgradedMember> upgraded(const ClassicGroupMember& classic, const std::string& protocol,
                                std::int32_t epoch, const TopicsView& topics) {
    TRY_ASSIGN(auto subscription,
               read_embedded_subscription(classic.metadata(protocol)->view(), topics));
    TRY_ASSIGN(Assignment assigned, read_embedded_assignment(classic.assigned(), topics));
    ConsumerMember member;
    member.id = classic.id;
    member.instance_id = classic.instance_id;
    member.rack_id = std::move(subscription.rack_id);
    member.client_id = classic.client_id;
    member.client_host = classic.client_host;
    member.set_topics(std::move(subscription.topics));
    member.rebalance_timeout_ms = classic.rebalance_timeout_ms;
    member.classic = classic_part(classic);
    member.epoch = epoch;
    member.previous_epoch = epoch;
    return UpgradedMember{.member = std::move(member),
                          .assigned = std::move(assigned),
                          .owned = std::move(subscription.owned)};
}

void add_records(const ConsumerGroup& group, Records& records) {
    for (const auto& [id, member] : group.members()) {
        records.push_back(subscription_record(group.id(), member));
    }
    records.push_back(group_epoch_record(group.id(), group.epoch(), group.metadata_hash()));
    for (const auto& [id, target] : group.targets()) {
        records.push_back(target_record(group.id(), id, target));
    }
    records.push_back(
        target_epoch_record(group.id(), group.assignment_epoch(), group.assigned_at()));
    for (const auto& [id, member] : group.members()) {
        records.push_back(current_assignment_record(group.id(), member));
    }
}

/// The first that all members of the classic protocol offer; nothing: there is none.
std::optional<std::string> common_protocol(const ConsumerGroup& group) {
    std::map<std::string_view, std::size_t> offered;
    std::size_t count = 0;
    const ConsumerMember* first = nullptr;
    for (const auto& [id, member] : group.members()) {
        if (!member.classic) {
            continue;
        }
        ++count;
        first = first == nullptr ? &member : first;
        for (const ClassicMember::Protocol& protocol : member.classic->protocols) {
            ++offered[protocol.name];
        }
    }
    if (first == nullptr) {
        return std::nullopt;
    }
    for (const ClassicMember::Protocol& protocol : first->classic->protocols) {
        if (offered[protocol.name] == count) {
            return protocol.name;
        }
    }
    return std::nullopt;
}

Assignment all_held(const ConsumerMember& member) {
    Holding all = member.assigned;
    for (const auto& [topic, partitions] : member.revoking) {
        for (const HeldPartition& held : partitions) {
            hold(all, topic, held);
        }
    }
    return partitions_of(all);
}

ClassicGroup::Stored::Member downgraded(const ConsumerMember& member, const std::string& protocol,
                                        const TopicsView& topics) {
    ClassicGroup::Stored::Member stored;
    stored.member.id = member.id;
    stored.member.instance_id = member.instance_id;
    stored.member.client_id = member.client_id;
    stored.member.client_host = member.client_host;
    stored.member.session_timeout_ms = member.classic->session_timeout_ms;
    stored.member.rebalance_timeout_ms = member.rebalance_timeout_ms;
    stored.member.protocol_type = consumer_protocol_type;
    std::int16_t version = 0;
    for (const ClassicMember::Protocol& offered : member.classic->protocols) {
        stored.protocols.push_back({.name = offered.name, .metadata = share(offered.metadata)});
        if (offered.name == protocol) {
            const auto subscription = read_embedded_subscription(offered.metadata, topics);
            version = subscription ? subscription->version : version;
        }
    }
    stored.member.assignment =
        share(write_embedded_assignment(all_held(member), topics, version).view());
    return stored;
}

}  // namespace

Result<Upgrade> upgrade(const ClassicGroup& group, const TopicsView& topics,
                        const ConsumerGroupConfig& config) {
    TRY(check_upgrade(group, config));
    // Before the first generation, which nobody was told of, it is 0: a member's epoch of that
    // would mean that it joins, and one that reads nothing would keep it.
    const std::int32_t epoch = std::max(group.generation(), initial_epoch);
    ConsumerGroup::Stored stored{.epoch = epoch, .members = {}};
    const std::string protocol = group.member_count() == 0 ? "" : common_protocol(group);
    std::vector<UpgradedMember> members;
    Taken taken;
    for (const auto& [id, classic] : group.members()) {
        auto member = upgraded(classic, protocol, epoch, topics);
        if (!member) {
            return fail(ErrorCode::group_id_not_found,
                        "Cannot upgrade the classic group {} to consumer group: member {}: {}",
                        group.id(), id, member.error().message);
        }
        take(member->member, member->assigned, taken);
        members.push_back(std::move(*member));
    }
    for (UpgradedMember& member : members) {
        take(member.member, member.owned, taken);
        stored.members.push_back(std::move(member.member));
    }
    Upgrade result{.group = std::make_unique<ConsumerGroup>(group.id(), topics, std::move(stored)),
                   .records = {}};
    group.add_tombstones(result.records);
    add_records(*result.group, result.records);
    return result;
}

bool may_downgrade_without(const ConsumerGroup& group, const ConsumerMember& leaving,
                           const ConsumerGroupConfig& config) {
    const bool is_allowed = config.migration == MigrationPolicy::downgrade ||
                            config.migration == MigrationPolicy::bidirectional;
    if (!is_allowed || leaving.classic || group.member_count() - 1 > config.classic_max_size) {
        return false;
    }
    const bool only_classic = std::ranges::all_of(group.members(), [&leaving](const auto& entry) {
        return entry.second.classic.has_value() || entry.first == leaving.id;
    });
    return only_classic && (group.member_count() == 1 || common_protocol(group));
}

Records downgrade_records(const ConsumerGroup& group, const ConsumerMember& leaving,
                          const TopicsView& topics, Timestamp now) {
    ClassicGroup::Stored stored{.generation = group.epoch(),
                                .protocol_type = std::string(consumer_protocol_type),
                                .protocol = common_protocol(group),
                                .leader = std::nullopt,
                                .since = now,
                                .members = {}};
    for (const auto& [id, member] : group.members()) {
        if (id == leaving.id) {
            continue;
        }
        INVARIANT(member.classic && stored.protocol, "{} of {} is no classic member", id,
                  group.id());
        stored.members.push_back(downgraded(member, *stored.protocol, topics));
    }
    Records records;
    group.add_tombstones(records);
    records.push_back(group_record(ClassicGroup(group.id(), std::move(stored))));
    return records;
}

}  // namespace barnabas::coordinator
