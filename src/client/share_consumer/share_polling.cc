// The user's side of polling and acknowledging.
#include "client/share_consumer/share_consumer_impl.h"

#include <algorithm>
#include <utility>

namespace barnabas {

using client::AckOutcome;
using client::ShareAsk;
using client::ShareEvent;

namespace {

/// So that no sum with the clock overflows.
constexpr Duration longest_wait = std::chrono::hours(24 * 365);

}  // namespace

Time ShareConsumer::Impl::deadline_in(Duration timeout) const {
    return core->now() + std::clamp(timeout, Duration::zero(), longest_wait);
}

Result<> ShareConsumer::Impl::open() const {
    if (!core) {
        return fail(ErrorCode::invalid_request, "the share consumer is closed");
    }
    if (in_callback) {
        return fail(ErrorCode::invalid_request,
                    "a share consumer cannot be called by its acknowledgement commit callback");
    }
    return {};
}

/// Renewals first: while some are on their way nothing new is fetched, nor handed out.
Result<ConsumerRecords> ShareConsumer::Impl::poll(Duration timeout) {
    const Time deadline = deadline_in(timeout);
    core->note_poll();
    if (!config.explicit_acknowledgement) {
        in_flight.accept_all();
    } else if (!in_flight.all_marked()) {
        return fail(ErrorCode::invalid_request,
                    "with share.acknowledgement.mode=explicit each record is to be acknowledged "
                    "before the next poll(): {} are not",
                    in_flight.waiting());
    }
    while (true) {
        ShareAsk ask{.acknowledged = in_flight.take_marked()};
        const bool at_hand =
            in_flight.has_renewed() || (!in_flight.is_renewing() && (!drain.empty() || unread));
        ask.fetch = !at_hand && !in_flight.is_renewing();
        ask.wait = !at_hand;
        auto next = [at = core.get(), asked = std::move(ask), deadline]() mutable {
            return at->next_event(std::move(asked), deadline);
        };
        TRY_ASSIGN(ShareEvent event, block_on(std::move(next)));
        lock_timeout = event.lock_timeout;
        drain.add(std::move(event.fetched));
        heed(event.outcomes);
        TRY_ASSIGN(ConsumerRecords records, hand_out());
        if (!records.empty() || core->now() >= deadline) {
            return records;
        }
    }
}

Result<ConsumerRecords> ShareConsumer::Impl::hand_out() {
    if (in_flight.has_renewed()) {
        return in_flight.take_renewed();
    }
    if (in_flight.is_renewing()) {
        return ConsumerRecords();
    }
    if (auto error = std::exchange(unread, std::nullopt)) {
        return std::unexpected(std::move(*error));
    }
    auto taken = drain.take(config.poll_records_max);
    std::vector<std::shared_ptr<const barnabas::detail::RecordChunk>> chunks;
    for (client::Delivery& delivery : taken.deliveries) {
        if (delivery.chunk) {
            chunks.push_back(delivery.chunk);
        }
        in_flight.add(std::move(delivery));
    }
    if (taken.error && taken.count == 0) {
        return std::unexpected(std::move(*taken.error));
    }
    unread = std::move(taken.error);
    return ConsumerRecords(std::move(chunks));
}

Result<> ShareConsumer::Impl::acknowledge(const TopicPartition& partition, Offset offset,
                                          AcknowledgeType type) {
    if (!config.explicit_acknowledgement) {
        return fail(ErrorCode::invalid_request,
                    "records are acknowledged implicitly: acknowledge() needs "
                    "share.acknowledgement.mode=explicit");
    }
    return in_flight.acknowledge(partition, offset, static_cast<client::AckType>(type));
}

Result<AcknowledgeResults> ShareConsumer::Impl::commit_sync(Duration timeout) {
    if (!config.explicit_acknowledgement) {
        in_flight.accept_all();
    }
    auto acknowledged = in_flight.take_marked();
    if (acknowledged.empty()) {
        take_outcomes();
        return AcknowledgeResults();
    }
    auto commit = [at = core.get(), acks = std::move(acknowledged),
                   deadline = deadline_in(timeout)]() mutable {
        return at->commit(std::move(acks), deadline);
    };
    auto outcome = block_on(std::move(commit));
    take_outcomes();
    if (!outcome) {
        return fail(std::move(outcome));
    }
    AcknowledgeResults results;
    for (auto& [partition, error] : *outcome) {
        results.emplace(partition,
                        error ? Result<>(std::unexpected(std::move(*error))) : Result<>());
    }
    return results;
}

Result<> ShareConsumer::Impl::commit_async() {
    if (!config.explicit_acknowledgement) {
        in_flight.accept_all();
    }
    return send_marked();
}

Result<> ShareConsumer::Impl::send_marked() {
    auto acknowledged = in_flight.take_marked();
    auto begin = [at = core.get(), &acknowledged] {
        if (!acknowledged.empty()) {
            at->commit_async(std::move(acknowledged));
        }
    };
    TRY(client::run_and_wait(loop, std::move(begin)));
    take_outcomes();
    return {};
}

void ShareConsumer::Impl::heed(const std::vector<AckOutcome>& outcomes) {
    for (const AckOutcome& outcome : outcomes) {
        in_flight.on_outcome(outcome.part, !outcome.error);
        const auto offsets = outcome.part.acks.offsets();
        if (callback && !offsets.empty()) {
            in_callback = true;
            callback(outcome.part.partition, offsets,
                     outcome.error ? Result<>(std::unexpected(*outcome.error)) : Result<>());
            in_callback = false;
        }
    }
}

void ShareConsumer::Impl::take_outcomes() {
    std::vector<AckOutcome> outcomes;
    auto take = [&outcomes, this] {
        outcomes = core->take_outcomes();
        lock_timeout = core->lock_timeout();
    };
    ignore(client::run_and_wait(loop, std::move(take)), "then there are none");
    heed(outcomes);
}

/// What is marked goes out; what nobody has seen yet is somebody else's again.
Result<> ShareConsumer::Impl::unsubscribe() {
    std::vector<client::FetchedShare> ahead;
    TRY(client::run_and_wait(loop, [at = core.get(), &ahead] { ahead = at->stop_reading(); }));
    drain.add(std::move(ahead));
    for (client::Delivery& delivery : drain.give_back()) {
        if (!delivery.own.empty()) {
            in_flight.add(std::move(delivery));
        }
    }
    unread.reset();
    TRY(send_marked());
    auto leave = [at = core.get(), deadline = deadline_in(config.api_timeout)] {
        return at->unsubscribe(deadline);
    };
    return block_on(std::move(leave));
}

Result<> ShareConsumer::Impl::close(Duration timeout) {
    if (!core) {
        return {};
    }
    auto end = [at = core.get(), acks = in_flight.take_marked(),
                deadline = deadline_in(timeout)]() mutable {
        return at->close(std::move(acks), deadline);
    };
    Result<> ended = block_on(std::move(end));
    take_outcomes();
    std::unique_ptr<client::ShareCore> gone;
    {
        const std::lock_guard lock(waking);
        gone = std::move(core);
    }
    ignore(client::run_and_wait(loop, [&gone] { gone.reset(); }), "it goes with its loop");
    return ended;
}

}  // namespace barnabas
