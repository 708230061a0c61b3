#include "client/client_log.h"
#include "client/share_consumer/share_consumer_impl.h"

#include <string_view>
#include <utility>

namespace barnabas {

std::string_view acknowledge_type_name(AcknowledgeType type) {
    switch (type) {
        case AcknowledgeType::accept:
            return "accept";
        case AcknowledgeType::release:
            return "release";
        case AcknowledgeType::reject:
            return "reject";
        case AcknowledgeType::renew:
            return "renew";
    }
    return "unknown";
}

ShareConsumer::ShareConsumer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

ShareConsumer::ShareConsumer(ShareConsumer&& other) noexcept = default;

ShareConsumer& ShareConsumer::operator=(ShareConsumer&& other) noexcept {
    if (this != &other) {
        if (impl_) {
            ignore(close(), "nobody is there to hear of it");
        }
        impl_ = std::move(other.impl_);
    }
    return *this;
}

ShareConsumer::~ShareConsumer() {
    if (impl_) {
        ignore(close(), "nobody is there to hear of it");
    }
}

Result<ShareConsumer> ShareConsumer::create(ClientConfig config, std::shared_ptr<EventLoop> loop) {
    TRY_ASSIGN(client::ShareConsumerConfig parsed, client::share_consumer_config(config));
    TRY_ASSIGN(auto owner, client::loop_or_new(std::move(loop)));
    const client::Loop inside = client::Loop::of(*owner);
    auto impl = std::make_unique<Impl>(std::move(owner), inside, std::move(parsed));
    auto begin = [&impl, &config] {
        const Logger log =
            client::log_of(impl->loop.log, "share consumer", impl->config.common.client_id);
        client::warn_of_config(log, client::share_consumer_definition(), config);
        impl->core = std::make_unique<client::ShareCore>(
            client::Cluster::Ports{.shard = *impl->loop.shard, .log = log}, impl->config);
        impl->core->start();
    };
    TRY(client::run_and_wait(inside, std::move(begin)));
    return ShareConsumer(std::move(impl));
}

Result<> ShareConsumer::subscribe(std::vector<std::string> topics) {
    if (topics.empty()) {
        return unsubscribe();
    }
    TRY(impl_->open());
    std::set<std::string> names(topics.begin(), topics.end());
    if (names.contains("")) {
        return fail(ErrorCode::invalid_request, "a topic's name is empty");
    }
    return client::run_and_wait(
        impl_->loop, [core = impl_->core.get(), &names] { core->subscribe(std::move(names)); });
}

Result<> ShareConsumer::unsubscribe() {
    TRY(impl_->open());
    return impl_->unsubscribe();
}

std::set<std::string> ShareConsumer::subscription() const {
    std::set<std::string> topics;
    if (impl_->core) {
        ignore(client::run_and_wait(
                   impl_->loop,
                   [&topics, core = impl_->core.get()] { topics = core->subscription(); }),
               "then there is no subscription");
    }
    return topics;
}

Result<ConsumerRecords> ShareConsumer::poll(Duration timeout) {
    TRY(impl_->open());
    return impl_->poll(timeout);
}

Result<> ShareConsumer::acknowledge(const ConsumerRecord& record, AcknowledgeType type) {
    return acknowledge(record.topic_partition(), record.offset(), type);
}

Result<> ShareConsumer::acknowledge(const TopicPartition& partition, Offset offset,
                                    AcknowledgeType type) {
    TRY(impl_->open());
    return impl_->acknowledge(partition, offset, type);
}

Result<AcknowledgeResults> ShareConsumer::commit_sync() {
    return commit_sync(impl_->config.api_timeout);
}

Result<AcknowledgeResults> ShareConsumer::commit_sync(Duration timeout) {
    TRY(impl_->open());
    return impl_->commit_sync(timeout);
}

Result<> ShareConsumer::commit_async() {
    TRY(impl_->open());
    return impl_->commit_async();
}

Result<> ShareConsumer::set_commit_callback(CommitCallback callback) {
    TRY(impl_->open());
    impl_->callback = std::move(callback);
    return client::run_and_wait(
        impl_->loop, [core = impl_->core.get(), listening = static_cast<bool>(impl_->callback)] {
            core->set_listening(listening);
        });
}

std::optional<Duration> ShareConsumer::acquisition_lock_timeout() const {
    return impl_->lock_timeout;
}

void ShareConsumer::wakeup() {
    const std::lock_guard lock(impl_->waking);
    if (impl_->core) {
        impl_->core->wake_up();
    }
}

Result<> ShareConsumer::close() {
    constexpr Duration patience = 30s;  // as Kafka's
    return close(patience);
}

Result<> ShareConsumer::close(Duration timeout) {
    if (impl_->in_callback) {
        return impl_->open();
    }
    return impl_->close(timeout);
}

}  // namespace barnabas
