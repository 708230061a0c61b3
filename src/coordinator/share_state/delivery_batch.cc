#include "coordinator/share_state/delivery_batch.h"

#include <algorithm>
#include <compare>
#include <limits>
#include <set>

namespace barnabas::coordinator {
namespace {

/// The higher one counts where batches overlap.
struct Rank {
    std::int16_t count = 0;
    std::int8_t state = 0;

    friend auto operator<=>(const Rank&, const Rank&) = default;
};

/// Where a batch begins, or the first offset behind it.
struct Edge {
    Offset at;
    bool begins = false;
    Rank rank;
};

Offset cut(Offset first, Offset start) {
    return start == no_offset ? first : std::max(first, start);
}

void add_edges(std::span<const DeliveryBatch> batches, Offset start, std::vector<Edge>& to) {
    for (const auto& batch : batches) {
        if (is_valid(batch) && (start == no_offset || batch.last >= start)) {
            const Rank rank{.count = batch.count, .state = batch.state};
            to.push_back({.at = cut(batch.first, start), .begins = true, .rank = rank});
            to.push_back({.at = batch.last + 1, .begins = false, .rank = rank});
        }
    }
}

void append(DeliveryBatches& to, const DeliveryBatch& batch) {
    if (!to.empty() && to.back().last + 1 == batch.first && to.back().state == batch.state &&
        to.back().count == batch.count) {
        to.back().last = batch.last;
        return;
    }
    to.push_back(batch);
}

/// Walks along all edges; each stretch between two has the rank of the highest that is open.
void sweep(std::vector<Edge>& edges, DeliveryBatches& to) {
    std::ranges::sort(edges, {}, &Edge::at);
    std::multiset<Rank> open;
    Offset from;
    for (auto edge = edges.begin(); edge != edges.end();) {
        const Offset here = edge->at;
        if (!open.empty()) {
            const Rank rank = *open.rbegin();
            append(to, {.first = from, .last = here - 1, .state = rank.state, .count = rank.count});
        }
        for (; edge != edges.end() && edge->at == here; ++edge) {
            if (edge->begins) {
                open.insert(edge->rank);
            } else {
                open.erase(open.find(edge->rank));
            }
        }
        from = here;
    }
}

}  // namespace

bool is_valid(const DeliveryBatch& batch) {
    return batch.first <= batch.last &&
           batch.last < Offset{std::numeric_limits<std::int64_t>::max()};
}

DeliveryBatches combine(std::span<const DeliveryBatch> so_far, std::span<const DeliveryBatch> newer,
                        Offset start) {
    std::vector<Edge> edges;
    add_edges(newer, start, edges);
    auto kept = so_far.begin();
    if (start != no_offset) {
        kept = std::ranges::partition_point(
            so_far, [start](const DeliveryBatch& batch) { return batch.last < start; });
    }
    // Most of what is known touches nothing new, and stays as it is.
    auto near = so_far.end();
    auto beyond = so_far.end();
    if (!edges.empty()) {
        const auto [least, most] = std::ranges::minmax(edges, {}, &Edge::at);
        near = std::partition_point(
            kept, so_far.end(), [at = least.at](const auto& batch) { return batch.last + 1 < at; });
        beyond = std::partition_point(
            near, so_far.end(), [at = most.at](const auto& batch) { return batch.first <= at; });
        add_edges({near, beyond}, start, edges);
    }
    DeliveryBatches combined;
    combined.reserve(so_far.size() + edges.size());
    combined.assign(kept, near);
    if (!combined.empty()) {
        combined.front().first = cut(combined.front().first, start);
    }
    sweep(edges, combined);
    combined.insert(combined.end(), beyond, so_far.end());
    return combined;
}

}  // namespace barnabas::coordinator
