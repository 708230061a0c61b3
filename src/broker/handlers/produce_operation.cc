#include "broker/handlers/produce_operation.h"

#include "broker/paced_append.h"
#include "broker/scatter.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace barnabas::broker {
namespace {

using wire::ProduceRequest;
using Item = ProduceOperation::Item;

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

void say_disk_gave_out(const Logger& log, const TopicPartition& partition, const std::string& why) {
    log.error("{} takes no records until the disk does again: {}", partition, why);
}

void append_to(replication::Partition* partition, Item& item, const replication::ProduceFrom& from,
               const Logger& log, bool is_waited_for) {
    auto& owner = *item.owner;
    item.outcome = paced_append(owner, *partition, [&](replication::Partition& to) {
        return to.produce(from, owner.validator);
    });
    if (item.outcome.disk_gave_out) {
        say_disk_gave_out(log, partition->name(), item.outcome.message);
    }
    if (item.outcome.to_flush && !is_waited_for) {
        owner.flusher.start_soon(*partition);
    }
    owner.metrics.produced_records += static_cast<std::uint64_t>(item.outcome.records);
    owner.metrics.produced_bytes += static_cast<std::uint64_t>(item.outcome.bytes);
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

bool is_due(const Item& item, const BrokerShard& shard) {
    return item.owner == &shard && item.outcome.to_flush.has_value();
}

/// Those of `shard`'s partitions.
awaitable<void> flush_on(BrokerShard& shard, Call& call, std::vector<Item>& items, Time until) {
    auto& home = call.home;
    std::vector<Flusher::Wanted> due;
    std::vector<Item*> whose;
    for (auto& item : items) {
        if (is_due(item, shard)) {
            due.push_back({.topic = item.topic->id,
                           .partition = item.partition,
                           .to = *item.outcome.to_flush});
            whose.push_back(&item);
        }
    }
    auto flush = [&shard, &due, until] { return shard.flusher.flush(std::move(due), until); };
    auto flushed = co_await runtime::await_on(home.shard, shard.shard, flush);
    for (std::size_t i = 0; i < flushed.size(); ++i) {
        auto& [topic, partition, to, error, disk_gave_out] = flushed[i];
        if (error && error->code == ErrorCode::not_leader_or_follower) {
            error = home.why_not_here(topic, partition);  // its disk may have failed
        }
        if (disk_gave_out) {
            say_disk_gave_out(call.services.log, {whose[i]->topic->name, partition},
                              error->message);
        }
        if (error) {
            whose[i]->outcome = refused(error->code, std::move(error->message));
        }
    }
}

}  // namespace

ProduceOperation::ProduceOperation(Call& call, const wire::ProduceRequest& request)
    : call_(call), request_(request) {
    make_items();
    note_transaction();
}

// --- what can be refused without the partitions' shards

void ProduceOperation::make_items() {
    for (const auto& topic : request_.topic_data) {
        const auto* image = find_topic(*call_.home.image, topic, call_.version);
        for (const auto& partition : topic.partition_data) {
            items_.push_back(make_item(image, partition));
        }
    }
}

Item ProduceOperation::make_item(const TopicImage* topic,
                                 const ProduceRequest::TopicData::PartitionData& data) const {
    Item item{.topic = topic, .partition = PartitionId{data.index}, .records = {}};
    const PartitionImage* partition = topic == nullptr ? nullptr : topic->partition(item.partition);
    if (acks() < -1 || acks() > 1) {
        item.outcome = refused(ErrorCode::invalid_required_acks,
                               fmt::format("acks is {}; it must be -1, 0 or 1", acks()));
    } else if (topic == nullptr) {
        item.outcome = refused(call_.version >= 13 ? ErrorCode::unknown_topic_id
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
    } else if (partition->leader != call_.services.node) {
        item.outcome = refused(ErrorCode::not_leader_or_follower,
                               fmt::format("broker {} leads it", partition->leader));
    } else {
        item.records = data.records.mutable_bytes();
        item.owner = &call_.services.owner(topic->id, item.partition);
        item.transactional = wire::BatchView(item.records).is_transactional();
    }
    return item;
}

/// One producer's transaction is all that a request may carry (ReplicaManager, KafkaApis).
void ProduceOperation::note_transaction() {
    for (const auto& item : items_) {
        if (!item.transactional) {
            continue;
        }
        const wire::BatchView batch(item.records);
        const coordinator::ProducerIdentity producer{.id = batch.producer_id(),
                                                     .epoch = batch.producer_epoch()};
        if (!transaction_) {
            transaction_ = TransactionOf{.transactional_id = request_.transactional_id.value_or(""),
                                         .producer = producer,
                                         .support = support_of_produce(call_.version)};
        } else if (producer != transaction_->producer) {
            refuse_transaction(
                ErrorCode::invalid_producer_id_mapping,
                fmt::format("batches of producer {}, epoch {}, and producer {}, epoch {}, came in "
                            "one request; a transaction has one producer",
                            transaction_->producer.id, transaction_->producer.epoch, producer.id,
                            producer.epoch));
            return;
        }
    }
    if (transaction_ && !request_.transactional_id) {
        refuse_transaction(ErrorCode::transactional_id_authorization_failed,
                           "a batch of a transaction came without a transactional id");
    }
}

void ProduceOperation::refuse_transaction(ErrorCode code, const std::string& message) {
    for (auto& item : items_) {
        if (item.owner != nullptr) {
            item.owner = nullptr;
            item.outcome = refused(code, message);
        }
    }
    transaction_.reset();
}

// --- appending

/// Whether something may have to be waited for; on the shard that owns it.
bool ProduceOperation::must_wait(const Item& item, Time now) const {
    if (item.owner == nullptr) {
        return false;
    }
    if (item.owner != &call_.home) {
        return true;
    }
    const auto* partition = item.owner->partitions.find(item.topic->id, item.partition);
    if (partition == nullptr) {
        return false;
    }
    return partition->may_ask_for_flush(acks() == -1, now) ||
           item.owner->first_appends.must_queue(*partition, {.records = item.records}) ||
           (item.transactional && !partition->has_open_transaction(transaction_->producer.id,
                                                                   transaction_->producer.epoch));
}

bool ProduceOperation::try_run() {
    if (transaction_ && call_.home.transaction_lines.has(transaction_->producer.id)) {
        return false;
    }
    const auto now = call_.home.shard.clock().both();
    const auto waits = [this, now](const Item& item) { return must_wait(item, now.steady); };
    if (std::ranges::any_of(items_, waits)) {
        return false;
    }
    may_hold_ = false;
    for (auto& item : items_) {
        if (item.owner != nullptr) {
            append(item, now);
        }
    }
    return true;
}

/// On the owner's shard; or in line, if the log's end may not be in memory; or not at all yet, if
/// the transaction's coordinator has to be asked.
void ProduceOperation::append(Item& item, Now now) {
    auto* partition = find_partition(item);
    if (partition == nullptr) {
        return;
    }
    if (item.transactional) {
        item.to_check = begin_check(*partition, *transaction_, *item.owner);
        if (item.to_check) {
            return;
        }
    }
    append_checked(*partition, item, now);
}

void ProduceOperation::append_checked(replication::Partition& partition, Item& item, Now now) {
    const replication::ProduceFrom from{.records = item.records,
                                        .version = call_.version,
                                        .acks_all = acks() == -1,
                                        .may_hold = may_hold_,
                                        .now = now};
    const auto& log = call_.services.log;
    auto& first_appends = item.owner->first_appends;
    const bool waits = acks() != 0;
    const FirstAppends::Needs needs{.records = item.records};
    if (!first_appends.must_queue(partition, needs)) {
        append_to(&partition, item, from, log, waits);
        return;
    }
    auto later = [&item, sent = from, &log, waits]() mutable {
        if (auto* still_there = find_partition(item)) {
            sent.now = item.owner->shard.clock().both();
            append_to(still_there, item, sent, log, waits);
        }
    };
    item.in_line = first_appends.enqueue(partition, needs, std::move(later));
}

awaitable<void> ProduceOperation::append_all(Now now) {
    const auto targets = targets_of(items_);
    std::function<void(std::size_t)> work = [&](std::size_t target) {
        for (auto& item : items_) {
            if (item.owner != nullptr && &item.owner->shard == targets[target]) {
                append(item, now);
            }
        }
    };
    co_await scatter(call_.home.shard, targets, work);
}

awaitable<void> ProduceOperation::run() {
    image_ = call_.home.image;
    const auto now = call_.home.shard.clock().both();
    const Time until = disks_until(call_, request_.timeout_ms);
    if (transaction_) {
        co_await run_transaction(now, until);
    } else {
        co_await append_all(now);
    }
    co_await wait_in_line(until);
    if (acks() != 0) {
        co_await flush_due(until);
    }
}

awaitable<void> ProduceOperation::run_transaction(Now now, Time until) {
    auto turn = co_await call_.home.transaction_lines.take(transaction_->producer.id, until);
    if (!turn.is_ours()) {
        refuse_transaction(ErrorCode::request_timed_out,
                           "the producer's request before this one takes too long; nothing was "
                           "appended");
        co_return;
    }
    co_await append_all(now);
    const auto waits = [](const Item& item) { return item.to_check.has_value(); };
    for (int asked = 1; asked <= asks_max && std::ranges::any_of(items_, waits); ++asked) {
        co_await check_transaction(asked < asks_max);
    }
}

/// Those that the coordinator has to be asked about, and then appends them.
awaitable<void> ProduceOperation::check_transaction(bool may_ask_again) {
    std::vector<Item*> asked;
    std::vector<TopicPartition> partitions;
    for (auto& item : items_) {
        if (item.to_check) {
            asked.push_back(&item);
            partitions.push_back({.topic = item.topic->name, .partition = item.partition});
        }
    }
    auto results = co_await ask_coordinator(call_, *transaction_, std::move(partitions));
    const auto now = call_.home.shard.clock().both();
    const auto targets = targets_of(items_);
    std::function<void(std::size_t)> work = [&](std::size_t target) {
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (&asked[i]->owner->shard == targets[target]) {
                take_check(*asked[i], results[i], may_ask_again, now);
            }
        }
    };
    co_await scatter(call_.home.shard, targets, work);
    for (std::size_t i = 0; i < asked.size(); ++i) {
        if (!results[i]) {
            auto& error = results[i].error();
            asked[i]->outcome =
                refused(produce_error(error.code, transaction_->support), std::move(error.message));
            asked[i]->owner = nullptr;
        }
    }
}

/// On its shard: appends what the coordinator has admitted, or has it asked again.
void ProduceOperation::take_check(Item& item, Result<void>& result, bool may_ask_again, Now now) {
    const auto [id, epoch] = transaction_->producer;
    const auto token = std::exchange(item.to_check, std::nullopt);
    auto* const partition = find_partition(item);
    if (partition == nullptr) {
        return;
    }
    const bool counts = partition->transaction_checks().end(id, epoch, *token, result.has_value());
    if (!result) {
        // The transactional id has another producer, since this one's epochs are used up: where it
        // wrote it is one that is late, as any other
        // (UnifiedLog.maybeStartTransactionVerification).
        const auto* const known = partition->log().producers().find(id);
        if (result.error().code == ErrorCode::invalid_producer_id_mapping && known != nullptr &&
            epoch < known->epoch) {
            result.error().code = ErrorCode::invalid_producer_epoch;
        }
        return;
    }
    if (counts) {
        append_checked(*partition, item, now);
    } else if (may_ask_again) {
        append(item, now);
    } else {
        result = fail(ErrorCode::concurrent_transactions,
                      "markers of producer {} keep coming; send it again", id);
    }
}

// --- waiting

/// Until those are appended that had to wait for their disk, or their time is up.
awaitable<void> ProduceOperation::wait_in_line(Time until) {
    for (auto& item : items_) {
        if (!item.in_line) {
            continue;
        }
        auto& owner = *item.owner;
        auto wait = [&owner, &item, until] {
            return owner.first_appends.wait(std::move(item.in_line), until);
        };
        const bool appended = co_await runtime::await_on(call_.home.shard, owner.shard, wait);
        if (!appended && call_.home.stopping) {
            item.outcome = refused(ErrorCode::not_leader_or_follower, "the broker stops");
        } else if (!appended) {
            item.outcome = refused(ErrorCode::request_timed_out,
                                   "its disk takes too long to read the end of the log; nothing "
                                   "was appended");
        }
    }
}

/// The medium has the records before they are acknowledged, where the topic is set up that way.
/// Shard by shard side by side: the disk of one may hang.
awaitable<void> ProduceOperation::flush_due(Time until) {
    std::vector<BrokerShard*> shards;
    for (auto& shard : call_.services.shards) {
        if (std::ranges::any_of(items_, [&](const Item& item) { return is_due(item, *shard); })) {
            shards.push_back(shard.get());
        }
    }
    if (shards.empty()) {
        co_return;
    }
    if (shards.size() == 1) {
        co_await flush_on(*shards.front(), call_, items_, until);
        co_return;
    }
    runtime::TaskGroup all(call_.home.shard);
    for (auto* shard : shards) {
        all.spawn(flush_on(*shard, call_, items_, until));
    }
    co_await all.join();
}

}  // namespace barnabas::broker
