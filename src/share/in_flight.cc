#include "share/in_flight.h"

#include <iterator>
#include <utility>

namespace barnabas::share {

void InFlight::add(Offset first, Offset last, const Delivery& delivery) {
    INVARIANT(first <= last, "a batch from {} to {}", first, last);
    INVARIANT(empty() || this->last() < first, "a batch at {}; there are batches up to {}", first,
              this->last());
    Batch batch{.last = last, .size = last - first + 1, .each = {delivery}};
    batches_.emplace_hint(batches_.end(), first, std::move(batch));
}

void InFlight::split(Offset first, Batch& batch) {
    if (batch.is_whole()) {
        const Delivery alike = batch.each.front();
        batch.each.assign(static_cast<std::size_t>(batch.last - first) + 1, alike);
    }
}

InFlight::Batches::iterator InFlight::from(Offset offset) {
    auto at = batches_.upper_bound(offset);
    if (at != batches_.begin() && std::prev(at)->second.last >= offset) {
        --at;
    }
    return at;
}

InFlight::Batches::const_iterator InFlight::from(Offset offset) const {
    auto at = batches_.upper_bound(offset);
    if (at != batches_.begin() && std::prev(at)->second.last >= offset) {
        --at;
    }
    return at;
}

void InFlight::drop_from_first(std::int64_t n) {
    auto node = batches_.extract(batches_.begin());
    auto& batch = node.mapped();
    if (!batch.is_whole()) {
        batch.each.erase(batch.each.begin(), batch.each.begin() + n);
    }
    node.key() = node.key() + n;
    INVARIANT(node.key() <= batch.last, "nothing is left of a batch up to {}", batch.last);
    batches_.insert(batches_.begin(), std::move(node));
}

void InFlight::drop_before(Offset offset) {
    while (!empty() && batches_.begin()->second.last < offset) {
        batches_.erase(batches_.begin());
    }
    if (!empty() && first() < offset) {
        drop_from_first(offset - first());
    }
}

void InFlight::drop_done() {
    while (!empty()) {
        const auto& batch = batches_.begin()->second;
        const auto end = std::ranges::find_if_not(batch.each, &Delivery::is_done);
        if (end == batch.each.end()) {
            batches_.erase(batches_.begin());
            continue;
        }
        if (end != batch.each.begin()) {
            drop_from_first(end - batch.each.begin());
        }
        return;
    }
}

}  // namespace barnabas::share
