#include "broker/share/share_fetch_operation.h"

#include "broker/on_shards.h"
#include "broker/share/fetched_batches.h"
#include "broker/share/share_partitions.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace barnabas::broker {
namespace {

/// As of Fetch: what is there is not denied sooner.
constexpr Duration cold_wait_min = 1s;
/// So often a partition is read on when nothing of what was read is for the group.
constexpr int rounds_max = 32;
constexpr std::uint32_t bytes_each_min = 64 << 10;

/// What a waiting fetch sleeps on; its last owner lets go of it at home.
struct Bell {
    explicit Bell(runtime::Shard& home) : signal(home) {}
    runtime::Signal signal;
    bool rung = false;
};

}  // namespace

ShareFetchOperation::ShareFetchOperation(Services& services, BrokerShard& home,
                                         const std::vector<SharedPartition>& partitions,
                                         ShareFetchDemands demands)
    : services_(services),
      home_(home),
      image_(home.image),
      demands_(std::move(demands)),
      records_left_(demands_.records_max),
      bytes_left_(demands_.bytes_max) {
    const auto count = static_cast<std::uint32_t>(std::max<std::size_t>(1, partitions.size()));
    bytes_each_ = std::max(bytes_each_min, bytes_left_ / count);
    items_.reserve(partitions.size());
    for (const auto& partition : partitions) {
        items_.push_back(make_item(partition));
        if (auto* owner = items_.back().owner;
            owner != nullptr && std::ranges::find(shards_, owner) == shards_.end()) {
            shards_.push_back(owner);
        }
    }
}

ShareFetchOperation::Item ShareFetchOperation::make_item(const SharedPartition& partition) const {
    Item item{.key = {demands_.group, partition}, .outcome = {}, .cold = {}};
    const auto* topic = image_->topic(partition.topic);
    const auto* found = topic == nullptr ? nullptr : topic->partition(partition.partition);
    if (topic == nullptr) {
        item.outcome.error =
            Error{ErrorCode::unknown_topic_id,
                  fmt::format("there is no topic with the id {}", partition.topic)};
    } else if (found == nullptr) {
        item.outcome.error = {
            ErrorCode::unknown_topic_or_partition,
            fmt::format("topic {} has no partition {}", topic->name, partition.partition)};
    } else if (found->why_offline) {
        item.outcome.error = Error{ErrorCode::kafka_storage_error, *found->why_offline};
    } else if (found->leader != services_.node) {
        item.outcome.error = Error{ErrorCode::not_leader_or_follower,
                                   fmt::format("broker {} leads partition {} of topic {}",
                                               found->leader, partition.partition, topic->name)};
    } else {
        item.owner = &services_.owner(partition.topic, partition.partition);
    }
    return item;
}

awaitable<void> ShareFetchOperation::run() {
    if (items_.empty() || records_left_ <= 0 || bytes_left_ == 0) {
        co_return;
    }
    const Time deadline = home_.shard.clock().now() + demands_.wait_max;
    while (true) {
        co_await load_all(deadline);
        if (!demands_.wanted()) {
            co_return;
        }
        co_await read_all(deadline);
        if (has_something() || all_failed() || left_cold_ || home_.stopping ||
            home_.shard.clock().now() >= deadline) {
            co_return;
        }
        co_await wait_for_more(deadline);
        if (!demands_.wanted()) {
            co_return;
        }
    }
}

/// The state of share partitions that are asked for the first time is read back.
awaitable<void> ShareFetchOperation::load_all(Time deadline) {
    auto load = [this, deadline](BrokerShard& shard) { return load_on(shard, deadline); };
    co_await on_shards(home_, shards_, load);
}

awaitable<void> ShareFetchOperation::load_on(BrokerShard& shard, Time deadline) {
    std::vector<std::pair<Item*, std::shared_ptr<LedSharePartition>>> loading;
    for (auto& item : items_) {
        if (item.owner != &shard) {
            continue;
        }
        auto led = shard.shares->get(item.key);
        if (!led) {
            item.outcome.error = std::move(led.error());
        } else if (!(*led)->is_active()) {
            loading.emplace_back(&item, std::move(*led));
        }
    }
    for (auto& [item, led] : loading) {
        co_await led->wait_until_loaded(deadline);
        if (led->is_over()) {
            item->outcome.error = led->why();
        }
    }
}

