#include "coordinator/consumer/topic_hash.h"

#include "base/bytes.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace barnabas::coordinator {
namespace {

/// Kafka's number of this way to hash a topic (Utils.TOPIC_HASH_MAGIC_BYTE).
constexpr std::byte magic{0};

/// What Kafka's HashStream64 is fed with, which yields what XXH3 says of it in one piece.
class Hashed {
public:
    template <class Number>
    void number(Number value) {
        static_assert(std::endian::native == std::endian::little);
        std::memcpy(bytes_.grow(sizeof value), &value, sizeof value);
    }
    void big_endian(const std::uint8_t* eight) {
        std::array<std::uint8_t, 8> reversed{};
        std::reverse_copy(eight, eight + reversed.size(), reversed.begin());
        bytes_.append(std::as_bytes(std::span(reversed)));
    }
    void text(const std::u16string& units) {
        for (const char16_t unit : units) {
            number(static_cast<std::uint16_t>(unit));
        }
        number(static_cast<std::int32_t>(units.size()));
    }
    [[nodiscard]] std::int64_t hash() const {
        return static_cast<std::int64_t>(XXH3_64bits(bytes_.data(), bytes_.size()));
    }

private:
    ByteBuffer bytes_;
};

std::u16string utf16(std::string_view any) {
    const std::string text = replace_malformed_utf8(any);
    std::u16string units;
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t i = 1; i < length; ++i) {
            point = (point << 6) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
        }
        at += length;
        if (point > 0xFFFF) {
            units.push_back(static_cast<char16_t>(0xD800 + ((point - 0x10000) >> 10)));
            units.push_back(static_cast<char16_t>(0xDC00 + ((point - 0x10000) & 0x3FF)));
        } else {
            units.push_back(static_cast<char16_t>(point));
        }
    }
    return units;
}

}  // namespace

std::int64_t topic_hash(HashedTopic topic) {
    Hashed hashed;
    hashed.number(magic);
    hashed.big_endian(topic.id.bytes.data());
    hashed.big_endian(topic.id.bytes.data() + 8);
    hashed.text(utf16(topic.name));
    hashed.number(static_cast<std::int32_t>(topic.racks.size()));
    for (std::size_t partition = 0; partition < topic.racks.size(); ++partition) {
        hashed.number(static_cast<std::int32_t>(partition));
        std::ranges::sort(topic.racks[partition]);
        for (const std::string& rack : topic.racks[partition]) {
            const std::u16string units = utf16(rack);
            hashed.number(static_cast<std::int32_t>(units.size()));
            hashed.text(units);
        }
    }
    return hashed.hash();
}

std::int64_t group_hash(std::span<const std::int64_t> topics) {
    if (topics.empty()) {
        return 0;
    }
    Hashed hashed;
    for (const std::int64_t topic : topics) {
        hashed.number(topic);
    }
    return hashed.hash();
}

}  // namespace barnabas::coordinator
