// A fetcher, its subscription and the user's drain against brokers whose leaders move, whose logs
// are cut (an unclean election) and whose answers get lost: the user sees every record of the log
// that is left, in order, none skipped and none twice.
#include "client/consumer/drain.h"
#include "client/consumer/fetcher.h"
#include "unit/client/consumer/worlds.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace barnabas::client {
namespace {

using Phase = PartitionState::Phase;

/// One partition: what its leader has.
struct Log {
    struct Batch {
        std::int64_t base;
        std::int32_t count;
        std::int32_t epoch;
    };
    std::vector<Batch> batches;
    std::int32_t leader = 1;
    std::int32_t epoch = 0;

    [[nodiscard]] std::int64_t end() const {
        return batches.empty() ? 0 : batches.back().base + batches.back().count;
    }
    void cut(std::size_t batch_count) { batches.resize(batch_count); }
    /// Where the largest epoch that is not above `asked` ends.
    [[nodiscard]] std::pair<std::int32_t, std::int64_t> end_of(std::int32_t asked) const {
        std::int32_t found = -1;
        std::int64_t end_offset = -1;
        for (const Batch& batch : batches) {
            if (batch.epoch <= asked) {
                found = batch.epoch;
                end_offset = batch.base + batch.count;
            }
        }
        if (batches.empty()) {
            return {asked, 0};
        }
        if (found == -1) {  // older than all that is left: where that begins
            return {asked, batches.front().base};
        }
        if (asked >= epoch) {
            end_offset = end();
        }
        return {found, end_offset};
    }
};

class FetcherModel {
public:
    explicit FetcherModel(unsigned seed) : random_(seed) {
        for (int i = 0; i < 3; ++i) {
            partitions_.push_back(tp("t", i));
            logs_.push_back({.batches = {}, .leader = 1 + i});
        }
        teach();
        ignore(subscription_.assign_by_hand(partitions_), "it is new");
        for (const auto& partition : partitions_) {
            subscription_.seek(*subscription_.find(partition), {.offset = Offset{0}});
            seen_.emplace_back();
        }
    }

    void run(bool cuts) {
        for (int i = 0; i < 3000; ++i) {
            change(cuts);
            step(true);
        }
        for (int i = 0; i < 1500; ++i) {
            step(false);
        }
        for (std::size_t i = 0; i < logs_.size(); ++i) {
            std::vector<std::string> want;
            for (const auto& batch : logs_[i].batches) {
                for (std::int32_t k = 0; k < batch.count; ++k) {
                    want.push_back(name(batch.base + k, batch.epoch));
                }
            }
            // What was seen of an end that was cut off is nowhere any more.
            seen_[i].resize(std::min(seen_[i].size(), want.size()));
            EXPECT_EQ(seen_[i], want) << "partition " << i;
        }
    }

private:
    static std::string name(std::int64_t offset, std::int32_t epoch) {
        return fmt::format("{}@{}", offset, epoch);
    }
    std::uint32_t below(std::uint32_t bound) {
        return static_cast<std::uint32_t>(random_() % bound);
    }

    void teach() {
        Layout layout;
        for (const Log& log : logs_) {
            layout.topics["t"].push_back({.broker = log.leader, .epoch = log.epoch});
        }
        layout.teach(metadata_, now_);
    }

    void change(bool cuts) {
        Log& log = logs_[below(3)];
        if (below(4) == 0) {
            const auto count = static_cast<std::int32_t>(1 + below(5));
            log.batches.push_back({.base = log.end(), .count = count, .epoch = log.epoch});
        }
        if (below(100) == 0) {
            log.leader = static_cast<std::int32_t>(1 + below(3));
            ++log.epoch;
            if (cuts && below(2) == 0 && !log.batches.empty()) {
                log.cut(log.batches.size() - 1 -
                        below(std::min<std::uint32_t>(
                            4, static_cast<std::uint32_t>(log.batches.size()))));
            }
        }
        if (below(40) == 0) {
            const auto& partition = partitions_[below(3)];
            auto& state = *subscription_.find(partition);
            state.paused = !state.paused;
            drain_.set_paused(partition, state.paused);
        }
    }

    void step(bool trouble) {
        now_ += std::chrono::milliseconds(1 + below(20));
        if (!trouble) {
            for (const auto& partition : partitions_) {
                subscription_.find(partition)->paused = false;
                drain_.set_paused(partition, false);
            }
        }
        if (below(10) == 0) {
            teach();
        }
        for (auto& message : std::exchange(messages_, {})) {
            if (message.first <= now_) {
                message.second();
            } else {
                messages_.push_back(std::move(message));
            }
        }
        while (auto fetch = fetcher_.next(now_)) {
            auto shared = std::make_shared<Fetcher::Fetch>(std::move(*fetch));
            if (trouble && below(30) == 0) {
                later([this, shared] { fetcher_.on_failure(shared->broker, now_); });
            } else {
                later([this, shared] { answer(*shared); });
            }
        }
        validate();
        for (auto& error : {fetcher_.take_error()}) {
            EXPECT_FALSE(error) << error->message;
        }
        read();
    }

    void later(std::function<void()> what) {
        messages_.emplace_back(now_ + std::chrono::milliseconds(1 + below(40)), std::move(what));
    }

