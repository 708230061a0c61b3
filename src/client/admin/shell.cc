#include "client/admin/shell.h"

#include "base/invariant.h"
#include "client/cluster/answer_source.h"

#include <algorithm>

namespace barnabas::client::admin_api {
namespace {

/// So that sums of times fit.
constexpr Duration timeout_max = std::chrono::hours(24 * 365 * 100);

Error closed_error() {
    return {ErrorCode::unknown_server_error, "the admin client is closed"};
}

}  // namespace

struct Shell::Job {
    Job(runtime::Shard& shard, std::unique_ptr<Operation> what, Time until, Finish then)
        : operation(std::move(what)),
          deadline(until),
          finish(std::move(then)),
          changed(shard),
          exchanges(shard) {}

    std::unique_ptr<Operation> operation;
    Time deadline;
    Finish finish;
    runtime::Signal changed;
    runtime::TaskGroup exchanges;
};

Shell::Shell(Cluster::Ports ports, const AdminConfig& config, admin::ErrorWords words)
    : cluster_(ports, {.common = config.common}), words_(words), changed_(ports.shard) {}

void Shell::submit(std::unique_ptr<Operation> operation, Duration timeout, Finish finish) {
    if (closing_) {
        finish(std::unexpected(closed_error()));
        return;
    }
    if (!started_) {
        started_ = true;
        cluster_.start();
    }
    const Time deadline = cluster_.now() + std::clamp(timeout, Duration{0}, timeout_max);
    operation->start(deadline);
    auto job =
        std::make_shared<Job>(cluster_.shard(), std::move(operation), deadline, std::move(finish));
    jobs_.insert(job.get());
    runtime::spawn(cluster_.shard(), run(shared_from_this(), std::move(job)));
}

awaitable<void> Shell::run(SelfPtr self, JobPtr job) {
    Operation& operation = *job->operation;
    Exchanges exchanges;
    while (!operation.done()) {
        if (self->cluster_.now() >= job->deadline) {
            // The exchanges end now as well, and say why nothing came in time.
            co_await job->exchanges.join();
        }
        operation.poll(self->cluster_.now(), exchanges);
        for (auto& exchange : exchanges) {
            job->exchanges.spawn(send(self, job, std::move(exchange)));
        }
        exchanges.clear();
        const Time wake = operation.next_wake();
        if (!operation.done() && wake > self->cluster_.now()) {
            co_await job->changed.wait_until(wake);
        }
    }
    // Exchanges that nobody waits for any more end at their own deadlines, which are no later.
    co_await job->exchanges.join();
    self->jobs_.erase(job.get());
    self->changed_.notify_all();
    job->finish({});
}

awaitable<void> Shell::send(SelfPtr self, JobPtr job, std::unique_ptr<Exchange> exchange) {
    Cluster& cluster = self->cluster_;
    const Time begun = cluster.now();
    const Time deadline = begun + exchange->timeout();
    auto broker = co_await self->resolve(exchange->to(), deadline);
    Result<void> answered = broker ? Result<void>() : std::unexpected(std::move(broker.error()));
    if (broker) {
        const CallOptions options{.deadline = deadline, .versions = exchange->versions()};
        ReadBody read = [&](ByteView body, std::int16_t version) {
            const Time now = cluster.now();
            if (self->words_ == admin::ErrorWords::with_source) {
                exchange->set_source(timed_source_text(cluster.name_of(*broker),
                                                       exchange->api_key(), version, now - begun));
            }
            return exchange->read(body, version, now);
        };
        answered = co_await cluster.call_any(*broker, exchange->any(), options, std::move(read));
    }
    if (!answered) {
        exchange->fail(std::move(answered.error()), cluster.now());
    }
    job->changed.notify_all();
}

/// A broker that the metadata has. One that it does not have, or none at all: it is asked for anew.
awaitable<Result<BrokerId>> Shell::resolve(BrokerId to, Time deadline) {
    const Metadata& metadata = cluster_.metadata();
    const bool known =
        to == no_broker ? !metadata.brokers().empty() : metadata.broker(to) != nullptr;
    if (!known) {
        auto refreshed = co_await cluster_.refresh({}, deadline);
        if (!refreshed) {
            co_return fail(std::move(refreshed));
        }
    }
    if (to != no_broker) {
        co_return to;
    }
    const BrokerId any = pick_any();
    if (any == no_broker) {
        co_return fail(ErrorCode::broker_not_available,
                       "the cluster's metadata has no broker that could be asked");
    }
    co_return any;
}

/// The one asked last, unless another can be reached sooner.
BrokerId Shell::pick_any() {
    BrokerId best = no_broker;
    Time best_at = never;
    for (const auto& node : cluster_.metadata().brokers()) {
        const Time at = std::max(cluster_.reachable_at(node.id), cluster_.now());
        if (best == no_broker || at < best_at || (at == best_at && node.id == last_any_)) {
            best = node.id;
            best_at = at;
        }
    }
    last_any_ = best;
    return best;
}

awaitable<Result<void>> Shell::close(Duration timeout) {
    const Time now = cluster_.now();
    close_deadline_ =
        std::min(close_deadline_, now + std::clamp(timeout, Duration{0}, timeout_max));
    changed_.notify_all();
    const bool first = !std::exchange(closing_, true);
    while (!first && !closed_) {
        co_await changed_.wait_until(never);
    }
    if (closed_) {
        co_return Result<void>{};
    }
    while (!jobs_.empty() && cluster_.now() < close_deadline_) {
        co_await changed_.wait_until(close_deadline_);
    }
    abort_all();
    if (started_) {
        co_await cluster_.close();
    }
    while (!jobs_.empty()) {
        co_await changed_.wait_until(never);
    }
    closed_ = true;
    changed_.notify_all();
    co_return Result<void>{};
}

void Shell::abort_all() {
    for (Job* job : jobs_) {
        if (!job->operation->done()) {
            job->operation->abort(closed_error());
        }
        job->changed.notify_all();
    }
}

}  // namespace barnabas::client::admin_api
