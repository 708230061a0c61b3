#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::client::admin_api {

/// What an answer means for one of the things that it was asked about.
enum class Next : std::uint8_t {
    done,
    again,      ///< ask the same broker after a while
    elsewhere,  ///< it is not (or not any more) the right broker: look, then ask after a while
    otherwise,  ///< ask in another way, at once
};

/// How a coordinator's error goes on (CoordinatorStrategy and the handlers of Kafka's client).
[[nodiscard]] Next next_with_coordinator(ErrorCode code);
/// How a partition leader's error goes on: whatever says that the metadata is old is asked
/// elsewhere, other passing trouble again.
[[nodiscard]] Next next_with_leader(ErrorCode code);
/// How the controller's error goes on.
[[nodiscard]] Next next_with_controller(ErrorCode code);

/// An error as the broker put it; its own sentence where it sent one, else one that names the code
/// and what was asked for.
[[nodiscard]] Error broker_error(ErrorCode code, const std::optional<std::string>& message,
                                 std::string_view about);

template <class Value>
struct Verdict {
    Next next = Next::done;
    Result<Value> result;  ///< unless done: the error that asks for more
    Duration at_least{};   ///< for `again`: not before that (a throttle)

    Verdict(Result<Value> done) : result(std::move(done)) {}  // NOLINT: reads as the value
    Verdict(Next how, Error why, Duration wait = {})
        : next(how), result(std::unexpected(std::move(why))), at_least(wait) {}
};

template <class Key, class Value>
using Verdicts = std::map<Key, Verdict<Value>>;

/// An error, and how it goes on.
template <class Value>
[[nodiscard]] Verdict<Value> refused(Next next, Error error) {
    if (next == Next::done) {
        return Verdict<Value>(std::unexpected(std::move(error)));
    }
    return Verdict<Value>(next, std::move(error));
}

/// The same for all keys: an error of the whole request.
template <class Key, class Value>
[[nodiscard]] Verdicts<Key, Value> all_refused(const std::vector<Key>& keys, Next next,
                                               const Error& error) {
    Verdicts<Key, Value> verdicts;
    for (const auto& key : keys) {
        verdicts.emplace(key, refused<Value>(next, error));
    }
    return verdicts;
}

/// What a broker says of a thing that has no value: done, or its error, which nothing mends.
[[nodiscard]] Verdict<void> settled(ErrorCode code, const std::optional<std::string>& message,
                                    std::string_view about);

}  // namespace barnabas::client::admin_api
