#include "client/producer/producer_core.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::client {
namespace {

/// How often topics that are sent to are asked for again, so that metadata keeps them.
constexpr Duration renewal_interval = 1s;

Cluster::Options cluster_options(const ProducerConfig& config) {
    return {.common = config.common,
            .topic_idle_max = config.metadata_idle_max,
            .create_topics = true,
            .in_flight_max = static_cast<std::size_t>(config.in_flight_max)};
}

Sender::Options sender_options(const ProducerConfig& config,
                               std::function<std::string(BrokerId)> name_of) {
    return {.acks = config.acks,
            .linger = config.linger,
            .request_timeout = config.common.request_timeout,
            .delivery_timeout = config.delivery_timeout,
            .backoff = {config.common.retry_backoff, config.common.retry_backoff_max},
            .retries = config.retries,
            .request_size_max = config.request_size_max,
            .in_flight_max = config.in_flight_max,
            .adaptive = config.adaptive,
            .availability_timeout = config.availability_timeout,
            .idempotent = config.idempotent,
            .name_of = std::move(name_of)};
}

barnabas::PartitionInfo to_public(const std::string& topic, const PartitionInfo& info) {
    return {.topic = topic,
            .partition = info.id,
            .leader = info.leader == no_broker ? std::nullopt : std::optional(info.leader),
            .replicas = info.replicas,
            .in_sync_replicas = info.isr,
            .offline_replicas = info.offline};
}

}  // namespace

ProducerCore::ProducerCore(Ports ports, ProducerConfig config)
    : ports_(std::move(ports)),
      config_(std::move(config)),
      accumulator_({.batch_size = config_.batch_size,
                    .memory = config_.buffer_memory,
                    .raw_max = std::max(config_.request_size_max, config_.batch_size),
                    .compression = config_.compression,
                    .seed = static_cast<std::uint64_t>(now().time_since_epoch().count())}),
      transactions_({.transactional_id = config_.transactional_id,
                     .transaction_timeout = config_.transaction_timeout,
                     .retry_backoff = config_.common.retry_backoff}),
      sender_(sender_options(config_, [this](BrokerId id) { return cluster_->name_of(id); }),
              accumulator_, transactions_) {}

ProducerCore::~ProducerCore() {
    INVARIANT(!cluster_ || ports_.loop.shard->stopped(), "a producer goes before it is shut down");
}

void ProducerCore::start() {
    auto& shard = *ports_.loop.shard;
    cluster_ =
        std::make_unique<Cluster>(Cluster::Ports{shard, ports_.log}, cluster_options(config_));
    tasks_.emplace(shard);
    settled_.emplace(shard);
    reachable_at_ = [this](BrokerId broker) {
        const Time at = cluster_->reachable_at(broker);
        return at <= now() ? Time{} : at;  // "now" is a little later than the poll that asks
    };
    cluster_->start();
    tasks_->spawn(watch_metadata());
    update_gate();
}

bool ProducerCore::idle() const {
    return accumulator_.pool().batches_out() == 0 && operations_.empty() && kept_.empty();
}

