#pragma once

#include "client/admin/operation.h"
#include "client/admin/router.h"
#include "client/admin/verdict.h"
#include <barnabas/admin/cluster.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::client::admin_api {

/// When which key of a KeyedOperation is asked for at which broker (Kafka's AdminApiDriver). Keys
/// are numbers here, from 0 in their order: what they are and what is found out about them is the
/// operation's, so that this is compiled once and not for every pair of types.
///
/// A key is open (no result), and then either in flight (one exchange is about it) or waiting (for
/// its route, or until its not_before).
class KeyDriver : public Operation {
public:
    using Keys = std::vector<std::size_t>;

    void start(Time deadline) override { deadline_ = deadline; }
    void poll(Time now, Exchanges& out) override;
    [[nodiscard]] Time next_wake() const override;
    [[nodiscard]] bool done() const override { return open_ == 0; }
    void abort(const Error& why) override;

protected:
    KeyDriver(std::size_t keys, const Settings& settings);

    /// Of an open key.
    [[nodiscard]] virtual Route route_of(std::size_t key) const = 0;
    [[nodiscard]] virtual std::string describe(std::size_t key) const = 0;
    /// Asks `to` about the keys: each is set_in_flight() before this returns.
    virtual void ask_about(const admin::Node& to, const Keys& keys, Duration timeout,
                           Exchanges& out) = 0;
    /// It is closed, and this is its result.
    virtual void on_failure(std::size_t key, Error why) = 0;

    void set_in_flight(std::size_t key);
    /// After a verdict: whether the key stays open, to be asked for again. If not, or if it was
    /// closed before, nothing happens, and close() says which.
    [[nodiscard]] bool goes_on(std::size_t key, Next next, const Error* why, Duration at_least,
                               Time now);
    /// It has its result now: false if it had one already.
    [[nodiscard]] bool close(std::size_t key);
    /// How a request goes on that came to nothing.
    [[nodiscard]] Next next_after(std::size_t key, const Error& error) const;

private:
    struct State {
        bool open = true;
        bool in_flight = false;
        std::int32_t requests = 0;
        std::int32_t failures = 0;
        Time not_before{};
        std::optional<Error> trouble{};
    };
    struct Group {
        admin::Node to;
        Keys keys;
    };
    using Groups = std::map<BrokerId, Group>;

    [[nodiscard]] Duration request_timeout(Time now) const;
    [[nodiscard]] Groups collect(Time now);
    void fail_open(std::size_t key, Error why);
    void time_out(Time now);

    Settings settings_;
    Router router_;
    std::vector<State> states_;
    std::size_t open_;  // how many of them are
    Time deadline_ = never;
    std::optional<Time> began_;  ///< when it was first polled
};

}  // namespace barnabas::client::admin_api
