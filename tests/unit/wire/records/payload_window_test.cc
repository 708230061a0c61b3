#include "wire/records/payload_window.h"

#include "wire/compression/compressor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace barnabas::wire {
namespace {

constexpr std::size_t plenty = 1 << 24;
constexpr Codec codecs[] = {Codec::none, Codec::gzip, Codec::snappy, Codec::lz4, Codec::zstd};

std::string letters(std::size_t size) {
    std::mt19937 random{7};
    std::string text(size, 'a');
    std::ranges::generate(text, [&] { return static_cast<char>('a' + random() % 16); });
    return text;
}

/// Everything from where the window is, taken `step` bytes at a time.
std::string drain(PayloadWindow& window, std::size_t step) {
    std::string text;
    while (true) {
        const auto there = window.need(step);
        EXPECT_TRUE(there) << there.error().message;
        const std::size_t taken = std::min(step, window.size());
        text += as_text({window.begin(), taken});
        window.advance_to(window.begin() + taken);
        if (!there || !*there) {
            return text;
        }
    }
}

ByteBuffer compressed(Codec codec, std::string_view text) {
    ByteBuffer payload;
    Compressor compressor;
    EXPECT_TRUE(compressor.compress(Compression::of(codec), as_bytes(text), false, payload));
    return payload;
}

TEST(PayloadWindow, GoesBackAsLongAsNothingHadToMakeRoom) {
    for (const Codec codec : codecs) {
        for (const std::size_t size : {0, 1, 1000, 128 << 10, 300'000}) {
            SCOPED_TRACE(fmt::format("codec {}, {} bytes", static_cast<int>(codec), size));
            const auto text = letters(size);
            const auto payload = compressed(codec, text);
            const bool fits = codec == Codec::none || size <= (128 << 10);
            for (const std::size_t step : {1000, 290'000}) {
                PayloadWindow window;  // anew: room that has grown once holds more
                ASSERT_TRUE(window.start(codec, payload.view(), {.output_max = plenty}));
                EXPECT_EQ(drain(window, step), text) << "by " << step;
                ASSERT_EQ(window.try_rewind(), fits) << "by " << step;
                EXPECT_EQ(drain(window, step), fits ? text : "") << "by " << step;
            }
        }
    }
}

TEST(PayloadWindow, GoesBackFromTheMiddleAndUnfoldsTheRest) {
    PayloadWindow window;
    const auto text = letters(128 << 10);
    for (const Codec codec : codecs) {
        const auto payload = compressed(codec, text);
        ASSERT_TRUE(window.start(codec, payload.view(), {.output_max = plenty}));
        ASSERT_TRUE(window.skip(10'000));
        ASSERT_TRUE(window.try_rewind());
        EXPECT_EQ(drain(window, 777), text) << static_cast<int>(codec);
    }
}

}  // namespace
}  // namespace barnabas::wire
