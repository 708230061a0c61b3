// The user's side of polling, and of what a group wants of it.
#include "client/consumer/consumer_impl.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace barnabas {

using client::PollEvent;
using client::RebalanceStep;

namespace {

/// So that no sum with the clock overflows.
constexpr Duration longest = std::chrono::hours(24 * 365);

}  // namespace

Time Consumer::Impl::deadline_in(Duration timeout) const {
    return core->now() + std::clamp(timeout, Duration::zero(), longest);
}

Result<> Consumer::Impl::open() const {
    if (!core) {
        return fail(ErrorCode::invalid_request, "the consumer is closed");
    }
    return {};
}

/// While records are at hand and the core wants nothing, nothing crosses to the loop but word of
/// the bytes that are done with.
Result<ConsumerRecords> Consumer::Impl::poll(Duration timeout) {
    TRY(open());
    measure_poll();
    const Time deadline = deadline_in(timeout);
    bool asked = false;
    while (true) {
        core->note_poll();
        if (asked || !core->attention()) {
            TRY_ASSIGN(ConsumerRecords records, drain.take(config.poll_records_max));
            if (!records.empty()) {
                tell_released();
                return handed_out(std::move(records));
            }
            if (asked && core->now() >= deadline) {
                return ConsumerRecords();
            }
        }
        auto next = [at = core.get(), consumed = drain.take_consumed(), wait = !drain.has_records(),
                     deadline] {
            at->report(consumed);
            return at->next_event(wait, deadline);
        };
        TRY_ASSIGN(PollEvent event, block_on(std::move(next)));
        if (event.step) {
            run_step(*event.step);
        } else {
            asked = true;
        }
        drain.add(std::move(event.fetched));
    }
}

client::awaitable<Result<ConsumerRecords>> Consumer::Impl::poll_async_here(Duration timeout) {
    if (auto usable = open(); !usable) {
        co_return fail(std::move(usable));
    }
    if (std::exchange(polling, true)) {
        co_return fail(ErrorCode::invalid_request, "another poll_async() is under way");
    }
    measure_poll();
    auto records = co_await poll_here(deadline_in(timeout));
    polling = false;
    co_return records;
}

client::awaitable<Result<ConsumerRecords>> Consumer::Impl::poll_here(Time deadline) {
    while (true) {
        core->note_poll();
        core->report(drain.take_consumed());
        auto event = co_await core->next_event(!drain.has_records(), deadline);
        if (!event) {
            co_return fail(std::move(event));
        }
        if (event->step) {
            co_await run_step_here(*event->step);
            continue;
        }
        drain.add(std::move(event->fetched));
        auto records = drain.take(config.poll_records_max);
        if (!records || !records->empty() || core->now() >= deadline) {
            core->report(drain.take_consumed());
            if (records && !records->empty()) {
                co_return handed_out(std::move(*records));
            }
            co_return records;
        }
    }
}

ConsumerRecords Consumer::Impl::handed_out(ConsumerRecords records) {
    records_read += records.size();
    for (const auto& interceptor : interceptors) {
        if (records.empty()) {
            break;  // the one before left out all of them
        }
        records = interceptor->on_consume(std::move(records));
    }
    return records;
}

void Consumer::Impl::measure_poll() {
    const Time at = core->now();
    if (const auto before = std::exchange(polled_at, at)) {
        poll_interval_ms.add(std::chrono::duration<double, std::milli>(at - *before).count());
    }
}

/// All of it on the loop: a poll_async() counts there.
Result<ConsumerMetrics> Consumer::Impl::metrics() {
    return try_on_loop([this]() -> Result<ConsumerMetrics> {
        core->report(drain.take_consumed());
        ConsumerMetrics told = core->metrics();
        told.poll_interval_ms = poll_interval_ms;
        told.records_read = records_read;
        return told;
    });
}

void Consumer::Impl::tell_interceptors_of_commits() {
    if (!interceptors.empty()) {
        core->on_committed([told = interceptors](const OffsetMap& offsets) {
            for (const auto& interceptor : told) {
                interceptor->on_commit(offsets);
            }
        });
    }
}

void Consumer::Impl::tell_listener(const RebalanceStep& step) {
    if (step.kind != RebalanceStep::Kind::assign) {
        drain.drop(step.partitions);
    }
    const auto heard = listener;  // it may subscribe with another one
    if (!heard || !step.call_listener) {
        return;
    }
    switch (step.kind) {
        case RebalanceStep::Kind::assign:
            heard->on_partitions_assigned(*self, step.partitions);
            break;
        case RebalanceStep::Kind::revoke:
            heard->on_partitions_revoked(*self, step.partitions);
            break;
        case RebalanceStep::Kind::lose:
            heard->on_partitions_lost(*self, step.partitions);
            break;
    }
}

void Consumer::Impl::run_step(const RebalanceStep& step) {
    auto begin = [at = core.get(), step] { return at->begin_step(step); };
    ignore(block_on(std::move(begin)), "the core has logged why a commit failed");
    tell_listener(step);
    if (core) {  // the listener did not close the consumer
        ignore(client::run_and_wait(loop, [at = core.get(), &step] { at->end_step(step); }),
               "then there is no group either");
    }
}

client::awaitable<void> Consumer::Impl::run_step_here(RebalanceStep step) {
    ignore(co_await core->begin_step(step), "the core has logged why a commit failed");
    tell_listener(step);
    core->end_step(step);
}

void Consumer::Impl::tell_released() {
    if (drain.has_released()) {
        loop.shard->post(
            [at = core.get(), consumed = drain.take_consumed()] { at->report(consumed); });
    }
}

void Consumer::Impl::settle() {
    ignore(client::run_and_wait(
               loop, [at = core.get(), consumed = drain.take_consumed()] { at->report(consumed); }),
           "then nobody is to know");
}

/// What a group's membership still asks of the user before it ends.
Result<> Consumer::Impl::leave_group(Time deadline) {
    settle();
    TRY(client::run_and_wait(loop, [at = core.get()] { at->leave(false); }));
    while (true) {
        const auto step = on_loop([at = core.get()] { return at->next_step(); });
        if (!step || !*step) {
            break;
        }
        run_step(**step);
    }
    auto left = [at = core.get(), deadline] { return at->left(deadline); };
    return block_on(std::move(left));
}

Result<> Consumer::Impl::close(Duration timeout) {
    if (!core) {
        return {};
    }
    const Time deadline = deadline_in(timeout);
    Result<> done;
    const auto in_group =
        on_loop([this] { return core->subscription().in_group() && !core->is_unheard_of(); });
    if (in_group.value_or(false) && config.leave_on_close) {
        done = leave_group(deadline);
    } else if (in_group) {
        settle();
        if (config.auto_commit) {
            auto commit = [at = core.get(), deadline] { return at->commit({}, deadline); };
            done = block_on(std::move(commit));
        }
    }
    auto end = [at = core.get(), deadline] { return at->close(deadline); };
    Result<> ended = block_on(std::move(end));
    std::unique_ptr<client::ConsumerCore> gone;
    {
        const std::lock_guard lock(waking);
        gone = std::move(core);
    }
    ignore(client::run_and_wait(loop, [&gone] { gone.reset(); }), "it goes with its loop");
    return done ? ended : done;
}

}  // namespace barnabas