awaitable<void> ShareFetchOperation::read_all(Time deadline) {
    left_cold_ = false;
    if (demands_.bytes_min > 1 && home_.shard.clock().now() < deadline) {
        auto cold = co_await read_round(Round::measure, false);
        std::int64_t readable = 0;
        for (const auto& item : items_) {
            readable += item.readable;
        }
        if (cold.empty() && readable < demands_.bytes_min) {
            co_return;
        }
    }
    auto cold = co_await read_round(Round::acquire, false);
    if (cold.empty()) {
        co_return;
    }
    if (has_something()) {
        // What is there goes now; the rest is in memory for the next fetch.
        [[maybe_unused]] const auto started = home_.cold_reads.start(std::move(cold));
        co_return;
    }
    const Time limit = std::max(deadline, home_.shard.clock().now() + cold_wait_min);
    ColdReads::Look look = [this](bool may_wait) { return read_round(Round::acquire, may_wait); };
    ColdReads::Wait wait = [this, limit](ColdReadList reads) {
        return wait_for_cold(std::move(reads), limit);
    };
    left_cold_ =
        !co_await home_.cold_reads.warm_up(std::move(cold), std::move(look), std::move(wait));
}

/// One shard after the other: what the first has acquired the next may not. Answers what is
/// missing.
awaitable<std::vector<log::ColdPart>> ShareFetchOperation::read_round(Round round, bool may_wait) {
    for (auto* shard : shards_) {
        auto work = [this, shard, round, may_wait] { read_on(*shard, round, may_wait); };
        co_await runtime::call_on(home_.shard, shard->shard, work);
    }
    std::vector<log::ColdPart> cold;
    for (auto& item : items_) {
        if (item.cold) {
            cold.push_back(std::move(*item.cold));
            item.cold.reset();
        }
    }
    co_return cold;
}

void ShareFetchOperation::read_on(BrokerShard& shard, Round round, bool may_wait) {
    for (auto& item : items_) {
        if (item.owner == &shard && item.outcome.acquired.empty() && records_left_ > 0 &&
            bytes_left_ > 0) {
            read(item, round, may_wait);
        }
    }
}

void ShareFetchOperation::read(Item& item, Round round, bool may_wait) {
    const auto led = item.owner->shares->find(item.key);
    if (led == nullptr || !led->is_active()) {
        return;
    }
    for (int i = 0; i < rounds_max; ++i) {
        const auto read = read_log(item, *led, may_wait);
        if (!read) {
            return;
        }
        if (round == Round::measure) {
            item.readable = read->records.size;
            return;
        }
        if (acquire(item, *led, *read)) {
            return;
        }
    }
}

std::optional<replication::ReadOutcome> ShareFetchOperation::read_log(Item& item,
                                                                      LedSharePartition& led,
                                                                      bool may_wait) {
    auto* partition = item.owner->partitions.find(item.key.at.topic, item.key.at.partition);
    if (partition == nullptr) {
        item.outcome.error = item.owner->why_not_here(item.key.at.topic, item.key.at.partition);
        return std::nullopt;
    }
    auto& machine = led.machine();
    auto& log = partition->log();
    machine.move_log_start(log.log_start());
    item.readable = 0;
    item.seen_end = log.high_watermark();
    item.seen_version = led.version();
    item.waits_for_log = false;
    if (!machine.can_acquire(led.settings())) {
        return std::nullopt;
    }
    item.waits_for_log = true;
    const bool read_committed = led.group_settings().read_committed;
    const Offset end = read_committed ? log.last_stable_offset() : log.high_watermark();
    const Offset from = machine.next_fetch_offset();
    if (from >= end) {
        return std::nullopt;
    }
    auto read = partition->read({.offset = from,
                                 .max_bytes = std::min(bytes_left_, bytes_each_),
                                 .at_least_one_batch = !has_something(),
                                 .read_committed = read_committed,
                                 .may_wait = may_wait});
    if (read.error != ErrorCode::none) {
        item.outcome.error = Error{read.error, fmt::format("offset {} cannot be read", from)};
        return std::nullopt;
    }
    if (read.cold) {
        item.cold = std::move(read.cold);
        return std::nullopt;
    }
    if (read.records.size == 0) {
        return std::nullopt;
    }
    return read;
}

