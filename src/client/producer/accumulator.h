#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/producer/batch_pool.h"
#include "client/producer/partition_queue.h"
#include "client/producer/topic_table.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// Where records wait to be sent, by topic and partition. Sending threads encode a record straight
/// into its partition's open batch, under that partition's lock, which is free as a rule; the loop
/// is woken once for everything that came since it last looked. So a record costs one lock, one
/// look-up and one copy, and no allocation.
///
/// The first half is for sending threads (any thread), the second for the loop alone. Nothing here
/// waits: where room is missing the caller waits, with the pool.
class Accumulator {
public:
    struct Options {
        std::size_t batch_size = 16384;
        std::size_t memory = std::size_t{32} << 20;
        std::size_t raw_max = std::size_t{1} << 20;  ///< of one batch, before compression
        wire::Compression compression;
        std::uint64_t seed = 0;
    };
    /// Asks for sticky_partition().
    static constexpr std::int32_t any_partition = -1;

    struct Appended {
        enum class Kind : std::uint8_t {
            done,
            no_batch,      ///< call again with a fresh batch
            no_topic,      ///< the topic is not known (any more)
            no_partition,  ///< the topic has no such partition
            closed,
            refused,  ///< see error
        };
        Kind kind = Kind::done;
        bool wake = false;  ///< the loop has to look, and does not know yet
        std::optional<Error> error{};
    };

    explicit Accumulator(Options options);

    // --- sending threads -------------------------------------------------------------------------

    [[nodiscard]] TopicTable& topics() { return topics_; }
    [[nodiscard]] BatchPool& pool() { return pool_; }
    [[nodiscard]] const BatchPool& pool() const { return pool_; }

    /// Puts `record` behind the others of its partition. `fresh`: a batch to go on with where the
    /// open one is full; it stays the caller's if it is not needed. `callback` is taken when done.
    Appended append(TopicEntry& topic, std::int32_t partition,
                    const wire::BatchBuilder::Record& record, DeliveryCallback& callback,
                    std::unique_ptr<ProducerBatch>& fresh, Time now);

    /// What the topic's partitioners draw from.
    [[nodiscard]] static std::shared_ptr<const std::vector<PartitionId>> available(
        TopicEntry& topic);
    /// What the default one draws from: those with a leader nearby, else all of them (KIP-1123).
    [[nodiscard]] static std::shared_ptr<const std::vector<PartitionId>> preferred(
        TopicEntry& topic);

    /// No append from here on.
    void close() { closed_.store(true, std::memory_order_release); }

    // --- the loop --------------------------------------------------------------------------------

    struct PartitionLeader {
        BrokerId leader = no_broker;
        LeaderEpoch epoch = no_epoch;
        bool near = false;  ///< in the rack that is preferred
    };
    /// What the cluster says of a topic: partitions 0 to n - 1, n >= 1.
    void update_topic(TopicEntry& topic, Uuid id, std::span<const PartitionLeader> partitions);
    /// It is not known any more: the next send asks for it again.
    static void forget_topic(TopicEntry& topic);

    /// The partitions that have something new, each once.
    [[nodiscard]] std::vector<PartitionQueue*> take_announced();

    struct Front {
        bool any = false;         ///< something can be taken
        bool full = false;        ///< it will not grow: it may go at once
        Time created{};           ///< of that batch
        std::size_t size = 0;     ///< as it is now; compression may make it smaller
        std::size_t waiting = 0;  ///< batches, retries too
        ProducerBatch* retry = nullptr;
    };
    [[nodiscard]] static Front front(PartitionQueue& queue);
    /// What front() tells of, closed. INVARIANT: there is one.
    [[nodiscard]] std::unique_ptr<ProducerBatch> take(PartitionQueue& queue);
    /// Everything that waits, retries first; `only_new`: but not those.
    [[nodiscard]] std::vector<std::unique_ptr<ProducerBatch>> take_all(PartitionQueue& queue,
                                                                       bool only_new);
    /// In the place of `batch`, which a broker found too large.
    [[nodiscard]] Result<std::vector<std::unique_ptr<ProducerBatch>>> split(ProducerBatch& batch);

private:
    [[nodiscard]] bool fits(const TopicEntry& topic, ProducerBatch& open, std::size_t bound);
    std::int32_t sticky_partition(TopicEntry& topic, const TopicEntry::Table& table);
    void draw(TopicEntry& topic, const TopicEntry::Table& table);
    Appended append_to_open(PartitionQueue& queue, const wire::BatchBuilder::Record& record,
                            DeliveryCallback& callback, std::unique_ptr<ProducerBatch>& fresh,
                            Time now, bool sticky, const TopicEntry::Table& table);
    bool seal(PartitionQueue& queue, std::unique_lock<std::mutex>& lock);
    void close_batch(ProducerBatch& batch);
    bool announce(PartitionQueue& queue);
    [[nodiscard]] std::uint32_t random();

    const Options options_;
    TopicTable topics_;
    BatchPool pool_;
    std::atomic<bool> closed_ = false;
    std::atomic<std::uint64_t> random_;

    std::mutex announced_mutex_;
    std::vector<PartitionQueue*> announced_;

    std::mutex benches_mutex_;
    std::vector<std::unique_ptr<CompressionBench>> benches_;
};

}  // namespace barnabas::client
