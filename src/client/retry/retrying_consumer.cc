#include "client/loop.h"
#include "client/retry/retry_config.h"
#include "client/retry/retry_gate.h"
#include "client/retry/retry_headers.h"
#include "client/retry/retry_routes.h"
#include "runtime/real/real_clock.h"
#include <barnabas/admin.h>
#include <barnabas/producer.h>
#include <barnabas/retry_topics.h>

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <utility>

namespace barnabas {

using client::RecordOrigin;
using client::RetryRoutes;

namespace {

/// So that no sum with the clock overflows.
constexpr Duration longest_poll = std::chrono::hours(24 * 365);

/// Throwing is one more way to fail: the handler is the user's.
Result<> call_handler(const RetryingConsumer::Handler& handle, const ConsumerRecord& record) {
    try {
        return handle(record);
    } catch (const std::exception& error) {
        return fail(ErrorCode::unknown_server_error, "{}", error.what());
    } catch (...) {
        return fail(ErrorCode::unknown_server_error, "the handler threw what is no exception");
    }
}

RetryRoutes::Options route_options(std::vector<std::string> topics, const RetryOptions& options,
                                   const std::string& group) {
    return {
        .topics = std::move(topics),
        .delays = options.delays,
        .retry_suffix = options.retry_suffix.value_or(fmt::format("-{}-retry-", group)),
        .dead_letter_suffix = options.dead_letter_suffix.value_or(fmt::format("-{}-dlt", group))};
}

ProducerRecord copy_of(const ConsumerRecord& record, std::string topic,
                       std::vector<Header> headers) {
    return {.topic = std::move(topic),
            .key = record.has_key() ? std::optional(to_bytes(record.key())) : std::nullopt,
            .value = record.has_value() ? std::optional(to_bytes(record.value())) : std::nullopt,
            .headers = std::move(headers)};
}

}  // namespace

/// The thin part: reads, calls the handler, forwards and commits as the plain ones under
/// client/retry say. Its address stays the same: the listener has it.
class RetryingConsumer::Impl {
public:
    Impl(client::RetryConfigs configs, RetryOptions options, RetryRoutes routes, Producer producer,
         Consumer consumer)
        : configs_(std::move(configs)),
          options_(std::move(options)),
          routes_(std::move(routes)),
          headers_(options_.header_prefix),
          producer_(std::move(producer)),
          consumer_(std::move(consumer)) {}

    Result<> create_topics(std::optional<std::int16_t> replication_factor) const;
    Result<RetryCounts> poll(Duration timeout, const Handler& handle);
    Result<> close();

    [[nodiscard]] Consumer& consumer() { return consumer_; }
    [[nodiscard]] const RetryRoutes& routes() const { return routes_; }

private:
    /// Hears which partitions come and go.
    class Listener final : public RebalanceListener {
    public:
        explicit Listener(Impl& owner) : owner_(owner) {}
        void on_partitions_assigned(Consumer& /*consumer*/,
                                    const std::vector<TopicPartition>& partitions) override {
            owner_.came(partitions);
        }
        void on_partitions_revoked(Consumer& /*consumer*/,
                                   const std::vector<TopicPartition>& partitions) override {
            owner_.went(partitions);
        }

    private:
        Impl& owner_;
    };

    struct Forward {
        TopicPartition from;
        Offset offset;
        std::string to;
        bool dead = false;
        Error why;
        Future<RecordMetadata> stored;
    };
    /// What one poll's records come to.
    struct Round {
        RetryCounts counts;
        client::RetryProgress progress;
        std::map<TopicPartition, Offset> firsts;
        std::vector<Forward> forwards;
    };