awaitable<Result<void>> ProducerCore::shut_down(Duration timeout) {
    INVARIANT(!closing_, "a producer is shut down once");
    closing_ = true;
    update_gate();
    const Time deadline = timeout >= never - now() ? never : now() + timeout;
    if (timeout > Duration{0} && transactions_.is_transactional() &&
        (transactions_.state() == TransactionManager::State::in_transaction ||
         transactions_.state() == TransactionManager::State::abortable_error)) {
        add_operation(transactions_.begin_abort(), Promise<void>(ports_.loop.thread));
    }
    sender_.set_urgent(true);
    turn();
    bool in_time = true;
    while (in_time && !idle()) {
        in_time = co_await settled_->wait_until(deadline);
    }
    accumulator_.close();
    const Error why{ErrorCode::request_timed_out,
                    "the producer was closed before the record was delivered"};
    const std::size_t left = accumulator_.pool().batches_out();
    closed_ = true;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    topics_changed_.notify_all();
    accumulator_.pool().close();
    Sender::Decisions last;
    sender_.abort(why, last);
    carry_out(last);
    while (!kept_.empty()) {
        auto kept = kept_.take();
        if (kept.callback) {
            kept.callback(Result<RecordMetadata>(std::unexpected(why)));
        }
    }
    transactions_.close(why);
    settle_operations();
    for (auto& flush : std::exchange(flushes_, {})) {
        flush.promise.set(std::unexpected(why));
    }
    if (alarm_at_ != never) {
        ports_.loop.shard->cancel(alarm_);
    }
    co_await cluster_->close();
    co_await tasks_->join();
    cluster_.reset();
    tasks_.reset();
    settled_.reset();
    if (!in_time) {
        co_return fail(ErrorCode::request_timed_out,
                       "{} batch(es) were not delivered before the producer was closed", left);
    }
    co_return Result<void>();
}

// --- one turn
// -------------------------------------------------------------------------------------

void ProducerCore::turn() {
    wake_pending_.store(false, std::memory_order_release);
    if (closed_ || std::exchange(turning_, true)) {
        turn_again_ = true;  // a callback of this turn calls
        return;
    }
    do {
        turn_again_ = false;
        take_topics();
        renew_topics();
        try_kept();
        decisions_.clear();
        sender_.poll(now(), reachable_at_, decisions_);
        carry_out(decisions_);
        next_transaction_request();
        settle_operations();
        settle_flushes();
        update_gate();
    } while (turn_again_);
    turning_ = false;
    set_alarm();
    if (closing_) {
        settled_->notify_all();
    }
}

void ProducerCore::carry_out(Sender::Decisions& decisions) {
    if (decisions.refresh && !closed_) {
        cluster_->metadata().request_update();
        cluster_->poke();
    }
    for (std::string_view told; const std::string& trouble : decisions.troubles) {
        if (trouble != told) {  // one of the connection is that of all its partitions
            ports_.log.warn("records are sent again until delivery.timeout.ms is over: {}",
                            trouble);
        }
        told = trouble;
    }
    decisions.troubles.clear();
    for (auto& request : decisions.requests) {
        tasks_->spawn(produce(std::move(request)));
    }
    decisions.requests.clear();
    auto settled = std::exchange(decisions.settled, {});
    for (auto& one : settled) {
        if (!one.batch->done) {
            one.batch->deliver(one.outcome);
        }
        if (one.owner) {
            accumulator_.pool().give_back(std::move(one.owner));
            turn_again_ = true;  // memory for those that were kept, news for flushes
        }
    }
}

awaitable<void> ProducerCore::produce(Sender::Request request) {
    const CallOptions options{.versions = request.versions, .sources = request.sources};
    auto& shard = *ports_.loop.shard;
    Sender::Decisions out;
    if (config_.acks == 0) {
        auto sent = co_await cluster_->tell(request.broker, std::move(request.message), options);
        if (sent) {
            sender_.on_sent(request.id, now(), out);
        } else {
            sender_.on_failure(request.id, sent.error(), now(), shard.random().next(), out);
        }
    } else {
        auto answer = co_await cluster_->call(request.broker, std::move(request.message), options);
        if (answer) {
            learn_leaders(answer->message);
            sender_.on_answer(request.id, answer->message, now(), shard.random().next(), out);
        } else {
            sender_.on_failure(request.id, answer.error(), now(), shard.random().next(), out);
        }
    }
    carry_out(out);
    turn();
}

