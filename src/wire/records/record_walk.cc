#include "wire/records/record_walk.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

/// Attributes, timestamp delta, offset delta and key length at their longest.
constexpr std::size_t head_max = 1 + 10 + 5 + 5;
constexpr std::size_t varint_max = 5;
/// Records up to this size are waited for whole instead of piece by piece.
constexpr std::int64_t waited_for_max = 64 * 1024;

/// Reads one record in pieces. Always: left_ is what the record's size says is still to come, and
/// no step takes more than that.
class CutRecord {
public:
    CutRecord(PayloadWindow& window, std::int32_t index, std::int32_t size)
        : window_(window), index_(index), left_(static_cast<std::size_t>(size)) {}

    Result<RecordShape> walk() {
        RecordShape shape;
        TRY(head(shape));
        TRY(skip(key_length_, "its key is longer than the record"));
        TRY_ASSIGN(const auto value_length, number("its value's length is cut or too long"));
        TRY(skip(value_length, "its value is longer than the record"));
        TRY_ASSIGN(const auto headers, number("its number of headers is cut or too long"));
        if (headers < 0) {
            return malformed_record(index_, "its number of headers is negative");
        }
        for (std::int32_t i = 0; i < headers; ++i) {
            TRY(header());
        }
        if (left_ != 0) {
            return malformed_record(index_, "it is shorter than its size says");
        }
        return shape;
    }

private:
    Result<> head(RecordShape& shape) {
        TRY(at_hand(head_max));
        const std::byte* p = window_.begin();
        const std::byte* const end = p + std::min(left_, window_.size());
        const std::byte* const begin = p;
        if (p == end || !(p = read_varlong(p + 1, end, shape.timestamp_delta)) ||
            !(p = read_varint(p, end, shape.offset_delta)) ||
            !(p = read_varint(p, end, key_length_))) {
            return malformed_record(index_, "a number at its beginning is cut or too long");
        }
        shape.has_key = key_length_ >= 0;
        consume(static_cast<std::size_t>(p - begin));
        return {};
    }

    Result<> header() {
        TRY_ASSIGN(const auto key_length, number("a header's key length is cut or too long"));
        if (key_length < 0) {
            return malformed_record(index_, "a header's key is negative in length");
        }
        TRY(skip(key_length, "a header's key is longer than the record"));
        TRY_ASSIGN(const auto value_length, number("a header's value length is cut or too long"));
        return skip(value_length, "a header's value is longer than the record");
    }

    Result<> at_hand(std::size_t n) {
        auto there = window_.need(std::min(n, left_));
        return there ? Result<>{} : fail(std::move(there));
    }

    Result<std::int32_t> number(RecordFault fault) {
        TRY(at_hand(varint_max));
        std::int32_t value = 0;
        const std::byte* const begin = window_.begin();
        const std::byte* const p =
            read_varint(begin, begin + std::min(left_, window_.size()), value);
        if (!p) {
            return malformed_record(index_, fault);
        }
        consume(static_cast<std::size_t>(p - begin));
        return value;
    }

    Result<> skip(std::int32_t length, RecordFault fault) {
        const auto n = static_cast<std::size_t>(std::max(length, 0));
        if (n > left_) {
            return malformed_record(index_, fault);
        }
        TRY_ASSIGN(const bool skipped, window_.skip(n));
        if (!skipped) {
            return malformed_record(index_, "the payload ends within it");
        }
        left_ -= n;
        return {};
    }

    void consume(std::size_t n) {
        window_.advance_to(window_.begin() + n);
        left_ -= n;
    }

    PayloadWindow& window_;
    std::int32_t index_;
    std::size_t left_;
    std::int32_t key_length_ = -1;
};

}  // namespace

std::unexpected<Error> malformed_record(std::int32_t index, RecordFault fault) {
    return fail(ErrorCode::invalid_record, "record {} of the batch is malformed: {}", index, fault);
}

Result<RecordShape> walk_cut_record(PayloadWindow& window, std::int32_t index) {
    TRY_ASSIGN(const bool size_there, window.need(varint_max));
    std::int32_t size = 0;
    const std::byte* const body = read_varint(window.begin(), window.end(), size);
    if (!body && !size_there) {
        return malformed_record(index, "the payload ends before it");
    }
    if (!body || size < 0) {
        return malformed_record(index, "its size is negative or too long");
    }
    window.advance_to(body);
    if (size > waited_for_max) {
        return CutRecord{window, index, size}.walk();
    }
    TRY_ASSIGN(const bool body_there, window.need(static_cast<std::size_t>(size)));
    if (!body_there) {
        return malformed_record(index, "the payload ends within it");
    }
    RecordFields fields;
    if (const auto fault = parse_record(window.begin(), window.begin() + size, fields)) {
        return malformed_record(index, fault);
    }
    window.advance_to(window.begin() + size);
    return RecordShape{.timestamp_delta = fields.timestamp_delta,
                       .offset_delta = fields.offset_delta,
                       .has_key = fields.key_length >= 0};
}

Result<> expect_end(PayloadWindow& window, std::int32_t count) {
    TRY_ASSIGN(const bool more, window.need(1));
    if (more) {
        return fail(ErrorCode::invalid_record,
                    "bytes are left over behind the {} records that the batch counts", count);
    }
    return {};
}

}  // namespace barnabas::wire
