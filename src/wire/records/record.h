#pragma once

#include "base/bytes.h"
#include "base/types.h"
#include "wire/records/batch_view.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace barnabas::wire {

/// Bytes that may be null, which is not the same as empty.
using NullableBytes = std::optional<ByteView>;

struct RecordHeader {
    std::string_view key;  ///< as it came: Kafka does not insist on UTF-8
    NullableBytes value;

    friend bool operator==(const RecordHeader& a, const RecordHeader& b);
};

/// The headers of a record that has been found well formed, read as they are iterated over.
class RecordHeaders {
public:
    class Iterator {
    public:
        using value_type = RecordHeader;
        using difference_type = std::ptrdiff_t;

        Iterator() = default;
        Iterator(const std::byte* at, const std::byte* end, std::int32_t left);
        const RecordHeader& operator*() const { return header_; }
        const RecordHeader* operator->() const { return &header_; }
        Iterator& operator++();
        Iterator operator++(int);
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.left_ == b.left_; }

    private:
        void read();

        const std::byte* next_ = nullptr;
        const std::byte* end_ = nullptr;
        std::int32_t left_ = 0;
        RecordHeader header_;
    };

    RecordHeaders() = default;
    /// `bytes` are `count` headers, as check_headers() says.
    RecordHeaders(ByteView bytes, std::int32_t count) : bytes_(bytes), count_(count) {}

    [[nodiscard]] std::int32_t size() const { return count_; }
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] Iterator begin() const {
        return {bytes_.data(), bytes_.data() + bytes_.size(), count_};
    }
    [[nodiscard]] Iterator end() const { return {}; }
    /// As they stand in the record, without their count: for copying them whole.
    [[nodiscard]] ByteView bytes() const { return bytes_; }

private:
    ByteView bytes_;
    std::int32_t count_ = 0;
};

/// One record as its reader sees it. The bytes are views: see RecordReader for how long.
struct RecordView {
    Offset offset;
    Timestamp timestamp;  ///< that of the batch where its type is log_append_time
    std::int32_t sequence = no_sequence;
    std::int8_t magic = magic_v2;  ///< of the record; within an old wrapper it may differ
    std::int8_t attributes = 0;
    NullableBytes key;
    NullableBytes value;
    RecordHeaders headers;  ///< none before magic 2
};

}  // namespace barnabas::wire
