#include "client/producer/accumulator.h"

#include "base/invariant.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace barnabas::client {
namespace {

constexpr double ratio_unit = 65536.0;
/// Kafka's CompressionRatioEstimator: quick to believe that batches got larger, slow to believe
/// that they got smaller, and 5 % on top.
constexpr double ratio_worse_step = 0.05;
constexpr double ratio_better_step = 0.005;
constexpr double ratio_margin = 1.05;

double ratio_of(const TopicEntry& topic) {
    return topic.compression_ratio.load(std::memory_order_relaxed) / ratio_unit;
}

void set_ratio(TopicEntry& topic, double ratio) {
    topic.compression_ratio.store(static_cast<std::uint32_t>(ratio * ratio_unit),
                                  std::memory_order_relaxed);
}

void observe_ratio(TopicEntry& topic, const ProducerBatch& batch) {
    const auto raw = static_cast<double>(batch.raw_size() - ProducerBatch::overhead);
    const double seen = static_cast<double>(batch.size() - ProducerBatch::overhead) / raw;
    const double known = ratio_of(topic);
    set_ratio(topic, seen > known ? std::max(known + ratio_worse_step, seen)
                                  : std::max(known - ratio_better_step, seen));
}

}  // namespace

Accumulator::Accumulator(Options options)
    : options_(options),
      topics_(static_cast<std::int64_t>(options.batch_size)),
      pool_(options.memory, options.batch_size),
      random_(options.seed) {}

std::uint32_t Accumulator::random() {
    // SplitMix64: one addition shared by all threads, the rest is each one's own.
    std::uint64_t z = random_.fetch_add(0x9e3779b97f4a7c15ULL, std::memory_order_relaxed);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 33);
}

std::shared_ptr<const std::vector<PartitionId>> Accumulator::available(TopicEntry& topic) {
    const std::lock_guard lock(topic.mutex);
    return topic.available;
}

std::shared_ptr<const std::vector<PartitionId>> Accumulator::preferred(TopicEntry& topic) {
    const std::lock_guard lock(topic.mutex);
    return topic.preferred;
}

bool Accumulator::fits(const TopicEntry& topic, ProducerBatch& open, std::size_t bound) {
    const std::size_t raw = open.raw_size();
    if (options_.compression.codec == wire::Codec::none) {
        return raw + bound <= options_.batch_size;
    }
    const double packed = static_cast<double>(raw - ProducerBatch::overhead) * ratio_of(topic);
    const double size = static_cast<double>(ProducerBatch::overhead) + packed * ratio_margin;
    if (size + static_cast<double>(bound) > static_cast<double>(options_.batch_size) ||
        raw + bound > options_.raw_max) {
        return false;
    }
    return raw + bound <= open.reserved ||
           pool_.try_grow(open, std::max(options_.batch_size, bound));
}

std::int32_t Accumulator::sticky_partition(TopicEntry& topic, const TopicEntry::Table& table) {
    const std::int32_t current = topic.sticky.current();
    if (current >= 0 && static_cast<std::size_t>(current) < table.size()) {
        return current;
    }
    // The first record, or the topic was made anew with fewer partitions.
    const auto among = preferred(topic);
    return topic.sticky.draw_instead_of(current, *among, static_cast<std::int32_t>(table.size()),
                                        random());
}

void Accumulator::draw(TopicEntry& topic, const TopicEntry::Table& table) {
    const auto among = preferred(topic);
    topic.sticky.draw(*among, static_cast<std::int32_t>(table.size()), random());
}

bool Accumulator::announce(PartitionQueue& queue) {
    if (std::exchange(queue.announced, true)) {
        return false;
    }
    const std::lock_guard lock(announced_mutex_);
    announced_.push_back(&queue);
    return announced_.size() == 1;
}

