#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/types.h"
#include "client/cluster/any_request.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace barnabas::client::admin_api {

/// What came of a request: when it did, and where an answer is from, for the sentences of its
/// errors: "CreateTopics v7 to broker 1 (kafka-1:9092), answered after 3 ms". No source: none came,
/// or nobody is to be told.
struct Heard {
    Time now{};
    std::string source{};
};

/// One request that an operation wants sent, and what becomes of its answer. The shell sends the
/// request to `to` (no_broker: whoever answers) and calls read() or fail(), once, while the
/// operation still lives; fail() as well if read() could not.
class Exchange {
public:
    Exchange(BrokerId to, Duration timeout, wire::Versions versions)
        : to_(to), timeout_(timeout), versions_(versions) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange() = default;

    /// What to send; views this exchange.
    [[nodiscard]] virtual AnyRequest any() const = 0;
    /// The answer's body; see ReadBody.
    virtual Result<std::int32_t> read(ByteView body, std::int16_t version, Time now) = 0;
    /// The transport's error, or that the broker has none of the versions (unsupported_version).
    virtual void fail(Error error, Time now) = 0;
    /// Before read(); see Heard.
    void set_source(std::string source) { source_ = std::move(source); }

    [[nodiscard]] std::int16_t api_key() const { return any().api_key; }
    [[nodiscard]] BrokerId to() const { return to_; }
    /// How long to wait for the answer.
    [[nodiscard]] Duration timeout() const { return timeout_; }
    /// Which versions say what the request means.
    [[nodiscard]] wire::Versions versions() const { return versions_; }

protected:
    [[nodiscard]] const std::string& source() const { return source_; }

private:
    BrokerId to_;
    Duration timeout_;
    wire::Versions versions_;
    std::string source_;
};

template <class Request>
class RequestExchange final : public Exchange {
public:
    using Response = typename Request::Response;
    /// The response is there for the time of the call.
    using Then = std::move_only_function<void(Result<const Response*>, const Heard& heard)>;

    RequestExchange(Request what, BrokerId to, Duration timeout, wire::Versions versions, Then then)
        : Exchange(to, timeout, versions), request(std::move(what)), then_(std::move(then)) {}

    [[nodiscard]] AnyRequest any() const override { return request_of(request); }
    Result<std::int32_t> read(ByteView body, std::int16_t version, Time now) override {
        auto response = wire::decode<Response>(body, version);
        if (!response) {
            return std::unexpected(std::move(response.error()));
        }
        answer(*response, now);
        if constexpr (requires { response->throttle_time_ms; }) {
            return response->throttle_time_ms;
        }
        return 0;
    }
    void answer(const Response& response, Time now) {
        then_(&response, {.now = now, .source = source()});
    }
    void fail(Error error, Time now) override {
        then_(std::unexpected(std::move(error)), {.now = now});
    }

    Request request;

private:
    Then then_;
};

}  // namespace barnabas::client::admin_api
