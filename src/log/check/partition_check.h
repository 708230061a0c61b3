#pragma once

#include "log/check/problem.h"
#include "log/check/segment_check.h"
#include "runtime/disk.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::log {

/// What a partition's folder holds.
struct PartitionFacts {
    std::uint64_t segments = 0;
    std::uint64_t batches = 0;
    std::uint64_t bytes = 0;
    Offset start;  // of its first segment
    Offset end;    // behind its last whole batch
    bool damaged = false;
};

/// Looks through one partition's folder: its files, every segment with its indexes, producers'
/// snapshots, leader epochs and partition.metadata. Changes nothing.
class PartitionCheck {
public:
    struct Options {
        runtime::Disk& disk;
        runtime::Path folder;
        /// The directory's broker stopped in order.
        bool clean = true;
        /// Of the checkpoint; 0 where it says nothing.
        Offset log_start{0};
        /// __cluster_metadata-0 is Kafka's own: it is looked at and never mended.
        bool kraft = false;
    };

    explicit PartitionCheck(Options options) : options_(std::move(options)) {}

    /// Problems are added to `problems`. Errors: the disk's, and unsupported_version for a file of
    /// a newer format, which nothing is said about.
    Result<PartitionFacts> run(Problems& problems);

private:
    Result<void> sort_files(Problems& problems);
    void sort_file(const std::string& name, Problems& problems);
    bool take_data_file(const std::string& name);
    void report_orphans(Problems& problems) const;
    Result<void> check_segments(PartitionFacts& facts, Problems& problems);
    Result<void> start_producers();
    Result<void> check_snapshots(const PartitionFacts& facts, Problems& problems) const;
    struct FoundEpochs {
        LeaderEpochs epochs;
        std::optional<std::pair<ProblemKind, std::string>> problem;
    };
    [[nodiscard]] Result<FoundEpochs> read_epochs() const;
    Result<void> check_epochs(const PartitionFacts& facts, Problems& problems) const;
    Result<void> check_metadata(Problems& problems) const;
    [[nodiscard]] Mend removal(const std::string& name) const;

    Options options_;
    std::vector<Offset> bases_;      // rising
    std::vector<Offset> snapshots_;  // rising
    std::vector<std::string> indexes_;
    bool has_swap_ = false;
    LogSoFar so_far_;
};

}  // namespace barnabas::log
