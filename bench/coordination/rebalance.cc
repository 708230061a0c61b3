// The mode rebalance.
#include "coordination/cluster.h"
#include "coordination/figures.h"
#include "coordination/group.h"
#include "coordination/modes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace coordination_bench {
namespace {

/// A member's life that can be ended by itself.
struct Life {
    explicit Life(Loop& loop) : task(loop) {}

    bool stop = false;
    Tasks task;
};

/// The group of one run, whose members come and leave.
class Scene {
public:
    Scene(Loop& loop, Crowd& crowd, Course& course) : loop_(loop), crowd_(crowd), course_(course) {
        for (std::size_t i = 0; i < crowd_.members.size(); ++i) {
            lives_.push_back(std::make_unique<Life>(loop_));
        }
    }

    void start(std::size_t which) {
        Life& life = *lives_[which];
        life.stop = false;
        life.task.start(live(loop_, group(), member(which), course_, &life.stop));
    }

    Task<> await_settled() { co_await coordination_bench::await_settled(loop_, crowd_.groups); }

    /// Seconds from the request to leave until all others have what was this member's.
    Task<double> leave(std::size_t which) {
        Life& life = *lives_[which];
        life.stop = true;
        co_await life.task.join();
        group().remove(member(which));
        group().look();
        if (group().settled()) {
            give_up("who leaves has no partition: there is nothing to wait for");
        }
        const double start = now();
        co_await member(which).leave();
        co_await await_settled();
        co_return group().settled_at() - start;
    }

    void enter(std::size_t which) {
        group().add(member(which));
        group().look();
        start(which);
    }

    Task<> end() {
        course_.over = true;
        for (const auto& life : lives_) {
            co_await life->task.join();
        }
        for (const auto& member : crowd_.members) {
            co_await member->leave();
        }
    }

private:
    Group& group() { return *crowd_.groups.front(); }
    Member& member(std::size_t which) { return *crowd_.members[which]; }

    Loop& loop_;
    Crowd& crowd_;
    Course& course_;
    std::vector<std::unique_ptr<Life>> lives_;
};

}  // namespace

Task<std::string> rebalance(Loop& loop, const Options& options) {
    if (options.groups != 1 || options.members > options.partitions) {
        give_up("rebalance has --groups 1, and at least as many --partitions as --members");
    }
    Connection control(loop, parse_address(options.bootstrap));
    co_await check_versions(control, options);
    Crowd crowd = co_await gather(loop, options, control);
    Course course{.heartbeat_s = double(options.heartbeat_ms) / 1e3};
    Scene scene(loop, crowd, course);
    const double start = now();
    for (std::size_t i = 0; i < crowd.members.size(); ++i) {
        scene.start(i);
    }
    co_await scene.await_settled();
    const double settled_s = crowd.groups.front()->settled_at() - start;
    const ClientThread thread;
    std::vector<double> taken;
    for (std::int64_t round = 0; round < options.rounds; ++round) {
        // Let everyone be in the middle of its heartbeats again.
        co_await loop.sleep(2 * course.heartbeat_s);
        const auto leaver = static_cast<std::size_t>(round * 7) % crowd.members.size();
        taken.push_back(co_await scene.leave(leaver));
        scene.enter(leaver);
        co_await scene.await_settled();
    }
    const double share = thread.share();
    co_await scene.end();
    co_await delete_groups(control, crowd.groups);
    co_return fmt::format(
        R"({{"members":{},"rounds":{},"settled_s":{:.4f},"client_thread":{:.3f},{}}})",
        crowd.members.size(), options.rounds, settled_s, share, times_json(std::move(taken)));
}

}  // namespace coordination_bench
