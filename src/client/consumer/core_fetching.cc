// The part of ConsumerCore that fetches.
#include "client/consumer/consumer_core.h"

#include <chrono>
#include <memory>
#include <utility>

namespace barnabas::client {

namespace {

/// Before 4 there is no isolation level and no batch of format 2.
constexpr std::int16_t fetch_version_min = 4;

void measure_fetch(ConsumerMetrics& metrics, const wire::FetchResponse& response, Duration took) {
    std::size_t bytes = 0;
    for (const auto& topic : response.responses) {
        for (const auto& partition : topic.partitions) {
            bytes += partition.records.is_null() ? 0 : partition.records.size();
        }
    }
    metrics.fetch_latency_ms.add(std::chrono::duration<double, std::milli>(took).count());
    metrics.fetch_bytes.add(static_cast<double>(bytes));
    metrics.throttle_ms.add(response.throttle_time_ms);
}

}  // namespace

void ConsumerCore::start_fetches(Time at) {
    while (auto next = fetcher_.next(at)) {
        tasks_.spawn(fetch(std::move(*next)));
    }
}

awaitable<void> ConsumerCore::fetch(Fetcher::Fetch fetch) {
    const BrokerId broker = fetch.broker;
    CallOptions options{.versions = {fetch_version_min, fetch.version_max},
                        .lane = Lane::fetch,
                        .timeout = config_.fetch_wait_max + config_.common.request_timeout};
    const Time asked = now();
    auto answer = co_await cluster_.call(broker, std::move(fetch.request), options);
    Fetcher::Effects effects;
    if (answer) {
        measure_fetch(metrics_, answer->message, now() - asked);
        auto frame = std::make_shared<const ByteBuffer>(std::move(answer->frame));
        effects = fetcher_.on_answer(broker, answer->message, answer->version, std::move(frame),
                                     cluster_.shard().clock().both());
    } else {
        log_.debug("a fetch from {} failed and is tried again: {}", cluster_.name_of(broker),
                   answer.error().message);
        ++metrics_.fetches_failed;
        effects = fetcher_.on_failure(broker, now());
    }
    if (effects.metadata_stale) {
        cluster_.poke();
    }
    poke();
}

/// So that the brokers need not keep them until others take their place. By the other connection:
/// a fetch may be on its way in this one.
awaitable<void> ConsumerCore::end_sessions(Time deadline) {
    for (auto& ending : fetcher_.endings()) {
        const CallOptions options{.deadline = deadline,
                                  .versions = {fetch_version_min, wire::latest}};
        const auto answer =
            co_await cluster_.call(ending.broker, std::move(ending.request), options);
        if (!answer) {
            log_.debug("a fetch session was not ended: {}", answer.error().message);
        }
    }
}

}  // namespace barnabas::client
