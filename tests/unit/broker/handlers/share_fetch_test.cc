// ShareFetch and ShareAcknowledge, through a whole broker.
#include "wire/messages/share_fetch.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/incremental_alter_configs.h"
#include "wire/messages/initialize_share_group_state.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"
#include "wire/messages/read_share_group_state.h"
#include "wire/messages/share_acknowledge.h"
#include "wire/records/batch_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {
namespace {

using namespace wire;

constexpr std::int8_t accept = 1, release = 2, reject = 3;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

/// A broker with a topic of one partition, and a group that begins at its start.
class Shared {
public:
    explicit Shared(const ConfigMap& configs = {}, std::int32_t count = 1,
                    const runtime::SimulationOptions& simulation = {})
        : at(configs, 2, simulation), partitions(count) {
        EXPECT_EQ(at.create_topic("t", partitions), ErrorCode::none);
        MetadataRequest request;
        request.topics.emplace().emplace_back().name = "t";
        topic = at.call<MetadataResponse>(request).topics.at(0).topic_id;
        initialize();
    }

    void initialize(std::int32_t state_epoch = 1, std::int64_t start = 0) {
        FindCoordinatorRequest who;  // which makes their topic
        who.key_type = 2;
        who.coordinator_keys = {fmt::format("g:{}:0", topic)};
        at.call<FindCoordinatorResponse>(who);
        InitializeShareGroupStateRequest request;
        request.group_id = "g";
        auto& asked = request.topics.emplace_back();
        asked.topic_id = topic;
        for (std::int32_t i = 0; i < partitions; ++i) {
            auto& partition = asked.partitions.emplace_back();
            partition.partition = i;
            partition.state_epoch = state_epoch;
            partition.start_offset = start;
        }
        const auto is_done = [](const auto& answer) { return answer.error_code == 0; };
        for (int i = 0; i < 100; ++i) {
            const auto response = at.call<InitializeShareGroupStateResponse>(request);
            if (std::ranges::all_of(response.results.at(0).partitions, is_done)) {
                return;
            }
            at.wait(100ms);
        }
        ADD_FAILURE() << "the group's state cannot be initialised";
    }

    /// A batch of so many records.
    void produce(int count, std::int32_t number = 0) {
        ByteBuffer bytes;
        BatchBuilder builder;
        builder.start(bytes, {});
        for (int i = 0; i < count; ++i) {
            EXPECT_TRUE(builder.append(Offset{i}, {.timestamp = Timestamp{1000},
                                                   .key = as_bytes("k"),
                                                   .value = as_bytes("value"),
                                                   .headers = {}}));
        }
        EXPECT_TRUE(builder.finish());
        ProduceRequest request;
        request.acks = -1;
        request.timeout_ms = 1000;
        auto& sent = request.topic_data.emplace_back();
        sent.name = "t";
        auto& partition = sent.partition_data.emplace_back();
        partition.index = number;
        partition.records = Records(ByteView(bytes.data(), bytes.size()));
        const auto response = at.call<ProduceResponse>(request, 12);
        EXPECT_EQ(response.responses.at(0).partition_responses.at(0).error_code, 0);
    }

    ShareFetchRequest request(const std::string& member, std::int32_t epoch) const {
        ShareFetchRequest made;
        made.group_id = "g";
        made.member_id = member;
        made.share_session_epoch = epoch;
        made.max_wait_ms = 100;
        made.min_bytes = 1;
        made.max_bytes = 1 << 20;
        made.max_records = 100;
        made.batch_size = 100;
        if (epoch == 0) {
            auto& asked = made.topics.emplace_back();
            asked.topic_id = topic;
            asked.partitions.emplace_back();
        }
        return made;
    }

    /// "0-4*1" for each range; the error of the request or of the partition instead.
    std::string fetch(const ShareFetchRequest& wanted) {
        const auto response = at.call<ShareFetchResponse>(wanted);
        std::string text;
        if (response.error_code != 0) {
            return fmt::format("error {}", response.error_code);
        }
        for (const auto& answer : response.responses) {
            for (const auto& partition : answer.partitions) {
                last_records = partition.records.size();
                acknowledge_error = code(partition.acknowledge_error_code);
                if (partition.error_code != 0) {
                    text += fmt::format("error {}", partition.error_code);
                    last_error = partition.error_message.value_or("");
                }
                for (const auto& range : partition.acquired_records) {
                    text += fmt::format("{}{}-{}*{}", text.empty() ? "" : " ", range.first_offset,
                                        range.last_offset, range.delivery_count);
                }
            }
        }
        return text;
    }
    std::string fetch(const std::string& member, std::int32_t epoch) {
        return fetch(request(member, epoch));
    }

