#include "base/invariant.h"
#include "client/client_log.h"
#include "client/producer/producer_core.h"
#include <barnabas/producer.h>

#include <utility>

namespace barnabas {

using client::ProducerCore;

/// A core, and the loop that it lives on.
class Producer::Impl {
public:
    Impl(std::shared_ptr<EventLoop> loop, std::shared_ptr<ProducerCore> core)
        : loop_(std::move(loop)), core_(std::move(core)) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    ~Impl() {
        if (!core_->loop().thread->is_current()) {
            ignore(close(Duration::max()), "nobody is left to tell; callbacks have heard");
            return;
        }
        if (!std::exchange(closed_, true)) {
            // It cannot wait here: what it needs goes on living until it has ended.
            auto make = [loop = loop_, core = core_] { return core->shut_down(Duration{0}); };
            static_cast<void>(client::start(core_->loop(), std::move(make)));
        }
    }

    ProducerCore& core() { return *core_; }

    Result<> close(Duration timeout) {
        if (std::exchange(closed_, true)) {
            return {};
        }
        auto make = [core = core_, timeout] { return core->shut_down(timeout); };
        return client::start(core_->loop(), std::move(make)).get();
    }

private:
    std::shared_ptr<EventLoop> loop_;
    std::shared_ptr<ProducerCore> core_;
    bool closed_ = false;
};

namespace {

std::shared_ptr<Partitioner> partitioner_of(const client::ProducerConfig& config,
                                            std::shared_ptr<Partitioner> own) {
    if (own) {
        return own;
    }
    switch (config.partitioning) {
        case client::ProducerConfig::Partitioning::standard:
            return nullptr;
        case client::ProducerConfig::Partitioning::round_robin:
            return round_robin_partitioner();
        case client::ProducerConfig::Partitioning::hash:
            return hash_partitioner();
    }
    std::unreachable();
}

}  // namespace

Result<Producer> Producer::create(const ClientConfig& config, ProducerOptions options) {
    TRY_ASSIGN(auto parsed, client::producer_config(config));
    TRY_ASSIGN(auto loop, client::loop_or_new(std::move(options.loop)));
    auto partitioner = partitioner_of(parsed, std::move(options.partitioner));
    const auto inside = client::Loop::of(*loop);
    const Logger log = client::log_of(inside.log, "producer", parsed.common.client_id);
    ProducerCore::Ports ports{.loop = inside,
                              .log = log,
                              .partitioner = std::move(partitioner),
                              .interceptors = std::move(options.interceptors)};
    auto core = std::make_shared<ProducerCore>(std::move(ports), std::move(parsed));
    auto begin = [core = core.get(), &log, &config] {
        client::warn_of_config(log, client::producer_definition(), config);
        core->start();
    };
    TRY(client::run_and_wait(core->loop(), std::move(begin)));
    return Producer(std::make_unique<Impl>(std::move(loop), std::move(core)));
}

Producer::Producer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer& Producer::operator=(Producer&&) noexcept = default;
Producer::~Producer() = default;

void Producer::send(const ProducerRecordView& record, DeliveryCallback callback) {
    impl_->core().send(record, std::move(callback));
}

void Producer::send(const ProducerRecord& record, DeliveryCallback callback) {
    std::vector<HeaderView> headers;
    send(client::view_of(record, headers), std::move(callback));
}

Future<RecordMetadata> Producer::send(const ProducerRecordView& record) {
    Promise<RecordMetadata> promise(impl_->core().loop().thread);
    auto future = promise.future();
    send(record, [promise = std::move(promise)](const Result<RecordMetadata>& outcome) mutable {
        promise.set(outcome);
    });
    return future;
}

Future<RecordMetadata> Producer::send(const ProducerRecord& record) {
    std::vector<HeaderView> headers;
    return send(client::view_of(record, headers));
}

Future<RecordMetadata> Producer::refuse(Error why) {
    Promise<RecordMetadata> promise(impl_->core().loop().thread);
    auto future = promise.future();
    promise.set(std::unexpected(std::move(why)));
    return future;
}

Future<void> Producer::flush() {
    return impl_->core().flush();
}

Future<std::vector<PartitionInfo>> Producer::partitions_for(std::string_view topic) {
    return impl_->core().partitions_for(std::string(topic));
}

Future<ProducerMetrics> Producer::metrics() {
    return impl_->core().metrics();
}

Future<void> Producer::init_transactions() {
    return impl_->core().init_transactions();
}

Result<> Producer::begin_transaction() {
    return impl_->core().begin_transaction();
}

Future<void> Producer::send_offsets_to_transaction(OffsetMap offsets, ConsumerGroupMetadata group) {
    return impl_->core().send_offsets(std::move(offsets), std::move(group));
}

Future<void> Producer::commit_transaction() {
    return impl_->core().end_transaction(true);
}

Future<void> Producer::abort_transaction() {
    return impl_->core().end_transaction(false);
}

Result<> Producer::close(Duration timeout) {
    return impl_->close(timeout);
}

}  // namespace barnabas
