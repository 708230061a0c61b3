#include "testkit/producer.h"

#include "testkit/record_text.h"
#include "wire/messages/add_offsets_to_txn.h"
#include "wire/messages/add_partitions_to_txn.h"
#include "wire/messages/end_txn.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/init_producer_id.h"
#include "wire/messages/produce.h"
#include "wire/messages/txn_offset_commit.h"
#include "wire/records/batch_builder.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace barnabas::testkit {
namespace {

constexpr std::size_t padding_max = 1200;  // of a record in four: over sectors and pages
/// Of a batch: the smallest segment of a scenario holds 5,000 bytes.
constexpr std::size_t batch_padding_max = 3 * padding_max;

ErrorCode code(std::int16_t number) {
    return static_cast<ErrorCode>(number);
}

ErrorCode code_of(const wire::FindCoordinatorResponse& response) {
    return code(response.coordinators.at(0).error_code);
}
ErrorCode code_of(const wire::InitProducerIdResponse& response) {
    return code(response.error_code);
}
ErrorCode code_of(const wire::AddPartitionsToTxnResponse& response) {
    return code(response.results_by_topic_v3_and_below.at(0)
                    .results_by_partition.at(0)
                    .partition_error_code);
}
ErrorCode code_of(const wire::AddOffsetsToTxnResponse& response) {
    return code(response.error_code);
}
ErrorCode code_of(const wire::ProduceResponse& response) {
    return code(response.responses.at(0).partition_responses.at(0).error_code);
}
/// The first that is an error.
ErrorCode code_of(const wire::TxnOffsetCommitResponse& response) {
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            if (partition.error_code != 0) {
                return code(partition.error_code);
            }
        }
    }
    return ErrorCode::none;
}
ErrorCode code_of(const wire::EndTxnResponse& response) {
    return code(response.error_code);
}

struct CodeOf {
    template <class Response>
    ErrorCode operator()(const Response& response) const {
        return code_of(response);
    }
};

}  // namespace

awaitable<bool> find_coordinator(WireClient* client, std::string key, CoordinatorOf what) {
    wire::FindCoordinatorRequest request;
    request.key_type = static_cast<std::int8_t>(what);
    request.coordinator_keys = {key};
    const auto found = co_await settle<wire::FindCoordinatorResponse>(client, std::move(request),
                                                                      std::int16_t{4}, CodeOf());
    if (found.code != ErrorCode::none) {
        client->journal().complain(client->name(), "'{}' has no coordinator: {}", key, found.code);
    }
    co_return found.code == ErrorCode::none;
}

/// A batch with its place in the order of its partition.
struct Producer::InFlight {
    TopicPartition partition;
    std::size_t first = 0;  // of the transaction's records
    std::size_t count = 0;
    ByteBuffer bytes{};
    bool acknowledged = false;
};

Producer::Producer(WireClient& client, Options options)
    : client_(client), options_(std::move(options)) {}

awaitable<bool> Producer::init() {
    if (!co_await find_coordinator(&client_, options_.id, CoordinatorOf::transactions)) {
        co_return false;
    }
    co_return co_await init(false);
}

/// `again`: the same producer with its next epoch (KIP-360).
awaitable<bool> Producer::init(bool again) {
    wire::InitProducerIdRequest request;
    request.transactional_id = options_.id;
    request.transaction_timeout_ms = static_cast<std::int32_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(options_.timeout).count());
    if (again) {
        request.producer_id = id_;
        request.producer_epoch = epoch_;
    }
    client_.journal().begins_under(options_.id, client_.name());
    const std::int16_t version = options_.v2 ? 5 : 4;
    const auto begun = co_await settle<wire::InitProducerIdResponse>(&client_, std::move(request),
                                                                     version, CodeOf());
    client_.journal().has_begun_under(options_.id, client_.name(), begun.lost);
    must_bump_ = false;
    const auto& body = begun.answer.body;
    if (begun.code == ErrorCode::none) {
        become(body.producer_id, body.producer_epoch);
        co_return true;
    }
    const bool fenced =
        begun.code == ErrorCode::producer_fenced || begun.code == ErrorCode::invalid_producer_epoch;
    if (!fenced || !again) {
        client_.journal().complain(client_.name(), "InitProducerId was refused: {}", begun.code);
    }
    co_return false;
}

void Producer::become(std::int64_t id, std::int16_t epoch) {
    client_.journal().note(client_.name(), "is producer {} with epoch {}", id, epoch);
    if (id != id_ || epoch != epoch_) {
        sequences_.clear();
    }
    id_ = id;
    epoch_ = epoch;
}

void Producer::begin() {
    number_ = client_.journal().begin(options_.id, client_.name(), options_.timeout);
    client_.journal().note(client_.name(), "begins transaction {}", number_);
    added_.clear();
    touched_ = false;
}

