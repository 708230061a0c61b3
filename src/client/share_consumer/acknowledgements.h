#pragma once

#include <barnabas/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace barnabas::client {

/// What is said of an offset, with the numbers of the wire. `gap`: it was acquired, but there is no
/// record (compacted away, or a control record), so that nobody is to get it again.
enum class AckType : std::int8_t { gap = 0, accept = 1, release = 2, reject = 3, renew = 4 };

/// Acknowledgements of one partition, as runs of offsets with one type. Always: runs rise, do not
/// overlap, and neighbours that touch differ in type.
class Acknowledgements {
public:
    struct Run {
        Offset first;
        Offset last;  ///< inclusive
        AckType type = AckType::accept;

        friend bool operator==(const Run&, const Run&) = default;
    };

    /// Behind all that is there. INVARIANT: first <= last.
    void append(Offset first, Offset last, AckType type);
    void append(Offset offset, AckType type) { append(offset, offset, type); }
    /// Of other offsets. Where both speak of one (a broker may give a record out twice), the run
    /// that begins first stands.
    void merge(const Acknowledgements& other);
    /// In place of the type that the offset has; INVARIANT: it has one.
    void replace(Offset offset, AckType type);

    [[nodiscard]] bool empty() const { return runs_.empty(); }
    [[nodiscard]] const std::vector<Run>& runs() const { return runs_; }
    [[nodiscard]] std::optional<AckType> find(Offset offset) const;
    [[nodiscard]] bool renews() const;
    /// Those of records: without gaps.
    [[nodiscard]] std::vector<Offset> offsets() const;
    /// As requests carry them: of runs that touch, long ones stand alone with one type, short ones
    /// go together with a type for each offset.
    template <class Batch>
    [[nodiscard]] std::vector<Batch> batches() const;

    friend bool operator==(const Acknowledgements&, const Acknowledgements&) = default;

private:
    /// From so many on, a batch of its own is shorter than a byte for each offset.
    static constexpr std::int64_t alone_min = 16;

    std::vector<Run> runs_;
};

/// Acknowledgements and whom they go to: the broker that handed the records out, as only its share
/// session has them.
struct PartAcks {
    BrokerId broker = no_broker;
    TopicId topic_id;
    TopicPartition partition;
    Acknowledgements acks;
};

template <class Batch>
std::vector<Batch> Acknowledgements::batches() const {
    std::vector<Batch> batches;
    bool open = false;  // the last batch has a type for each of its offsets and may grow
    for (const Run& run : runs_) {
        const std::int64_t count = run.last - run.first + 1;
        const auto type = static_cast<std::int8_t>(run.type);
        if (count >= alone_min) {
            batches.push_back({.first_offset = run.first.get(),
                               .last_offset = run.last.get(),
                               .acknowledge_types = {type},
                               .unknown_tags = {}});
            open = false;
            continue;
        }
        if (!open || batches.back().last_offset + 1 != run.first.get()) {
            batches.push_back({.first_offset = run.first.get(),
                               .last_offset = run.first.get() - 1,
                               .acknowledge_types = {},
                               .unknown_tags = {}});
            open = true;
        }
        batches.back().last_offset = run.last.get();
        batches.back().acknowledge_types.insert(batches.back().acknowledge_types.end(),
                                                static_cast<std::size_t>(count), type);
    }
    for (Batch& batch : batches) {  // one type says it of all
        auto& types = batch.acknowledge_types;
        bool alike = true;
        for (const std::int8_t type : types) {
            alike = alike && type == types.front();
        }
        if (alike) {
            types.resize(1);
        }
    }
    return batches;
}

}  // namespace barnabas::client
