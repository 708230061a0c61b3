#include "log/check/partition_check.h"

#include "log/directory_identity.h"
#include "log/file_names.h"
#include "wire/records/producer_snapshot.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::log {
namespace {

constexpr std::array index_suffixes{offset_index_suffix, time_index_suffix, txn_index_suffix};
constexpr std::string_view temporary_file_suffix = ".tmp";
constexpr std::string_view kraft_snapshot_suffix = ".checkpoint";
constexpr std::string_view kraft_state_file = "quorum-state";

std::optional<Offset> offset_of_index(std::string_view name) {
    for (const auto suffix : index_suffixes) {
        if (const auto base = offset_of_file(name, suffix)) {
            return base;
        }
    }
    return std::nullopt;
}

/// The first place where the file of epochs says another thing than the batches.
std::optional<std::string> difference(const LeaderEpochs& file, const LeaderEpochs& batches,
                                      Offset from) {
    const auto& entries = batches.entries();
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (i + 1 < entries.size() && entries[i + 1].start <= from) {
            continue;
        }
        const Offset at = std::max(entries[i].start, from);
        if (const auto said = file.of(at); said != entries[i].epoch) {
            return fmt::format("says epoch {} of offset {}, whose batch is of epoch {}", said, at,
                               entries[i].epoch);
        }
    }
    return std::nullopt;
}

}  // namespace

Mend PartitionCheck::removal(const std::string& name) const {
    return {.kind = Mend::Kind::remove_file, .path = options_.folder / name, .text = {}};
}

Result<PartitionFacts> PartitionCheck::run(Problems& problems) {
    PartitionFacts facts;
    Problems found;
    TRY(sort_files(found));
    TRY(check_metadata(found));
    TRY(check_segments(facts, found));
    TRY(check_snapshots(facts, found));
    TRY(check_epochs(facts, found));
    for (auto& problem : found) {
        if (options_.kraft) {
            problem.mend.reset();
        }
        problems.push_back(std::move(problem));
    }
    return facts;
}

Result<void> PartitionCheck::sort_files(Problems& problems) {
    TRY_ASSIGN(const auto entries, options_.disk.list(options_.folder));
    has_swap_ = std::ranges::any_of(
        entries, [](const auto& entry) { return entry.name.ends_with(swap_suffix); });
    for (const auto& entry : entries) {
        if (entry.is_directory) {
            problems.push_back({.kind = ProblemKind::note,
                                .path = options_.folder / entry.name,
                                .sentence = "is a folder where none belongs; it is left alone",
                                .mend = {}});
        } else if (!take_data_file(entry.name)) {
            sort_file(entry.name, problems);
        }
    }
    std::ranges::sort(bases_);
    std::ranges::sort(snapshots_);
    report_orphans(problems);
    return {};
}

/// Files of the log itself.
bool PartitionCheck::take_data_file(const std::string& name) {
    if (const auto base = offset_of_file(name, log_suffix)) {
        bases_.push_back(*base);
        return true;
    }
    if (const auto offset = offset_of_file(name, snapshot_suffix)) {
        snapshots_.push_back(*offset);
        return true;
    }
    if (offset_of_index(name)) {
        indexes_.push_back(name);
        return true;
    }
    return name == leader_epoch_file || name == partition_metadata_file;
}

