#include "wire/records/record_format.h"

namespace barnabas::wire {

RecordFault check_headers(const std::byte* p, const std::byte* end, std::int32_t count) {
    // A header takes two bytes at least, so that a huge count ends here.
    if (count < 0 || count > (end - p) / 2) {
        return count == 0 ? "it is shorter than its size says"
                          : "its number of headers is negative or more than it can hold";
    }
    for (std::int32_t i = 0; i < count; ++i) {
        std::int32_t length = 0;
        p = read_varint(p, end, length);
        if (!p || length < 0 || length > end - p) {
            return "a header's key is negative in length or longer than the record";
        }
        p = read_varint(p + length, end, length);
        if (!p || length > end - p) {
            return "a header's value is longer than the record";
        }
        p += length > 0 ? length : 0;
    }
    return p == end ? nullptr : "it is shorter than its size says";
}

}  // namespace barnabas::wire
