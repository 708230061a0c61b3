#pragma once

#include "log/check/partition_check.h"

#include <gtest/gtest.h>

namespace barnabas::log::testing {

inline Problems problems_of(runtime::Disk& disk, const runtime::Path& folder, Offset log_start,
                            bool clean) {
    Problems problems;
    const auto facts =
        PartitionCheck({.disk = disk, .folder = folder, .clean = clean, .log_start = log_start})
            .run(problems);
    EXPECT_TRUE(facts) << facts.error().message;
    return problems;
}

/// The folder of a log that was closed holds nothing that is wrong: every index says what the
/// batches say, and so does the table of epochs.
inline void expect_sound_folder(runtime::Disk& disk, const runtime::Path& folder,
                                Offset log_start) {
    for (const auto& problem : problems_of(disk, folder, log_start, true)) {
        // A snapshot that a crash or a full disk left half is found out when it is needed.
        EXPECT_TRUE(problem.is_note() || problem.kind == ProblemKind::broken_snapshot)
            << problem_name(problem.kind) << " " << problem.path.string() << " "
            << problem.sentence;
    }
}

/// The same of batches and indexes while the log is open, when it has been flushed.
inline void expect_sound_segments(runtime::Disk& disk, const runtime::Path& folder,
                                  Offset log_start) {
    for (const auto& problem : problems_of(disk, folder, log_start, false)) {
        EXPECT_LT(problem.kind, ProblemKind::torn_tail)
            << problem_name(problem.kind) << " " << problem.path.string() << " "
            << problem.sentence;
    }
}

}  // namespace barnabas::log::testing
