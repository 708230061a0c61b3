// Old data on a slow disk: whoever reads it waits, and nobody else.
#include "broker/cold_reads.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/fetch.h"
#include "wire/messages/list_offsets.h"
#include "wire/messages/produce.h"
#include "wire/records/batch_builder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <utility>

namespace barnabas::broker {
namespace {

using namespace wire;
using Task = boost::asio::awaitable<void>;

constexpr Duration slow = 500ms;

ByteBuffer batch_of(std::size_t value_size, const BatchOptions& options = {}) {
    ByteBuffer out;
    BatchBuilder builder;
    builder.start(out, options);
    const std::string value(value_size, 'x');
    EXPECT_TRUE(builder.append(
        Offset{0}, {.timestamp = Timestamp{1000}, .key = as_bytes("k"), .value = as_bytes(value)}));
    EXPECT_TRUE(builder.finish());
    return out;
}

ProduceRequest produce_to(const std::string& name, const ByteBuffer& records) {
    ProduceRequest request;
    request.acks = 1;
    request.timeout_ms = 1000;
    auto& topic = request.topic_data.emplace_back();
    topic.name = name;
    topic.partition_data.emplace_back().records = Records(records.view());
    return request;
}

FetchRequest fetch_from(const std::vector<std::string>& names, std::int64_t offset) {
    FetchRequest request;
    request.max_wait_ms = 0;
    request.max_bytes = 1 << 20;
    for (const auto& name : names) {
        auto& topic = request.topics.emplace_back();
        topic.topic = name;
        auto& partition = topic.partitions.emplace_back();
        partition.fetch_offset = offset;
        partition.partition_max_bytes = 1 << 20;
    }
    return request;
}

/// A connection that does not wait for an answer before it says that it has one.
class Client {
public:
    Client(runtime::Simulation& simulation, const std::string& name)
        : simulation_(simulation), shard_(simulation.add_machine(name).shard(0)) {
        start(connect(this));
        EXPECT_TRUE(simulation_.run_until([this] { return stream_ != nullptr; }, 60s));
    }

    template <class Request>
    void send(const Request& request, std::int16_t version) {
        send_all(std::vector{request}, version);
    }
    /// Without waiting for an answer in between; all of them before the next ones are sent.
    template <class Request>
    void send_all(const std::vector<Request>& requests, std::int16_t version) {
        std::vector<std::byte> bytes;
        for (const auto& request : requests) {
            const auto frame = frame_of(request, version);
            const auto view = frame.bytes.view();
            bytes.insert(bytes.end(), view.begin(), view.end());
        }
        start(exchange(this, std::move(bytes), requests.size()));
    }
    bool answered_within(Duration how_long) {
        return simulation_.run_until([this] { return answers_.size() >= waited_ + 1; }, how_long) &&
               ++waited_ > 0;
    }
    [[nodiscard]] bool answered() const { return answers_.size() > waited_; }
    /// The last answer that was waited for, without its header.
    template <class Response>
    Response answer(std::int16_t version) {
        const bool tagged = response_header_version(Response::api_key, version) > 0;
        const ByteView frame(answers_.at(waited_ - 1));
        auto decoded = decode<Response>(frame.subspan(tagged ? 5 : 4), version);
        EXPECT_TRUE(decoded) << decoded.error().message;
        return std::move(*decoded);
    }

private:
    template <class Request>
    Output frame_of(const Request& request, std::int16_t version) {
        Output output;
        output.bytes.grow(4);
        const RequestHeader header{.request_api_key = Request::api_key,
                                   .request_api_version = version,
                                   .correlation_id = ++sent_,
                                   .client_id = "c",
                                   .unknown_tags = {}};
        encode(header, request_header_version(Request::api_key, version), output);
        encode(request, version, output);
        finish_frame(output);
        return output;
    }
    void start(Task task) {
        shard_.post(
            [this, task = std::move(task)]() mutable { runtime::spawn(shard_, std::move(task)); });
    }
    static Task connect(Client* at) {
        const runtime::Endpoint to{"broker", 9092};
        auto stream = co_await at->shard_.network().connect(to, {}, at->shard_.clock().now() + 10s);
        EXPECT_TRUE(stream);
        at->stream_ = stream ? std::move(*stream) : nullptr;
    }
    static Task exchange(Client* at, std::vector<std::byte> requests, std::size_t count) {
        const runtime::Piece pieces[] = {ByteView(requests)};
        if (!co_await at->stream_->write(pieces)) {
            co_return;
        }
        std::vector<std::byte> received;
        std::vector<std::byte> part(1 << 16);
        while (count > 0) {
            const auto got = co_await at->stream_->read_some(part);
            if (!got || *got == 0) {
                co_return;
            }
            received.insert(received.end(), part.begin(),
                            part.begin() + static_cast<std::ptrdiff_t>(*got));
            for (; at->take_answer(received); --count) {
            }
        }
    }
    /// The first of them, if it is whole.
    bool take_answer(std::vector<std::byte>& received) {
        const auto size = received.size() < 4 ? 0 : load_big_endian<std::uint32_t>(received.data());
        if (received.size() < 4 || received.size() - 4 < size) {
            return false;
        }
        const auto end = received.begin() + 4 + size;
        answers_.emplace_back(received.begin() + 4, end);
        received.erase(received.begin(), end);
        return true;
    }