    struct Batch {
        std::int64_t first;
        std::int64_t last;
        std::int8_t type;
    };
    ErrorCode acknowledge(const std::string& member, std::int32_t epoch, const Batch& batch) {
        ShareAcknowledgeRequest made;
        made.group_id = "g";
        made.member_id = member;
        made.share_session_epoch = epoch;
        add(made, batch);
        const auto response = at.call<ShareAcknowledgeResponse>(made);
        if (response.error_code != 0) {
            return code(response.error_code);
        }
        return code(response.responses.at(0).partitions.at(0).error_code);
    }
    template <class Request>
    void add(Request& to, const Batch& batch) const {
        auto& asked = to.topics.emplace_back();
        asked.topic_id = topic;
        auto& added = asked.partitions.emplace_back().acknowledgement_batches.emplace_back();
        added.first_offset = batch.first;
        added.last_offset = batch.last;
        added.acknowledge_types = {batch.type};
    }

    /// What is kept of the partition: "start: first-last:state*count".
    std::string kept() {
        ReadShareGroupStateRequest request;
        request.group_id = "g";
        auto& asked = request.topics.emplace_back();
        asked.topic_id = topic;
        asked.partitions.emplace_back();
        const auto response = at.call<ReadShareGroupStateResponse>(request);
        const auto& partition = response.results.at(0).partitions.at(0);
        std::string text = fmt::format("{}:", partition.start_offset);
        for (const auto& batch : partition.state_batches) {
            text += fmt::format(" {}-{}:{}*{}", batch.first_offset, batch.last_offset,
                                static_cast<int>(batch.delivery_state), batch.delivery_count);
        }
        return text;
    }

