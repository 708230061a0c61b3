#include "broker/share/led_share_partition.h"

#include "base/invariant.h"
#include "broker/coordinators/share_state_client.h"
#include "broker/share/dead_letters.h"
#include "broker/share/share_partitions.h"

#include <algorithm>
#include <utility>

namespace barnabas::broker {
namespace {

/// So long the lookup of the first offset may wait for its disk.
constexpr Duration cold_wait_max = 5s;
constexpr Offset not_initialized{-1};  // PartitionFactory.UNINITIALIZED_START_OFFSET

/// What clients hear of the share coordinator's errors (SharePartition.fetchPersisterError).
Error for_client(ErrorCode code, std::string message) {
    switch (code) {
        case ErrorCode::not_coordinator:
        case ErrorCode::coordinator_not_available:
        case ErrorCode::coordinator_load_in_progress:
            return {ErrorCode::coordinator_not_available, std::move(message)};
        case ErrorCode::fenced_leader_epoch:
        case ErrorCode::fenced_state_epoch:
            return {ErrorCode::not_leader_or_follower, std::move(message)};
        case ErrorCode::group_id_not_found:
        case ErrorCode::unknown_topic_or_partition:
            return {code, std::move(message)};
        default:
            return {ErrorCode::unknown_server_error, std::move(message)};
    }
}

/// The state is somebody else's now, or gone.
bool ends_it(ErrorCode code) {
    return code == ErrorCode::not_leader_or_follower || code == ErrorCode::group_id_not_found ||
           code == ErrorCode::unknown_topic_or_partition;
}

template <class Response>
const auto* only_result(const Response& response) {
    using Partition = std::remove_cvref_t<decltype(response.results[0].partitions[0])>;
    const bool one = response.results.size() == 1 && response.results[0].partitions.size() == 1;
    return one ? &response.results[0].partitions[0] : static_cast<const Partition*>(nullptr);
}

Error no_answer() {
    return {ErrorCode::unknown_server_error, "the share coordinator's answer names no partition"};
}

}  // namespace

LedSharePartition::LedSharePartition(Services& services, BrokerShard& shard,
                                     runtime::TaskGroup& tasks, SharePartitionKey key,
                                     LeaderEpoch epoch)
    : services_(services),
      shard_(shard),
      tasks_(tasks),
      key_(std::move(key)),
      epoch_(epoch),
      signal_(shard.shard) {}

LedSharePartition::~LedSharePartition() {
    if (timer_) {
        shard_.shard.cancel(*timer_);
    }
}

void LedSharePartition::load() {
    tasks_.spawn(run_load(shared_from_this()));
}

awaitable<void> LedSharePartition::run_load(Self self) {
    auto loaded = co_await self->read_state();
    if (self->state_ != State::loading) {
        co_return;  // given up meanwhile
    }
    if (!loaded) {
        self->services_.log.warn(
            "the state of group {} on partition {} of topic {} cannot be "
            "read: {}; the next fetch tries again",
            self->key_.group, self->key_.at.partition, self->key_.at.topic, loaded.error().message);
        self->give_up(std::move(loaded.error()));
        co_return;
    }
    self->state_ = State::active;
    self->signal_.notify_all();
    self->wake_fetches();
    self->changed();
}

awaitable<Result<void>> LedSharePartition::read_state() {
    wire::ReadShareGroupStateRequest request;
    request.group_id = key_.group;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = key_.at.topic;
    auto& asked = topic.partitions.emplace_back();
    asked.partition = key_.at.partition.get();
    asked.leader_epoch = epoch_.get();
    const auto response = co_await shard_.share_state->read(std::move(request));
    const auto* result = only_result(response);
    if (result == nullptr) {
        co_return std::unexpected(no_answer());
    }
    if (const auto code = static_cast<ErrorCode>(result->error_code); code != ErrorCode::none) {
        co_return std::unexpected(for_client(code, result->error_message.value_or("")));
    }
    share::Kept kept{.state_epoch = result->state_epoch, .start = Offset{result->start_offset}};
    for (const auto& batch : result->state_batches) {
        kept.batches.push_back({.first = Offset{batch.first_offset},
                                .last = Offset{batch.last_offset},
                                .state = static_cast<share::RecordState>(batch.delivery_state),
                                .delivery_count = batch.delivery_count});
    }
    const bool looked_up = kept.start == not_initialized;
    if (looked_up) {
        auto start = co_await find_start();
        if (!start) {
            co_return std::unexpected(std::move(start.error()));
        }
        kept.start = *start;
    }
    auto loaded = share::SharePartition::load(kept);
    if (!loaded) {
        co_return std::unexpected(for_client(loaded.error().code, loaded.error().message));
    }
    machine_.emplace(std::move(*loaded));
    if (looked_up) {
        // Else "latest" would be another offset after a restart, and what came between lost.
        machine_->keep_start();
    }
    co_return Result<void>();
}

/// As share.auto.offset.reset says.
awaitable<Result<Offset>> LedSharePartition::find_start() {
    using replication::Partition;
    const auto reset = group_settings().auto_offset_reset;
    Timestamp asked = Partition::asks_latest;
    if (reset.kind == ShareOffsetReset::Kind::earliest) {
        asked = Partition::asks_earliest;
    } else if (reset.kind == ShareOffsetReset::Kind::by_duration) {
        const auto wall = shard_.shard.clock().both().wall;
        asked = Timestamp{std::max<std::int64_t>(0, wall.get() - reset.ago.count())};
    }
    Result<Offset> found = Offset{0};
    ColdReads::Look look = [this, asked, &found](bool may_wait) {
        return look_for_start(asked, found, may_wait);
    };
    auto cold = co_await look_for_start(asked, found, false);
    ColdReads::Wait wait = [&shard = shard_, until = shard_.shard.clock().now() +
                                                     cold_wait_max](ColdReadList reads) {
        return shard.cold_reads.wait_for(std::move(reads), until);
    };
    if (!cold.empty() && !co_await shard_.cold_reads.warm_up(std::move(cold), look, wait)) {
        co_return fail(ErrorCode::coordinator_not_available,
                       "the disk has not answered yet where share.auto.offset.reset begins");
    }
    co_return found;
}

awaitable<std::vector<log::ColdPart>> LedSharePartition::look_for_start(Timestamp asked,
                                                                        Result<Offset>& found,
                                                                        bool may_wait) {
    std::vector<log::ColdPart> cold;
    auto* partition = shard_.partitions.find(key_.at.topic, key_.at.partition);
    if (partition == nullptr) {
        found = std::unexpected(shard_.why_not_here(key_.at.topic, key_.at.partition));
        co_return cold;
    }
    auto outcome = partition->find_offset(asked, false, may_wait);
    if (!outcome) {
        found = std::unexpected(std::move(outcome.error()));
    } else if (outcome->cold) {
        cold.push_back(std::move(*outcome->cold));
    } else {
        const bool none = outcome->found.offset == no_offset;  // no record is that young
        found = none ? partition->log().high_watermark() : outcome->found.offset;
    }
    co_return cold;
}

void LedSharePartition::give_up(Error why) {
    if (state_ == State::over) {
        return;
    }
    state_ = State::over;
    why_ = std::move(why);
    if (timer_) {
        shard_.shard.cancel(*std::exchange(timer_, std::nullopt));
    }
    for (const auto& [number, write] : std::exchange(writes_, {})) {
        write->done = true;
        write->error = why_;
    }
    signal_.notify_all();
    wake_fetches();
}

awaitable<void> LedSharePartition::wait_until_loaded(Time until) {
    const auto self = shared_from_this();
    while (state_ == State::loading && !shard_.stopping && shard_.shard.clock().now() < until) {
        co_await signal_.wait_until(until);
    }
}

ShareGroupSettings LedSharePartition::group_settings() const {
    return share_settings_of(*shard_.image, *shard_.settings, key_.group);
}

share::Settings LedSharePartition::settings() const {
    const auto group = group_settings();
    return {.delivery_count_limit = group.delivery_count_limit,
            .record_locks_max = group.partition_max_record_locks,
            .lock_duration = group.record_lock_duration,
            .renews = group.renew_acknowledge_enabled,
            .dead_letters = has_dead_letters(*shard_.image, group)};
}

share::SharePartition& LedSharePartition::machine() {
    INVARIANT(is_active(), "the share of group {} is used and not active", key_.group);
    return *machine_;
}

const share::SharePartition& LedSharePartition::machine() const {
    INVARIANT(is_active(), "the share of group {} is looked at and not active", key_.group);
    return *machine_;
}

void LedSharePartition::changed() {
    if (!is_active()) {
        return;
    }
    if (!writing_) {
        if (auto due = machine_->take_write()) {
            writing_ = true;
            tasks_.spawn(run_writes(shared_from_this(), std::move(*due)));
        }
    }
    bury_dead_letters();
    if (is_active()) {
        plan();
    }
}

/// What comes while a write is under way goes into the next one, all of it.
awaitable<void> LedSharePartition::run_writes(Self self, share::Write due) {
    for (std::optional<share::Write> next = std::move(due); next;) {
        const auto number = next->number;
        const auto error = co_await self->write(std::move(*next));
        self->machine_->on_written(number, !error, self->settings(),
                                   self->shard_.shard.clock().now());
        self->end_write(number, error);
        if (error && ends_it(error->code)) {
            self->services_.log.info(
                "the share of group {} on partition {} of topic {} is given up: {}",
                self->key_.group, self->key_.at.partition, self->key_.at.topic, error->message);
            self->give_up(*error);
        }
        self->wake_fetches();
        self->bury_dead_letters();
        next = self->is_active() ? self->machine_->take_write() : std::nullopt;
    }
    self->writing_ = false;
    if (self->is_active()) {
        self->plan();
    }
}

void LedSharePartition::bury_dead_letters() {
    if (auto letters = machine_->take_dead_letters(); is_active() && !letters.empty()) {
        tasks_.spawn(run_dead_letters(shared_from_this(), std::move(letters)));
    }
}

awaitable<std::optional<Error>> LedSharePartition::write(share::Write due) {
    wire::WriteShareGroupStateRequest request;
    request.group_id = key_.group;
    auto& topic = request.topics.emplace_back();
    topic.topic_id = key_.at.topic;
    auto& partition = topic.partitions.emplace_back();
    partition.partition = key_.at.partition.get();
    partition.state_epoch = machine_->state_epoch();
    partition.leader_epoch = epoch_.get();
    partition.start_offset = due.start.get();
    partition.delivery_complete_count = due.delivery_complete_count;
    for (const auto& batch : due.batches) {
        auto& state = partition.state_batches.emplace_back();
        state.first_offset = batch.first.get();
        state.last_offset = batch.last.get();
        state.delivery_state = std::to_underlying(batch.state);
        state.delivery_count = batch.delivery_count;
    }
    const auto response = co_await shard_.share_state->write(std::move(request));
    const auto* result = only_result(response);
    if (result == nullptr) {
        co_return no_answer();
    }
    const auto code = static_cast<ErrorCode>(result->error_code);
    if (code == ErrorCode::none) {
        co_return std::nullopt;
    }
    co_return for_client(code, result->error_message.value_or(""));
}

void LedSharePartition::end_write(std::uint64_t number, const std::optional<Error>& error) {
    if (auto node = writes_.extract(number)) {
        node.mapped()->done = true;
        node.mapped()->error = error;
        signal_.notify_all();
    }
}

awaitable<void> LedSharePartition::run_dead_letters(Self self,
                                                    std::vector<share::DeadLetters> letters) {
    for (const auto& letter : letters) {
        co_await bury(self->services_, self->shard_, self->key_, letter);
        if (!self->is_active()) {
            co_return;  // who leads next finds them
        }
        self->machine_->on_dead_letters_kept(letter);
        self->changed();
    }
}

Result<std::shared_ptr<ShareWrite>> LedSharePartition::acknowledge(
    std::string_view member, std::span<const share::Acknowledgement> batches) {
    TRY_ASSIGN(const auto number,
               machine().acknowledge(member, batches, settings(), shard_.shard.clock().now()));
    shard_.shares->counters().count(batches);
    auto write = waits_for(number);
    changed();
    return write;
}

std::shared_ptr<ShareWrite> LedSharePartition::release(std::string_view member) {
    auto write = waits_for(machine().release(member));
    changed();
    return write;
}

std::shared_ptr<ShareWrite> LedSharePartition::waits_for(std::optional<std::uint64_t> number) {
    if (!number) {
        return nullptr;
    }
    auto& write = writes_[*number];
    if (write == nullptr) {
        write = std::make_shared<ShareWrite>();
    }
    return write;
}

/// Ends with the write, for which ShareStateClient has its patience, or with give_up(), as when the
/// broker stops.
awaitable<std::optional<Error>> LedSharePartition::wait_for(std::shared_ptr<ShareWrite> write) {
    const auto self = shared_from_this();
    while (write != nullptr && !write->done) {
        co_await signal_.wait_until(never);
    }
    co_return write == nullptr ? std::nullopt : write->error;
}

void LedSharePartition::watch(std::shared_ptr<replication::FetchWait> wait, std::uint64_t version) {
    if (version_ != version || is_over()) {
        wait->wake_now();
        return;
    }
    waiting_.push_back(std::move(wait));
}

void LedSharePartition::unwatch(const replication::FetchWait* wait) {
    std::erase_if(waiting_, [wait](const auto& waiting) { return waiting.get() == wait; });
}

void LedSharePartition::wake_fetches() {
    ++version_;
    for (const auto& wait : waiting_) {
        wait->wake_now();
    }
}

/// One timer, for the first lock that may be over; one that comes too early looks again.
void LedSharePartition::plan() {
    const Time wake = machine_->next_wake();
    if (timer_ && planned_ <= wake) {
        return;
    }
    if (timer_) {
        shard_.shard.cancel(*std::exchange(timer_, std::nullopt));
    }
    if (wake == never) {
        return;
    }
    planned_ = wake;
    timer_ = shard_.shard.call_at(wake, [weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->on_timer();
        }
    });
}

void LedSharePartition::on_timer() {
    timer_.reset();
    if (!is_active()) {
        return;
    }
    if (machine_->on_tick(settings(), shard_.shard.clock().now())) {
        wake_fetches();
    }
    changed();
}

}  // namespace barnabas::broker
