#include "client/consumer/commit_queue.h"

#include "unit/client/consumer/worlds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

OffsetMap at(const TopicPartition& partition, std::int64_t offset) {
    return {{partition, {.offset = Offset{offset}}}};
}

TEST(CommitQueue, SendsOneAtATimeAndWhatWaitsTogether) {
    CommitQueue queue;
    std::vector<std::string> done;
    std::string sentence;  // of the last one
    const auto add = [&](OffsetMap offsets, std::string name, Time deadline) {
        queue.add(std::move(offsets), deadline, [&done, &sentence, name](Result<> result) {
            done.push_back(name +
                           (result ? "" : ": " + std::string(error_name(result.error().code))));
            sentence = result ? "" : result.error().message;
        });
    };
    EXPECT_FALSE(queue.begin());
    add(at(tp("a", 0), 1), "first", Time{1s});
    ASSERT_TRUE(queue.begin());
    add(at(tp("a", 0), 2), "second", Time{5s});
    add(at(tp("a", 0), 1), "third", Time{3s});
    add(at(tp("b", 0), 9), "fourth", Time{2s});
    EXPECT_FALSE(queue.begin()) << "one is under way";
    EXPECT_EQ(queue.offsets(), at(tp("a", 0), 1));
    queue.finish({{tp("a", 0), ErrorCode::none}}, "g", "OffsetCommit v9 to broker 1");
    EXPECT_THAT(done, ElementsAre("first"));

    ASSERT_TRUE(queue.begin());
    EXPECT_EQ(queue.offsets().at(tp("a", 0)).offset, Offset{1}) << "the later one, not the higher";
    EXPECT_EQ(queue.deadline(), Time{5s});
    done.clear();
    queue.finish({{tp("a", 0), ErrorCode::none}, {tp("b", 0), ErrorCode::illegal_generation}}, "g",
                 "OffsetCommit v9 to broker 1");
    EXPECT_THAT(done, ElementsAre("second", "third", "fourth: ILLEGAL_GENERATION"));
    EXPECT_THAT(sentence, HasSubstr("(OffsetCommit v9 to broker 1)"));
    EXPECT_TRUE(queue.empty());
}

TEST(CommitQueue, AFailureIsEverybodys) {
    CommitQueue queue;
    int failed = 0;
    for (int i = 0; i < 2; ++i) {
        queue.add(at(tp("a", i), 1), Time{1s},
                  [&failed](Result<> result) { failed += result ? 0 : 1; });
    }
    ASSERT_TRUE(queue.begin());
    queue.fail_current({ErrorCode::request_timed_out, "late"});
    EXPECT_EQ(failed, 2);
}

TEST(CommitQueue, HoldsSoManyAndSaysSo) {
    CommitQueue queue;
    std::size_t failed = 0;
    std::string sentence;
    const auto add = [&](std::int64_t offset) {
        queue.add(at(tp("a", 0), offset), Time{1s}, [&](Result<> result) {
            failed += result ? 0 : 1;
            sentence = result ? "" : result.error().message;
        });
    };
    add(0);
    ASSERT_TRUE(queue.begin());
    for (std::size_t i = 1; i <= CommitQueue::waiting_max; ++i) {
        add(static_cast<std::int64_t>(i));
    }
    EXPECT_EQ(failed, 0U);
    add(7);
    EXPECT_EQ(failed, 1U);
    EXPECT_THAT(sentence, HasSubstr("10000 commits wait"));
    queue.finish({{tp("a", 0), ErrorCode::none}}, "g", "OffsetCommit v9 to broker 1");
    ASSERT_TRUE(queue.begin());
    EXPECT_EQ(queue.offsets(), at(tp("a", 0), std::int64_t{CommitQueue::waiting_max}))
        << "not the refused one";
    add(8);
    EXPECT_EQ(failed, 1U) << "there is room again";
}

TEST(CommitQueue, APartitionThatTheBrokerDoesNotMentionIsNotCommitted) {
    const auto result = commit_result({}, at(tp("a", 0), 1), "g");
    ASSERT_FALSE(result);
    const auto rebalance =
        commit_result({{tp("a", 0), ErrorCode::rebalance_in_progress}}, at(tp("a", 0), 1), "g");
    ASSERT_FALSE(rebalance);
    EXPECT_THAT(rebalance.error().message, HasSubstr("poll()"));
}

}  // namespace
}  // namespace barnabas::client
