#pragma once

#include "base/result.h"

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
/// was handed over before stays done.
template <class Map, class Act, class Progress>
Result<void> in_pieces(Map items, std::size_t piece_max, Act act, Progress progress) {
    std::size_t done = 0;
    while (!items.empty()) {
        Map piece;
        while (!items.empty() && piece.size() < piece_max) {
            piece.insert(piece.end(), items.extract(items.begin()));
        }
        done += piece.size();
        TRY(act(std::move(piece)));
        if (!items.empty()) {
            progress(static_cast<std::int64_t>(done));
        }
    }
    return {};
}

}  // namespace barnabas::cli
