#include "client/producer/transaction_manager.h"

#include "client/producer/partition_queue.h"

#include <gtest/gtest.h>

#include <functional>

namespace barnabas::client {
namespace {

using State = TransactionManager::State;
using Call = TransactionManager::Call;

constexpr Time start{1h};
const TopicPartition orders{"orders", PartitionId{0}};

wire::InitProducerIdResponse init_answer(ErrorCode code, std::int64_t id = 7,
                                         std::int16_t epoch = 0) {
    wire::InitProducerIdResponse response;
    response.error_code = static_cast<std::int16_t>(code);
    response.producer_id = id;
    response.producer_epoch = epoch;
    return response;
}

wire::AddPartitionsToTxnResponse partitions_answer(ErrorCode code) {
    wire::AddPartitionsToTxnResponse response;
    auto& topic = response.results_by_topic_v3_and_below.emplace_back();
    topic.name = orders.topic;
    auto& partition = topic.results_by_partition.emplace_back();
    partition.partition_error_code = static_cast<std::int16_t>(code);
    return response;
}

wire::AddOffsetsToTxnResponse offsets_answer(ErrorCode code) {
    wire::AddOffsetsToTxnResponse response;
    response.error_code = static_cast<std::int16_t>(code);
    return response;
}

wire::TxnOffsetCommitResponse commit_answer(ErrorCode code) {
    wire::TxnOffsetCommitResponse response;
    auto& topic = response.topics.emplace_back();
    topic.name = "read";
    topic.partitions.emplace_back().error_code = static_cast<std::int16_t>(code);
    return response;
}

wire::EndTxnResponse end_answer(ErrorCode code, std::int64_t id = -1, std::int16_t epoch = -1) {
    wire::EndTxnResponse response;
    response.error_code = static_cast<std::int16_t>(code);
    response.producer_id = id;
    response.producer_epoch = epoch;
    return response;
}

/// A transactional producer and what its user sees.
class Play {
public:
    explicit Play(std::int16_t level = 0) : manager({.transactional_id = "copier"}) {
        manager.set_feature_level(level);
    }

    template <class Request>
    Request expect(bool batches_out = false) {
        auto call = manager.next_request(batches_out, now);
        EXPECT_TRUE(call.has_value());
        EXPECT_TRUE(call && std::holds_alternative<Request>(call->request));
        last_versions = call ? call->versions : wire::Versions{};
        return call ? std::get<Request>(call->request) : Request{};
    }
    void expect_nothing(bool batches_out = false) {
        EXPECT_FALSE(manager.next_request(batches_out, now).has_value());
    }
    void answer(const TransactionManager::AnyResponse& response) {
        manager.on_answer(response, now);
    }
    std::optional<Result<>> end_of(TransactionManager::OperationId operation) {
        for (auto& finished : manager.take_finished()) {
            ends.insert_or_assign(finished.operation, std::move(finished.outcome));
        }
        const auto found = ends.find(operation);
        return found == ends.end() ? std::nullopt : std::optional(found->second);
    }

    void init() {
        const auto operation = manager.begin_init();
        ASSERT_TRUE(operation) << operation.error().message;
        expect<wire::InitProducerIdRequest>();
        answer(init_answer(ErrorCode::none));
        EXPECT_EQ(manager.state(), State::ready);
        EXPECT_TRUE(end_of(*operation).value());
    }
    void begin() {
        init();
        EXPECT_TRUE(manager.begin_transaction());
    }
    void begin_with_partition() {
        begin();
        manager.want_partition(orders);
        if (!manager.is_version_2()) {
            expect<wire::AddPartitionsToTxnRequest>();
            answer(partitions_answer(ErrorCode::none));
        }
        EXPECT_TRUE(manager.may_send_to(orders));
    }

