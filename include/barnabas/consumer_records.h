#pragma once

#include <barnabas/bytes.h>
#include <barnabas/offsets.h>
#include <barnabas/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas {

/// What a record's timestamp means: set by its producer, or by the broker when it appended it.
/// Records of Kafka before 0.10 have none.
enum class TimestampType : std::int8_t { none = -1, create_time = 0, log_append_time = 1 };

/// A header as it lies in a record.
struct HeaderView {
    std::string_view key;
    std::optional<ByteView> value;
};

namespace detail {

/// Where the parts of one record lie in the bytes that were fetched. One cache line.
struct RecordEntry {
    std::int64_t offset = 0;
    std::int64_t timestamp = -1;
    const std::byte* key = nullptr;
    const std::byte* value = nullptr;
    const std::byte* headers = nullptr;
    std::int32_t key_size = -1;    ///< below 0: null
    std::int32_t value_size = -1;  ///< below 0: null
    std::int32_t headers_size = 0;
    std::int32_t header_count = 0;
    std::int32_t leader_epoch = -1;
    TimestampType timestamp_type = TimestampType::none;
    std::int16_t delivery_count = 0;  ///< of share consumers; 0: not known
};
static_assert(sizeof(RecordEntry) == 64);

/// Records of one partition that poll() handed out together, and the bytes that they look into.
/// Immutable once it is shared, so on any thread.
struct RecordChunk {
    TopicPartition partition;
    std::vector<RecordEntry> entries;
    std::vector<std::shared_ptr<const void>> bytes;  ///< kept alive for the entries
    OffsetAndMetadata next;                          ///< where the consumer goes on
};

}  // namespace detail

/// The headers of a record, read while they are iterated over.
class HeaderRange {
public:
    class Iterator {
    public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = HeaderView;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(ByteView bytes, std::int32_t left);
        const HeaderView& operator*() const { return header_; }
        const HeaderView* operator->() const { return &header_; }
        Iterator& operator++();
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& at, std::default_sentinel_t /*end*/) {
            return at.left_ == 0;
        }

    private:
        void read();

        ByteView rest_;
        std::int32_t left_ = 0;
        HeaderView header_;
    };

    HeaderRange(ByteView bytes, std::int32_t count) : bytes_(bytes), count_(count) {}

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(count_); }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] Iterator begin() const { return {bytes_, count_}; }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

private:
    ByteView bytes_;
    std::int32_t count_;
};

/// One record. What it shows lies in the bytes that were fetched, and a ConsumerRecord keeps those
/// alive: a copy may be kept as long as one likes, on any thread. It keeps its whole batch, though:
/// who keeps few records for long copies what matters to him.
class ConsumerRecord {
public:
    ConsumerRecord() = default;
    ConsumerRecord(std::shared_ptr<const detail::RecordChunk> chunk,
                   const detail::RecordEntry* entry)
        : chunk_(std::move(chunk)), entry_(entry) {}

    [[nodiscard]] const std::string& topic() const { return chunk_->partition.topic; }
    [[nodiscard]] PartitionId partition() const { return chunk_->partition.partition; }
    [[nodiscard]] const TopicPartition& topic_partition() const { return chunk_->partition; }
    [[nodiscard]] Offset offset() const { return Offset{entry_->offset}; }
    /// Of the leader that appended it; no_epoch where the record is older than epochs.
    [[nodiscard]] LeaderEpoch leader_epoch() const { return LeaderEpoch{entry_->leader_epoch}; }
    [[nodiscard]] Timestamp timestamp() const { return Timestamp{entry_->timestamp}; }
    [[nodiscard]] TimestampType timestamp_type() const { return entry_->timestamp_type; }
    /// How often it was delivered, this time included: 1 the first time. Nothing but of share
    /// consumers.
    [[nodiscard]] std::optional<std::int16_t> delivery_count() const {
        return entry_->delivery_count > 0 ? std::optional(entry_->delivery_count) : std::nullopt;
    }

