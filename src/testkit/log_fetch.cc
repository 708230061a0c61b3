#include "testkit/log_fetch.h"

#include "wire/records/control_record.h"
#include "wire/records/record_reader.h"

#include <algorithm>
#include <set>
#include <utility>

namespace barnabas::testkit {
namespace {

constexpr std::int16_t fetch_version = 12;  // the last one that names topics
constexpr std::int32_t bytes_max = 1 << 20;
constexpr std::size_t batch_bytes_max = 1 << 20;

using PartitionAnswer = wire::FetchResponse::Response::Partition;
using Aborted = PartitionAnswer::AbortedTransaction;

/// Which transactions of the log are aborted where a walk over its batches has arrived.
class AbortedOnes {
public:
    explicit AbortedOnes(const PartitionAnswer& answer)
        : coming_(answer.aborted_transactions.value_or(std::vector<Aborted>())) {
        std::ranges::sort(coming_, {}, &Aborted::first_offset);
    }
    void arrive(Offset offset) {
        while (next_ < coming_.size() && coming_[next_].first_offset <= offset.get()) {
            producers_.insert(coming_[next_].producer_id);
            ++next_;
        }
    }
    void end(ProducerId producer) { producers_.erase(producer.get()); }
    [[nodiscard]] bool has(ProducerId producer) const {
        return producers_.contains(producer.get());
    }

private:
    std::vector<Aborted> coming_;
    std::size_t next_ = 0;
    std::set<std::int64_t> producers_;
};

/// Whether a control batch is the end of an aborted transaction.
Result<bool> is_abort(wire::RecordReader& reader, const wire::BatchView& batch) {
    TRY(reader.start(batch, batch_bytes_max));
    wire::RecordView record;
    TRY_ASSIGN(const bool any, reader.next(record));
    if (!any) {
        return fail(ErrorCode::corrupt_message, "the control batch at {} is empty",
                    batch.base_offset());
    }
    TRY_ASSIGN(const auto type, wire::control_type(record.key));
    return type == wire::ControlType::abort;
}

Result<void> take_records(wire::RecordReader& reader, const wire::BatchView& batch, Offset from,
                          Fetched& to) {
    TRY(reader.start(batch, batch_bytes_max));
    wire::RecordView record;
    for (;;) {
        TRY_ASSIGN(const bool more, reader.next(record));
        if (!more) {
            return {};
        }
        if (record.offset < from) {
            continue;  // a fetch may begin in the middle of a batch
        }
        if (!record.value) {
            return fail(ErrorCode::invalid_record, "the record at {} is null", record.offset);
        }
        TRY_ASSIGN(auto text, read_record_text(as_text(*record.value)));
        to.records.push_back({.offset = record.offset, .text = std::move(text)});
    }
}

}  // namespace

Result<Fetched> read_fetched(const PartitionAnswer& answer, const FetchFrom& from) {
    Fetched fetched{.code = static_cast<ErrorCode>(answer.error_code),
                    .next = from.offset,
                    .last_stable = Offset{answer.last_stable_offset},
                    .high_watermark = Offset{answer.high_watermark},
                    .records = {}};
    if (fetched.code != ErrorCode::none) {
        return fetched;
    }
    AbortedOnes aborted(answer);
    wire::RecordReader reader;
    wire::BatchCursor cursor(answer.records.bytes());
    for (;;) {
        TRY_ASSIGN(const auto batch, cursor.next());
        if (!batch) {
            break;
        }
        TRY(batch->ensure_valid());
        const Offset bound = from.committed ? fetched.last_stable : fetched.high_watermark;
        if (batch->last_offset() >= bound) {
            return fail(ErrorCode::corrupt_message, "a batch up to {} was sent, and {} is {}",
                        batch->last_offset(),
                        from.committed ? "the last stable offset" : "the high watermark", bound);
        }
        fetched.next = std::max(fetched.next, batch->next_offset());
        aborted.arrive(batch->last_offset());
        if (batch->is_control()) {
            TRY_ASSIGN(const bool abort, is_abort(reader, *batch));
            if (abort) {
                aborted.end(batch->producer_id());
            }
            continue;
        }
        if (from.committed && batch->is_transactional() && aborted.has(batch->producer_id())) {
            continue;
        }
        TRY(take_records(reader, *batch, from.offset, fetched));
    }
    return fetched;
}

awaitable<std::optional<Fetched>> fetch(WireClient* client, FetchFrom from) {
    wire::FetchRequest request;
    request.max_wait_ms = from.max_wait_ms;
    request.min_bytes = 1;
    request.max_bytes = bytes_max;
    request.isolation_level = from.committed ? 1 : 0;
    auto& topic = request.topics.emplace_back();
    topic.topic = from.partition.topic;
    auto& partition = topic.partitions.emplace_back();
    partition.partition = from.partition.partition.get();
    partition.fetch_offset = from.offset.get();
    partition.partition_max_bytes = bytes_max;
    const auto answer =
        co_await client->call<wire::FetchResponse>(std::move(request), fetch_version);
    if (!answer) {
        co_return std::nullopt;
    }
    const auto& responses = answer->body.responses;
    if (responses.size() != 1 || responses[0].partitions.size() != 1) {
        client->journal().complain(client->name(), "a fetch of {} has {} answers", from.partition,
                                   responses.size());
        co_return std::nullopt;
    }
    auto fetched = read_fetched(responses[0].partitions[0], from);
    if (!fetched) {
        client->journal().complain(client->name(), "what was fetched of {} from {} on: {}",
                                   from.partition, from.offset, fetched.error().message);
        co_return std::nullopt;
    }
    co_return std::move(*fetched);
}

}  // namespace barnabas::testkit
