#pragma once

#include "base/invariant.h"
#include "share/delivery.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace barnabas::share {

/// Records from `first` (the key in the map) to `last` that were acquired together. One Delivery
/// stands for all of them until they are to differ.
struct Batch {
    Offset last;
    std::int64_t size = 0;       // with those that are done with and forgotten
    std::vector<Delivery> each;  // one, or one for each offset

    [[nodiscard]] bool is_whole() const { return each.size() == 1; }
    [[nodiscard]] Delivery& at(Offset first, Offset offset) {
        return is_whole() ? each.front() : each[static_cast<std::size_t>(offset - first)];
    }
};

/// The batches that a share partition keeps, by their first offsets. Between two batches there may
/// be offsets that the log has no records for.
/// Always: batches do not overlap; each is whole or has a Delivery for each of its offsets.
class InFlight {
public:
    using Batches = std::map<Offset, Batch>;

    [[nodiscard]] bool empty() const { return batches_.empty(); }
    [[nodiscard]] std::size_t batches() const { return batches_.size(); }
    /// INVARIANT: not empty.
    [[nodiscard]] Offset first() const { return batches_.begin()->first; }
    [[nodiscard]] Offset last() const { return batches_.rbegin()->second.last; }
    [[nodiscard]] Batches& all() { return batches_; }
    [[nodiscard]] const Batches& all() const { return batches_; }

    /// INVARIANT: behind all that there is.
    void add(Offset first, Offset last, const Delivery& delivery);
    /// From now on the records of a batch may differ.
    static void split(Offset first, Batch& batch);

    /// The first batch that holds `offset` or begins behind it.
    [[nodiscard]] Batches::iterator from(Offset offset);
    [[nodiscard]] Batches::const_iterator from(Offset offset) const;

    /// visit(from, to, delivery) for what there is of [first, last], without changing it: for each
    /// record, or for as much of a whole batch as is in the range.
    template <class Visit>
    void look(Offset first, Offset last, Visit visit) const {
        for (auto at = from(first); at != batches_.end() && at->first <= last; ++at) {
            const Offset begin = std::max(first, at->first);
            const Offset end = std::min(last, at->second.last);
            if (at->second.is_whole()) {
                visit(begin, end, at->second.each.front());
                continue;
            }
            for (Offset offset = begin; offset <= end; ++offset) {
                visit(offset, offset,
                      at->second.each[static_cast<std::size_t>(offset - at->first)]);
            }
        }
    }
    /// The same to change what is visited: a batch that is not all in the range is split.
    template <class Visit>
    void change(Offset first, Offset last, Visit visit) {
        for (auto at = from(first); at != batches_.end() && at->first <= last; ++at) {
            auto& batch = at->second;
            const Offset begin = std::max(first, at->first);
            const Offset end = std::min(last, batch.last);
            if (batch.is_whole() && begin == at->first && end == batch.last) {
                visit(begin, end, batch.each.front());
                continue;
            }
            split(at->first, batch);
            for (Offset offset = begin; offset <= end; ++offset) {
                visit(offset, offset, batch.at(at->first, offset));
            }
        }
    }

    /// Forgets all records below `offset`.
    void drop_before(Offset offset);
    /// Forgets the records at the front that are done with.
    void drop_done();

private:
    /// The first `n` records of the first batch, which has more.
    void drop_from_first(std::int64_t n);

    Batches batches_;
};

}  // namespace barnabas::share
