#include "client/producer/producer_batch.h"

#include "base/invariant.h"
#include "client/producer/partition_queue.h"
#include "wire/records/batch_header.h"
#include "wire/records/record_reader.h"
#include "wire/varint.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::client {

std::int32_t add_to_sequence(std::int32_t sequence, std::int32_t n) {
    constexpr auto last = std::numeric_limits<std::int32_t>::max();
    return sequence > last - n ? n - (last - sequence) - 1 : sequence + n;
}

void ProducerBatch::start(PartitionQueue& partition, Time now) {
    INVARIANT(deliveries_.empty(), "{} deliveries of an earlier use", deliveries_.size());
    partition_ = &partition;
    created_ = now;
    count_ = 0;
    base_timestamp_ = no_timestamp;
    max_timestamp_ = no_timestamp;
    codec_ = wire::Codec::none;
    identity_ = {};
    base_sequence_ = wire::no_sequence;
    sequence_was_reset_ = transactional_ = closed_ = false;
    attempts = 0;
    retry_at = {};
    leader_epoch = no_epoch;
    sent = done = given_up = sealing = false;
    bytes_.clear();
    builder_.start(bytes_, {});
    raw_size_ = bytes_.size();
}

std::size_t ProducerBatch::size_bound(const wire::BatchBuilder::Record& record) {
    // size, attributes, timestamp, offset, and the lengths of key, value and headers
    constexpr std::size_t numbers = 5 + 1 + 10 + 5 + 3 * wire::varint_size_max;
    std::size_t size =
        numbers + (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    for (const auto& header : record.headers) {
        size += 2 * wire::varint_size_max + header.key.size() +
                (header.value ? header.value->size() : 0);
    }
    return size;
}

Result<> ProducerBatch::append(const wire::BatchBuilder::Record& record,
                               DeliveryCallback& callback) {
    INVARIANT(!closed_, "append to a closed batch");
    TRY(builder_.append(Offset{count_}, record));
    if (count_ == 0) {
        base_timestamp_ = record.timestamp;
    }
    max_timestamp_ = std::max(max_timestamp_, record.timestamp);
    raw_size_ = bytes_.size();
    if (callback) {
        deliveries_.push_back({count_, record.timestamp, std::move(callback)});
    }
    ++count_;
    return {};
}

void ProducerBatch::close() {
    INVARIANT(!closed_, "closed twice");
    INVARIANT(count_ > 0, "an empty batch is not sent");
    closed_ = true;
}

Result<> ProducerBatch::close(wire::Compression how, CompressionBench& bench) {
    close();
    if (how.codec == wire::Codec::none) {
        return {};
    }
    bench.scratch.clear();
    TRY(bench.compressor.compress(how, bytes_.view().subspan(overhead), false, bench.scratch));
    bytes_.resize(overhead);
    bytes_.append(bench.scratch.view());
    codec_ = how.codec;
    return {};
}

std::int32_t ProducerBatch::last_sequence() const {
    INVARIANT(has_sequence(), "no sequence yet");
    return add_to_sequence(base_sequence_, count_ - 1);
}

void ProducerBatch::assign(ProducerIdentity who, std::int32_t base_sequence, bool transactional) {
    sequence_was_reset_ = sequence_was_reset_ || (has_sequence() && sent);
    identity_ = who;
    base_sequence_ = base_sequence;
    transactional_ = transactional;
}

void ProducerBatch::stamp() {
    INVARIANT(closed_, "a batch that is still open has no header");
    wire::write_batch_header(bytes_.mutable_view(), {.codec = codec_,
                                                     .transactional = transactional_,
                                                     .last_offset_delta = count_ - 1,
                                                     .base_timestamp = base_timestamp_,
                                                     .max_timestamp = max_timestamp_,
                                                     .producer_id = identity_.id,
                                                     .producer_epoch = identity_.epoch,
                                                     .base_sequence = base_sequence_,
                                                     .count = count_});
}

void ProducerBatch::deliver(const BatchOutcome& outcome) {
    INVARIANT(!done, "delivered twice");
    done = true;
    auto deliveries = std::exchange(deliveries_, {});
    const auto& name = partition_->topic.name;
    if (outcome.error == ErrorCode::none) {
        Result<RecordMetadata> told(RecordMetadata{.topic = name, .partition = partition_->id});
        for (auto& delivery : deliveries) {
            told->offset = outcome.base_offset == no_offset
                               ? no_offset
                               : outcome.base_offset + std::int64_t{delivery.index};
            told->timestamp = outcome.log_append_time == no_timestamp ? delivery.timestamp
                                                                      : outcome.log_append_time;
            delivery.callback(told);
        }
    } else {
        const Result<RecordMetadata> failed(fail(outcome.error, "{}", outcome.message));
        for (auto& delivery : deliveries) {
            const auto own = std::ranges::find(outcome.faults, delivery.index,
                                               &BatchOutcome::RecordFault::index);
            if (outcome.faults.empty()) {
                delivery.callback(failed);
            } else if (own != outcome.faults.end()) {
                delivery.callback(fail(outcome.error, "{}", own->message));
            } else {
                delivery.callback(fail(ErrorCode::invalid_record,
                                       "the record is good, but others of its batch are not, and "
                                       "a batch is stored whole or not at all"));
            }
        }
    }
    deliveries.clear();
    deliveries_ = std::move(deliveries);  // keeps the room
}

Result<std::vector<std::unique_ptr<ProducerBatch>>> ProducerBatch::split(std::size_t bytes_max,
                                                                         wire::Compression how,
                                                                         CompressionBench& bench) {
    constexpr std::size_t unfolded_max = std::size_t{1} << 31;
    wire::RecordReader reader;
    TRY(reader.start(wire::BatchView(bytes_.view()), unfolded_max));
    std::vector<std::unique_ptr<ProducerBatch>> parts;
    auto delivery = deliveries_.begin();
    std::vector<wire::RecordHeader> headers;
    wire::RecordView view;
    for (std::int32_t index = 0; index < count_; ++index) {
        TRY_ASSIGN(const bool more, reader.next(view));
        INVARIANT(more, "a batch of {} records ends behind {}", count_, index);
        headers.assign(view.headers.begin(), view.headers.end());
        const wire::BatchBuilder::Record record{
            .timestamp = view.timestamp, .key = view.key, .value = view.value, .headers = headers};
        if (parts.empty() || parts.back()->raw_size() + size_bound(record) > bytes_max) {
            parts.push_back(std::make_unique<ProducerBatch>());
            parts.back()->start(*partition_, created_);
            parts.back()->flush_epoch = flush_epoch;
        }
        DeliveryCallback callback;
        if (delivery != deliveries_.end() && delivery->index == index) {
            callback = std::move((delivery++)->callback);
        }
        TRY(parts.back()->append(record, callback));
    }
    std::int32_t sequence = base_sequence_;
    for (auto& part : parts) {
        TRY(part->close(how, bench));
        if (has_sequence()) {
            part->assign(identity_, sequence, transactional_);
            sequence = add_to_sequence(sequence, part->count());
        }
    }
    deliveries_.clear();
    done = true;
    return parts;
}

}  // namespace barnabas::client
