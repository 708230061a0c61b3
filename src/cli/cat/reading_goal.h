#pragma once

#include <barnabas/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace barnabas::cli {

/// When enough has been read: -c, -e and e@. Hears of the partitions that are read, of records and
/// of ends, and says which partitions are done with.
///
/// Always: a partition that is done stays so until it is assigned anew.
class ReadingGoal {
public:
    struct Limits {
        std::int64_t count = 0;  ///< 0: no end
        bool exit_at_end = false;
        std::optional<Timestamp> stop_before{};
    };
    explicit ReadingGoal(Limits limits) : limits_(limits) {}

    /// These are read from now on, too.
    void assign(const std::vector<TopicPartition>& partitions);
    void revoke(const std::vector<TopicPartition>& partitions);

    enum class Verdict : std::int8_t {
        print,
        late,  ///< it is not older than `stop_before`: its partition is done
        skip,  ///< of a partition that is done, or behind the count
    };
    [[nodiscard]] Verdict on_record(const TopicPartition& partition, Timestamp timestamp);
    /// Nothing is left to be read of the partition at the moment. Whether that is news.
    [[nodiscard]] bool on_end(const TopicPartition& partition);

    [[nodiscard]] bool is_done(const TopicPartition& partition) const;
    /// The count is reached, or all partitions are done; never as long as there are none.
    [[nodiscard]] bool reached() const;

private:
    struct State {
        bool at_end = false;
        bool done = false;
    };

    Limits limits_;
    std::int64_t printed_ = 0;
    std::map<TopicPartition, State> partitions_;
};

}  // namespace barnabas::cli