void ProducerCore::learn_leaders(const wire::ProduceResponse& response) {
    if (closed_) {
        return;
    }
    auto& metadata = cluster_->metadata();
    for (const auto& node : response.node_endpoints) {
        if (node.port > 0 && node.port <= 65'535) {
            metadata.learn_broker({.id = BrokerId{node.node_id},
                                   .host = node.host,
                                   .port = static_cast<std::uint16_t>(node.port),
                                   .rack = node.rack});
        }
    }
    for (const auto& topic : response.responses) {
        for (const auto& partition : topic.partition_responses) {
            const auto& leader = partition.current_leader;
            const auto* info =
                topic.name.empty() ? metadata.topic(topic.topic_id) : metadata.topic(topic.name);
            if (leader.leader_id >= 0 && info != nullptr) {
                metadata.learn_leader({info->name, PartitionId{partition.index}},
                                      BrokerId{leader.leader_id}, LeaderEpoch{leader.leader_epoch});
            }
        }
    }
}

// --- topics
// ---------------------------------------------------------------------------------------

awaitable<void> ProducerCore::watch_metadata() {
    while (!closed_ && co_await cluster_->changed_since(generation_, never)) {
        turn();
    }
}

void ProducerCore::take_topics() {
    const auto& metadata = cluster_->metadata();
    if (metadata.generation() == generation_) {
        return;
    }
    generation_ = metadata.generation();
    for (auto* topic : accumulator_.topics().all()) {
        if (const auto* info = metadata.topic(topic->name); info != nullptr) {
            take_topic(*topic, *info);
        } else if (!metadata.wanted(topic->name)) {
            Accumulator::forget_topic(*topic);  // nobody sends to it any more
        }
    }
}

void ProducerCore::take_topic(TopicEntry& topic, const TopicInfo& info) {
    {
        const std::lock_guard lock(topic.mutex);
        topic.error = info.error;
    }
    if (info.error == ErrorCode::none && !info.partitions.empty()) {
        std::vector<Accumulator::PartitionLeader> leaders;
        leaders.reserve(info.partitions.size());
        for (const auto& partition : info.partitions) {
            leaders.push_back({.leader = partition.leader,
                               .epoch = partition.leader_epoch,
                               .near = is_near(partition.leader)});
        }
        accumulator_.update_topic(topic, info.id, leaders);
        Sender::Decisions out;
        sender_.on_topic(topic, now(), out);
        INVARIANT(out.requests.empty() && out.settled.empty(), "looking sends nothing");
    }
    {
        const std::lock_guard lock(mutex_);
        ++topics_generation_;
    }
    topics_changed_.notify_all();
}

bool ProducerCore::is_near(BrokerId leader) const {
    const auto* broker = config_.preferred_rack ? cluster_->metadata().broker(leader) : nullptr;
    return broker != nullptr && broker->rack == config_.preferred_rack;
}

void ProducerCore::renew_topics() {
    if (now() - renewed_at_ < renewal_interval) {
        return;
    }
    auto& metadata = cluster_->metadata();
    for (const auto* topic : accumulator_.topics().all()) {
        if (topic->used > renewed_at_) {
            metadata.want(topic->name, now());
        }
    }
    renewed_at_ = now();
}

awaitable<Result<std::vector<barnabas::PartitionInfo>>> ProducerCore::find_partitions(
    std::string topic) {
    if (closing_) {
        co_return fail(ErrorCode::invalid_request, "the producer is closed");
    }
    const Time deadline = now() + config_.block_max;
    while (true) {
        const auto* info = cluster_->metadata().topic(topic);
        if (info != nullptr && info->error == ErrorCode::none) {
            std::vector<barnabas::PartitionInfo> partitions;
            for (const auto& partition : info->partitions) {
                partitions.push_back(to_public(topic, partition));
            }
            co_return partitions;
        }
        if (info != nullptr && !is_retriable(info->error)) {
            co_return fail(info->error, "the partitions of topic '{}' are not told: {}", topic,
                           info->error);
        }
        if (now() >= deadline) {
            co_return fail(ErrorCode::request_timed_out,
                           "topic '{}' was not in the metadata within max.block.ms ({} ms)", topic,
                           config_.block_max / 1ms);
        }
        if (info != nullptr) {  // unknown, or without leaders, a moment ago
            co_await runtime::sleep_for(*ports_.loop.shard, config_.common.retry_backoff);
        }
        std::vector<std::string> wanted{topic};
        auto refreshed = co_await cluster_->refresh(std::move(wanted), deadline);
        if (!refreshed) {
            co_return fail(std::move(refreshed));
        }
    }
}

