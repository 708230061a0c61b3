#include "client/consumer/fetch_session.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::client {

namespace {

template <class Topics>
auto& topic_in(Topics& topics, const TopicPartition& partition, const TopicId& id) {
    // Partitions come in the order of their topics, so that only the last one can be it.
    if (topics.empty() || topics.back().topic != partition.topic || topics.back().topic_id != id) {
        auto& topic = topics.emplace_back();
        topic.topic = partition.topic;
        topic.topic_id = id;
    }
    return topics.back();
}

void ask(wire::FetchRequest& request, const TopicPartition& partition, const FetchWish& wish) {
    auto& asked = topic_in(request.topics, partition, wish.topic_id).partitions.emplace_back();
    asked.partition = partition.partition.get();
    asked.current_leader_epoch = wish.current_leader_epoch.get();
    asked.fetch_offset = wish.offset.get();
    asked.partition_max_bytes = wish.bytes_max;
}

void forget(wire::FetchRequest& request, const TopicPartition& partition, const TopicId& id) {
    topic_in(request.forgotten_topics_data, partition, id)
        .partitions.push_back(partition.partition.get());
}

}  // namespace

bool FetchSession::uses_ids(const FetchWishes& wishes) const {
    return std::ranges::none_of(wishes,
                                [](const auto& wish) { return wish.second.topic_id.is_zero(); });
}

void FetchSession::fill(FetchWishes wishes, wire::FetchRequest& request) {
    const bool ids = uses_ids(wishes);
    if (ids != ids_) {
        epoch_ = first_epoch;  // names and ids do not go together in one session
        ids_ = ids;
    }
    request.session_id = id_;
    request.session_epoch = epoch_;
    if (epoch_ == first_epoch) {
        for (const auto& [partition, wish] : wishes) {
            ask(request, partition, wish);
        }
    } else {
        for (const auto& [partition, wish] : wishes) {
            const auto known = wishes_.find(partition);
            if (known == wishes_.end() || known->second != wish) {
                ask(request, partition, wish);
            }
        }
        for (const auto& [partition, wish] : wishes_) {
            const auto still = wishes.find(partition);
            if (still == wishes.end() || still->second.topic_id != wish.topic_id) {
                forget(request, partition, wish.topic_id);
            }
        }
    }
    wishes_ = std::move(wishes);
}

bool FetchSession::on_answer(ErrorCode code, std::int32_t session_id) {
    if (code != ErrorCode::none) {
        if (code == ErrorCode::fetch_session_id_not_found) {
            id_ = no_session;
        }
        epoch_ = first_epoch;
        return false;
    }
    if (session_id == no_session) {
        id_ = no_session;  // the broker keeps none: each request says everything
        epoch_ = first_epoch;
    } else if (epoch_ == first_epoch) {
        id_ = session_id;
        epoch_ = 1;
    } else {
        id_ = session_id;
        epoch_ = epoch_ == std::numeric_limits<std::int32_t>::max() ? 1 : epoch_ + 1;
    }
    return true;
}

// The broker may have taken the request or not: the next one says everything, and ends the session
// of the old id in passing.
void FetchSession::on_failure() {
    epoch_ = first_epoch;
}

wire::FetchRequest FetchSession::ending() const {
    wire::FetchRequest request;
    request.session_id = id_;
    request.session_epoch = last_epoch;
    return request;
}

}  // namespace barnabas::client