    /// A record without key has an empty key(); so has one with an empty key.
    [[nodiscard]] bool has_key() const { return entry_->key_size >= 0; }
    [[nodiscard]] ByteView key() const { return part(entry_->key, entry_->key_size); }
    /// Without value: a tombstone, in a compacted topic.
    [[nodiscard]] bool has_value() const { return entry_->value_size >= 0; }
    [[nodiscard]] ByteView value() const { return part(entry_->value, entry_->value_size); }
    /// The same bytes as text, whatever they are.
    [[nodiscard]] std::string_view key_text() const { return as_text(key()); }
    [[nodiscard]] std::string_view value_text() const { return as_text(value()); }

    [[nodiscard]] HeaderRange headers() const {
        return {part(entry_->headers, entry_->headers_size), entry_->header_count};
    }
    /// The last header with that key.
    [[nodiscard]] std::optional<HeaderView> header(std::string_view key) const;

private:
    friend class RecordIterator;

    static ByteView part(const std::byte* at, std::int32_t size) {
        return size > 0 ? ByteView(at, static_cast<std::size_t>(size)) : ByteView();
    }

    std::shared_ptr<const detail::RecordChunk> chunk_;
    const detail::RecordEntry* entry_ = nullptr;
};

/// Walks over the records of several chunks. Costs no reference count per record: copy a record
/// out of the loop to keep it.
class RecordIterator {
public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = ConsumerRecord;
    using difference_type = std::ptrdiff_t;
    using Chunks = std::span<const std::shared_ptr<const detail::RecordChunk>>;

    RecordIterator() = default;
    explicit RecordIterator(Chunks chunks) : chunks_(chunks) { enter(); }

    const ConsumerRecord& operator*() const { return record_; }
    const ConsumerRecord* operator->() const { return &record_; }
    RecordIterator& operator++() {
        if (++record_.entry_ == end_) {
            chunks_ = chunks_.subspan(1);
            enter();
        }
        return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const RecordIterator& at, std::default_sentinel_t /*end*/) {
        return at.chunks_.empty();
    }

private:
    void enter();

    Chunks chunks_;  ///< the first one is where record_ is
    const detail::RecordEntry* end_ = nullptr;
    ConsumerRecord record_;
};

/// Some of what poll() handed out, as a range.
class RecordRange {
public:
    explicit RecordRange(RecordIterator::Chunks chunks) : chunks_(chunks) {}
    [[nodiscard]] RecordIterator begin() const { return RecordIterator(chunks_); }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }
    [[nodiscard]] std::size_t size() const;

private:
    RecordIterator::Chunks chunks_;
};

/// What one poll() handed out: for (const auto& record : records) ...
/// Records of a partition stand in the order of their offsets. May move to another thread; all of
/// it is bytes that have been checked, so that iterating cannot fail.
class ConsumerRecords {
public:
    ConsumerRecords() = default;
    explicit ConsumerRecords(std::vector<std::shared_ptr<const detail::RecordChunk>> chunks);

    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::size_t size() const { return count_; }
    [[nodiscard]] RecordIterator begin() const { return RecordIterator(chunks_); }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

    /// Those that records came from, in the order of their records.
    [[nodiscard]] std::vector<TopicPartition> partitions() const;
    /// Those of one partition. Looks into this object.
    [[nodiscard]] RecordRange records(const TopicPartition& partition) const;
    /// Those that `wanted` says yes to, as objects of their own; the bytes are shared. Calls it
    /// once for each record, in their order.
    [[nodiscard]] ConsumerRecords keep_if(
        const std::function<bool(const ConsumerRecord&)>& wanted) const;
    /// By partition, where the consumer goes on behind these records: what to commit when they
    /// have been dealt with (KIP-1094).
    [[nodiscard]] std::map<TopicPartition, OffsetAndMetadata> next_offsets() const;

private:
    /// No chunk is empty; those of one partition are neighbours.
    std::vector<std::shared_ptr<const detail::RecordChunk>> chunks_;
    std::size_t count_ = 0;
};

}  // namespace barnabas
