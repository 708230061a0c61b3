#include "broker/coordinators/group_partition.h"

#include "base/invariant.h"
#include "broker/coordinators/group_state.h"
#include "coordinator/classic/sentences.h"

#include <chrono>
#include <utility>

namespace barnabas::broker {
namespace {

std::string_view name_of(coordinator::GroupEvent::Kind kind) {
    using Kind = coordinator::GroupEvent::Kind;
    switch (kind) {
        case Kind::rebalance:
            return "rebalances";
        case Kind::stable:
            return "is stable";
        case Kind::member_expired:
            return "loses a member";
        case Kind::emptied:
            return "is empty";
        case Kind::died:
            return "is gone";
        case Kind::converted:
            return "changes its protocol";
    }
    std::unreachable();
}

}  // namespace

GroupPartition::State::State(GroupPartition& partition)
    : host(partition),
      log(partition.log().named("groups")),
      sink(partition.state()),
      groups({.sink = sink,
              .topics = topics,
              .classic = settings.config().classic,
              .offsets = settings.config().offsets,
              .consumer = settings,
              .share = share_settings}) {}

void GroupPartition::State::refresh() {
    const auto& shard = host.shard();
    settings.follow(shard.settings, shard.image);
    host.state().compress_with(settings.config().compression);
    if (groups.groups().all().empty()) {
        topics.look_at(shard.image);
        return;
    }
    auto changes = topics.follow(shard.image);
    if (!changes.names.empty()) {
        groups.topics_changed(changes.names);
    }
    std::ranges::move(changes.deleted, std::back_inserter(gone));
}

awaitable<Result<void>> GroupPartition::State::enter(Time until) {
    auto may = co_await host.may_decide(until);
    if (may) {
        refresh();
    }
    co_return may;
}

void GroupPartition::State::tell(coordinator::Told told) {
    for (const auto& event : told.events) {
        counters.count(event);
        log.info("group {} {}: {}", coordinator::shown(event.group), name_of(event.kind),
                 event.why);
    }
    for (auto& answer : told.answers) {
        const auto at = waiting.find(answer.ticket);
        INVARIANT(at != waiting.end(), "nobody waits with ticket {}", answer.ticket.get());
        Waiting& asker = *at->second;
        waiting.erase(at);
        asker.answer = std::move(answer);
        asker.end = host.state().end();
        asker.wakeup.post();
    }
    for (auto& request : told.initialize) {
        host.initialize_share(std::move(request));
    }
    host.reschedule();
}

awaitable<void> GroupPartition::State::answered(Waiting& own) {
    if (!own.answer) {
        auto start = [&own](runtime::Wakeup wakeup) { own.wakeup = wakeup; };
        co_await runtime::suspend(host.shard().shard, std::move(start));
    }
    INVARIANT(own.answer, "woken without an answer");
}

awaitable<Result<void>> GroupPartition::State::settled(Time until) {
    return host.settled(host.state().end(), until);
}

GroupPartition::GroupPartition(Services& services, StatePartition::Where where)
    : CoordinatorPartition(services, where), groups_(std::make_unique<State>(*this)) {}

GroupPartition::~GroupPartition() {
    INVARIANT(groups_->waiting.empty() || shard().shard.stopped(), "{} requests wait",
              groups_->waiting.size());
}

Result<void> GroupPartition::replay(const StateBatch& batch) {
    const auto producer = batch.transaction ? batch.transaction->id : no_producer;
    if (batch.marker) {
        if (*batch.marker == wire::ControlType::commit ||
            *batch.marker == wire::ControlType::abort) {
            groups_->groups.end_transaction(producer, *batch.marker == wire::ControlType::commit);
        }
        return {};
    }
    for (const auto& record : batch.records) {
        TRY(groups_->groups.replay({.offset = record.offset,
                                    .key = record.key,
                                    .value = record.value,
                                    .producer = producer}));
    }
    return {};
}

void GroupPartition::on_loaded(Now now) {
    groups_->refresh();
    for (const auto& [kind, count] : groups_->groups.passed_over()) {
        log().warn(
            "{}: {} records of {} are of groups that are not served here; they are left "
            "alone",
            state().partition_name(), count, coordinator::GroupCoordinator::name_of_kind(kind));
    }
    groups_->expiry_due = now.steady + groups_->settings.config().offsets_check_interval;
    coordinator::Told told;
    groups_->groups.loaded(now, told);
    groups_->tell(std::move(told));
}

void GroupPartition::on_given_up() {
    coordinator::Told told;
    groups_->groups.unloaded(told);
    groups_->tell(std::move(told));
    INVARIANT(groups_->waiting.empty(), "{} requests wait", groups_->waiting.size());
}

void GroupPartition::follow_image() {
    if (is_active()) {
        groups_->refresh();
        reschedule();
    }
}

void GroupPartition::end_transaction(ProducerId producer, bool committed) {
    if (is_active()) {  // who loads will read the marker
        groups_->groups.end_transaction(producer, committed);
    }
}

void GroupPartition::list(const wire::ListGroupsRequest& request,
                          wire::ListGroupsResponse& to) const {
    groups_->groups.list(request, to);
}

const coordinator::GroupCoordinator& GroupPartition::coordinator() const {
    return groups_->groups;
}

const GroupCounters& GroupPartition::counters() const {
    return groups_->counters;
}

}  // namespace barnabas::broker
