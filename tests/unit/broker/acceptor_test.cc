#include "broker/acceptor.h"

#include "base/endian.h"
#include "runtime/simulated/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::broker {
namespace {

constexpr std::int16_t echoed_key = 3;  // Metadata v1: its body is not looked at
constexpr std::size_t house_shards = 3;

std::string knock_frame() {
    ByteBuffer bytes;
    store_big_endian(bytes.grow(4), std::int32_t{10});
    store_big_endian(bytes.grow(2), echoed_key);
    store_big_endian(bytes.grow(2), std::int16_t{1});
    store_big_endian(bytes.grow(4), std::int32_t{1});
    store_big_endian(bytes.grow(2), std::int16_t{-1});
    return std::string(as_text(bytes.view()));
}

/// Answers every request with an empty body.
class Greeter final : public rpc::RequestHandler {
public:
    rpc::Handled handle(rpc::Request request) override {
        rpc::Reply reply;
        wire::begin_response(reply.output, echoed_key, 1, request.header.correlation_id);
        wire::finish_frame(reply.output);
        return reply;
    }
};

/// Keeps what is said.
class Lines final : public LogSink {
public:
    void write(LogLevel level, std::string_view /*component*/, std::string_view text) override {
        if (level == LogLevel::warn) {
            warnings.emplace_back(text);
        }
    }
    std::vector<std::string> warnings;
};

/// A client that connects, asks one thing and stays.
struct Guest {
    std::unique_ptr<runtime::Stream> stream;
    Duration stay = Duration::max();  // after the answer
    bool connected = false;
    bool answered = false;
    bool ended = false;
};

awaitable<void> visit(runtime::Shard* shard, std::shared_ptr<Guest> guest) {
    const runtime::Endpoint to{.host = "house", .port = 9092};
    const Time deadline = shard->clock().now() + 10s;
    auto stream = co_await shard->network().connect(to, {}, deadline);
    if (!stream) {
        ADD_FAILURE() << stream.error().message;
        co_return;
    }
    guest->stream = std::move(*stream);
    guest->connected = true;
    const std::string question = knock_frame();
    const runtime::Piece pieces[] = {as_bytes(question)};
    static_cast<void>(co_await guest->stream->write(pieces));
    std::array<std::byte, 64> buffer;
    for (;;) {
        const auto got = co_await guest->stream->read_some(buffer);
        if (!got || *got == 0) {
            break;
        }
        guest->answered = true;
        if (guest->stay != Duration::max()) {
            co_await runtime::sleep_for(*shard, guest->stay);
            guest->stream->close();
        }
    }
    guest->ended = true;
}

/// A broker's door: on each of three shards an acceptor at the one port, and one quota.
class House {
public:
    explicit House(ConnectionQuota::Limits limits, std::uint64_t seed = 1)
        : simulation_(seed),
          machine_(simulation_.add_machine("house", house_shards)),
          away_(simulation_.add_machine("away")),
          quota_(std::move(limits)) {
        for (std::size_t i = 0; i < house_shards; ++i) {
            open(i);
        }
    }
    ~House() {
        if (!stopped()) {
            EXPECT_TRUE(stop());
        }
        for (auto& guest : guests_) {
            guest->stream.reset();
        }
    }
    House(const House&) = delete;
    House& operator=(const House&) = delete;

    void invite(std::size_t count, Duration stay = Duration::max()) {
        for (std::size_t i = 0; i < count; ++i) {
            guests_.push_back(std::make_shared<Guest>());
            guests_.back()->stay = stay;
            auto& shard = away_.shard(0);
            shard.post(
                [&shard, guest = guests_.back()] { runtime::spawn(shard, visit(&shard, guest)); });
        }
    }
    void leave(const std::shared_ptr<Guest>& guest) {
        away_.shard(0).post([guest] { guest->stream->close(); });
    }
    /// Lets things happen; after each of them no more may be served than `most`.
    bool run_until(const std::function<bool()>& condition, std::size_t most) {
        auto checked = [&] {
            served_most_ = std::max(served_most_, served());
            EXPECT_LE(served(), most);
            return condition();
        };
        return simulation_.run_until(checked, 60s);
    }
    bool run_until_answered(std::size_t count, std::size_t most) {
        return run_until([&] { return answered() >= count; }, most);
    }
    void run_for(Duration time) { simulation_.run_for(time); }
    /// Of all acceptors at once; false if it takes longer than messages on their way.
    bool stop() {
        for (std::size_t i = 0; i < house_shards; ++i) {
            machine_.shard(i).post(
                [this, i] { runtime::spawn(machine_.shard(i), stop_front(this, i)); });
        }
        return simulation_.run_until([&] { return stopped(); }, 1s);
    }

