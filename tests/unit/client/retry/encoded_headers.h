#pragma once

#include <barnabas/records.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::client {

/// Headers as a record batch has them, for HeaderRange. The range looks into the object.
class EncodedHeaders {
public:
    EncodedHeaders(std::initializer_list<std::pair<std::string_view, std::string_view>> headers) {
        for (const auto& [key, value] : headers) {
            add(key);
            add(value);
            ++count_;
        }
    }
    explicit EncodedHeaders(const std::vector<Header>& headers) {
        for (const auto& header : headers) {
            add(header.key);
            if (header.value) {
                add(as_text(*header.value));
            } else {
                bytes_.push_back(std::byte{1});  // -1
            }
            ++count_;
        }
    }

    [[nodiscard]] HeaderRange range() const { return {bytes_, count_}; }

private:
    void add(std::string_view text) {
        for (auto rest = text.size() * 2;; rest >>= 7) {  // zigzag, then seven bits a byte
            const auto low = static_cast<std::byte>(rest & 0x7f);
            bytes_.push_back(rest > 0x7f ? low | std::byte{0x80} : low);
            if (rest <= 0x7f) {
                break;
            }
        }
        const auto raw = as_bytes(text);
        bytes_.insert(bytes_.end(), raw.begin(), raw.end());
    }

    Bytes bytes_;
    std::int32_t count_ = 0;
};

}  // namespace barnabas::client
