#pragma once

#include "runtime/real/real_network.h"
#include "runtime/real/real_random.h"
#include "runtime/shard.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace barnabas::runtime {

/// A shard on a thread of its own: whoever calls run(). Owned by RealRuntime.
class RealShard final : public Shard {
public:
    RealShard(std::size_t index, const Clock& clock, BlockingPool& pool);
    RealShard(const RealShard&) = delete;
    RealShard& operator=(const RealShard&) = delete;
    ~RealShard() override;

    /// The loop, until stop(). Once.
    void run();
    /// From any thread; run() returns after the handler that it is in.
    void stop();
    /// After run(), on the thread that owns the runtime: destroys what waits or was posted. Other
    /// shards' coroutines may still hold on to this object, so its own end comes later.
    void discard();

    [[nodiscard]] std::size_t index() const override { return index_; }
    [[nodiscard]] boost::asio::any_io_executor executor() override;
    [[nodiscard]] const Clock& clock() const override { return clock_; }
    [[nodiscard]] Random& random() override { return random_; }
    [[nodiscard]] Network& network() override { return *network_; }
    [[nodiscard]] BlockingPool& pool() override { return pool_; }
    void post(std::move_only_function<void()> task) override;
    TimerId call_at(Time when, std::move_only_function<void()> task) override;
    void cancel(TimerId timer) override;
    void expect_more() override;
    [[nodiscard]] bool on_this_shard() const override;
    [[nodiscard]] bool stopped() const override { return stopped_; }

private:
    using Tasks = std::vector<std::move_only_function<void()>>;
    using WorkGuard = boost::asio::executor_work_guard<boost::asio::io_context::executor_type>;

    void run_local();
    void run_remote();
    void run_timers();
    void arm(Time when);
    void gather();

    const std::size_t index_;
    const Clock& clock_;
    BlockingPool& pool_;
    RealRandom random_;
    std::unique_ptr<boost::asio::io_context> context_;
    std::optional<WorkGuard> work_;
    std::unique_ptr<RealNetwork> network_;

    TimerQueue timers_;
    std::optional<boost::asio::steady_timer> alarm_;
    Time alarm_at_ = never;  // when alarm_ rings; at or before timers_.next()

    bool gathers_ = false;  // gather() is posted
    Time gathered_at_{};    // when it last returned

    // Posted by this thread: a round of them costs one asio handler.
    Tasks local_;
    Tasks running_;
    bool local_scheduled_ = false;
    // Posted by others: the first of a round wakes the loop.
    std::mutex remote_mutex_;
    Tasks remote_;
    std::atomic<bool> stopped_ = false;
};

}  // namespace barnabas::runtime
