// The producer id, transactions and their requests, between the user and the TransactionManager.
#include "client/cluster/answer_source.h"
#include "client/producer/producer_core.h"
#include "wire/api.h"
#include "wire/messages/api_versions.h"

#include <utility>

namespace barnabas::client {
namespace {

constexpr std::string_view transaction_feature = "transaction.version";

/// What the Cluster is to deal with by itself: finding the coordinator anew. All else is the
/// TransactionManager's.
ErrorCode about_coordinator(ErrorCode code) {
    switch (code) {
        case ErrorCode::coordinator_not_available:
        case ErrorCode::not_coordinator:
        case ErrorCode::coordinator_load_in_progress:
            return code;
        default:
            return ErrorCode::none;
    }
}

ErrorCode first_code(const wire::AddPartitionsToTxnResponse& response) {
    for (const auto& topic : response.results_by_topic_v3_and_below) {
        for (const auto& partition : topic.results_by_partition) {
            return static_cast<ErrorCode>(partition.partition_error_code);
        }
    }
    return ErrorCode::none;
}

ErrorCode first_code(const wire::TxnOffsetCommitResponse& response) {
    for (const auto& topic : response.topics) {
        for (const auto& partition : topic.partitions) {
            return static_cast<ErrorCode>(partition.error_code);
        }
    }
    return ErrorCode::none;
}

template <class Response>
ErrorCode first_code(const Response& response) {
    return static_cast<ErrorCode>(response.error_code);
}

}  // namespace

// --- requests
// -------------------------------------------------------------------------------------

void ProducerCore::next_transaction_request() {
    if (auto call = transactions_.next_request(accumulator_.pool().batches_out() != 0, now())) {
        tasks_->spawn(transact(std::move(*call)));
    }
}

template <class Request>
awaitable<void> ProducerCore::transact_as(Target target, Request request, wire::Versions versions) {
    const CallOptions options{.deadline = now() + config_.common.request_timeout,
                              .versions = versions};
    const auto judge = [this](const typename Request::Response& response) {
        const ErrorCode code = about_coordinator(first_code(response));
        transaction_trouble_ = code == ErrorCode::none
                                   ? ""
                                   : fmt::format("{} was answered with {}",
                                                 wire::find_api(Request::api_key)->name, code);
        return code;
    };
    auto answer = co_await cluster_->call(std::move(target), std::move(request), options, judge);
    if (closed_) {
        co_return;
    }
    if (answer) {
        std::string source = timed_source_of(*cluster_, *answer);
        transactions_.on_answer(std::move(answer->message), now(), std::move(source));
    } else {
        transaction_trouble_ = answer.error().message;
        transactions_.on_failure(answer.error(), now());
    }
    sender_.look_again();
    turn();
}

awaitable<void> ProducerCore::transact(TransactionManager::Call call) {
    Target target = std::move(call.target);
    TransactionManager::AnyRequest request = std::move(call.request);
    const wire::Versions versions = call.versions;
    if (auto* init = std::get_if<wire::InitProducerIdRequest>(&request)) {
        co_await transact_as(std::move(target), std::move(*init), versions);
    } else if (auto* add = std::get_if<wire::AddPartitionsToTxnRequest>(&request)) {
        co_await transact_as(std::move(target), std::move(*add), versions);
    } else if (auto* offsets = std::get_if<wire::AddOffsetsToTxnRequest>(&request)) {
        co_await transact_as(std::move(target), std::move(*offsets), versions);
    } else if (auto* commit = std::get_if<wire::TxnOffsetCommitRequest>(&request)) {
        co_await transact_as(std::move(target), std::move(*commit), versions);
    } else {
        co_await transact_as(std::move(target), std::move(std::get<wire::EndTxnRequest>(request)),
                             versions);
    }
}

awaitable<void> ProducerCore::learn_features() {
    wire::ApiVersionsRequest request;
    request.client_software_name = "barnabas";
    request.client_software_version = BARNABAS_VERSION;
    const CallOptions options{.deadline = now() + config_.block_max, .versions = {3, 4}};
    const auto judge = [](const wire::ApiVersionsResponse&) { return ErrorCode::none; };
    auto answer = co_await cluster_->call(Target::any(), std::move(request), options, judge);
    if (!answer || closed_) {
        co_return;  // as it was: the older way works everywhere
    }
    features_at_ = now();
    std::int16_t level = 0;
    for (const auto& feature : answer->message.finalized_features) {
        if (feature.name == transaction_feature) {
            level = feature.max_version_level;
        }
    }
    transactions_.set_feature_level(level);
}

// --- the user
// -------------------------------------------------------------------------------------

void ProducerCore::add_operation(Result<OperationId> id, Promise<void> promise) {
    if (!id) {
        promise.set(fail(std::move(id)));
        return;
    }
    operations_.insert_or_assign(*id, Operation{std::move(promise), now() + config_.block_max});
}

Future<void> ProducerCore::operation(std::move_only_function<Result<OperationId>()> begin) {
    Promise<void> promise(ports_.loop.thread);
    auto future = promise.future();
    std::move_only_function<void()> task = [this, promise = std::move(promise),
                                            begin = std::move(begin)]() mutable {
        if (closing_) {
            promise.set(fail(ErrorCode::invalid_request, "the producer is closed"));
            return;
        }
        add_operation(begin(), std::move(promise));
        turn();
    };
    static_cast<void>(ports_.loop.thread->post(task));
    return future;
}

awaitable<Result<void>> ProducerCore::init_with_features() {
    if (closing_) {
        co_return fail(ErrorCode::invalid_request, "the producer is closed");
    }
    if (transactions_.is_transactional()) {
        co_await learn_features();
    }
    if (closing_) {
        co_return fail(ErrorCode::invalid_request, "the producer is closed");
    }
    Promise<void> promise(ports_.loop.thread);
    auto future = promise.future();
    add_operation(transactions_.begin_init(), std::move(promise));
    turn();
    co_return co_await await_future(*ports_.loop.shard, std::move(future));
}

Future<void> ProducerCore::init_transactions() {
    auto make = [this] { return init_with_features(); };
    return client::start(ports_.loop, std::move(make));
}

Result<> ProducerCore::begin_transaction() {
    Result<> outcome;
    auto work = [this, &outcome] {
        outcome = closing_ ? Result<>(fail(ErrorCode::invalid_request, "the producer is closed"))
                           : transactions_.begin_transaction();
        update_gate();
    };
    TRY(run_and_wait(ports_.loop, std::move(work)));
    return outcome;
}

Future<void> ProducerCore::send_offsets(OffsetMap offsets, ConsumerGroupMetadata group) {
    return operation([this, offsets = std::move(offsets), group = std::move(group)]() mutable {
        return transactions_.send_offsets(std::move(offsets), std::move(group));
    });
}

Future<void> ProducerCore::end_transaction(bool commit) {
    return operation([this, commit] {
        if (now() - features_at_ >= config_.common.metadata_age_max) {
            features_at_ = now();
            tasks_->spawn(learn_features());  // for the next one
        }
        return commit ? transactions_.begin_commit() : transactions_.begin_abort();
    });
}

void ProducerCore::settle_operations() {
    for (auto& finished : transactions_.take_finished()) {
        auto found = operations_.extract(finished.operation);
        if (!found.empty()) {
            found.mapped().promise.set(std::move(finished.outcome));
            turn_again_ = true;
        }
    }
    for (auto at = operations_.begin(); at != operations_.end();) {
        if (now() < at->second.deadline) {
            ++at;
            continue;
        }
        transactions_.abandon(at->first);
        auto late = operations_.extract(at++);
        late.mapped().promise.set(
            fail(ErrorCode::request_timed_out,
                 "the coordinator did not finish this within max.block.ms ({} ms); it goes on, and "
                 "calling again waits for it{}{}",
                 config_.block_max / 1ms,
                 transaction_trouble_.empty() ? "" : "; the last trouble: ", transaction_trouble_));
    }
}

void ProducerCore::update_gate() {
    Result<> may = transactions_.may_send();
    if (closing_) {
        may = fail(ErrorCode::invalid_request, "the producer is closed: it takes no records");
    }
    if (may && gate_open_.load(std::memory_order_relaxed)) {
        return;
    }
    if (transactions_.has_fatal_error() && !std::exchange(fatal_told_, true)) {
        ports_.log.error("the producer takes no more records, another one must be made: {}",
                         transactions_.error().message);
    }
    const std::lock_guard lock(mutex_);
    gate_error_ = may ? Error{} : may.error();
    gate_open_.store(may.has_value(), std::memory_order_release);
}

}  // namespace barnabas::client
