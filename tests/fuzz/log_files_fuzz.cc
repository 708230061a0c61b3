// Any bytes as the files of a log. The first byte chooses: 0 to 2 are a segment with its indexes,
// the log opened after a crash (0), after an orderly stop (1) or in the middle of others (2): three
// lengths of 16 bits, of .index, .timeindex and .txnindex, the files, and the rest is the .log. 3
// is a producers' snapshot beside an empty log, 4 any of the text files, 5 Kafka's metadata log.
// Whatever is opened has to be readable, writable, openable again, and compacted where its records
// can be read.
#include "base/invariant.h"
#include "fuzz/input.h"
#include "log/checkpoint_text.h"
#include "log/compaction/compaction_run.h"
#include "log/directory_identity.h"
#include "log/file_names.h"
#include "log/kafka_metadata.h"
#include "log/log.h"
#include "runtime/simulated/seeded_random.h"
#include "runtime/simulated/simulated_clock.h"
#include "runtime/simulated/simulated_disk.h"
#include "wire/records/batch_builder.h"

#include <algorithm>

namespace barnabas::log {
namespace {

const runtime::Path folder = "/t-0";

struct Machine {
    runtime::SimulatedClock clock;
    runtime::SeededRandom random{1};
    runtime::SimulatedDisk disk{clock, random};
    wire::AppendValidator validator;

    Machine() { ignore(disk.create_directories(folder), "a fresh disk"); }

    void write(std::string_view name, ByteView bytes) {
        const auto file = disk.open(folder / name, runtime::OpenMode::create_or_open);
        INVARIANT(file && (*file)->write_at(0, bytes), "a fresh disk fails");
    }

    Result<std::unique_ptr<Log>> open(bool clean) {
        return Log::open(
            {.disk = disk,
             .folder = folder,
             .partition = {"t", PartitionId{0}},
             .config = {.segment_index_bytes = 1000, .max_decompressed_bytes = 1 << 20},
             .recovery_point = Offset{clean ? 1 << 30 : 0},
             .clean = clean,
             .now = clock.both(),
             .log = {}});
    }

    void append(Log& log) {
        ByteBuffer bytes;
        wire::BatchBuilder builder;
        builder.start(bytes, {});
        INVARIANT(builder.append(Offset{0}, {.timestamp = clock.wall()}) && builder.finish(),
                  "a batch cannot be built");
        const auto before = log.log_end();
        const auto sent = log.append(bytes.mutable_view(), {.now = clock.both()}, validator);
        INVARIANT(sent && sent->first == before, "a good log takes no batch");
    }

    /// Everything but what an open transaction holds.
    void compact(Log& log) {
        auto config = log.config();
        config.segment_ms = 1;
        log.set_config(config);
        ignore(log.roll_if_due({clock.now(), Timestamp{std::int64_t{1} << 50}}), "a full index");
        log.set_high_watermark(log.log_end());
        auto plan = log.begin_flush();
        INVARIANT(plan && plan->sync(), "a fresh disk fails");
        log.flushed(*plan, clock.both());
        const auto facts = log.compaction_facts();
        INVARIANT(facts, "segments are not known: {}", facts.error().message);
        const Offset first = facts->segments.front().base;
        auto source = log.compaction_source(first, facts->segments.back().base);
        if (!source || !*source) {
            return;
        }
        CompactionRun run(std::move(**source), {.map_bytes_max = 200,
                                                .buffer_bytes = 100,
                                                .hasher = KeyHasher(1, 2),
                                                .now = clock.wall()});
        while (run.stage() != CompactionRun::Stage::done) {
            const auto stage = run.advance(1000);
            if (!stage) {
                INVARIANT(run.discard(), "a fresh disk fails");
                return;
            }
            if (*stage == CompactionRun::Stage::group_ready) {
                auto group = run.take_group();
                const auto taken = log.swap_in(group);
                INVARIANT(taken && *taken, "nobody else changes the log");
            }
        }
    }

    void use(Log& log) {
        log.set_high_watermark(log.log_end());
        for (const auto from : {log.log_start(), log.last_stable_offset(),
                                log.log_start() + (log.log_end() - log.log_start()) / 2}) {
            ignore(log.read(from,
                            {.max_bytes = 1000, .at_least_one_batch = true, .end = log.log_end()}),
                   "a damaged batch is an error");
            ignore(log.aborted_transactions(from, log.log_end()), "as above");
        }
        ignore(log.find_by_timestamp(Timestamp{1000}), "as above");
        ignore(log.find_max_timestamp(), "as above");
        ignore(log.apply_retention(clock.both()), "as above");
        append(log);
        compact(log);
        ignore(log.truncate_to(std::max(log.log_end() - 2, Offset{0})),
               "a damaged log cannot be cut everywhere");
        ignore(log.close(), "as above");
    }
};

ByteView take(ByteView& rest, std::size_t size) {
    const auto taken = rest.first(std::min(size, rest.size()));
    rest = rest.subspan(taken.size());
    return taken;
}

void open_segment(fuzzing::Input& input, int kind) {
    Machine machine;
    std::array<std::size_t, 3> sizes{};
    for (auto& size : sizes) {
        size = input.byte();
        size = size << 8 | input.byte();
    }
    auto rest = input.rest();
    const std::array suffixes{offset_index_suffix, time_index_suffix, txn_index_suffix};
    for (std::size_t i = 0; i < suffixes.size(); ++i) {
        machine.write(file_name(Offset{0}, suffixes[i]), take(rest, sizes[i]));
    }
    machine.write(file_name(Offset{0}, log_suffix), rest);
    if (kind == 2) {
        machine.write(file_name(Offset{1 << 20}, log_suffix), {});
    }
    auto log = machine.open(kind == 1);
    if (!log) {
        return;
    }
    machine.use(**log);
    log->reset();
    machine.disk.crash();
    ignore(machine.open(false), "that it can be tried is enough");
}

void open_snapshot(ByteView bytes) {
    Machine machine;
    machine.write(file_name(Offset{7}, snapshot_suffix), bytes);
    machine.write(file_name(Offset{7}, log_suffix), {});
    if (auto log = machine.open(true)) {
        machine.use(**log);
    }
}

void parse_texts(ByteView bytes) {
    const auto text = as_text(bytes);
    ignore(parse_offset_checkpoint(text), "any verdict will do");
    ignore(parse_identity(text), "as above");
    ignore(parse_partition_metadata(text), "as above");
    ignore(partition_of_folder(text) ? Result<void>() : Result<void>(), "as above");
    if (const auto epochs = LeaderEpochs::parse(text)) {
        const auto again = LeaderEpochs::parse(epochs->to_text());
        INVARIANT(again && again->entries() == epochs->entries(), "epochs read otherwise");
    }
}

void read_metadata(ByteView bytes) {
    Machine machine;
    machine.write(file_name(Offset{0}, log_suffix), bytes);
    ignore(read_kafka_metadata(machine.disk, folder), "any verdict will do");
    KafkaMetadata metadata;
    ignore(metadata.apply(bytes), "as above");
}

}  // namespace
}  // namespace barnabas::log

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace barnabas::log;
    barnabas::fuzzing::Input input{data, size};
    const int kind = input.byte() % 6;
    if (kind <= 2) {
        open_segment(input, kind);
    } else if (kind == 3) {
        open_snapshot(input.rest());
    } else if (kind == 4) {
        parse_texts(input.rest());
    } else {
        read_metadata(input.rest());
    }
    return 0;
}
