#include "broker/fetch_operation.h"

#include "broker/scatter.h"

#include <algorithm>
#include <functional>
#include <memory>

namespace barnabas::broker {
namespace {

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
    left_cold_ = false;
    if (auto cold = co_await read_each(false); !cold.empty()) {
        const Time limit = std::max(deadline, home_.shard.clock().now() + cold_wait_min);
        ColdReads::Look look = [this](bool may_wait) { return read_each(may_wait); };
        ColdReads::Wait wait = [this, limit](ColdReadList reads) {
            return wait_for(std::move(reads), limit);
        };
        left_cold_ =
            !co_await home_.cold_reads.warm_up(std::move(cold), std::move(look), std::move(wait));
    }
    keep_within_limit();
}

/// On the shards that own them; answers what is missing.
awaitable<std::vector<log::ColdPart>> FetchOperation::read_each(bool may_wait) {
    std::function<void(std::size_t)> work = [this, may_wait](std::size_t i) {
        read_on(*shards_[i], may_wait);
    };
    co_await scatter(home_.shard, shards_, work);
    co_return take_cold();
}

awaitable<void> FetchOperation::wait_for(ColdReadList reads, Time limit) {
    const bool ready = has_something();
    while (!home_.stopping && home_.shard.clock().now() < cold_wait_end(reads, ready, limit)) {
        co_await home_.cold_reads.wait_until(cold_wait_end(reads, ready, limit));
    }
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
