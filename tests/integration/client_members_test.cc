// What a C++ consumer's own objects hear of a real group, Barnabas' or Apache Kafka's: assignors,
// listeners and coroutines of the user. tests/interop/test_cpp_consumer.py starts the broker
// (BARNABAS_BOOTSTRAP names it) and makes the topic "numbers": 3 partitions with 300 records each.

#include "client_calls.h"
#include <barnabas/admin.h>
#include <barnabas/consumer.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace barnabas {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto members_patience = std::chrono::seconds(30);
constexpr std::size_t numbers_count = 900;

std::string group_name(std::string_view name) {
    return fmt::format("{}-{}", name, Clock::now().time_since_epoch().count());
}

Consumer member_of(const std::string& group, ClientConfig more = {}, ConsumerOptions options = {}) {
    more.merge(ClientConfig{{"bootstrap.servers", bootstrap()},
                            {"group.id", group},
                            {"auto.offset.reset", "earliest"},
                            {"fetch.max.wait.ms", "100"}});
    if (const auto at = more.find("group.protocol"); at == more.end() || at->second == "classic") {
        more.emplace("heartbeat.interval.ms", "300");
    }
    return good(Consumer::create(std::move(more), std::move(options)));
}

template <class Condition>
void repeat_until(Condition done, const char* what) {
    for (const auto deadline = Clock::now() + members_patience; !done();) {
        if (Clock::now() > deadline) {
            throw std::runtime_error(fmt::format("it did not come to pass: {}", what));
        }
    }
}

// --- an assignor of the user -------------------------------------------------------------------

/// Everything to the member that asks for most, which its user data say.
class ByWish : public PartitionAssignor {
public:
    explicit ByWish(std::string wish) : wish_(std::move(wish)) {}

    [[nodiscard]] std::string name() const override { return "by-wish"; }
    [[nodiscard]] Bytes user_data(const std::vector<std::string>& /*topics*/) override {
        return to_bytes(wish_);
    }
    [[nodiscard]] Assignment assign(const PartitionCounts& counts,
                                    const Members& members) override {
        Assignment assignment;
        const std::string* most = nullptr;
        std::string_view largest;
        for (const auto& [id, member] : members) {
            assignment[id].user_data = to_bytes(fmt::format("of {}", members.size()));
            if (const auto wish = as_text(member.user_data); most == nullptr || wish > largest) {
                most = &id;
                largest = wish;
            }
        }
        for (const auto& [topic, count] : counts) {
            for (std::int32_t i = 0; i < count; ++i) {
                assignment[*most].partitions.push_back({topic, PartitionId{i}});
            }
        }
        return assignment;
    }
    void on_assignment(const Assigned& assigned, std::int32_t generation) override {
        const std::lock_guard lock(mutex_);
        told_ = as_text(assigned.user_data);
        generation_ = generation;
    }
    [[nodiscard]] std::string told() const {
        const std::lock_guard lock(mutex_);
        return told_;
    }
    [[nodiscard]] std::int32_t generation() const {
        const std::lock_guard lock(mutex_);
        return generation_;
    }

private:
    const std::string wish_;
    mutable std::mutex mutex_;
    std::string told_;
    std::int32_t generation_ = -1;
};

TEST(ClientMembers, AnAssignorOfTheUserDealsThePartitions) {
    const std::string group = group_name("by-wish");
    const auto little = std::make_shared<ByWish>("1");
    const auto much = std::make_shared<ByWish>("2");
    const ClientConfig by_wish{{"partition.assignment.strategy", "by-wish"}};
    Consumer one = member_of(group, by_wish, {.assignors = {little}});
    Consumer two = member_of(group, by_wish, {.assignors = {much}});
    good(one.subscribe({"numbers"}));
    repeat_until(
        [&] {
            good(one.poll(50ms));
            return one.assignment().size() == 3;
        },
        "who is alone has all");
    good(two.subscribe({"numbers"}));
    repeat_until(
        [&] {
            good(one.poll(50ms));
            good(two.poll(50ms));
            return one.assignment().empty() && two.assignment().size() == 3;
        },
        "who asks for more has all");
    EXPECT_EQ(little->told(), "of 2");
    EXPECT_EQ(much->told(), "of 2");
    EXPECT_EQ(much->generation(), two.group_metadata().generation_id);
}

TEST(ClientMembers, AnAssignorThatNobodyGaveIsAnError) {
    const auto made = Consumer::create({{"bootstrap.servers", bootstrap()},
                                        {"group.id", "g"},
                                        {"partition.assignment.strategy", "by-wish"}});
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::invalid_config);
    EXPECT_THAT(made.error().message, ::testing::HasSubstr("by-wish"));
}

// --- partitions that are lost ------------------------------------------------------------------

