#include "client/retry/retry_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

RetryRoutes::Options two_retries(std::vector<std::string> topics) {
    return {.topics = std::move(topics),
            .delays = {1s, 1min},
            .retry_suffix = "-g-retry-",
            .dead_letter_suffix = "-g-dlt"};
}

TEST(RetryRoutes, LeadFromTheTopicOverItsRetriesToTheDeadLetters) {
    const auto routes = RetryRoutes::make(two_retries({"orders"}));
    ASSERT_TRUE(routes) << routes.error().message;
    struct Row {
        std::string at;
        bool worth;
        std::string next;
        std::optional<Duration> delay;
    };
    const Row rows[] = {
        {.at = "orders", .worth = true, .next = "orders-g-retry-1", .delay = 1s},
        {.at = "orders-g-retry-1", .worth = true, .next = "orders-g-retry-2", .delay = 1min},
        {.at = "orders-g-retry-2", .worth = true, .next = "orders-g-dlt", .delay = std::nullopt},
        {.at = "orders", .worth = false, .next = "orders-g-dlt", .delay = std::nullopt},
        {.at = "orders-g-retry-1", .worth = false, .next = "orders-g-dlt", .delay = std::nullopt},
    };
    for (const auto& row : rows) {
        const auto* place = routes->place(row.at);
        ASSERT_NE(place, nullptr) << row.at;
        EXPECT_EQ(place->origin, "orders");
        const auto next = routes->next(*place, row.worth);
        EXPECT_EQ(next.topic, row.next) << row.at;
        EXPECT_EQ(next.delay, row.delay) << row.at;
    }
}

TEST(RetryRoutes, KnowWhatIsReadAndWhatIsMade) {
    const auto routes = RetryRoutes::make(two_retries({"a", "b"}));
    ASSERT_TRUE(routes) << routes.error().message;
    EXPECT_THAT(routes->subscribed(), UnorderedElementsAre("a", "a-g-retry-1", "a-g-retry-2", "b",
                                                           "b-g-retry-1", "b-g-retry-2"));
    EXPECT_THAT(routes->made_for_them().at("b"),
                ElementsAre("b-g-retry-1", "b-g-retry-2", "b-g-dlt"));
    EXPECT_FALSE(routes->is_retry("a"));
    EXPECT_TRUE(routes->is_retry("a-g-retry-2"));
    EXPECT_FALSE(routes->is_retry("a-g-dlt"));
    EXPECT_FALSE(routes->is_retry("c"));
    EXPECT_EQ(routes->place("a-g-dlt"), nullptr);
    EXPECT_EQ(routes->delay_at(*routes->place("a")), 0s);
    EXPECT_EQ(routes->delay_at(*routes->place("a-g-retry-2")), 1min);
}

TEST(RetryRoutes, GoStraightToTheDeadLettersWithoutRetries) {
    auto options = two_retries({"orders"});
    options.delays.clear();
    const auto routes = RetryRoutes::make(options);
    ASSERT_TRUE(routes) << routes.error().message;
    EXPECT_THAT(routes->subscribed(), ElementsAre("orders"));
    EXPECT_EQ(routes->next(*routes->place("orders"), true).topic, "orders-g-dlt");
}

TEST(RetryRoutes, RefuseWhatCannotWork) {
    struct Row {
        RetryRoutes::Options options;
        std::string sentence;
    };
    auto negative = two_retries({"a"});
    negative.delays = {-1ms};
    auto spaced = two_retries({"a"});
    spaced.retry_suffix = "-my group-retry-";
    auto spaced_dead = two_retries({"a"});
    spaced_dead.dead_letter_suffix = "-my group-dlt";
    auto looping = two_retries({"a", "a-g-dlt"});
    auto nothing = two_retries({"a"});
    nothing.dead_letter_suffix = "";
    const Row rows[] = {
        {.options = two_retries({}), .sentence = "needs a topic"},
        {.options = two_retries({""}), .sentence = "topic ''"},
        {.options = two_retries({"a", "a"}), .sentence = "'a' stands for two topics"},
        {.options = two_retries({"a", "a-g-retry-1"}), .sentence = "'a-g-retry-1' stands for two"},
        {.options = negative, .sentence = "not negative: -1 ms"},
        {.options = spaced, .sentence = "retry topic 'a-my group-retry-1'"},
        {.options = spaced_dead, .sentence = "dead-letter topic 'a-my group-dlt'"},
        {.options = looping, .sentence = "'a-g-dlt' is the dead-letter topic of 'a'"},
        {.options = nothing, .sentence = "'a' is the dead-letter topic of 'a'"},
    };
    for (const auto& row : rows) {
        const auto routes = RetryRoutes::make(row.options);
        ASSERT_FALSE(routes) << row.sentence;
        EXPECT_EQ(routes.error().code, ErrorCode::invalid_config);
        EXPECT_THAT(routes.error().message, HasSubstr(row.sentence));
    }
}

}  // namespace
}  // namespace barnabas::client
