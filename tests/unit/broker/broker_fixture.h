#pragma once

#include "broker/broker.h"
#include "broker/config/definitions.h"
#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"
#include "wire/codec.h"
#include "wire/headers.h"
#include "wire/messages/create_topics.h"

#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// A broker on one simulated machine and a client's connection from another. Requests go through
/// listener, dispatcher and handler as they do in production; nothing of it is on a real disk.
class BrokerFixture {
public:
    /// `configs`: beyond those that a broker needs.
    explicit BrokerFixture(const ConfigMap& configs = {}, std::size_t shards = 2,
                           const runtime::SimulationOptions& options = {})
        : simulation_(1, options) {
        machine_ = &simulation_.add_machine("broker", shards);
        client_ = &simulation_.add_machine("client").shard(0);
        start(configs);
        run(connect(this));
        EXPECT_TRUE(stream_) << "no connection";
    }
    BrokerFixture(const BrokerFixture&) = delete;
    BrokerFixture& operator=(const BrokerFixture&) = delete;
    ~BrokerFixture() {
        stream_.reset();
        if (broker_) {
            stop();
        }
    }

    /// Sends one request and waits for its response; nothing if the connection ends instead.
    template <class Response, class Request>
    std::optional<Response> try_call(const Request& request, std::int16_t version) {
        auto responses = call_together<Response>(std::vector{request}, version);
        return responses.empty() ? std::nullopt : std::optional(std::move(responses.front()));
    }
    /// Sends all of them in one go and waits for their responses, in order; those that came, if the
    /// connection ends before.
    template <class Response, class Request>
    std::vector<Response> call_together(const std::vector<Request>& requests,
                                        std::int16_t version = Request::versions.last) {
        std::vector<std::byte> bytes;
        for (const auto& request : requests) {
            append_frame(request, version, bytes);
        }
        const auto before = frames_.size();
        run(exchange(this, bytes, requests.size()));
        const bool tagged = wire::response_header_version(Request::api_key, version) > 0;
        std::vector<Response> responses;
        for (auto i = before; i < frames_.size(); ++i) {
            auto response =
                wire::decode<Response>(ByteView(frames_[i]).subspan(tagged ? 5 : 4), version);
            EXPECT_TRUE(response) << response.error().message;
            if (response) {
                responses.push_back(std::move(*response));
            }
        }
        return responses;
    }
    template <class Response, class Request>
    Response call(const Request& request, std::int16_t version = Request::versions.last) {
        auto response = try_call<Response>(request, version);
        EXPECT_TRUE(response) << Request::name << " version " << version << " was not answered";
        return response ? std::move(*response) : Response();
    }

    /// The error of creating it.
    ErrorCode create_topic(const std::string& name, std::int32_t partitions = 1,
                           const ConfigMap& configs = {}) {
        wire::CreateTopicsRequest request;
        auto& topic = request.topics.emplace_back();
        topic.name = name;
        topic.num_partitions = partitions;
        topic.replication_factor = 1;
        for (const auto& [key, value] : configs) {
            auto& config = topic.configs.emplace_back();
            config.name = key;
            config.value = value;
        }
        const auto response = call<wire::CreateTopicsResponse>(request);
        return static_cast<ErrorCode>(response.topics.at(0).error_code);
    }

    [[nodiscard]] runtime::Simulation& simulation() { return simulation_; }
    [[nodiscard]] runtime::SimulatedDisk& disk() { return machine_->disk(); }
    /// Simulated time passes.
    void wait(Duration how_long) {
        const auto task = [](runtime::Shard* shard, Duration span) -> Task {
            co_await runtime::sleep_for(*shard, span);
        };
        run(task(client_, how_long));
    }
    /// Runs `task` on the broker's machine in a while.
    void after(Duration how_long, std::move_only_function<void()> task) {
        machine_->shard(0).post([this, how_long, task = std::move(task)]() mutable {
            auto& shard = machine_->shard(0);
            shard.call_at(shard.clock().now() + how_long, std::move(task));
        });
    }
    /// The sentence with which the broker wants to end; empty while it goes on.
    [[nodiscard]] const std::string& end() const { return end_; }
    void reconnect() { run(connect(this)); }
    /// It ends before the fixture does.
    void stop() {
        const auto stopped = try_stop();
        EXPECT_TRUE(stopped) << stopped.error().message;
    }
    /// On an error it is still there.
    Result<void> try_stop() {
        Result<void> stopped;
        run_on(machine_->shard(0), stop(this, &stopped));
        return stopped;
    }

private:
    using Task = boost::asio::awaitable<void>;