Accumulator::Appended Accumulator::append(TopicEntry& topic, std::int32_t partition,
                                          const wire::BatchBuilder::Record& record,
                                          DeliveryCallback& callback,
                                          std::unique_ptr<ProducerBatch>& fresh, Time now) {
    const std::size_t bound = ProducerBatch::size_bound(record);
    bool wake = false;
    while (true) {
        const auto* table = topic.table.load(std::memory_order_acquire);
        if (table == nullptr) {
            return {.kind = Appended::Kind::no_topic, .wake = wake};
        }
        const bool sticky = partition == any_partition;
        const std::int32_t chosen = sticky ? sticky_partition(topic, *table) : partition;
        if (chosen < 0 || static_cast<std::size_t>(chosen) >= table->size()) {
            if (sticky) {
                continue;  // the table and the choice are of different moments
            }
            return {.kind = Appended::Kind::no_partition, .wake = wake};
        }
        PartitionQueue& queue = *(*table)[static_cast<std::size_t>(chosen)];
        std::unique_lock lock(queue.mutex);
        if (closed_.load(std::memory_order_acquire)) {
            return {.kind = Appended::Kind::closed, .wake = wake};
        }
        if (sticky && topic.sticky.current() != chosen) {
            continue;
        }
        if (queue.open && queue.open->count() > 0 && !fits(topic, *queue.open, bound)) {
            wake = seal(queue, lock) || wake;
            continue;  // the lock may have been given up
        }
        if (!queue.open && sticky && topic.sticky.appended(0, true)) {
            draw(topic, *table);  // what was put off until the batch was full
            continue;
        }
        if (!queue.open && !fresh) {
            return {.kind = Appended::Kind::no_batch, .wake = wake};
        }
        Appended outcome = append_to_open(queue, record, callback, fresh, now, sticky, *table);
        outcome.wake = outcome.wake || wake;
        return outcome;
    }
}

Accumulator::Appended Accumulator::append_to_open(PartitionQueue& queue,
                                                  const wire::BatchBuilder::Record& record,
                                                  DeliveryCallback& callback,
                                                  std::unique_ptr<ProducerBatch>& fresh, Time now,
                                                  bool sticky, const TopicEntry::Table& table) {
    const bool first = !queue.open;
    if (first) {
        queue.open = std::move(fresh);
        queue.open->start(queue, now);
    }
    auto& open = *queue.open;
    const std::size_t before = first ? 0 : open.raw_size();
    if (auto written = open.append(record, callback); !written) {
        if (first) {
            fresh = std::move(queue.open);
        }
        return {.kind = Appended::Kind::refused, .error = std::move(written.error())};
    }
    Appended outcome{.wake = first && announce(queue)};
    const bool aligned = open.raw_size() >= options_.batch_size;
    if (sticky && queue.topic.sticky.appended(open.raw_size() - before, aligned)) {
        draw(queue.topic, table);
    }
    return outcome;
}

/// Moves the open batch behind the full ones; compresses it without the lock, which others need
/// meanwhile.
bool Accumulator::seal(PartitionQueue& queue, std::unique_lock<std::mutex>& lock) {
    ProducerBatch& batch = *queue.open;
    queue.full.push_back(std::move(queue.open));
    if (options_.compression.codec == wire::Codec::none) {
        batch.close();
    } else {
        batch.sealing = true;
        lock.unlock();
        close_batch(batch);
        lock.lock();
        batch.sealing = false;
    }
    return announce(queue);
}

void Accumulator::close_batch(ProducerBatch& batch) {
    if (options_.compression.codec == wire::Codec::none) {
        batch.close();
        return;
    }
    std::unique_ptr<CompressionBench> bench;
    {
        const std::lock_guard lock(benches_mutex_);
        if (!benches_.empty()) {
            bench = std::move(benches_.back());
            benches_.pop_back();
        }
    }
    if (!bench) {
        bench = std::make_unique<CompressionBench>();
    }
    if (batch.close(options_.compression, *bench)) {
        observe_ratio(batch.partition().topic, batch);
    }  // else it goes as it is, which is as good
    const std::lock_guard lock(benches_mutex_);
    benches_.push_back(std::move(bench));
}

// --- the loop
// -------------------------------------------------------------------------------------

void Accumulator::update_topic(TopicEntry& topic, Uuid id,
                               std::span<const PartitionLeader> partitions) {
    INVARIANT(!partitions.empty(), "topic '{}' without partitions", topic.name);
    topic.id = id;
    while (topic.queues.size() < partitions.size()) {
        const auto number = static_cast<std::int32_t>(topic.queues.size());
        topic.queues.emplace_back(topic, PartitionId{number});
    }
    auto with_leader = std::make_shared<std::vector<PartitionId>>();
    auto nearby = std::make_shared<std::vector<PartitionId>>();
    for (std::size_t i = 0; i < topic.queues.size(); ++i) {
        auto& queue = topic.queues[i];
        const auto leader = i < partitions.size() ? partitions[i] : PartitionLeader{};
        queue.leader = leader.leader;
        queue.leader_epoch = leader.epoch;
        queue.near = leader.near;
        if (leader.leader != no_broker) {
            with_leader->push_back(queue.id);
        }
        if (leader.leader != no_broker && leader.near) {
            nearby->push_back(queue.id);
        }
    }
    {
        const std::lock_guard lock(topic.mutex);
        topic.preferred = nearby->empty() ? with_leader : std::move(nearby);
        topic.available = std::move(with_leader);
    }
    if (topic.tables.empty() || topic.tables.back()->size() != partitions.size()) {
        auto table = std::make_unique<TopicEntry::Table>();
        for (std::size_t i = 0; i < partitions.size(); ++i) {
            table->push_back(&topic.queues[i]);
        }
        topic.tables.push_back(std::move(table));
        topic.sticky.set_loads({});  // of partitions that may be gone
    }
    topic.table.store(topic.tables.back().get(), std::memory_order_release);
}

