// What becomes of batches: answers, errors, retries, splits.
#include "base/invariant.h"
#include "client/producer/sender.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace barnabas::client {

Sender::InFlight Sender::take_in_flight(std::uint64_t id) {
    auto found = in_flight_.extract(id);
    INVARIANT(!found.empty(), "an answer to request {}, which is not out", id);
    auto& in_flight = found.mapped();
    auto& node = nodes_[in_flight.broker];
    --node.in_flight;
    INVARIANT(node.in_flight >= 0, "broker {} has {} requests out", in_flight.broker,
              node.in_flight);
    for (const auto& batch : in_flight.batches) {
        --batch->partition().in_flight;
        batch->partition().muted = false;
    }
    return std::move(in_flight);
}

void Sender::on_answer(std::uint64_t id, const wire::ProduceResponse& response, Time now,
                       std::uint64_t random, Decisions& out) {
    auto in_flight = take_in_flight(id);
    metrics_.request_latency_ms.add(
        std::chrono::duration<double, std::milli>(now - in_flight.sent).count());
    metrics_.throttle_ms.add(response.throttle_time_ms);
    for (auto& batch : in_flight.batches) {
        const auto& queue = batch->partition();
        const PartitionAnswer* answer = nullptr;
        for (const auto& topic : response.responses) {
            if (topic.name != queue.topic.name &&
                (topic.topic_id.is_zero() || topic.topic_id != queue.topic.id)) {
                continue;
            }
            const auto found = std::ranges::find(topic.partition_responses, queue.id.get(),
                                                 &PartitionAnswer::index);
            if (found != topic.partition_responses.end()) {
                answer = &*found;
            }
        }
        if (answer == nullptr) {
            settle(std::move(batch),
                   {.error = ErrorCode::network_exception,
                    .message = fmt::format("{} answered a Produce without a word on {}-{}",
                                           name_of(in_flight.broker), queue.topic.name, queue.id)},
                   no_offset, now, random, out);
            continue;
        }
        BatchOutcome outcome{.base_offset = Offset{answer->base_offset},
                             .log_append_time = Timestamp{answer->log_append_time_ms},
                             .error = static_cast<ErrorCode>(answer->error_code)};
        if (outcome.error != ErrorCode::none) {
            outcome.message = fmt::format(
                "{} refused {} record(s) for {}-{}: {}{}{} (Produce, {} ms after they were sent)",
                name_of(in_flight.broker), batch->count(), queue.topic.name, queue.id,
                outcome.error, answer->error_message ? ": " : "",
                answer->error_message.value_or(""), (now - batch->created()) / 1ms);
            for (const auto& fault : answer->record_errors) {
                outcome.faults.push_back(
                    {fault.batch_index, fault.batch_index_error_message.value_or(outcome.message)});
            }
        }
        settle(std::move(batch), std::move(outcome), Offset{answer->log_start_offset}, now, random,
               out);
    }
}

void Sender::on_failure(std::uint64_t id, const Error& why, Time now, std::uint64_t random,
                        Decisions& out) {
    auto in_flight = take_in_flight(id);
    // Of a connection's own errors only this one means that trying again is no use.
    const auto code =
        why.code == ErrorCode::unsupported_version ? why.code : ErrorCode::network_exception;
    for (auto& batch : in_flight.batches) {
        settle(std::move(batch), {.error = code, .message = why.message}, no_offset, now, random,
               out);
    }
}

void Sender::on_sent(std::uint64_t id, Time now, Decisions& out) {
    auto in_flight = take_in_flight(id);
    for (auto& batch : in_flight.batches) {
        settle(std::move(batch), {}, no_offset, now, 0, out);
    }
}

bool Sender::may_retry(ProducerBatch& batch, ErrorCode code, Offset log_start, Time now) {
    if (overdue(batch, now) || batch.attempts >= options_.retries) {
        return false;
    }
    return options_.idempotent ? transactions_.may_retry(batch, code, log_start)
                               : is_retriable(code);
}