void PartitionCheck::sort_file(const std::string& name, Problems& problems) {
    const auto add = [&](ProblemKind kind, std::string sentence, std::optional<Mend> mend) {
        problems.push_back({.kind = kind,
                            .path = options_.folder / name,
                            .sentence = std::move(sentence),
                            .mend = std::move(mend)});
    };
    if (name.ends_with(swap_suffix)) {
        add(ProblemKind::note,
            "is the result of a compaction that was not put in its place; the broker does that "
            "when it starts",
            std::nullopt);
    } else if (name.ends_with(cleaned_suffix) && has_swap_) {
        add(ProblemKind::note,
            "is left by a compaction, beside results of one; the broker decides when it starts",
            std::nullopt);
    } else if (name.ends_with(cleaned_suffix)) {
        add(ProblemKind::leftover, "is left by a compaction that was not finished", removal(name));
    } else if (name.ends_with(deleted_suffix)) {
        add(ProblemKind::leftover, "was deleted and not removed yet", removal(name));
    } else if (name.ends_with(temporary_file_suffix)) {
        add(ProblemKind::leftover, "is a file that was not written to its end", removal(name));
    } else if (name.ends_with(stray_file_suffix)) {
        add(ProblemKind::note,
            "is a segment that was set aside after a crash, because records before it were lost; "
            "it takes room until you remove it",
            std::nullopt);
    } else if (!options_.kraft ||
               (name != kraft_state_file && !name.ends_with(kraft_snapshot_suffix))) {
        add(ProblemKind::note, "is no file of a log; it is left alone", std::nullopt);
    }
}

/// A segment whose .log waits under another name still has its indexes.
void PartitionCheck::report_orphans(Problems& problems) const {
    for (const auto& name : indexes_) {
        if (!has_swap_ && !std::ranges::binary_search(bases_, *offset_of_index(name))) {
            problems.push_back({.kind = ProblemKind::leftover,
                                .path = options_.folder / name,
                                .sentence = "is the index of a segment that is not there",
                                .mend = removal(name)});
        }
    }
}

/// The producers that the segments before the first one left, where a snapshot tells.
Result<void> PartitionCheck::start_producers() {
    if (bases_.empty() || !std::ranges::binary_search(snapshots_, bases_.front())) {
        return {};
    }
    TRY_ASSIGN(const auto text, options_.disk.read_text(
                                    options_.folder / file_name(bases_.front(), snapshot_suffix)));
    if (const auto producers = wire::read_producer_snapshot(as_bytes(text))) {
        so_far_.producers.restore(*producers, bases_.front(), no_timestamp);
        // Nothing may be left of one that began before: then no index has to tell of it.
        so_far_.producers.forget_transactions();
    }
    return {};
}

Result<void> PartitionCheck::check_segments(PartitionFacts& facts, Problems& problems) {
    TRY(start_producers());
    if (bases_.empty()) {
        problems.push_back({.kind = ProblemKind::note,
                            .path = options_.folder,
                            .sentence = "has no segment: its log is empty",
                            .mend = {}});
        return {};
    }
    facts.start = bases_.front();
    for (std::size_t i = 0; i < bases_.size(); ++i) {
        const bool last = i + 1 == bases_.size();
        const auto path = options_.folder / file_name(bases_[i], log_suffix);
        if (i > 0 && so_far_.end > bases_[i]) {
            problems.push_back(
                {.kind = ProblemKind::segments_overlap,
                 .path = path,
                 .sentence = fmt::format("begins at offset {}; the segment before it ends at {}",
                                         bases_[i], so_far_.end),
                 .mend = {}});
        } else if (i > 0 && so_far_.end < bases_[i]) {
            problems.push_back({.kind = ProblemKind::note,
                                .path = path,
                                .sentence = fmt::format(
                                    "follows on offset {}: what lies between was taken away by "
                                    "compaction, or is lost",
                                    so_far_.end),
                                .mend = {}});
        }
        // Kafka leaves its metadata log open, however it stops.
        const SegmentCheck check{.disk = options_.disk,
                                 .folder = options_.folder,
                                 .base = bases_[i],
                                 .closed = !last || (options_.clean && !options_.kraft)};
        TRY_ASSIGN(const auto segment, check.run(so_far_, problems));
        ++facts.segments;
        facts.batches += segment.batches;
        facts.bytes += segment.bytes;
        facts.damaged = facts.damaged || segment.damaged;
    }
    facts.end = so_far_.end;
    return {};
}

