#include "broker/group_report.h"

#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/group_counters.h"
#include "broker/coordinators/group_partition.h"
#include "broker/scatter.h"
#include "broker/share_positions.h"
#include "coordinator/group_coordinator.h"
#include "wire/records/batch_view.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace barnabas::broker {
namespace {

std::string_view event_name(coordinator::GroupEvent::Kind kind) {
    switch (kind) {
        using enum coordinator::GroupEvent::Kind;
        case rebalance:
            return "rebalance";
        case stable:
            return "stable";
        case member_expired:
            return "member_expired";
        case emptied:
            return "emptied";
        case died:
            return "died";
        case converted:
            return "converted";
    }
    return "other";
}

std::string_view cause_name(coordinator::RebalanceCause cause) {
    switch (cause) {
        using enum coordinator::RebalanceCause;
        case other:
            break;
        case member_joined:
            return "member_joined";
        case member_left:
            return "member_left";
        case member_expired:
            return "member_expired";
        case subscription_changed:
            return "subscription_changed";
        case topics_changed:
            return "topics_changed";
    }
    return "other";
}

void add_counters(const GroupCounters& counters, GroupFacts& to) {
    for (std::size_t i = 0; i < counters.rebalance_causes.size(); ++i) {
        const auto cause = static_cast<coordinator::RebalanceCause>(i);
        to.rebalances[std::string(cause_name(cause))] += counters.rebalance_causes.at(i);
    }
    for (std::size_t i = 0; i < counters.events.size(); ++i) {
        const auto kind = static_cast<coordinator::GroupEvent::Kind>(i);
        if (kind != coordinator::GroupEvent::Kind::rebalance) {
            to.events[std::string(event_name(kind))] += counters.events.at(i);
        }
    }
    to.expiry_failures += counters.expiry_failures;
}

/// What a shard's partitions say, with the ids of topics that offsets were committed with.
struct ShardReport {
    GroupFacts facts;
    std::vector<std::vector<TopicId>> topic_ids;  // as facts.groups and their offsets
    /// Of share groups, by label. Of several with one label, of which one is shown, one's.
    std::map<std::string, std::vector<SharePosition>> shares;
};

/// A group on its shard, while nothing else happens there.
struct GroupHere {
    std::string_view id;
    const coordinator::Group* group = nullptr;
    const coordinator::Offsets* offsets = nullptr;
};

std::vector<SharePosition> positions_of(const coordinator::Group& group) {
    return group.type() == coordinator::GroupType::share
               ? positions_to_find(static_cast<const coordinator::ShareGroup&>(group))
               : std::vector<SharePosition>();
}

std::size_t committed_of(const GroupHere& here) {
    std::size_t size = 0;
    const auto& all = here.offsets->groups();
    if (const auto found = all.find(here.id); found != all.end()) {
        for (const auto& [topic, partitions] : found->second) {
            size += partitions.size();
        }
    }
    return size;
}

/// Nothing is added if there is no room.
void add_group(const GroupHere& here, ReportRoom& room, ShardReport& to) {
    auto positions = positions_of(*here.group);
    if (!room.take(committed_of(here) + positions.size())) {
        return;
    }
    GroupFacts::Group group{
        .id = group_label(here.id), .members = here.group->member_count(), .offsets = {}};
    std::vector<TopicId> ids;
    const auto& all = here.offsets->groups();
    if (const auto found = all.find(here.id); found != all.end()) {
        for (const auto& [topic, partitions] : found->second) {
            partitions.for_each([&](std::int32_t partition, const auto& committed) {
                group.offsets.push_back({.topic = topic,
                                         .partition = PartitionId{partition},
                                         .offset = Offset{committed.offset},
                                         .lag = {},
                                         .age = {}});
                ids.push_back(committed.topic_id);
            });
        }
    }
    if (!positions.empty()) {
        to.shares.emplace(group.id, std::move(positions));
    }
    to.facts.groups.push_back(std::move(group));
    to.topic_ids.push_back(std::move(ids));
}

void report(const Coordinators& coordinators, const GroupReportLimits& limits, ShardReport& to) {
    std::vector<GroupHere> groups;
    to.facts.partitions_loading = coordinators.for_each_group([&](const GroupPartition& partition) {
        const auto& coordinator = partition.coordinator();
        for (const auto& [id, group] : coordinator.groups().all()) {
            ++to.facts.counts[{std::string(group_type_name(group->type())),
                               std::string(group->state_name())}];
            groups.push_back({.id = id, .group = group.get(), .offsets = &coordinator.offsets()});
        }
        to.facts.offsets += coordinator.offsets().size();
        add_counters(partition.counters(), to.facts);
    });
    const auto shown = std::min(groups.size(), limits.groups);
    const auto middle = groups.begin() + static_cast<std::ptrdiff_t>(shown);
    std::ranges::partial_sort(groups, middle, {}, &GroupHere::id);
    ReportRoom room(limits);
    for (std::size_t i = 0; i < shown; ++i) {
        add_group(groups[i], room, to);
    }
    to.facts.groups_left_out = groups.size() - to.facts.groups.size();
}

void merge(ShardReport& from, ShardReport& to) {
    std::ranges::move(from.facts.groups, std::back_inserter(to.facts.groups));
    std::ranges::move(from.topic_ids, std::back_inserter(to.topic_ids));
    to.shares.merge(from.shares);
    to.facts.groups_left_out += from.facts.groups_left_out;
    for (const auto& [names, count] : from.facts.counts) {
        to.facts.counts[names] += count;
    }
    to.facts.offsets += from.facts.offsets;
    to.facts.partitions_loading += from.facts.partitions_loading;
    for (const auto& [cause, count] : from.facts.rebalances) {
        to.facts.rebalances[cause] += count;
    }
    for (const auto& [kind, count] : from.facts.events) {
        to.facts.events[kind] += count;
    }
    to.facts.expiry_failures += from.facts.expiry_failures;
}

std::size_t offsets_of(const ShardReport& report, const GroupFacts::Group& group) {
    const auto shared = report.shares.find(group.id);
    return group.offsets.size() + (shared == report.shares.end() ? 0 : shared->second.size());
}

/// The limits hold for all shards together. Offsets of earlier topics of a name go.
GroupFacts put_in_order(ShardReport& report, const GroupReportLimits& limits,
                        const ClusterImage& image) {
    auto& groups = report.facts.groups;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        std::size_t at = 0;
        std::erase_if(groups[i].offsets, [&](const GroupFacts::Committed& offset) {
            const auto& id = report.topic_ids[i][at++];
            const auto* topic = image.topic(offset.topic);
            return topic == nullptr || (!id.is_zero() && id != topic->id);
        });
    }
    const auto found = groups.size();
    std::ranges::sort(groups, {}, &GroupFacts::Group::id);
    // Ids that are no text may have one label: one of them is shown.
    const auto doubles = std::ranges::unique(groups, {}, &GroupFacts::Group::id);
    groups.erase(doubles.begin(), doubles.end());
    ReportRoom room(limits);
    std::erase_if(groups, [&](const GroupFacts::Group& group) {
        return !room.take(offsets_of(report, group));
    });
    report.facts.groups_left_out += found - groups.size();
    return std::move(report.facts);
}

