// What a log costs on a real disk's page cache: appends, sequential reads, opening and creating
// many. Bytes per second are those of the batches.
#include "log/log_dirs.h"
#include "runtime/real/posix_disk.h"
#include "runtime/simulated/seeded_random.h"
#include "wire/records/batch_builder.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace barnabas::log {
namespace {

constexpr Now now{Time{std::chrono::hours(1)}, Timestamp{1'767'225'600'000}};

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

ByteBuffer make_batch(std::size_t size) {
    ByteBuffer bytes;
    wire::BatchBuilder builder;
    builder.start(bytes, {});
    const std::string value(100, 'x');
    while (builder.count() == 0 || builder.uncompressed_size() + value.size() < size) {
        if (!builder.append(Offset{builder.count()},
                            {.timestamp = now.wall, .value = as_bytes(value)})) {
            std::abort();
        }
    }
    if (!builder.finish()) {
        std::abort();
    }
    return bytes;
}

std::unique_ptr<Log> open_log(runtime::Disk& disk, const runtime::Path& directory) {
    return must(Log::open({.disk = disk,
                           .folder = directory / "t-0",
                           .partition = {"t", PartitionId{0}},
                           .config = {.retention_bytes = 1 << 30, .max_message_bytes = 2 << 20},
                           .now = now,
                           .log = {}}));
}

/// Checksum, validation and one write; a gigabyte at a time is kept.
void append(benchmark::State& state) {
    TemporaryDirectory directory;
    runtime::PosixDisk disk;
    const auto log = open_log(disk, directory.path);
    const auto original = make_batch(static_cast<std::size_t>(state.range(0)));
    ByteBuffer batch;
    wire::AppendValidator validator;
    for (auto _ : state) {
        batch.clear();
        batch.append(original.view());
        if (!log->append(batch.mutable_view(), {.now = now}, validator)) {
            state.SkipWithError("the batch is refused");
            break;
        }
        if (log->size_bytes() > (std::uint64_t{1} << 30)) {
            log->set_high_watermark(log->log_end());
            must(log->apply_retention(now));
            for (const auto& segment : log->take_deleted()) {
                ignore(segment->remove(), "the directory is temporary");
            }
        }
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(original.size()));
}
BENCHMARK(append)->ArgName("batch")->Arg(200)->Arg(16 << 10)->Arg(1 << 20);

/// Finding what a fetch of up to 1 MB sends, from one end of the log to the other; no byte is read.
void find_slices(benchmark::State& state) {
    TemporaryDirectory directory;
    runtime::PosixDisk disk;
    auto log = open_log(disk, directory.path);
    const auto original = make_batch(static_cast<std::size_t>(state.range(0)));
    ByteBuffer batch;
    wire::AppendValidator validator;
    while (log->size_bytes() < (64 << 20)) {
        batch.clear();
        batch.append(original.view());
        if (!log->append(batch.mutable_view(), {.now = now}, validator)) {
            std::abort();
        }
    }
    must(log->close());
    log = open_log(disk, directory.path);
    const auto records = wire::BatchView(original.view()).count();
    Offset from{0};
    std::int64_t bytes = 0;
    for (auto _ : state) {
        const auto slice = must(log->read(
            from, {.max_bytes = 1 << 20, .at_least_one_batch = true, .end = log->log_end()}));
        bytes += slice.size;
        from = from + static_cast<std::int64_t>(slice.size / original.size()) * records;
        from = from >= log->log_end() ? Offset{0} : from;
    }
    state.SetBytesProcessed(bytes);
}
BENCHMARK(find_slices)->ArgName("batch")->Arg(200)->Arg(16 << 10)->Arg(1 << 20);

/// 2,000 partitions of a new topic, and the same after a restart.
void create_and_open(benchmark::State& state) {
    const bool opening = state.range(0) != 0;
    constexpr int partitions = 2000;
    runtime::PosixDisk disk;
    runtime::SeededRandom random(1);
    for (auto _ : state) {
        state.PauseTiming();
        TemporaryDirectory directory;
        auto dirs = must(LogDirs::open(
            {.disk = disk, .random = random, .directories = {directory.path}, .log = {}}));
        std::vector<std::unique_ptr<Log>> logs;
        state.ResumeTiming();
        for (int i = 0; i < partitions; ++i) {
            logs.push_back(must(dirs->create_log({"t", PartitionId{i}}, Uuid{}, {}, now)));
        }
        state.PauseTiming();
        if (opening) {
            for (auto& log : logs) {
                must(log->close());
            }
            logs.clear();
            must(dirs->mark_clean());
            dirs.reset();
            state.ResumeTiming();
            dirs = must(LogDirs::open(
                {.disk = disk, .random = random, .directories = {directory.path}, .log = {}}));
            for (const auto& found : must(dirs->scan())) {
                logs.push_back(must(dirs->open_log(found, {}, now)));
            }
            state.PauseTiming();
        }
        logs.clear();
        state.ResumeTiming();
    }
    state.SetLabel(opening ? "created and opened again" : "created");
    state.SetItemsProcessed(state.iterations() * partitions);
}
BENCHMARK(create_and_open)->ArgName("open")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace barnabas::log
