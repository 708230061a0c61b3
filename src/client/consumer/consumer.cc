#include "client/client_log.h"
#include "client/consumer/consumer_impl.h"
#include <barnabas/consumer.h>

#include <utility>

namespace barnabas {

using client::OffsetAnswer;
using client::ResetTarget;

Consumer::Consumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
    impl_->self = this;
}

Consumer::Consumer(Consumer&& other) noexcept : impl_(std::move(other.impl_)) {
    if (impl_) {
        impl_->self = this;
    }
}

Consumer& Consumer::operator=(Consumer&& other) noexcept {
    if (this != &other) {
        if (impl_) {
            ignore(close(), "nobody is there to hear of it");
        }
        impl_ = std::move(other.impl_);
        if (impl_) {
            impl_->self = this;
        }
    }
    return *this;
}

Consumer::~Consumer() {
    if (impl_) {
        ignore(close(), "nobody is there to hear of it");
    }
}

Result<Consumer> Consumer::create(ClientConfig config, ConsumerOptions options) {
    TRY_ASSIGN(client::ConsumerConfig parsed, client::consumer_config(config));
    TRY_ASSIGN(auto strategies,
               client::AssignorSet::make(parsed.assignment_strategies, options.assignors));
    TRY_ASSIGN(auto owner, client::loop_or_new(std::move(options.loop)));
    const client::Loop inside = client::Loop::of(*owner);
    auto impl = std::make_unique<Impl>(std::move(owner), inside, std::move(parsed));
    impl->interceptors = std::move(options.interceptors);
    auto begin = [&impl, &strategies, &config] {
        const Logger log =
            client::log_of(impl->loop.log, "consumer", impl->config.common.client_id);
        client::warn_of_config(log, client::consumer_definition(), config);
        impl->core = std::make_unique<client::ConsumerCore>(
            client::Cluster::Ports{.shard = *impl->loop.shard, .log = log}, impl->config,
            std::move(strategies));
        impl->tell_interceptors_of_commits();
        impl->core->start();
    };
    TRY(client::run_and_wait(inside, std::move(begin)));
    return Consumer(std::move(impl));
}

// --- what is read ------------------------------------------------------------------------------

Result<> Consumer::subscribe(std::vector<std::string> topics, Listener listener) {
    if (topics.empty()) {
        return unsubscribe();
    }
    std::set<std::string> names(topics.begin(), topics.end());
    TRY(impl_->try_on_loop([this, &names] { return impl_->core->subscribe(std::move(names)); }));
    impl_->listener = std::move(listener);
    return {};
}

Result<> Consumer::subscribe_pattern(std::string regex, Listener listener) {
    TRY(impl_->try_on_loop(
        [this, &regex] { return impl_->core->subscribe_pattern(std::move(regex)); }));
    impl_->listener = std::move(listener);
    return {};
}

Result<> Consumer::unsubscribe() {
    TRY(impl_->open());
    Result<> left = impl_->leave_group(impl_->deadline_in(impl_->config.api_timeout));
    impl_->drain.retain({});
    TRY(client::run_and_wait(impl_->loop, [this] { impl_->core->unsubscribed(); }));
    impl_->listener.reset();
    return left;
}

Result<> Consumer::assign(Partitions partitions) {
    if (partitions.empty()) {
        return unsubscribe();
    }
    TRY(impl_->open());
    impl_->settle();
    TRY(impl_->try_on_loop([this, &partitions] { return impl_->core->assign(partitions); }));
    impl_->drain.retain(partitions);
    return {};
}

std::set<std::string> Consumer::subscription() const {
    const auto topics =
        impl_->core ? impl_->on_loop([this] { return impl_->core->subscription().topics(); })
                    : std::nullopt;
    return topics.value_or(std::set<std::string>());
}

Consumer::Partitions Consumer::assignment() const {
    const auto partitions =
        impl_->core ? impl_->on_loop([this] { return impl_->core->subscription().assignment(); })
                    : std::nullopt;
    return partitions.value_or(Partitions());
}

// --- reading -----------------------------------------------------------------------------------

Result<ConsumerRecords> Consumer::poll(Duration timeout) {
    return impl_->poll(timeout);
}

Future<ConsumerRecords> Consumer::poll_async(Duration timeout) {
    auto poll = [impl = impl_.get(), timeout]() -> client::awaitable<Result<ConsumerRecords>> {
        return impl->poll_async_here(timeout);
    };
    return client::start(impl_->loop, std::move(poll));
}

void Consumer::wakeup() {
    const std::lock_guard lock(impl_->waking);
    if (impl_->core) {
        impl_->core->wake_up();
    }
}

Result<> Consumer::pause(const Partitions& partitions) {
    TRY(impl_->try_on_loop([&] { return impl_->core->set_paused(partitions, true); }));
    for (const TopicPartition& partition : partitions) {
        impl_->drain.set_paused(partition, true);
    }
    return {};
}

Result<> Consumer::resume(const Partitions& partitions) {
    TRY(impl_->try_on_loop([&] { return impl_->core->set_paused(partitions, false); }));
    for (const TopicPartition& partition : partitions) {
        impl_->drain.set_paused(partition, false);
    }
    return {};
}

Consumer::Partitions Consumer::paused() const {
    return {impl_->drain.paused().begin(), impl_->drain.paused().end()};
}

// --- positions ---------------------------------------------------------------------------------

Result<> Consumer::seek(const TopicPartition& partition, Offset offset) {
    return seek(partition, OffsetAndMetadata{.offset = offset});
}

Result<> Consumer::seek(const TopicPartition& partition, const OffsetAndMetadata& position) {
    TRY(impl_->try_on_loop([&] { return impl_->core->seek(partition, position); }));
    impl_->drain.clear(partition);
    return {};
}

