// What a produced batch costs a leader before it is appended: its checksum and the walk over its
// records. Bytes per second are those of the records before compression.
#include "wire/records/append_validation.h"
#include "wire/records/batch_builder.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <random>
#include <string>

namespace barnabas::wire {
namespace {

constexpr std::int64_t now_ms = 1'700'000'000'000;

/// Half of a record is text that repeats, half is not: codecs find about a factor of two.
std::string make_value(std::size_t size, std::mt19937& random) {
    static constexpr std::string_view text =
        "{\"event\":\"page_view\",\"user\":\"anonymous\",\"ms\":";
    std::string value;
    while (value.size() < size / 2) {
        value += text;
    }
    value.resize(size / 2);
    while (value.size() < size) {
        value += static_cast<char>(random());
    }
    return value;
}

struct Batch {
    ByteBuffer bytes;
    std::size_t uncompressed = 0;
    std::int32_t records = 0;
};

Batch make_batch(std::size_t record_size, std::size_t batch_size, Codec codec) {
    Batch batch;
    std::mt19937 random{4711};  // NOLINT(cert-msc51-cpp): the same batch in every run
    BatchBuilder builder;
    builder.start(batch.bytes, {.compression = Compression::of(codec)});
    while (builder.uncompressed_size() < batch_size) {
        const auto value = make_value(record_size, random);
        const auto added = builder.append(
            Offset{builder.count()},
            {.timestamp = Timestamp{now_ms + builder.count() / 100}, .value = as_bytes(value)});
        if (!added) {
            std::abort();
        }
    }
    batch.uncompressed = builder.uncompressed_size();
    batch.records = builder.count();
    if (!builder.finish()) {
        std::abort();
    }
    return batch;
}

void validate(benchmark::State& state) {
    const auto codec = static_cast<Codec>(state.range(0));
    auto batch = make_batch(static_cast<std::size_t>(state.range(1)),
                            static_cast<std::size_t>(state.range(2)), codec);
    AppendValidator validator;
    AppendRules rules;
    rules.now = Timestamp{now_ms};
    for (auto _ : state) {
        const bool crc = BatchView{batch.bytes.view()}.ensure_valid().has_value();
        auto valid = validator.validate(batch.bytes.mutable_view(), rules);
        if (!crc || !valid) {
            state.SkipWithError("the batch is refused");
            break;
        }
        benchmark::DoNotOptimize(valid->assign(Offset{0}, LeaderEpoch{1}));
    }
    state.SetLabel(std::string{codec_name(codec)});
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(batch.uncompressed));
    state.SetItemsProcessed(state.iterations() * batch.records);
}
BENCHMARK(validate)
    ->ArgNames({"codec", "record", "batch"})
    ->ArgsProduct({{0, 1, 2, 3, 4}, {100, 1000}, {16 << 10, 1 << 20}});

void build(benchmark::State& state) {
    const auto codec = static_cast<Codec>(state.range(0));
    std::mt19937 random{4711};  // NOLINT(cert-msc51-cpp): the same batch in every run
    const auto value = make_value(static_cast<std::size_t>(state.range(1)), random);
    BatchBuilder builder;
    ByteBuffer out;
    std::size_t bytes = 0;
    for (auto _ : state) {
        out.clear();
        builder.start(out, {.compression = Compression::of(codec)});
        bool fine = true;
        while (fine && builder.uncompressed_size() < (1 << 20)) {
            fine = builder
                       .append(Offset{builder.count()},
                               {.timestamp = Timestamp{now_ms}, .value = as_bytes(value)})
                       .has_value();
        }
        bytes += builder.uncompressed_size();
        if (!fine || !builder.finish()) {
            state.SkipWithError("the batch cannot be built");
            break;
        }
    }
    state.SetLabel(std::string{codec_name(codec)});
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(build)->ArgNames({"codec", "record"})->ArgsProduct({{0, 1, 2, 3, 4}, {100, 1000}});

}  // namespace
}  // namespace barnabas::wire
