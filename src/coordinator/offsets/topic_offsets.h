#pragma once

#include "coordinator/offsets/committed_offset.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace barnabas::coordinator {

/// The offsets that one group has committed of one topic, by partition, in little memory: there may
/// be millions, and most have neither metadata nor an expiry and share one topic id.
/// Always: a partition is in one run at most; no run is empty.
class TopicOffsets {
public:
    /// Instead of an earlier one; whether there was none.
    bool put(std::int32_t partition, const CommittedOffset& offset);
    /// Whether there was one.
    bool erase(std::int32_t partition);

    [[nodiscard]] std::optional<CommittedOffset> find(std::int32_t partition) const;
    [[nodiscard]] bool empty() const { return runs_.empty(); }
    [[nodiscard]] std::size_t size() const;

    /// visit(std::int32_t partition, const CommittedOffset&): partitions in ascending order as long
    /// as all have one topic id.
    void for_each(const auto& visit) const {
        for (const Run& run : runs_) {
            for (const Entry& entry : run.entries) {
                visit(entry.partition, view_of(run, entry));
            }
        }
    }

private:
    /// What few commits have, in one allocation: when it expires, then the metadata with their
    /// size.
    class Extra {
    public:
        explicit Extra(const CommittedOffset& offset);
        [[nodiscard]] Timestamp expires_at() const;
        [[nodiscard]] std::string_view metadata() const;

    private:
        std::unique_ptr<char[]> bytes_;  // nullptr: neither
    };
    struct Entry {
        std::int64_t offset;
        std::int64_t committed_at_ms;
        std::int64_t record;
        std::int32_t partition;
        std::int32_t leader_epoch;
        Extra extra;
    };
    static_assert(sizeof(Entry) == 40, "a million of them are what a coordinator consists of");
    /// Some of the partitions of one block, with one topic id, in ascending order. Blocks keep an
    /// insertion cheap where a topic has very many partitions.
    struct Run {
        std::int32_t block;
        Uuid topic_id;
        std::vector<Entry> entries;
    };

    struct Spot {
        std::size_t run;
        std::size_t entry;
    };

    [[nodiscard]] static Entry entry_of(std::int32_t partition, const CommittedOffset& offset);
    [[nodiscard]] static CommittedOffset view_of(const Run& run, const Entry& entry);
    [[nodiscard]] std::optional<Spot> locate(std::int32_t partition) const;
    [[nodiscard]] Run& run_for(std::int32_t partition, const Uuid& topic_id);

    std::vector<Run> runs_;  // ascending by block; usually one
};

}  // namespace barnabas::coordinator
