#include "wire/compression/decompressor.h"

#include "wire/compression/compressor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace barnabas::wire {
namespace {

constexpr std::size_t plenty = 1 << 24;
constexpr Codec real_codecs[] = {Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

std::string half_random(std::size_t size, unsigned seed) {
    std::mt19937 random{seed};
    std::string text(size, 'a');
    std::generate(text.begin() + static_cast<std::ptrdiff_t>(size / 2), text.end(),
                  [&] { return static_cast<char>(random()); });
    return text;
}

ByteBuffer compressed(Compression how, std::string_view text, bool magic_v0 = false) {
    ByteBuffer out;
    Compressor compressor;
    EXPECT_TRUE(compressor.compress(how, as_bytes(text), magic_v0, out));
    return out;
}

Result<std::string> unfold(Decompressor& decompressor, Codec codec, ByteView payload,
                           std::size_t output_max = plenty, bool magic_v0 = false) {
    TRY(decompressor.start(codec, payload, {.output_max = output_max, .magic_v0 = magic_v0}));
    ByteBuffer out;
    TRY(decompressor.read_all(out));
    return std::string{as_text(out.view())};
}

TEST(Compression, ReadsBackWhateverTheSizeAndTheLevel) {
    static constexpr std::size_t sizes[] = {0, 1, 32768, 32769};
    Decompressor decompressor;
    for (const Codec codec : real_codecs) {
        const auto range = level_range(codec);
        for (const int level : {range.standard, range.min, std::min(range.max, 9), -1000}) {
            for (const std::size_t size : sizes) {
                const auto text = half_random(size, 7);
                const auto payload = compressed({codec, level}, text);
                const auto back = unfold(decompressor, codec, payload.view());
                ASSERT_TRUE(back) << back.error().message;
                EXPECT_TRUE(*back == text) << codec_name(codec) << " " << level << " " << size;
            }
        }
    }
}

/// zlib's bound is too small behind a finished stream; found by fuzzing.
TEST(Compression, GoesOnInAUsedContextWithWhatCannotBeCompressed) {
    Compressor compressor;
    Decompressor decompressor;
    for (const Codec codec : real_codecs) {
        for (unsigned size = 1; size < 40; ++size) {
            const auto text = half_random(size, size).substr(size / 2);
            ByteBuffer payload;
            ASSERT_TRUE(
                compressor.compress(Compression::of(codec), as_bytes(text), false, payload));
            EXPECT_EQ(unfold(decompressor, codec, payload.view()), text) << codec_name(codec);
        }
    }
}

TEST(Decompressor, PiecesOfAnySizeGiveTheSameBytes) {
    const auto text = half_random(70000, 8);
    Decompressor decompressor;
    for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
        const auto payload = compressed(Compression::of(codec), text);
        for (const std::size_t piece : {999U, 32768U, 100000U}) {
            std::string back;
            std::vector<std::byte> room(piece);
            ASSERT_TRUE(decompressor.start(codec, payload.view(), {.output_max = plenty}));
            for (auto got = decompressor.read(room); got && *got > 0;
                 got = decompressor.read(room)) {
                back += as_text(ByteView{room}.first(*got));
            }
            EXPECT_TRUE(back == text) << codec_name(codec) << " " << piece;
        }
    }
}

TEST(Decompressor, TheLimitIsExact) {
    const auto text = half_random(40000, 9);
    Decompressor decompressor;
    for (const Codec codec : {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd}) {
        const auto payload = compressed(Compression::of(codec), text);
        EXPECT_TRUE(unfold(decompressor, codec, payload.view(), text.size())) << codec_name(codec);
        const auto over = unfold(decompressor, codec, payload.view(), text.size() - 1);
        ASSERT_FALSE(over) << codec_name(codec);
        EXPECT_EQ(over.error().code, ErrorCode::invalid_record);
    }
}

/// A cut snappy stream is noticed within a block only, as in snappy-java.
TEST(Decompressor, APayloadCutAnywhereIsRefused) {
    const auto text = half_random(300, 10);
    Decompressor decompressor;
    for (const Codec codec : real_codecs) {
        const auto payload = compressed(Compression::of(codec), text);
        for (std::size_t size = 0; size < payload.size(); ++size) {
            const auto cut = unfold(decompressor, codec, payload.view().first(size));
            constexpr std::size_t snappy_block_at = 16;
            const bool between_blocks =
                codec == Codec::snappy && size >= snappy_block_at && size < snappy_block_at + 4;
            EXPECT_EQ(cut.has_value(), between_blocks) << codec_name(codec) << " " << size;
        }
        EXPECT_TRUE(unfold(decompressor, codec, payload.view())) << "and the next one is read";
    }
}

/// KAFKA-3160: the header checksum of old clients is wrong, and only theirs may be.
TEST(Decompressor, TheWrongLz4ChecksumOfOldClientsIsReadOnlyInMagicZero) {
    Decompressor decompressor;
    const auto old = compressed(Compression::of(Codec::lz4), "text", true);
    const auto today = compressed(Compression::of(Codec::lz4), "text", false);
    EXPECT_EQ(unfold(decompressor, Codec::lz4, old.view(), plenty, true), "text");
    EXPECT_EQ(unfold(decompressor, Codec::lz4, today.view(), plenty, true), "text");
    EXPECT_EQ(unfold(decompressor, Codec::lz4, today.view(), plenty, false), "text");
    EXPECT_FALSE(unfold(decompressor, Codec::lz4, old.view(), plenty, false));
}

TEST(Decompressor, RefusesLz4FramesThatKafkasConsumersCannotRead) {
    struct Row {
        unsigned flags;
        const char* why;
    };
    const Row rows[] = {{.flags = 0x40, .why = "linked blocks"},
                        {.flags = 0x61, .why = "a dictionary"},
                        {.flags = 0x62, .why = "a reserved bit"},
                        {.flags = 0xA0, .why = "version 2"}};
    Decompressor decompressor;
    for (const auto& row : rows) {
        auto frame = compressed(Compression::of(Codec::lz4), "text");
        frame.data()[4] = static_cast<std::byte>(row.flags);
        EXPECT_FALSE(unfold(decompressor, Codec::lz4, frame.view(), plenty, true)) << row.why;
    }
}

/// A raw snappy payload says how long it will be; one that lies gets no memory for it.
TEST(Decompressor, ASnappyLengthThatCannotBeIsRefused) {
    const std::string_view lie = "\xFF\xFF\xFF\xFF\x0F\x61\x62\x63";
    Decompressor decompressor;
    const auto got = unfold(decompressor, Codec::snappy, as_bytes(lie), std::size_t{1} << 40);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::corrupt_message);
}

TEST(Codecs, AreKnownByNameAndNumber) {
    for (int id = 0; id < codec_count; ++id) {
        const auto codec = codec_of_id(id);
        ASSERT_TRUE(codec);
        EXPECT_EQ(codec_of_name(codec_name(*codec)), *codec);
    }
    EXPECT_EQ(codec_of_id(5).error().code, ErrorCode::unsupported_compression_type);
    EXPECT_EQ(codec_of_name("brotli").error().code, ErrorCode::invalid_config);
}

}  // namespace
}  // namespace barnabas::wire
