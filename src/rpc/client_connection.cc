#include "rpc/client_connection.h"

#include "base/invariant.h"
#include "wire/api.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace barnabas::rpc {

namespace {

std::int64_t in_ms(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

/// "Produce v9"; a key that is no API cannot be sent.
std::string request_name(std::int16_t api_key, std::int16_t version) {
    const auto* api = wire::find_api(api_key);
    return fmt::format("{} v{}", api != nullptr ? api->name : "an unknown API", version);
}

}  // namespace

void ApiVersionTable::set(std::int16_t api_key, wire::Versions versions) {
    const auto at =
        std::ranges::lower_bound(rows_, api_key, {}, [](const auto& row) { return row.first; });
    if (at != rows_.end() && at->first == api_key) {
        at->second = versions;
    } else {
        rows_.emplace(at, api_key, versions);
    }
}

std::optional<wire::Versions> ApiVersionTable::find(std::int16_t api_key) const {
    const auto at =
        std::ranges::lower_bound(rows_, api_key, {}, [](const auto& row) { return row.first; });
    if (at == rows_.end() || at->first != api_key) {
        return std::nullopt;
    }
    return at->second;
}

/// One request from exchange() until its answer.
struct ClientConnection::Pending {
    std::int16_t api_key = 0;
    std::int16_t version = 0;
    std::int32_t correlation_id = 0;
    bool answered = true;  // an answer is owed
    wire::Output output;
    std::span<const ByteView> sources;
    Time begun{};
    Time expires{};
    bool sending = false;  // its bytes are in pieces_
    bool late = false;
    std::optional<Result<IncomingResponse>> result;
    runtime::Wakeup wakeup;
};

ClientConnection::ClientConnection(runtime::Shard& shard, std::unique_ptr<runtime::Stream> stream,
                                   Options options)
    : shard_(shard),
      stream_(std::move(stream)),
      options_(std::move(options)),
      tasks_(shard),
      answers_(*stream_, options_.limits.frame_bytes_max),
      last_activity_(shard.clock().now()) {}

ClientConnection::~ClientConnection() {
    INVARIANT(!running_ || ended_ || shard_.stopped(), "the connection to {} dies while it runs",
              options_.peer);
    shard_.cancel(alarm_);
}

awaitable<void> ClientConnection::run() {
    INVARIANT(!running_, "the connection to {} runs twice", options_.peer);
    running_ = true;
    while (open_) {
        auto frame = co_await answers_.next();
        last_activity_ = shard_.clock().now();
        if (!frame) {
            close(std::move(frame.error()));
        } else if (!*frame) {
            close(end_of_stream());
        } else if (auto accepted = accept(std::move(**frame)); !accepted) {
            close(std::move(accepted.error()));
        }
    }
    co_await tasks_.join();  // from here on nothing is being sent
    ended_ = true;
    settle_all();
}

void ClientConnection::close(Error why) {
    if (std::exchange(open_, false)) {
        why_ = std::move(why);
        stream_->close();
    }
}

Error ClientConnection::refuse(std::int16_t api_key, std::int16_t version, const Error& cause) {
    close(
        {ErrorCode::network_exception, fmt::format("the answer to {} makes no sense: {}",
                                                   request_name(api_key, version), cause.message)});
    return {ErrorCode::network_exception,
            fmt::format("{}: the answer to {} makes no sense: {}", options_.peer,
                        request_name(api_key, version), cause.message)};
}

// --- requests -----------------------------------------------------------------------------------

awaitable<Result<IncomingResponse>> ClientConnection::exchange(OutgoingRequest request) {
    const auto pending = std::make_shared<Pending>();
    hand_over(pending, request);
    if (!pending->result) {
        auto begin = [&pending](runtime::Wakeup wakeup) { pending->wakeup = wakeup; };
        co_await runtime::suspend(shard_, std::move(begin));
    }
    INVARIANT(pending->result, "a request to {} goes on without a result", options_.peer);
    INVARIANT(!pending->sending, "a request to {} ends while it is being sent", options_.peer);
    co_return std::move(*pending->result);
}

void ClientConnection::hand_over(const PendingPtr& pending, const OutgoingRequest& request) {
    pending->api_key = request.api_key;
    pending->version = request.layout.version;
    pending->answered = request.answered;
    pending->sources = request.sources;
    pending->begun = shard_.clock().now();
    pending->expires = pending->begun + request.timeout;
    if (!open_) {
        settle(*pending, std::unexpected(told(*pending, why_)));
        return;
    }
    if (waiting_.size() >= options_.limits.waiting_max) {
        settle(*pending, fail(ErrorCode::network_exception,
                              "{}: {} is refused: {} requests wait already", options_.peer,
                              request_name(pending->api_key, pending->version), waiting_.size()));
        return;
    }
    pending->correlation_id = next_correlation_id_;
    if (auto encoded = encode(*pending, request); !encoded) {
        settle(*pending, fail(std::move(encoded)));
        return;
    }
    next_correlation_id_ = next_correlation_id_ == std::numeric_limits<std::int32_t>::max()
                               ? 0
                               : next_correlation_id_ + 1;
    waiting_.push_back(pending);
    watch(pending->expires);
    send_ready();
}

Result<void> ClientConnection::encode(Pending& pending, const OutgoingRequest& request) const {
    const wire::RequestHeader header{.request_api_key = request.api_key,
                                     .request_api_version = request.layout.version,
                                     .correlation_id = pending.correlation_id,
                                     .client_id = options_.client_id,
                                     .unknown_tags = {}};
    wire::begin_request(pending.output, header);
    wire::encode_struct(*request.schema, request.layout, request.message, pending.output);
    const std::size_t size = pending.output.total_size();
    if (size > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
        return fail(ErrorCode::message_too_large, "{}: {} has {} bytes; a request has at most {}",
                    options_.peer, request_name(request.api_key, request.layout.version), size,
                    std::numeric_limits<std::int32_t>::max());
    }
    wire::finish_frame(pending.output);
    return {};
}

/// Inline as far as the socket takes it; drain() waits for the rest.
void ClientConnection::send_ready() {
    while (open_ && !draining_ && gather()) {
        auto sent = stream_->try_write(pieces_);
        if (!sent) {
            close(std::move(sent.error()));
        } else if (!*sent) {
            draining_ = true;
            tasks_.spawn(drain());
        } else {
            on_sent();
        }
    }
}

awaitable<void> ClientConnection::drain() {
    do {
        auto written = co_await stream_->write(pieces_);
        if (!written) {
            close(std::move(written.error()));
            break;
        }
        on_sent();
    } while (open_ && gather());
    draining_ = false;
}

/// Everything that may be sent now, in one write. False if that is nothing.
bool ClientConnection::gather() {
    INVARIANT(sending_.empty(), "{} requests to {} are being sent", sending_.size(), options_.peer);
    pieces_.clear();
    while (!waiting_.empty() && in_flight_.size() < options_.limits.in_flight_max) {
        const PendingPtr pending = std::move(waiting_.front());
        waiting_.pop_front();
        append_pieces(*pending);
        pending->sending = true;
        sending_.push_back(pending);
        if (pending->answered) {
            in_flight_.push_back(pending);
        }
    }
    return !sending_.empty();
}

void ClientConnection::append_pieces(const Pending& pending) {
    const ByteView bytes = pending.output.bytes.view();
    std::size_t from = 0;
    for (const auto& gap : pending.output.gaps) {
        INVARIANT(gap.source < pending.sources.size(), "source {} of {}", gap.source,
                  pending.sources.size());
        const ByteView source = pending.sources[gap.source];
        INVARIANT(source.size() == gap.size, "a gap of {} for {} bytes", gap.size, source.size());
        pieces_.emplace_back(bytes.subspan(from, gap.position - from));
        pieces_.emplace_back(source);
        from = gap.position;
    }
    pieces_.emplace_back(bytes.subspan(from));
}

/// What was gathered is with the system. Who was answered meanwhile, or owes no answer, goes on.
void ClientConnection::on_sent() {
    last_activity_ = shard_.clock().now();
    pieces_.clear();
    for (const PendingPtr& pending : std::exchange(sending_, {})) {
        pending->sending = false;
        pending->output = {};
        pending->sources = {};
        if (!pending->answered) {
            settle(*pending, IncomingResponse{.frame = {}, .version = pending->version});
        } else if (pending->result) {
            pending->wakeup.post();
        }
    }
}

void ClientConnection::settle(Pending& pending, Result<IncomingResponse> result) {
    if (!pending.result) {
        pending.result.emplace(std::move(result));
        if (!pending.sending) {
            pending.wakeup.post();
        }
    }
}

void ClientConnection::settle_all() {
    std::vector<PendingPtr> owed(in_flight_.begin(), in_flight_.end());
    owed.insert(owed.end(), waiting_.begin(), waiting_.end());
    for (const PendingPtr& pending : std::exchange(sending_, {})) {
        pending->sending = false;
        if (pending->result) {
            pending->wakeup.post();  // answered before the whole write was through
        } else if (!pending->answered) {
            owed.push_back(pending);
        }
    }
    in_flight_.clear();
    waiting_.clear();
    for (const PendingPtr& pending : owed) {
        settle(*pending, std::unexpected(told(*pending, why_)));
    }
}

// --- answers ------------------------------------------------------------------------------------

Result<void> ClientConnection::accept(ByteBuffer frame) {
    if (in_flight_.empty()) {
        return fail(ErrorCode::network_exception, "it sent {} bytes that nobody asked for",
                    frame.size());
    }
    const PendingPtr pending = in_flight_.front();
    auto header = wire::read_response_header(frame.view(), pending->api_key, pending->version);
    if (!header) {
        return fail(ErrorCode::network_exception, "the header of an answer makes no sense: {}",
                    header.error().message);
    }
    if (header->correlation_id != pending->correlation_id) {
        return fail(ErrorCode::network_exception, "it answered request {} ({}) under the number {}",
                    pending->correlation_id, request_name(pending->api_key, pending->version),
                    header->correlation_id);
    }
    in_flight_.pop_front();
    settle(*pending, IncomingResponse{.frame = std::move(frame),
                                      .header_size = header->size,
                                      .version = pending->version,
                                      .round_trip = shard_.clock().now() - pending->begun});
    send_ready();
    return {};
}

Error ClientConnection::end_of_stream() const {
    return {ErrorCode::network_exception, "the broker closed the connection"};
}

// --- time ---------------------------------------------------------------------------------------

/// One alarm for all requests, at the earliest deadline or before.
void ClientConnection::watch(Time deadline) {
    if (deadline < alarm_at_) {
        shard_.cancel(alarm_);
        alarm_at_ = deadline;
        alarm_ = shard_.call_at(deadline, [this] { on_alarm(); });
    }
}

void ClientConnection::on_alarm() {
    alarm_at_ = never;
    const Time now = shard_.clock().now();
    std::vector<PendingPtr> all(in_flight_.begin(), in_flight_.end());
    all.insert(all.end(), sending_.begin(), sending_.end());  // also what is owed no answer
    all.insert(all.end(), waiting_.begin(), waiting_.end());
    Time next = never;
    for (const PendingPtr& pending : all) {
        if (pending->result) {
            continue;  // answered before the whole write was through
        }
        if (pending->expires <= now) {
            pending->late = true;
            close({ErrorCode::network_exception,
                   fmt::format("the connection was closed because {} had no answer for {} ms",
                               request_name(pending->api_key, pending->version),
                               in_ms(now - pending->begun))});
            return;
        }
        next = std::min(next, pending->expires);
    }
    if (next != never) {
        watch(next);
    }
}

Error ClientConnection::told(const Pending& pending, const Error& cause) const {
    const std::string name = request_name(pending.api_key, pending.version);
    const std::int64_t elapsed = in_ms(shard_.clock().now() - pending.begun);
    if (pending.late) {
        return {ErrorCode::request_timed_out,
                fmt::format("{}: no answer to {} within {} ms, so the connection was closed",
                            options_.peer, name, elapsed)};
    }
    const ErrorCode code = cause.code;
    return {code, fmt::format("{}: {} failed after {} ms: {}", options_.peer, name, elapsed,
                              cause.message)};
}

Result<std::int16_t> ClientConnection::choose_version(std::int16_t api_key,
                                                      wire::Versions wanted) const {
    const auto* api = wire::find_api(api_key);
    INVARIANT(api != nullptr, "no API {}", api_key);
    const auto theirs = versions_.find(api_key);
    if (!theirs) {
        return fail(ErrorCode::unsupported_version, "{} does not have {}", options_.peer,
                    api->name);
    }
    const std::int16_t highest = std::min(theirs->last, wanted.last);
    if (highest < std::max(theirs->first, wanted.first)) {
        return fail(ErrorCode::unsupported_version,
                    "{} has {} v{} to v{}; this call needs v{} to v{}", options_.peer, api->name,
                    theirs->first, theirs->last, wanted.first, wanted.last);
    }
    return highest;
}

}  // namespace barnabas::rpc
