#include "metadata/registration.h"

#include "metadata/cluster_state.h"
#include "metadata/embedded_store.h"
#include "support/store_calls.h"

#include <gtest/gtest.h>

namespace barnabas::metadata {
namespace {

Result<Controller> elect(Store& store, BrokerId broker) {
    return result_of<Controller>(
        [&](auto done) { elect_controller(store, broker, Timestamp{7}, done); });
}

TEST(Registration, TheFirstToAskIsTheController) {
    const auto store = prepared_store();
    EXPECT_EQ(*elect(*store, BrokerId{1}), (Controller{.broker = BrokerId{1}, .epoch = 1}));
    EXPECT_EQ(*elect(*store, BrokerId{2}), (Controller{.broker = BrokerId{1}, .epoch = 1}));
    const auto node = get(*store, "/controller");
    EXPECT_EQ(node->data,
              R"({"version":2,"brokerid":1,"timestamp":"7","kraftControllerEpoch":-1})");
    EXPECT_NE(node->stat.ephemeral_owner, SessionId{0});
    EXPECT_EQ(get(*store, "/controller_epoch")->data, "1");
}

TEST(Registration, TheNextControllerHasAnEpochOfItsOwn) {
    const auto store = prepared_store();
    ASSERT_TRUE(elect(*store, BrokerId{1}));
    ASSERT_TRUE(remove(*store, {.path = "/controller"}));
    EXPECT_EQ(*elect(*store, BrokerId{2}), (Controller{.broker = BrokerId{2}, .epoch = 2}));
}

TEST(Registration, AnEpochThatCannotBeReadIsAnError) {
    const auto store = prepared_store();
    ASSERT_TRUE(create(*store, {"/controller_epoch", "many"}));
    const auto elected = elect(*store, BrokerId{1});
    ASSERT_FALSE(elected);
    EXPECT_NE(elected.error().message.find("/controller_epoch"), std::string::npos);
    EXPECT_FALSE(get(*store, "/controller"));
}

TEST(Registration, ABrokerIsRegisteredOnce) {
    const auto store = prepared_store();
    const BrokerNode node{.protocols = {{"PLAINTEXT", "PLAINTEXT"}},
                          .endpoints = {"PLAINTEXT://127.0.0.1:9092"},
                          .rack = std::nullopt,
                          .host = "127.0.0.1",
                          .port = 9092,
                          .timestamp = Timestamp{7}};
    const auto enter = [&] {
        return result_of<void>(
            [&](auto done) { register_broker(*store, BrokerId{4}, node, done); });
    };
    ASSERT_TRUE(enter());
    const auto state =
        result_of<ClusterState>([&](auto done) { load_cluster_state(*store, done); });
    EXPECT_EQ(state->brokers.at(BrokerId{4}), node);
    EXPECT_EQ(enter().error().code, ErrorCode::duplicate_broker_registration);
}

}  // namespace
}  // namespace barnabas::metadata
