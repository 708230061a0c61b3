#pragma once

#include "base/result.h"
#include "base/time.h"
#include "client/admin/exchange.h"
#include "client/admin/route.h"
#include "client/admin/verdict.h"
#include <barnabas/admin/cluster.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace barnabas::client::admin_api {

/// A request about some keys, not yet bound to who hears of its answer.
template <class Key, class Value>
struct Ask {
    using Deliver = std::move_only_function<void(Result<Verdicts<Key, Value>>, const Heard& heard)>;
    using Make = std::move_only_function<std::unique_ptr<Exchange>(BrokerId to, Duration timeout,
                                                                   Deliver deliver)>;

    std::vector<Key> keys;
    Make make;
};

/// `read` makes verdicts of a response. Keys that it says nothing about have got no answer: that
/// is an error of theirs.
template <class Key, class Value, class Request, class Read>
    requires std::is_invocable_r_v<Verdicts<Key, Value>, Read&, const typename Request::Response&>
Ask<Key, Value> ask(std::vector<Key> keys, Request request, Read read,
                    wire::Versions versions = Request::versions) {
    using Response = typename Request::Response;
    using Deliver = typename Ask<Key, Value>::Deliver;
    auto make = [request = std::move(request), read = std::move(read), versions](
                    BrokerId to, Duration timeout,
                    Deliver deliver) mutable -> std::unique_ptr<Exchange> {
        auto then = [read = std::move(read), deliver = std::move(deliver)](
                        Result<const Response*> answer, const Heard& heard) mutable {
            if (!answer) {
                deliver(std::unexpected(std::move(answer.error())), heard);
            } else {
                deliver(read(**answer), heard);
            }
        };
        return std::make_unique<RequestExchange<Request>>(std::move(request), to, timeout, versions,
                                                          std::move(then));
    };
    return {.keys = std::move(keys), .make = std::move(make)};
}

/// What one admin call knows of its API: where each key is asked for, with which request, and what
/// the answer means. Plain, without I/O; the same arguments bring the same requests. Belongs to the
/// operation that it serves, which outlives its requests.
template <class Key, class Value>
class Handler {
public:
    using Asks = std::vector<Ask<Key, Value>>;

    Handler() = default;
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    virtual ~Handler() = default;

    [[nodiscard]] virtual Route route(const Key& key) const = 0;
    /// For messages: "topic t".
    [[nodiscard]] virtual std::string describe(const Key& key) const = 0;
    /// The requests that ask `to` about the keys. `time_left`: until the answers must be there, for
    /// requests that tell it to the broker.
    virtual Asks requests(const admin::Node& to, std::vector<Key> keys, Duration time_left) = 0;
    /// The broker does not have the request of this key: the end of it, unless there is another
    /// way.
    virtual Verdict<Value> unsupported(const Key& /*key*/, const Error& error) {
        return Verdict<Value>(std::unexpected(error));
    }

protected:
    /// One request about all the keys, as ask() makes it.
    template <class Request, class Read>
    [[nodiscard]] static Asks ask_once(std::vector<Key> keys, Request request, Read read,
                                       wire::Versions versions = Request::versions) {
        Asks asks;
        asks.push_back(
            ask<Key, Value>(std::move(keys), std::move(request), std::move(read), versions));
        return asks;
    }
};

/// Milliseconds for a request's timeout field.
[[nodiscard]] inline std::int32_t to_timeout_ms(Duration timeout) {
    using std::chrono::milliseconds;
    const auto count = std::chrono::duration_cast<milliseconds>(timeout).count();
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(count, 0, most));
}

}  // namespace barnabas::client::admin_api
