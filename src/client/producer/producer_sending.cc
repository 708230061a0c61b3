// The way of a record from the thread that sends it into its batch.
#include "base/hashing.h"
#include "base/invariant.h"
#include "client/producer/producer_core.h"

#include <utility>

namespace barnabas::client {
namespace {

/// Records kept aside on the loop's thread are bounded like those in batches.
constexpr std::string_view kept_full =
    "buffer.memory is used up twice over: by what waits to be sent, and by what was sent on the "
    "event loop's own thread, which cannot wait";

wire::BatchBuilder::Record wire_record(const ProducerRecordView& record, Timestamp timestamp,
                                       std::vector<wire::RecordHeader>& headers) {
    for (const auto& header : record.headers) {
        headers.push_back({.key = header.key, .value = header.value});
    }
    return {.timestamp = timestamp, .key = record.key, .value = record.value, .headers = headers};
}

}  // namespace

void ProducerCore::wake() {
    if (wake_pending_.exchange(true, std::memory_order_acq_rel)) {
        return;
    }
    std::move_only_function<void()> task = [this] { turn(); };
    static_cast<void>(ports_.loop.thread->post(task));  // the loop outlives the producer
}

DeliveryCallback ProducerCore::with_interceptors(TopicPartition where, DeliveryCallback callback) {
    return [this, where = std::move(where),
            callback = std::move(callback)](const Result<RecordMetadata>& outcome) mutable {
        for (const auto& interceptor : ports_.interceptors) {
            interceptor->on_acknowledgement(
                outcome ? TopicPartition{outcome->topic, outcome->partition} : where, outcome);
        }
        if (callback) {
            callback(outcome);
        }
    };
}

void ProducerCore::send(const ProducerRecordView& record, DeliveryCallback callback) {
    if (ports_.interceptors.empty()) {
        pass_on(record, std::move(callback));
        return;
    }
    ProducerRecord changed = std::move(OwnedRecord(record).record());
    for (const auto& interceptor : ports_.interceptors) {
        changed = interceptor->on_send(std::move(changed));
    }
    std::vector<HeaderView> headers;
    pass_on(view_of(changed, headers),
            with_interceptors({changed.topic, changed.partition.value_or(PartitionId{-1})},
                              std::move(callback)));
}

void ProducerCore::pass_on(const ProducerRecordView& record, DeliveryCallback callback) {
    const bool on_loop = ports_.loop.thread->is_current();
    const auto refuse = [&](Error why) {
        if (callback) {
            callback(Result<RecordMetadata>(std::unexpected(std::move(why))));
        }
    };
    if (auto allowed = may_send(); !allowed) {
        refuse(std::move(allowed.error()));
        return;
    }
    std::optional<Time> deadline;
    while (true) {
        Attempt tried{.kind = Attempt::Kind::no_memory};
        if (!on_loop || kept_.empty()) {
            tried = attempt(record, callback);
        }
        switch (tried.kind) {
            case Attempt::Kind::done:
                return;
            case Attempt::Kind::failed:
                refuse(std::move(tried.error));
                return;
            case Attempt::Kind::no_topic:
            case Attempt::Kind::no_partition:
            case Attempt::Kind::no_memory:
                break;
        }
        if (!deadline) {
            deadline = now() + config_.block_max;
        }
        if (on_loop) {
            if (kept_.bytes() >= config_.buffer_memory) {
                refuse({ErrorCode::request_timed_out, std::string(kept_full)});
                return;
            }
            kept_.add({OwnedRecord(record), std::move(callback), *deadline});
            wake();
            return;
        }
        if (!wait_for(tried, record.topic, *deadline)) {
            refuse(timed_out(tried, record));
            return;
        }
    }
}

Result<> ProducerCore::may_send() {
    if (gate_open_.load(std::memory_order_acquire)) [[likely]] {
        return {};
    }
    const std::lock_guard lock(mutex_);
    return std::unexpected(gate_error_);
}

Result<> ProducerCore::check_size(const wire::BatchBuilder::Record& record) const {
    const std::size_t size = ProducerBatch::overhead + ProducerBatch::size_bound(record);
    if (size > config_.request_size_max) {
        return fail(ErrorCode::message_too_large,
                    "the record takes {} bytes, and max.request.size is {}", size,
                    config_.request_size_max);
    }
    if (size > config_.buffer_memory) {
        return fail(ErrorCode::message_too_large,
                    "the record takes {} bytes, and buffer.memory is {}", size,
                    config_.buffer_memory);
    }
    return {};
}

ProducerCore::Attempt ProducerCore::attempt(const ProducerRecordView& record,
                                            DeliveryCallback& callback) {
    TopicEntry* topic = accumulator_.topics().find(record.topic);
    const auto* table = topic == nullptr ? nullptr : topic->table.load(std::memory_order_acquire);
    if (table == nullptr) {
        return {.kind = Attempt::Kind::no_topic};
    }
    auto partition = choose_partition(*topic, record, static_cast<std::int32_t>(table->size()));
    if (!partition) {
        return {.kind = Attempt::Kind::failed, .error = std::move(partition.error())};
    }
    return append(*topic, *partition, record, callback);
}

Result<std::int32_t> ProducerCore::choose_partition(TopicEntry& topic,
                                                    const ProducerRecordView& record,
                                                    std::int32_t count) {
    if (record.partition) {
        if (record.partition->get() < 0) {
            return fail(ErrorCode::invalid_partitions,
                        "partition {} of '{}': partitions are numbered from 0 on",
                        *record.partition, record.topic);
        }
        return record.partition->get();
    }
    if (ports_.partitioner) {
        const auto available = Accumulator::available(topic);
        const auto chosen = ports_.partitioner->partition(
            {.name = record.topic, .count = count, .available = *available}, record.key,
            record.value);
        if (chosen.get() < 0 || chosen.get() >= count) {
            return fail(ErrorCode::invalid_partitions,
                        "the partitioner chose partition {} of '{}', which has 0 to {}", chosen,
                        record.topic, count - 1);
        }
        return chosen.get();
    }
    if (record.key && !config_.ignore_keys) {
        return partition_for_key(*record.key, count).get();
    }
    return Accumulator::any_partition;
}

ProducerCore::Attempt ProducerCore::append(TopicEntry& topic, std::int32_t partition,
                                           const ProducerRecordView& record,
                                           DeliveryCallback& callback) {
    using Kind = Accumulator::Appended::Kind;
    const auto& clock = ports_.loop.shard->clock();
    std::vector<wire::RecordHeader> headers;
    const auto bytes =
        wire_record(record, record.timestamp ? *record.timestamp : clock.wall(), headers);
    if (auto fits = check_size(bytes); !fits) {
        return {.kind = Attempt::Kind::failed, .error = std::move(fits.error())};
    }
    std::unique_ptr<ProducerBatch> fresh;
    Attempt outcome;
    Time begun{};
    while (true) {
        auto appended = accumulator_.append(topic, partition, bytes, callback, fresh, begun);
        if (appended.wake) {
            wake();
        }
        if (appended.kind == Kind::no_batch) {
            const std::size_t size = ProducerBatch::overhead + ProducerBatch::size_bound(bytes);
            fresh = accumulator_.pool().try_take(size);
            begun = clock.now();
            if (fresh) {
                continue;
            }
            return {.kind = Attempt::Kind::no_memory, .bytes = size};
        }
        switch (appended.kind) {
            case Kind::done:
            case Kind::no_batch:
                break;
            case Kind::no_topic:
                outcome.kind = Attempt::Kind::no_topic;
                break;
            case Kind::no_partition:
                outcome.kind = Attempt::Kind::no_partition;
                break;
            case Kind::closed: {
                const std::lock_guard lock(mutex_);
                outcome = {.kind = Attempt::Kind::failed, .error = gate_error_};
                break;
            }
            case Kind::refused:
                outcome = {.kind = Attempt::Kind::failed, .error = std::move(*appended.error)};
                break;
        }
        if (fresh) {
            accumulator_.pool().give_back(std::move(fresh));
        }
        return outcome;
    }
}

// --- waiting
// --------------------------------------------------------------------------------------

bool ProducerCore::wait_for(const Attempt& attempt, std::string_view topic, Time deadline) {
    if (attempt.kind != Attempt::Kind::no_memory) {
        return wait_for_topic(topic, attempt.kind == Attempt::Kind::no_partition, deadline);
    }
    const Duration left = deadline - now();
    if (left <= Duration{0}) {
        return false;
    }
    auto& pool = accumulator_.pool();
    pool.begin_wait();
    wake();
    const bool free = pool.wait(attempt.bytes, left);
    pool.end_wait();
    return free;
}

bool ProducerCore::wait_for_topic(std::string_view topic, bool other_partitions, Time deadline) {
    std::unique_lock lock(mutex_);
    if (other_partitions) {  // asked for a moment ago: not as fast as the broker answers
        topics_changed_.wait_for(lock, config_.common.retry_backoff, [&] { return ended_; });
    }
    const std::uint64_t seen = topics_generation_;
    lock.unlock();
    ask_for_topic(std::string(topic), other_partitions);
    lock.lock();
    const auto known = [&] {
        const auto* entry = accumulator_.topics().find(topic);
        if (ended_ || entry == nullptr) {
            return ended_;
        }
        const bool has_table = entry->table.load(std::memory_order_acquire) != nullptr;
        return (has_table && !other_partitions) ||
               (topics_generation_ != seen && (other_partitions || entry->refused_now()));
    };
    const Duration left = deadline - now();
    if (left <= Duration{0} || !topics_changed_.wait_for(lock, left, known) || ended_) {
        return false;
    }
    const auto* entry = accumulator_.topics().find(topic);
    return entry != nullptr && !entry->refused_now();
}

void ProducerCore::ask_for_topic(std::string topic, bool refresh) {
    std::move_only_function<void()> task = [this, topic = std::move(topic), refresh] {
        if (closed_) {
            return;
        }
        auto& entry = accumulator_.topics().add(topic);
        auto& metadata = cluster_->metadata();
        metadata.want(topic, now());
        if (const auto* info = metadata.topic(topic); info != nullptr) {
            take_topic(entry, *info);  // known already, from a time when nobody sent to it
        }
        if (refresh) {
            metadata.request_update();
        }
        cluster_->poke();
    };
    static_cast<void>(ports_.loop.thread->post(task));
}

/// What the loop's thread knows of a failure; nothing if it does not find the time to say so: it
/// may be in a callback that waits for this very thread.
std::string ProducerCore::ask_loop(std::move_only_function<std::string()> look) {
    constexpr auto patience = std::chrono::milliseconds(100);
    if (ports_.loop.thread->is_current()) {
        return look();
    }
    Promise<std::string> promise(ports_.loop.thread);
    auto answer = promise.future();
    std::move_only_function<void()> task =
        [look = std::move(look), owed = std::move(promise)]() mutable { owed.set(look()); };
    if (!ports_.loop.thread->post(task)) {
        return {};  // the loop is over
    }
    auto said = answer.wait_for(patience);
    return said && *said ? std::move(**said) : std::string();
}

Error ProducerCore::timed_out(const Attempt& attempt, const ProducerRecordView& record) {
    {
        const std::lock_guard lock(mutex_);
        if (ended_) {
            return gate_error_;
        }
    }
    const auto limit = config_.block_max / 1ms;
    if (attempt.kind == Attempt::Kind::no_memory) {
        const auto why = ask_loop([this] { return sender_.trouble(); });
        return {
            ErrorCode::request_timed_out,
            fmt::format("no memory for a batch of {} bytes within max.block.ms ({} ms): "
                        "buffer.memory ({}) is full of records that are not delivered yet{}{}",
                        attempt.bytes, limit, config_.buffer_memory, why.empty() ? "" : "; ", why)};
    }
    auto* entry = accumulator_.topics().find(record.topic);
    if (entry != nullptr) {
        if (auto refused = entry->refusal(); refused) {
            return std::move(*refused);
        }
    }
    if (attempt.kind == Attempt::Kind::no_partition) {
        const auto* table = entry->table.load(std::memory_order_acquire);
        return {ErrorCode::request_timed_out,
                fmt::format("topic '{}' had no partition {} within max.block.ms ({} ms); it has {}",
                            record.topic, record.partition.value_or(PartitionId{-1}), limit,
                            table == nullptr ? 0 : table->size())};
    }
    std::string why = entry == nullptr ? "" : entry->last_word();
    const auto failure = ask_loop([this] {
        const auto failed = cluster_ ? cluster_->metadata().failure() : std::nullopt;
        return failed ? failed->message : std::string();
    });
    if (!failure.empty()) {
        why += fmt::format("; {}", failure);
    }
    return {ErrorCode::request_timed_out,
            fmt::format("topic '{}' was not in the metadata within max.block.ms ({} ms){}",
                        record.topic, limit, why)};
}

}  // namespace barnabas::client
