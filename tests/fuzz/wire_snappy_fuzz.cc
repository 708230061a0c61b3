// Any bytes as a snappy payload, read in pieces whose size the first byte chooses: the pieces must
// not change the result.
#include "base/invariant.h"
#include "fuzz/input.h"
#include "wire/compression/decompressor.h"

#include <algorithm>
#include <vector>

namespace barnabas::wire {
namespace {

constexpr std::size_t output_max = 1 << 20;

struct Outcome {
    bool fine = false;
    std::vector<std::byte> bytes;
};

Outcome unfold(ByteView payload, std::size_t piece) {
    static Decompressor decompressor;
    Outcome outcome;
    if (!decompressor.start(Codec::snappy, payload, {.output_max = output_max})) {
        return outcome;
    }
    std::vector<std::byte> room(piece);
    while (true) {
        const auto got = decompressor.read(room);
        if (!got || *got == 0) {
            outcome.fine = got.has_value();
            return outcome;
        }
        outcome.bytes.insert(outcome.bytes.end(), room.begin(),
                             room.begin() + static_cast<std::ptrdiff_t>(*got));
    }
}

}  // namespace
}  // namespace barnabas::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas::wire;
    barnabas::fuzzing::Input input{data, size};
    const std::size_t piece = std::size_t{input.byte()} * 16 + 16;
    const auto small = unfold(input.rest(), piece);
    const auto large = unfold(input.rest(), output_max);
    INVARIANT(small.fine == large.fine, "pieces of {} bytes decide", piece);
    INVARIANT(!small.fine || small.bytes == large.bytes, "pieces of {} bytes differ", piece);
    return 0;
}
