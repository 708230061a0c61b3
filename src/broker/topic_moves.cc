// What moving a partition to another log directory changes: its log, and where it is.
#include "base/endian.h"
#include "broker/replica_mover.h"
#include "broker/topic_service.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace barnabas::broker {

/// The partition's topic, if its log is open here.
Result<TopicId> TopicService::movable(const TopicPartition& partition) const {
    const auto topic = stored_.find(partition.topic);
    const auto number = partition.partition.get();
    if (topic == stored_.end() || number < 0 ||
        std::cmp_greater_equal(number, topic->second.node.partitions.size())) {
        return fail(ErrorCode::replica_not_available, "{} is not there yet", partition);
    }
    if (const auto missing = missing_.find(partition); missing != missing_.end()) {
        return missing->second
                   ? fail(ErrorCode::kafka_storage_error, "{}", *missing->second)
                   : fail(ErrorCode::replica_not_available, "{} is on another broker", partition);
    }
    return topic->second.node.id;
}

/// Where the copy of a log begins: with the batch that holds its first record.
awaitable<Result<TopicService::MoveStart>> TopicService::move_start(TopicId topic,
                                                                    PartitionId number) {
    auto& owner = ports_.services.owner(topic, number);
    runtime::FileSlice first;
    MoveStart start{.offset = Offset{0}, .source_end = Offset{0}, .config = {}};
    auto look = [&]() -> Result<void> {
        auto* partition = owner.partitions.find(topic, number);
        if (partition == nullptr) {
            return std::unexpected(owner.why_not_here(topic, number));
        }
        auto& log = partition->log();
        start = {.offset = log.log_end(), .source_end = log.log_end(), .config = log.config()};
        TRY_ASSIGN(first,
                   log.read(log.log_start(),
                            {.max_bytes = 1, .at_least_one_batch = true, .end = log.log_end()}));
        return {};
    };
    if (auto looked = co_await runtime::call_on(home_, owner.shard, look); !looked) {
        co_return fail(std::move(looked));
    }
    if (first.size > 0) {
        std::array<std::byte, sizeof(std::int64_t)> base{};
        auto read = [&first, &base] { return first.file->read_at(first.position, base); };
        const auto got = co_await runtime::run_blocking(home_, std::move(read));
        if (!got || *got != base.size()) {
            co_return fail(ErrorCode::kafka_storage_error, "its first batch cannot be read");
        }
        start.offset = Offset{load_big_endian<std::int64_t>(base.data())};
    }
    co_return start;
}

awaitable<Result<std::shared_ptr<ReplicaMove>>> TopicService::begin_move(TopicPartition partition,
                                                                         std::size_t to) {
    std::vector<TopicPartition> known;
    if (image_->by_name(partition.topic)) {
        known.push_back(partition);
    }
    const auto looked = co_await look_for(std::move(known), never);
    const auto turn = co_await take_turn();
    if (!turn) {
        co_return std::unexpected(turn.error());
    }
    for (const auto& place : {std::optional(to), ports_.dirs.place_of(partition)}) {
        if (const auto answered = place && looked ? check_answer(*place, looked) : Result<void>();
            !answered) {
            co_return fail(ErrorCode::request_timed_out, "{}", answered.error().message);
        }
    }
    const auto topic = movable(partition);
    if (!topic) {
        if (topic.error().code == ErrorCode::replica_not_available) {
            ports_.dirs.prefer(partition, to);
        }
        co_return std::unexpected(topic.error());
    }
    if (ports_.dirs.directory_of(partition) == to) {
        co_return nullptr;
    }
    const auto start = co_await move_start(*topic, partition.partition);
    if (!start) {
        co_return std::unexpected(start.error());
    }
    auto create = [this, &partition, &topic, &start, to, now = home_.clock().both()] {
        return ports_.dirs.create_future({.partition = partition,
                                          .id = *topic,
                                          .directory = to,
                                          .start = start->offset,
                                          .config = start->config,
                                          .now = now});
    };
    auto future = co_await runtime::run_blocking(home_, std::move(create));
    if (!future) {
        co_return fail(std::move(future));
    }
    auto move = std::make_shared<ReplicaMove>();
    move->partition = std::move(partition);
    move->topic = *topic;
    move->to = to;
    move->is_measured = true;
    move->end = start->offset;
    move->source_end = start->source_end;
    move->future = std::move(*future);
    co_return move;
}

