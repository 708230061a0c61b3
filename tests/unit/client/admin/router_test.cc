#include "client/admin/router.h"

#include "unit/client/admin/play.h"

#include <gtest/gtest.h>

namespace barnabas::client::admin_api {
namespace {

using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;
using wire::MetadataRequest;

/// A router with the requests that it has sent.
class RouterTest : public testing::Test {
protected:
    void poll() { router.poll(now, 30s, sent); }

    template <class Request>
    std::unique_ptr<RequestExchange<Request>> take() {
        EXPECT_FALSE(sent.empty());
        EXPECT_EQ(sent.front()->api_key(), Request::api_key);
        auto* raw = static_cast<RequestExchange<Request>*>(sent.front().release());
        sent.erase(sent.begin());
        return std::unique_ptr<RequestExchange<Request>>(raw);
    }

    Router router{Settings{}};
    Time now{std::chrono::hours(1)};
    Exchanges sent;
};

FindCoordinatorResponse coordinators(
    const std::vector<std::tuple<std::string, std::int32_t, ErrorCode>>& rows) {
    FindCoordinatorResponse response;
    for (const auto& [key, broker, code] : rows) {
        auto& coordinator = response.coordinators.emplace_back();
        coordinator.key = key;
        coordinator.node_id = broker;
        coordinator.host = "h";
        coordinator.port = 1;
        coordinator.error_code = static_cast<std::int16_t>(code);
    }
    return response;
}

TEST_F(RouterTest, KnowsAnyBrokerAndANamedOneWithoutAsking) {
    EXPECT_EQ(router.find(Route::to_any())->id, no_broker);
    EXPECT_EQ(router.find(Route::to_broker(BrokerId{4}))->id, BrokerId{4});
    EXPECT_FALSE(router.find(Route::to_controller()));
    EXPECT_EQ(router.next_wake(), never);
}

TEST_F(RouterTest, FindsTheControllerAndLeadersWithOneRequest) {
    router.want(Route::to_controller());
    router.want(Route::to_leader(partition("t", 0)));
    router.want(Route::to_leader(partition("t", 1)));
    router.want(Route::to_leader(partition("u", 0)));
    poll();
    ASSERT_EQ(sent.size(), 1U);
    const auto lookup = take<MetadataRequest>();
    EXPECT_EQ(lookup->request.topics->size(), 2U);
    EXPECT_EQ(lookup->versions().first, 1) << "version 0 cannot ask for no topic";
    EXPECT_TRUE(router.is_looking_for(Route::to_controller()));
    auto response = with_topic("t", {1, 3});
    add_topic(response, "u", {-1});
    lookup->answer(response, now);
    EXPECT_EQ(router.find(Route::to_controller())->host, "broker-2");
    EXPECT_EQ(router.find(Route::to_leader(partition("t", 1)))->id, BrokerId{3});
    const auto leaderless = Route::to_leader(partition("u", 0));
    EXPECT_FALSE(router.find(leaderless));
    EXPECT_EQ(router.failure(leaderless), nullptr);
    EXPECT_EQ(router.trouble(leaderless)->code, ErrorCode::leader_not_available);
    EXPECT_GT(router.next_wake(), now);
    EXPECT_LT(router.next_wake(), now + 1s);
}

struct LeaderRow {
    std::string name;
    ErrorCode topic = ErrorCode::none;
    std::vector<std::int32_t> leaders = {1};
    ErrorCode want;
    bool for_good = false;
};

TEST_F(RouterTest, KnowsWhichTroubleWithALeaderPassesBy) {
    const LeaderRow rows[] = {
        {.name = "unknown",
         .topic = ErrorCode::unknown_topic_or_partition,
         .want = ErrorCode::unknown_topic_or_partition},
        {.name = "election",
         .topic = ErrorCode::leader_not_available,
         .want = ErrorCode::leader_not_available},
        {.name = "bad name",
         .topic = ErrorCode::invalid_topic_exception,
         .want = ErrorCode::invalid_topic_exception,
         .for_good = true},
        {.name = "not allowed",
         .topic = ErrorCode::topic_authorization_failed,
         .want = ErrorCode::topic_authorization_failed,
         .for_good = true},
        {.name = "no such partition", .leaders = {}, .want = ErrorCode::unknown_topic_or_partition},
        {.name = "a leader that is no broker",
         .leaders = {9},
         .want = ErrorCode::leader_not_available}};
    for (const auto& row : rows) {
        const auto route = Route::to_leader(partition(row.name, 0));
        router.want(route);
        poll();
        auto response = with_topic(row.name, row.leaders);
        response.topics[0].error_code = static_cast<std::int16_t>(row.topic);
        take<MetadataRequest>()->answer(response, now);
        ASSERT_NE(router.trouble(route), nullptr) << row.name;
        EXPECT_EQ(router.trouble(route)->code, row.want) << row.name;
        EXPECT_EQ(router.failure(route) != nullptr, row.for_good) << row.name;
        router.forget(route);
    }
}

TEST_F(RouterTest, FindsCoordinatorsTogetherOrOneByOneWhereTheBrokerIsOld) {
    const auto a = Route::to_group("a");
    const auto b = Route::to_group("b");
    const auto c = Route::to_transaction("c");
    for (const auto& route : {a, b, c}) {
        router.want(route);
    }
    poll();
    ASSERT_EQ(sent.size(), 2U);
    const auto groups = take<FindCoordinatorRequest>();
    EXPECT_EQ(groups->request.key_type, 0);
    EXPECT_EQ(groups->request.coordinator_keys, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(groups->versions().first, 4);
    const auto transactions = take<FindCoordinatorRequest>();
    EXPECT_EQ(transactions->request.key_type, 1);
    EXPECT_EQ(transactions->request.key, "c");
    EXPECT_EQ(transactions->versions().first, 1) << "one key goes with old versions too";
    transactions->answer(coordinators({{"c", 2, ErrorCode::none}}), now);
    EXPECT_EQ(router.find(c)->id, BrokerId{2});

    groups->fail({ErrorCode::unsupported_version, "too old"}, now);
    EXPECT_EQ(router.next_wake(), Time{}) << "at once";
    poll();
    ASSERT_EQ(sent.size(), 2U);
    const auto first = take<FindCoordinatorRequest>();
    EXPECT_EQ(first->request.key, "a");
    FindCoordinatorResponse old;
    old.node_id = 3;
    first->answer(old, now);
    EXPECT_EQ(router.find(a)->id, BrokerId{3});
    take<FindCoordinatorRequest>()->fail({ErrorCode::unsupported_version, "too old"}, now);
    EXPECT_EQ(router.failure(b)->code, ErrorCode::unsupported_version);
}

TEST_F(RouterTest, KnowsWhichTroubleWithACoordinatorPassesBy) {
    const std::pair<ErrorCode, bool> rows[] = {{ErrorCode::coordinator_not_available, false},
                                               {ErrorCode::coordinator_load_in_progress, false},
                                               {ErrorCode::group_authorization_failed, true},
                                               {ErrorCode::invalid_group_id, true}};
    for (const auto& [code, for_good] : rows) {
        const auto route = Route::to_group(std::string(error_name(code)));
        router.want(route);
        poll();
        take<FindCoordinatorRequest>()->answer(coordinators({{route.name, -1, code}}), now);
        EXPECT_EQ(router.failure(route) != nullptr, for_good) << error_name(code);
        router.forget(route);
    }
}

TEST_F(RouterTest, WaitsLongerWithEachFailureAndForgetsThatWithTheRoute) {
    const auto route = Route::to_group("g");
    router.want(route);
    const Duration pauses[] = {100ms, 200ms, 400ms, 800ms, 1s, 1s};
    for (const Duration pause : pauses) {
        poll();
        take<FindCoordinatorRequest>()->fail({ErrorCode::network_exception, "gone"}, now);
        EXPECT_EQ(router.next_wake() - now, pause);
        poll();
        EXPECT_TRUE(sent.empty()) << "not before";
        now = router.next_wake();
    }
    router.forget(route);
    EXPECT_EQ(router.next_wake(), never);
    router.want(route);
    poll();
    EXPECT_EQ(sent.size(), 1U);
}

TEST_F(RouterTest, AnAnswerWithoutTheKeyIsNoAnswer) {
    const auto route = Route::to_group("g");
    router.want(route);
    poll();
    take<FindCoordinatorRequest>()->answer(coordinators({{"other", 1, ErrorCode::none}}), now);
    EXPECT_EQ(router.failure(route)->code, ErrorCode::unknown_server_error);
}

}  // namespace
}  // namespace barnabas::client::admin_api
