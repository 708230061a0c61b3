#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/admin/operation.h"
#include "client/admin/route.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"
#include <barnabas/admin/cluster.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::client::admin_api {

/// Which broker a route leads to, for one operation: finds coordinators, leaders and the controller
/// by asking any broker, all that are wanted in one request. Without I/O, of its operation's
/// thread, and as long lived: its exchanges call it.
///
/// What a broker says for the moment (no coordinator yet, an election) and trouble on the way are
/// tried again after a while, for as long as the operation lives, also that a topic or partition is
/// unknown: a broker may have old metadata (PartitionLeaderStrategy, CoordinatorStrategy).
class Router {
public:
    explicit Router(Settings settings) : settings_(settings) {}

    /// Where it leads, if that is known; no_broker: whoever answers. Host and port are there only
    /// where they were found out.
    [[nodiscard]] std::optional<admin::Node> find(const Route& route) const;
    /// Why it will never lead anywhere; nullptr: nothing is known against it.
    [[nodiscard]] const Error* failure(const Route& route) const;
    /// Why it leads nowhere yet; nullptr: no answer yet.
    [[nodiscard]] const Error* trouble(const Route& route) const;

    /// It was wanted, and nothing was found out about it yet.
    [[nodiscard]] bool is_looking_for(const Route& route) const;

    /// From now on the route is looked for.
    void want(const Route& route);
    /// It led to the wrong broker.
    void forget(const Route& route);

    /// `timeout`: of the requests.
    void poll(Time now, Duration timeout, Exchanges& out);
    [[nodiscard]] Time next_wake() const;

private:
    struct Place {
        std::optional<admin::Node> node{};
        std::optional<Error> failure{};
        std::optional<Error> trouble{};
        bool in_flight = false;
        std::int32_t failures = 0;
        Time not_before{};

        [[nodiscard]] bool open() const { return !node && !failure && !in_flight; }
    };
    using Routes = std::vector<Route>;

    [[nodiscard]] Routes take_due(Time now);
    void ask_metadata(Routes routes, Duration timeout, Exchanges& out);
    void ask_coordinators(Routes routes, Duration timeout, Exchanges& out);

    void on_metadata(const Routes& routes, const wire::MetadataResponse& response,
                     const Heard& heard);
    void on_coordinators(const Routes& routes, const wire::FindCoordinatorResponse& response,
                         const Heard& heard);
    void on_error(const Routes& routes, const Error& error, Time now);
    void on_answer(const Route& route, Result<admin::Node> answer, bool passing, Time now);

    Settings settings_;
    std::map<Route, Place> places_;
    bool batches_ = true;  // FindCoordinator takes several keys (KIP-699)
};

}  // namespace barnabas::client::admin_api
