#include "log/compaction/cleaner_schedule.h"

#include "base/invariant.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::log {
namespace {

constexpr Duration look_min = std::chrono::milliseconds(10);
constexpr Duration look_max = std::chrono::hours(1);
constexpr Duration rest_min = std::chrono::seconds(1);
constexpr Duration rest_max = std::chrono::minutes(10);
constexpr int doublings_max = 16;

Duration rest_after(const CleanerSchedule::Settings& settings, int failures) {
    const Duration first = std::clamp(settings.backoff, rest_min, rest_max);
    return std::min(first * (std::int64_t{1} << std::min(failures, doublings_max)), rest_max);
}

}  // namespace

CleanerSchedule::Judged CleanerSchedule::judge(const CleanerCandidate& log, Plan& plan,
                                               Timestamp now) {
    const auto known = cleaned_.find(log.partition);
    if (log.facts.cut_to) {
        const auto job = in_progress_.find(log.partition);
        for (Offset* limit : {known == cleaned_.end() ? nullptr : &known->second,
                              job == in_progress_.end() ? nullptr : &job->second}) {
            if (limit != nullptr) {
                *limit = std::min(*limit, *log.facts.cut_to);
            }
        }
    }
    Judged judged{.log = &log,
                  .cleanable = find_cleanable(
                      log.facts, log.config,
                      known == cleaned_.end() ? std::nullopt : std::optional(known->second), now)};
    const auto& cleanable = judged.cleanable;
    if (known != cleaned_.end() && cleanable.first_dirty != known->second) {
        known->second = cleanable.first_dirty;
        if (!cleanable.invalid.empty()) {
            plan.warnings.push_back(fmt::format("{}: {}", log.partition, cleanable.invalid));
        }
    }
    if (const auto marked = uncleanable_.find(log.partition); marked != uncleanable_.end()) {
        marked->second.bytes = cleanable.dirty_bytes;
        return judged;
    }
    dirty_bytes_ += cleanable.dirty_bytes;
    dirtiest_ratio_ = std::max(dirtiest_ratio_, cleanable.ratio());
    overdue_ms_ = std::max(overdue_ms_, cleanable.overdue_ms);
    return judged;
}

bool CleanerSchedule::is_due(const Judged& judged, Time now) const {
    const auto& partition = judged.log->partition;
    const auto rests = resting_.find(partition);
    if (in_progress_.contains(partition) || uncleanable_.contains(partition) ||
        paused_.contains(partition) || (rests != resting_.end() && rests->second.until > now)) {
        return false;
    }
    const auto& cleanable = judged.cleanable;
    const bool overdue = cleanable.overdue_ms > 0 && cleanable.dirty_bytes > 0;
    return overdue || cleanable.ratio() > judged.log->config.min_cleanable_ratio;
}

CleanerSchedule::Plan CleanerSchedule::plan(const std::vector<CleanerCandidate>& logs,
                                            const Settings& settings, Now now) {
    Plan plan;
    dirty_bytes_ = 0;
    dirtiest_ratio_ = 0;
    overdue_ms_ = 0;
    std::vector<Judged> due;
    for (const auto& log : logs) {
        INVARIANT(log.config.cleanup_compact, "{} is not to be compacted", log.partition);
        auto judged = judge(log, plan, now.wall);
        if (is_due(judged, now.steady)) {
            due.push_back(std::move(judged));
        }
    }
    std::ranges::sort(due, [](const Judged& a, const Judged& b) {
        const double of_a = a.cleanable.ratio();
        const double of_b = b.cleanable.ratio();
        return of_a != of_b ? of_a > of_b : a.log->partition < b.log->partition;
    });
    for (const auto& judged : due) {
        if (in_progress_.size() >= settings.threads) {
            break;  // the next job's end asks again
        }
        const auto& partition = judged.log->partition;
        INVARIANT(judged.cleanable.first_dirty < judged.cleanable.end, "{} is due from {} to {}",
                  partition, judged.cleanable.first_dirty, judged.cleanable.end);
        in_progress_.emplace(partition, Offset{std::numeric_limits<std::int64_t>::max()});
        plan.jobs.push_back({.partition = partition,
                             .first_dirty = judged.cleanable.first_dirty,
                             .end = judged.cleanable.end});
    }
    return plan;
}

/// A job that ends has plan() called anyway; until then only time makes a log due.
Time CleanerSchedule::next_wake(const Settings& settings, Time now) const {
    Time wake = now + std::clamp(settings.backoff, look_min, look_max);
    for (const auto& [partition, resting] : resting_) {
        wake = resting.until > now ? std::min(wake, resting.until) : wake;
    }
    return wake;
}

void CleanerSchedule::end_job(const TopicPartition& partition) {
    const auto ended = in_progress_.erase(partition);
    INVARIANT(ended == 1, "{} is not in progress", partition);
}

void CleanerSchedule::on_done(const TopicPartition& partition, Offset end) {
    const auto job = in_progress_.find(partition);
    INVARIANT(job != in_progress_.end(), "{} is not in progress", partition);
    cleaned_[partition] = std::min(end, job->second);
    end_job(partition);
    resting_.erase(partition);
}

void CleanerSchedule::on_discarded(const TopicPartition& partition, const Settings& settings,
                                   Time now) {
    end_job(partition);
    resting_[partition].until = now + rest_after(settings, 0);
}

void CleanerSchedule::on_failed(const TopicPartition& partition, const Error& error,
                                const Settings& settings, Time now) {
    end_job(partition);
    if (error.code != ErrorCode::kafka_storage_error) {
        uncleanable_[partition].reason = error.message;
        resting_.erase(partition);
        return;
    }
    Resting& resting = resting_[partition];
    resting.until = now + rest_after(settings, resting.failures++);
}

void CleanerSchedule::forget_missing(const std::set<TopicPartition>& existing) {
    const auto missing = [&](const auto& item) {
        return !existing.contains(item.first) && !in_progress_.contains(item.first);
    };
    std::erase_if(cleaned_, missing);
    std::erase_if(resting_, missing);
    std::erase_if(uncleanable_, missing);
}

void CleanerSchedule::resume(const TopicPartition& partition) {
    const auto paused = paused_.find(partition);
    INVARIANT(paused != paused_.end(), "{} is resumed and was not paused", partition);
    if (--paused->second == 0) {
        paused_.erase(paused);
    }
}

}  // namespace barnabas::log