    void start(const ConfigMap& configs) {
        ConfigMap set{{"listeners", "PLAINTEXT://broker:9092"},
                      {"log.dirs", "/data"},
                      {"metrics.listeners", ""}};
        for (const auto& [name, value] : configs) {
            set.insert_or_assign(name, value);
        }
        const auto definition = broker_definition();
        auto loaded = load_broker_config(definition, set, {});
        ASSERT_TRUE(loaded) << loaded.error().message;
        std::vector<runtime::Shard*> shards;
        for (std::size_t i = 0; i < machine_->size(); ++i) {
            shards.push_back(&machine_->shard(i));
        }
        const Broker::Options broker{.config = std::move(loaded->config),
                                     .statics = std::move(loaded->statics),
                                     .state = StateKind::temporary};
        broker_ = std::make_unique<Broker>(
            Broker::Ports{.shards = shards,
                          .disk = machine_->disk(),
                          .log = {},
                          .host_name = "broker",
                          .on_end = [this](const std::string& why) { end_ = why; }},
            broker);
        run_on(machine_->shard(0), begin(this));
    }

    void run(Task task) { run_on(*client_, std::move(task)); }
    void run_on(runtime::Shard& shard, Task task) {
        done_ = false;
        shard.post([this, &shard, task = std::move(task)]() mutable {
            runtime::spawn(shard, finish(this, std::move(task)));
        });
        EXPECT_TRUE(simulation_.run_until([this] { return done_; }, std::chrono::minutes(10)));
    }
    static Task finish(BrokerFixture* at, Task task) {
        co_await std::move(task);
        at->done_ = true;
    }
    static Task begin(BrokerFixture* at) {
        const auto started = co_await at->broker_->start();
        EXPECT_TRUE(started) << started.error().message;
    }
    static Task stop(BrokerFixture* at, Result<void>* stopped) {
        *stopped = co_await at->broker_->stop();
        if (*stopped) {
            at->broker_.reset();
        }
    }
    static Task connect(BrokerFixture* at) {
        const runtime::Endpoint to{"broker", 9092};
        const Time deadline = at->client_->clock().now() + std::chrono::seconds(10);
        auto stream = co_await at->client_->network().connect(to, {}, deadline);
        at->stream_ = stream ? std::move(*stream) : nullptr;
    }
    template <class Request>
    void append_frame(const Request& request, std::int16_t version, std::vector<std::byte>& bytes) {
        wire::Output output;
        output.bytes.grow(4);
        const wire::RequestHeader header{.request_api_key = Request::api_key,
                                         .request_api_version = version,
                                         .correlation_id = ++correlation_id_,
                                         .client_id = "fixture",
                                         .unknown_tags = {}};
        wire::encode(header, wire::request_header_version(Request::api_key, version), output);
        wire::encode(request, version, output);
        wire::finish_frame(output);
        bytes.insert(bytes.end(), output.bytes.data(), output.bytes.data() + output.bytes.size());
    }
    /// So many frames come back, unless the connection ends.
    static Task exchange(BrokerFixture* at, ByteView requests, std::size_t count) {
        const runtime::Piece pieces[] = {requests};
        if (!co_await at->stream_->write(pieces)) {
            co_return;
        }
        std::vector<std::byte> received;
        std::vector<std::byte> part(1 << 16);
        while (count > 0) {
            if (has_frame(received)) {
                const auto end =
                    received.begin() + 4 + static_cast<std::ptrdiff_t>(size_in(received));
                at->frames_.emplace_back(received.begin() + 4, end);
                received.erase(received.begin(), end);
                --count;
                continue;
            }
            const auto got = co_await at->stream_->read_some(part);
            if (!got || *got == 0) {
                co_return;
            }
            received.insert(received.end(), part.begin(),
                            part.begin() + static_cast<std::ptrdiff_t>(*got));
        }
    }
    static bool has_frame(const std::vector<std::byte>& received) {
        return received.size() >= 4 && received.size() - 4 >= size_in(received);
    }
    static std::size_t size_in(const std::vector<std::byte>& received) {
        return load_big_endian<std::uint32_t>(received.data());
    }

    runtime::Simulation simulation_;
    runtime::SimulatedMachine* machine_ = nullptr;
    runtime::Shard* client_ = nullptr;
    std::unique_ptr<Broker> broker_;
    std::unique_ptr<runtime::Stream> stream_;
    std::deque<std::vector<std::byte>> frames_;  // responses hold views into them
    std::string end_;
    std::int32_t correlation_id_ = 0;
    bool done_ = false;
};

}  // namespace barnabas::broker
