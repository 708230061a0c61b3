#include "coordination/producer.h"

#include <fmt/format.h>

#include <ctime>
#include <utility>

namespace coordination_bench {

using namespace barnabas;
using wire::AddPartitionsToTxnRequest;
using wire::AddPartitionsToTxnResponse;
using wire::EndTxnRequest;
using wire::EndTxnResponse;
using wire::InitProducerIdRequest;
using wire::InitProducerIdResponse;
using wire::ProduceRequest;
using wire::ProduceResponse;

namespace {

constexpr std::int32_t transaction_timeout_ms = 60'000;  // the clients' default
constexpr std::int32_t produce_timeout_ms = 30'000;
constexpr std::int16_t acks_all = -1;

Timestamp wall_clock() {
    timespec time{};
    checked(clock_gettime(CLOCK_REALTIME, &time), "clock_gettime");
    return Timestamp{std::int64_t{time.tv_sec} * 1000 + time.tv_nsec / 1'000'000};
}

}  // namespace

Producer::Producer(Loop& loop, Place place, const Options& options)
    : loop_(loop),
      place_(std::move(place)),
      options_(options),
      coordinator_(loop, place_.coordinator),
      leader_(loop, place_.leader),
      payloads_(options.size, rdkafka_bench::Filler::noise) {}

Task<bool> Producer::retry(ErrorCode code, const char* what) {
    if (code == ErrorCode::none) {
        co_return false;
    }
    if (code != ErrorCode::concurrent_transactions && !is_coordinator_starting(code)) {
        give_up_on(what, place_.transactional_id, code);
    }
    ++retries_;
    co_await loop_.sleep(retry_pause_s);
    co_return true;
}

Task<> Producer::begin() {
    const InitProducerIdRequest request{.transactional_id = place_.transactional_id,
                                        .transaction_timeout_ms = transaction_timeout_ms};
    InitProducerIdResponse response;
    bool again = true;
    while (again) {
        response = co_await coordinator_.call(request);
        again = co_await retry(code_of(response.error_code), "InitProducerId");
    }
    id_ = ProducerId{response.producer_id};
    epoch_ = ProducerEpoch{response.producer_epoch};
    sequence_ = 0;
}

Task<> Producer::transaction(std::vector<std::int64_t> counters, bool committed) {
    if (!options_.kip890) {
        co_await add_partition();
    }
    co_await produce(std::move(counters));
    co_await end(committed);
}

Task<> Producer::add_partition() {
    AddPartitionsToTxnRequest request{.v3_and_below_transactional_id = place_.transactional_id,
                                      .v3_and_below_producer_id = id_.get(),
                                      .v3_and_below_producer_epoch = epoch_.get()};
    request.v3_and_below_topics.push_back(
        {.name = options_.topic, .partitions = {place_.partition}});
    bool again = true;
    while (again) {
        const AddPartitionsToTxnResponse response = co_await coordinator_.call(request);
        const auto& topics = response.results_by_topic_v3_and_below;
        if (topics.size() != 1 || topics[0].results_by_partition.size() != 1) {
            give_up("AddPartitionsToTxn of one partition was answered for others");
        }
        const auto code = code_of(topics[0].results_by_partition[0].partition_error_code);
        again = co_await retry(code, "AddPartitionsToTxn");
    }
}

ByteView Producer::batch(const std::vector<std::int64_t>& counters) {
    batch_.clear();
    builder_.start(batch_, {.producer_id = id_,
                            .producer_epoch = epoch_,
                            .base_sequence = sequence_,
                            .transactional = true});
    const Timestamp time = wall_clock();
    std::vector<std::uint8_t> payload(static_cast<std::size_t>(options_.size));
    Offset offset{0};
    for (const auto counter : counters) {
        payloads_.write(static_cast<std::uint64_t>(counter), payload);
        const auto appended = builder_.append(
            offset, {.timestamp = time, .value = std::as_bytes(std::span(payload))});
        if (!appended) {
            give_up(appended.error().message);
        }
        ++offset;
    }
    if (const auto finished = builder_.finish(); !finished) {
        give_up(finished.error().message);
    }
    return batch_.view();
}

Task<> Producer::produce(std::vector<std::int64_t> counters) {
    ProduceRequest request{.transactional_id = place_.transactional_id,
                           .acks = acks_all,
                           .timeout_ms = produce_timeout_ms};
    auto& topic = request.topic_data.emplace_back();
    topic.name = options_.topic;
    topic.partition_data.push_back(
        {.index = place_.partition, .records = wire::Records(batch(counters))});
    const auto version =
        options_.kip890 ? Spoken<ProduceRequest>::version : produce_version_before_kip890;
    bool again = true;
    while (again) {
        const ProduceResponse response = co_await leader_.call(request, version);
        if (response.responses.size() != 1 ||
            response.responses[0].partition_responses.size() != 1) {
            give_up("Produce for one partition was answered for others");
        }
        const auto& answer = response.responses[0].partition_responses[0];
        again = co_await retry(code_of(answer.error_code), "Produce");
    }
    sequence_ += static_cast<std::int32_t>(counters.size());
}

Task<> Producer::end(bool committed) {
    const EndTxnRequest request{.transactional_id = place_.transactional_id,
                                .producer_id = id_.get(),
                                .producer_epoch = epoch_.get(),
                                .committed = committed};
    const auto version =
        options_.kip890 ? Spoken<EndTxnRequest>::version : end_txn_version_before_kip890;
    EndTxnResponse response;
    bool again = true;
    while (again) {
        response = co_await coordinator_.call(request, version);
        again = co_await retry(code_of(response.error_code), "EndTxn");
    }
    if (options_.kip890) {
        id_ = ProducerId{response.producer_id};
        epoch_ = ProducerEpoch{response.producer_epoch};
        sequence_ = 0;
    }
}

}  // namespace coordination_bench
