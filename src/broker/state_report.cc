#include "broker/state_report.h"

#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/transaction_partition.h"
#include "broker/group_metrics.h"
#include "broker/scatter.h"
#include "broker/share/share_partitions.h"
#include "coordinator/transactions/transactions.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

std::string_view verdict_name(coordinator::MarkerVerdict verdict) {
    switch (verdict) {
        using enum coordinator::MarkerVerdict;
        case written:
            return "written";
        case skipped:
            return "skipped";
        case retried:
            return "retried";
        case alarming:
            return "alarming";
        case cancelled:
            return "cancelled";
    }
    std::unreachable();
}

std::string_view state_name(share::RecordState state) {
    switch (state) {
        using enum share::RecordState;
        case available:
            return "available";
        case acquired:
            return "acquired";
        case acknowledged:
            return "acknowledged";
        case archiving:
            return "archiving";
        case archived:
            return "archived";
    }
    std::unreachable();
}

std::string_view type_name(share::AcknowledgeType type) {
    switch (type) {
        using enum share::AcknowledgeType;
        case gap:
            return "gap";
        case accept:
            return "accept";
        case release:
            return "release";
        case reject:
            return "reject";
        case renew:
            return "renew";
    }
    std::unreachable();
}

/// One part for each shard, made there by `work(shard, part)`.
template <class Part, class Work>
awaitable<std::vector<Part>> from_each_shard(Services& services, Work work) {
    const auto& shards = services.shards;
    std::vector<runtime::Shard*> targets;
    for (const auto& shard : shards) {
        targets.push_back(&shard->shard);
    }
    std::vector<Part> parts(shards.size());
    std::function<void(std::size_t)> on_shard = [&](std::size_t i) { work(*shards[i], parts[i]); };
    co_await scatter(shards.front()->shard, targets, on_shard);
    co_return parts;
}

template <class Counts>
void add(const Counts& from, Counts& to) {
    for (const auto& [name, count] : from) {
        to[name] += count;
    }
}

void report(const BrokerShard& shard, TransactionFacts& to) {
    auto add_one = [&to](TransactionPartition& partition) {
        const auto& machine = partition.machine();
        for (const auto& [state, count] : machine.states()) {
            to.ids[std::string(transaction_state_name(state))] += count;
        }
        to.ends_waiting += machine.ends_under_way();
        to.markers_waiting += machine.markers_waiting();
        const auto& counters = partition.counters();
        for (std::size_t i = 0; i < counters.answers.size(); ++i) {
            const auto verdict = static_cast<coordinator::MarkerVerdict>(i);
            to.marker_answers[std::string(verdict_name(verdict))] += counters.answers.at(i);
        }
        to.marker_answers["gone"] += counters.gone;
    };
    to.partitions_loading = shard.coordinators->for_each_transactions(add_one);
}

/// A shard's part; groups by their ids as they are.
struct SharesHere {
    ShareFacts facts;
    std::map<std::string, ShareFacts::Group> groups;
};

void report(const LedSharePartition& partition, ShareFacts::Group& to) {
    ++to.partitions;
    const auto& machine = partition.machine();
    const auto& in_flight = machine.in_flight();
    if (in_flight.empty()) {
        return;
    }
    in_flight.look(in_flight.first(), in_flight.last(),
                   [&to](Offset first, Offset last, const share::Delivery& delivery) {
                       to.records[std::string(state_name(delivery.state))] +=
                           static_cast<std::uint64_t>(last - first + 1);
                   });
}

void report(BrokerShard& shard, SharesHere& to) {
    auto& shares = *shard.shares;
    to.facts.sessions = shares.sessions().size();
    for (const auto& [key, partition] : shares.all()) {
        if (partition->is_active()) {
            report(*partition, to.groups[key.group]);
        } else if (!partition->is_over()) {
            ++to.facts.partitions_loading;
        }
    }
    const auto& counters = shares.counters();
    to.facts.acquired = counters.acquired;
    for (std::size_t i = 0; i < counters.acknowledged.size(); ++i) {
        const auto type = static_cast<share::AcknowledgeType>(i);
        to.facts.acknowledged[std::string(type_name(type))] = counters.acknowledged.at(i);
    }
    to.facts.dead_letters_written = counters.dead_letters_written;
    to.facts.dead_letters_lost = counters.dead_letters_lost;
}

}  // namespace

awaitable<TransactionFacts> gather_transactions(Services& services) {
    auto work = [](BrokerShard& shard, TransactionFacts& part) { report(shard, part); };
    const auto parts = co_await from_each_shard<TransactionFacts>(services, work);
    TransactionFacts all;
    for (const auto& part : parts) {
        add(part.ids, all.ids);
        add(part.marker_answers, all.marker_answers);
        all.partitions_loading += part.partitions_loading;
        all.ends_waiting += part.ends_waiting;
        all.markers_waiting += part.markers_waiting;
    }
    co_return all;
}

awaitable<ShareFacts> gather_shares(Services& services, std::size_t groups_max) {
    auto work = [](BrokerShard& shard, SharesHere& part) { report(shard, part); };
    const auto parts = co_await from_each_shard<SharesHere>(services, work);
    ShareFacts all;
    // Ids that are no text may have one label: together they are one group.
    std::map<std::string, ShareFacts::Group> groups;
    for (const auto& part : parts) {
        all.sessions += part.facts.sessions;
        all.partitions_loading += part.facts.partitions_loading;
        all.acquired += part.facts.acquired;
        add(part.facts.acknowledged, all.acknowledged);
        all.dead_letters_written += part.facts.dead_letters_written;
        all.dead_letters_lost += part.facts.dead_letters_lost;
        for (const auto& [id, group] : part.groups) {
            auto& known = groups[group_label(id)];
            known.partitions += group.partitions;
            add(group.records, known.records);
        }
    }
    for (auto& [label, group] : groups) {
        if (all.groups.size() == groups_max) {
            break;
        }
        group.id = label;
        all.groups.push_back(std::move(group));
    }
    co_return all;
}

}  // namespace barnabas::broker
