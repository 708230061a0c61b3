// Produce. Versions 0-13; 3 brought transactional ids and format 2 batches, 5 the log start offset,
// 7 zstd, 8 per-record errors and sentences (KIP-467), 10 the leader to go to instead (KIP-951), 13
// topic ids (KIP-516). Versions 0-2 come from old clients with formats 0 and 1, which are
// converted.
#include "wire/messages/produce.h"

#include "broker/handlers/handlers.h"
#include "broker/scatter.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

using wire::ProduceRequest;
using wire::ProduceResponse;

/// One partition of the request on its way to the shard that owns it.
struct Item {
    const TopicImage* topic = nullptr;
    PartitionId partition;
    MutableByteView records;
    BrokerShard* owner = nullptr;  // none: `outcome` is an error already
    replication::ProduceOutcome outcome;
    FirstAppends::Ticket in_line;  // until it is waited for `outcome` may change
};

/// Until when partitions are waited for whose disk is slow: a directory that hangs must not hold up
/// the answer for the others beyond what the client waits for.
Time disks_until(const Call& call, std::int32_t timeout_ms) {
    constexpr Duration least = 1s;
    return call.received + std::max<Duration>(least, timeout_ms * 1ms * 3 / 4);
}

replication::ProduceOutcome refused(ErrorCode error, std::string message) {
    return {.error = error, .message = std::move(message)};
}

const TopicImage* find_topic(const ClusterImage& image, const ProduceRequest::TopicData& topic,
                             std::int16_t version) {
    return version >= 13 ? image.topic(topic.topic_id) : image.topic(topic.name);
}

/// Everything that can be refused without the partition's shard.
Item make_item(const Call& call, const ProduceRequest& request, const TopicImage* topic,
               const ProduceRequest::TopicData::PartitionData& data) {
    Item item{.topic = topic,
              .partition = PartitionId{data.index},
              .records = {},
              .outcome = {},
              .in_line = {}};
    const PartitionImage* partition = topic == nullptr ? nullptr : topic->partition(item.partition);
    if (request.acks < -1 || request.acks > 1) {
        item.outcome = refused(ErrorCode::invalid_required_acks,
                               fmt::format("acks is {}; it must be -1, 0 or 1", request.acks));
    } else if (topic == nullptr) {
        item.outcome = refused(call.version >= 13 ? ErrorCode::unknown_topic_id
                                                  : ErrorCode::unknown_topic_or_partition,
                               "this broker knows no such topic");
    } else if (partition == nullptr) {
        item.outcome = refused(ErrorCode::unknown_topic_or_partition,
                               fmt::format("topic {} has {} partitions, numbered from 0",
                                           topic->name, topic->partitions.size()));
    } else if (topic->internal) {
        item.outcome = refused(ErrorCode::invalid_topic_exception,
                               fmt::format("{} is written by the broker alone", topic->name));
    } else if (partition->why_offline) {
        item.outcome = refused(ErrorCode::kafka_storage_error, *partition->why_offline);
    } else if (partition->leader != call.services.node) {
        item.outcome = refused(ErrorCode::not_leader_or_follower,
                               fmt::format("broker {} leads it", partition->leader));
    } else {
        item.records = data.records.mutable_bytes();
        item.owner = &call.services.owner(topic->id, item.partition);
    }
    return item;
}

std::vector<Item> make_items(const Call& call, const ProduceRequest& request) {
    std::vector<Item> items;
    for (const auto& topic : request.topic_data) {
        const auto* image = find_topic(*call.home.image, topic, call.version);
        for (const auto& partition : topic.partition_data) {
            items.push_back(make_item(call, request, image, partition));
        }
    }
    return items;
}

/// The item's partition, on its owner's shard; nullptr, and the item has its error, if it is gone.
replication::Partition* find_partition(Item& item) {
    auto& owner = *item.owner;
    auto* partition = owner.partitions.find(item.topic->id, item.partition);
    if (partition == nullptr) {
        auto why = owner.why_not_here(item.topic->id, item.partition);
        item.outcome = refused(why.code, std::move(why.message));
    }
    return partition;
}

