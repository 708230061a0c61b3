#include "client/assignors/partition_movements.h"

#include "base/invariant.h"

namespace barnabas::client {

Number PartitionMovements::actual(const Move& wanted) const {
    const auto path = path_of_.find(wanted.partition);
    const auto origin = path == path_of_.end() ? wanted.from : path->second.from;
    const auto back = moved_.find({.topic = wanted.topic, .from = wanted.to, .to = origin});
    return back == moved_.end() ? wanted.partition : *back->second.begin();
}

void PartitionMovements::add(const Move& move) {
    auto origin = move.from;
    if (const auto path = path_of_.find(move.partition); path != path_of_.end()) {
        INVARIANT(path->second.to == move.from, "partition {} moves from {}, not from {}",
                  move.partition, move.from, path->second.to);
        origin = path->second.from;
        const auto moved = moved_.find(path->second);
        moved->second.erase(move.partition);
        if (moved->second.empty()) {
            moved_.erase(moved);
        }
        path_of_.erase(path);
    }
    if (origin != move.to) {
        const Path path{.topic = move.topic, .from = origin, .to = move.to};
        moved_[path].insert(move.partition);
        path_of_.emplace(move.partition, path);
    }
}

}  // namespace barnabas::client