/// While nobody else came and the time was not over there is no reason to be sent away.
void Producer::complain_without_cause(std::string_view what, ErrorCode code) {
    auto& journal = client_.journal();
    const bool is_forgotten = options_.expires && code == ErrorCode::invalid_producer_id_mapping;
    if (!is_forgotten && journal.now() < journal.transaction(number_).may_end_from) {
        journal.complain(client_.name(), "{} of transaction {} was refused without a cause: {}",
                         what, number_, code);
    }
}

Producer::Step Producer::judged(std::string_view what, ErrorCode code) {
    switch (code) {
        case ErrorCode::none:
            return Step::done;
        case ErrorCode::invalid_producer_epoch:
        case ErrorCode::transaction_abortable:
            complain_without_cause(what, code);
            return Step::abort;
        case ErrorCode::producer_fenced:
        case ErrorCode::invalid_txn_state:
        case ErrorCode::invalid_producer_id_mapping:
            complain_without_cause(what, code);
            return Step::over;
        default:
            client_.journal().complain(client_.name(), "{} of transaction {} was refused: {}", what,
                                       number_, code);
            return Step::over;
    }
}

awaitable<Producer::Step> Producer::send(std::vector<Batch> batches) {
    std::vector<InFlight> in_flight_ones;
    for (auto& batch : batches) {
        if (!options_.v2 && !added_.contains(batch.partition)) {
            const auto added = co_await add(batch.partition);
            if (added != Step::done) {
                co_return added;
            }
        }
        in_flight_ones.push_back(in_flight(std::move(batch)));
    }
    co_return co_await produce(std::move(in_flight_ones));
}

awaitable<Producer::Step> Producer::add(TopicPartition partition) {
    wire::AddPartitionsToTxnRequest request;
    request.v3_and_below_transactional_id = options_.id;
    request.v3_and_below_producer_id = id_;
    request.v3_and_below_producer_epoch = epoch_;
    auto& topic = request.v3_and_below_topics.emplace_back();
    topic.name = partition.topic;
    topic.partitions = {partition.partition.get()};
    const auto added = co_await settle<wire::AddPartitionsToTxnResponse>(
        &client_, std::move(request), std::int16_t{3}, CodeOf());
    const auto step = judged("AddPartitionsToTxn", added.code);
    must_bump_ = must_bump_ || added.lost || step != Step::done;
    if (step == Step::done) {
        added_.insert(std::move(partition));
        touched_ = true;
    }
    co_return step == Step::abort && !touched_ ? Step::over : step;  // there is nothing to abort
}

Producer::InFlight Producer::in_flight(Batch batch) {
    auto& journal = client_.journal();
    auto& records = journal.transaction(number_).records;
    InFlight made{.partition = std::move(batch.partition),
                  .first = records.size(),
                  .count = batch.records.size()};
    auto& sequence = sequences_[made.partition];
    journal.note(client_.name(), "has {} records of transaction {} for {}, sequence {}", made.count,
                 number_, made.partition, sequence);
    wire::BatchBuilder builder;
    builder.start(made.bytes, {.producer_id = ProducerId{id_},
                               .producer_epoch = ProducerEpoch{epoch_},
                               .base_sequence = sequence,
                               .transactional = true});
    auto& random = client_.shard().random();
    std::size_t room = batch_padding_max;
    for (std::size_t i = 0; i < made.count; ++i) {
        const RecordText text{.id = {.transaction = number_, .index = made.first + i},
                              .copy_of = batch.records[i]};
        const auto padding = random.below(4) == 0 ? std::min(random.below(padding_max), room) : 0;
        room -= padding;
        const auto value = text_of(text, padding);
        ignore(builder.append(Offset{static_cast<std::int64_t>(i)},
                              {.timestamp = client_.shard().clock().wall(),
                               .key = {},
                               .value = as_bytes(value),
                               .headers = {}}),
               "offsets from 0 on and a clock after 1970 are in order");
        records.push_back({.partition = made.partition, .copy_of = batch.records[i]});
    }
    ignore(builder.finish(), "nothing is compressed");
    sequence += static_cast<std::int32_t>(made.count);
    return made;
}

wire::ProduceRequest Producer::request_for(const InFlight& batch) const {
    wire::ProduceRequest request;
    request.transactional_id = options_.id;
    request.acks = -1;
    request.timeout_ms = 1'500;
    auto& topic = request.topic_data.emplace_back();
    topic.name = batch.partition.topic;
    auto& data = topic.partition_data.emplace_back();
    data.index = batch.partition.partition.get();
    data.records = wire::Records(batch.bytes.view());
    return request;
}

awaitable<Producer::Step> Producer::produce(std::vector<InFlight> batches) {
    touched_ = true;
    for (;;) {
        std::vector<InFlight*> asked;
        std::vector<wire::ProduceRequest> requests;
        for (auto& batch : batches) {
            if (!batch.acknowledged) {
                asked.push_back(&batch);
                requests.push_back(request_for(batch));
            }
        }
        if (asked.empty()) {
            co_return Step::done;
        }
        client_.journal().sends(wire::ProduceRequest::name);
        const std::int16_t version = options_.v2 ? 12 : 11;
        const auto answers =
            co_await client_.call_all<wire::ProduceResponse>(std::move(requests), version);
        const auto step = take_answers(asked, answers);
        must_bump_ = must_bump_ || answers.size() < asked.size() || step != Step::done;
        if (step != Step::done) {
            co_return step;
        }
        if (std::ranges::any_of(asked, [](auto* batch) { return !batch->acknowledged; })) {
            co_await pause_before_retry(&client_);
        }
    }
}