Result<> Consumer::seek_to_beginning(const Partitions& partitions) {
    return impl_->seek_to(partitions, {.kind = ResetTarget::Kind::earliest});
}

Result<> Consumer::seek_to_end(const Partitions& partitions) {
    return impl_->seek_to(partitions, {.kind = ResetTarget::Kind::latest});
}

Result<> Consumer::seek_to_time(const Partitions& partitions, Timestamp timestamp) {
    if (timestamp.get() < 0) {
        return fail(ErrorCode::invalid_request, "{} is no time to seek to: it is negative",
                    timestamp);
    }
    return impl_->seek_to(partitions,
                          {.kind = ResetTarget::Kind::timestamp, .timestamp = timestamp});
}

Result<Offset> Consumer::position(const TopicPartition& partition) {
    return position(partition, impl_->config.api_timeout);
}

Result<Offset> Consumer::position(const TopicPartition& partition, Duration timeout) {
    TRY(impl_->open());
    impl_->settle();
    auto find = [core = impl_->core.get(), partition, deadline = impl_->deadline_in(timeout)] {
        return core->position(partition, deadline);
    };
    return impl_->block_on(std::move(find));
}

std::optional<std::int64_t> Consumer::current_lag(const TopicPartition& partition) const {
    if (!impl_->core) {
        return std::nullopt;
    }
    impl_->settle();
    return impl_
        ->on_loop(
            [&] { return impl_->core->subscription().lag(partition, impl_->config.isolation); })
        .value_or(std::nullopt);
}

Result<ConsumerMetrics> Consumer::metrics() const {
    return impl_->metrics();
}

// --- committed offsets -------------------------------------------------------------------------

Result<> Consumer::commit_sync() {
    return commit_sync(impl_->config.api_timeout);
}

Result<> Consumer::commit_sync(Duration timeout) {
    return impl_->commit(std::nullopt, timeout);
}

Result<> Consumer::commit_sync(OffsetMap offsets) {
    return commit_sync(std::move(offsets), impl_->config.api_timeout);
}

Result<> Consumer::commit_sync(OffsetMap offsets, Duration timeout) {
    return impl_->commit(std::move(offsets), timeout);
}

void Consumer::commit_async(CommitCallback callback) {
    impl_->commit_async(std::nullopt, std::move(callback));
}

void Consumer::commit_async(OffsetMap offsets, CommitCallback callback) {
    impl_->commit_async(std::move(offsets), std::move(callback));
}

Result<OffsetMap> Consumer::committed(const Partitions& partitions) {
    return committed(partitions, impl_->config.api_timeout);
}

Result<OffsetMap> Consumer::committed(const Partitions& partitions, Duration timeout) {
    TRY(impl_->open());
    auto find = [core = impl_->core.get(), partitions, deadline = impl_->deadline_in(timeout)] {
        return core->committed(partitions, deadline);
    };
    return impl_->block_on(std::move(find));
}

// --- what the cluster has ----------------------------------------------------------------------

Result<std::map<TopicPartition, Offset>> Consumer::beginning_offsets(const Partitions& partitions) {
    return impl_->log_offsets(partitions, client::earliest_timestamp);
}

Result<std::map<TopicPartition, Offset>> Consumer::end_offsets(const Partitions& partitions) {
    return impl_->log_offsets(partitions, client::latest_timestamp);
}

Result<std::map<TopicPartition, std::optional<OffsetAndTimestamp>>> Consumer::offsets_for_times(
    const std::map<TopicPartition, Timestamp>& timestamps) {
    std::map<TopicPartition, std::int64_t> asked;
    for (const auto& [partition, timestamp] : timestamps) {
        if (timestamp.get() < 0) {
            return fail(ErrorCode::invalid_request,
                        "{} of {} is no time to look for: it is negative", timestamp, partition);
        }
        asked.emplace(partition, timestamp.get());
    }
    TRY_ASSIGN(const auto answers, impl_->find_offsets(std::move(asked)));
    std::map<TopicPartition, std::optional<OffsetAndTimestamp>> found;
    for (const auto& [partition, answer] : answers) {
        auto& entry = found[partition];
        if (answer.offset != no_offset) {
            entry = OffsetAndTimestamp{.offset = answer.offset,
                                       .timestamp = answer.timestamp,
                                       .leader_epoch = answer.leader_epoch.value_or(no_epoch)};
        }
    }
    return found;
}

Result<std::vector<PartitionInfo>> Consumer::partitions_for(const std::string& topic) {
    TRY_ASSIGN(auto all, impl_->topics(topic));
    const auto found = all.find(topic);
    return found == all.end() ? std::vector<PartitionInfo>() : std::move(found->second);
}

Result<std::map<std::string, std::vector<PartitionInfo>>> Consumer::list_topics() {
    return impl_->topics(std::nullopt);
}

// --- the group ---------------------------------------------------------------------------------

ConsumerGroupMetadata Consumer::group_metadata() const {
    const auto identity =
        impl_->core ? impl_->on_loop([this] { return impl_->core->identity(); }) : std::nullopt;
    return identity.value_or(
        ConsumerGroupMetadata{.group_id = impl_->config.group_id.value_or("")});
}

Result<> Consumer::enforce_rebalance(std::string reason) {
    return impl_->try_on_loop([this, &reason] { return impl_->core->rejoin(std::move(reason)); });
}

Result<> Consumer::close() {
    constexpr Duration patience = 30s;  // as Kafka's
    return close(patience);
}

Result<> Consumer::close(Duration timeout) {
    return impl_->close(timeout);
}

}  // namespace barnabas
