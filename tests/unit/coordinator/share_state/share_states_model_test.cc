// Random leaders that initialize, write, read and delete against a coordinator that restarts on the
// whole log or on what pruning has left of it. What is read equals a plain map of offsets, in which
// the highest (count, state) stands that was ever written of each.
#include "support/seeds.h"
#include "unit/coordinator/share_state/share_state_world.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <utility>

namespace barnabas::coordinator {
namespace {

using testing::ShareStateWorld;
using testing::WriteSpec;
using enum ErrorCode;

constexpr std::int32_t partitions = 4;

/// What one partition's state should be.
struct Plain {
    std::int32_t state_epoch = 0;
    std::int32_t state_epoch_max = 0;
    std::int32_t leader_epoch = 0;
    std::int32_t leader_epoch_max = 0;
    std::int64_t start = 0;
    std::int32_t done = 0;
    std::map<std::int64_t, std::pair<std::int16_t, std::int8_t>> offsets;

    void move_start(std::int64_t to, std::int32_t count) {
        if (to == start) {
            done = std::max(done, count);
        } else if (to > start) {
            done = count;
            start = to;
        }
        if (start != -1) {
            offsets.erase(offsets.begin(), offsets.lower_bound(start));
        }
    }
    void write(const WriteSpec& spec) {
        move_start(spec.start, spec.done);
        for (const auto& batch : spec.batches) {
            for (auto at = std::max(batch.first, start); at <= batch.last; ++at) {
                const std::pair said{batch.count, batch.state};
                auto& known = offsets.try_emplace(at, said).first->second;
                known = std::max(known, said);
            }
        }
    }
    [[nodiscard]] std::string text() const {
        std::string text;
        for (auto at = offsets.begin(); at != offsets.end();) {
            auto last = at;
            for (auto next = std::next(at);
                 next != offsets.end() && next->first == last->first + 1 &&
                 next->second == at->second;
                 ++next) {
                last = next;
            }
            text += fmt::format("{}[{}-{}:{}*{}]", text.empty() ? "" : " ", at->first, last->first,
                                at->second.second, at->second.first);
            at = std::next(last);
        }
        return text;
    }
};

class Model {
public:
    explicit Model(std::uint64_t seed)
        : random_(seed),
          world_({.updates_per_snapshot = static_cast<std::int32_t>(below(6)),
                  .cold_interval = 60s,
                  .prune_interval = 40s}) {}

