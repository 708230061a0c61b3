#pragma once

// The bodies of Cluster's templates; included by cluster.h alone. They are thin: what they do for
// every type of request alike is in cluster.cc.

#include "client/cluster/cluster.h"

#include <optional>

namespace barnabas::client {

template <class Response>
Result<Answer<Response>> Cluster::read(Attempt attempt, BrokerId broker) {
    const std::int16_t version = attempt.response.version;
    auto message = wire::decode<Response>(attempt.response.body(), version);
    if (!message) {
        return std::unexpected(
            attempt.connection->refuse(Response::api_key, version, message.error()));
    }
    if constexpr (requires { message->throttle_time_ms; }) {
        throttle(broker, message->throttle_time_ms);
    }
    return Answer<Response>{.message = std::move(*message),
                            .frame = std::move(attempt.response.frame),
                            .version = version,
                            .broker = broker,
                            .round_trip = attempt.response.round_trip};
}

template <class Request>
awaitable<Result<Answer<typename Request::Response>>> Cluster::call(BrokerId broker,
                                                                    Request request,
                                                                    CallOptions options) {
    const AnyRequest any = request_of(request);
    auto attempt = co_await exchange(broker, any, options);
    if (!attempt) {
        co_return fail(std::move(attempt));
    }
    co_return read<typename Request::Response>(std::move(*attempt), broker);
}

template <class Request>
awaitable<Result<void>> Cluster::tell(BrokerId broker, Request request, CallOptions options) {
    AnyRequest any = request_of(request);
    any.answered = false;
    auto attempt = co_await exchange(broker, any, options);
    if (!attempt) {
        co_return fail(std::move(attempt));
    }
    co_return Result<void>();
}

template <class Request, class Judge>
awaitable<Result<Answer<typename Request::Response>>> Cluster::call(Target target, Request request,
                                                                    CallOptions options,
                                                                    Judge judge) {
    using Response = typename Request::Response;
    std::optional<Answer<Response>> answer;
    Read read_and_judge = [this, &answer, &judge](Attempt attempt,
                                                  BrokerId broker) -> Result<ErrorCode> {
        TRY_ASSIGN(auto got, read<Response>(std::move(attempt), broker));
        answer.emplace(std::move(got));
        return judge(std::as_const(answer->message));
    };
    const AnyRequest any = request_of(request);
    auto done =
        co_await exchange_routed(std::move(target), any, options, std::move(read_and_judge));
    if (!done) {
        co_return fail(std::move(done));
    }
    co_return std::move(*answer);
}

}  // namespace barnabas::client
