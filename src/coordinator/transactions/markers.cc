#include "coordinator/transactions/markers.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::coordinator {

MarkerVerdict marker_verdict(ErrorCode code) {
    switch (code) {
        case ErrorCode::none:
            return MarkerVerdict::written;
        // The producer cannot have written anything there either.
        case ErrorCode::unsupported_for_message_format:
        case ErrorCode::unsupported_version:
            return MarkerVerdict::skipped;
        case ErrorCode::unknown_topic_or_partition:
        case ErrorCode::not_leader_or_follower:
        case ErrorCode::not_enough_replicas:
        case ErrorCode::not_enough_replicas_after_append:
        case ErrorCode::request_timed_out:
        case ErrorCode::kafka_storage_error:
        case ErrorCode::network_exception:  // no answer came
        // A broker whose group coordinator is on the move says the first of these itself.
        case ErrorCode::not_coordinator:
        case ErrorCode::coordinator_not_available:
        case ErrorCode::coordinator_load_in_progress:
            return MarkerVerdict::retried;
        case ErrorCode::invalid_producer_epoch:
        case ErrorCode::transaction_coordinator_fenced:
            return MarkerVerdict::cancelled;
        // corrupt_message, message_too_large, record_list_too_large, invalid_required_acks and
        // whatever nobody expects: Kafka's sender ends with an exception and with it all markers.
        default:
            return MarkerVerdict::alarming;
    }
}

void Markers::add(MarkersToSend markers, Time now) {
    std::string id = markers.key.transactional_id;
    remove(id);
    End end;
    for (auto& partition : markers.partitions) {
        end.open.emplace(std::move(partition), now);
    }
    markers.partitions.clear();
    end.what = std::move(markers);
    end.complete_at = now;
    const auto [added, is_new] = ends_.emplace(std::move(id), std::move(end));
    INVARIANT(is_new, "the end of {} is there twice", added->first);
    reschedule(added);
}

void Markers::remove(std::string_view transactional_id) {
    const auto found = ends_.find(transactional_id);
    if (found == ends_.end()) {
        return;
    }
    due_.erase({found->second.due, found->first});
    ends_.erase(found);
}

void Markers::clear() {
    ends_.clear();
    due_.clear();
}

Markers::Due Markers::take_due(Time now) {
    Due taken;
    while (!due_.empty() && due_.begin()->first <= now) {
        const auto found = ends_.find(due_.begin()->second);
        INVARIANT(found != ends_.end(), "{} is due and has ended", due_.begin()->second);
        End& end = found->second;
        if (end.open.empty()) {
            taken.done.push_back(found->first);
            end.complete_at = now + config_.retry_backoff;
        } else {
            MarkersToSend& sent = taken.send.emplace_back(end.what);
            for (auto& [partition, when] : end.open) {
                if (when <= now) {
                    sent.partitions.push_back(partition);
                    when = never;
                }
            }
            INVARIANT(!sent.partitions.empty(), "{} is due without partitions", found->first);
        }
        reschedule(found);
        INVARIANT(end.due > now, "{} is due again at once", found->first);
    }
    return taken;
}

Time Markers::next_due() const {
    return due_.empty() ? never : due_.begin()->first;
}

MarkerVerdict Markers::on_answer(const MarkerKey& key, const TopicPartition& partition,
                                 ErrorCode code, Time now) {
    const MarkerVerdict verdict = marker_verdict(code);
    const auto found = find(key);
    if (found == ends_.end()) {
        return verdict;
    }
    const auto open = found->second.open.find(partition);
    switch (verdict) {
        case MarkerVerdict::written:
        case MarkerVerdict::skipped:
            settle(found, partition, now);
            return verdict;
        case MarkerVerdict::retried:
        case MarkerVerdict::alarming:
            // One that was sent again meanwhile, or is about to be, stays as it is.
            if (open != found->second.open.end() && open->second == never) {
                open->second = now + (verdict == MarkerVerdict::retried ? config_.retry_backoff
                                                                        : config_.alarm_backoff);
            }
            break;
        case MarkerVerdict::cancelled:
            found->second.cancelled = true;
            break;
    }
    reschedule(found);
    return verdict;
}

void Markers::on_partition_gone(const MarkerKey& key, const TopicPartition& partition, Time now) {
    if (const auto found = find(key); found != ends_.end()) {
        settle(found, partition, now);
    }
}

bool Markers::is_done(std::string_view transactional_id) const {
    const auto found = ends_.find(transactional_id);
    return found != ends_.end() && found->second.open.empty();
}

std::optional<std::vector<TopicPartition>> Markers::open(std::string_view transactional_id) const {
    const auto found = ends_.find(transactional_id);
    if (found == ends_.end()) {
        return std::nullopt;
    }
    std::vector<TopicPartition> partitions;
    for (const auto& [partition, when] : found->second.open) {
        partitions.push_back(partition);
    }
    return partitions;
}

Markers::Ends::iterator Markers::find(const MarkerKey& key) {
    const auto found = ends_.find(key.transactional_id);
    return found == ends_.end() || found->second.what.key != key ? ends_.end() : found;
}

void Markers::settle(const Ends::iterator& end, const TopicPartition& partition, Time now) {
    End& of = end->second;
    const auto found = of.open.find(partition);
    if (found == of.open.end()) {
        return;
    }
    const bool was_under_way = found->second == never;
    of.open.erase(found);
    if (of.open.empty()) {
        of.complete_at = now;
    } else if (was_under_way) {
        return;  // the others are due when they were, and there may be thousands
    }
    reschedule(end);
}

void Markers::reschedule(const Ends::iterator& end) {
    End& of = end->second;
    due_.erase({of.due, end->first});
    of.due = of.open.empty() ? of.complete_at : never;
    for (const auto& [partition, when] : of.open) {
        of.due = std::min(of.due, when);
    }
    // Also if only one partition says so: the newer coordinator ends the others' as well.
    if (of.cancelled && !of.open.empty()) {
        of.due = never;
    }
    if (of.due != never) {
        due_.emplace(of.due, end->first);
    }
}

std::size_t Markers::waiting() const {
    std::size_t count = 0;
    for (const auto& [id, end] : ends_) {
        count += end.open.size();
    }
    return count;
}

}  // namespace barnabas::coordinator
