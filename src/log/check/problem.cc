#include "log/check/problem.h"

#include <fmt/format.h>

namespace barnabas::log {

std::string_view problem_name(ProblemKind kind) {
    switch (kind) {
        case ProblemKind::note:
            return "note";
        case ProblemKind::leftover:
            return "leftover";
        case ProblemKind::no_identity:
            return "no-identity";
        case ProblemKind::broken_checkpoint:
            return "broken-checkpoint";
        case ProblemKind::checkpoint_beyond_end:
            return "checkpoint-beyond-end";
        case ProblemKind::broken_partition_metadata:
            return "broken-partition-metadata";
        case ProblemKind::broken_epochs:
            return "broken-epochs";
        case ProblemKind::wrong_epochs:
            return "wrong-epochs";
        case ProblemKind::broken_snapshot:
            return "broken-snapshot";
        case ProblemKind::snapshot_beyond_end:
            return "snapshot-beyond-end";
        case ProblemKind::torn_tail:
            return "torn-tail";
        case ProblemKind::corrupt_batch:
            return "corrupt-batch";
        case ProblemKind::offsets_do_not_rise:
            return "offsets-do-not-rise";
        case ProblemKind::segments_overlap:
            return "segments-overlap";
        case ProblemKind::segment_too_large:
            return "segment-too-large";
        case ProblemKind::missing_index:
            return "missing-index";
        case ProblemKind::broken_index:
            return "broken-index";
        case ProblemKind::wrong_index:
            return "wrong-index";
        case ProblemKind::broken_state:
            return "broken-cluster-state";
        case ProblemKind::other_topic:
            return "other-topic";
    }
    return "note";
}

std::string Mend::in_words() const {
    switch (kind) {
        case Kind::remove_file:
        case Kind::remove_folder:
            return fmt::format("remove {}", path.string());
        case Kind::replace_text:
            return fmt::format("write {} anew", path.string());
        case Kind::rebuild_segment:
            return fmt::format("keep the whole batches of {} and rebuild its indexes",
                               path.string());
    }
    return {};
}

}  // namespace barnabas::log