    BrokerFixture at;
    std::int32_t partitions = 1;
    TopicId topic;
    std::size_t last_records = 0;
    std::string last_error;
    ErrorCode acknowledge_error = ErrorCode::none;
};

TEST(ShareFetch, HandsOutEachRecordOnceAndKeepsWhatIsAcknowledged) {
    Shared shared;
    shared.produce(5);
    shared.produce(5);
    auto half = shared.request("a", 0);
    half.max_records = 5;
    EXPECT_EQ(shared.fetch(half), "0-4*1");
    EXPECT_GT(shared.last_records, 61U);
    EXPECT_EQ(shared.fetch("b", 0), "5-9*1");
    EXPECT_EQ(shared.fetch("b", 1), "");
    EXPECT_EQ(shared.acknowledge("a", 1, {0, 4, accept}), ErrorCode::none);
    EXPECT_EQ(shared.kept(), "0: 0-4:2*1");
    EXPECT_EQ(shared.acknowledge("b", 2, {5, 9, release}), ErrorCode::none);
    EXPECT_EQ(shared.fetch("a", 2), "5-9*2");
    EXPECT_EQ(shared.acknowledge("a", 3, {5, 9, reject}), ErrorCode::none);
    EXPECT_EQ(shared.fetch("a", 4), "");
}

TEST(ShareFetch, AcknowledgesOnTheWay) {
    Shared shared;
    shared.produce(5);
    EXPECT_EQ(shared.fetch("a", 0), "0-4*1");
    auto next = shared.request("a", 1);
    shared.add(next, {0, 4, accept});
    EXPECT_EQ(shared.fetch(next), "");
    EXPECT_EQ(shared.acknowledge_error, ErrorCode::none);
    next.share_session_epoch = 2;
    next.topics[0].partitions[0].acknowledgement_batches[0].first_offset = 3;
    next.topics[0].partitions[0].acknowledgement_batches[0].last_offset = 8;
    EXPECT_EQ(shared.fetch(next), "");
    EXPECT_EQ(shared.acknowledge_error, ErrorCode::invalid_record_state);
}

TEST(ShareFetch, WaitsForRecords) {
    Shared shared;
    EXPECT_EQ(shared.fetch("a", 0), "");
    auto patient = shared.request("a", 1);
    patient.max_wait_ms = 20'000;
    shared.produce(1);
    EXPECT_EQ(shared.fetch(patient), "0-0*1");
}

TEST(ShareFetch, LocksEndWithTimeOrWithTheSession) {
    Shared shared({{"log.retention.ms", "-1"}});  // the records are of long ago
    shared.produce(5);
    EXPECT_EQ(shared.fetch("a", 0), "0-4*1");
    shared.at.wait(31s);
    EXPECT_EQ(shared.acknowledge("a", 1, {0, 4, accept}), ErrorCode::invalid_record_state);
    EXPECT_EQ(shared.fetch("b", 0), "0-4*2");
    // What was fetched for a session that ended was not delivered.
    EXPECT_EQ(shared.fetch("b", -1), "");
    EXPECT_EQ(shared.fetch("b", 1), fmt::format("error {}", 122));
    EXPECT_EQ(shared.fetch("a", 2), "0-4*2");
    // Nor was what a connection took with it.
    shared.at.reconnect();
    shared.at.wait(1s);
    EXPECT_EQ(shared.fetch("c", 0), "0-4*2");
}

TEST(ShareFetch, RefusesWhatIsNotSo) {
    struct Row {
        std::string_view why;
        std::function<void(ShareFetchRequest&)> change;
        ErrorCode want;
    };
    const Row rows[] = {
        {"no group", [](auto& made) { made.group_id.reset(); }, ErrorCode::invalid_request},
        {"no member", [](auto& made) { made.member_id = ""; }, ErrorCode::invalid_request},
        {"a long member", [](auto& made) { made.member_id = std::string(37, 'm'); },
         ErrorCode::invalid_request},
        {"36 characters of two bytes, without a session",
         [](auto& made) {
             made.member_id.emplace();
             for (int i = 0; i < 36; ++i) {
                 *made.member_id += "\u00e9";
             }
             made.share_session_epoch = 5;
         },
         ErrorCode::share_session_not_found},
        {"an unknown mode", [](auto& made) { made.share_acquire_mode = 2; },
         ErrorCode::invalid_request},
        {"renews and fetches", [](auto& made) { made.is_renew_ack = true; },
         ErrorCode::invalid_request},
        {"no session", [](auto& made) { made.share_session_epoch = 5; },
         ErrorCode::share_session_not_found},
    };
    Shared shared;
    for (const auto& row : rows) {
        auto made = shared.request("a", 0);
        row.change(made);
        EXPECT_EQ(code(shared.at.call<ShareFetchResponse>(made).error_code), row.want) << row.why;
    }
    auto unknown = shared.request("a", 0);
    unknown.topics[0].topic_id = {};
    EXPECT_EQ(shared.fetch(unknown), fmt::format("error {}", 100));
    EXPECT_EQ(shared.acknowledge("a", 0, {0, 0, accept}), ErrorCode::invalid_share_session_epoch);
    EXPECT_EQ(shared.acknowledge("z", 1, {0, 0, accept}), ErrorCode::share_session_not_found);
    EXPECT_EQ(shared.acknowledge("a", 1, {0, 0, 4}), ErrorCode::invalid_request);
}

TEST(ShareFetch, StateThatSomebodyElseWritesIsReadAgain) {
    Shared shared;
    shared.produce(10);
    EXPECT_EQ(shared.fetch("a", 0), "0-9*1");
    shared.initialize(2, 7);  // as AlterShareGroupOffsets does
    EXPECT_EQ(shared.acknowledge("a", 1, {0, 9, accept}), ErrorCode::not_leader_or_follower);
    EXPECT_EQ(shared.fetch("a", 2), "7-9*1");
}

/// The share coordinator may take a minute for a write: whoever asks it does not wait that long.
TEST(ShareFetch, AWriteThatTheDiskDoesNotTakeIsGivenUpInTime) {
    Shared shared({{"share.coordinator.write.timeout.ms", "60000"}});
    shared.produce(3);
    EXPECT_EQ(shared.fetch("a", 0), "0-2*1");
    const auto& clock = shared.at.simulation().clock();
    const Time began = clock.now();
    shared.at.disk().hang("/data");
    EXPECT_EQ(shared.acknowledge("a", 1, {0, 2, accept}), ErrorCode::coordinator_not_available);
    EXPECT_LT(clock.now() - began, 10s) << "the patience of ShareStateClient and no more";
    shared.at.disk().heal();
    EXPECT_EQ(shared.acknowledge("a", 2, {0, 2, accept}), ErrorCode::none);
}

/// Two partitions of t, on two shards; each blocking call takes 10 ms.
class SlowDisk : public testing::Test {
protected:
    SlowDisk() : shared_({}, 2, {.network_delay = {50us, 50us}, .blocking_delay = {10ms, 10ms}}) {
        for (std::int32_t i = 0; i < 2; ++i) {
            shared_.produce(10, i);
        }
        auto first = shared_.request("a", 0);
        first.topics[0].partitions.emplace_back().partition_index = 1;
        EXPECT_EQ(shared_.fetch(first), "0-9*1 0-9*1");
        // What the first write of a log brings to the medium besides is no matter here.
        EXPECT_EQ(took(1, {{0, 0}, {0, 0}}).second, ErrorCode::none);
    }