    TransactionManager manager;
    Time now = start;
    wire::Versions last_versions;
    std::map<TransactionManager::OperationId, Result<>> ends;
};

TEST(TransactionManager, AVersion1TransactionAddsPartitionsAndOffsetsFirst) {
    Play play;
    play.begin();
    play.manager.want_partition(orders);
    EXPECT_FALSE(play.manager.may_send_to(orders));
    const auto add = play.expect<wire::AddPartitionsToTxnRequest>(true);
    EXPECT_EQ(play.last_versions.last, 3);
    EXPECT_EQ(add.v3_and_below_topics.at(0).name, "orders");
    play.expect_nothing();  // one at a time
    play.answer(partitions_answer(ErrorCode::none));
    EXPECT_TRUE(play.manager.may_send_to(orders));

    const auto offsets = play.manager.send_offsets(
        {{{"read", PartitionId{0}}, {.offset = Offset{5}}}}, {.group_id = "readers"});
    ASSERT_TRUE(offsets);
    EXPECT_EQ(play.expect<wire::AddOffsetsToTxnRequest>(true).group_id, "readers");
    play.answer(offsets_answer(ErrorCode::none));
    EXPECT_FALSE(play.end_of(*offsets));
    EXPECT_EQ(play.expect<wire::TxnOffsetCommitRequest>(true).topics.at(0).name, "read");
    play.answer(commit_answer(ErrorCode::none));
    EXPECT_TRUE(play.end_of(*offsets).value());

    const auto commit = play.manager.begin_commit();
    ASSERT_TRUE(commit);
    play.expect_nothing(true);  // records are still out
    const auto end = play.expect<wire::EndTxnRequest>();
    EXPECT_TRUE(end.committed);
    EXPECT_EQ(play.last_versions.last, 4);
    play.answer(end_answer(ErrorCode::none));
    EXPECT_TRUE(play.end_of(*commit).value());
    EXPECT_EQ(play.manager.state(), State::ready);
    EXPECT_FALSE(play.manager.may_send_to(orders)) << "that was the last transaction's";
}

TEST(TransactionManager, AVersion2TransactionAddsNothingAndGetsAnEpochFromItsEnd) {
    Play play(2);
    play.begin_with_partition();
    const auto offsets = play.manager.send_offsets(
        {{{"read", PartitionId{0}}, {.offset = Offset{5}}}}, {.group_id = "readers"});
    play.expect<wire::TxnOffsetCommitRequest>();
    EXPECT_EQ(play.last_versions, (wire::Versions{5, 5}));
    play.answer(commit_answer(ErrorCode::none));
    EXPECT_TRUE(play.end_of(*offsets).value());
    const auto commit = play.manager.begin_commit();
    play.expect<wire::EndTxnRequest>();
    EXPECT_EQ(play.last_versions, (wire::Versions{5, 5}));
    play.answer(end_answer(ErrorCode::none, 7, 1));
    EXPECT_TRUE(play.end_of(*commit).value());
    EXPECT_EQ(play.manager.identity().epoch.get(), 1);
}

TEST(TransactionManager, ATransactionWithoutRecordsEndsWithoutARequest) {
    Play play;
    play.begin();
    const auto commit = play.manager.begin_commit();
    play.expect_nothing();
    EXPECT_TRUE(play.end_of(*commit).value());
    EXPECT_EQ(play.manager.state(), State::ready);
}

TEST(TransactionManager, GoingOverToVersion2TakesANewEpochFirst) {
    Play play;
    play.begin_with_partition();
    play.manager.set_feature_level(2);
    const auto commit = play.manager.begin_commit();
    play.expect<wire::EndTxnRequest>();
    EXPECT_EQ(play.last_versions.last, 4) << "it ends as it began";
    play.answer(end_answer(ErrorCode::none));
    EXPECT_FALSE(play.end_of(*commit));
    EXPECT_EQ(play.expect<wire::InitProducerIdRequest>().producer_id, 7);
    play.answer(init_answer(ErrorCode::none, 7, 1));
    EXPECT_TRUE(play.end_of(*commit).value());
    EXPECT_TRUE(play.manager.is_version_2());
    EXPECT_EQ(play.manager.state(), State::ready);
}

TEST(TransactionManager, StepsOutOfOrderAreRefused) {
    Play play;
    EXPECT_EQ(play.manager.begin_transaction().error().code, ErrorCode::invalid_txn_state);
    EXPECT_EQ(play.manager.may_send().error().code, ErrorCode::invalid_txn_state);
    EXPECT_EQ(play.manager.begin_commit().error().code, ErrorCode::invalid_txn_state);
    play.init();
    EXPECT_EQ(play.manager.begin_init().error().code, ErrorCode::invalid_txn_state);
    EXPECT_EQ(play.manager.begin_abort().error().code, ErrorCode::invalid_txn_state);
    EXPECT_EQ(play.manager.send_offsets({}, {}).error().code, ErrorCode::invalid_txn_state);
    ASSERT_TRUE(play.manager.begin_transaction());
    EXPECT_EQ(play.manager.begin_transaction().error().code, ErrorCode::invalid_txn_state);
    TransactionManager plain({});
    EXPECT_EQ(plain.begin_init().error().code, ErrorCode::invalid_txn_state);
    EXPECT_TRUE(plain.may_send());
}

enum class After : std::uint8_t { again, abortable, fatal };

struct Row {
    const char* name;
    ErrorCode code;
    After init, partitions, offsets, commit_offsets, end;
};

using enum After;
using enum ErrorCode;
const Row rows[] = {
    {"load", coordinator_load_in_progress, again, again, again, again, again},
    {"moved", not_coordinator, again, again, again, again, again},
    {"gone", coordinator_not_available, again, again, again, again, again},
    {"concurrent", concurrent_transactions, again, again, again, again, again},
    {"epoch", invalid_producer_epoch, fatal, fatal, fatal, fatal, fatal},
    {"fenced", producer_fenced, fatal, fatal, fatal, fatal, fatal},
    {"id refused", transactional_id_authorization_failed, fatal, fatal, fatal, fatal, fatal},
    {"mapping", invalid_producer_id_mapping, fatal, abortable, abortable, abortable, abortable},
    {"abortable", transaction_abortable, abortable, abortable, abortable, abortable, abortable},
    {"state", invalid_txn_state, fatal, fatal, fatal, fatal, fatal},
    {"unknown", unknown_server_error, fatal, abortable, fatal, fatal, fatal},
};

void judge(Play& play, After want, const std::function<bool()>& sent_again) {
    switch (want) {
        case again:
            play.expect_nothing();  // not at once
            play.now += 100ms;
            EXPECT_TRUE(sent_again());
            break;
        case abortable:
            EXPECT_EQ(play.manager.state(), State::abortable_error);
            break;
        case fatal:
            EXPECT_EQ(play.manager.state(), State::fatal_error);
            EXPECT_FALSE(play.manager.begin_abort());
            break;
    }
}

template <class Request>
bool is_next(Play& play) {
    auto call = play.manager.next_request(false, play.now);
    return call && std::holds_alternative<Request>(call->request);
}

TEST(TransactionManager, EachErrorCodeDoesToEachRequestWhatItDoesInKafka) {
    for (const auto& row : rows) {
        SCOPED_TRACE(row.name);
        {
            Play play;
            const auto operation = play.manager.begin_init();
            play.expect<wire::InitProducerIdRequest>();
            play.answer(init_answer(row.code));
            judge(play, row.init, [&] { return is_next<wire::InitProducerIdRequest>(play); });
            EXPECT_EQ(play.end_of(*operation).has_value(), row.init != again);
        }
        {
            Play play;
            play.begin();
            play.manager.want_partition(orders);
            play.expect<wire::AddPartitionsToTxnRequest>();
            play.answer(partitions_answer(row.code));
            judge(play, row.partitions,
                  [&] { return is_next<wire::AddPartitionsToTxnRequest>(play); });
            EXPECT_FALSE(play.manager.may_send_to(orders));
        }
        const OffsetMap offsets{{{"read", PartitionId{0}}, {.offset = Offset{5}}}};
        {
            Play play;
            play.begin();
            const auto operation = play.manager.send_offsets(offsets, {.group_id = "g"});
            play.expect<wire::AddOffsetsToTxnRequest>();
            play.answer(offsets_answer(row.code));
            judge(play, row.offsets, [&] { return is_next<wire::AddOffsetsToTxnRequest>(play); });
            EXPECT_EQ(play.end_of(*operation).has_value(), row.offsets != again);
        }
        {
            Play play(2);
            play.begin();
            const auto operation = play.manager.send_offsets(offsets, {.group_id = "g"});
            play.expect<wire::TxnOffsetCommitRequest>();
            play.answer(commit_answer(row.code));
            judge(play, row.commit_offsets,
                  [&] { return is_next<wire::TxnOffsetCommitRequest>(play); });
            EXPECT_EQ(play.end_of(*operation).has_value(), row.commit_offsets != again);
        }
        {
            Play play;
            play.begin_with_partition();
            const auto operation = play.manager.begin_commit();
            play.expect<wire::EndTxnRequest>();
            play.answer(end_answer(row.code));
            judge(play, row.end, [&] { return is_next<wire::EndTxnRequest>(play); });
            EXPECT_EQ(play.end_of(*operation).has_value(), row.end != again);
        }
    }
}

TEST(TransactionManager, TheFirstPartitionIsNotKeptWaitingForTheEndOfTheLastTransaction) {
    Play play;
    play.begin();
    play.manager.want_partition(orders);
    play.expect<wire::AddPartitionsToTxnRequest>();
    play.answer(partitions_answer(concurrent_transactions));
    play.now += 20ms;
    play.expect<wire::AddPartitionsToTxnRequest>();
}

TEST(TransactionManager, AnAbortAfterAnErrorTakesANewEpochAndTheProducerGoesOn) {
    Play play;
    play.begin_with_partition();
    const auto offsets =
        play.manager.send_offsets({{{"read", PartitionId{0}}, {}}}, {.group_id = "g"});
    play.expect<wire::AddOffsetsToTxnRequest>();
    play.answer(offsets_answer(invalid_producer_id_mapping));
    EXPECT_FALSE(play.end_of(*offsets).value());
    EXPECT_FALSE(play.manager.may_send());
    EXPECT_FALSE(play.manager.begin_commit());
    const auto abort = play.manager.begin_abort();
    ASSERT_TRUE(abort);
    // This coordinator has forgotten the producer id: there is nothing to end.
    EXPECT_EQ(play.expect<wire::InitProducerIdRequest>().producer_id, 7);
    play.answer(init_answer(none, 9, 0));
    EXPECT_TRUE(play.end_of(*abort).value());
    EXPECT_EQ(play.manager.state(), State::ready);
    EXPECT_EQ(play.manager.identity().id.get(), 9);
}

TEST(TransactionManager, AnOutcomeThatCameTooLateIsToldWhenAskedForAgain) {
    Play play;
    play.begin_with_partition();
    const auto commit = play.manager.begin_commit();
    play.manager.abandon(*commit);
    EXPECT_FALSE(play.manager.begin_transaction()) << "the commit is still under way";
    play.expect<wire::EndTxnRequest>();
    play.answer(end_answer(none));
    EXPECT_FALSE(play.end_of(*commit));
    const auto again_asked = play.manager.begin_commit();
    ASSERT_TRUE(again_asked) << again_asked.error().message;
    EXPECT_TRUE(play.end_of(*again_asked).value());
    EXPECT_TRUE(play.manager.begin_transaction());
}

TEST(TransactionManager, TransportErrorsAreTriedAgain) {
    Play play;
    const auto operation = play.manager.begin_init();
    ASSERT_TRUE(operation);
    play.expect<wire::InitProducerIdRequest>();
    for (const auto passing : {network_exception, broker_not_available, rebootstrap_required}) {
        play.manager.on_failure({passing, "the connection ended"}, play.now);
        play.expect_nothing();
        play.now += 100ms;
        play.expect<wire::InitProducerIdRequest>();
    }
    play.manager.on_failure({unsupported_version, "too old"}, play.now);
    EXPECT_EQ(play.manager.state(), State::fatal_error);
    EXPECT_EQ(play.end_of(*operation)->error().code, unsupported_version);
}

TEST(TransactionManager, AnIdempotentProducerAsksForAnIdWhenRecordsWait) {
    TransactionManager manager({});
    manager.prepare(false);
    EXPECT_FALSE(manager.next_request(false, start));
    manager.prepare(true);
    const auto call = manager.next_request(true, start);
    ASSERT_TRUE(call);
    EXPECT_FALSE(std::get<wire::InitProducerIdRequest>(call->request).transactional_id);
    manager.on_answer(init_answer(none), start);
    EXPECT_TRUE(manager.identity().is_valid());
}

}  // namespace
}  // namespace barnabas::client
