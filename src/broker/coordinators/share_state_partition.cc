#include "broker/coordinators/share_state_partition.h"

#include "broker/coordinators/group_topics.h"
#include "broker/coordinators/state_sink.h"
#include "coordinator/append_error.h"
#include "coordinator/share_state/share_states.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

/// What could not be done is tried again after this.
constexpr Duration pause = 1s;

/// What clients are told instead.
Error told(const Error& error) {
    return {.code = coordinator::error_of_append(error.code), .message = error.message};
}

}  // namespace

struct ShareStatePartition::State {
    explicit State(ShareStatePartition& partition)
        : host(partition),
          sink(partition.state()),
          machine({.sink = sink, .topics = topics}, config().states) {}

    [[nodiscard]] const ShareCoordinatorConfig& config() const {
        return host.shard().settings->config.share_coordinator;
    }
    /// The configuration and topics of this moment are looked at.
    void refresh() {
        topics.look_at(host.shard().image);
        machine.configure(config().states);
        host.state().compress_with(config().compression);
    }

    ShareStatePartition& host;
    StateSink sink;
    GroupTopics topics;
    coordinator::ShareStates machine;
    Time not_before{};  // nothing is done without being asked until then: it failed
};

ShareStatePartition::ShareStatePartition(Services& services, StatePartition::Where where)
    : CoordinatorPartition(services, where), states_(std::make_unique<State>(*this)) {}

ShareStatePartition::~ShareStatePartition() = default;

Result<void> ShareStatePartition::replay(const StateBatch& batch) {
    for (const auto& record : batch.records) {
        TRY(states_->machine.replay(
            {.offset = record.offset, .key = record.key, .value = record.value}));
    }
    return {};
}

void ShareStatePartition::on_loaded(Now now) {
    for (const auto& [kind, count] : states_->machine.passed_over()) {
        log().warn(
            "{}: {} records are of kind {}, which only newer brokers know; they are left "
            "alone",
            state().partition_name(), count, kind);
    }
    states_->refresh();
    states_->machine.loaded(now);
}

void ShareStatePartition::on_given_up() {
    states_->machine.unloaded();
}

void ShareStatePartition::follow_image() {
    if (is_active()) {
        states_->refresh();
        states_->machine.topics_changed();
        reschedule();
    }
}

const coordinator::ShareState* ShareStatePartition::find(
    const coordinator::ShareStateKey& key) const {
    return states_->machine.find(key);
}

Duration ShareStatePartition::write_timeout() const {
    return states_->config().write_timeout;
}

template <class Request>
awaitable<coordinator::ShareStateResponse<Request>> ShareStatePartition::carry_out(
    const Request& request, Time until) {
    until = std::min(until, now().steady + write_timeout());
    if (const auto may = co_await may_decide(until); !may) {
        co_return coordinator::refused(request, told(may.error()));
    }
    states_->refresh();
    auto response = states_->machine.answer(request, now());
    reschedule();
    // Without records too: the reply may tell of what was decided before.
    if (const auto is = co_await settled(state().end(), until); !is) {
        co_return coordinator::refused(request, told(is.error()));
    }
    co_return response;
}

awaitable<wire::InitializeShareGroupStateResponse> ShareStatePartition::answer(
    const wire::InitializeShareGroupStateRequest& request, Time until) {
    return carry_out(request, until);
}

awaitable<wire::ReadShareGroupStateResponse> ShareStatePartition::answer(
    const wire::ReadShareGroupStateRequest& request, Time until) {
    return carry_out(request, until);
}

awaitable<wire::ReadShareGroupStateSummaryResponse> ShareStatePartition::answer(
    const wire::ReadShareGroupStateSummaryRequest& request, Time until) {
    return carry_out(request, until);
}

awaitable<wire::WriteShareGroupStateResponse> ShareStatePartition::answer(
    const wire::WriteShareGroupStateRequest& request, Time until) {
    return carry_out(request, until);
}

awaitable<wire::DeleteShareGroupStateResponse> ShareStatePartition::answer(
    const wire::DeleteShareGroupStateRequest& request, Time until) {
    return carry_out(request, until);
}

Time ShareStatePartition::next_wake() const {
    return std::max(states_->machine.next_due(), states_->not_before);
}

awaitable<void> ShareStatePartition::wake(Now now) {
    if (!co_await may_decide(now.steady + write_timeout())) {
        states_->not_before = this->now().steady + pause;
        co_return;
    }
    states_->refresh();
    states_->not_before = Time{};
    if (const auto done = states_->machine.work(this->now()); !done) {
        log().warn("{}: snapshots and tombstones cannot be written: {}; they are tried again",
                   state().partition_name(), done.error().message);
        states_->not_before = this->now().steady + pause;
    }
    co_await prune();
}

awaitable<void> ShareStatePartition::prune() {
    const auto before = states_->machine.to_prune(now());
    if (!before) {
        co_return;
    }
    // The snapshots that make it redundant have to be there after a crash.
    auto done = co_await settled(state().end(), now().steady + write_timeout());
    if (!is_active()) {
        co_return;
    }
    if (done) {
        done = state().prune(*before);
    }
    if (!done) {
        log().warn("{} cannot be pruned up to offset {}: {}; it is tried again later",
                   state().partition_name(), *before, done.error().message);
        states_->machine.not_pruned(now());
        co_return;
    }
    log().debug("{} begins at offset {} now", state().partition_name(), *before);
    states_->machine.pruned(*before, now());
}

}  // namespace barnabas::broker