void Accumulator::forget_topic(TopicEntry& topic) {
    topic.table.store(nullptr, std::memory_order_release);
    for (auto& queue : topic.queues) {
        queue.leader = no_broker;
    }
}

std::vector<PartitionQueue*> Accumulator::take_announced() {
    std::vector<PartitionQueue*> taken;
    {
        const std::lock_guard lock(announced_mutex_);
        taken.swap(announced_);
    }
    for (auto* queue : taken) {
        const std::lock_guard lock(queue->mutex);
        queue->announced = false;
    }
    return taken;
}

Accumulator::Front Accumulator::front(PartitionQueue& queue) {
    Front front;
    const std::lock_guard lock(queue.mutex);
    front.waiting = queue.retries.size() + queue.full.size() + (queue.open ? 1U : 0U);
    if (!queue.retries.empty()) {
        auto& batch = *queue.retries.front();
        return {.any = true,
                .full = true,
                .created = batch.created(),
                .size = batch.size(),
                .waiting = front.waiting,
                .retry = &batch};
    }
    if (!queue.full.empty()) {
        auto& batch = *queue.full.front();
        front.any = !batch.sealing;
        front.full = true;
        front.created = batch.created();
        front.size = batch.sealing ? 0 : batch.size();
    } else if (queue.open && queue.open->count() > 0) {
        front.any = true;
        front.created = queue.open->created();
        front.size = queue.open->raw_size();
    }
    return front;
}

std::unique_ptr<ProducerBatch> Accumulator::take(PartitionQueue& queue) {
    std::unique_ptr<ProducerBatch> batch;
    if (!queue.retries.empty()) {
        batch = std::move(queue.retries.front());
        queue.retries.pop_front();
        return batch;
    }
    {
        const std::lock_guard lock(queue.mutex);
        if (!queue.full.empty()) {
            INVARIANT(!queue.full.front()->sealing, "a batch is taken while it is compressed");
            batch = std::move(queue.full.front());
            queue.full.pop_front();
        } else {
            INVARIANT(queue.open != nullptr, "nothing to take from partition {}", queue.id);
            batch = std::move(queue.open);
        }
    }
    if (!batch->closed()) {
        close_batch(*batch);
    }
    return batch;
}

std::vector<std::unique_ptr<ProducerBatch>> Accumulator::take_all(PartitionQueue& queue,
                                                                  bool only_new) {
    std::vector<std::unique_ptr<ProducerBatch>> batches;
    if (!only_new) {
        std::ranges::move(queue.retries, std::back_inserter(batches));
        queue.retries.clear();
    }
    std::unique_lock lock(queue.mutex);
    while (!queue.full.empty()) {
        if (queue.full.front()->sealing) {  // somebody else's for the time of one compression
            lock.unlock();
            std::this_thread::yield();
            lock.lock();
            continue;
        }
        batches.push_back(std::move(queue.full.front()));
        queue.full.pop_front();
    }
    if (queue.open) {
        batches.push_back(std::move(queue.open));
    }
    return batches;
}

Result<std::vector<std::unique_ptr<ProducerBatch>>> Accumulator::split(ProducerBatch& batch) {
    // The estimate that led here was too hopeful.
    const double raw = static_cast<double>(batch.raw_size());
    set_ratio(batch.partition().topic, std::max(1.0, static_cast<double>(batch.size()) / raw));
    CompressionBench bench;
    // Halves at least: the broker's limit may be below batch.size.
    const std::size_t most = std::min(options_.batch_size, batch.raw_size() / 2);
    TRY_ASSIGN(auto parts, batch.split(most, options_.compression, bench));
    for (const auto& part : parts) {
        pool_.adopt(*part);
    }
    return parts;
}

}  // namespace barnabas::client
