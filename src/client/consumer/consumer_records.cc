#include "wire/varint.h"
#include <barnabas/consumer_records.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

namespace barnabas {

HeaderRange::Iterator::Iterator(ByteView bytes, std::int32_t left) : rest_(bytes), left_(left) {
    if (left_ > 0) {
        read();
    }
}

HeaderRange::Iterator& HeaderRange::Iterator::operator++() {
    if (--left_ > 0) {
        read();
    }
    return *this;
}

// What is read here was found well formed when the record was decoded.
void HeaderRange::Iterator::read() {
    const std::byte* at = rest_.data();
    const std::byte* const end = at + rest_.size();
    std::int32_t size = 0;
    at = wire::read_varint(at, end, size);
    header_.key = as_text({at, static_cast<std::size_t>(size)});
    at = wire::read_varint(at + size, end, size);
    header_.value.reset();
    if (size >= 0) {
        header_.value.emplace(at, static_cast<std::size_t>(size));
        at += size;
    }
    rest_ = {at, end};
}

std::optional<HeaderView> ConsumerRecord::header(std::string_view key) const {
    std::optional<HeaderView> last;
    for (const HeaderView& header : headers()) {
        if (header.key == key) {
            last = header;
        }
    }
    return last;
}

void RecordIterator::enter() {
    if (!chunks_.empty()) {
        const auto& chunk = chunks_.front();
        record_ = ConsumerRecord(chunk, chunk->entries.data());
        end_ = chunk->entries.data() + chunk->entries.size();
    }
}

std::size_t RecordRange::size() const {
    return std::accumulate(
        chunks_.begin(), chunks_.end(), std::size_t{0},
        [](std::size_t sum, const auto& chunk) { return sum + chunk->entries.size(); });
}

ConsumerRecords::ConsumerRecords(std::vector<std::shared_ptr<const detail::RecordChunk>> chunks)
    : chunks_(std::move(chunks)) {
    std::erase_if(chunks_, [](const auto& chunk) { return chunk->entries.empty(); });
    std::ranges::sort(chunks_, [](const auto& a, const auto& b) {
        return std::tie(a->partition, a->entries.front().offset) <
               std::tie(b->partition, b->entries.front().offset);
    });
    count_ = RecordRange(chunks_).size();
}

std::vector<TopicPartition> ConsumerRecords::partitions() const {
    std::vector<TopicPartition> all;
    for (const auto& chunk : chunks_) {
        if (all.empty() || all.back() != chunk->partition) {
            all.push_back(chunk->partition);
        }
    }
    return all;
}

RecordRange ConsumerRecords::records(const TopicPartition& partition) const {
    const auto found = std::ranges::equal_range(chunks_, partition, {},
                                                [](const auto& chunk) { return chunk->partition; });
    return RecordRange({found.begin(), found.end()});
}

ConsumerRecords ConsumerRecords::keep_if(
    const std::function<bool(const ConsumerRecord&)>& wanted) const {
    std::vector<std::shared_ptr<const detail::RecordChunk>> kept;
    for (const auto& chunk : chunks_) {
        auto part =
            std::make_shared<detail::RecordChunk>(detail::RecordChunk{.partition = chunk->partition,
                                                                      .entries = {},
                                                                      .bytes = chunk->bytes,
                                                                      .next = chunk->next});
        std::ranges::copy_if(
            chunk->entries, std::back_inserter(part->entries),
            [&](const auto& entry) { return wanted(ConsumerRecord(chunk, &entry)); });
        kept.push_back(std::move(part));
    }
    return ConsumerRecords(std::move(kept));
}

std::map<TopicPartition, OffsetAndMetadata> ConsumerRecords::next_offsets() const {
    std::map<TopicPartition, OffsetAndMetadata> offsets;
    for (const auto& chunk : chunks_) {
        offsets[chunk->partition] = chunk->next;  // the last one of a partition is its furthest
    }
    return offsets;
}

}  // namespace barnabas
