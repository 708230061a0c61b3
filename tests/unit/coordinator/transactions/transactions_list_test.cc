#include "unit/coordinator/transactions/transaction_rig.h"

#include <gtest/gtest.h>

namespace barnabas::coordinator {
namespace {

using testing::partition;
using testing::producer;
using testing::TransactionRig;
using enum TransactionState;

class Listing : public ::testing::Test {
protected:
    void SetUp() override {
        place("empty", empty, 1, no_timestamp);
        place("going", ongoing, 2, Timestamp{990'000});
        place("long", ongoing, 3, Timestamp{900'000});
        place("ending", prepare_abort, 4, Timestamp{950'000});
        place("done", complete_commit, 5, Timestamp{960'000});
        rig.load();
    }

    void place(const std::string& id, TransactionState state, std::int64_t producer_id,
               Timestamp started) {
        Transaction transaction;
        transaction.state = state;
        transaction.producer = producer(producer_id, 1);
        transaction.timeout_ms = 60'000;
        transaction.started = started;
        if (state == ongoing || is_prepared(state)) {
            transaction.partitions = {partition("a", 0), partition("a", 3), partition("b", 1)};
        }
        rig.place(id, transaction);
    }

    std::vector<std::string> listed(const wire::ListTransactionsRequest& request,
                                    std::function<bool(std::string_view)> matches = nullptr) {
        response = {};
        auto filter = Transactions::filter_of(request, response);
        filter.matches = std::move(matches);
        rig.machine.list(filter, rig.now, response);
        std::vector<std::string> ids;
        for (const auto& state : response.transaction_states) {
            ids.push_back(state.transactional_id);
        }
        return ids;
    }

    using Ids = std::vector<std::string>;
    TransactionRig rig;
    wire::ListTransactionsResponse response;
};

TEST_F(Listing, FindsWhatTheFiltersSay) {
    struct Row {
        wire::ListTransactionsRequest request;
        Ids want;
    };
    const Row rows[] = {
        {{}, {"done", "empty", "ending", "going", "long"}},
        {{.state_filters = {"Ongoing"}}, {"going", "long"}},
        {{.state_filters = {"Ongoing", "Empty"}}, {"empty", "going", "long"}},
        {{.state_filters = {"Dead"}}, {}},
        {{.state_filters = {"Nonsense"}}, {}},
        {{.producer_id_filters = {3, 5, 77}}, {"done", "long"}},
        {{.state_filters = {"Ongoing"}, .producer_id_filters = {3, 5}}, {"long"}},
        {{.duration_filter = 0}, {"done", "ending", "going", "long"}},
        {{.duration_filter = 10'000}, {"done", "ending", "long"}},
        {{.duration_filter = 9'999}, {"done", "ending", "going", "long"}},
        {{.duration_filter = 100'000}, {}},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(listed(row.request), row.want);
    }
    EXPECT_EQ(listed({}, [](std::string_view id) { return id.starts_with("e"); }),
              (Ids{"empty", "ending"}));
}

TEST_F(Listing, NamesTheStatesThatItDoesNotKnow) {
    EXPECT_EQ(listed({.state_filters = {"Ongoing", "ongoing", "Nonsense"}}),
              (Ids{"going", "long"}));
    EXPECT_EQ(response.unknown_state_filters, (Ids{"ongoing", "Nonsense"}));
    EXPECT_EQ(response.error_code, 0);
    EXPECT_EQ(response.transaction_states.at(1).producer_id, 3);
    EXPECT_EQ(response.transaction_states.at(1).transaction_state, "Ongoing");
}

TEST_F(Listing, DescribesATransaction) {
    const auto described = rig.machine.describe("long");
    EXPECT_EQ(described.error_code, 0);
    EXPECT_EQ(described.transactional_id, "long");
    EXPECT_EQ(described.transaction_state, "Ongoing");
    EXPECT_EQ(described.transaction_timeout_ms, 60'000);
    EXPECT_EQ(described.transaction_start_time_ms, 900'000);
    EXPECT_EQ(described.producer_id, 3);
    EXPECT_EQ(described.producer_epoch, 1);
    ASSERT_EQ(described.topics.size(), 2U);
    EXPECT_EQ(described.topics[0].topic, "a");
    EXPECT_EQ(described.topics[0].partitions, (std::vector<std::int32_t>{0, 3}));
    EXPECT_EQ(described.topics[1].partitions, (std::vector<std::int32_t>{1}));
    EXPECT_EQ(rig.machine.describe("empty").transaction_start_time_ms, -1);
}

TEST_F(Listing, DescribesWhoseMarkersAreMissing) {
    const auto due = rig.machine.work(rig.now);
    ASSERT_EQ(due.markers.size(), 1U);
    rig.machine.on_marker(due.markers[0].key, partition("a", 0), ErrorCode::none, rig.now);
    rig.machine.on_marker(due.markers[0].key, partition("b", 1), ErrorCode::none, rig.now);
    const auto described = rig.machine.describe("ending");
    ASSERT_EQ(described.topics.size(), 1U);
    EXPECT_EQ(described.topics[0].partitions, (std::vector<std::int32_t>{3}));
}

TEST_F(Listing, SaysWhatItCannotDescribe) {
    EXPECT_EQ(static_cast<ErrorCode>(rig.machine.describe("").error_code),
              ErrorCode::invalid_request);
    EXPECT_EQ(static_cast<ErrorCode>(rig.machine.describe("nobody").error_code),
              ErrorCode::transactional_id_not_found);
    EXPECT_EQ(rig.machine.describe("nobody").transactional_id, "nobody");
}

}  // namespace
}  // namespace barnabas::coordinator
