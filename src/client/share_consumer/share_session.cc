#include "client/share_consumer/share_session.h"

#include <limits>

namespace barnabas::client {

namespace {

/// The topic's entry: partitions come in the order of their topics, so that only the last one can
/// be it.
template <class Topics>
auto& share_topic_in(Topics& topics, const TopicId& id) {
    if (topics.empty() || topics.back().topic_id != id) {
        topics.emplace_back().topic_id = id;
    }
    return topics.back();
}

}  // namespace

bool means_session_lost(ErrorCode code) {
    return code == ErrorCode::share_session_not_found ||
           code == ErrorCode::invalid_share_session_epoch ||
           code == ErrorCode::share_session_limit_reached;
}

void ShareSession::fill(const SharedParts& wanted, wire::ShareFetchRequest& request) {
    request.share_session_epoch = epoch_;
    for (const auto& [partition, id] : wanted) {
        const auto known = parts_.find(partition);
        if (is_new() || known == parts_.end() || known->second != id) {
            share_topic_in(request.topics, id).partitions.emplace_back().partition_index =
                partition.partition.get();
        }
    }
    if (!is_new()) {
        for (const auto& [partition, id] : parts_) {
            const auto still = wanted.find(partition);
            if (still == wanted.end() || still->second != id) {
                share_topic_in(request.forgotten_topics_data, id)
                    .partitions.push_back(partition.partition.get());
            }
        }
    }
    parts_ = wanted;
}

bool ShareSession::on_answer(ErrorCode code) {
    if (means_session_lost(code) || (code != ErrorCode::none && is_new())) {
        lose();
        return false;
    }
    epoch_ = epoch_ == std::numeric_limits<std::int32_t>::max() ? 1 : epoch_ + 1;
    return code == ErrorCode::none;
}

void ShareSession::on_failure() {
    lose();
}

void ShareSession::lose() {
    epoch_ = first_epoch;
    parts_.clear();
}

}  // namespace barnabas::client
