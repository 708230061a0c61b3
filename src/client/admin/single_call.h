#pragma once

#include "client/admin/keyed_operation.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace barnabas::client::admin_api {

/// What a call is about that sends one request to one broker.
template <class Request>
struct SingleCall {
    Route route{};
    std::string about{};
    Request request{};
    wire::Versions versions = Request::versions;
};

/// The one key of a SingleCall. A request that tells the broker how long to wait gets the time that
/// is left.
template <class Value, class Request, class Read>
class SingleHandler final : public Handler<Whole, Value> {
public:
    using typename Handler<Whole, Value>::Asks;

    SingleHandler(SingleCall<Request> call, Read read)
        : call_(std::move(call)), read_(std::move(read)) {}

    Route route(const Whole& /*key*/) const override { return call_.route; }
    std::string describe(const Whole& /*key*/) const override { return call_.about; }
    Asks requests(const admin::Node& /*to*/, std::vector<Whole> keys, Duration time_left) override {
        Request request = call_.request;
        if constexpr (requires { request.timeout_ms; }) {
            request.timeout_ms = to_timeout_ms(time_left);
        }
        auto read = [this](const typename Request::Response& response) {
            Verdicts<Whole, Value> verdicts;
            verdicts.emplace(Whole{}, read_(response));
            return verdicts;
        };
        return this->ask_once(std::move(keys), std::move(request), std::move(read), call_.versions);
    }

private:
    SingleCall<Request> call_;
    Read read_;
};

/// The result of an operation with one key.
template <class Value>
Plan<Value> whole_plan(std::unique_ptr<Handler<Whole, Value>> handler, const Settings& settings) {
    auto operation = std::make_unique<KeyedOperation<Whole, Value>>(std::set{Whole{}},
                                                                    std::move(handler), settings);
    auto* const raw = operation.get();
    return {.operation = std::move(operation), .result = [raw]() -> Result<Value> {
                return std::move(raw->take_results().at(Whole{}));
            }};
}

/// `read` makes a Verdict<Value> of the response.
template <class Value, class Request, class Read>
Plan<Value> single_plan(SingleCall<Request> call, Read read, const Settings& settings) {
    using Single = SingleHandler<Value, Request, Read>;
    return whole_plan<Value>(std::make_unique<Single>(std::move(call), std::move(read)), settings);
}

}  // namespace barnabas::client::admin_api