/// Of the share groups that are shown; `group` is their place among the facts.
std::vector<SharePosition> shown_positions(const ShardReport& report, const GroupFacts& facts) {
    std::vector<SharePosition> shown;
    for (std::size_t i = 0; i < facts.groups.size(); ++i) {
        if (const auto at = report.shares.find(facts.groups[i].id); at != report.shares.end()) {
            for (const auto& position : at->second) {
                shown.push_back(position);
                shown.back().group = i;
            }
        }
    }
    return shown;
}

/// An offset of the facts that is a share group's, of whose lag some is done with.
struct SharedOffset {
    std::size_t group = 0;
    std::size_t offset = 0;
    std::int32_t done = 0;  // -1: not known
};

/// Where a share group begins stands for its committed offset.
std::vector<SharedOffset> add_found(const std::vector<SharePosition>& positions,
                                    const ClusterImage& image, GroupFacts& facts) {
    std::vector<SharedOffset> added;
    for (const auto& position : positions) {
        const auto* topic = image.topic(TopicId{position.of.topic});
        if (topic == nullptr || position.start == no_offset) {
            continue;
        }
        auto& offsets = facts.groups[position.group].offsets;
        added.push_back({.group = position.group, .offset = offsets.size(), .done = position.done});
        offsets.push_back({.topic = topic->name,
                           .partition = PartitionId{position.of.partition},
                           .offset = position.start,
                           .lag = {},
                           .age = {}});
    }
    return added;
}

/// Records behind the start that the group is done with are no lag (KIP-1226).
void leave_out_done(const std::vector<SharedOffset>& shared, GroupFacts& facts) {
    for (const auto& one : shared) {
        auto& offset = facts.groups[one.group].offsets[one.offset];
        if (one.done < 0) {
            offset.lag.reset();
        } else if (offset.lag) {
            offset.lag = std::max<std::int64_t>(*offset.lag - one.done, 0);
            offset.age = *offset.lag == 0 ? std::optional(Duration(0)) : offset.age;
        }
    }
}

