#include "log/check/directory_repair.h"

#include "base/invariant.h"
#include "log/file_names.h"
#include "log/producer_state.h"
#include "log/segment.h"
#include "wire/records/producer_snapshot.h"

#include <algorithm>
#include <map>
#include <utility>

namespace barnabas::log {
namespace {

/// The segments of a folder, rising.
Result<std::vector<Offset>> segments_of(runtime::Disk& disk, const runtime::Path& folder) {
    TRY_ASSIGN(const auto entries, disk.list(folder));
    std::vector<Offset> bases;
    for (const auto& entry : entries) {
        if (const auto base = offset_of_file(entry.name, log_suffix)) {
            bases.push_back(*base);
        }
    }
    std::ranges::sort(bases);
    return bases;
}

/// The producers before the first segment, where a snapshot that can be read tells.
Result<ProducerStates> producers_before(runtime::Disk& disk, const runtime::Path& folder,
                                        Offset base) {
    ProducerStates producers;
    const auto path = folder / file_name(base, snapshot_suffix);
    if (disk.exists(path)) {
        TRY_ASSIGN(const auto text, disk.read_text(path));
        if (const auto entries = wire::read_producer_snapshot(as_bytes(text))) {
            producers.restore(*entries, base, no_timestamp);
        }
    }
    return producers;
}

/// What the batches of a segment that stays as it is say of producers.
Result<void> replay(Segment& segment, ProducerStates& producers) {
    ByteBuffer bytes;
    Result<void> failed;
    TRY(segment.scan(0, [&](const ScannedBatch& batch) {
        std::optional<TransactionEnd> end;
        if (batch.header.is_control()) {
            bytes.resize(batch.size);
            failed = segment.read(batch.position, bytes.mutable_view());
            end = read_transaction_end(wire::BatchView(bytes.view())).value_or(std::nullopt);
        }
        producers.apply(batch.header, end, no_timestamp);
        return failed.has_value();
    }));
    return failed;
}

}  // namespace

std::vector<std::string> DirectoryRepair::run(std::span<const Problem> problems) {
    std::vector<std::string> failures;
    std::map<runtime::Path, std::string> done;  // by what was mended: several problems share one
    for (const auto& problem : problems) {
        if (!problem.mend) {
            failures.emplace_back();
            continue;
        }
        const auto [at, first] = done.try_emplace(problem.mend->path);
        if (first) {
            const auto carried_out = carry_out(*problem.mend);
            at->second = carried_out ? std::string() : carried_out.error().message;
        }
        failures.push_back(at->second);
    }
    INVARIANT(failures.size() == problems.size(), "{} answers to {} problems", failures.size(),
              problems.size());
    return failures;
}

Result<void> DirectoryRepair::carry_out(const Mend& mend) {
    switch (mend.kind) {
        case Mend::Kind::remove_file:
            TRY(disk_.remove(mend.path));
            break;
        case Mend::Kind::remove_folder:
            TRY(disk_.remove_all(mend.path));
            break;
        case Mend::Kind::replace_text:
            return disk_.replace_text(mend.path, mend.text);
        case Mend::Kind::rebuild_segment:
            return rebuild(mend.path);
    }
    return disk_.sync_directory(mend.path.parent_path());
}

/// The transaction index needs what the segments before this one say of open transactions.
Result<void> DirectoryRepair::rebuild(const runtime::Path& path) {
    const auto folder = path.parent_path();
    const auto base = offset_of_file(path.filename().string(), log_suffix);
    INVARIANT(base, "{} is no segment", path.string());
    TRY_ASSIGN(const auto bases, segments_of(disk_, folder));
    INVARIANT(!bases.empty(), "{} holds no segment", folder.string());
    TRY_ASSIGN(auto producers, producers_before(disk_, folder, bases.front()));
    for (const auto each : bases) {
        if (each >= *base) {
            break;
        }
        TRY_ASSIGN(const auto segment, Segment::open(disk_, folder, each, {}));
        TRY(replay(*segment, producers));
    }
    TRY_ASSIGN(const auto segment, Segment::open(disk_, folder, *base, {}));
    const auto size_before = segment->size();
    const auto take = [&](const ScannedBatch&, wire::BatchView batch) -> Result<void> {
        const auto end = read_transaction_end(batch).value_or(std::nullopt);
        if (const auto aborted = producers.apply(batch, end, no_timestamp)) {
            segment->transactions().append(*aborted);
        }
        return {};
    };
    TRY_ASSIGN(const auto cut, segment->rebuild(take));
    INVARIANT(segment->size() + cut == size_before, "{} of {} bytes left, {} cut", segment->size(),
              size_before, cut);
    TRY(segment->seal());
    TRY_ASSIGN(const auto file, segment->file());
    TRY(file->sync());
    TRY_ASSIGN(const auto indexes, segment->take_unsynced_indexes());
    for (const auto& index : indexes) {
        TRY(index->sync());
    }
    return disk_.sync_directory(folder);
}

}  // namespace barnabas::log
