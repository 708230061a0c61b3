#include "wire/records/record.h"

#include "base/invariant.h"
#include "wire/varint.h"

#include <algorithm>

namespace barnabas::wire {
namespace {

const std::byte* read_length(const std::byte* p, const std::byte* end, std::int32_t& length) {
    p = read_varint(p, end, length);
    INVARIANT(p != nullptr && length <= end - p, "headers that were checked are malformed");
    return p;
}

}  // namespace

bool operator==(const RecordHeader& a, const RecordHeader& b) {
    if (a.key != b.key || a.value.has_value() != b.value.has_value()) {
        return false;
    }
    return !a.value || std::ranges::equal(*a.value, *b.value);
}

RecordHeaders::Iterator::Iterator(const std::byte* at, const std::byte* end, std::int32_t left)
    : next_(at), end_(end), left_(left) {
    read();
}

void RecordHeaders::Iterator::read() {
    if (left_ == 0) {
        return;
    }
    std::int32_t length = 0;
    next_ = read_length(next_, end_, length);
    header_.key = {reinterpret_cast<const char*>(next_), static_cast<std::size_t>(length)};
    next_ = read_length(next_ + length, end_, length);
    header_.value.reset();
    if (length >= 0) {
        header_.value = ByteView{next_, static_cast<std::size_t>(length)};
        next_ += length;
    }
}

RecordHeaders::Iterator& RecordHeaders::Iterator::operator++() {
    --left_;
    read();
    return *this;
}

RecordHeaders::Iterator RecordHeaders::Iterator::operator++(int) {
    auto before = *this;
    ++*this;
    return before;
}

}  // namespace barnabas::wire
