// What is done without being asked: members' timers, expiry, offsets of topics that are gone. In
// steps, between which requests come in.
#include "broker/coordinators/group_state.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

constexpr int timers_at_once_max = 1'000;
/// What could not be done is tried again after this.
constexpr Duration pause = 1s;

}  // namespace

Time GroupPartition::next_wake() const {
    const Time next =
        groups_->gone.empty() ? std::min(groups_->groups.next_due(), groups_->expiry_due) : Time{};
    return std::max(next, groups_->not_before);
}

awaitable<void> GroupPartition::wake(Now now) {
    const auto may =
        co_await groups_->enter(now.steady + groups_->settings.config().commit_timeout);
    if (!may) {
        groups_->not_before = this->now().steady + pause;
        co_return;
    }
    groups_->run_timers();
    const bool done = groups_->expire() && groups_->forget_gone();
    groups_->not_before = done ? Time{} : this->now().steady + pause;
}

void GroupPartition::State::run_timers() {
    coordinator::Told told;
    for (int i = 0; i < timers_at_once_max && groups.run_due(host.now(), told); ++i) {
    }
    tell(std::move(told));
}

bool GroupPartition::State::expire() {
    const Now now = host.now();
    if (now.steady < expiry_due) {
        return true;
    }
    coordinator::Told told;
    auto next = groups.expire(expiry_from, now, told);
    if (!next) {
        ++counters.expiry_failures;
        log.warn(
            "{}: offsets that have expired cannot be removed: {}; they are tried "
            "again",
            host.state().partition_name(), next.error().message);
        return false;
    }
    expiry_from = next->value_or("");
    expiry_due = *next ? now.steady : now.steady + settings.config().offsets_check_interval;
    tell(std::move(told));
    return true;
}

bool GroupPartition::State::forget_gone() {
    if (gone.empty()) {
        return true;
    }
    const auto more = groups.remove_topics(gone, host.now());
    if (!more) {
        log.warn(
            "{}: offsets of {} deleted topics cannot be removed: {}; they are tried "
            "again",
            host.state().partition_name(), gone.size(), more.error().message);
        return false;
    }
    if (!*more) {
        gone.clear();
    }
    return true;
}

awaitable<void> GroupPartition::forget_topics(std::vector<std::pair<std::string, Uuid>> topics) {
    for (auto& [name, id] : topics) {
        groups_->gone.push_back({.name = std::move(name), .id = id});
    }
    reschedule();
    co_return;
}

}  // namespace barnabas::broker