    using Answer = std::pair<Duration, ErrorCode>;
    /// Accepts these offsets of each partition; none if the first is negative.
    Answer took(std::int32_t epoch, const std::vector<std::pair<std::int64_t, std::int64_t>>& of) {
        ShareAcknowledgeRequest made;
        made.group_id = "g";
        made.member_id = "a";
        made.share_session_epoch = epoch;
        auto& topic = made.topics.emplace_back();
        topic.topic_id = shared_.topic;
        for (std::size_t i = 0; i < of.size(); ++i) {
            if (of[i].first < 0) {
                continue;
            }
            auto& asked = topic.partitions.emplace_back();
            asked.partition_index = static_cast<std::int32_t>(i);
            auto& batch = asked.acknowledgement_batches.emplace_back();
            batch.first_offset = of[i].first;
            batch.last_offset = of[i].second;
            batch.acknowledge_types = {accept};
        }
        const auto& clock = shared_.at.simulation().clock();
        const Time began = clock.now();
        const auto response = shared_.at.call<ShareAcknowledgeResponse>(made);
        auto error = code(response.error_code);
        for (const auto& answer : response.responses) {
            for (const auto& partition : answer.partitions) {
                error = partition.error_code != 0 ? code(partition.error_code) : error;
            }
        }
        return {clock.now() - began, error};
    }

    Shared shared_;
};

/// They went from shard to shard, each waiting for the disk.
TEST_F(SlowDisk, AcknowledgementsOfPartitionsOnSeveralShardsAreWrittenAtOnce) {
    const auto first = took(2, {{1, 1}, {-1, -1}});
    const auto second = took(3, {{-1, -1}, {1, 1}});
    EXPECT_EQ(first.second, ErrorCode::none);
    EXPECT_EQ(second.second, ErrorCode::none);
    const auto both = took(4, {{2, 2}, {2, 2}});
    EXPECT_EQ(both.second, ErrorCode::none);
    EXPECT_GE(both.first, 10ms) << "it was acknowledged before it was on the medium";
    EXPECT_LT(both.first, std::max(first.first, second.first) + 5ms);
}

/// As Kafka does (KafkaApis.handleShareFetchRequest combines two futures).
TEST_F(SlowDisk, RecordsAreWaitedForWhileAcknowledgementsAreWritten) {
    auto next = shared_.request("a", 2);
    shared_.add(next, {1, 9, accept});
    next.max_wait_ms = 10;
    const auto& clock = shared_.at.simulation().clock();
    const Time began = clock.now();
    EXPECT_EQ(shared_.fetch(next), "");
    EXPECT_EQ(shared_.acknowledge_error, ErrorCode::none);
    EXPECT_GE(clock.now() - began, 10ms);
    EXPECT_LT(clock.now() - began, 18ms) << "the one, and then the other";
}

TEST(ShareFetch, RejectedRecordsGoToTheDeadLetterQueue) {
    Shared shared({{"errors.deadletterqueue.auto.create.topics.enable", "true"}});
    IncrementalAlterConfigsRequest configs;
    auto& group = configs.resources.emplace_back();
    group.resource_type = 32;  // a group
    group.resource_name = "g";
    for (const auto& [name, value] :
         {std::pair("errors.deadletterqueue.topic.name", "dlq.t"),
          std::pair("errors.deadletterqueue.copy.record.enable", "true")}) {
        auto& config = group.configs.emplace_back();
        config.name = name;
        config.value = value;
    }
    const auto set = shared.at.call<IncrementalAlterConfigsResponse>(configs);
    ASSERT_EQ(set.responses.at(0).error_code, 0);
    shared.produce(5);
    EXPECT_EQ(shared.fetch("a", 0), "0-4*1");
    EXPECT_EQ(shared.acknowledge("a", 1, {1, 3, reject}), ErrorCode::none);
    EXPECT_EQ(shared.acknowledge("a", 2, {0, 0, accept}), ErrorCode::none);
    std::int64_t end = 0;
    for (int i = 0; i < 100 && end < 3; ++i) {
        shared.at.wait(100ms);
        ListOffsetsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = "dlq.t";
        topic.partitions.emplace_back().timestamp = -1;
        const auto response = shared.at.call<ListOffsetsResponse>(request);
        end = response.topics.at(0).partitions.at(0).offset;
    }
    EXPECT_EQ(end, 3);
    shared.at.wait(1s);
    EXPECT_EQ(shared.acknowledge("a", 3, {4, 4, accept}), ErrorCode::none);
    EXPECT_EQ(shared.kept(), "4: 4-4:2*1");
}

}  // namespace
}  // namespace barnabas::broker
