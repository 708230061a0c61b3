#include "metadata/embedded_store.h"

#include "support/store_calls.h"

#include <gtest/gtest.h>

namespace barnabas::metadata {
namespace {

using enum StoreEvent::Kind;

using Events = std::vector<StoreEvent>;

Events take(Events& events) {
    return std::exchange(events, {});
}

TEST(EmbeddedStore, TellsAWatchOnceBeforeTheAnswer) {
    const auto store = make_memory_store();
    Events events;
    store->listen([&events](const StoreEvent& event) { events.push_back(event); });

    EXPECT_EQ(*exists(*store, "/a", Watch::once), std::nullopt);
    store->create({"/a", "1"}, [&events](const StoreResult<std::string>& answer) {
        EXPECT_EQ(*answer, "/a");
        EXPECT_EQ(take(events), (Events{{created, "/a"}}));
    });
    EXPECT_EQ(get(*store, "/a", Watch::once)->data, "1");
    ASSERT_TRUE(set(*store, {"/a", "2"}));
    ASSERT_TRUE(set(*store, {"/a", "3"}));
    EXPECT_EQ(take(events), (Events{{data_changed, "/a"}}));

    ASSERT_TRUE(children(*store, "/a", Watch::once));
    ASSERT_TRUE(create(*store, {"/a/b", ""}));
    ASSERT_TRUE(create(*store, {"/a/c", ""}));
    EXPECT_EQ(take(events), (Events{{children_changed, "/a"}}));

    ASSERT_TRUE(get(*store, "/a/b", Watch::once));
    ASSERT_TRUE(children(*store, "/a/b", Watch::once));
    ASSERT_TRUE(remove(*store, {"/a/b"}));
    EXPECT_EQ(take(events), (Events{{removed, "/a/b"}}));
}

TEST(EmbeddedStore, AFailedMultiTellsNobody) {
    const auto store = make_memory_store();
    Events events;
    store->listen([&events](const StoreEvent& event) { events.push_back(event); });
    ASSERT_TRUE(children(*store, "/", Watch::once));
    const auto failed = multi(*store, {CreateOp{"/a", ""}, CheckOp{"/b"}});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().operation, 1U);
    EXPECT_EQ(events, Events{});
    ASSERT_TRUE(create(*store, {"/a", ""}));
    EXPECT_EQ(events, (Events{{children_changed, "/"}}));
}

TEST(EmbeddedStore, CallbacksMayCallTheStore) {
    const auto store = make_memory_store();
    int calls = 0;
    store->listen([&](const StoreEvent& event) {
        ++calls;
        ASSERT_TRUE(get(*store, event.path, Watch::once));
        if (calls == 1) {
            ASSERT_TRUE(set(*store, {event.path, "by the listener"}));
        }
    });
    ASSERT_TRUE(create(*store, {"/a", ""}));
    ASSERT_TRUE(get(*store, "/a", Watch::once));
    ASSERT_TRUE(set(*store, {"/a", "by the caller"}));
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(get(*store, "/a")->stat.version, NodeVersion(2));
}

TEST(EmbeddedStore, EphemeralNodesBelongToTheSession) {
    const auto store = make_memory_store();
    ASSERT_TRUE(create(*store, {"/e", "", CreateMode::ephemeral}));
    EXPECT_EQ(get(*store, "/e")->stat.ephemeral_owner, store->session());
}

}  // namespace
}  // namespace barnabas::metadata