    void came(const std::vector<TopicPartition>& partitions);
    void went(const std::vector<TopicPartition>& partitions);
    Result<> subscribe();
    Result<> place_new_retries();
    Result<> resume_due();
    Result<RetryCounts> work(const ConsumerRecords& records, const Handler& handle);
    Result<> work_on(const RecordRange& records, const Handler& handle, Round& round);
    Result<bool> hold_if_early(const ConsumerRecord& record, Round& round);
    Forward forward(const ConsumerRecord& record, Error why);
    Result<> settle(Round& round);

    client::RetryConfigs configs_;
    RetryOptions options_;
    RetryRoutes routes_;
    client::RetryHeaders headers_;
    client::RetryGate gate_;
    runtime::RealClock clock_;
    bool subscribed_ = false;
    std::set<TopicPartition> new_retries_;  // paused: where they begin is not settled
    Producer producer_;
    Consumer consumer_;  // goes first: it calls the listener
};

// --- what a rebalance brings and takes ---------------------------------------------------------

void RetryingConsumer::Impl::came(const std::vector<TopicPartition>& partitions) {
    std::vector<TopicPartition> retries;
    std::ranges::copy_if(partitions, std::back_inserter(retries), [this](const auto& partition) {
        return routes_.is_retry(partition.topic);
    });
    new_retries_.insert(retries.begin(), retries.end());
    if (!retries.empty() && consumer_.pause(retries)) {
        ignore(place_new_retries(), "they stay paused, and the next poll() tries again");
    }
}

void RetryingConsumer::Impl::went(const std::vector<TopicPartition>& partitions) {
    gate_.forget(partitions);
    for (const auto& partition : partitions) {
        new_retries_.erase(partition);
    }
}

/// A retry topic is read from its beginning where nothing is committed: with
/// auto.offset.reset=latest, what was forwarded before its partition was assigned would be lost.
Result<> RetryingConsumer::Impl::place_new_retries() {
    if (new_retries_.empty()) {
        return {};
    }
    const std::vector<TopicPartition> all(new_retries_.begin(), new_retries_.end());
    TRY_ASSIGN(const OffsetMap committed, consumer_.committed(all));
    std::vector<TopicPartition> fresh;
    std::ranges::copy_if(all, std::back_inserter(fresh), [&committed](const auto& partition) {
        return !committed.contains(partition);
    });
    if (!fresh.empty()) {
        TRY(consumer_.seek_to_beginning(fresh));
    }
    TRY(consumer_.resume(all));
    new_retries_.clear();
    return {};
}

/// With the first poll: a subscription makes the broker create topics, each with num.partitions,
/// and create_topics() is to come before.
Result<> RetryingConsumer::Impl::subscribe() {
    if (!subscribed_) {
        TRY(consumer_.subscribe(routes_.subscribed(), std::make_shared<Listener>(*this)));
        subscribed_ = true;
    }
    return {};
}

Result<> RetryingConsumer::Impl::resume_due() {
    const auto due = gate_.take_due(clock_.now());
    return due.empty() ? Result<>() : consumer_.resume(due);
}

// --- a poll ------------------------------------------------------------------------------------

Result<RetryCounts> RetryingConsumer::Impl::poll(Duration timeout, const Handler& handle) {
    const Time deadline = clock_.now() + std::clamp(timeout, Duration::zero(), longest_poll);
    RetryCounts counts;
    TRY(subscribe());
    do {
        TRY(place_new_retries());
        TRY(resume_due());
        const Duration wait = std::min(deadline, gate_.next_wake()) - clock_.now();
        TRY_ASSIGN(const ConsumerRecords records, consumer_.poll(std::max(wait, Duration::zero())));
        if (!records.empty()) {
            TRY_ASSIGN(counts, work(records, handle));
        }
    } while (counts == RetryCounts() && clock_.now() < deadline);
    return counts;
}

/// Goes back and commits even where something failed: what was dealt with is not to be done again
/// for that, and what was not is not to be skipped. The first error, in the order of the steps.
Result<RetryCounts> RetryingConsumer::Impl::work(const ConsumerRecords& records,
                                                 const Handler& handle) {
    Round round;
    Result<> worked;
    for (const auto& partition : records.partitions()) {
        const RecordRange its = records.records(partition);
        round.firsts.emplace(partition, its.begin()->offset());
        if (!worked) {
            round.progress.stop_at(partition, its.begin()->offset());
        } else {
            worked = work_on(its, handle, round);
        }
    }
    const Result<> stored = settle(round);
    const Result<> placed =
        round.progress.go_back([this](const TopicPartition& partition, Offset offset) {
            return consumer_.seek(partition, offset);
        });
    const auto commits = round.progress.commits(records.next_offsets(), round.firsts);
    const Result<> committed = commits.empty() ? Result<>() : consumer_.commit_sync(commits);
    TRY(worked);
    TRY(stored);
    TRY(placed);
    TRY(committed);
    return round.counts;
}

Result<> RetryingConsumer::Impl::work_on(const RecordRange& records, const Handler& handle,
                                         Round& round) {
    for (const auto& record : records) {
        auto held = hold_if_early(record, round);
        if (!held) {
            round.progress.stop_at(record.topic_partition(), record.offset());
            return fail(std::move(held));
        }
        if (*held) {
            break;
        }
        if (auto handled = call_handler(handle, record); handled) {
            ++round.counts.handled;
        } else {
            round.forwards.push_back(forward(record, std::move(handled.error())));
        }
    }
    return {};
}

Result<bool> RetryingConsumer::Impl::hold_if_early(const ConsumerRecord& record, Round& round) {
    const auto* place = routes_.place(record.topic());
    if (place == nullptr) {
        return fail(ErrorCode::invalid_request,
                    "{} was not among the topics of this retrying consumer: what plain() reads is "
                    "not to be changed",
                    record.topic());
    }
    const auto due = place->retries > 0 ? headers_.due(record.headers()) : std::nullopt;
    const Now now = clock_.both();
    const Duration wait =
        client::RetryGate::wait_of(due.value_or(now.wall), now.wall, routes_.delay_at(*place));
    if (wait <= Duration::zero()) {
        return false;
    }
    TRY(consumer_.pause({record.topic_partition()}));
    gate_.hold(record.topic_partition(), now.steady + wait);
    round.progress.stop_at(record.topic_partition(), record.offset());
    return true;
}

RetryingConsumer::Impl::Forward RetryingConsumer::Impl::forward(const ConsumerRecord& record,
                                                                Error why) {
    const auto& place = *routes_.place(record.topic());
    const bool worth = options_.worth_retrying ? options_.worth_retrying(why)
                                               : why.code != ErrorCode::invalid_record;
    auto next = routes_.next(place, worth);
    const Timestamp now = clock_.wall();
    const RecordOrigin own{.where = record.topic_partition(),
                           .offset = record.offset(),
                           .timestamp = record.timestamp()};
    const client::RecordFailure failure{
        .origin = place.retries == 0 ? own : headers_.origin(record.headers(), own),
        .group = configs_.group,
        .deliveries = place.retries + 1,
        .error = why,
        .at = now,
        .retry_at =
            next.delay ? std::optional(now + (*next.delay + 999'999ns) / 1ms) : std::nullopt};
    auto stored =
        producer_.send(copy_of(record, next.topic, headers_.of_failure(record.headers(), failure)));
    return {.from = record.topic_partition(),
            .offset = record.offset(),
            .to = std::move(next.topic),
            .dead = !next.delay,
            .why = std::move(why),
            .stored = std::move(stored)};
}

/// Waits until what was forwarded is stored, within the producer's delivery.timeout.ms. The first
/// error, if any.
Result<> RetryingConsumer::Impl::settle(Round& round) {
    Result<> first;
    if (!round.forwards.empty()) {
        ignore(producer_.flush().get(), "each record tells by itself what became of it");
    }
    for (auto& forward : round.forwards) {
        const auto stored = forward.stored.get();
        if (stored) {
            ++(forward.dead ? round.counts.dead : round.counts.retried);
            continue;
        }
        round.progress.stop_at(forward.from, forward.offset);
        if (first) {
            first = fail(stored.error().code,
                         "the record at offset {} of {} failed ({}), and cannot be put into {}: {}",
                         forward.offset, forward.from, forward.why.message, forward.to,
                         stored.error().message);
        }
    }
    return first;
}

// --- topics, and the end -----------------------------------------------------------------------

Result<> RetryingConsumer::Impl::create_topics(
    std::optional<std::int16_t> replication_factor) const {
    TRY_ASSIGN(auto admin, Admin::create(configs_.admin, options_.loop));
    const auto wanted = routes_.made_for_them();
    std::set<std::string> origins;
    for (const auto& [origin, topics] : wanted) {
        origins.insert(origin);
    }
    TRY_ASSIGN(const auto described, admin.describe_topics(origins).get());
    std::vector<admin::NewTopic> all;
    for (const auto& [origin, description] : described) {
        if (!description) {
            return std::unexpected(description.error());
        }
        for (const auto& topic : wanted.at(origin)) {
            all.push_back({.name = topic,
                           .partitions = static_cast<std::int32_t>(description->partitions.size()),
                           .replication_factor = replication_factor});
        }
    }
    TRY_ASSIGN(const auto created, admin.create_topics(std::move(all)).get());
    for (const auto& [topic, outcome] : created) {
        if (!outcome && outcome.error().code != ErrorCode::topic_already_exists) {
            return fail(outcome.error().code, "topic {} is not made: {}", topic,
                        outcome.error().message);
        }
    }
    return {};
}

Result<> RetryingConsumer::Impl::close() {
    Result<> left = consumer_.close();
    Result<> ended = producer_.close();
    return left ? ended : left;
}

// --- the public side ---------------------------------------------------------------------------

RetryingConsumer::RetryingConsumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RetryingConsumer::RetryingConsumer(RetryingConsumer&& other) noexcept = default;
RetryingConsumer& RetryingConsumer::operator=(RetryingConsumer&& other) noexcept = default;
RetryingConsumer::~RetryingConsumer() = default;

Result<RetryingConsumer> RetryingConsumer::create(ClientConfig config,
                                                  std::vector<std::string> topics,
                                                  RetryOptions options) {
    TRY_ASSIGN(auto configs, client::retry_configs(std::move(config), options.producer));
    TRY_ASSIGN(auto routes,
               RetryRoutes::make(route_options(std::move(topics), options, configs.group)));
    TRY_ASSIGN(options.loop, client::loop_or_new(std::move(options.loop)));
    TRY_ASSIGN(auto producer, Producer::create(configs.producer, options.loop));
    TRY_ASSIGN(auto consumer, Consumer::create(configs.consumer, options.loop));
    return RetryingConsumer(std::make_unique<Impl>(std::move(configs), std::move(options),
                                                   std::move(routes), std::move(producer),
                                                   std::move(consumer)));
}

Result<> RetryingConsumer::create_topics(std::optional<std::int16_t> replication_factor) {
    return impl_->create_topics(replication_factor);
}

Result<RetryCounts> RetryingConsumer::poll(Duration timeout, const Handler& handle) {
    return impl_->poll(timeout, handle);
}

void RetryingConsumer::wakeup() {
    impl_->consumer().wakeup();
}

std::string RetryingConsumer::retry_topic(std::string_view topic, std::size_t number) const {
    return impl_->routes().retry_topic(topic, number);
}

std::string RetryingConsumer::dead_letter_topic(std::string_view topic) const {
    return impl_->routes().dead_letter_topic(topic);
}

Consumer& RetryingConsumer::plain() {
    return impl_->consumer();
}

Result<> RetryingConsumer::close() {
    return impl_->close();
}

}  // namespace barnabas
