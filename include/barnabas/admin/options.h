#pragma once

#include <barnabas/result.h>
#include <barnabas/time.h>

#include <map>
#include <optional>

namespace barnabas::admin {

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
