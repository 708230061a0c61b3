#pragma once

#include "unit/coordinator/transactions/transaction_rig.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace barnabas::coordinator::testing {

/// Numbers from a seed, alike everywhere.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

private:
    std::mt19937_64 engine_;
};

/// A transaction as its producer sees it; the model's own number, which no broker knows.
using Tag = std::uint64_t;

enum class Fate : std::uint8_t { open, committed, aborted };

/// A partition as its leader keeps it (ProducerStateManager, ProducerAppendInfo of 4.x): who may
/// append, what is open, and what became of it. Markers are judged as Kafka judges them.
class ModelPartition {
public:
    explicit ModelPartition(TopicPartition of) : name(std::move(of)) {}

    [[nodiscard]] bool has_open(ProducerIdentity who) const {
        const auto found = producers_.find(who.id);
        return found != producers_.end() && found->second.epoch == who.epoch &&
               !found->second.open.empty();
    }

    ErrorCode append(ProducerIdentity who, Tag tag) {
        auto& state = producers_[who.id];
        if (who.epoch < state.epoch) {
            return ErrorCode::invalid_producer_epoch;
        }
        EXPECT_TRUE(who.epoch == state.epoch || state.open.empty())
            << "a transaction was left open, and its producer's next epoch appends";
        state.epoch = who.epoch;
        state.open.insert(tag);
        fates.emplace(tag, Fate::open);
        return ErrorCode::none;
    }

    ErrorCode mark(const MarkersToSend& marker) {
        auto& state = producers_[marker.key.producer.id];
        const auto epoch = marker.key.producer.epoch;
        if (marker.key.coordinator_epoch < state.coordinator_epoch) {
            return ErrorCode::transaction_coordinator_fenced;
        }
        if (bumps_epoch(marker.transaction_version) && epoch == state.epoch) {
            // KAFKA-19999: written already, if nothing is open.
            return state.open.empty() ? ErrorCode::none : ErrorCode::invalid_producer_epoch;
        }
        if (epoch < state.epoch) {
            return ErrorCode::invalid_producer_epoch;
        }
        state.epoch = epoch;
        state.coordinator_epoch = marker.key.coordinator_epoch;
        for (const Tag tag : state.open) {
            auto& fate = fates[tag];
            const auto now = marker.commit ? Fate::committed : Fate::aborted;
            EXPECT_TRUE(fate == Fate::open || fate == now)
                << "transaction " << tag << " is both committed and aborted";
            fate = now;
        }
        state.open.clear();
        return ErrorCode::none;
    }

    [[nodiscard]] std::size_t open() const {
        std::size_t count = 0;
        for (const auto& [id, state] : producers_) {
            count += state.open.size();
        }
        return count;
    }

    TopicPartition name;
    std::map<Tag, Fate> fates;  // of what was appended here

private:
    struct State {
        ProducerEpoch epoch = no_producer_epoch;
        std::int32_t coordinator_epoch = -1;
        std::set<Tag> open;
    };
    std::map<ProducerId, State> producers_;
};

}  // namespace barnabas::coordinator::testing
