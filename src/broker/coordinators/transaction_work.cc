// What a transaction coordinator does by itself: markers, completions, timeouts, expiry.
#include "broker/coordinators/coordinators.h"
#include "broker/coordinators/marker_writer.h"
#include "broker/coordinators/transaction_partition_state.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

using coordinator::MarkerVerdict;

/// So long markers wait for the partitions' disks (Kafka's request.timeout.ms).
constexpr Duration marker_wait = 30s;
constexpr Duration own_commit_wait = 10s;
/// As many transactional ids are forgotten with one batch; others work between two.
constexpr std::size_t expired_at_once_max = 100;
/// What became due in between is done at once, until others want to work too.
constexpr int rounds_max = 16;

std::vector<MarkerWrite> writes_of(const coordinator::MarkersToSend& markers) {
    std::vector<MarkerWrite> writes;
    writes.reserve(markers.partitions.size());
    for (const auto& partition : markers.partitions) {
        writes.push_back({.partition = partition,
                          .producer = markers.key.producer,
                          .commit = markers.commit,
                          .coordinator_epoch = markers.key.coordinator_epoch,
                          .transaction_version = markers.transaction_version,
                          .error = {}});
    }
    return writes;
}

}  // namespace

awaitable<void> TransactionPartition::send_markers(coordinator::MarkersToSend markers) {
    const auto self = shared_from_this();
    auto writes = writes_of(markers);
    co_await write_markers(services(), shard(), writes, now().steady + marker_wait);
    if (!is_active()) {
        co_return;
    }
    for (const auto& write : writes) {
        on_marker(markers.key, write);
    }
    reschedule();
}

void TransactionPartition::on_marker(const coordinator::MarkerKey& key, const MarkerWrite& marker) {
    auto& machine = transactions_->machine;
    if (marker.gone) {
        log().info("{} is gone: the transaction of transactional id '{}' ends without it",
                   marker.partition, key.transactional_id);
        machine.on_partition_gone(key, marker.partition, now());
        ++counters_.gone;
        return;
    }
    const auto code = marker.error ? marker.error->code : ErrorCode::none;
    const auto verdict = machine.on_marker(key, marker.partition, code, now());
    ++counters_.answers.at(std::to_underlying(verdict));
    if (!marker.error) {
        return;
    }
    const auto tell = [&](std::string_view next) {
        return fmt::format(
            "{} does not take the end of the transaction of transactional id '{}' "
            "(producer {}, epoch {}): {}; {}",
            marker.partition, key.transactional_id, key.producer.id, key.producer.epoch,
            marker.error->message, next);
    };
    switch (verdict) {
        case MarkerVerdict::written:
            break;
        case MarkerVerdict::skipped:
            log().info("{}", tell("the transaction ends without it"));
            break;
        case MarkerVerdict::retried:
            log().debug("{}", tell("it is tried again soon"));
            break;
        case MarkerVerdict::alarming:
            log().error("{}", tell("it is tried again, and readers of committed records wait"));
            break;
        case MarkerVerdict::cancelled:
            log().warn("{}", tell("somebody newer has it, and it is not tried again"));
            break;
    }
}

awaitable<void> TransactionPartition::do_due() {
    for (int round = 0; round < rounds_max && is_active(); ++round) {
        if (next_wake() > now().steady) {
            co_return;
        }
        follow_config();
        auto& schedule = transactions_->schedule;
        schedule.begin_round(now().steady);
        auto work = transactions_->machine.work(now());
        for (auto& markers : work.markers) {
            shard().coordinators->spawn(send_markers(std::move(markers)));
        }
        const bool expires = schedule.take_expiry(work.expire);
        if (expires || !work.complete.empty() || !work.abort.empty()) {
            const auto may = co_await may_decide(now().steady + own_commit_wait);
            if (!may) {
                log().warn("{}: transactions that are over cannot be stored yet: {}",
                           state().partition_name(), may.error().message);
                schedule.on_store_failed(expires, now().steady);
                co_return;
            }
            complete(work.complete);
            if (expires) {
                expire();
            }
            co_await abort(std::move(work.abort));
        }
        if (is_active() && schedule.begin_commit()) {
            shard().coordinators->spawn(commit_own());
        }
    }
}

/// For those that no request waits for. Others go on meanwhile: the medium may take its time.
awaitable<void> TransactionPartition::commit_own() {
    const auto self = shared_from_this();
    auto& schedule = transactions_->schedule;
    while (is_active() && schedule.has_uncommitted()) {
        if (!co_await commit(schedule.applied(), now().steady + own_commit_wait)) {
            break;  // commit() has noted when to ask again
        }
    }
    schedule.end_commit();
}

void TransactionPartition::complete(const std::vector<std::string>& ids) {
    for (const auto& id : ids) {
        store_own(transactions_->machine.complete(id, now()));
    }
    if (!ids.empty()) {
        transactions_->ended.notify_all();
    }
}

void TransactionPartition::expire() {
    const auto outcome = transactions_->machine.expire(expired_at_once_max, now());
    if (store_own(outcome)) {
        log().info("{}: {}", state().partition_name(), outcome.reply);
        transactions_->schedule.on_some_expired();
    }
}

awaitable<void> TransactionPartition::abort(std::vector<std::string> ids) {
    for (const auto& id : ids) {
        std::optional<ProducerId> fresh;
        if (transactions_->machine.abort_needs_producer_id(id)) {
            fresh = co_await take_producer_id(now().steady + own_commit_wait);
        }
        // Looked at again behind the wait: it may have ended, or all of it may be another's.
        if (!co_await may_decide(now().steady + own_commit_wait)) {
            co_return;
        }
        const auto outcome = transactions_->machine.abort_timed_out(id, fresh, now());
        if (store_own(outcome)) {
            log().info("{}: {}", state().partition_name(), outcome.reply);
        }
    }
}

}  // namespace barnabas::broker
