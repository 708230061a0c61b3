#include "client/consumer/fetched_records.h"

#include "wire/records/control_record.h"
#include "wire/records/record_format.h"
#include "wire/varint.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {

namespace {

/// Bytes that one batch may unfold to: what a broker lets into its log at most.
constexpr std::size_t unfolded_max = std::size_t{1} << 30;

/// No more memory is asked for at once than for so many records.
constexpr std::size_t reserve_max = 4096;

/// No log gets there; so that no sum of offsets overflows.
constexpr Offset offset_max{std::int64_t{1} << 62};

/// Of any two numbers that somebody sent.
std::int64_t sum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

TimestampType type_of(const wire::BatchView& batch) {
    return static_cast<TimestampType>(batch.timestamp_type());
}

}  // namespace

Result<> check_place(const wire::BatchView& batch) {
    if (!batch.has_whole_header()) {
        return fail(ErrorCode::corrupt_message, "a batch of {} bytes is shorter than its header",
                    batch.size());
    }
    if (batch.base_offset().get() < 0 || batch.base_offset() > offset_max ||
        batch.last_offset() < batch.base_offset()) {
        return fail(ErrorCode::corrupt_message, "a batch covers offsets {} to {}",
                    batch.base_offset(), batch.last_offset_delta());
    }
    return {};
}

FetchedRecords::FetchedRecords(FetchedPartition fetched, const DecodeOptions& options)
    : fetched_(std::move(fetched)),
      options_(options),
      cursor_(fetched_.records),
      aborted_(fetched_.aborted.begin(), fetched_.aborted.end()),
      next_{.offset = fetched_.fetch_offset} {
    std::ranges::sort(aborted_, {}, &AbortedTransaction::first_offset);
}

Error FetchedRecords::located(Error error) const {
    error.message =
        fmt::format("{} cannot be read at offset {}{}: {}", fetched_.partition, next_.offset,
                    options_.may_seek ? " (seek beyond it to go on)" : "", error.message);
    return error;
}

Result<std::shared_ptr<const barnabas::detail::RecordChunk>> FetchedRecords::take(
    std::size_t count_max, DecodeTools& tools) {
    if (failed_) {
        return std::unexpected(*failed_);
    }
    auto chunk = std::make_shared<barnabas::detail::RecordChunk>();
    chunk->partition = fetched_.partition;
    while (chunk->entries.size() < count_max) {
        auto opened = open_batch(tools);
        if (opened && !*opened) {
            drained_ = true;
            break;
        }
        if (!opened) {
            failed_ = located(std::move(opened.error()));
        } else if (auto read = read_records(*chunk, count_max); !read) {
            failed_ = located(std::move(read.error()));
        }
        if (failed_) {
            break;  // what came before it is handed out first
        }
    }
    if (chunk->entries.empty()) {
        if (failed_) {
            return std::unexpected(*failed_);
        }
        return std::shared_ptr<const barnabas::detail::RecordChunk>();
    }
    chunk->next = next_;
    return std::shared_ptr<const barnabas::detail::RecordChunk>(std::move(chunk));
}

/// False at the end. Passes over what nobody is to see.
Result<bool> FetchedRecords::open_batch(DecodeTools& tools) {
    while (!is_open()) {
        TRY_ASSIGN(const auto batch, cursor_.next());
        if (!batch) {
            return false;
        }
        TRY(check_place(*batch));
        if (batch->last_offset() < next_.offset) {
            continue;
        }
        if (options_.check_crcs) {
            TRY(batch->ensure_valid());
        }
        TRY_ASSIGN(const bool left_out, is_left_out(*batch, tools));
        if (left_out) {
            next_.offset = std::max(next_.offset, batch->next_offset());
        } else if (batch->is_legacy()) {
            TRY(enter_legacy(*batch, tools));
        } else {
            TRY(enter(*batch, tools));
        }
    }
    return true;
}