    [[nodiscard]] std::size_t served() const {
        std::size_t sum = 0;
        for (const auto& front : fronts_) {
            sum += front.acceptor ? front.acceptor->connections() : 0;
        }
        return sum;
    }
    [[nodiscard]] std::uint64_t refused() const {
        std::uint64_t sum = 0;
        for (const auto& front : fronts_) {
            sum += front.acceptor->refused();
        }
        return sum;
    }
    [[nodiscard]] std::size_t answered() const {
        return static_cast<std::size_t>(std::ranges::count(guests_, true, &is_answered));
    }
    [[nodiscard]] std::size_t ended() const {
        return static_cast<std::size_t>(std::ranges::count(guests_, true, &is_ended));
    }
    /// The first of those who are served, or who wait.
    [[nodiscard]] std::shared_ptr<Guest> one(bool answered) const {
        const auto found = std::ranges::find_if(guests_, [answered](const auto& guest) {
            return guest->answered == answered && !guest->ended;
        });
        return found == guests_.end() ? nullptr : *found;
    }
    [[nodiscard]] bool stopped() const {
        return std::ranges::none_of(fronts_,
                                    [](const Front& front) { return front.acceptor != nullptr; });
    }
    [[nodiscard]] std::size_t served_most() const { return served_most_; }
    [[nodiscard]] ConnectionQuota& quota() { return quota_; }
    [[nodiscard]] const std::vector<std::string>& warnings() const { return lines_->warnings; }

private:
    struct Front {
        std::unique_ptr<rpc::FramePool> frames;
        rpc::TrafficCounters traffic;
        std::unique_ptr<Acceptor> acceptor;
    };

    static bool is_answered(const std::shared_ptr<Guest>& guest) { return guest->answered; }
    static bool is_ended(const std::shared_ptr<Guest>& guest) { return guest->ended; }

    void open(std::size_t i) {
        auto& shard = machine_.shard(i);
        Front& front = fronts_[i];
        front.frames = std::make_unique<rpc::FramePool>(shard, std::size_t{1} << 20);
        front.acceptor =
            std::make_unique<Acceptor>(Acceptor::Ports{.shard = shard,
                                                       .quota = quota_,
                                                       .frames = *front.frames,
                                                       .traffic = front.traffic,
                                                       .log = Logger(lines_, "network")},
                                       Acceptor::Options{.limits = {}, .idle_max = 10min});
        shard.post([this, &shard, i] {
            auto listener = shard.network().listen(
                {.host = "", .port = 9092},
                {.backlog = 50, .stream = {}, .share_port = true, .joins = bound_++ > 0});
            ASSERT_TRUE(listener) << listener.error().message;
            fronts_[i].acceptor->serve(std::move(*listener), greeter_);
        });
    }
    static awaitable<void> stop_front(House* house, std::size_t i) {
        co_await house->fronts_[i].acceptor->stop();
        house->fronts_[i].acceptor.reset();
    }

    runtime::Simulation simulation_;
    runtime::SimulatedMachine& machine_;
    runtime::SimulatedMachine& away_;
    ConnectionQuota quota_;
    Greeter greeter_;
    std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
    std::array<Front, house_shards> fronts_;
    std::vector<std::shared_ptr<Guest>> guests_;
    std::size_t served_most_ = 0;
    int bound_ = 0;
};

ConnectionQuota::Limits at_most(std::int64_t total, std::int64_t per_ip = 1000) {
    return {.total_max = total, .per_ip_max = per_ip, .per_ip_overrides = {}};
}

TEST(Acceptor, WhoIsOneTooManyWaitsUntilAnotherEnds) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        House house(at_most(3), seed);
        house.invite(12);
        ASSERT_TRUE(house.run_until_answered(3, 3)) << seed;
        house.run_for(1min);
        EXPECT_EQ(house.answered(), 3U) << "nobody is served beyond the limit";
        EXPECT_EQ(house.ended(), 0U) << "nor sent away";
        for (std::size_t more = 4; more <= 12; ++more) {
            house.leave(house.one(true));
            ASSERT_TRUE(house.run_until_answered(more, 3)) << more << " of seed " << seed;
        }
    }
}