Future<std::vector<barnabas::PartitionInfo>> ProducerCore::partitions_for(std::string topic) {
    auto make = [this, topic = std::move(topic)] { return find_partitions(topic); };
    return client::start(ports_.loop, std::move(make));
}

awaitable<Result<ProducerMetrics>> ProducerCore::tell_metrics() {
    ProducerMetrics told = sender_.metrics();
    told.requests_in_flight = sender_.requests_out();
    told.buffer_total_bytes = accumulator_.pool().memory();
    told.buffer_available_bytes = accumulator_.pool().free_memory();
    co_return told;
}

Future<ProducerMetrics> ProducerCore::metrics() {
    auto make = [this] { return tell_metrics(); };
    return client::start(ports_.loop, std::move(make));
}

// --- what waits
// -----------------------------------------------------------------------------------

void ProducerCore::try_kept() {
    while (!kept_.empty()) {
        auto& kept = kept_.front();
        const auto record = kept.record.view();
        Attempt tried = attempt(record, kept.callback);
        const bool late = now() >= kept.deadline;
        if (tried.kind != Attempt::Kind::done && tried.kind != Attempt::Kind::failed && !late) {
            if (tried.kind == Attempt::Kind::no_topic &&
                !cluster_->metadata().wanted(record.topic)) {
                ask_for_topic(std::string(record.topic), false);
            } else if (tried.kind == Attempt::Kind::no_partition) {
                cluster_->metadata().request_update();  // somebody may be adding it
                cluster_->poke();
            }
            sender_.set_urgent(true);  // until there is room
            return;
        }
        auto gone = kept_.take();
        if (tried.kind != Attempt::Kind::done && gone.callback) {
            const Error why = tried.kind == Attempt::Kind::failed ? std::move(tried.error)
                                                                  : timed_out(tried, record);
            gone.callback(Result<RecordMetadata>(std::unexpected(why)));
        }
    }
    sender_.set_urgent(closing_ || !flushes_.empty());
}

Future<void> ProducerCore::flush() {
    Promise<void> promise(ports_.loop.thread);
    auto future = promise.future();
    std::move_only_function<void()> task = [this, promise = std::move(promise)]() mutable {
        if (closed_) {
            promise.set({});
            return;
        }
        flushes_.push_back({.promise = std::move(promise), .kept = kept_.added()});
        turn();
    };
    static_cast<void>(ports_.loop.thread->post(task));
    return future;
}

void ProducerCore::settle_flushes() {
    std::vector<Promise<void>> done;
    for (auto& flush : flushes_) {
        if (!flush.epoch && kept_.gone() >= flush.kept) {
            flush.epoch = accumulator_.pool().begin_flush();
        }
        if (flush.epoch && !accumulator_.pool().outstanding(*flush.epoch)) {
            done.push_back(std::move(flush.promise));
        }
    }
    std::erase_if(flushes_, [](const Flush& flush) { return !flush.promise; });
    for (auto& promise : done) {
        promise.set({});
        turn_again_ = true;
    }
}

void ProducerCore::set_alarm() {
    Time wake = std::min(sender_.next_wake(), kept_.deadline());
    if (transactions_.not_before() > now()) {
        wake = std::min(wake, transactions_.not_before());
    }
    for (const auto& [id, operation] : operations_) {
        wake = std::min(wake, operation.deadline);
    }
    if (wake >= alarm_at_) {
        return;  // ringing once for nothing is cheaper than setting it twice
    }
    auto& shard = *ports_.loop.shard;
    if (alarm_at_ != never) {
        shard.cancel(alarm_);
    }
    alarm_at_ = wake;
    alarm_ = shard.call_at(wake, [this] {
        alarm_at_ = never;
        turn();
    });
}

}  // namespace barnabas::client
