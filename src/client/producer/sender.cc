#include "client/producer/sender.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {
namespace {

/// How often a topic's partitions are weighed anew, at most.
constexpr Duration loads_interval = 5ms;
/// Where transactions do not leave it to the brokers to add partitions (KIP-890), Produce says so
/// by staying below this version.
constexpr std::int16_t produce_version_2 = 12;
/// From here on topics have ids instead of names.
constexpr std::int16_t produce_by_id = 13;
/// The first with batches of magic 2.
constexpr std::int16_t produce_min = 3;

double fractional_ms(Duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::int32_t to_ms(Duration duration) {
    return static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

Time after(Time start, Duration wait) {
    return wait >= never - start ? never : start + wait;
}

/// The end of a sentence: how far a batch came that is given up.
std::string how_far(const ProducerBatch& batch, const std::string& leader) {
    const auto& queue = batch.partition();
    if (queue.leader == no_broker) {
        return "it has no leader";
    }
    if (!batch.sent) {
        return fmt::format("{} could not be sent to", leader);
    }
    return fmt::format("and {} {}", batch.attempts + 1, batch.attempts == 0 ? "try" : "tries");
}

}  // namespace

Sender::Sender(Options options, Accumulator& accumulator, TransactionManager& transactions)
    : options_(std::move(options)), accumulator_(accumulator), transactions_(transactions) {}

// --- timers
// ---------------------------------------------------------------------------------------

void Sender::wake_at(PartitionQueue& queue, Time when) {
    if (when < queue.wake_at) {
        timers_.erase({queue.wake_at, &queue});
        queue.wake_at = when;
        timers_.emplace(when, &queue);
    }
}

Time Sender::next_wake() const {
    Time wake = timers_.empty() ? never : timers_.begin()->first;
    for (const auto& [id, node] : nodes_) {
        if (!node.ready.empty() && node.blocked_until > Time{}) {
            wake = std::min(wake, node.blocked_until);
        }
    }
    return wake;
}

void Sender::on_timer(PartitionQueue& queue, Time now, Decisions& out) {
    queue.wake_at = never;
    expire(queue, now, out);
    for (const auto& [id, request] : in_flight_) {
        for (const auto& batch : request.batches) {
            if (&batch->partition() == &queue && !batch->given_up) {
                wake_at(queue, after(batch->created(), options_.delivery_timeout));
            }
        }
    }
    look(queue, now, out);
}

/// What a batch is told that was not delivered in time: how long that was, and what stood in the
/// way.
BatchOutcome Sender::too_late(const ProducerBatch& batch, Time now) const {
    const auto& queue = batch.partition();
    const auto waited =
        std::chrono::duration_cast<std::chrono::milliseconds>(now - batch.created());
    const std::string leader = name_of(queue.leader);
    BatchOutcome outcome{.error = ErrorCode::request_timed_out,
                         .message = fmt::format("{} record(s) for {}-{} were not delivered within "
                                                "delivery.timeout.ms: {} ms after they were sent, "
                                                "{}",
                                                batch.count(), queue.topic.name, queue.id,
                                                waited.count(), how_far(batch, leader))};
    const auto node = nodes_.find(queue.leader);
    if (!queue.trouble.empty()) {
        outcome.message += fmt::format("; the last trouble: {}", queue.trouble);
    } else if (node != nodes_.end() && node->second.in_flight > 0) {
        outcome.message += fmt::format("; {} Produce request(s) to {} are not answered yet",
                                       node->second.in_flight, leader);
    }
    return outcome;
}

std::string Sender::name_of(BrokerId broker) const {
    return options_.name_of ? options_.name_of(broker) : fmt::format("broker {}", broker);
}

std::string Sender::trouble() const {
    for (const auto* queue : active_) {
        if (!queue->trouble.empty()) {
            return queue->trouble;
        }
    }
    return {};
}

void Sender::expire(PartitionQueue& queue, Time now, Decisions& out) {
    for (auto& [id, request] : in_flight_) {
        for (auto& batch : request.batches) {
            if (&batch->partition() == &queue && !batch->given_up && overdue(*batch, now)) {
                const auto outcome = too_late(*batch, now);
                if (options_.idempotent) {
                    transactions_.on_failed(*batch, {outcome.error, outcome.message}, false);
                    transactions_.mark_unresolved(*batch);
                }
                out.settled.push_back({.batch = batch.get(), .outcome = outcome});
                batch->given_up = true;
            }
        }
    }
    while (true) {
        const auto front = Accumulator::front(queue);
        if (!front.any || now - front.created < options_.delivery_timeout) {
            return;
        }
        auto batch = accumulator_.take(queue);
        auto outcome = too_late(*batch, now);
        const bool sent = batch->sent;
        auto* raw = batch.get();
        give_up(std::move(batch), std::move(outcome), false, out);
        if (options_.idempotent && sent) {
            transactions_.mark_unresolved(*raw);
        }
    }
}

// --- who is ready
// ---------------------------------------------------------------------------------

void Sender::look(PartitionQueue& queue, Time now, Decisions& out) {
    if (queue.listed) {
        return;
    }
    const auto front = Accumulator::front(queue);
    if (!front.any) {
        return;  // nothing, or being compressed: then it is announced
    }
    if (!std::exchange(queue.active, true)) {
        active_.push_back(&queue);
    }
    touched_.insert(&queue.topic);
    queue.topic.used = now;
    wake_at(queue, after(front.created, options_.delivery_timeout));
    Time ready_at{};
    if (front.retry != nullptr) {
        const bool moved = queue.leader_epoch > front.retry->leader_epoch;
        ready_at = moved ? Time{} : front.retry->retry_at;
    } else if (!front.full && !urgent_) {
        ready_at = front.created + options_.linger;
    }
    if (ready_at > now) {
        wake_at(queue, ready_at);
        return;
    }
    if (queue.leader == no_broker) {
        out.refresh = true;  // on_topic() looks again
        return;
    }
    if (queue.muted || wakes_transaction(queue) ||
        (options_.idempotent && transactions_.must_wait(queue, front.retry))) {
        return;  // whatever ends that looks again
    }
    queue.listed = true;
    nodes_[queue.leader].ready.push_back(&queue);
}

/// Whether the partition has to be added to the transaction before.
bool Sender::wakes_transaction(PartitionQueue& queue) {
    if (!transactions_.is_transactional()) {
        return false;
    }
    const TopicPartition partition{queue.topic.name, queue.id};
    transactions_.want_partition(partition);
    return !transactions_.may_send_to(partition);
}

void Sender::look_at_all(Time now, Decisions& out) {
    look_again_ = false;
    for (auto* queue : active_) {
        look(*queue, now, out);
    }
    std::erase_if(active_, [](PartitionQueue* queue) {
        queue->active = queue->listed || Accumulator::front(*queue).waiting != 0;
        return !queue->active;
    });
}

void Sender::on_topic(TopicEntry& topic, Time now, Decisions& out) {
    for (auto& queue : topic.queues) {
        if (queue.active) {
            look(queue, now, out);
        }
    }
}

// --- polling
// --------------------------------------------------------------------------------------

void Sender::poll(Time now, const ReachableAt& reachable_at, Decisions& out) {
    if (options_.idempotent) {
        const bool renumbered = transactions_.prepare(accumulator_.pool().batches_out() != 0);
        if (transactions_.has_fatal_error()) {
            abort_new(transactions_.error(), out);
        } else if (transactions_.is_transactional() &&
                   (transactions_.has_error() || transactions_.is_aborting())) {
            abort_new(transactions_.has_error()
                          ? transactions_.error()
                          : Error{ErrorCode::transaction_abortable,
                                  "the transaction was aborted before the record was sent"},
                      out);
        }
        look_again_ = look_again_ || renumbered || transactions_.identity() != last_identity_ ||
                      transactions_.state() != last_state_;
        last_identity_ = transactions_.identity();
        last_state_ = transactions_.state();
    }
    const bool urgent =
        urgent_wanted_ || transactions_.is_completing() || accumulator_.pool().exhausted();
    look_again_ = look_again_ || (urgent && !urgent_);
    urgent_ = urgent;
    for (auto* queue : accumulator_.take_announced()) {
        look(*queue, now, out);
    }
    while (!timers_.empty() && timers_.begin()->first <= now) {
        auto* queue = timers_.begin()->second;
        timers_.erase(timers_.begin());
        on_timer(*queue, now, out);
    }
    if (look_again_) {
        look_at_all(now, out);
    }
    if (options_.adaptive && now - loads_at_ >= loads_interval) {
        loads_at_ = now;
        for (auto* topic : std::exchange(touched_, {})) {
            update_loads(*topic, now);
        }
    }
    do {
        moved_ = false;
        for (auto& [broker, node] : nodes_) {
            drain(broker, node, now, reachable_at, out);
        }
    } while (moved_);
}

void Sender::drain(BrokerId broker, Node& node, Time now, const ReachableAt& reachable_at,
                   Decisions& out) {
    node.blocked_until = {};
    while (!node.ready.empty() && node.in_flight < options_.in_flight_max) {
        if (const Time reachable = reachable_at(broker); reachable > now) {
            node.blocked_until = reachable;
            break;
        }
        InFlight in_flight{
            .broker = broker, .batches = collect(broker, node, now, out), .sent = now};
        if (in_flight.batches.empty()) {
            break;
        }
        ++node.in_flight;
        node.stuck_since = never;
        measure(in_flight);
        out.requests.push_back(request_of(broker, in_flight));
        in_flight_.emplace(out.requests.back().id, std::move(in_flight));
    }
    if (node.ready.empty()) {
        node.stuck_since = never;
    } else if (node.stuck_since == never) {
        node.stuck_since = now;
    }
}

std::vector<std::unique_ptr<ProducerBatch>> Sender::collect(BrokerId broker, Node& node, Time now,
                                                            Decisions& out) {
    std::vector<std::unique_ptr<ProducerBatch>> batches;
    std::size_t size = 0;
    // Once around: those that have more go to the end for the next request.
    for (std::size_t left = node.ready.size(); left > 0; --left) {
        PartitionQueue& queue = *node.ready.front();
        const auto front = Accumulator::front(queue);
        const bool waits = !front.any || queue.leader != broker || queue.muted ||
                           wakes_transaction(queue) ||
                           (options_.idempotent && transactions_.must_wait(queue, front.retry));
        if (!waits && !batches.empty() && size + front.size > options_.request_size_max) {
            break;
        }
        node.ready.pop_front();
        queue.listed = false;
        if (waits) {
            look(queue, now, out);
            moved_ = moved_ || queue.listed;  // maybe to a broker that had its turn
            continue;
        }
        auto batch = accumulator_.take(queue);
        if (options_.idempotent && !batch->has_sequence()) {
            transactions_.assign(*batch);
        }
        batch->stamp();
        batch->sent = true;
        batch->leader_epoch = queue.leader_epoch;
        size += batch->size();
        ++queue.in_flight;
        queue.muted = options_.in_flight_max == 1;
        wake_at(queue, after(batch->created(), options_.delivery_timeout));
        batches.push_back(std::move(batch));
        look(queue, now, out);
    }
    return batches;
}

void Sender::measure(const InFlight& in_flight) {
    constexpr auto header = static_cast<double>(ProducerBatch::overhead);
    std::int64_t records = 0;
    for (const auto& batch : in_flight.batches) {
        const auto size = static_cast<double>(batch->size());
        const auto raw = static_cast<double>(batch->raw_size());
        records += batch->count();
        metrics_.batch_bytes.add(size);
        metrics_.compression_rate.add((size - header) / (raw - header));
        metrics_.queue_ms.add(fractional_ms(in_flight.sent - batch->created()));
    }
    metrics_.records_per_request.add(static_cast<double>(records));
}

Sender::Request Sender::request_of(BrokerId broker, const InFlight& in_flight) {
    Request request{
        .id = ++last_request_, .broker = broker, .versions = {produce_min, produce_by_id}};
    request.message.acks = options_.acks;
    request.message.timeout_ms = to_ms(options_.request_timeout);
    request.message.transactional_id = transactions_.transactional_id();
    if (transactions_.is_transactional() && !transactions_.is_version_2()) {
        request.versions.last = produce_version_2 - 1;
    }
    std::map<const TopicEntry*, std::size_t> topics;
    for (const auto& batch : in_flight.batches) {
        const auto& topic = batch->partition().topic;
        auto& data = request.message.topic_data;
        const auto [at, is_new] = topics.emplace(&topic, data.size());
        if (is_new) {
            auto& added = data.emplace_back();
            added.name = topic.name;
            added.topic_id = topic.id;
            if (topic.id.is_zero()) {
                request.versions.last =
                    std::min(request.versions.last, static_cast<std::int16_t>(produce_by_id - 1));
            }
        }
        auto& partition = data[at->second].partition_data.emplace_back();
        partition.index = batch->partition().id.get();
        partition.records =
            wire::Records::spliced(static_cast<std::uint32_t>(batch->size()),
                                   static_cast<std::uint32_t>(request.sources.size()));
        request.sources.push_back(batch->bytes());
    }
    return request;
}

// --- adaptive partitioning
// ------------------------------------------------------------------------

bool Sender::is_stuck(BrokerId broker, Time now) const {
    if (options_.availability_timeout <= Duration{0}) {
        return false;
    }
    const auto node = nodes_.find(broker);
    return node != nodes_.end() && node->second.stuck_since != never &&
           now - node->second.stuck_since > options_.availability_timeout;
}

/// Only partitions nearby are weighed as long as one of them can be had (KIP-1123).
void Sender::update_loads(TopicEntry& topic, Time now) {
    if (topic.sticky.current() < 0) {
        return;  // all its records have keys
    }
    std::vector<PartitionQueue*> nearby;
    std::vector<PartitionQueue*> all;
    bool excluded = false;
    const std::size_t count = topic.tables.empty() ? 0 : topic.tables.back()->size();
    for (std::size_t i = 0; i < count; ++i) {
        auto& queue = topic.queues[i];
        if (queue.leader == no_broker) {
            continue;
        }
        if (is_stuck(queue.leader, now)) {
            excluded = true;
            continue;
        }
        all.push_back(&queue);
        if (queue.near) {
            nearby.push_back(&queue);
        }
    }
    std::vector<PartitionId> partitions;
    std::vector<std::uint32_t> waiting;
    for (auto* queue : nearby.empty() ? all : nearby) {
        partitions.push_back(queue->id);
        waiting.push_back(static_cast<std::uint32_t>(Accumulator::front(*queue).waiting));
    }
    topic.sticky.set_loads(weigh(partitions, waiting, excluded));
}

}  // namespace barnabas::client
