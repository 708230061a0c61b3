// What a broker pays to read and write the messages of its hot path. Items per second are
// partitions.
#include "wire/codec.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <vector>

namespace barnabas::wire {
namespace {

constexpr std::int16_t produce_version = 13;
constexpr std::int16_t fetch_version = 18;
constexpr std::int16_t metadata_version = 13;

Uuid topic_id(std::uint8_t number) {
    Uuid id;
    id.bytes.fill(number);
    return id;
}

const std::vector<std::byte>& batch() {
    static const std::vector<std::byte> bytes(1024);
    return bytes;
}

ProduceRequest make(ProduceRequest request, int partitions) {
    request.acks = -1;
    request.timeout_ms = 30'000;
    auto& topic = request.topic_data.emplace_back();
    topic.topic_id = topic_id(1);
    for (int i = 0; i < partitions; ++i) {
        topic.partition_data.push_back({.index = i, .records = Records(batch())});
    }
    return request;
}

ProduceResponse make(ProduceResponse response, int partitions) {
    auto& topic = response.responses.emplace_back();
    topic.topic_id = topic_id(1);
    for (int i = 0; i < partitions; ++i) {
        topic.partition_responses.push_back({.index = i, .base_offset = 1'000 + i});
    }
    return response;
}

FetchRequest make(FetchRequest request, int partitions) {
    request.max_wait_ms = 500;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = topic_id(1);
    for (int i = 0; i < partitions; ++i) {
        topic.partitions.push_back(
            {.partition = i, .current_leader_epoch = 3, .fetch_offset = 1'000 + i});
    }
    return request;
}

FetchResponse make(FetchResponse response, int partitions) {
    auto& topic = response.responses.emplace_back();
    topic.topic_id = topic_id(1);
    for (int i = 0; i < partitions; ++i) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = i;
        partition.high_watermark = 1'000 + i;
        partition.aborted_transactions.reset();
        partition.records = Records(ByteView{batch()}.first(100));
    }
    return response;
}

MetadataResponse make(MetadataResponse response, int partitions) {
    response.cluster_id = "5L6g3nShT-eMCtK--X86sw";
    response.brokers.push_back({.node_id = 1, .host = "localhost", .port = 9092});
    auto& topic = response.topics.emplace_back();
    topic.name = "a-topic-of-usual-length";
    topic.topic_id = topic_id(1);
    for (int i = 0; i < partitions; ++i) {
        auto& partition = topic.partitions.emplace_back();
        partition.partition_index = i;
        partition.leader_id = 1;
        partition.replica_nodes = {1, 2, 3};
        partition.isr_nodes = {1, 2, 3};
    }
    return response;
}

template <class M, std::int16_t Version>
void encode_message(benchmark::State& state) {
    const auto message = make(M{}, static_cast<int>(state.range(0)));
    Output output;
    for (auto _ : state) {
        output.bytes.clear();
        encode(message, Version, output);
        benchmark::DoNotOptimize(output.bytes.data());
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

template <class M, std::int16_t Version>
void decode_message(benchmark::State& state) {
    Output output;
    encode(make(M{}, static_cast<int>(state.range(0))), Version, output);
    for (auto _ : state) {
        auto message = decode<M>(output.bytes.view(), Version);
        if (!message) {
            std::abort();
        }
        benchmark::DoNotOptimize(message);
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

#define BOTH_WAYS(Message, version)             \
    BENCHMARK(decode_message<Message, version>) \
        ->Arg(1)                                \
        ->Arg(2'000)                            \
        ->Name("decode/" #Message)              \
        ->Unit(benchmark::kNanosecond);         \
    BENCHMARK(encode_message<Message, version>) \
        ->Arg(1)                                \
        ->Arg(2'000)                            \
        ->Name("encode/" #Message)              \
        ->Unit(benchmark::kNanosecond)

BOTH_WAYS(ProduceRequest, produce_version);
BOTH_WAYS(ProduceResponse, produce_version);
BOTH_WAYS(FetchRequest, fetch_version);
BOTH_WAYS(FetchResponse, fetch_version);
BOTH_WAYS(MetadataResponse, metadata_version);

}  // namespace
}  // namespace barnabas::wire
