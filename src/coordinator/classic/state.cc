#include "coordinator/classic/state.h"

#include "base/invariant.h"

#include <algorithm>
#include <span>

namespace barnabas::coordinator {

std::string_view classic_state_name(ClassicGroupState state) {
    switch (state) {
        case ClassicGroupState::empty:
            return "Empty";
        case ClassicGroupState::preparing_rebalance:
            return "PreparingRebalance";
        case ClassicGroupState::completing_rebalance:
            return "CompletingRebalance";
        case ClassicGroupState::stable:
            return "Stable";
        case ClassicGroupState::dead:
            return "Dead";
    }
    INVARIANT(false, "classic group state {}", static_cast<int>(state));
    return {};
}

bool may_follow(ClassicGroupState before, ClassicGroupState after) {
    using enum ClassicGroupState;
    struct Change {
        ClassicGroupState before;
        ClassicGroupState after;
    };
    static constexpr Change changes[] = {
        {preparing_rebalance, empty},
        {stable, preparing_rebalance},
        {completing_rebalance, preparing_rebalance},
        {empty, preparing_rebalance},
        {preparing_rebalance, completing_rebalance},
        {completing_rebalance, stable},
        {stable, dead},
        {preparing_rebalance, dead},
        {completing_rebalance, dead},
        {empty, dead},
    };
    return std::ranges::any_of(changes,
                               [&](Change c) { return c.before == before && c.after == after; });
}

}  // namespace barnabas::coordinator