    /// Without sessions: each request says everything.
    void answer(const Fetcher::Fetch& fetch) {
        wire::FetchResponse response;
        auto frame = std::make_shared<std::vector<ByteBuffer>>();
        for (const auto& topic : fetch.request.topics) {
            auto& answered = response.responses.emplace_back();
            answered.topic_id = topic.topic_id;
            for (const auto& asked : topic.partitions) {
                answered.partitions.push_back(answer(asked, fetch.broker, *frame));
            }
        }
        // The bytes exist now, as the log is now; the answer takes its time.
        auto shared = std::make_shared<wire::FetchResponse>(std::move(response));
        later([this, shared, frame, broker = fetch.broker] {
            fetcher_.on_answer(broker, *shared, 17, frame, {.steady = now_, .wall = Timestamp{0}});
        });
    }

    wire::FetchResponse::Response::Partition answer(
        const wire::FetchRequest::Topic::Partition& asked, BrokerId broker,
        std::vector<ByteBuffer>& frame) {
        const Log& log = logs_[static_cast<std::size_t>(asked.partition)];
        wire::FetchResponse::Response::Partition partition{.partition_index = asked.partition};
        ErrorCode code = ErrorCode::none;
        if (log.leader != broker.get()) {
            code = ErrorCode::not_leader_or_follower;
            if (below(2) == 0) {
                partition.current_leader = {.leader_id = log.leader, .leader_epoch = log.epoch};
            }
        } else if (asked.current_leader_epoch < log.epoch) {
            code = ErrorCode::fenced_leader_epoch;
        } else if (asked.current_leader_epoch > log.epoch) {
            code = ErrorCode::unknown_leader_epoch;
        } else if (asked.fetch_offset > log.end()) {
            code = ErrorCode::offset_out_of_range;
            ADD_FAILURE() << "a position beyond the end is not fetched from before it is validated";
        }
        partition.error_code = static_cast<std::int16_t>(code);
        partition.high_watermark = log.end();
        ByteBuffer bytes;
        for (const auto& batch : log.batches) {
            if (code == ErrorCode::none && batch.base + batch.count > asked.fetch_offset &&
                bytes.size() < 300) {
                add_batch(bytes, {.base = batch.base, .count = batch.count, .epoch = batch.epoch});
            }
        }
        partition.records = wire::Records(bytes.view());
        frame.push_back(std::move(bytes));
        return partition;
    }

    void validate() {
        for (const auto& partition : subscription_.waiting(Phase::await_validation, now_)) {
            PartitionState& state = *subscription_.find(partition);
            state.asking = true;
            const Log& log = logs_[static_cast<std::size_t>(partition.partition.get())];
            const auto [epoch, end] = log.end_of(state.fetch_epoch->get());
            const bool current = state.leader_epoch == LeaderEpoch{log.epoch};
            later([this, partition, asked = state, epoch, end, current] {
                PartitionState& now_state = *subscription_.find(partition);
                if (!current) {  // FENCED_LEADER_EPOCH
                    now_state.asking = false;
                    return;
                }
                ignore(subscription_.validated(partition, asked, LeaderEpoch{epoch}, Offset{end},
                                               Timestamp{0}),
                       "there is a policy");
            });
        }
    }

    void read() {
        if (below(3) == 0) {
            drain_.add(fetcher_.take());
        }
        const auto records = drain_.take(1 + below(4));
        ASSERT_TRUE(records) << records.error().message;
        for (const auto& record : *records) {
            auto& seen = seen_[static_cast<std::size_t>(record.partition().get())];
            const auto offset = static_cast<std::size_t>(record.offset().get());
            ASSERT_LE(offset, seen.size()) << "a record was skipped";
            seen.resize(offset);  // goes back only over what was cut: see the end of run()
            seen.push_back(name(record.offset().get(), record.leader_epoch().get()));
            ++reads_;
        }
        for (const auto& consumed : drain_.take_consumed()) {
            subscription_.consumed(consumed.partition, consumed.stamp, consumed.next);
            fetcher_.released(consumed.partition, consumed.stamp, consumed.released);
        }
    }

public:
    [[nodiscard]] std::size_t reads() const { return reads_; }
    [[nodiscard]] std::size_t stored() const {
        std::size_t sum = 0;
        for (const Log& log : logs_) {
            sum += static_cast<std::size_t>(log.end());
        }
        return sum;
    }

private:
    std::mt19937 random_;
    Time now_{1000s};
    std::vector<TopicPartition> partitions_;
    std::vector<Log> logs_;
    Metadata metadata_{{}};
    Subscription subscription_{{.kind = ResetPolicy::Kind::earliest}};
    Fetcher fetcher_{{.partition_bytes_max = 300}, subscription_, metadata_};
    Drain drain_{{}};
    std::vector<std::pair<Time, std::function<void()>>> messages_;
    std::vector<std::vector<std::string>> seen_;
    std::size_t reads_ = 0;
};

TEST(FetcherModel, NoRecordIsSkippedOrReadTwiceWhileLeadersMove) {
    const unsigned seed = std::random_device{}();
    for (unsigned i = 0; i < 20 && !HasFailure(); ++i) {
        SCOPED_TRACE(fmt::format("seed {}", seed + i));
        FetcherModel model(seed + i);
        model.run(false);
        EXPECT_EQ(model.reads(), model.stored());
    }
}

TEST(FetcherModel, FollowsALogThatIsCut) {
    // The first two: an answer of the leader before, of records that were cut, came when the
    // position had been validated with the new one already.
    std::vector<unsigned> seeds{1426019795, 1026574248};
    const unsigned random = std::random_device{}();
    for (unsigned i = 0; i < 20; ++i) {
        seeds.push_back(random + i);
    }
    for (const unsigned seed : seeds) {
        SCOPED_TRACE(fmt::format("seed {}", seed));
        FetcherModel model(seed);
        model.run(true);
    }
}

}  // namespace
}  // namespace barnabas::client