/// The first step that is not done; what is to be sent again is done as well.
Producer::Step Producer::take_answers(std::vector<InFlight*> asked,
                                      const std::vector<Answer<wire::ProduceResponse>>& answers) {
    auto& journal = client_.journal();
    auto step = Step::done;
    std::set<TopicPartition> missing;  // partitions that have not got a batch
    for (std::size_t i = 0; i < answers.size(); ++i) {
        auto& batch = *asked[i];
        const auto code = code_of(answers[i].body);
        journal.note(client_.name(), "Produce to {} of transaction {} from record {} on: {}",
                     batch.partition, number_, batch.first, code);
        if (code == ErrorCode::none) {
            const auto& answer = answers[i].body.responses[0].partition_responses[0];
            for (std::size_t k = 0; k < batch.count; ++k) {
                journal.acknowledged({.transaction = number_, .index = batch.first + k},
                                     Offset{answer.base_offset + static_cast<std::int64_t>(k)});
            }
            batch.acknowledged = true;
            continue;
        }
        const bool overtakes =
            missing.contains(batch.partition) && (code == ErrorCode::out_of_order_sequence_number ||
                                                  code == ErrorCode::unknown_producer_id);
        missing.insert(batch.partition);
        if (!comes_again(code) && !overtakes && step == Step::done) {
            step = judged("Produce", code);
        }
    }
    return step;
}

awaitable<Producer::Step> Producer::add_offsets(std::string group) {
    wire::AddOffsetsToTxnRequest request;
    request.transactional_id = options_.id;
    request.producer_id = id_;
    request.producer_epoch = epoch_;
    request.group_id = std::move(group);
    const auto added = co_await settle<wire::AddOffsetsToTxnResponse>(&client_, std::move(request),
                                                                      std::int16_t{3}, CodeOf());
    const auto step = judged("AddOffsetsToTxn", added.code);
    must_bump_ = must_bump_ || added.lost || step != Step::done;
    touched_ = touched_ || step == Step::done;
    co_return step == Step::abort && !touched_ ? Step::over : step;
}

awaitable<Producer::Step> Producer::commit_offsets(std::string group,
                                                   std::map<TopicPartition, Offset> offsets) {
    if (!options_.v2) {
        const auto added = co_await add_offsets(group);
        if (added != Step::done) {
            co_return added;
        }
    }
    wire::TxnOffsetCommitRequest request;
    request.transactional_id = options_.id;
    request.group_id = std::move(group);
    request.producer_id = id_;
    request.producer_epoch = epoch_;
    for (const auto& [partition, offset] : offsets) {
        if (request.topics.empty() || request.topics.back().name != partition.topic) {
            request.topics.emplace_back().name = partition.topic;
        }
        auto& to = request.topics.back().partitions.emplace_back();
        to.partition_index = partition.partition.get();
        to.committed_offset = offset.get();
    }
    touched_ = true;
    const std::int16_t version = options_.v2 ? 5 : 3;
    const auto committed = co_await settle<wire::TxnOffsetCommitResponse>(
        &client_, std::move(request), version, CodeOf());
    must_bump_ = must_bump_ || committed.lost;
    const auto step = judged("TxnOffsetCommit", committed.code);
    must_bump_ = must_bump_ || step == Step::abort;
    co_return step;
}

awaitable<Producer::Step> Producer::end(bool commit) {
    auto& journal = client_.journal();
    if (!touched_) {
        co_return Step::done;
    }
    wire::EndTxnRequest request;
    request.transactional_id = options_.id;
    request.producer_id = id_;
    request.producer_epoch = epoch_;
    request.committed = commit;
    journal.note(client_.name(), "asks to {} transaction {}", commit ? "commit" : "abort", number_);
    journal.asked(number_, commit);
    const std::int16_t version = options_.v2 ? 5 : 4;
    const auto ended =
        co_await settle<wire::EndTxnResponse>(&client_, std::move(request), version, CodeOf());
    must_bump_ = must_bump_ || ended.lost;
    auto& transaction = journal.transaction(number_);
    if (ended.code != ErrorCode::none) {
        if (commit && ended.is_first) {
            transaction.told = Told::refused;
        }
        const auto step = judged("EndTxn", ended.code);
        co_return step == Step::abort ? Step::over : step;
    }
    transaction.told = commit ? Told::committed : Told::aborted;
    if (options_.v2) {
        become(ended.answer.body.producer_id, ended.answer.body.producer_epoch);
        must_bump_ = false;  // nothing late gets into the next one
    }
    if (must_bump_) {
        const bool again = co_await init(true);
        co_return again ? Step::done : Step::over;
    }
    co_return Step::done;
}

}  // namespace barnabas::testkit
