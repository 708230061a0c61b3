#include "broker/coordinators/state_topics.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/find_coordinator.h"

#include <gtest/gtest.h>

#include <string>

namespace barnabas::broker {
namespace {

using wire::FindCoordinatorRequest;
using wire::FindCoordinatorResponse;

FindCoordinatorResponse::Coordinator find(BrokerFixture& at, std::int8_t type) {
    FindCoordinatorRequest request;
    request.key_type = type;
    request.coordinator_keys.emplace_back("key");
    return at.call<FindCoordinatorResponse>(request).coordinators.at(0);
}

ErrorCode error_of(const FindCoordinatorResponse::Coordinator& found) {
    return static_cast<ErrorCode>(found.error_code);
}

/// Whoever asked was not answered before the disk went on, and nor was anybody behind him.
TEST(StateTopics, AreNotWaitedForWithADiskThatHangs) {
    constexpr std::int8_t of_a_group = 0;
    constexpr std::int8_t of_a_transaction = 1;
    BrokerFixture at;
    at.disk().hang("/data");
    const auto& clock = at.simulation().clock();
    for (const auto type : {of_a_group, of_a_group, of_a_transaction}) {
        const Time asked = clock.now();
        const auto found = find(at, type);
        EXPECT_EQ(error_of(found), ErrorCode::coordinator_not_available);
        const std::string sentence = found.error_message.value_or("");
        EXPECT_NE(sentence.find("cannot be created: "), std::string::npos) << sentence;
        EXPECT_LT(clock.now() - asked, 11s);
    }
    at.disk().heal();
    at.wait(1s);
    EXPECT_EQ(error_of(find(at, of_a_group)), ErrorCode::none);
    EXPECT_EQ(error_of(find(at, of_a_transaction)), ErrorCode::none);
}

}  // namespace
}  // namespace barnabas::broker
