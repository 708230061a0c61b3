#include "broker/cold_reads.h"

#include "base/invariant.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::broker {

Time cold_wait_end(std::span<const std::shared_ptr<const ColdRead>> reads, bool ready, Time limit) {
    Time enough{};  // for those under way
    for (const auto& read : reads) {
        if (read->state == ColdRead::State::under_way) {
            enough = std::max(enough, read->asked_at + cold_grace);
        }
        ready = ready || read->state == ColdRead::State::over;
    }
    const bool none = enough == Time{};
    return ready || none ? std::min(limit, enough) : limit;
}

ColdReadList ColdReads::start(std::vector<log::ColdPart> parts) {
    ColdReadList reads;
    reads.reserve(parts.size());
    for (auto& part : parts) {
        auto& read = under_way_[key_of(part)];
        if (!read) {
            read = std::make_shared<ColdRead>();
            read->asked_at = shard_.clock().now();
            ++reads_;
            bytes_ += part.size;
            reads.push_back(read);
            enqueue({.part = std::move(part), .read = read});
        } else {
            reads.push_back(read);
        }
    }
    return reads;
}

awaitable<bool> ColdReads::warm_up(std::vector<log::ColdPart> cold, Look look, Wait wait) {
    bool all_came = true;
    for (int round = 1; !cold.empty(); ++round) {
        const auto reads = start(std::move(cold));
        co_await wait(reads);
        const auto came = std::ranges::count(reads, ColdRead::State::over, &ColdRead::state);
        all_came = all_came && std::cmp_equal(came, reads.size());
        if (came == 0 || round > rounds_max) {
            co_return false;
        }
        cold = co_await look(all_came && round == rounds_max);
    }
    co_return true;
}

void ColdReads::enqueue(Job job) {
    // Of <directory>/<topic>-<partition>/<file>.
    auto& directory = directories_[job.part.path.parent_path().parent_path()];
    directory.waiting.push_back(std::move(job));
    if (directory.running < at_once_max) {
        ++directory.running;
        workers_.spawn(work(&directory));
    } else if (directory.waiting.size() > waiting_max) {
        const Job oldest = std::move(directory.waiting.front());
        directory.waiting.pop_front();
        end(oldest, ColdRead::State::dropped);
    }
}

void ColdReads::end(const Job& job, ColdRead::State how) {
    job.read->state = how;
    under_way_.erase(key_of(job.part));
    changed_.notify_all();
}

awaitable<void> ColdReads::work(Directory* directory) {
    while (!directory->waiting.empty()) {
        const Job job = std::move(directory->waiting.front());
        directory->waiting.pop_front();
        auto read = [&job] { ignore(job.part.bring_in(), "the next try says what is wrong"); };
        co_await runtime::run_blocking(shard_, std::move(read));
        end(job, ColdRead::State::over);
    }
    INVARIANT(directory->running > 0, "a worker ended that was not counted");
    --directory->running;
}

awaitable<bool> ColdReads::bring_in(std::vector<log::ColdPart> parts, Time until) {
    const auto came = [](const auto& read) { return read->state == ColdRead::State::over; };
    while (!parts.empty()) {
        const auto some = std::min(parts.size(), at_once_max);
        const auto first = parts.end() - static_cast<std::ptrdiff_t>(some);
        auto reads = start(std::vector<log::ColdPart>(std::make_move_iterator(first),
                                                      std::make_move_iterator(parts.end())));
        parts.erase(first, parts.end());
        co_await wait_for(reads, until);
        if (!std::ranges::all_of(reads, came)) {
            co_return false;
        }
    }
    co_return true;
}

awaitable<void> ColdReads::wait_until(Time until) {
    if (!waits_ended_) {
        co_await changed_.wait_until(until);
    }
}

awaitable<void> ColdReads::wait_for(ColdReadList reads, Time until) {
    const auto under_way = [](const auto& read) {
        return read->state == ColdRead::State::under_way;
    };
    while (std::ranges::any_of(reads, under_way) && shard_.clock().now() < until && !waits_ended_) {
        co_await changed_.wait_until(until);
    }
}

awaitable<void> ColdReads::stop() {
    for (auto& [path, directory] : directories_) {
        for (const auto& job : std::exchange(directory.waiting, {})) {
            end(job, ColdRead::State::dropped);
        }
    }
    co_await workers_.join();
}

std::size_t ColdReads::running(const runtime::Path& directory) const {
    const auto found = directories_.find(directory);
    return found == directories_.end() ? 0 : found->second.running;
}

}  // namespace barnabas::broker
