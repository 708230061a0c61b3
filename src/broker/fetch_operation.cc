#include "broker/fetch_operation.h"

#include "broker/scatter.h"

#include <algorithm>
#include <functional>
#include <memory>

namespace barnabas::broker {
namespace {

/// An index, the bytes it leads to, and the same of the next segment: each is found missing once.
/// When memory is so short that what was brought in is gone again, the shard waits after all.
constexpr int cold_rounds_max = 8;

/// What is there is not denied sooner, however little the client wants to wait: an answer without
/// records would be taken for the end of the log.
constexpr Duration cold_wait_min = 1s;

bool must_answer(const replication::ReadOutcome& outcome) {
    return outcome.error != ErrorCode::none || outcome.diverging.has_value();
}

/// What a waiting fetch sleeps on; its last owner lets go of it at home.
struct Bell {
    explicit Bell(runtime::Shard& home) : signal(home) {}
    runtime::Signal signal;
    bool rung = false;
};

}  // namespace

FetchOperation::FetchOperation(Services& services, BrokerShard& home, const FetchContext& context,
                               FetchDemands demands)
    : services_(services), home_(home), image_(home.image), demands_(demands) {
    items_.reserve(context.size());
    for (std::size_t i = 0; i < context.size(); ++i) {
        items_.push_back(make_item(context, i));
        if (auto* owner = items_.back().owner;
            owner != nullptr && std::ranges::find(shards_, &owner->shard) == shards_.end()) {
            shards_.push_back(&owner->shard);
        }
    }
}

FetchOperation::Item FetchOperation::make_item(const FetchContext& context, std::size_t i) const {
    const auto& asked = context.topic(i);
    const auto& position = context.position(i);
    const bool by_id = !asked.id.is_zero();
    Item item{.topic = by_id ? image_->topic(asked.id) : image_->topic(asked.name),
              .partition = position.partition,
              .from = {.offset = position.fetch_offset,
                       .current_leader_epoch = position.current_leader_epoch,
                       .last_fetched_epoch = position.last_fetched_epoch,
                       .max_bytes = static_cast<std::uint32_t>(std::max(0, position.max_bytes)),
                       .at_least_one_batch = false,
                       .read_committed = demands_.read_committed},
              .outcome = {}};
    const auto* partition = item.topic == nullptr ? nullptr : item.topic->partition(item.partition);
    if (item.topic == nullptr && by_id) {
        item.outcome.error = ErrorCode::unknown_topic_id;
    } else if (partition == nullptr) {
        item.outcome.error = ErrorCode::unknown_topic_or_partition;
    } else if (partition->why_offline) {
        item.outcome.error = ErrorCode::kafka_storage_error;
    } else if (partition->leader != services_.node) {
        item.outcome.error = ErrorCode::not_leader_or_follower;
    } else {
        item.owner = &services_.owner(item.topic->id, item.partition);
    }
    return item;
}

awaitable<void> FetchOperation::run() {
    const Time deadline = home_.shard.clock().now() + demands_.wait_max;
    co_await read_all(deadline);
    while (!is_enough() && !home_.stopping && home_.shard.clock().now() < deadline) {
        co_await wait_for_more(deadline);
        co_await read_all(deadline);
    }
}

awaitable<void> FetchOperation::read_all(Time deadline) {
    const Time limit = std::max(deadline, home_.shard.clock().now() + cold_wait_min);
    left_cold_ = false;
    bool all_came = true;
    for (int round = 0; !left_cold_; ++round) {
        const bool may_wait = all_came && round == cold_rounds_max;
        std::function<void(std::size_t)> work = [this, may_wait](std::size_t i) {
            read_on(*shards_[i], may_wait);
        };
        co_await scatter(home_.shard, shards_, work);
        auto cold = take_cold();
        if (cold.empty()) {
            break;
        }
        const auto reads = home_.cold_reads.start(std::move(cold));
        const auto came = co_await wait_for(reads, limit);
        all_came = all_came && came == reads.size();
        left_cold_ = came == 0 || round == cold_rounds_max;
    }
    keep_within_limit();
}

/// How many of them came.
awaitable<std::size_t> FetchOperation::wait_for(ColdReadList reads, Time limit) {
    const bool ready = has_something();
    while (!home_.stopping && home_.shard.clock().now() < cold_wait_end(reads, ready, limit)) {
        co_await home_.cold_reads.wait_until(cold_wait_end(reads, ready, limit));
    }
    const auto came = std::ranges::count(reads, ColdRead::State::over, &ColdRead::state);
    co_return static_cast<std::size_t>(came);
}

bool FetchOperation::has_something() const {
    return std::ranges::any_of(items_, [](const Item& item) {
        return item.outcome.records.size > 0 || must_answer(item.outcome);
    });
}

/// What the last round found missing.
std::vector<log::ColdPart> FetchOperation::take_cold() {
    std::vector<log::ColdPart> parts;
    for (auto& item : items_) {
        if (item.outcome.cold) {
            parts.push_back(std::move(*item.outcome.cold));
            item.outcome.cold.reset();
        }
    }
    return parts;
}

/// On the shard that owns the items, in their order. What is cold counts as if it were read: no
/// more is brought in than may be sent.
void FetchOperation::read_on(const runtime::Shard& shard, bool may_wait) {
    std::uint32_t left = demands_.bytes_max;
    bool first = demands_.at_least_one_batch;
    for (auto& item : items_) {
        if (item.owner == nullptr || &item.owner->shard != &shard) {
            continue;
        }
        auto* partition = item.owner->partitions.find(item.topic->id, item.partition);
        if (partition == nullptr) {
            item.outcome = {.error = item.owner->why_not_here(item.topic->id, item.partition).code};
            continue;
        }
        auto from = item.from;
        from.max_bytes = std::min(from.max_bytes, left);
        from.at_least_one_batch = first;
        from.may_wait = may_wait;
        item.outcome = partition->read(from);
        const auto& cold = item.outcome.cold;
        const auto got = cold ? std::min<std::uint64_t>(cold->size, left)
                              : std::uint64_t{item.outcome.records.size};
        left -= static_cast<std::uint32_t>(std::min<std::uint64_t>(left, got));
        first = first && got == 0;
    }
}

/// Each shard read as if it were alone: what is too much together is left for the next fetch.
void FetchOperation::keep_within_limit() {
    bytes_ = 0;
    bool first = demands_.at_least_one_batch;
    for (auto& item : items_) {
        auto& records = item.outcome.records;
        if (!first && bytes_ + records.size > demands_.bytes_max) {
            records = {};
        }
        bytes_ += records.size;
        first = first && records.size == 0;
    }
}

bool FetchOperation::is_enough() const {
    return items_.empty() || left_cold_ || bytes_ >= demands_.bytes_min ||
           std::ranges::any_of(items_, must_answer, &Item::outcome);
}

awaitable<void> FetchOperation::wait_for_more(Time deadline) {
    auto bell = std::make_shared<Bell>(home_.shard);
    auto ring = [bell, &home = home_.shard] {
        home.post([bell] {
            bell->rung = true;
            bell->signal.notify_all();
        });
    };
    auto wait = std::make_shared<replication::FetchWait>(demands_.bytes_min - bytes_, ring);
    const auto each = [this](const runtime::Shard& shard, const auto& act) {
        for (auto& item : items_) {
            if (item.owner != nullptr && &item.owner->shard == &shard) {
                if (auto* found = item.owner->partitions.find(item.topic->id, item.partition)) {
                    act(*found, item);
                }
            }
        }
    };
    std::function<void(std::size_t)> watch = [&](std::size_t i) {
        each(*shards_[i], [&](replication::Partition& partition, const Item& item) {
            partition.watch(wait, item.outcome.high_watermark);
        });
    };
    std::function<void(std::size_t)> unwatch = [&](std::size_t i) {
        each(*shards_[i], [&](replication::Partition& partition, const Item&) {
            partition.unwatch(wait.get());
        });
    };
    co_await scatter(home_.shard, shards_, watch);
    while (!bell->rung && home_.shard.clock().now() < deadline) {
        co_await bell->signal.wait_until(deadline);
    }
    co_await scatter(home_.shard, shards_, unwatch);
}

}  // namespace barnabas::broker
