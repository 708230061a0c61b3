#pragma once

#include <barnabas/result.h>
#include <barnabas/time.h>

#include <cstdint>
#include <map>
#include <optional>

namespace barnabas::admin {

/// How an admin client words the errors that come in answers. Those of calls without an answer say
/// which broker, which request and how long in any case.
enum class ErrorWords : std::uint8_t {
    /// The broker's sentence, and behind it which answer of which broker says so, and after how
    /// long: "Topic 't' already exists. (CreateTopics v7 to broker 1 (kafka-1:9092), answered after
    /// 3 ms)". With how long it took to connect, where that was to be done first.
    with_source,
    /// The broker's sentence alone, as Kafka's Java client throws it: for who prints what Kafka's
    /// tools print.
    as_told,
};

/// What calls without options of their own take. A timeout that is not given is
/// default.api.timeout.ms; it covers the whole call, with every retry.
struct AdminOptions {
    std::optional<Duration> timeout{};
};

/// One result for each thing that a call was asked about, in the order of the keys. A call that
/// answers Outcomes fails as a whole only where nothing was asked at all (the client is closed,
/// an argument makes no sense); whatever else goes wrong is the error of the keys it concerns.
template <class Key, class Value = void>
using Outcomes = std::map<Key, Result<Value>>;

/// The first error among the outcomes, or that there is none (all() of Kafka's Java client).
template <class Key, class Value>
[[nodiscard]] Result<void> all(const Outcomes<Key, Value>& outcomes) {
    for (const auto& [key, outcome] : outcomes) {
        if (!outcome) {
            return std::unexpected(outcome.error());
        }
    }
    return {};
}

}  // namespace barnabas::admin
