#include "rpc/frame_reader.h"

#include "base/endian.h"
#include "support/scripted_broker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::rpc {
namespace {

using ::testing::HasSubstr;

/// Gives its bytes out, at most so many at once, and ends.
class Dripping final : public runtime::Stream {
public:
    Dripping(std::string bytes, std::size_t at_once)
        : bytes_(std::move(bytes)), at_once_(at_once) {}

    awaitable<Result<std::size_t>> read_some(MutableByteView into) override {
        co_return try_read(into);
    }
    Result<std::size_t> try_read(MutableByteView into) override {
        const std::size_t size = std::min({into.size(), at_once_, bytes_.size() - at_});
        std::copy_n(as_bytes(bytes_).begin() + static_cast<std::ptrdiff_t>(at_), size,
                    into.begin());
        at_ += size;
        return size;
    }
    awaitable<Result<void>> write(std::span<const runtime::Piece> /*pieces*/) override {
        co_return Result<void>();
    }
    void close() override {}
    [[nodiscard]] runtime::Endpoint peer() const override { return {"there", 1}; }
    [[nodiscard]] runtime::Endpoint local() const override { return {"here", 2}; }

private:
    std::string bytes_;
    std::size_t at_once_;
    std::size_t at_ = 0;
};

std::string framed(std::string_view body) {
    std::string bytes(4, '\0');
    store_big_endian(reinterpret_cast<std::byte*>(bytes.data()),
                     static_cast<std::uint32_t>(body.size()));
    return bytes.append(body);
}

/// What came until the end, which has a sentence unless it was an orderly one.
struct Got {
    std::vector<std::string> frames;
    std::string error;
};

awaitable<Got> all_of(runtime::Stream* stream, std::uint32_t frame_bytes_max) {
    FrameReader reader(*stream, frame_bytes_max);
    Got got;
    for (;;) {
        const auto frame = co_await reader.next();
        if (!frame) {
            got.error = frame.error().message;
        }
        if (!frame || !*frame) {
            co_return got;
        }
        got.frames.emplace_back(as_text((*frame)->view()));
    }
}

Got read(std::string bytes, std::size_t at_once, std::uint32_t frame_bytes_max = 10'000) {
    runtime::Simulation simulation(1);
    auto& shard = simulation.add_machine("reader").shard(0);
    Dripping stream(std::move(bytes), at_once);
    const auto make = [&] { return all_of(&stream, frame_bytes_max); };
    return barnabas::testing::finish(simulation, shard, make).value();
}

TEST(FrameReader, FindsTheFramesHoweverTheyCome) {
    const std::vector<std::string> frames{
        "a", "", std::string(9000, 'b'), "cd", std::string(4092, 'e'), "f"};
    std::string bytes;
    for (const auto& frame : frames) {
        bytes += framed(frame);
    }
    for (const std::size_t at_once : {1, 2, 3, 4, 5, 7, 1000, 4096, 100'000}) {
        const auto got = read(bytes, at_once);
        EXPECT_EQ(got.frames, frames) << at_once;
        EXPECT_EQ(got.error, "") << at_once;
    }
}

TEST(FrameReader, SaysHowTheStreamIsNoneOfFrames) {
    struct Row {
        std::string bytes;
        std::string says;
    };
    const Row rows[] = {
        {.bytes = framed("one") + framed("four").substr(0, 2), .says = "inside a frame's size"},
        {.bytes = framed("one") + framed("four").substr(0, 4),
         .says = "the stream ends 4 bytes before the end"},
        {.bytes = framed("one") + framed("four").substr(0, 7),
         .says = "the stream ends 1 bytes before the end"},
        {.bytes = framed("one") + framed("too much"),
         .says = "it announces an answer of 8 bytes, at most 7 are taken"},
    };
    for (const Row& row : rows) {
        for (const std::size_t at_once : {1, 4096}) {
            const auto got = read(row.bytes, at_once, 7);
            EXPECT_EQ(got.frames, std::vector<std::string>{"one"});
            EXPECT_THAT(got.error, HasSubstr(row.says));
        }
    }
}

}  // namespace
}  // namespace barnabas::rpc
