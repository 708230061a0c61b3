// A share partition: loaded from any state, then fetched, acknowledged, written and lost in any
// order. The input is a sequence of steps: what to do, and numbers that choose how.
#include "fuzz/input.h"
#include "share/share_partition.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::share {
namespace {

class World {
public:
    explicit World(fuzzing::Input& input) : input_(input) {
        Kept kept{.start = Offset{input_.byte() % 16}};
        for (int left = input_.byte() % 4; left > 0; --left) {
            const Offset first{input_.byte()};
            kept.batches.push_back({.first = first,
                                    .last = first + input_.byte() % 16,
                                    .state = static_cast<RecordState>(input_.byte() % 6),
                                    .delivery_count = static_cast<std::int16_t>(input_.byte())});
        }
        if (auto loaded = SharePartition::load(kept)) {
            partition_.emplace(std::move(*loaded));
        }
        settings_.delivery_count_limit = 2 + input_.byte() % 9;
        settings_.record_locks_max = 1 + input_.byte();
        settings_.dead_letters = input_.byte() % 2 != 0;
    }

    [[nodiscard]] bool loaded() const { return partition_.has_value(); }

    void step() {
        switch (input_.byte() % 8) {
            case 0:
            case 1:
                fetch();
                break;
            case 2:
            case 3:
                acknowledge();
                break;
            case 4:
                writing_ = writing_ ? writing_ : number_of(partition_->take_write());
                break;
            case 5:
                if (writing_) {
                    partition_->on_written(*writing_, input_.byte() % 4 != 0, settings_, now_);
                    writing_.reset();
                }
                break;
            case 6:
                now_ += std::chrono::seconds(input_.byte() % 40);
                partition_->on_tick(settings_, now_);
                partition_->release(member());
                break;
            default:
                for (const auto& letters : partition_->take_dead_letters()) {
                    partition_->on_dead_letters_kept(letters);
                }
                partition_->move_log_start(Offset{input_.byte() % 64});
                break;
        }
    }

private:
    static std::optional<std::uint64_t> number_of(const std::optional<Write>& write) {
        return write ? std::optional(write->number) : std::nullopt;
    }
    std::string member() { return std::string(1, static_cast<char>('a' + input_.byte() % 3)); }

    void fetch() {
        const Offset from = partition_->next_fetch_offset();
        std::vector<FetchedBatch> batches;
        Offset first = from - std::min<std::int64_t>(from.get(), input_.byte() % 8);
        for (int left = input_.byte() % 4; left > 0; --left) {
            const Offset last = std::max(first, from) + input_.byte() % 16;
            batches.push_back({.first = first, .last = last, .aborted = input_.byte() % 5 == 0});
            first = last + 1 + (input_.byte() % 4 == 0 ? 3 : 0);
        }
        const auto who = member();
        const auto ranges =
            partition_->acquire({.member = who,
                                 .mode = static_cast<AcquireMode>(input_.byte() % 2),
                                 .batch_size = input_.byte() % 32,
                                 .records_max = input_.byte() % 64,
                                 .fetch_offset = from,
                                 .batches = batches},
                                settings_, now_);
        for (std::size_t i = 1; i < ranges.size(); ++i) {
            INVARIANT(ranges[i - 1].last < ranges[i].first, "ranges {} and {} overlap", i - 1, i);
        }
    }

    void acknowledge() {
        const Offset first = partition_->start() + (input_.byte() % 32 - 8);
        const Offset last = first + (input_.byte() % 16 - 1);
        std::vector<std::int8_t> types;
        const auto length = std::max<std::int64_t>(0, last - first + 1);
        const auto count = input_.byte() % 2 != 0 ? 1 : length;
        for (std::int64_t i = 0; i < count; ++i) {
            types.push_back(static_cast<std::int8_t>(input_.byte() % 6));
        }
        const Acknowledgement batch{.first = first, .last = last, .types = types};
        const auto result =
            partition_->acknowledge(member(), std::span(&batch, 1), settings_, now_);
        ignore(result, "whatever it says, the invariants hold");
    }

    fuzzing::Input& input_;
    std::optional<SharePartition> partition_;
    Settings settings_;
    Time now_{1h};
    std::optional<std::uint64_t> writing_;
};

}  // namespace
}  // namespace barnabas::share

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    barnabas::fuzzing::Input input(data, size);
    barnabas::share::World world(input);
    while (world.loaded() && !input.rest().empty()) {
        world.step();
    }
    return 0;
}
