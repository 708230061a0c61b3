// Any bytes under the tools. The first byte chooses. Below 128: a file to dump, the lowest 3 bits
// say of which kind, the next 3 how its records are decoded. From 128 on: the files of a partition,
// three lengths of 16 bits (.index, .timeindex, .txnindex), the files, a length of 8 bits and a
// leader-epoch-checkpoint, and the rest is the .log; bit 0: its broker stopped in order. What a
// check finds and a repair can mend must be gone afterwards, no whole batch lost, and the log open.
#include "base/invariant.h"
#include "fuzz/input.h"
#include "log/check/directory_check.h"
#include "log/check/directory_repair.h"
#include "log/directory_files.h"
#include "log/dump/dump_text.h"
#include "log/dump/log_dump.h"
#include "log/file_names.h"
#include "log/log.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"

#include <algorithm>
#include <array>

namespace barnabas::log {
namespace {

const runtime::Path directory = "/d";
const runtime::Path folder = directory / "t-0";

struct Machine {
    runtime::SimulatedClock clock;
    runtime::SeededRandom random{1};
    runtime::SimulatedDisk disk{clock, random};

    Machine() { ignore(disk.create_directories(folder), "a fresh disk"); }

    void write(const runtime::Path& path, ByteView bytes) {
        const auto file = disk.open(path, runtime::OpenMode::create_or_open);
        INVARIANT(file && (*file)->write_at(0, bytes), "a fresh disk fails");
    }
};

/// Every line has to be one.
class Checker final : public DumpOutput {
public:
    explicit Checker(bool json) : json_(json) {}
    void line(std::string_view text) override {
        INVARIANT(!json_ || (text.starts_with('{') && text.ends_with('}') &&
                             text.find('\n') == std::string_view::npos),
                  "no JSON line");
    }
    void error_line(std::string_view text) override {
        INVARIANT(!json_ && !text.empty(), "an error line");
    }

private:
    bool json_;
};

void dump(int chosen, ByteView bytes) {
    static constexpr std::array names{
        "00000000000000000003.log",       "00000000000000000003.index",
        "00000000000000000003.timeindex", "00000000000000000003.txnindex",
        "00000000000000000003.snapshot",  "00000000000000000003-0000000001.checkpoint",
        "00000000000000000003.log",       "bootstrap.checkpoint"};
    Machine machine;
    const auto* name = names[static_cast<std::size_t>(chosen & 7)];
    machine.write(folder / "00000000000000000003.log", bytes);
    machine.write(folder / "00000000000000000003.index", bytes);
    machine.write(folder / name, bytes);
    const DumpOptions options{
        .contents = true, .deep = true, .decoder = static_cast<DumpDecoder>(chosen / 8 % 6)};
    for (const bool json : {false, true}) {
        Checker checker(json);
        DumpText text_sink(checker, true);
        DumpJson json_sink(checker, true);
        LogDump dump(machine.disk, options, json ? static_cast<DumpSink&>(json_sink) : text_sink);
        ignore(dump.file({.name = name, .absolute = (folder / name).string()}), "any verdict");
        dump.finish();
    }
}

ByteView take(ByteView& rest, std::size_t size) {
    const auto taken = rest.first(std::min(size, rest.size()));
    rest = rest.subspan(taken.size());
    return taken;
}

std::size_t mendable(const DirectoryReport& report) {
    return static_cast<std::size_t>(
        std::ranges::count_if(report.problems, [](const auto& each) { return !!each.mend; }));
}

void check(fuzzing::Input& input, bool clean) {
    Machine machine;
    std::array<std::size_t, 3> sizes{};
    for (auto& size : sizes) {
        size = input.byte();
        size = size << 8 | input.byte();
    }
    const std::size_t epochs = input.byte();
    auto rest = input.rest();
    const std::array suffixes{offset_index_suffix, time_index_suffix, txn_index_suffix};
    for (std::size_t i = 0; i < suffixes.size(); ++i) {
        machine.write(folder / file_name(Offset{0}, suffixes[i]), take(rest, sizes[i]));
    }
    machine.write(folder / leader_epoch_file, take(rest, epochs));
    machine.write(folder / file_name(Offset{0}, log_suffix), rest);
    if (clean) {
        machine.write(directory / clean_shutdown_file, {});
    }
    const auto report = DirectoryCheck(machine.disk, directory).run();
    if (!report) {
        return;
    }
    for (const auto& failure : DirectoryRepair(machine.disk).run(report->problems)) {
        INVARIANT(failure.empty(), "a repair failed: {}", failure);
    }
    const auto again = DirectoryCheck(machine.disk, directory).run();
    INVARIANT(again, "a repaired directory is refused: {}", again.error().message);
    INVARIANT(mendable(*again) == 0, "{}", again->problems.front().sentence);
    INVARIANT(again->batches == report->batches, "{} batches became {}", report->batches,
              again->batches);
    const auto log = Log::open({.disk = machine.disk,
                                .folder = folder,
                                .partition = {"t", PartitionId{0}},
                                .config = {},
                                .recovery_point = Offset{std::int64_t{1} << 40},
                                .clean = true,
                                .now = machine.clock.both(),
                                .log = {}});
    INVARIANT(log || log.error().code != ErrorCode::unsupported_version, "a mended file is newer");
}

}  // namespace
}  // namespace barnabas::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas::log;
    barnabas::fuzzing::Input input{data, size};
    const int chosen = input.byte();
    if (chosen < 128) {
        dump(chosen, input.rest());
    } else {
        check(input, (chosen & 1) != 0);
    }
    return 0;
}
