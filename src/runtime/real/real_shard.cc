#include "runtime/real/real_shard.h"

#include "base/invariant.h"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>
#include <sys/prctl.h>
#include <thread>
#include <utility>

namespace barnabas::runtime {

namespace asio = boost::asio;

namespace {

/// Sockets are used by their own thread alone, so the reactor needs no locks for them; the queue
/// of handlers is locked, because other threads post to it.
constexpr int concurrency_hint = BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO;

/// How far apart the wake-ups of a shard are that expects more. A wake-up costs 10 us with the
/// caches that it finds cold; this adds half of itself to an answer on average.
constexpr Duration gather_for = 220us;
/// After this long without, the next wait begins anew; sooner, one round that took longer than
/// gather_for is followed by none.
constexpr Duration gathering_ends_after = 10ms;

std::chrono::steady_clock::time_point to_steady(Time when) {
    return std::chrono::steady_clock::time_point(when.time_since_epoch());
}

/// Linux may let a thread sleep 50 us longer than it asked for.
void sleep_precisely() {
    constexpr unsigned long slack_ns = 1000;
    prctl(PR_SET_TIMERSLACK, slack_ns);  // where it fails, we sleep longer
}

}  // namespace

RealShard::RealShard(std::size_t index, const Clock& clock, BlockingPool& pool)
    : index_(index),
      clock_(clock),
      pool_(pool),
      context_(std::make_unique<asio::io_context>(concurrency_hint)),
      work_(asio::make_work_guard(*context_)),
      network_(std::make_unique<RealNetwork>(*this, *context_)) {
    alarm_.emplace(*context_);
}

RealShard::~RealShard() {
    discard();
}

void RealShard::run() {
    sleep_precisely();
    context_->run();
    stopped_ = true;
}

void RealShard::stop() {
    context_->stop();
}

void RealShard::discard() {
    if (!context_) {
        return;
    }
    stopped_ = true;  // also of a shard that never ran
    timers_.clear();
    Tasks doomed = std::move(local_);
    {
        const std::lock_guard lock(remote_mutex_);
        std::ranges::move(remote_, std::back_inserter(doomed));
        remote_.clear();
    }
    doomed.clear();
    alarm_.reset();
    suspended().clear();  // hands the coroutines to the context, which ends them as it goes
    work_.reset();
    context_.reset();
}

asio::any_io_executor RealShard::executor() {
    return context_->get_executor();
}

bool RealShard::on_this_shard() const {
    return context_ && context_->get_executor().running_in_this_thread();
}

void RealShard::post(std::move_only_function<void()> task) {
    if (stopped_) {
        return;
    }
    if (on_this_shard()) {
        local_.push_back(std::move(task));
        if (!std::exchange(local_scheduled_, true)) {
            asio::post(*context_, [this] { run_local(); });
        }
        return;
    }
    bool first = false;
    {
        const std::lock_guard lock(remote_mutex_);
        first = remote_.empty();
        remote_.push_back(std::move(task));
    }
    if (first) {
        asio::post(*context_, [this] { run_remote(); });
    }
}

/// One round: what it posts runs in the next, so that sockets get their turn in between.
void RealShard::run_local() {
    INVARIANT(running_.empty(), "{} tasks of another round", running_.size());
    running_.swap(local_);
    local_scheduled_ = false;
    for (auto& task : running_) {
        task();
    }
    running_.clear();
}

void RealShard::run_remote() {
    Tasks tasks;
    {
        const std::lock_guard lock(remote_mutex_);
        tasks.swap(remote_);
    }
    for (auto& task : tasks) {
        task();
    }
}

TimerId RealShard::call_at(Time when, std::move_only_function<void()> task) {
    const TimerId id = timers_.add(when, std::move(task));
    if (when < alarm_at_) {
        arm(when);
    }
    return id;
}

void RealShard::cancel(TimerId timer) {
    // The alarm stays: ringing once for nothing is cheaper than setting it twice.
    timers_.cancel(timer);
}

void RealShard::arm(Time when) {
    alarm_at_ = when;
    alarm_->expires_at(to_steady(when));
    alarm_->async_wait([this](const boost::system::error_code& error) {
        if (!error) {
            run_timers();
        }
    });
}

void RealShard::expect_more() {
    if (!std::exchange(gathers_, true)) {
        // Twice, so that it comes behind what the handlers that are ready post.
        asio::post(*context_, [this] { asio::post(*context_, [this] { gather(); }); });
    }
}

/// Runs behind the handlers that are ready, before the loop waits. Nothing else does meanwhile:
/// whoever does not pipeline pays with gather_for at most while somebody else does.
void RealShard::gather() {
    gathers_ = false;
    const Time now = clock_.now();
    const bool begins = now - gathered_at_ > gathering_ends_after;
    const Time until = (begins ? now : gathered_at_) + gather_for;
    if (now < until) {
        std::this_thread::sleep_until(to_steady(until));
    }
    gathered_at_ = clock_.now();
}

void RealShard::run_timers() {
    alarm_at_ = never;
    const Time now = clock_.now();
    while (auto task = timers_.take_due(now)) {
        task();
    }
    if (const Time next = timers_.next(); next < alarm_at_) {
        arm(next);
    }
}

}  // namespace barnabas::runtime
