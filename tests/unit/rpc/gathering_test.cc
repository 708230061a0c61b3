#include "rpc/gathering.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

namespace barnabas::rpc {
namespace {

constexpr Duration gathering = 220us;  // as long as a real shard lets them

/// A shard and what its clients send, of 30 s.
class Shard {
public:
    /// Share of the time in which requests gathered.
    struct Seen {
        std::size_t served = 0;
        std::size_t gatherings = 0;
    };

    /// One request each `every`, whatever is answered.
    static Seen paced(Duration every) {
        Shard shard;
        for (Time due = begin; due < end;) {
            shard.now_ = std::max(shard.now_, due);
            std::size_t come = 0;
            for (; due <= shard.now_ && due < end; due += every) {
                ++come;
            }
            shard.serve(come);
        }
        return shard.seen_;
    }

    /// `window` requests at once, the next ones when these are answered, each answer takes `work`.
    static Seen window_full(std::size_t window, Duration work, Duration pause = {}) {
        Shard shard;
        while (shard.now_ < end) {
            shard.now_ += static_cast<int>(window) * work + pause;
            shard.serve(window);
        }
        return shard.seen_;
    }

private:
    void serve(std::size_t requests) {
        for (std::size_t i = 0; i < requests; ++i) {
            gathering_.on_request(now_);
        }
        seen_.served += requests;
        if (gathering_.may_gather(now_)) {
            ++seen_.gatherings;
            now_ += gathering;
        }
    }

    static constexpr Time begin{1s};
    static constexpr Time end{31s};
    Gathering gathering_;
    Time now_ = begin;
    Seen seen_;
};

TEST(Gathering, GoesOnWhereTheRateIsTheClients) {
    for (const Duration every :
         {Duration(20us), Duration(50us), Duration(100us), Duration(900us)}) {
        const auto seen = Shard::paced(every);
        EXPECT_EQ(seen.served, static_cast<std::size_t>((30s + every - 1ns) / every));
        // All but the measurements: of what there is to gather in 30 s, 24 s at least.
        EXPECT_GT(seen.gatherings * std::max(every, gathering), 24s) << every.count() << " ns";
    }
}

TEST(Gathering, RestsWhereAWindowIsFull) {
    struct Row {
        std::size_t window;
        Duration work;
    };
    for (const Row& row : {Row{1, 40us}, Row{5, 10us}, Row{5, 20us}, Row{20, 5us}}) {
        const auto seen = Shard::window_full(row.window, row.work);
        const auto without = static_cast<std::size_t>(30s / row.work);
        EXPECT_GT(seen.served, without * 97 / 100) << row.window << " of " << row.work.count();
        EXPECT_GT(seen.gatherings, 0U);  // now and then, to measure
    }
}

TEST(Gathering, GoesOnWhereAFullWindowLosesLittle) {
    // 100 requests that take 1 ms: a fifth less in return for fewer wake-ups elsewhere.
    const auto seen = Shard::window_full(100, 10us);
    EXPECT_GT(seen.served, static_cast<std::size_t>(30s / 10us) * 75 / 100);
}

TEST(Gathering, MeasuresNothingAcrossPauses) {
    // Bursts, 3 ms apart: there is no rate, and nothing gathers.
    const auto seen = Shard::window_full(5, 10us, 3ms);
    EXPECT_EQ(seen.gatherings, 0U);
}

TEST(Gathering, NoticesThatAWindowIsFullNow) {
    Gathering gathering_now;
    Time now{1s};
    const auto run = [&](Duration length, Duration every, Duration every_gathered) {
        std::size_t gathered = 0;
        for (const Time until = now + length; now < until;) {
            gathering_now.on_request(now);
            const bool more = gathering_now.may_gather(now);
            gathered += more ? 1 : 0;
            now += more ? every_gathered : every;
        }
        return gathered;
    };
    EXPECT_GT(run(5s, 50us, 50us), 90'000U);
    // 200 ms until it is measured again, then 5 ms of each 410.
    EXPECT_LT(run(5s, 10us, 50us), 4'000U + 13 * 110);
    EXPECT_GT(run(5s, 50us, 50us), 85'000U);
}

}  // namespace
}  // namespace barnabas::rpc
