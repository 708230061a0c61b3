#include "client/retry/retry_routes.h"

#include "base/topic_name.h"

#include <utility>

namespace barnabas::client {

Result<RetryRoutes> RetryRoutes::make(Options options) {
    if (options.topics.empty()) {
        return fail(ErrorCode::invalid_config, "a retrying consumer needs a topic to read");
    }
    for (const Duration delay : options.delays) {
        if (delay < Duration::zero()) {
            return fail(ErrorCode::invalid_config, "a retry's delay is not negative: {} ms",
                        delay / 1ms);
        }
    }
    RetryRoutes routes(std::move(options));
    const auto& made = routes.options_;
    for (const auto& topic : made.topics) {
        TRY(routes.add(topic, {.origin = topic}));
        for (std::size_t number = 1; number <= made.delays.size(); ++number) {
            TRY(routes.add(routes.retry_topic(topic, number),
                           {.origin = topic, .retries = number}));
        }
    }
    for (const auto& topic : made.topics) {
        const auto dead = routes.dead_letter_topic(topic);
        if (const auto legal = check_topic_name(dead); !legal) {
            return fail(ErrorCode::invalid_config, "dead-letter topic '{}': {}", dead,
                        legal.error().message);
        }
        if (routes.place(dead) != nullptr) {
            return fail(ErrorCode::invalid_config,
                        "'{}' is the dead-letter topic of '{}' and would be read again: choose "
                        "another dead_letter_suffix",
                        dead, topic);
        }
    }
    return routes;
}

Result<> RetryRoutes::add(std::string topic, Place place) {
    if (const auto legal = check_topic_name(topic); !legal) {
        return fail(ErrorCode::invalid_config, "{} '{}': {}",
                    place.retries == 0 ? "topic" : "retry topic", topic, legal.error().message);
    }
    const auto [at, fresh] = places_.try_emplace(std::move(topic), std::move(place));
    if (!fresh) {
        return fail(ErrorCode::invalid_config,
                    "'{}' stands for two topics: name each topic once, and choose a retry_suffix "
                    "that makes none of them another one's",
                    at->first);
    }
    return {};
}

const RetryRoutes::Place* RetryRoutes::place(std::string_view topic) const {
    const auto found = places_.find(topic);
    return found == places_.end() ? nullptr : &found->second;
}

bool RetryRoutes::is_retry(std::string_view topic) const {
    const auto* at = place(topic);
    return at != nullptr && at->retries > 0;
}

RetryRoutes::Next RetryRoutes::next(const Place& place, bool worth_retrying) const {
    if (!worth_retrying || place.retries >= options_.delays.size()) {
        return {.topic = dead_letter_topic(place.origin), .delay = std::nullopt};
    }
    return {.topic = retry_topic(place.origin, place.retries + 1),
            .delay = options_.delays[place.retries]};
}

Duration RetryRoutes::delay_at(const Place& place) const {
    return place.retries == 0 ? Duration::zero() : options_.delays[place.retries - 1];
}

std::string RetryRoutes::retry_topic(std::string_view origin, std::size_t number) const {
    return fmt::format("{}{}{}", origin, options_.retry_suffix, number);
}

std::string RetryRoutes::dead_letter_topic(std::string_view origin) const {
    return fmt::format("{}{}", origin, options_.dead_letter_suffix);
}

std::vector<std::string> RetryRoutes::subscribed() const {
    std::vector<std::string> topics;
    for (const auto& [topic, place] : places_) {
        topics.push_back(topic);
    }
    return topics;
}

std::map<std::string, std::vector<std::string>> RetryRoutes::made_for_them() const {
    std::map<std::string, std::vector<std::string>> topics;
    for (const auto& origin : options_.topics) {
        auto& its = topics[origin];
        for (std::size_t number = 1; number <= options_.delays.size(); ++number) {
            its.push_back(retry_topic(origin, number));
        }
        its.push_back(dead_letter_topic(origin));
    }
    return topics;
}

}  // namespace barnabas::client