    runtime::Simulation& simulation_;
    runtime::Shard& shard_;
    std::unique_ptr<runtime::Stream> stream_;
    std::deque<std::vector<std::byte>> answers_;
    std::size_t waited_ = 0;
    std::int32_t sent_ = 0;
};

std::uint64_t records_of(const FetchResponse& response) {
    std::uint64_t bytes = 0;
    for (const auto& topic : response.responses) {
        for (const auto& partition : topic.partitions) {
            EXPECT_EQ(partition.error_code, 0);
            bytes += partition.records.size();
        }
    }
    return bytes;
}

class ColdFetchTest : public ::testing::TestWithParam<std::size_t> {};

// Shard by shard: with one, everything meets on it; with two, requests hop.
TEST_P(ColdFetchTest, DelaysNeitherAProduceNorAFetchOfAnotherConnection) {
    // Its records are of long ago.
    BrokerFixture broker({{"flush.before.ack", "never"}, {"log.retention.ms", "-1"}}, GetParam(),
                         {.blocking_delay = {slow, slow}});
    ASSERT_EQ(broker.create_topic("old"), ErrorCode::none);
    ASSERT_EQ(broker.create_topic("young"), ErrorCode::none);
    const auto records = batch_of(1000);
    for (int i = 0; i < 50; ++i) {
        broker.call<ProduceResponse>(produce_to("old", records), 9);
    }
    Client reader(broker.simulation(), "reader");
    Client other(broker.simulation(), "other");
    broker.disk().make_cold("/data/old-0/00000000000000000000.log");
    const auto waited = broker.disk().cold_reads_elsewhere();

    reader.send(fetch_from({"old"}, 0), 12);
    EXPECT_FALSE(reader.answered_within(5ms)) << "it reads from the disk";
    for (int i = 0; i < 5; ++i) {
        other.send(produce_to("young", records), 9);
        ASSERT_TRUE(other.answered_within(20ms)) << "a produce waited for the reader";
        EXPECT_EQ(other.answer<ProduceResponse>(9).responses[0].partition_responses[0].error_code,
                  0);
        other.send(fetch_from({"young"}, 0), 12);
        ASSERT_TRUE(other.answered_within(20ms)) << "a fetch waited for the reader";
        EXPECT_EQ(records_of(other.answer<FetchResponse>(12)), (i + 1) * records.size());
    }
    EXPECT_FALSE(reader.answered());
    ASSERT_TRUE(reader.answered_within(10 * slow));
    EXPECT_EQ(records_of(reader.answer<FetchResponse>(12)), 50 * records.size());
    EXPECT_GT(broker.disk().cold_reads_on_pool(), 0U);
    EXPECT_EQ(broker.disk().cold_reads_elsewhere(), waited) << "a shard waited for the disk";

    reader.send(fetch_from({"old"}, 0), 12);
    EXPECT_TRUE(reader.answered_within(20ms)) << "now it is in memory";
}

// The last page of a log that was not written to for a while may have left memory.
TEST_P(ColdFetchTest, AnAppendToALogThatNobodyUsedDelaysNoOtherAndKeepsItsPlace) {
    // Its records are of long ago.
    BrokerFixture broker({{"flush.before.ack", "never"}, {"log.retention.ms", "-1"}}, GetParam(),
                         {.blocking_delay = {slow, slow}});
    ASSERT_EQ(broker.create_topic("old"), ErrorCode::none);
    ASSERT_EQ(broker.create_topic("young"), ErrorCode::none);
    const auto records = batch_of(1000);
    broker.call<ProduceResponse>(produce_to("old", records), 9);
    broker.wait(30s);  // two rounds of upkeep
    Client writer(broker.simulation(), "writer");
    Client other(broker.simulation(), "other");
    other.send(produce_to("young", records), 9);
    ASSERT_TRUE(other.answered_within(10 * slow));
    broker.disk().make_cold("/data/old-0/00000000000000000000.log");
    const auto waited = broker.disk().cold_reads_elsewhere();

    std::deque<ByteBuffer> batches;
    std::vector<ProduceRequest> requests;
    for (std::int32_t i = 0; i < 5; ++i) {
        batches.push_back(batch_of(1000, {.producer_id = ProducerId{7},
                                          .producer_epoch = ProducerEpoch{0},
                                          .base_sequence = i}));
        requests.push_back(produce_to("old", batches.back()));
    }
    writer.send_all(requests, 9);
    for (int i = 0; i < 5; ++i) {
        other.send(produce_to("young", records), 9);
        ASSERT_TRUE(other.answered_within(20ms)) << "it waited for the other topic's disk";
    }
    EXPECT_FALSE(writer.answered());
    for (int i = 0; i < 5; ++i) {
        ASSERT_TRUE(writer.answered_within(10 * slow));
        const auto answer = writer.answer<ProduceResponse>(9);
        const auto& partition = answer.responses[0].partition_responses[0];
        EXPECT_EQ(partition.error_code, 0) << "out of its order, " << i;
        EXPECT_EQ(partition.base_offset, 1 + i);
    }
    EXPECT_EQ(broker.disk().cold_reads_elsewhere(), waited) << "a shard waited for the disk";
    writer.send(produce_to("old", records), 9);
    EXPECT_TRUE(writer.answered_within(20ms)) << "now it is in memory";
}

INSTANTIATE_TEST_SUITE_P(Shards, ColdFetchTest, ::testing::Values(1U, 2U));

TEST(ColdSnapshots, AreNotReadByAShardWhenRetentionAsksForThem) {
    BrokerFixture broker({{"log.initial.task.delay.ms", "20000"}});
    ASSERT_EQ(broker.create_topic("t", 1, {{"segment.bytes", "1048576"}, {"retention.bytes", "1"}}),
              ErrorCode::none);
    for (std::int32_t i = 0; i < 5; ++i) {
        const auto records = batch_of(
            700'000,
            {.producer_id = ProducerId{7}, .producer_epoch = ProducerEpoch{0}, .base_sequence = i});
        const auto answer = broker.call<ProduceResponse>(produce_to("t", records), 9);
        ASSERT_EQ(answer.responses[0].partition_responses[0].error_code, 0);
    }
    broker.wait(15s);
    const auto files = [&broker](std::string_view suffix) {
        std::vector<runtime::Path> paths;
        const auto entries = broker.disk().list("/data/t-0");
        for (const auto& entry : *entries) {
            if (entry.name.ends_with(suffix)) {
                paths.push_back("/data/t-0/" + entry.name);
            }
        }
        return paths;
    };
    ASSERT_EQ(files(".log").size(), 5U);
    ASSERT_GE(files(".snapshot").size(), 4U);
    for (const auto& path : files(".snapshot")) {
        broker.disk().make_cold(path);
    }
    const auto waited = broker.disk().cold_reads_elsewhere();
    const auto on_pool = broker.disk().cold_reads_on_pool();
    broker.wait(20s);
    EXPECT_EQ(files(".log").size(), 1U);
    EXPECT_GE(broker.disk().cold_reads_on_pool(), on_pool + 4);
    EXPECT_EQ(broker.disk().cold_reads_elsewhere(), waited) << "a shard waited for the disk";
}

/// A broker with a topic in each of two directories, whose records are not in memory.
class TwoDisksTest : public ::testing::Test {
protected:
    TwoDisksTest()
        : broker_({{"log.dirs", "/a,/b"}, {"flush.before.ack", "never"}}, 1),
          client_(broker_.simulation(), "reader") {
        for (const std::string topic : {"a", "b"}) {
            EXPECT_EQ(broker_.create_topic(topic), ErrorCode::none);
            EXPECT_TRUE(broker_.disk().exists(log_of(topic)));
            for (int i = 0; i < 20; ++i) {
                broker_.call<ProduceResponse>(produce_to(topic, records_), 9);
            }
        }
        broker_.disk().hang("/b");
        forget("a");
        forget("b");
    }
    ~TwoDisksTest() override { broker_.disk().heal(); }