/// Control batches always are; those of aborted transactions, for read_committed: the list of
/// aborted transactions says where each begins, and its abort marker is where it ends.
Result<bool> FetchedRecords::is_left_out(const wire::BatchView& batch, DecodeTools& tools) {
    if (options_.isolation == IsolationLevel::read_committed && batch.has_producer()) {
        while (!aborted_.empty() && aborted_.front().first_offset <= batch.last_offset()) {
            aborting_.insert(aborted_.front().producer);
            aborted_.pop_front();
        }
        if (batch.is_control()) {
            wire::RecordView marker;
            TRY(tools.legacy_reader.start(batch, unfolded_max));
            TRY_ASSIGN(const bool any, tools.legacy_reader.next(marker));
            if (any) {
                TRY_ASSIGN(const wire::ControlType type, wire::control_type(marker.key));
                if (type == wire::ControlType::abort) {
                    aborting_.erase(batch.producer_id());
                }
            }
        } else if (batch.is_transactional() && aborting_.contains(batch.producer_id())) {
            return true;
        }
    }
    return batch.is_control();
}

Result<> FetchedRecords::enter(const wire::BatchView& batch, DecodeTools& tools) {
    ByteView payload = batch.payload();
    std::shared_ptr<const void> bytes = fetched_.owner;
    if (batch.is_compressed()) {
        TRY_ASSIGN(const wire::Codec codec, batch.codec());
        auto unfolded = std::make_shared<ByteBuffer>();
        TRY(tools.decompressor.start(codec, payload, {.output_max = unfolded_max}));
        TRY(tools.decompressor.read_all(*unfolded));
        payload = unfolded->view();
        bytes = std::move(unfolded);
    }
    const std::int32_t count = std::max(batch.count(), 0);
    const bool by_append_time = batch.timestamp_type() == wire::TimestampType::log_append_time;
    open_ = OpenBatch{
        .view = batch,
        .at = payload.data(),
        .end = payload.data() + payload.size(),
        .left = count,
        .count = count,
        .base_offset = batch.base_offset().get(),
        .last_offset = batch.last_offset().get(),
        .base_timestamp = batch.base_timestamp().get(),
        .append_time = batch.max_timestamp().get(),
        .by_append_time = by_append_time,
        .blank = {.leader_epoch = batch.leader_epoch().get(), .timestamp_type = type_of(batch)},
        .bytes = std::move(bytes)};
    return {};
}

/// Old messages are rare: their records are copied, with all that is in them.
Result<> FetchedRecords::enter_legacy(const wire::BatchView& batch, DecodeTools& tools) {
    struct Part {
        barnabas::detail::RecordEntry entry;
        std::size_t at;
    };
    TRY(tools.legacy_reader.start(batch, unfolded_max));
    std::vector<Part> parts;
    auto copy = std::make_shared<ByteBuffer>();
    const auto add = [&copy](const wire::NullableBytes& bytes, std::int32_t& size) {
        if (bytes) {
            copy->append(*bytes);
            size = static_cast<std::int32_t>(bytes->size());
        }
    };
    while (true) {
        wire::RecordView record;
        TRY_ASSIGN(const bool more, tools.legacy_reader.next(record));
        if (!more) {
            break;
        }
        if (options_.check_crcs) {
            TRY(tools.legacy_reader.ensure_record_valid());
        }
        Part part{.entry = {.offset = record.offset.get(),
                            .timestamp = record.timestamp.get(),
                            .timestamp_type = type_of(batch)},
                  .at = copy->size()};
        add(record.key, part.entry.key_size);
        add(record.value, part.entry.value_size);
        parts.push_back(part);
    }
    std::int64_t rising = next_.offset.get();
    for (Part& part : parts) {  // the buffer moves no more
        part.entry.key = copy->data() + part.at;
        part.entry.value = part.entry.key + std::max(part.entry.key_size, 0);
        if (part.entry.offset > batch.last_offset().get()) {
            return fail(ErrorCode::invalid_record, "a record at {} lies beyond its batch's end {}",
                        part.entry.offset, batch.last_offset());
        }
        if (part.entry.offset >= rising) {  // as everywhere: offsets rise
            legacy_.push_back(part.entry);
            rising = part.entry.offset + 1;
        }
    }
    open_ = OpenBatch{.view = batch, .bytes = std::move(copy)};
    return {};
}

