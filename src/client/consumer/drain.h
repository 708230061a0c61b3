#pragma once

#include "client/consumer/consumer_core.h"
#include "client/consumer/fetched_records.h"
#include <barnabas/consumer_records.h>

#include <cstddef>
#include <list>
#include <map>
#include <set>
#include <vector>

namespace barnabas::client {

/// What was fetched and is in the hands of the thread that polls: hands records out, and remembers
/// how far it has come for the core. One thread at a time, without locks.
class Drain {
public:
    explicit Drain(DecodeOptions options) : options_(options) {}

    /// What came later than the same partition's earlier positions makes those void.
    void add(std::vector<FetchedPartition> fetched);
    /// Up to `count_max` records of partitions that are not paused. An error only where no record
    /// comes before it.
    [[nodiscard]] Result<ConsumerRecords> take(std::size_t count_max);
    /// Whether take() may have some.
    [[nodiscard]] bool has_records() const;

    /// How far it has come since the last call.
    [[nodiscard]] std::vector<Consumed> take_consumed();
    /// Whether bytes were let go of since then: worth telling the core soon.
    [[nodiscard]] bool has_released() const { return released_; }

    /// Nothing more is handed out of them, and that they were paused is forgotten.
    void drop(const std::vector<TopicPartition>& partitions);
    /// Drops what is fetched of them; paused ones stay paused.
    void clear(const TopicPartition& partition);
    /// Of all that are not among them.
    void retain(const std::vector<TopicPartition>& partitions);
    void set_paused(const TopicPartition& partition, bool paused);
    [[nodiscard]] const std::set<TopicPartition>& paused() const { return paused_; }

private:
    [[nodiscard]] bool is_paused(const TopicPartition& partition) const {
        return !paused_.empty() && paused_.contains(partition);
    }
    void note(const FetchedRecords& records, std::size_t released);

    DecodeOptions options_;
    DecodeTools tools_;
    std::list<FetchedRecords> queue_;
    std::map<TopicPartition, Consumed> consumed_;
    std::set<TopicPartition> paused_;
    bool released_ = false;
};

}  // namespace barnabas::client
