#include "sasl/base64.h"

#include "base/invariant.h"

#include <openssl/evp.h>

#include <algorithm>

namespace barnabas::sasl {
namespace {

bool is_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

}  // namespace

std::string encode_base64(ByteView bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

std::optional<std::vector<std::byte>> decode_base64(std::string_view text) {
    // OpenSSL is laxer: it skips white space and takes padding anywhere in the last group.
    const auto digits = std::min(text.find('='), text.size());
    const auto padding = text.size() - digits;
    if (text.size() % 4 != 0 || padding > 2 || text.find_first_not_of('=', digits) != text.npos ||
        !std::ranges::all_of(text.substr(0, digits), is_digit)) {
        return std::nullopt;
    }
    std::vector<std::byte> bytes(text.size() / 4 * 3);
    const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
    INVARIANT(size == static_cast<int>(bytes.size()), "{} bytes from {} characters", size,
              text.size());
    bytes.resize(bytes.size() - padding);
    return bytes;
}

}  // namespace barnabas::sasl