void FetchedRecords::take_legacy(barnabas::detail::RecordChunk& chunk, std::size_t count_max) {
    while (!legacy_.empty() && chunk.entries.size() < count_max) {
        chunk.entries.push_back(legacy_.front());
        next_.offset = Offset{legacy_.front().offset + 1};
        next_.leader_epoch.reset();
        legacy_.pop_front();
    }
    if (legacy_.empty()) {
        close_batch();
    }
}

void FetchedRecords::OpenBatch::append_to(barnabas::detail::RecordChunk& chunk, std::int64_t offset,
                                          const wire::RecordFields& fields) const {
    barnabas::detail::RecordEntry& entry = chunk.entries.emplace_back(blank);
    entry.offset = offset;
    entry.timestamp = by_append_time ? append_time : sum(base_timestamp, fields.timestamp_delta);
    entry.key = fields.key;
    entry.value = fields.value;
    entry.headers = fields.headers;
    entry.key_size = fields.key_length;
    entry.value_size = fields.value_length;
    entry.headers_size = static_cast<std::int32_t>(at - fields.headers);
    entry.header_count = fields.header_count;
}

/// Records of the open batch, until it is read or `chunk` has `count_max`.
Result<> FetchedRecords::read_records(barnabas::detail::RecordChunk& chunk, std::size_t count_max) {
    OpenBatch& batch = *open_;
    if (chunk.bytes.empty() || chunk.bytes.back() != batch.bytes) {
        chunk.bytes.push_back(batch.bytes);
    }
    if (batch.view.is_legacy()) {
        take_legacy(chunk, count_max);
        return {};
    }
    const std::size_t room = count_max - chunk.entries.size();
    if (chunk.entries.empty()) {
        chunk.entries.reserve(std::min({room, static_cast<std::size_t>(batch.left), reserve_max}));
    }
    const std::int64_t first = next_.offset.get();
    std::int64_t next = first;
    wire::RecordFault fault = nullptr;
    while (batch.left > 0 && chunk.entries.size() < count_max) {
        std::int32_t size = 0;
        const std::byte* const body = wire::read_varint(batch.at, batch.end, size);
        wire::RecordFields fields;
        fault = !body || size < 0 || size > batch.end - body
                    ? "its size is cut, or beyond its batch"
                    : wire::parse_record(body, body + size, fields);
        if (fault) [[unlikely]] {
            break;
        }
        batch.at = body + size;
        --batch.left;
        const std::int64_t offset = batch.base_offset + fields.offset_delta;
        if (offset > batch.last_offset) [[unlikely]] {
            fault = "its offset is beyond its batch";
            break;
        }
        if (offset >= next) [[likely]] {
            batch.append_to(chunk, offset, fields);
            next = offset + 1;
        }
    }
    if (next != first) {
        next_.offset = Offset{next};
        next_.leader_epoch = LeaderEpoch{batch.blank.leader_epoch};
    }
    if (fault) {
        return fail(ErrorCode::invalid_record, "record {} of the batch is malformed: {}",
                    batch.count - batch.left, fault);
    }
    if (batch.left == 0) {
        if (batch.at != batch.end) {
            return fail(ErrorCode::invalid_record, "{} bytes follow the {} records of the batch",
                        batch.end - batch.at, batch.count);
        }
        close_batch();
    }
    return {};
}

/// Behind the batch, not behind its last record: compaction leaves gaps there.
void FetchedRecords::close_batch() {
    next_.offset = std::max(next_.offset, open_->view.next_offset());
    open_.reset();
}

}  // namespace barnabas::client
