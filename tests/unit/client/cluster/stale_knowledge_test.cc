#include "client/cluster/stale_knowledge.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace barnabas::client {
namespace {

TEST(StaleKnowledge, IsToldByTheErrorsThatKafkasClientsHeed) {
    struct Row {
        ErrorCode code;
        Stale stale;
        bool away;
    };
    const Row rows[] = {
        {ErrorCode::none, {}, false},
        {ErrorCode::not_coordinator, {.coordinator = true}, true},
        {ErrorCode::coordinator_not_available, {.coordinator = true}, true},
        {ErrorCode::coordinator_load_in_progress, {}, true},
        {ErrorCode::request_timed_out, {.coordinator = true}, false},
        {ErrorCode::broker_not_available, {.coordinator = true}, false},
        {ErrorCode::network_exception, {.coordinator = true, .metadata = true}, false},
        {ErrorCode::not_controller, {.metadata = true}, false},
        {ErrorCode::not_leader_or_follower, {.metadata = true}, false},
        {ErrorCode::unknown_topic_id, {.metadata = true}, false},
        {ErrorCode::fenced_member_epoch, {}, false},
        {ErrorCode::rebalance_in_progress, {}, false},
    };
    for (const Row& row : rows) {
        SCOPED_TRACE(fmt::format("{}", row.code));
        EXPECT_EQ(stale_after(row.code), row.stale);
        EXPECT_EQ(means_coordinator_away(row.code), row.away);
    }
}

}  // namespace
}  // namespace barnabas::client