Result<void> PartitionCheck::check_snapshots(const PartitionFacts& facts,
                                             Problems& problems) const {
    for (const auto offset : snapshots_) {
        const auto name = file_name(offset, snapshot_suffix);
        const auto path = options_.folder / name;
        TRY_ASSIGN(const auto text, options_.disk.read_text(path));
        const auto producers = wire::read_producer_snapshot(as_bytes(text));
        std::string why;
        if (!producers) {
            why = producers.error().message;
        } else if (const auto late = std::ranges::find_if(
                       *producers, [&](const auto& each) { return each.last_offset >= offset; });
                   late != producers->end()) {
            why = fmt::format("says that producer {} wrote offset {}", late->producer_id,
                              late->last_offset);
        }
        if (!why.empty()) {
            problems.push_back({.kind = ProblemKind::broken_snapshot,
                                .path = path,
                                .sentence = std::move(why),
                                .mend = removal(name)});
        } else if (offset > facts.end && !facts.damaged) {
            problems.push_back(
                {.kind = ProblemKind::snapshot_beyond_end,
                 .path = path,
                 .sentence = fmt::format("is of offset {}; the log ends at {}", offset, facts.end),
                 .mend = removal(name)});
        }
    }
    return {};
}

/// What the file says; a problem where it says nothing, or is missing and should not be.
Result<PartitionCheck::FoundEpochs> PartitionCheck::read_epochs() const {
    const auto path = options_.folder / leader_epoch_file;
    FoundEpochs found;
    if (!options_.disk.exists(path)) {
        if (!so_far_.epochs.entries().empty()) {
            found.problem = {ProblemKind::broken_epochs, "is missing"};
        }
        return found;
    }
    TRY_ASSIGN(const auto text, options_.disk.read_text(path));
    auto parsed = LeaderEpochs::parse(text);
    if (parsed) {
        found.epochs = std::move(*parsed);
    } else if (parsed.error().code == ErrorCode::unsupported_version) {
        return fail(ErrorCode::unsupported_version, "{}: {}", path.string(),
                    parsed.error().message);
    } else {
        found.problem = {ProblemKind::broken_epochs, parsed.error().message};
    }
    return found;
}

Result<void> PartitionCheck::check_epochs(const PartitionFacts& facts, Problems& problems) const {
    TRY_ASSIGN(auto found, read_epochs());
    auto& [epochs, problem] = found;
    const auto& batches = so_far_.epochs;
    // Kafka gives up the beginning of its metadata log without a checkpoint that says so.
    const auto from = options_.kraft && !epochs.entries().empty() ? epochs.entries().front().start
                                                                  : options_.log_start;
    if (!problem) {
        if (auto why = difference(epochs, batches, from)) {
            problem = {ProblemKind::wrong_epochs, std::move(*why)};
        } else if (!epochs.entries().empty() && epochs.entries().back().start > facts.end &&
                   !facts.damaged) {
            problem = {ProblemKind::wrong_epochs,
                       fmt::format("says that epoch {} begins at offset {}; the log ends at {}",
                                   epochs.latest(), epochs.entries().back().start, facts.end)};
        }
    }
    if (!problem) {
        return {};
    }
    for (const auto& entry : batches.entries()) {
        if (epochs.of(std::max(entry.start, from)) != entry.epoch) {
            epochs.assign(entry.epoch, entry.start);
        }
    }
    epochs.truncate_to(facts.end + 1);
    const auto path = options_.folder / leader_epoch_file;
    problems.push_back(
        {.kind = problem->first,
         .path = path,
         .sentence = std::move(problem->second),
         .mend = Mend{.kind = Mend::Kind::replace_text, .path = path, .text = epochs.to_text()}});
    return {};
}

Result<void> PartitionCheck::check_metadata(Problems& problems) const {
    const auto path = options_.folder / partition_metadata_file;
    if (!options_.disk.exists(path)) {
        return {};
    }
    TRY_ASSIGN(const auto text, options_.disk.read_text(path));
    const auto id = parse_partition_metadata(text);
    if (!id) {
        return fail(ErrorCode::unsupported_version, "{}: {}", path.string(), id.error().message);
    }
    if (!*id) {
        problems.push_back({.kind = ProblemKind::broken_partition_metadata,
                            .path = path,
                            .sentence = "names no topic id; a broker that knows it writes it anew",
                            .mend = removal(std::string(partition_metadata_file))});
    }
    return {};
}

}  // namespace barnabas::log
