#include "client/consumer/drain.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

void Drain::add(std::vector<FetchedPartition> fetched) {
    for (FetchedPartition& part : fetched) {
        std::erase_if(queue_, [&part](const FetchedRecords& older) {
            return older.partition() == part.partition && older.stamp() != part.stamp;
        });
        queue_.emplace_back(std::move(part), options_);
    }
}

void Drain::note(const FetchedRecords& records, std::size_t released) {
    Consumed& consumed = consumed_[records.partition()];
    if (consumed.stamp != records.stamp()) {
        consumed = {.partition = records.partition(), .stamp = records.stamp()};
    }
    consumed.next.offset = records.next().offset;
    if (records.next().leader_epoch) {
        consumed.next.leader_epoch = records.next().leader_epoch;
    }
    consumed.released += released;
    released_ = released_ || released > 0;
}

Result<ConsumerRecords> Drain::take(std::size_t count_max) {
    std::vector<std::shared_ptr<const barnabas::detail::RecordChunk>> chunks;
    std::size_t count = 0;
    for (auto at = queue_.begin(); at != queue_.end() && count < count_max;) {
        if (is_paused(at->partition())) {
            ++at;
            continue;
        }
        auto chunk = at->take(count_max - count, tools_);
        if (!chunk) {
            note(*at, 0);
            if (!chunks.empty()) {
                break;  // it is met again
            }
            return fail(std::move(chunk));
        }
        if (*chunk) {
            count += (*chunk)->entries.size();
            chunks.push_back(std::move(*chunk));
        }
        if (at->drained()) {
            note(*at, at->size());
            at = queue_.erase(at);
        } else {
            note(*at, 0);
        }
    }
    return ConsumerRecords(std::move(chunks));
}

bool Drain::has_records() const {
    return std::ranges::any_of(
        queue_, [this](const FetchedRecords& records) { return !is_paused(records.partition()); });
}

std::vector<Consumed> Drain::take_consumed() {
    std::vector<Consumed> all;
    all.reserve(consumed_.size());
    for (auto& [partition, consumed] : consumed_) {
        all.push_back(std::move(consumed));
    }
    consumed_.clear();
    released_ = false;
    return all;
}

void Drain::clear(const TopicPartition& partition) {
    std::erase_if(queue_, [&partition](const FetchedRecords& records) {
        return records.partition() == partition;
    });
    consumed_.erase(partition);
}

void Drain::drop(const std::vector<TopicPartition>& partitions) {
    for (const TopicPartition& partition : partitions) {
        clear(partition);
        paused_.erase(partition);
    }
}

void Drain::retain(const std::vector<TopicPartition>& partitions) {
    const std::set<TopicPartition> kept(partitions.begin(), partitions.end());
    std::vector<TopicPartition> gone;
    for (const FetchedRecords& records : queue_) {
        if (!kept.contains(records.partition())) {
            gone.push_back(records.partition());
        }
    }
    drop(gone);
    std::erase_if(paused_,
                  [&kept](const TopicPartition& partition) { return !kept.contains(partition); });
}

void Drain::set_paused(const TopicPartition& partition, bool paused) {
    if (paused) {
        paused_.insert(partition);
    } else {
        paused_.erase(partition);
    }
}

}  // namespace barnabas::client
