// What compaction costs on a real disk's page cache: from the snapshot of a log to its new
// segments, synced and swapped in. Bytes per second are those that are copied through (each is read
// once more for the map).
#include "log/compaction/compaction_run.h"
#include "log/log.h"
#include "runtime/real/posix_disk.h"
#include "wire/records/batch_builder.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace barnabas::log {
namespace {

constexpr Now now{Time{std::chrono::hours(1)}, Timestamp{1'767'225'600'000}};
constexpr std::uint64_t log_bytes = std::uint64_t{256} << 20;

template <class T>
T must(Result<T> result) {
    if (!result) {
        std::abort();
    }
    return std::move(*result);
}

void must(Result<void> result) {
    if (!result) {
        std::abort();
    }
}

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        auto name = (std::filesystem::temp_directory_path() / "barnabas-XXXXXX").string();
        path = ::mkdtemp(name.data()) != nullptr ? name : "";
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code left;
        std::filesystem::remove_all(path, left);
    }
    runtime::Path path;
};

/// `keys` keys in turn, about 150 bytes a record, 16 KiB a batch.
std::unique_ptr<Log> fill(runtime::Disk& disk, const runtime::Path& directory, std::int64_t keys,
                          wire::Codec codec) {
    auto log = must(Log::open({.disk = disk,
                               .folder = directory / "t-0",
                               .partition = {"t", PartitionId{0}},
                               .config = {.segment_bytes = 64 << 20, .cleanup_compact = true},
                               .now = now,
                               .log = {}}));
    wire::AppendValidator validator;
    wire::BatchBuilder builder;
    ByteBuffer batch;
    const std::string value(120, 'x');
    std::int64_t written = 0;
    std::uint64_t bytes = 0;
    while (bytes < log_bytes) {
        batch.clear();
        builder.start(batch, {.compression = wire::Compression::of(codec)});
        while (builder.uncompressed_size() < (16 << 10)) {
            const auto key = fmt::format("key {:08}", written++ % keys);
            must(builder.append(
                Offset{builder.count()},
                {.timestamp = now.wall, .key = as_bytes(key), .value = as_bytes(value)}));
        }
        bytes += builder.uncompressed_size();
        must(builder.finish());
        if (!log->append(batch.mutable_view(), {.now = now}, validator)) {
            std::abort();
        }
    }
    auto config = log->config();
    config.segment_ms = 1;
    log->set_config(config);
    must(log->roll_if_due({now.steady, now.wall + 1'000'000'000}));
    config.segment_ms = std::int64_t{1} << 40;
    log->set_config(config);
    log->set_high_watermark(log->log_end());
    const auto plan = must(log->begin_flush());
    must(plan.sync());
    log->flushed(plan, now);
    return log;
}

void compact(benchmark::State& state) {
    runtime::PosixDisk disk;
    const auto codec = static_cast<wire::Codec>(state.range(1));
    std::uint64_t read = 0;
    std::uint64_t written = 0;
    for (auto _ : state) {
        state.PauseTiming();
        const TemporaryDirectory directory;
        auto log = fill(disk, directory.path, state.range(0), codec);
        state.ResumeTiming();
        CompactionRun run(*must(log->compaction_source(Offset{0}, log->log_end())),
                          {.map_bytes_max = 128 << 20,
                           .buffer_bytes = 256 << 10,
                           .hasher = KeyHasher(1, 2),
                           .now = now.wall});
        while (run.stage() != CompactionRun::Stage::done) {
            if (must(run.advance(4 << 20)) == CompactionRun::Stage::group_ready) {
                auto group = run.take_group();
                if (!must(log->swap_in(group))) {
                    std::abort();
                }
            }
        }
        read += run.stats().read_bytes;
        written += run.stats().written_bytes;
        state.PauseTiming();
        log.reset();
        state.ResumeTiming();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(read));
    state.SetLabel(fmt::format("{:.0f}% stays",
                               100.0 * static_cast<double>(written) / static_cast<double>(read)));
}
BENCHMARK(compact)
    ->ArgNames({"keys", "codec"})
    ->Args({1'000, 0})
    ->Args({100'000, 0})
    ->Args({2'000'000, 0})
    ->Args({100'000, 3})
    ->Args({100'000, 4})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace barnabas::log
