#include "broker/coordinators/marker_writer.h"

#include "base/topic_name.h"
#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/group_partition.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace barnabas::broker {
namespace {

/// A marker on its way to the shard that owns its partition.
struct Sent {
    MarkerWrite* marker = nullptr;
    TopicId topic;
    BrokerShard* owner = nullptr;  // none: the marker says why
    FirstAppends::Ticket in_line{};
    std::optional<replication::ToFlush> to_flush{};
};

Sent locate(const Services& services, const BrokerShard& home, MarkerWrite& marker) {
    const auto* topic = home.image->topic(marker.partition.topic);
    const auto* partition =
        topic == nullptr ? nullptr : topic->partition(marker.partition.partition);
    Sent sent{.marker = &marker, .topic = {}};
    if (partition == nullptr) {
        marker.gone = true;
    } else if (partition->why_offline) {
        marker.error = Error{ErrorCode::kafka_storage_error, *partition->why_offline};
    } else if (partition->leader != services.node) {
        marker.error =
            Error{ErrorCode::not_leader_or_follower,
                  fmt::format("broker {} leads {}", partition->leader, marker.partition)};
    } else {
        sent.topic = topic->id;
        sent.owner = &services.owner(topic->id, marker.partition.partition);
    }
    return sent;
}

/// The group coordinator that has to hear of it; null if it is no partition of a coordinator.
Result<std::shared_ptr<GroupPartition>> listener(const Sent& sent) {
    if (sent.marker->partition.topic != group_metadata_topic) {
        return nullptr;
    }
    return sent.owner->coordinators->group(sent.marker->partition.partition);
}

/// On the owner's shard; the log's end is in memory.
void append(Sent& sent, const Logger& log) {
    auto& marker = *sent.marker;
    auto& owner = *sent.owner;
    auto* partition = owner.partitions.find(sent.topic, marker.partition.partition);
    if (partition == nullptr) {
        marker.error = owner.why_not_here(sent.topic, marker.partition.partition);
        return;
    }
    auto group = listener(sent);
    if (!group) {
        marker.error = std::move(group.error());
        return;
    }
    const replication::MarkerFrom from{.producer = marker.producer.id,
                                       .epoch = marker.producer.epoch,
                                       .commit = marker.commit,
                                       .coordinator_epoch = marker.coordinator_epoch,
                                       .transaction_version = marker.transaction_version,
                                       .now = owner.shard.clock().both()};
    auto outcome = paced_append(owner, *partition, [&](replication::Partition& to) {
        return to.append_marker(from, owner.validator);
    });
    if (outcome.disk_gave_out) {
        log.error("{} takes no records until the disk does again: {}", marker.partition,
                  outcome.message);
    }
    if (outcome.error != ErrorCode::none) {
        marker.error = Error{outcome.error, std::move(outcome.message)};
        return;
    }
    sent.to_flush = outcome.to_flush;
    if (*group) {
        (*group)->end_transaction(marker.producer.id, marker.commit);
    }
}

void begin(Sent& sent, const Logger& log) {
    auto& first_appends = sent.owner->first_appends;
    auto* partition = sent.owner->partitions.find(sent.topic, sent.marker->partition.partition);
    if (partition == nullptr || !first_appends.must_queue(*partition, {})) {
        append(sent, log);
        return;
    }
    auto later = [&sent, &log] { append(sent, log); };
    sent.in_line = first_appends.enqueue(*partition, {}, later);
}

awaitable<void> flush(BrokerShard& owner, std::vector<Sent*> sent, Time until) {
    std::vector<Flusher::Wanted> due;
    std::erase_if(sent, [](const Sent* one) { return !one->to_flush; });
    for (const auto* one : sent) {
        due.push_back({.topic = one->topic,
                       .partition = one->marker->partition.partition,
                       .to = *one->to_flush});
    }
    if (due.empty()) {
        co_return;
    }
    auto flushed = co_await owner.flusher.flush(std::move(due), until);
    for (std::size_t i = 0; i < flushed.size(); ++i) {
        sent[i]->marker->error = std::move(flushed[i].error);
    }
}

/// On the owner's shard, all of its markers.
awaitable<void> write_here(BrokerShard& owner, std::vector<Sent*> sent, const Logger& log,
                           Time until) {
    for (auto* one : sent) {
        begin(*one, log);
    }
    for (auto* one : sent) {
        if (one->in_line && !co_await owner.first_appends.wait(std::move(one->in_line), until)) {
            one->marker->error =
                Error{ErrorCode::request_timed_out,
                      "the disk takes too long to read the end of the log; nothing was appended"};
        }
    }
    co_await flush(owner, std::move(sent), until);
}

awaitable<void> write_there(BrokerShard& home, BrokerShard& owner, std::vector<Sent*> sent,
                            const Logger& log, Time until) {
    auto write = [&owner, &sent, &log, until] { return write_here(owner, sent, log, until); };
    co_await runtime::await_on(home.shard, owner.shard, write);
}

}  // namespace

awaitable<void> write_markers(Services& services, BrokerShard& home,
                              std::vector<MarkerWrite>& markers, Time until) {
    std::vector<Sent> all;
    all.reserve(markers.size());
    for (auto& marker : markers) {
        all.push_back(locate(services, home, marker));
    }
    std::vector<std::pair<BrokerShard*, std::vector<Sent*>>> by_owner;
    for (const auto& shard : services.shards) {
        std::vector<Sent*> of_shard;
        for (auto& sent : all) {
            if (sent.owner == shard.get()) {
                of_shard.push_back(&sent);
            }
        }
        if (!of_shard.empty()) {
            by_owner.emplace_back(shard.get(), std::move(of_shard));
        }
    }
    if (by_owner.size() == 1) {
        co_await write_there(home, *by_owner[0].first, std::move(by_owner[0].second), services.log,
                             until);
        co_return;
    }
    runtime::TaskGroup shards(home.shard);
    for (auto& [owner, sent] : by_owner) {
        shards.spawn(write_there(home, *owner, std::move(sent), services.log, until));
    }
    co_await shards.join();
}

}  // namespace barnabas::broker
