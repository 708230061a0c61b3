#pragma once

#include "base/result.h"
#include "base/time.h"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::client {

/// Which topics records go to when they fail: topic -> retry topic 1 -> ... -> retry topic n ->
/// dead-letter topic. Immutable, without I/O.
class RetryRoutes {
public:
    struct Options {
        std::vector<std::string> topics;
        std::vector<Duration> delays;
        std::string retry_suffix;
        std::string dead_letter_suffix;
    };
    /// Where a record was read.
    struct Place {
        std::string origin;       ///< the topic that the record came to first
        std::size_t retries = 0;  ///< 0: there; n: in its retry topic n
    };
    /// Where it goes next.
    struct Next {
        std::string topic;
        std::optional<Duration> delay;  ///< nothing: it is dead
    };

    /// invalid_config: no topics, a negative delay, a name that no topic may have, or a topic that
    /// would be another one's retry or dead-letter topic.
    [[nodiscard]] static Result<RetryRoutes> make(Options options);

    /// nullptr: none of ours.
    [[nodiscard]] const Place* place(std::string_view topic) const;
    [[nodiscard]] bool is_retry(std::string_view topic) const;
    [[nodiscard]] Next next(const Place& place, bool worth_retrying) const;

    /// How long records wait there at most.
    [[nodiscard]] Duration delay_at(const Place& place) const;

    [[nodiscard]] std::string retry_topic(std::string_view origin, std::size_t number) const;
    [[nodiscard]] std::string dead_letter_topic(std::string_view origin) const;
    /// The topics and all of their retry topics.
    [[nodiscard]] std::vector<std::string> subscribed() const;
    /// The retry and dead-letter topics, by the topic that they belong to.
    [[nodiscard]] std::map<std::string, std::vector<std::string>> made_for_them() const;

private:
    explicit RetryRoutes(Options options) : options_(std::move(options)) {}
    Result<> add(std::string topic, Place place);

    Options options_;
    std::map<std::string, Place, std::less<>> places_;
};

}  // namespace barnabas::client