bool ShareFetchOperation::acquire(Item& item, LedSharePartition& led,
                                  const replication::ReadOutcome& read) {
    auto& machine = led.machine();
    const Offset from = machine.next_fetch_offset();
    const auto most = static_cast<std::int32_t>(records_left_);
    const auto batches = batches_of(read.records, machine.last_of_interest(most));
    if (!batches) {
        item.outcome.error = batches.error();
        return true;
    }
    const auto fetched = for_acquiring(*batches, read.aborted);
    auto acquired = machine.acquire({.member = demands_.member,
                                     .mode = demands_.mode,
                                     .batch_size = demands_.batch_size,
                                     .records_max = most,
                                     .fetch_offset = from,
                                     .batches = fetched},
                                    led.settings(), item.owner->shard.clock().now());
    if (acquired.empty()) {
        return machine.next_fetch_offset() == from;
    }
    led.changed();
    item.owner->shares->counters().count(acquired);
    item.outcome.records =
        part_of(read.records, *batches, acquired.front().first, acquired.back().last);
    bytes_left_ -= std::min(bytes_left_, item.outcome.records.size);
    for (const auto& range : acquired) {
        records_left_ -= range.last - range.first + 1;
    }
    item.outcome.acquired = std::move(acquired);
    return true;
}

awaitable<void> ShareFetchOperation::wait_for_cold(ColdReadList reads, Time limit) {
    while (!home_.stopping &&
           home_.shard.clock().now() < cold_wait_end(reads, has_something(), limit)) {
        co_await home_.cold_reads.wait_until(cold_wait_end(reads, has_something(), limit));
    }
}

bool ShareFetchOperation::has_something() const {
    return std::ranges::any_of(items_,
                               [](const Item& item) { return !item.outcome.acquired.empty(); });
}

bool ShareFetchOperation::all_failed() const {
    return std::ranges::all_of(items_,
                               [](const Item& item) { return item.outcome.error.has_value(); });
}

awaitable<void> ShareFetchOperation::wait_for_more(Time deadline) {
    auto bell = std::make_shared<Bell>(home_.shard);
    auto ring = [bell, &home = home_.shard] {
        home.post([bell] {
            bell->rung = true;
            bell->signal.notify_all();
        });
    };
    auto wait = std::make_shared<replication::FetchWait>(1, ring);
    const auto each = [this](BrokerShard& shard, const auto& act) {
        for (auto& item : items_) {
            if (item.owner == &shard && !item.outcome.error) {
                act(shard.partitions.find(item.key.at.topic, item.key.at.partition),
                    shard.shares->find(item.key), item);
            }
        }
    };
    const auto watch = [&wait](replication::Partition* partition,
                               const std::shared_ptr<LedSharePartition>& led, const Item& item) {
        if (partition != nullptr && item.waits_for_log) {
            partition->watch(wait, item.seen_end);
        }
        if (led != nullptr) {
            led->watch(wait, item.seen_version);
        }
        if (partition == nullptr || led == nullptr) {
            wait->wake_now();
        }
    };
    const auto unwatch = [&wait](replication::Partition* partition,
                                 const std::shared_ptr<LedSharePartition>& led, const Item&) {
        if (partition != nullptr) {
            partition->unwatch(wait.get());
        }
        if (led != nullptr) {
            led->unwatch(wait.get());
        }
    };
    for (auto* shard : shards_) {
        auto work = [&each, &watch, shard] { each(*shard, watch); };
        co_await runtime::call_on(home_.shard, shard->shard, work);
    }
    while (!bell->rung && !home_.stopping && home_.shard.clock().now() < deadline) {
        co_await bell->signal.wait_until(deadline);
    }
    for (auto* shard : shards_) {
        auto work = [&each, &unwatch, shard] { each(*shard, unwatch); };
        co_await runtime::call_on(home_.shard, shard->shard, work);
    }
}

}  // namespace barnabas::broker
