#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/admin/exchange.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

namespace barnabas::client::admin_api {

using Exchanges = std::vector<std::unique_ptr<Exchange>>;

/// What of the configuration counts for a call.
struct Settings {
    Duration request_timeout = 30s;
    Duration retry_backoff = 100ms;
    Duration retry_backoff_max = 1s;
    std::int32_t retries = std::numeric_limits<std::int32_t>::max();
    /// Spreads the backoffs of many clients: any number in [0, 1), another for each call.
    double spread = 0.5;
};

/// One admin call as a state machine without I/O: poll() says what is to be sent now, the exchanges
/// tell it what came, next_wake() when to poll again although nothing came. Lives on one thread.
/// It must outlive its exchanges; what they tell it after done() is ignored.
class Operation {
public:
    Operation() = default;
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    virtual ~Operation() = default;

    /// Once, before all else.
    virtual void start(Time deadline) = 0;
    /// Appends what is to be sent. From the deadline on, whatever is open fails.
    virtual void poll(Time now, Exchanges& out) = 0;
    [[nodiscard]] virtual Time next_wake() const = 0;
    [[nodiscard]] virtual bool done() const = 0;
    /// What is open fails with this.
    virtual void abort(const Error& why) = 0;
};

/// A call and how its answer is read when the operation is done.
template <class T>
struct Plan {
    std::unique_ptr<Operation> operation;
    std::move_only_function<Result<T>()> result;
};

/// One operation after the other: `next` makes the second from what the first found out, or none
/// where there is nothing left to do.
class Chain final : public Operation {
public:
    using Next = std::move_only_function<std::unique_ptr<Operation>()>;

    Chain(std::unique_ptr<Operation> first, Next next);

    void start(Time deadline) override;
    void poll(Time now, Exchanges& out) override;
    [[nodiscard]] Time next_wake() const override;
    [[nodiscard]] bool done() const override;
    void abort(const Error& why) override;

private:
    void go_on();

    std::unique_ptr<Operation> first_;
    std::unique_ptr<Operation> second_;
    Next next_;  // null once it was asked
    Time deadline_ = never;
};

}  // namespace barnabas::client::admin_api
