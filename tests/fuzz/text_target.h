#pragma once

#include "fuzz/input.h"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace barnabas::fuzzing {

/// The fuzzer reports the input unless this holds.
inline void require(bool holds) {
    if (!holds) {
        std::abort();
    }
}

/// The input of a target that reads texts for commands: what to do, the length of a part that says
/// how (two bytes, big-endian), that part, and the text.
struct TextTask {
    std::uint8_t what = 0;
    std::string_view how;
    std::string_view text;
};

inline TextTask text_task(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    TextTask task{.what = input.byte(), .how = {}, .text = {}};
    task.how = as_text(input.sized());
    task.text = as_text(input.rest());
    return task;
}

}  // namespace barnabas::fuzzing