void append_to(replication::Partition* partition, Item& item, const replication::ProduceFrom& from,
               const Logger& log) {
    auto& owner = *item.owner;
    item.outcome = partition->produce(from, owner.validator);
    if (item.outcome.disk_gave_out) {
        log.error("{} takes no records until the disk does again: {}", partition->name(),
                  item.outcome.message);
    }
    owner.metrics.produced_records += static_cast<std::uint64_t>(item.outcome.records);
    owner.metrics.produced_bytes += static_cast<std::uint64_t>(item.outcome.bytes);
}

/// On the owner's shard; or in line, if the log's end may not be in memory.
void append(Item& item, const replication::ProduceFrom& from, const Logger& log) {
    auto* partition = find_partition(item);
    if (partition == nullptr) {
        return;
    }
    auto& first_appends = item.owner->first_appends;
    if (!first_appends.must_queue(*partition)) {
        append_to(partition, item, from, log);
        return;
    }
    auto later = [&item, sent = from, &log]() mutable {
        if (auto* still_there = find_partition(item)) {
            sent.now = item.owner->shard.clock().both();
            append_to(still_there, item, sent, log);
        }
    };
    item.in_line = first_appends.enqueue(*partition, std::move(later));
}

std::vector<runtime::Shard*> targets_of(const std::vector<Item>& items) {
    std::vector<runtime::Shard*> targets;
    for (const auto& item : items) {
        if (item.owner != nullptr &&
            std::ranges::find(targets, &item.owner->shard) == targets.end()) {
            targets.push_back(&item.owner->shard);
        }
    }
    return targets;
}

/// On the shard `target`, the items that it owns.
void append_on(const runtime::Shard& target, std::vector<Item>& items, const Call& call,
               std::int16_t acks, Now now) {
    for (auto& item : items) {
        if (item.owner != nullptr && &item.owner->shard == &target) {
            append(item,
                   {.records = item.records,
                    .version = call.version,
                    .acks_all = acks == -1,
                    .now = now},
                   call.services.log);
        }
    }
}

/// Whether wait_in_line() or flush_due() may have to do something for it; on the shard that owns
/// it.
bool may_wait(const Item& item, std::int16_t acks) {
    const auto* partition = item.owner->partitions.find(item.topic->id, item.partition);
    return partition != nullptr && (partition->may_ask_for_flush(acks == -1) ||
                                    item.owner->first_appends.must_queue(*partition));
}

/// Until those are appended that had to wait for their disk, or their time is up.
awaitable<void> wait_in_line(Call& call, std::vector<Item>& items, Time until) {
    for (auto& item : items) {
        if (!item.in_line) {
            continue;
        }
        auto& owner = *item.owner;
        auto wait = [&owner, &item, until] {
            return owner.first_appends.wait(std::move(item.in_line), until);
        };
        const bool appended = co_await runtime::await_on(call.home.shard, owner.shard, wait);
        if (!appended && call.home.stopping) {
            item.outcome = refused(ErrorCode::not_leader_or_follower, "the broker stops");
        } else if (!appended) {
            item.outcome = refused(ErrorCode::request_timed_out,
                                   "its disk takes too long to read the end of the log; nothing "
                                   "was appended");
        }
    }
}

bool is_due(const Item& item, const BrokerShard& shard) {
    return item.owner == &shard && item.outcome.flush_to.has_value();
}

/// Those of `shard`'s partitions.
awaitable<void> flush_on(BrokerShard& shard, BrokerShard& home, std::vector<Item>& items,
                         Time until) {
    std::vector<Flusher::Wanted> due;
    std::vector<Item*> whose;
    for (auto& item : items) {
        if (is_due(item, shard)) {
            due.push_back({.topic = item.topic->id,
                           .partition = item.partition,
                           .end = *item.outcome.flush_to});
            whose.push_back(&item);
        }
    }
    auto flush = [&shard, &due, until] { return shard.flusher.flush(std::move(due), until); };
    auto flushed = co_await runtime::await_on(home.shard, shard.shard, flush);
    for (std::size_t i = 0; i < flushed.size(); ++i) {
        auto& [topic, partition, end, error] = flushed[i];
        if (error && error->code == ErrorCode::not_leader_or_follower) {
            error = home.why_not_here(topic, partition);  // its disk may have failed
        }
        if (error) {
            whose[i]->outcome = refused(error->code, std::move(error->message));
        }
    }
}