class Hearing : public RebalanceListener {
public:
    void on_partitions_assigned(Consumer& /*consumer*/,
                                const std::vector<TopicPartition>& partitions) override {
        owned.insert(partitions.begin(), partitions.end());
    }
    void on_partitions_revoked(Consumer& /*consumer*/,
                               const std::vector<TopicPartition>& partitions) override {
        revoked += partitions.size();
        forget(partitions);
    }
    void on_partitions_lost(Consumer& consumer,
                            const std::vector<TopicPartition>& partitions) override {
        lost += partitions.size();
        forget(partitions);
        commit = consumer.commit_sync();  // too late, and it is told so
    }
    std::set<TopicPartition> owned;
    std::size_t revoked = 0;
    std::size_t lost = 0;
    Result<> commit;

private:
    void forget(const std::vector<TopicPartition>& partitions) {
        for (const auto& partition : partitions) {
            owned.erase(partition);
        }
    }
};

bool has_members(Admin& admin, const std::string& group) {
    const auto found = good(admin.describe_consumer_groups({group}));
    return !good(found.begin()->second).members.empty();
}

class ClientMembersOf : public ::testing::TestWithParam<std::string> {};

/// Who does not poll for max.poll.interval.ms is out of his group, and hears of it when he does.
TEST_P(ClientMembersOf, WhoPollsTooLateHasLostHisPartitions) {
    const std::string group = group_name("late");
    Admin admin = good(Admin::create({{"bootstrap.servers", bootstrap()}}));
    Consumer consumer = member_of(group, {{"group.protocol", GetParam()},
                                          {"max.poll.interval.ms", "600"},
                                          {"enable.auto.commit", "false"}});
    const auto heard = std::make_shared<Hearing>();
    good(consumer.subscribe({"numbers"}, heard));
    repeat_until(
        [&] {
            good(consumer.poll(50ms));
            return heard->owned.size() == 3;
        },
        "it has all partitions");
    repeat_until([&] { return !has_members(admin, group); }, "the group is empty");
    repeat_until(
        [&] {
            good(consumer.poll(50ms));
            return heard->lost > 0 && heard->owned.size() == 3;
        },
        "they were lost, and it has them again");
    EXPECT_EQ(heard->lost, 3U);
    EXPECT_EQ(heard->revoked, 0U);
    ASSERT_FALSE(heard->commit);
    EXPECT_EQ(heard->commit.error().code, ErrorCode::unknown_member_id);
    EXPECT_EQ(good(consumer.metrics()).partitions_lost, 3U);
    EXPECT_EQ(good(consumer.metrics()).assignments, 2U);
}

INSTANTIATE_TEST_SUITE_P(Protocols, ClientMembersOf, ::testing::Values("classic", "consumer"),
                         [](const auto& row) { return row.param; });

// --- coroutines, and what is measured ----------------------------------------------------------

/// A coroutine that nobody waits for; its frame goes when it ends.
struct Unwatched {
    struct promise_type {
        Unwatched get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() { std::terminate(); }
    };
};

Unwatched read_all(Consumer* consumer, EventLoop* loop, std::promise<std::string> told) {
    std::size_t count = 0;
    bool always_there = true;
    while (count < numbers_count) {
        const auto records = co_await consumer->poll_async(1s);
        if (!records) {
            told.set_value(records.error().message);
            co_return;
        }
        always_there = always_there && loop->is_current();
        count += records->size();
    }
    told.set_value(always_there ? "all, on the loop" : "on another thread");
}

TEST(ClientMembers, ACoroutineReadsOnTheLoop) {
    const auto loop = good(EventLoop::start());
    Consumer consumer = member_of(group_name("coroutine"), {}, {.loop = loop});
    good(consumer.subscribe({"numbers"}));
    std::promise<std::string> told;
    auto end = told.get_future();
    read_all(&consumer, loop.get(), std::move(told));
    ASSERT_EQ(end.wait_for(members_patience), std::future_status::ready);
    EXPECT_EQ(end.get(), "all, on the loop");
}

TEST(ClientMembers, SayWhatTheyHaveMeasured) {
    Consumer consumer = member_of(group_name("measured"), {{"max.poll.records", "100"}});
    good(consumer.subscribe({"numbers"}));
    std::size_t count = 0;
    std::int64_t lag_max = 0;
    repeat_until(
        [&] {
            count += good(consumer.poll(50ms)).size();
            lag_max = std::max(lag_max, good(consumer.metrics()).lag_max().value_or(0));
            return count == numbers_count;
        },
        "all is read");
    EXPECT_TRUE(good(consumer.poll(0s)).empty());
    good(consumer.commit_sync());
    const ConsumerMetrics told = good(consumer.metrics());
    EXPECT_GE(lag_max, 100);
    EXPECT_EQ(told.lag.size(), 3U);
    EXPECT_EQ(told.lag_max(), 0);
    EXPECT_EQ(told.records_read, numbers_count);
    EXPECT_EQ(told.queued_bytes, 0U);
    EXPECT_EQ(told.assignments, 1U);
    EXPECT_GE(told.poll_interval_ms.count, numbers_count / 100 - 1);
    EXPECT_GE(told.fetch_latency_ms.count, 1U);
    EXPECT_GT(told.fetch_bytes.max, 1000);
    EXPECT_GE(told.commit_latency_ms.count, 1U);
    good(consumer.close());
    EXPECT_EQ(consumer.metrics().error().code, ErrorCode::invalid_request);
}

}  // namespace
}  // namespace barnabas
