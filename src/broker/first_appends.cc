#include "broker/first_appends.h"

#include "base/invariant.h"

#include <algorithm>
#include <deque>
#include <vector>

namespace barnabas::broker {
namespace {

/// Two indexes, the segment's end and its beginning, each with a file to open first. When memory is
/// so short that what was brought in is gone again, the shard waits after all.
constexpr int rounds_max = 8;

}  // namespace

struct FirstAppends::Line {
    explicit Line(runtime::Shard& shard) : changed(shard) {}
    runtime::Signal changed;
    std::deque<Ticket> appends;
};

class FirstAppends::Waiting {
public:
    enum class State { in_line, carried_out, given_up };

    State state = State::in_line;
    Needs needs;
    std::move_only_function<void()> append;
    std::shared_ptr<Line> line;  // until it has ended

    void end(State how) {
        state = how;
        append = nullptr;
        line.reset();
    }
};

FirstAppends::FirstAppends(runtime::Shard& shard, const PartitionTable& partitions,
                           Flusher& flusher)
    : shard_(shard), partitions_(partitions), flusher_(flusher), workers_(shard) {}

FirstAppends::~FirstAppends() = default;

bool FirstAppends::needs_write(const replication::Partition& partition, const Needs& needs) const {
    const auto& log = partition.log();
    return log.is_unsettled() && (needs.settled || log.append_needs_write(needs.records) ||
                                  partitions_.held_bytes() > held_bytes_max);
}

FirstAppends::Ticket FirstAppends::enqueue(const replication::Partition& partition, Needs needs,
                                           std::move_only_function<void()> append) {
    auto ticket = std::make_shared<Waiting>();
    if (stopping_) {
        ticket->end(Waiting::State::given_up);
        return ticket;
    }
    const Key key = key_of(partition);
    auto& line = lines_[key];
    const bool is_new = line == nullptr;
    if (is_new) {
        line = std::make_shared<Line>(shard_);
    }
    ticket->needs = needs;
    ticket->append = std::move(append);
    ticket->line = line;
    line->appends.push_back(ticket);
    if (is_new) {
        auto& directory = directories_[partition.log().folder().parent_path()];
        directory.waiting.push_back(key);
        if (directory.running < at_once_max) {
            ++directory.running;
            workers_.spawn(work(&directory));
        }
    }
    return ticket;
}

awaitable<bool> FirstAppends::wait(Ticket ticket, Time until) {
    while (ticket->state == Waiting::State::in_line) {
        const auto line = ticket->line;
        const bool woken = co_await line->changed.wait_until(until);
        if (!woken && ticket->state == Waiting::State::in_line) {
            std::erase(line->appends, ticket);
            ticket->end(Waiting::State::given_up);
        }
    }
    co_return ticket->state == Waiting::State::carried_out;
}

awaitable<void> FirstAppends::work(Directory* directory) {
    while (!directory->waiting.empty() && !stopping_) {
        const Key key = directory->waiting.front();
        directory->waiting.pop_front();
        do {
            co_await bring_in(key);
        } while (!stopping_ && !carry_out(key));
    }
    INVARIANT(directory->running > 0, "a worker ended that was not counted");
    --directory->running;
}

awaitable<void> FirstAppends::bring_in(Key key) {
    for (int round = 0; round < rounds_max && !stopping_; ++round) {
        auto* partition = find(key);
        const auto part = partition == nullptr ? std::nullopt : partition->log().append_reads();
        if (!part) {
            break;
        }
        auto read = [&part] { ignore(part->bring_in(), "the append says what is wrong"); };
        co_await runtime::run_blocking(shard_, std::move(read));
    }
    const auto* const partition = find(key);
    const auto line = lines_.find(key);
    if (partition != nullptr && line != lines_.end() && !line->second->appends.empty() &&
        needs_write(*partition, line->second->appends.front()->needs)) {
        const Time until = shard_.clock().now() + Flusher::patience;
        co_await flusher_.settle(key.first, key.second, until);
    }
}

/// As far as nothing has to be written first; true: the line is gone. None of them waits: nobody
/// sees the log between two of them.
bool FirstAppends::carry_out(const Key& key) {
    const auto found = lines_.find(key);
    if (found == lines_.end()) {
        return true;  // its partition was lost, or the broker stops
    }
    const auto line = found->second;
    while (!line->appends.empty()) {
        const auto* const partition = find(key);
        if (partition != nullptr && needs_write(*partition, line->appends.front()->needs)) {
            line->changed.notify_all();
            return false;
        }
        const auto ticket = std::move(line->appends.front());
        line->appends.pop_front();
        ticket->append();
        ticket->end(Waiting::State::carried_out);
    }
    lines_.erase(key);
    line->changed.notify_all();
    return true;
}

void FirstAppends::let_go_of_lost() {
    std::vector<Key> lost;
    for (const auto& [key, line] : lines_) {
        if (find(key) == nullptr) {
            lost.push_back(key);
        }
    }
    for (const auto& key : lost) {
        carry_out(key);  // all of them: nothing of it has to be written
    }
}

void FirstAppends::end_waits() {
    stopping_ = true;
    for (const auto& [key, line] : std::exchange(lines_, {})) {
        for (const auto& ticket : std::exchange(line->appends, {})) {
            ticket->end(Waiting::State::given_up);
        }
        line->changed.notify_all();
    }
}

awaitable<void> FirstAppends::stop() {
    end_waits();
    co_await workers_.join();
}

std::size_t FirstAppends::running(const runtime::Path& directory) const {
    const auto found = directories_.find(directory);
    return found == directories_.end() ? 0 : found->second.running;
}

}  // namespace barnabas::broker
