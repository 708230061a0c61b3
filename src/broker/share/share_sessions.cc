#include "broker/share/share_sessions.h"

#include "base/invariant.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::broker {
namespace {

std::int32_t epoch_after(std::int32_t epoch) {
    return epoch == std::numeric_limits<std::int32_t>::max() ? 1 : epoch + 1;
}

}  // namespace

std::optional<std::uint64_t> ShareSessionRegister::add(const ShareSessionKey& key,
                                                       std::size_t most) {
    const std::lock_guard lock(mutex_);
    if (newest_.size() >= most && !newest_.contains(key)) {
        return std::nullopt;
    }
    newest_[key] = ++last_number_;
    return last_number_;
}

bool ShareSessionRegister::remove(const ShareSessionKey& key, std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    const auto found = newest_.find(key);
    const bool newest = found != newest_.end() && found->second == number;
    if (newest) {
        newest_.erase(found);
    }
    return newest;
}

std::size_t ShareSessionRegister::size() const {
    const std::lock_guard lock(mutex_);
    return newest_.size();
}

Result<ShareSessions::Begun> ShareSessions::begin_fetch(const Fetch& fetch) {
    if (fetch.epoch == final_share_epoch) {
        TRY_ASSIGN(const auto* session, find(fetch.key, fetch.epoch));
        return Begun{.epoch = fetch.epoch, .number = session->number};
    }
    if (fetch.epoch == initial_share_epoch) {
        if (fetch.acknowledges) {
            return fail(
                ErrorCode::invalid_request,
                "a session of group {} begins with acknowledgements; nothing was fetched in "
                "it yet",
                fetch.key.group);
        }
        // One that takes an earlier one's place needs no room of its own.
        const auto number = all_shards_->add(fetch.key, fetch.sessions_max);
        if (!number) {
            return fail(ErrorCode::share_session_limit_reached,
                        "there are {} share sessions already (group.share.max.share.sessions)",
                        all_shards_->size());
        }
        const bool replaced = sessions_.contains(fetch.key);
        auto& session = sessions_[fetch.key];
        session = {.number = *number, .connection = fetch.connection, .partitions = {}};
        update(session, fetch);
        Begun begun{.is_new = true, .replaced = replaced, .number = session.number};
        for (auto& partition : session.partitions) {
            partition.owes_answer = false;
            begun.partitions.push_back(partition.partition);
        }
        return begun;
    }
    TRY_ASSIGN(auto* session, find(fetch.key, fetch.epoch));
    update(*session, fetch);
    session->epoch = epoch_after(session->epoch);
    Begun begun{.epoch = fetch.epoch, .number = session->number};
    for (const auto& partition : session->partitions) {
        begun.partitions.push_back(partition.partition);
    }
    if (!begun.partitions.empty()) {
        // Another one is the first each time: none starves behind the others.
        const auto turn = static_cast<std::size_t>(fetch.epoch) % begun.partitions.size();
        std::ranges::rotate(begun.partitions,
                            begun.partitions.begin() + static_cast<std::ptrdiff_t>(turn));
    }
    return begun;
}

Result<void> ShareSessions::begin_acknowledge(const ShareSessionKey& key, std::int32_t epoch) {
    if (epoch == initial_share_epoch) {
        return fail(ErrorCode::invalid_share_session_epoch,
                    "ShareAcknowledge cannot begin a session (epoch 0); ShareFetch does");
    }
    TRY_ASSIGN(auto* session, find(key, epoch));
    if (epoch != final_share_epoch) {
        session->epoch = epoch_after(session->epoch);
    }
    return {};
}

Result<ShareSessions::Session*> ShareSessions::find(const ShareSessionKey& key,
                                                    std::int32_t epoch) {
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) {
        return fail(ErrorCode::share_session_not_found,
                    "member {} of group {} has no share session here; one begins with epoch 0",
                    key.member, key.group);
    }
    if (epoch != final_share_epoch && epoch != found->second.epoch) {
        return fail(ErrorCode::invalid_share_session_epoch,
                    "epoch {} of the share session of member {} of group {}; the next one is {}",
                    epoch, key.member, key.group, found->second.epoch);
    }
    return &found->second;
}

void ShareSessions::update(Session& session, const Fetch& fetch) {
    for (const auto& forgotten : fetch.forgotten) {
        std::erase_if(session.partitions,
                      [&](const Partition& known) { return known.partition == forgotten; });
    }
    for (const auto& wanted : fetch.partitions) {
        if (std::ranges::find(session.partitions, wanted, &Partition::partition) ==
            session.partitions.end()) {
            session.partitions.push_back({.partition = wanted, .owes_answer = true});
        }
    }
}

bool ShareSessions::is_open(const ShareSessionKey& key, std::uint64_t number) const {
    const auto found = sessions_.find(key);
    return found != sessions_.end() && found->second.number == number;
}

bool ShareSessions::carries(const ShareSessionKey& key, const Fetched& fetched) {
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) {
        return true;
    }
    auto& partitions = found->second.partitions;
    const auto known = std::ranges::find(partitions, fetched.partition, &Partition::partition);
    if (known == partitions.end()) {
        return true;
    }
    const bool owed = std::exchange(known->owes_answer, fetched.has_error);
    return owed || fetched.has_records || fetched.has_error;
}

std::vector<ShareSessions::Ended> ShareSessions::end(const ShareSessionKey& key) {
    std::vector<Ended> ended;
    if (auto node = sessions_.extract(key)) {
        const auto& session = node.mapped();
        const bool newest = all_shards_->remove(node.key(), session.number);
        auto& last = ended.emplace_back(Ended{.key = std::move(node.key()), .partitions = {}});
        for (const auto& partition : session.partitions) {
            if (newest) {
                last.partitions.push_back(partition.partition);
            }
        }
    }
    return ended;
}

std::vector<ShareSessions::Ended> ShareSessions::end_connection(const void* connection) {
    std::vector<ShareSessionKey> keys;
    for (const auto& [key, session] : sessions_) {
        if (session.connection == connection) {
            keys.push_back(key);
        }
    }
    std::vector<Ended> ended;
    for (const auto& key : keys) {
        std::ranges::move(end(key), std::back_inserter(ended));
    }
    return ended;
}

}  // namespace barnabas::broker