/// The medium has the records before they are acknowledged, where the topic is set up that way.
/// Shard by shard side by side: the disk of one may hang.
awaitable<void> flush_due(Call& call, std::vector<Item>& items, Time until) {
    std::vector<BrokerShard*> shards;
    for (auto& shard : call.services.shards) {
        if (std::ranges::any_of(items, [&](const Item& item) { return is_due(item, *shard); })) {
            shards.push_back(shard.get());
        }
    }
    if (shards.empty()) {
        co_return;
    }
    if (shards.size() == 1) {
        co_await flush_on(*shards.front(), call.home, items, until);
        co_return;
    }
    runtime::TaskGroup all(call.home.shard);
    for (auto* shard : shards) {
        all.spawn(flush_on(*shard, call.home, items, until));
    }
    co_await all.join();
}

ProduceResponse::Response::PartitionResponse answer(Call& call, Item& item) {
    ProduceResponse::Response::PartitionResponse response;
    auto& outcome = item.outcome;
    response.index = item.partition.get();
    response.error_code = static_cast<std::int16_t>(outcome.error);
    response.base_offset = outcome.base_offset.get();
    response.log_append_time_ms = outcome.log_append_time.get();
    response.log_start_offset = outcome.log_start.get();
    for (auto& bad : outcome.record_errors) {
        response.record_errors.push_back(
            {.batch_index = bad.index, .batch_index_error_message = std::move(bad.message)});
    }
    if (outcome.error != ErrorCode::none) {
        response.error_message = std::move(outcome.message);
    }
    if (outcome.error == ErrorCode::not_leader_or_follower && item.topic != nullptr) {
        const auto* partition = item.topic->partition(item.partition);
        response.current_leader = {.leader_id = partition->leader.get(),
                                   .leader_epoch = partition->leader_epoch.get()};
    }
    call.count_error(outcome.error);
    return response;
}

ProduceResponse response_of(Call& call, const ProduceRequest& request, std::vector<Item>& items) {
    ProduceResponse response;
    auto item = items.begin();
    bool failed = false;
    for (const auto& topic : request.topic_data) {
        auto& answers = response.responses.emplace_back();
        answers.name = topic.name;
        answers.topic_id = topic.topic_id;
        for (std::size_t i = 0; i < topic.partition_data.size(); ++i, ++item) {
            failed = failed || item->outcome.error != ErrorCode::none;
            answers.partition_responses.push_back(answer(call, *item));
        }
    }
    if (request.acks == 0) {
        // Nobody reads a response; a closed connection is how the client learns of the error.
        call.outcome = failed ? rpc::Reply::Kind::close : rpc::Reply::Kind::none;
    }
    return response;
}

}  // namespace

std::optional<ProduceResponse> try_produce(Call& call, ProduceRequest& request) {
    auto items = make_items(call, request);
    const auto must_wait = [&](const Item& item) {
        return item.owner != nullptr && (item.owner != &call.home || may_wait(item, request.acks));
    };
    if (std::ranges::any_of(items, must_wait)) {
        return std::nullopt;
    }
    append_on(call.home.shard, items, call, request.acks, call.home.shard.clock().both());
    return response_of(call, request, items);
}

awaitable<ProduceResponse> handle_produce(Call& call, ProduceRequest& request) {
    // The image may be replaced while the request waits: this one stays.
    const ClusterImagePtr image = call.home.image;
    auto items = make_items(call, request);
    const auto targets = targets_of(items);
    const auto now = call.home.shard.clock().both();
    std::function<void(std::size_t)> work = [&](std::size_t target) {
        append_on(*targets[target], items, call, request.acks, now);
    };
    co_await scatter(call.home.shard, targets, work);
    const Time until = disks_until(call, request.timeout_ms);
    co_await wait_in_line(call, items, until);
    if (request.acks != 0) {
        co_await flush_due(call, items, until);
    }
    co_return response_of(call, request, items);
}

}  // namespace barnabas::broker