/// By the head of the batch that `slice` begins with; nothing if there is no telling.
std::optional<Timestamp> written_at(const runtime::FileSlice& slice) {
    std::array<std::byte, wire::batch_layout::records_at> head{};
    const auto got = slice.file->read_at(slice.position, head);
    if (!got || *got < wire::batch_layout::up_to_magic) {
        return std::nullopt;
    }
    const wire::BatchView batch(ByteView(head).first(*got));
    const bool has_base = !batch.is_legacy() && !batch.delete_horizon();
    const auto when = has_base ? batch.base_timestamp() : batch.max_timestamp();
    return when.get() >= 0 ? std::optional(when) : std::nullopt;
}

}  // namespace

struct GroupReport::Question {
    GroupFacts::Committed& about;
    Place place;
    BrokerShard& owner;
    std::optional<Timestamp> written;  // known, or found out
};

void GroupReport::answer(BrokerShard& shard, Question& question) const {
    const auto& [topic, number, offset] = question.place;
    auto* partition = shard.partitions.find(topic, number);
    if (partition == nullptr) {
        return;
    }
    const auto end = partition->log().log_end();
    question.about.lag = std::max<std::int64_t>(end.get() - offset.get(), 0);
    const auto start = partition->log().log_start();
    // What is known of an offset that was deleted since may be of a batch that was deleted with it.
    if (question.about.lag == 0 || (question.written && offset >= start)) {
        return;
    }
    const auto read = partition->read({.offset = std::max(offset, start),
                                       .max_bytes = 1,
                                       .at_least_one_batch = true,
                                       .may_wait = false});
    if (read.cold) {
        // Nobody waits for it: the next report finds it in memory.
        [[maybe_unused]] const auto reads = shard.cold_reads.start({*read.cold});
    } else if (read.error == ErrorCode::none && read.records.size > 0) {
        question.written = written_at(read.records);
    }
}

awaitable<void> GroupReport::measure(GroupFacts& facts, const ClusterImage& image) {
    std::vector<Question> questions;
    for (auto& group : facts.groups) {
        for (auto& offset : group.offsets) {
            const auto* topic = image.topic(offset.topic);
            const Place place{topic->id, offset.partition, offset.offset};
            const auto known = known_.find(place);
            questions.push_back(
                {.about = offset,
                 .place = place,
                 .owner = services_.owner(topic->id, offset.partition),
                 .written = known != known_.end() ? std::optional(known->second) : std::nullopt});
        }
    }
    const auto& shards = services_.shards;
    std::vector<runtime::Shard*> targets;
    for (const auto& shard : shards) {
        targets.push_back(&shard->shard);
    }
    std::function<void(std::size_t)> work = [&](std::size_t i) {
        for (auto& question : questions) {
            if (&question.owner == shards[i].get()) {
                answer(*shards[i], question);
            }
        }
    };
    co_await scatter(shards.front()->shard, targets, work);
    known_.clear();
    const auto now = shards.front()->shard.clock().both().wall;
    for (const auto& question : questions) {
        if (question.about.lag == 0) {
            question.about.age = Duration(0);
        } else if (question.written) {
            known_.emplace(question.place, *question.written);
            const auto ms = std::max<std::int64_t>(now.get() - question.written->get(), 0);
            question.about.age = std::chrono::milliseconds(ms);
        }
    }
}

awaitable<GroupFacts> GroupReport::gather(GroupReportLimits limits) {
    const auto& shards = services_.shards;
    std::vector<runtime::Shard*> targets;
    for (const auto& shard : shards) {
        targets.push_back(&shard->shard);
    }
    std::vector<ShardReport> reports(shards.size());
    std::function<void(std::size_t)> work = [&](std::size_t i) {
        if (const auto* coordinators = shards[i]->coordinators) {
            report(*coordinators, limits, reports[i]);
        }
    };
    co_await scatter(shards.front()->shard, targets, work);
    ShardReport all;
    for (auto& of_shard : reports) {
        merge(of_shard, all);
    }
    const ClusterImagePtr image = shards.front()->image;
    auto facts = put_in_order(all, limits, *image);
    auto positions = shown_positions(all, facts);
    co_await find_positions(services_, positions);
    const auto shared = add_found(positions, *image, facts);
    co_await measure(facts, *image);
    leave_out_done(shared, facts);
    co_return facts;
}

}  // namespace barnabas::broker