/// Takes no turn, and may take as long as its disk: nothing is changed but the copy, of which
/// nobody else knows. That its partition has been deleted or is elsewhere is found out by the move.
awaitable<Result<ResumedMove>> TopicService::resume_move(std::shared_ptr<ReplicaMove> move,
                                                         log::FoundLog found) {
    const auto topic = movable(found.partition);
    if (!topic) {
        const bool is_offline = topic.error().code == ErrorCode::kafka_storage_error;
        co_return is_offline ? Result<ResumedMove>(ResumedMove::later)
                             : std::unexpected(topic.error());
    }
    if (found.topic_id && *found.topic_id != *topic) {
        co_return fail(ErrorCode::unknown_topic_id, "it is of an older topic of that name");
    }
    if (ports_.dirs.is_in(found.partition, found.directory)) {
        co_return ResumedMove::not_needed;
    }
    move->topic = *topic;
    const auto place = ports_.dirs.place_of(found.partition);
    const auto health = place ? ports_.dirs.health_of(*place) : nullptr;
    const auto start = co_await move_start(*topic, found.partition.partition);
    if (!start && health && health->failed()) {
        co_return ResumedMove::later;  // meanwhile: the copy may be all that is left
    }
    if (!start) {
        co_return std::unexpected(start.error());
    }
    auto open = [this, &found, &start, now = home_.clock().both()] {
        return ports_.dirs.recover_log(found, start->config, now);
    };
    auto future = co_await runtime::run_blocking(home_, std::move(open));
    if (!future) {
        co_return fail(std::move(future));
    }
    move->is_measured = true;
    move->end = (*future)->log_end();
    move->source_end = std::max(start->source_end, move->end);
    move->size_bytes = (*future)->size_bytes();
    move->future = std::move(*future);
    co_return ResumedMove::opened;
}

awaitable<Result<bool>> TopicService::finish_move(std::shared_ptr<ReplicaMove> move,
                                                  std::uint32_t bytes_max) {
    const auto turn = co_await take_turn();
    if (!turn || move->cancelled) {
        if (!turn && !stopping_) {
            ports_.log.warn("{} still waits to take its place in {}, which is tried again: {}",
                            move->partition, ports_.dirs.path_of(move->to).string(),
                            turn.error().message);
        }
        co_return false;  // the mover asks again, unless it is to end
    }
    for (const auto& place : {std::optional(move->to), ports_.dirs.place_of(move->partition)}) {
        if (place) {
            turn->holds_logs_of(*place);  // both have one, until the old one is gone
        }
    }
    auto& owner = ports_.services.owner(move->topic, move->partition.partition);
    const auto folder = ports_.dirs.folder_of(move->partition, move->to);
    Result<std::unique_ptr<log::Log>> replaced = nullptr;
    auto replace = [&] {
        auto* partition = owner.partitions.find(move->topic, move->partition.partition);
        if (partition == nullptr || partition->log().health() != move->source) {
            return;  // the next step finds out why
        }
        replaced = partition->replace_log(
            move->future,
            {.folder = folder, .bytes_max = bytes_max, .now = owner.shard.clock().both()});
    };
    // In line, where nothing is on its way into the old log.
    auto wait = [&]() -> awaitable<bool> {
        auto* partition = owner.partitions.find(move->topic, move->partition.partition);
        if (partition == nullptr) {
            co_return false;
        }
        auto ticket = owner.first_appends.enqueue(*partition, {.settled = true}, replace);
        const Time until = owner.shard.clock().now() + Flusher::patience;
        co_return co_await owner.first_appends.wait(std::move(ticket), until);
    };
    co_await runtime::await_on(home_, owner.shard, wait);
    if (!replaced) {
        co_return fail(std::move(replaced));
    }
    if (*replaced == nullptr) {
        co_return false;
    }
    ports_.dirs.moved(move->partition, move->to);
    ports_.log.info("{} has moved to {}", move->partition, ports_.dirs.path_of(move->to).string());
    co_await retire_log(std::move(move), std::move(*replaced));
    co_return true;
}

/// The log that was replaced goes when its successor, and its offsets, are on the medium. Until
/// then both folders are there, and after a crash the longer one counts.
awaitable<void> TopicService::retire_log(std::shared_ptr<ReplicaMove> move,
                                         std::unique_ptr<log::Log> old) {
    auto& owner = ports_.services.owner(move->topic, move->partition.partition);
    const auto config = old->config();
    const auto end = old->log_end();
    const auto folder = old->folder();
    auto close = [&old] { old.reset(); };
    co_await runtime::run_blocking(home_, std::move(close));
    auto flush = [&owner, &move, end, until = home_.clock().now() + Flusher::patience] {
        return owner.flusher.flush(
            {{.topic = move->topic, .partition = move->partition.partition, .to = {.end = end}}},
            until);
    };
    const auto flushed = co_await runtime::await_on(home_, owner.shard, flush);
    const auto unwritten = co_await save_offsets();
    auto trouble = flushed.front().error;
    if (const auto found = unwritten.find(ports_.dirs.path_of(move->to));
        !trouble && found != unwritten.end()) {
        trouble = found->second;
    }
    if (trouble) {
        ports_.log.error("{}: its old folder {} stays, for the new one is not on the disk: {}",
                         move->partition, folder.string(), trouble->message);
        co_return;
    }
    auto retire = [this, &move, &folder] { return ports_.dirs.retire(move->partition, folder); };
    auto retired = co_await runtime::run_blocking(home_, std::move(retire));
    if (!retired) {
        ports_.log.error("{} cannot be removed: {}", folder.string(), retired.error().message);
        co_return;
    }
    doom_folder(std::move(*retired), removal_due(home_.clock().now(), config));
}

}  // namespace barnabas::broker
