// A partition of __transaction_state: records of any bytes are replayed, then requests of any bytes
// are carried out, markers answered, and time passes. The input is a sequence of steps: what to do,
// a number, the length of the bytes (two bytes, big-endian), and they.
#include "coordinator/transactions/transactions.h"
#include "fuzz/input.h"
#include "wire/codec.h"
#include "wire/persisted/framing.h"
#include "wire/records/record.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace barnabas::coordinator {
namespace {

/// Only that it can be asked matters.
void drop(const auto& /*reply*/) {}

class World {
public:
    void step(std::uint8_t what, std::uint8_t number, ByteView bytes) {
        switch (what % 7) {
            case 0:
                replay(number, bytes);
                break;
            case 1:
                ask<wire::InitProducerIdRequest>(number, bytes);
                break;
            case 2:
                ask<wire::AddPartitionsToTxnRequest>(number, bytes);
                break;
            case 3:
                ask<wire::AddOffsetsToTxnRequest>(number, bytes);
                break;
            case 4:
                ask<wire::EndTxnRequest>(number, bytes);
                break;
            case 5:
                ask<wire::ListTransactionsRequest>(number, bytes);
                break;
            default:
                pass(number);
                break;
        }
    }

private:
    void replay(std::uint8_t key_size, ByteView bytes) {
        if (machine_.is_loaded()) {
            return;
        }
        const auto key_bytes = bytes.first(std::min<std::size_t>(key_size, bytes.size()));
        apply(key_bytes, bytes.subspan(key_bytes.size()), {});
    }
    /// As the host reads a record; what cannot be read is its affair.
    void apply(ByteView key_bytes, wire::NullableBytes value_bytes, const TransactionMemo& memo) {
        const auto stored = wire::read_coordinator_key(key_bytes);
        if (!stored || stored->id != wire::TransactionLogKey::record_id) {
            return;
        }
        const auto key = wire::decode_stored<wire::TransactionLogKey>(*stored);
        if (!key) {
            return;
        }
        const Transactions::Applied how{.offset = Offset{next_++}, .now = now_, .memo = memo};
        if (!value_bytes || value_bytes->empty()) {
            drop(machine_.apply(*key, nullptr, how));
            return;
        }
        const auto body = wire::read_versioned(*value_bytes, stored->id);
        const auto value = body ? wire::decode_stored<wire::TransactionLogValue>(*body)
                                : fail(Result<wire::StoredRecord>(body));
        if (value) {
            drop(machine_.apply(*key, &*value, how));
        }
    }
    template <class Reply>
    void carry_out(const TransactionOutcome<Reply>& outcome) {
        for (const auto& record : outcome.records) {
            apply(record.key.view(),
                  record.value ? wire::NullableBytes(record.value->view()) : std::nullopt,
                  outcome.memo);
        }
        machine_.committed(Offset{next_}, now_);
    }
    void load() {
        if (!machine_.is_loaded()) {
            machine_.loaded(1, now_);
            machine_.committed(Offset{next_}, now_);
        }
    }
    template <class Request>
    void ask(std::uint8_t version, ByteView bytes) {
        load();
        if (version > Request::versions.last || version < Request::versions.first) {
            return;
        }
        const auto request = wire::decode<Request>(bytes, version);
        if (request) {
            answer(*request, {.id = "fuzz", .host = "/127.0.0.1", .version = version, .fresh = {}});
        }
    }
    void answer(const wire::InitProducerIdRequest& request, const Client& from) {
        if (request.transactional_id) {
            carry_out(machine_.init(request, fresh(), from, now_));
        }
    }
    void answer(const wire::AddPartitionsToTxnRequest& request, const Client& from) {
        carry_out(machine_.add_partitions(request, from, now_));
    }
    void answer(const wire::AddOffsetsToTxnRequest& request, const Client& from) {
        carry_out(machine_.add_offsets(request, PartitionId{3}, from, now_));
    }
    void answer(const wire::EndTxnRequest& request, const Client& from) {
        carry_out(machine_.end(request, fresh(), from, now_));
    }
    void answer(const wire::ListTransactionsRequest& request, const Client&) {
        wire::ListTransactionsResponse response;
        machine_.list(Transactions::filter_of(request, response), now_, response);
        for (const auto& listed : response.transaction_states) {
            drop(machine_.describe(listed.transactional_id));
        }
    }
    void pass(std::uint8_t number) {
        load();
        now_.steady += std::chrono::seconds(number) * 10;
        now_.wall = Timestamp{now_.wall.get() + number * 10'000};
        const auto work = machine_.work(now_);
        for (const auto& markers : work.markers) {
            for (const auto& partition : markers.partitions) {
                const auto code =
                    number % 4 == 3 ? ErrorCode::not_leader_or_follower : ErrorCode::none;
                drop(machine_.on_marker(markers.key, partition, code, now_));
            }
        }
        for (const auto& id : work.complete) {
            carry_out(machine_.complete(id, now_));
        }
        for (const auto& id : work.abort) {
            carry_out(machine_.abort_timed_out(id, fresh(), now_));
        }
        if (work.expire) {
            carry_out(machine_.expire(100, now_));
        }
    }
    std::optional<ProducerId> fresh() { return ProducerId{next_producer_++}; }

    Transactions machine_{TransactionConfig{}};
    Now now_{.steady = Time{} + 1h, .wall = Timestamp{1'000'000}};
    std::int64_t next_ = 0;
    std::int64_t next_producer_ = 1000;
};

}  // namespace
}  // namespace barnabas::coordinator

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    barnabas::coordinator::World world;
    barnabas::fuzzing::run_steps({data, size}, world);
    return 0;
}