    static std::string log_of(const std::string& topic) {
        return "/" + topic + "/" + topic + "-0/00000000000000000000.log";
    }
    void forget(const std::string& topic) { broker_.disk().make_cold(log_of(topic)); }
    [[nodiscard]] Time now() { return broker_.simulation().clock().now(); }
    [[nodiscard]] std::uint64_t all() const { return 20 * records_.size(); }
    /// What it answers, and how long that takes.
    std::pair<FetchResponse, Duration> fetch(const std::vector<std::string>& topics,
                                             Duration wait = 0ms, std::int32_t bytes_min = 1) {
        auto request = fetch_from(topics, 0);
        request.max_wait_ms = static_cast<std::int32_t>(wait / 1ms);
        request.min_bytes = bytes_min;
        const Time begin = now();
        client_.send(request, 12);
        EXPECT_TRUE(client_.answered_within(60s));
        return {client_.answer<FetchResponse>(12), now() - begin};
    }

    ByteBuffer records_ = batch_of(1000);
    BrokerFixture broker_;
    Client client_;
};

TEST_F(TwoDisksTest, ADiskThatHangsTakesNoReadsFromAnother) {
    std::deque<Client> stuck;
    for (int i = 0; i < 20; ++i) {
        auto& reader = stuck.emplace_back(broker_.simulation(), fmt::format("stuck{}", i));
        auto request = fetch_from({"b"}, i);
        request.max_wait_ms = 30'000;
        reader.send(request, 12);
    }
    broker_.wait(200ms);
    for (int i = 0; i < 3; ++i) {
        const auto [answer, took] = fetch({"a"});
        EXPECT_EQ(records_of(answer), all());
        EXPECT_LT(took, 100ms);
        forget("a");
    }
    for (auto& reader : stuck) {
        EXPECT_FALSE(reader.answered());
    }
    broker_.disk().heal();
    for (auto& reader : stuck) {
        EXPECT_TRUE(reader.answered_within(10s));
        EXPECT_GT(records_of(reader.answer<FetchResponse>(12)), 0U);
    }
}

TEST_F(TwoDisksTest, PartitionsOfADiskThatWorksAreAnsweredWithoutThoseOfOneThatHangs) {
    const auto [first, first_took] = fetch({"b", "a"}, 30s);
    EXPECT_EQ(records_of(first), all()) << "of a";
    EXPECT_LT(first_took, 250ms);
    const auto [second, second_took] = fetch({"b", "a"}, 30s, 1 << 20);
    EXPECT_EQ(records_of(second), all()) << "though that is less than it wants";
    EXPECT_LT(second_took, 20ms) << "b was waited for already";
    EXPECT_EQ(records_of(fetch({"a"}).first), all());
    broker_.disk().heal();
    broker_.wait(100ms);  // nobody asks for b meanwhile
    const auto cold = broker_.disk().cold_reads_on_pool();
    const auto [last, last_took] = fetch({"b", "a"});
    EXPECT_EQ(records_of(last), 2 * all());
    EXPECT_LT(last_took, 20ms);
    EXPECT_EQ(broker_.disk().cold_reads_on_pool(), cold) << "it was read when the disk went on";
}

TEST_F(TwoDisksTest, NobodyWaitsLongerThanTheClientSaid) {
    struct Row {
        Duration wait;
        Duration least;
    };
    for (const auto& [wait, least] : {Row{0ms, 1s}, Row{500ms, 1s}, Row{5s, 5s}}) {
        const auto [answer, took] = fetch({"b"}, wait);
        EXPECT_EQ(records_of(answer), 0U);
        EXPECT_GE(took, least);
        EXPECT_LT(took, least + 100ms);
    }
    broker_.after(300ms, [this] { broker_.disk().heal(); });
    const auto [answer, took] = fetch({"b"}, 5s);
    EXPECT_EQ(records_of(answer), all());
    EXPECT_LT(took, 500ms);
}

TEST_F(TwoDisksTest, LookupsByTimeAreAnsweredWithoutThoseOfADiskThatHangs) {
    ListOffsetsRequest request;
    for (const auto* name : {"b", "a"}) {
        auto& topic = request.topics.emplace_back();
        topic.name = name;
        for (const std::int64_t timestamp : {1000, -2}) {
            topic.partitions.emplace_back().timestamp = timestamp;
        }
    }
    const auto waited = broker_.disk().cold_reads_elsewhere();
    const auto ask = [&] {
        const Time begin = now();
        client_.send(request, 7);
        EXPECT_TRUE(client_.answered_within(60s));
        std::vector<std::pair<std::int16_t, std::int64_t>> answers;
        const auto answer = client_.answer<ListOffsetsResponse>(7);
        for (const auto& topic : answer.topics) {
            for (const auto& partition : topic.partitions) {
                answers.emplace_back(partition.error_code, partition.offset);
            }
        }
        return std::pair(answers, now() - begin);
    };
    using Answers = std::vector<std::pair<std::int16_t, std::int64_t>>;
    const auto later = static_cast<std::int16_t>(ErrorCode::request_timed_out);
    const auto [first, took] = ask();
    EXPECT_EQ(first, (Answers{{later, -1}, {0, 0}, {0, 0}, {0, 0}}));
    EXPECT_GE(took, 5s);
    EXPECT_LT(took, 6s) << "well before the client gives up";
    broker_.disk().heal();
    const auto [second, second_took] = ask();
    EXPECT_EQ(second, (Answers{{0, 0}, {0, 0}, {0, 0}, {0, 0}}));
    EXPECT_LT(second_took, 100ms);
    EXPECT_EQ(broker_.disk().cold_reads_elsewhere(), waited) << "a shard waited for the disk";
}

TEST_F(TwoDisksTest, AStopDoesNotWaitForTheClientsTime) {
    auto request = fetch_from({"b"}, 0);
    request.max_wait_ms = 60'000;
    client_.send(request, 12);
    broker_.wait(200ms);
    broker_.after(300ms, [this] { broker_.disk().heal(); });
    const Time begin = now();
    broker_.stop();
    EXPECT_LT(now() - begin, 2s);
}

/// Reads of one file per directory, and how many have ended.
class ColdReadsTest : public ::testing::Test {
protected:
    ColdReadsTest() : reads_(machine_.shard(0)) {
        for (const runtime::Path directory : {"/a", "/b"}) {
            EXPECT_TRUE(machine_.disk().create_directories(directory / "t-0"));
            const auto path = file_in(directory);
            const auto file = machine_.disk().open(path, runtime::OpenMode::create_or_open).value();
            EXPECT_TRUE(file->write_at(0, as_bytes(std::string(4 << 20, 'x'))));
            machine_.disk().make_cold(path);
        }
    }
    ~ColdReadsTest() override {
        machine_.disk().heal();
        EXPECT_TRUE(simulation_.run_until([this] { return running() == 0; }, 60s));
    }

