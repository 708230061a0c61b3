#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "wire/schema.h"

#include <cstdint>
#include <functional>
#include <utility>

namespace barnabas::client::admin_api {

/// One request that an operation wants sent, and what becomes of its answer. The shell sends the
/// request to `to` (no_broker: whoever answers) and calls answer() or fail(), once, while the
/// operation still lives.
class Exchange {
public:
    Exchange(std::int16_t api_key, BrokerId to, Duration timeout, wire::Versions versions)
        : api_key_(api_key), to_(to), timeout_(timeout), versions_(versions) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange() = default;

    /// The transport's error, or that the broker has none of the versions (unsupported_version).
    virtual void fail(Error error, Time now) = 0;

    [[nodiscard]] std::int16_t api_key() const { return api_key_; }
    [[nodiscard]] BrokerId to() const { return to_; }
    /// How long to wait for the answer.
    [[nodiscard]] Duration timeout() const { return timeout_; }
    /// Which versions say what the request means.
    [[nodiscard]] wire::Versions versions() const { return versions_; }

private:
    std::int16_t api_key_;
    BrokerId to_;
    Duration timeout_;
    wire::Versions versions_;
};

template <class Request>
class RequestExchange final : public Exchange {
public:
    using Response = typename Request::Response;
    /// The response is there for the time of the call.
    using Then = std::move_only_function<void(Result<const Response*>, Time now)>;

    RequestExchange(Request what, BrokerId to, Duration timeout, wire::Versions versions, Then then)
        : Exchange(Request::api_key, to, timeout, versions),
          request(std::move(what)),
          then_(std::move(then)) {}

    void answer(const Response& response, Time now) { then_(&response, now); }
    void fail(Error error, Time now) override { then_(std::unexpected(std::move(error)), now); }

    Request request;  ///< the shell may take it

private:
    Then then_;
};

}  // namespace barnabas::client::admin_api
