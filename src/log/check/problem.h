#pragma once

#include "runtime/disk.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::log {

/// What can be wrong with a log directory. A note harms nobody: leftovers that a broker removes by
/// itself, and what a person may want to know. Everything else is a problem.
enum class ProblemKind : std::uint8_t {
    note,
    leftover,  // a note, too: files that only take room
    no_identity,
    broken_checkpoint,
    checkpoint_beyond_end,
    broken_partition_metadata,
    broken_epochs,
    wrong_epochs,
    broken_snapshot,
    snapshot_beyond_end,
    torn_tail,
    corrupt_batch,
    offsets_do_not_rise,
    segments_overlap,
    segment_too_large,
    missing_index,
    broken_index,
    wrong_index,
    broken_state,  // of cluster.db
    other_topic,
};

/// "torn-tail"
[[nodiscard]] std::string_view problem_name(ProblemKind kind);

/// What a repair does about one.
struct Mend {
    enum class Kind : std::uint8_t {
        remove_file,
        remove_folder,
        replace_text,     // the file gets `text`
        rebuild_segment,  // `path` is its .log: what is no batch is cut, all indexes are made anew
    };
    Kind kind = Kind::remove_file;
    runtime::Path path;
    std::string text;

    /// "remove it", "rebuild the indexes of ..."
    [[nodiscard]] std::string in_words() const;
};

struct Problem {
    ProblemKind kind = ProblemKind::note;
    runtime::Path path;
    std::string sentence;
    std::optional<Mend> mend;

    [[nodiscard]] bool is_note() const {
        return kind == ProblemKind::note || kind == ProblemKind::leftover;
    }
};

using Problems = std::vector<Problem>;

}  // namespace barnabas::log
