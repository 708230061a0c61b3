#include "log/compaction/key_hash.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace barnabas::log {
namespace {

/// In the order of bytes in which the algorithm's own vectors are written.
std::string hex_of(const KeyHash& hash) {
    std::string text;
    for (const auto word : {hash.first, hash.second}) {
        for (int i = 0; i < 8; ++i) {
            text += fmt::format("{:02x}", word >> (8 * i) & 0xff);
        }
    }
    return text;
}

TEST(KeyHash, IsSipHashWith128Bits) {
    // Secret 00 01 .. 0f, input 00 01 .. : `openssl mac -macopt size:16 SIPHASH` says the same.
    const KeyHasher hasher(0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
    const struct {
        std::size_t length;
        const char* hash;
    } rows[] = {
        {0, "a3817f04ba25a8e66df67214c7550293"}, {1, "da87c1d86b99af44347659119b22fc45"},
        {2, "8177228da4a45dc7fca38bdef60affe4"}, {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},
        {8, "3b62a9ba6258f5610f83e264f31497b4"}, {9, "264499060ad9baabc47f8b02bb6d71ed"},
    };
    for (const auto& row : rows) {
        std::array<std::byte, 16> input{};
        for (std::size_t i = 0; i < input.size(); ++i) {
            input[i] = static_cast<std::byte>(i);
        }
        EXPECT_EQ(hex_of(hasher(ByteView(input).first(row.length))), row.hash) << row.length;
    }
}

TEST(KeyHash, IsAnotherUnderAnotherSecret) {
    EXPECT_NE(KeyHasher(1, 2)(as_bytes("k")), KeyHasher(1, 3)(as_bytes("k")));
    EXPECT_NE(KeyHasher(1, 2)(as_bytes("k")), KeyHasher(2, 2)(as_bytes("k")));
}

TEST(KeyHash, TellsKeysApartThatDifferByZeros) {
    std::set<std::string> hashes;
    for (std::size_t length = 0; length < 40; ++length) {
        const std::string zeros(length, '\0');
        hashes.insert(hex_of(KeyHasher(1, 2)(as_bytes(zeros))));
    }
    EXPECT_EQ(hashes.size(), 40U);
}

}  // namespace
}  // namespace barnabas::log
