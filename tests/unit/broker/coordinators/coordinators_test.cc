// What clients are told while coordinators read their state back, through a whole broker.
#include "broker/coordinators/coordinators.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/describe_transactions.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/list_groups.h"
#include "wire/messages/list_transactions.h"
#include "wire/messages/offset_commit.h"
#include "wire/messages/offset_fetch.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

namespace barnabas::broker {
namespace {

using namespace wire;
using Codes = std::set<ErrorCode>;

/// A broker with a group and a transactional id, whose coordinators have one partition each, in one
/// of two directories. Whatever the disk is asked for takes a tenth of a second.
class CoordinatorsTest : public testing::Test {
protected:
    CoordinatorsTest()
        : at_({{"log.dirs", "/a,/b"},
               {"log.dir.retry.interval.ms", "1000"},
               {"offsets.topic.num.partitions", "1"},
               {"transaction.state.log.num.partitions", "1"}},
              2, {.blocking_delay = {100ms, 100ms}}) {
        EXPECT_EQ(at_.create_topic("t"), ErrorCode::none);
        for (const std::int8_t type : {0, 1}) {
            until([&] { return find_coordinator(type) == ErrorCode::none; }, "a coordinator");
        }
        until([&] { return commit() == ErrorCode::none; }, "the offset is committed");
        until([&] { return init() == ErrorCode::none; }, "there is a producer");
    }

    void until(const std::function<bool()>& is_so, const char* what) {
        for (int i = 0; i < 1'000; ++i) {
            if (is_so()) {
                return;
            }
            at_.wait(50ms);
        }
        ADD_FAILURE() << what;
    }
    static ErrorCode code_of(std::int16_t number) { return static_cast<ErrorCode>(number); }

    ErrorCode find_coordinator(std::int8_t type) {
        FindCoordinatorRequest request;
        request.key_type = type;
        request.coordinator_keys = {"id"};
        const auto response = at_.call<FindCoordinatorResponse>(request);
        return code_of(response.coordinators.at(0).error_code);
    }
    ErrorCode commit() {
        OffsetCommitRequest request;
        request.group_id = "id";
        auto& topic = request.topics.emplace_back();
        topic.name = "t";
        topic.partitions.emplace_back().committed_offset = 5;
        const auto response = at_.call<OffsetCommitResponse>(request, 9);
        return code_of(response.topics.at(0).partitions.at(0).error_code);
    }
    ErrorCode init() {
        InitProducerIdRequest request;
        request.transactional_id = "id";
        request.transaction_timeout_ms = 60'000;
        return code_of(at_.call<InitProducerIdResponse>(request, 5).error_code);
    }
    /// With the offset, where there is no error.
    ErrorCode fetch() {
        OffsetFetchRequest request;
        request.groups.emplace_back().group_id = "id";
        request.groups.back().topics.reset();
        const auto group = at_.call<OffsetFetchResponse>(request, 9).groups.at(0);
        if (group.error_code == 0) {
            EXPECT_EQ(group.topics.size(), 1U) << "a consumer would begin anew";
            for (const auto& topic : group.topics) {
                EXPECT_EQ(topic.partitions.at(0).committed_offset, 5);
            }
        }
        return code_of(group.error_code);
    }
    ErrorCode list_groups() {
        const auto response = at_.call<ListGroupsResponse>(ListGroupsRequest());
        EXPECT_EQ(response.groups.size(), response.error_code == 0 ? 1U : 0U);
        return code_of(response.error_code);
    }
    ErrorCode describe_transaction() {
        DescribeTransactionsRequest request;
        request.transactional_ids = {"id"};
        const auto response = at_.call<DescribeTransactionsResponse>(request);
        return code_of(response.transaction_states.at(0).error_code);
    }
    ErrorCode list_transactions() {
        const auto response = at_.call<ListTransactionsResponse>(ListTransactionsRequest());
        EXPECT_EQ(response.transaction_states.size(), response.error_code == 0 ? 1U : 0U);
        return code_of(response.error_code);
    }

    /// The directory of that partition fails and comes back; the codes that `ask` gets from then on
    /// until it gets none.
    Codes codes_after_return(const std::string& partition, const std::function<ErrorCode()>& ask) {
        const std::string directory = at_.disk().exists("/a/" + partition) ? "/a" : "/b";
        EXPECT_TRUE(at_.disk().exists(directory + "/" + partition));
        at_.disk().break_directory(directory);
        until([&] { return ask() != ErrorCode::none; }, "the directory has failed");
        at_.disk().heal();
        Codes codes;
        for (int i = 0; i < 20'000; ++i) {
            const auto code = ask();
            if (code == ErrorCode::none) {
                return codes;
            }
            codes.insert(code);
            at_.wait(5ms);
        }
        ADD_FAILURE() << partition << " is not served again";
        return codes;
    }
    BrokerFixture at_;
};

const Codes not_yet{ErrorCode::coordinator_load_in_progress, ErrorCode::coordinator_not_available,
                    ErrorCode::not_coordinator};

void expect_loading(const Codes& codes) {
    EXPECT_TRUE(codes.contains(ErrorCode::coordinator_load_in_progress));
    for (const auto code : codes) {
        EXPECT_TRUE(not_yet.contains(code)) << fmt::format("{}", code);
    }
}

TEST_F(CoordinatorsTest, OfGroupsSayThatTheyLoadUntilTheyKnowAll) {
    expect_loading(codes_after_return("__consumer_offsets-0", [this] { return fetch(); }));
    expect_loading(codes_after_return("__consumer_offsets-0", [this] { return commit(); }));
    EXPECT_EQ(list_groups(), ErrorCode::none);
}

TEST_F(CoordinatorsTest, OfTransactionsSayThatTheyLoadUntilTheyKnowAll) {
    const std::string partition = "__transaction_state-0";
    expect_loading(codes_after_return(partition, [this] { return describe_transaction(); }));
    expect_loading(codes_after_return(partition, [this] { return init(); }));
    EXPECT_EQ(list_transactions(), ErrorCode::none);
}

}  // namespace
}  // namespace barnabas::broker