    static runtime::Path file_in(const runtime::Path& directory) { return directory / "t-0" / "f"; }
    [[nodiscard]] std::size_t running() const {
        return reads_.running("/a") + reads_.running("/b");
    }
    [[nodiscard]] log::ColdPart part(const runtime::Path& directory, std::uint64_t number) {
        return {.disk = &machine_.disk(),
                .path = file_in(directory),
                .position = number * 4096,
                .size = 4096};
    }
    void start(const runtime::Path& directory, std::uint64_t number) {
        machine_.shard(0).post([this, directory, number] {
            for (auto& read : reads_.start({part(directory, number)})) {
                asked_.push_back(std::move(read));
            }
        });
    }
    [[nodiscard]] std::size_t count(ColdRead::State state) const {
        return static_cast<std::size_t>(std::ranges::count(asked_, state, &ColdRead::state));
    }

    runtime::Simulation simulation_{7, {.blocking_delay = {1ms, 20ms}}};
    runtime::SimulatedMachine& machine_ = simulation_.add_machine("m");
    ColdReads reads_;
    ColdReadList asked_;
};

TEST_F(ColdReadsTest, AreBoundedForEachDirectoryAndAllDone) {
    for (std::uint64_t i = 0; i < 32; ++i) {
        start(i % 2 == 0 ? "/a" : "/b", i / 2);
    }
    start("/gone", 0);
    std::size_t most = 0;
    const auto all = [&] {
        most = std::max(most, reads_.running("/a"));
        EXPECT_LE(reads_.running("/b"), ColdReads::at_once_max);
        return count(ColdRead::State::over) == 33;
    };
    EXPECT_TRUE(simulation_.run_until(all, 60s));
    EXPECT_EQ(most, ColdReads::at_once_max);
    EXPECT_EQ(reads_.reads(), 33U);
    for (const auto* directory : {"/a", "/b"}) {
        const auto file = machine_.disk().open(file_in(directory), runtime::OpenMode::read).value();
        EXPECT_TRUE(file->in_memory(0, 16 * 4096));
    }
}

TEST_F(ColdReadsTest, OfADirectoryThatHangsAreSharedAndAtLastDropped) {
    machine_.disk().hang("/b");
    const auto kept = ColdReads::at_once_max + ColdReads::waiting_max;
    for (std::uint64_t i = 0; i < kept + 10; ++i) {
        start("/b", i % kept);  // the last ten are under way already
    }
    simulation_.run_for(1s);
    EXPECT_EQ(reads_.reads(), kept);
    EXPECT_EQ(reads_.running("/b"), ColdReads::at_once_max);
    EXPECT_EQ(count(ColdRead::State::under_way), kept + 10);
    start("/b", kept);
    start("/a", 0);
    simulation_.run_for(1s);
    EXPECT_EQ(count(ColdRead::State::dropped), 2U)
        << "the first that waited: it was asked for twice";
    EXPECT_EQ(count(ColdRead::State::over), 1U) << "that of /a";
    machine_.disk().heal();
    const auto all = [this] { return count(ColdRead::State::under_way) == 0; };
    EXPECT_TRUE(simulation_.run_until(all, 60s));
    EXPECT_EQ(count(ColdRead::State::dropped), 2U);
}

TEST(ColdWaitEnd, IsTheClientsUnlessThereIsSomethingToAnswerWith) {
    using enum ColdRead::State;
    constexpr Time at{std::chrono::hours(1)};
    struct Row {
        std::vector<std::pair<ColdRead::State, Time>> reads;
        bool ready;
        Time want;
        const char* why;
    };
    const Row rows[] = {
        {{{under_way, at}}, false, at + 5s, "nothing yet"},
        {{{under_way, at}}, true, at + cold_grace, "others are ready"},
        {{{under_way, at - 1h}, {under_way, at}}, true, at + cold_grace, "the younger may come"},
        {{{under_way, at - 1h}}, true, at - 1h + cold_grace, "no longer: it has had its time"},
        {{{over, at}, {under_way, at}}, false, at + cold_grace, "one has come"},
        {{{over, at}}, false, Time{}, "all have come"},
        {{{dropped, at}, {under_way, at}}, false, at + 5s, "a dropped one is nothing"},
        {{{dropped, at}}, false, Time{}, "nothing will come"},
        {{{under_way, at + 6s}}, true, at + 5s, "never longer than the client said"},
        {{}, false, Time{}, "nothing was asked for"},
    };
    for (const auto& row : rows) {
        ColdReadList reads;
        for (const auto& [state, asked_at] : row.reads) {
            reads.push_back(std::make_shared<ColdRead>(state, asked_at));
        }
        EXPECT_EQ(cold_wait_end(reads, row.ready, at + 5s), row.want) << row.why;
    }
}

}  // namespace
}  // namespace barnabas::broker
