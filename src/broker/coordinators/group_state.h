#pragma once

#include "broker/config/coordinator_config.h"
#include "broker/coordinators/group_counters.h"
#include "broker/coordinators/group_partition.h"
#include "broker/coordinators/group_topics.h"
#include "broker/coordinators/state_sink.h"
#include "broker/group_configs.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/offsets/replies.h"
#include "wire/messages/initialize_share_group_state.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// The configuration as the last command found it.
class GroupSettings final : public coordinator::ConsumerGroupSettings {
public:
    void follow(const SettingsPtr& settings, const ClusterImagePtr& image) {
        image_ = image;
        if (settings != settings_) {
            settings_ = settings;
            config_ = settings->config.groups;
        }
    }
    /// Where it lies does not change.
    [[nodiscard]] const GroupsConfig& config() const { return config_; }

    [[nodiscard]] const coordinator::ConsumerGroupConfig& broker() const override {
        return config_.consumer;
    }
    [[nodiscard]] coordinator::ConsumerGroupTimes times_of(std::string_view group) const override {
        return broker::times_of(*image_, *settings_, group);
    }
    [[nodiscard]] coordinator::ShareGroupTimes share_times_of(std::string_view group) const {
        return broker::share_times_of(*image_, *settings_, group);
    }

private:
    ClusterImagePtr image_;
    SettingsPtr settings_;
    GroupsConfig config_;
};

/// The same for share groups. What it is made of outlives it.
class GroupShareSettings final : public coordinator::ShareSettings {
public:
    explicit GroupShareSettings(const GroupSettings& settings) : settings_(settings) {}

    [[nodiscard]] const coordinator::ShareGroupConfig& broker() const override {
        return settings_.config().shares.coordinator;
    }
    [[nodiscard]] coordinator::ShareGroupTimes times_of(std::string_view group) const override {
        return settings_.share_times_of(group);
    }

private:
    const GroupSettings& settings_;
};

/// What a GroupPartition works with, and how each of its requests goes.
struct GroupPartition::State {
    /// A request that waits for others, in its coroutine's frame.
    struct Waiting {
        std::optional<coordinator::Answer> answer{};
        Offset end{};  // the answer leaves when everything in front of it is committed
        runtime::Wakeup wakeup{};
    };

    explicit State(GroupPartition& partition);

    [[nodiscard]] Time deadline() const {
        return host.now().steady + settings.config().commit_timeout;
    }
    /// CoordinatorPartition::may_decide(), with the configuration and the topics of that moment.
    awaitable<Result<void>> enter(Time until);
    /// The configuration and topics of this moment are looked at.
    void refresh();
    /// Events are logged and counted, answers go to whom they are for. Timers may have changed.
    void tell(coordinator::Told told);
    /// Asks the share coordinators, and stores what they have done. The error: it could not be
    /// stored, though it is done.
    awaitable<Result<wire::InitializeShareGroupStateResponse>> initialize(
        wire::InitializeShareGroupStateRequest request);
    /// When everything that has been appended so far is committed.
    awaitable<Result<void>> settled(Time until);

    /// A request that is answered at once: `decide(Now, Told&)` makes the reply, `refuse(Error)`
    /// one that says why there is none.
    template <class Decide, class Refuse>
    auto run(Decide decide, Refuse refuse)
        -> awaitable<std::invoke_result_t<Decide&, Now, coordinator::Told&>> {
        const Time until = deadline();
        if (auto may = co_await enter(until); !may) {
            co_return refuse(std::move(may.error()));
        }
        coordinator::Told told;
        auto reply = decide(host.now(), told);
        tell(std::move(told));
        if (auto is = co_await settled(until); !is) {
            co_return refuse(std::move(is.error()));
        }
        co_return reply;
    }

    /// A request that waits for others: `ask(Ticket, Now, Told&)` asks.
    template <class Response, class Ask, class Refuse>
    awaitable<Held<Response>> run_waiting(Ask ask, Refuse refuse) {
        if (auto may = co_await enter(deadline()); !may) {
            co_return Held<Response>{.reply = refuse(std::move(may.error())), .held = {}};
        }
        Waiting own;
        const coordinator::Ticket ticket{++last_ticket};
        waiting.emplace(ticket, &own);
        coordinator::Told told;
        ask(ticket, host.now(), told);
        tell(std::move(told));
        co_await answered(own);
        if (auto is = co_await host.settled(own.end, deadline()); !is) {
            co_return Held<Response>{.reply = refuse(std::move(is.error())), .held = {}};
        }
        co_return Held<Response>{.reply = std::get<Response>(std::move(own.answer->reply)),
                                 .held = std::move(own.answer->held)};
    }
    awaitable<void> answered(Waiting& own);

    // group_timers.cc: each one step; false: it could not be done now.
    void run_timers();
    bool expire();
    bool forget_gone();

    GroupPartition& host;
    Logger log;
    StateSink sink;
    GroupTopics topics;
    GroupSettings settings;
    GroupShareSettings share_settings{settings};
    coordinator::GroupCoordinator groups;
    std::map<coordinator::Ticket, Waiting*> waiting;
    std::uint64_t last_ticket = 0;
    Time expiry_due = never;
    std::string expiry_from;                      // of the step that is due
    std::vector<coordinator::DeletedTopic> gone;  // whose offsets are still there
    Time not_before{};  // nothing is done without being asked until then: it failed
    GroupCounters counters;
};

}  // namespace barnabas::broker
