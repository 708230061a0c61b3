// Share groups: their members, and what they have a state of.
#include "base/invariant.h"
#include "coordinator/append_error.h"
#include "coordinator/group_coordinator.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::coordinator {
namespace {

template <class Reply>
void refuse_append(Reply& reply, const Error& error) {
    reply.error_code = std::to_underlying(error_of_append(error.code));
    reply.error_message = error.message;
}

}  // namespace

wire::ShareGroupHeartbeatResponse GroupCoordinator::heartbeat(
    const wire::ShareGroupHeartbeatRequest& request, const Client& client, Now now, Told& out) {
    auto [outcome, initialize] = share_.heartbeat(request, client, now);
    if (const auto stored = store(outcome.records, now); !stored) {
        wire::ShareGroupHeartbeatResponse refused;
        refuse_append(refused, stored.error());
        return refused;
    }
    std::ranges::move(outcome.events, std::back_inserter(out.events));
    if (outcome.reply.error_code == 0 && outcome.reply.member_id) {
        share_.heard(request.group_id, *outcome.reply.member_id, now);
    }
    if (initialize) {
        share_.asked(*initialize, now);
        out.initialize.push_back(std::move(*initialize));
    }
    return std::move(outcome.reply);
}

void GroupCoordinator::run_share(const TimerKey& timer, Now now, Told& out) {
    auto decisions = share_.on_timer(timer, now);
    INVARIANT(decisions.answers.empty() && !decisions.appended, "members of {} do not wait",
              timer.group);
    if (store(decisions.records, now)) {
        std::ranges::move(decisions.events, std::back_inserter(out.events));
    } else {
        timers_.set(timer, now.steady + retry_interval);
    }
}

Result<void> GroupCoordinator::initialized(const wire::InitializeShareGroupStateRequest& request,
                                           const wire::InitializeShareGroupStateResponse& answer,
                                           Now now) {
    return store(share_.answered(request, answer), now);
}

ShareGroups::Alteration GroupCoordinator::alter_share_offsets(
    const wire::AlterShareGroupOffsetsRequest& request, Now now) {
    auto alteration = share_.alter(request);
    if (const auto stored = store(alteration.records, now); !stored) {
        ShareGroups::Alteration refused;
        refuse_append(refused.reply, stored.error());
        return refused;
    }
    if (alteration.initialize) {
        share_.asked(*alteration.initialize, now);
    }
    return alteration;
}

ShareGroups::OffsetsRemoval GroupCoordinator::remove_share_offsets(
    const wire::DeleteShareGroupOffsetsRequest& request, Now now) {
    auto removal = share_.remove_offsets(request);
    if (const auto stored = store(removal.records, now); !stored) {
        ShareGroups::OffsetsRemoval refused;
        refuse_append(refused.reply, stored.error());
        return refused;
    }
    return removal;
}

Result<void> GroupCoordinator::share_offsets_removed(std::string_view group,
                                                     const std::set<Uuid>& topics, Now now) {
    return store(share_.removed(group, topics), now);
}

Result<std::optional<wire::DeleteShareGroupStateRequest>> GroupCoordinator::begin_removal(
    std::string_view group, Now now) {
    if (groups_.find_as<ShareGroup>(group) == nullptr) {
        return std::nullopt;  // remove() knows what to say if there is none
    }
    TRY_ASSIGN(auto removal, share_.remove(group));
    if (const auto stored = store(removal.records, now); !stored) {
        return fail(error_of_append(stored.error().code), "{}", stored.error().message);
    }
    return std::move(removal.remove);
}

Result<SharePartitions> GroupCoordinator::share_partitions(std::string_view group) const {
    TRY_ASSIGN(const ShareGroup* found, share_.find(group));
    return found->partitions();
}

}  // namespace barnabas::coordinator