    void step() {
        world_.pass(std::chrono::milliseconds(below(one_in(10) ? 90'000 : 500)));
        const auto partition = static_cast<std::int32_t>(below(partitions));
        const std::string group(1, static_cast<char>('a' + below(2)));
        switch (below(14)) {
            case 0:
                return initialize(partition, group);
            case 1:
                return one_in(3) ? remove(partition, group) : read(partition, group, true);
            case 2:
                return read(partition, group, false);
            case 3:
                return world_.work();
            case 4:
                return one_in(4) ? restart() : world_.work();
            default:
                return write(partition, group);
        }
    }

    void check() {
        EXPECT_EQ(world_.states->size(), plain_.size());
        for (const auto& [at, plain] : plain_) {
            SCOPED_TRACE(fmt::format("partition {} of {}", at.first, at.second));
            const auto read = world_.read(at.first, plain.leader_epoch_max, at.second);
            EXPECT_EQ(ShareStateWorld::code(read), none);
            EXPECT_EQ(read.state_epoch, plain.state_epoch);
            EXPECT_EQ(read.start_offset, plain.start);
            EXPECT_EQ(testing::text_of_batches(read.state_batches), plain.text());
            const auto summary = world_.summary(at.first, at.second);
            EXPECT_EQ(summary.state_epoch, plain.state_epoch);
            EXPECT_EQ(summary.leader_epoch, plain.leader_epoch);
            EXPECT_EQ(summary.start_offset, plain.start);
            EXPECT_EQ(summary.delivery_complete_count, plain.done);
        }
        const auto before = world_.states->redundant_before();
        for (const auto& [at, plain] : plain_) {
            const ShareStateKey key{
                .group = at.second, .topic = world_.id("t"), .partition = at.first};
            EXPECT_GE(world_.states->find(key)->snapshot_at, before.value_or(Offset{0}));
        }
    }

private:
    using At = std::pair<std::int32_t, std::string>;

    std::uint64_t below(std::uint64_t n) { return random_() % n; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

    Plain* find(std::int32_t partition, const std::string& group) {
        const auto found = plain_.find({partition, group});
        return found == plain_.end() ? nullptr : &found->second;
    }

    void initialize(std::int32_t partition, const std::string& group) {
        auto* plain = find(partition, group);
        const auto known = plain == nullptr ? 0 : plain->state_epoch_max;
        const auto epoch = std::max(0, known + static_cast<std::int32_t>(below(3)) - 1);
        const auto start = static_cast<std::int64_t>(below(20)) - 1;
        const auto got = world_.initialize(partition, epoch, start, group);
        if (plain != nullptr && epoch < plain->state_epoch_max) {
            EXPECT_EQ(got, fenced_state_epoch);
            return;
        }
        EXPECT_EQ(got, none);
        Plain fresh;
        fresh.state_epoch = epoch;
        fresh.state_epoch_max = epoch;
        fresh.leader_epoch_max = plain == nullptr ? 0 : plain->leader_epoch_max;
        fresh.start = start;
        fresh.done = start == -1 ? -1 : 0;
        plain_[{partition, group}] = fresh;
    }

    void remove(std::int32_t partition, const std::string& group) {
        EXPECT_EQ(world_.remove(partition, group), none);
        plain_.erase({partition, group});
    }

    void read(std::int32_t partition, const std::string& group, bool leads_anew) {
        auto* plain = find(partition, group);
        const auto known = plain == nullptr ? 0 : plain->leader_epoch_max;
        const auto epoch = leads_anew ? known + 1 : std::max(0, known - one_in(4));
        const auto answer = world_.read(partition, epoch, group);
        if (plain == nullptr || epoch < plain->leader_epoch_max) {
            EXPECT_EQ(ShareStateWorld::code(answer),
                      plain == nullptr ? invalid_request : fenced_leader_epoch);
            return;
        }
        EXPECT_EQ(ShareStateWorld::code(answer), none);
        EXPECT_EQ(testing::text_of_batches(answer.state_batches), plain->text());
        if (epoch > plain->leader_epoch_max) {
            plain->leader_epoch = epoch;
            plain->leader_epoch_max = epoch;
        }
    }

    void write(std::int32_t partition, const std::string& group) {
        auto* plain = find(partition, group);
        WriteSpec spec{.partition = partition};
        if (plain != nullptr) {
            spec.state_epoch = std::max(0, plain->state_epoch_max - one_in(15));
            spec.leader_epoch = std::max(0, plain->leader_epoch_max - one_in(15));
            spec.start =
                std::max<std::int64_t>(-1, plain->start + static_cast<std::int64_t>(below(7)) - 2);
        }
        spec.done = static_cast<std::int32_t>(below(20)) - 1;
        for (auto n = below(5); n > 0; --n) {
            const auto first =
                std::max<std::int64_t>(0, spec.start - 3) + static_cast<std::int64_t>(below(40));
            spec.batches.push_back({.first = first,
                                    .last = first + static_cast<std::int64_t>(below(12)),
                                    .state = static_cast<std::int8_t>(below(5)),
                                    .count = static_cast<std::int16_t>(below(4))});
        }
        const auto got = world_.write(spec, group);
        if (plain == nullptr) {
            EXPECT_EQ(got, invalid_request);
        } else if (spec.leader_epoch < plain->leader_epoch_max) {
            EXPECT_EQ(got, fenced_leader_epoch);
        } else if (spec.state_epoch < plain->state_epoch_max) {
            EXPECT_EQ(got, fenced_state_epoch);
        } else {
            EXPECT_EQ(got, none);
            plain->write(spec);
        }
    }

    /// What pruning took away is forgotten with it: how high epochs were before the last snapshot.
    void restart() {
        const bool is_pruned = one_in(2);
        world_.restart(is_pruned ? static_cast<std::size_t>(world_.pruned.get()) : 0);
        if (!is_pruned) {
            return;
        }
        for (auto& [at, plain] : plain_) {
            const ShareStateKey key{
                .group = at.second, .topic = world_.id("t"), .partition = at.first};
            const auto* const known = world_.states->find(key);
            ASSERT_NE(known, nullptr);
            EXPECT_LE(known->leader_epoch_max, plain.leader_epoch_max);
            EXPECT_GE(known->leader_epoch_max, plain.leader_epoch);
            EXPECT_EQ(known->state_epoch_max, plain.state_epoch_max);
            plain.leader_epoch_max = known->leader_epoch_max;
        }
        // So that restarts on the whole log agree with it.
        for (std::int64_t i = 0; i < world_.pruned.get(); ++i) {
            auto& record = world_.sink.log[static_cast<std::size_t>(i)].record;
            record.value.reset();
        }
    }

    std::mt19937_64 random_;
    ShareStateWorld world_;
    std::map<At, Plain> plain_;
};

TEST(ShareStatesModel, WhatIsReadIsWhatAMapSays) {
    const auto first = barnabas::testing::first_seed(1);
    const auto seeds = barnabas::testing::number_of("BARNABAS_SEEDS", 150);
    for (std::uint64_t seed = first; seed < first + seeds; ++seed) {
        SCOPED_TRACE(fmt::format("BARNABAS_SEED={}", seed));
        Model model(seed);
        for (int i = 0; i < 400; ++i) {
            model.step();
            if (i % 10 == 0) {
                model.check();
            }
            if (::testing::Test::HasFailure()) {
                return;
            }
        }
    }
}

}  // namespace
}  // namespace barnabas::coordinator
