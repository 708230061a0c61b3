#pragma once

#include "base/invariant.h"
#include "coordinator/transactions/transactions.h"
#include "wire/persisted/framing.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// A record as its reader has it.
struct StoredTransaction {
    wire::TransactionLogKey key;
    std::optional<wire::TransactionLogValue> value;
    std::int16_t version = 0;
};

inline StoredTransaction read_record(const Record& record) {
    StoredTransaction read;
    const auto key = wire::read_coordinator_key(record.key.view());
    INVARIANT(key.has_value(), "a key that cannot be read");
    read.key = *wire::decode_stored<wire::TransactionLogKey>(*key);
    if (record.value) {
        const auto value = wire::read_versioned(record.value->view(), key->id);
        INVARIANT(value.has_value(), "a value that cannot be read");
        read.value = *wire::decode_stored<wire::TransactionLogValue>(*value);
        read.version = value->version;
    }
    return read;
}

inline ProducerIdentity producer(std::int64_t id, int epoch) {
    return {.id = ProducerId{id}, .epoch = ProducerEpoch{static_cast<std::int16_t>(epoch)}};
}

inline TopicPartition partition(std::string topic, std::int32_t number) {
    return {.topic = std::move(topic), .partition = PartitionId{number}};
}

/// A coordinator of one partition with its log, and a host that does at once what has to be done.
class TransactionRig {
public:
    TransactionConfig config;
    Transactions machine{config};
    std::vector<StoredTransaction> log;
    Now now{.steady = Time{} + 1h, .wall = Timestamp{1'000'000}};
    std::int64_t next_id = 5000;

    TransactionRig() = default;
    explicit TransactionRig(const TransactionConfig& with) : config(with) {}

    static Client client(int version) {
        return {
            .id = "client", .host = "/127.0.0.1", .version = static_cast<std::int16_t>(version)};
    }

    /// A record that some coordinator left behind.
    void place(const std::string& id, const Transaction& transaction) {
        log.push_back(read_record(transaction_record(id, transaction, 2)));
    }

    /// The coordinator comes, after another one if there was one.
    void load() {
        machine.unloaded();
        machine.configure(config);
        for (std::size_t i = 0; i < log.size(); ++i) {
            apply(i, {});
        }
        machine.loaded(++coordinator_epoch_, now);
        commit();
    }

    void commit() { machine.committed(Offset{static_cast<std::int64_t>(log.size())}, now); }

    /// Appends and applies; the reply has left when this returns.
    template <class Reply>
    Reply carry_out(TransactionOutcome<Reply> outcome) {
        append(outcome);
        commit();
        return std::move(outcome.reply);
    }

    template <class Reply>
    void append(const TransactionOutcome<Reply>& outcome) {
        for (const auto& record : outcome.records) {
            log.push_back(read_record(record));
            apply(log.size() - 1, outcome.memo);
        }
        why = outcome.why;
    }

    void advance(Duration by) {
        now.steady += by;
        now.wall += std::chrono::duration_cast<std::chrono::milliseconds>(by).count();
    }

    /// Does what is due, with partitions that take every marker, until nothing is left.
    void settle() {
        for (auto due = machine.work(now); !due.markers.empty() || !due.complete.empty();
             due = machine.work(now)) {
            for (const auto& markers : due.markers) {
                sent.push_back(markers);
                for (const auto& to : markers.partitions) {
                    machine.on_marker(markers.key, to, ErrorCode::none, now);
                }
            }
            for (const auto& id : due.complete) {
                carry_out(machine.complete(id, now));
            }
        }
    }

    wire::InitProducerIdResponse init(const wire::InitProducerIdRequest& request, int version = 5) {
        const bool needed = machine.needs_producer_id(request);
        return carry_out(machine.init(request,
                                      needed ? std::optional(ProducerId{next_id++}) : std::nullopt,
                                      client(version), now));
    }

    wire::InitProducerIdResponse init(const std::string& id, ProducerIdentity expected = {}) {
        return init({.transactional_id = id,
                     .transaction_timeout_ms = 60'000,
                     .producer_id = expected.id.get(),
                     .producer_epoch = expected.epoch.get()});
    }

    /// Version 3 is a client's, 4 and 5 a broker's.
    ErrorCode add(const std::string& id, ProducerIdentity who, const TopicPartition& to,
                  int version = 3) {
        const auto reply = carry_out(
            machine.add_partitions(add_request(id, who, to, version), client(version), now));
        return static_cast<ErrorCode>(version < 4 ? reply.results_by_topic_v3_and_below.at(0)
                                                        .results_by_partition.at(0)
                                                        .partition_error_code
                                                  : reply.results_by_transaction.at(0)
                                                        .topic_results.at(0)
                                                        .results_by_partition.at(0)
                                                        .partition_error_code);
    }

    static wire::AddPartitionsToTxnRequest add_request(const std::string& id, ProducerIdentity who,
                                                       const TopicPartition& to, int version) {
        wire::AddPartitionsToTxnRequest request;
        if (version < 4) {
            request.v3_and_below_transactional_id = id;
            request.v3_and_below_producer_id = who.id.get();
            request.v3_and_below_producer_epoch = who.epoch.get();
            request.v3_and_below_topics.push_back(
                {.name = to.topic, .partitions = {to.partition.get()}});
            return request;
        }
        auto& transaction = request.transactions.emplace_back();
        transaction.transactional_id = id;
        transaction.producer_id = who.id.get();
        transaction.producer_epoch = who.epoch.get();
        transaction.topics.push_back({.name = to.topic, .partitions = {to.partition.get()}});
        return request;
    }

    wire::EndTxnResponse end(const std::string& id, ProducerIdentity who, bool commit,
                             int version = 5) {
        const wire::EndTxnRequest request{.transactional_id = id,
                                          .producer_id = who.id.get(),
                                          .producer_epoch = who.epoch.get(),
                                          .committed = commit};
        const bool needed = machine.needs_producer_id(request, client(version));
        return carry_out(machine.end(request,
                                     needed ? std::optional(ProducerId{next_id++}) : std::nullopt,
                                     client(version), now));
    }

    [[nodiscard]] const Transaction& at(const std::string& id) const {
        const auto* found = machine.find(id);
        INVARIANT(found != nullptr, "'{}' is not there", id);
        return *found;
    }

    std::vector<MarkersToSend> sent;
    std::string why;  // of the last outcome

private:
    void apply(std::size_t index, const TransactionMemo& memo) {
        const auto& stored = log[index];
        const auto applied = machine.apply(
            stored.key, stored.value ? &*stored.value : nullptr,
            {.offset = Offset{static_cast<std::int64_t>(index)}, .now = now, .memo = memo});
        EXPECT_TRUE(applied) << applied.error().message;
    }

    std::int32_t coordinator_epoch_ = 0;
};

}  // namespace barnabas::coordinator::testing