TEST(Acceptor, ShardsThatRaceForTheLastPlaceNeitherOvershootNorForgetAnybody) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        House house(at_most(2), seed);
        house.invite(20, Duration(0));
        house.invite(20, Duration(1ms));
        ASSERT_TRUE(house.run_until_answered(40, 2)) << house.answered() << " of seed " << seed;
        EXPECT_EQ(house.served_most(), 2U) << seed;
    }
}

TEST(Acceptor, AHigherLimitLetsInThoseWhoWait) {
    House house(at_most(0));
    house.invite(5);
    house.run_for(1min);
    EXPECT_EQ(house.answered(), 0U);
    house.quota().set_limits(at_most(4));
    ASSERT_TRUE(house.run_until_answered(4, 4));
    house.quota().set_limits(at_most(1));
    house.run_for(1min);
    EXPECT_EQ(house.answered(), 4U) << "who is served stays, and nobody else comes in";
    EXPECT_EQ(house.ended(), 0U);
    for (int i = 0; i < 3; ++i) {
        house.leave(house.one(true));
        house.run_for(1s);
    }
    EXPECT_EQ(house.ended(), 3U);
    EXPECT_EQ(house.answered(), 4U) << "one is still served, which is what the limit allows";
    house.leave(house.one(true));
    ASSERT_TRUE(house.run_until_answered(5, 4));
}

TEST(Acceptor, AStopEndsTheWait) {
    House house(at_most(1));
    house.invite(8);
    ASSERT_TRUE(house.run_until_answered(1, 1));
    house.run_for(1s);
    ASSERT_TRUE(house.stop());
    house.run_for(10s);
    EXPECT_EQ(house.quota().open(), 0);
    EXPECT_EQ(house.answered(), 1U);
    EXPECT_GE(house.ended(), 2U) << "who was served, and at least one whom a shard held";
}

TEST(Acceptor, WhoGivesUpWaitingKeepsNobodyOut) {
    House house(at_most(1));
    house.invite(6);
    ASSERT_TRUE(house.run_until_answered(1, 1));
    house.run_for(1s);
    for (int i = 0; i < 4; ++i) {
        house.leave(house.one(false));
        house.run_for(1s);
    }
    const auto last = house.one(false);
    ASSERT_NE(last, nullptr);
    house.leave(house.one(true));
    EXPECT_TRUE(house.run_until([&] { return last->answered; }, 1));
}

TEST(Acceptor, WhoIsOneTooManyOfItsAddressIsClosedAtOnce) {
    const ConnectionQuota::Limits rows[] = {at_most(9, 2), at_most(2, 2)};
    for (const auto& limits : rows) {
        House house(limits);
        house.invite(2);
        ASSERT_TRUE(house.run_until_answered(2, 2));
        house.invite(1);
        ASSERT_TRUE(house.run_until([&] { return house.ended() == 1; }, 2)) << limits.total_max;
        EXPECT_EQ(house.answered(), 2U);
        EXPECT_EQ(house.refused(), 1U);
        EXPECT_TRUE(house.warnings().empty()) << "nobody waits";
    }
}

TEST(Acceptor, SaysOnceThatConnectionsWait) {
    House house(at_most(2));
    house.invite(10);
    ASSERT_TRUE(house.run_until_answered(2, 2));
    house.run_for(5s);
    ASSERT_EQ(house.warnings().size(), 1U);
    EXPECT_EQ(house.warnings().front(),
              "max.connections=2 connections are open: new ones wait until others end");
    house.run_for(1min);
    EXPECT_EQ(house.warnings().size(), 1U) << "nothing new happened";
    house.leave(house.one(true));
    ASSERT_TRUE(house.run_until_answered(3, 2));
    house.run_for(1s);
    EXPECT_EQ(house.warnings().size(), 2U) << "others are held back a minute later";
}

}  // namespace
}  // namespace barnabas::broker
