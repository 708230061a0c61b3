// Old data on a slow disk: whoever reads it waits, and nobody else.
#include "broker/cold_reads.h"

#include "unit/broker/broker_fixture.h"
#include "wire/messages/fetch.h"
#include "wire/messages/produce.h"
#include "wire/records/batch_builder.h"

#include <gtest/gtest.h>

#include <array>

namespace barnabas::broker {
namespace {

using namespace wire;
using Task = boost::asio::awaitable<void>;

constexpr Duration slow = 500ms;

ByteBuffer batch_of(std::size_t value_size) {
    ByteBuffer out;
    BatchBuilder builder;
    builder.start(out, {});
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
        const auto view = output.bytes.view();
        start(exchange(this, std::vector<std::byte>(view.begin(), view.end())));
    }
    bool answered_within(Duration how_long) {
        return simulation_.run_until([this] { return answers_.size() >= waited_ + 1; }, how_long) &&
               ++waited_ > 0;
    }
    [[nodiscard]] bool answered() const { return answers_.size() > waited_; }
    /// The last answer, without its header.
    template <class Response>
    Response answer(std::int16_t version) {
        const bool tagged = response_header_version(Response::api_key, version) > 0;
        auto decoded = decode<Response>(ByteView(answers_.back()).subspan(tagged ? 5 : 4), version);
        EXPECT_TRUE(decoded) << decoded.error().message;
        return std::move(*decoded);
    }

private:
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
    static Task exchange(Client* at, std::vector<std::byte> request) {
        const runtime::Piece pieces[] = {ByteView(request)};
        if (!co_await at->stream_->write(pieces)) {
            co_return;
        }
        std::vector<std::byte> received;
        std::vector<std::byte> part(1 << 16);
        while (received.size() < 4 ||
               received.size() - 4 < load_big_endian<std::uint32_t>(received.data())) {
            const auto got = co_await at->stream_->read_some(part);
            if (!got || *got == 0) {
                co_return;
            }
            received.insert(received.end(), part.begin(),
                            part.begin() + static_cast<std::ptrdiff_t>(*got));
        }
        at->answers_.emplace_back(received.begin() + 4, received.end());
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
    BrokerFixture broker({{"flush.before.ack", "never"}}, GetParam(),
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

INSTANTIATE_TEST_SUITE_P(Shards, ColdFetchTest, ::testing::Values(1U, 2U));

TEST(ColdReads, AreBoundedAndAllDone) {
    runtime::Simulation simulation(7, {.blocking_delay = {1ms, 20ms}});
    auto& machine = simulation.add_machine("m");
    const auto file = machine.disk().open("/f", runtime::OpenMode::create_or_open).value();
    ASSERT_TRUE(file->write_at(0, as_bytes(std::string(1 << 20, 'x'))));
    machine.disk().make_cold("/f");
    ColdReads reads(machine.shard(0));
    std::size_t done = 0;
    std::size_t most = 0;
    struct Run {
        static Task one(ColdReads* reads, runtime::Disk* disk, std::uint64_t at,
                        std::size_t* done) {
            std::vector<log::ColdPart> parts{
                {.disk = disk, .path = "/f", .position = at * 65536, .size = 65536},
                {.disk = disk, .path = "/gone", .position = 0, .size = 1}};
            co_await reads->bring_in(std::move(parts));
            ++*done;
        }
    };
    for (std::uint64_t i = 0; i < 16; ++i) {
        machine.shard(0).post([&, i] {
            runtime::spawn(machine.shard(0), Run::one(&reads, &machine.disk(), i, &done));
        });
    }
    const auto all = [&] {
        most = std::max(most, reads.running());
        return done == 16;
    };
    EXPECT_TRUE(simulation.run_until(all, 60s));
    EXPECT_EQ(most, ColdReads::at_once_max);
    EXPECT_EQ(reads.reads(), 32U);
    EXPECT_TRUE(file->in_memory(0, 1 << 20));
}

}  // namespace
}  // namespace barnabas::broker