void Sender::settle(std::unique_ptr<ProducerBatch> batch, BatchOutcome outcome, Offset log_start,
                    Time now, std::uint64_t random, Decisions& out) {
    auto& queue = batch->partition();
    const ErrorCode code = outcome.error;
    if (means_stale_metadata(code) || code == ErrorCode::network_exception) {
        out.refresh = true;
    }
    if (batch->given_up) {  // it has been told; but whether it is stored is news
        if (code == ErrorCode::none && options_.idempotent && batch->has_sequence()) {
            transactions_.on_stored(*batch, outcome.base_offset);
        }
        auto* raw = batch.get();
        out.settled.push_back({.batch = raw, .outcome = {}, .owner = std::move(batch)});
        return;
    }
    if (code == ErrorCode::none || code == ErrorCode::duplicate_sequence_number) {
        // A duplicate is stored; where, the broker has forgotten.
        if (code != ErrorCode::none) {
            outcome = {};
        }
        if (options_.idempotent) {
            transactions_.on_stored(*batch, outcome.base_offset);
        }
        queue.trouble.clear();
        auto* raw = batch.get();
        out.settled.push_back(
            {.batch = raw, .outcome = std::move(outcome), .owner = std::move(batch)});
    } else if (code == ErrorCode::message_too_large && batch->count() > 1 &&
               !overdue(*batch, now)) {
        split(std::move(batch), now, out);
    } else if (!transactions_.has_fatal_error() && may_retry(*batch, code, log_start, now)) {
        if (queue.trouble.empty()) {
            out.troubles.push_back(outcome.message);
        }
        queue.trouble = std::move(outcome.message);
        put_back(std::move(batch), now, random);
    } else {
        if (is_retriable(code)) {
            queue.trouble = outcome.message;
        }
        if (overdue(*batch, now)) {
            outcome.message += fmt::format(" (and delivery.timeout.ms, {} ms, is over)",
                                           options_.delivery_timeout / 1ms);
        }
        const bool unknown = is_retriable(code);
        auto* raw = batch.get();
        give_up(std::move(batch), std::move(outcome), !unknown, out);
        if (unknown && options_.idempotent) {
            transactions_.mark_unresolved(*raw);
        }
    }
    look(queue, now, out);
}

void Sender::give_up(std::unique_ptr<ProducerBatch> batch, BatchOutcome outcome, bool definite,
                     Decisions& out) {
    if (options_.idempotent) {
        transactions_.on_failed(*batch, {outcome.error, outcome.message}, definite);
    }
    auto* raw = batch.get();
    out.settled.push_back({.batch = raw, .outcome = std::move(outcome), .owner = std::move(batch)});
}

void Sender::put_back(std::unique_ptr<ProducerBatch> batch, Time now, std::uint64_t random) {
    ++batch->attempts;
    metrics_.records_retried += static_cast<std::uint64_t>(batch->count());
    const auto failures = static_cast<std::uint32_t>(batch->attempts);
    batch->retry_at = now + options_.backoff.after(failures, random);
    insert_retry(std::move(batch));
}

void Sender::insert_retry(std::unique_ptr<ProducerBatch> batch) {
    auto& retries = batch->partition().retries;
    const auto behind = [&](const std::unique_ptr<ProducerBatch>& other) {
        return options_.idempotent ? transactions_.sequences().before(*batch, *other)
                                   : batch->created() < other->created();
    };
    retries.insert(std::ranges::find_if(retries, behind), std::move(batch));
}

void Sender::split(std::unique_ptr<ProducerBatch> batch, Time now, Decisions& out) {
    auto& queue = batch->partition();
    auto parts = accumulator_.split(*batch);
    INVARIANT(parts.has_value(), "our own batch cannot be read: {}", parts.error().message);
    if (options_.idempotent) {
        transactions_.sequences().replace(*batch, *parts);
    }
    for (auto& part : *parts) {
        part->attempts = batch->attempts + 1;  // one after the other, and nothing new beside them
        insert_retry(std::move(part));
    }
    auto* raw = batch.get();
    raw->given_up = true;
    out.settled.push_back({.batch = raw, .outcome = {}, .owner = std::move(batch)});
    look(queue, now, out);
}

void Sender::abort_new(const Error& why, Decisions& out) {
    const bool fatal = transactions_.has_fatal_error();
    for (auto* queue : accumulator_.take_announced()) {
        if (!std::exchange(queue->active, true)) {
            active_.push_back(queue);
        }
    }
    for (auto* queue : active_) {
        for (auto& batch : accumulator_.take_all(*queue, !fatal)) {
            transactions_.sequences().remove(*batch);
            auto* raw = batch.get();
            out.settled.push_back({.batch = raw,
                                   .outcome = {.error = why.code, .message = why.message},
                                   .owner = std::move(batch)});
        }
    }
}

void Sender::abort(const Error& why, Decisions& out) {
    for (auto* topic : accumulator_.topics().all()) {
        for (auto& queue : topic->queues) {
            for (auto& batch : accumulator_.take_all(queue, false)) {
                auto* raw = batch.get();
                out.settled.push_back({.batch = raw,
                                       .outcome = {.error = why.code, .message = why.message},
                                       .owner = std::move(batch)});
            }
        }
    }
    for (auto& [id, request] : in_flight_) {
        for (auto& batch : request.batches) {
            if (!std::exchange(batch->given_up, true)) {
                out.settled.push_back(
                    {.batch = batch.get(), .outcome = {.error = why.code, .message = why.message}});
            }
        }
    }
}

}  // namespace barnabas::client
