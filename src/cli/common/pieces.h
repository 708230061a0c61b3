#pragma once

#include "base/result.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace barnabas::cli {

/// How many partitions one question changes. More than any but the largest clusters' tables have,
/// so that most go in one; few enough for a request, and for the record batch that a coordinator
/// makes of it, to stay below a MiB.
inline constexpr std::size_t partitions_per_question = 500;

/// Hands `items` (a map) to `act` in pieces of at most `piece_max`, in their order, and after each
/// but the last tells `progress` how many are done. Ends at the first error, which it answers: what
/// was handed over before stays done, and the error says how many those are.
template <class Map, class Act, class Progress>
Result<void> in_pieces(Map items, std::size_t piece_max, Act act, Progress progress) {
    const std::size_t count = items.size();
    std::size_t done = 0;
    while (!items.empty()) {
        Map piece;
        while (!items.empty() && piece.size() < piece_max) {
            piece.insert(piece.end(), items.extract(items.begin()));
        }
        const std::size_t before = std::exchange(done, done + piece.size());
        if (Result<void> acted = act(std::move(piece)); !acted) {
            if (before > 0) {
                acted.error().message += fmt::format(" (after the first {} of {})", before, count);
            }
            return acted;
        }
        if (!items.empty()) {
            progress(static_cast<std::int64_t>(done));
        }
    }
    return {};
}

}  // namespace barnabas::cli
