#pragma once

#include "base/logger.h"
#include "client/cluster/any_request.h"
#include "client/cluster/backoff.h"
#include "client/cluster/broker_link.h"
#include "client/cluster/coordinator_cache.h"
#include "client/cluster/metadata.h"
#include "client/cluster/target.h"
#include "client/config/common_config.h"
#include "rpc/client_connection.h"
#include "runtime/tasks.h"
#include "wire/codec.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::client {

using runtime::awaitable;

/// A decoded response with the bytes that it views. Move-only; may go to any thread.
template <class Response>
struct Answer {
    Response message;
    ByteBuffer frame;
    std::int16_t version = 0;
    BrokerId broker = no_broker;  ///< who answered; below zero: a bootstrap server
    Duration round_trip{0};
};

struct CallOptions {
    /// A routed call tries again until then. A single one gives its request the time that is left,
    /// at most request.timeout.ms; if the answer has not come by then the connection is closed.
    Time deadline = never;
    /// What the caller can do with; the highest version within that both ends have is taken.
    wire::Versions versions{0, wire::latest};
    /// What the request's spliced records stand for; they outlive the call.
    std::span<const ByteView> sources{};
    /// Which connection to the broker; routed calls know it themselves.
    Lane lane = Lane::main;
    /// Instead of request.timeout.ms, for requests that the broker keeps (JoinGroup, Fetch); zero:
    /// that.
    Duration timeout{0};
};

/// Reads an answer's body, which is there for the time of the call, and says for how many
/// milliseconds the broker wants to be left alone (throttle_time_ms).
using ReadBody = std::function<Result<std::int32_t>(ByteView body, std::int16_t version)>;

/// A client's view of a cluster: metadata, a connection per broker (and lane), requests routed to
/// who can answer them. Everything on one shard. Errors name the broker, the API, the cause and how
/// long.
///
/// A connection is made when it is first needed, again after a backoff that grows with each failure
/// (reconnect.backoff.ms), and closed when nothing happened on it for connections.max.idle.ms.
/// Metadata is fetched by at most one request at a time, when it is asked for, when a wanted topic
/// is not known, and when it is metadata.max.age.ms old.
class Cluster {
public:
    struct Ports {
        runtime::Shard& shard;
        Logger log;
    };
    struct Options {
        CommonConfig common;
        Duration topic_idle_max{-1s};  ///< metadata.max.idle.ms; negative: never
        bool create_topics = false;    ///< allow.auto.create.topics, or a producer
        std::size_t in_flight_max = 100;
    };

    Cluster(Ports ports, Options options);
    Cluster(const Cluster&) = delete;
    Cluster& operator=(const Cluster&) = delete;
    ~Cluster();  // INVARIANT: closed, or never started, or the shard has stopped

    /// Begins to keep metadata fresh. Once, before any call.
    void start();
    /// Closes the connections, whose requests get an error, and waits until every call has
    /// returned. Once.
    awaitable<void> close();
    [[nodiscard]] bool closing() const { return closing_; }

    [[nodiscard]] runtime::Shard& shard() { return ports_.shard; }
    [[nodiscard]] const Logger& log() const { return ports_.log; }
    [[nodiscard]] const CommonConfig& config() const { return options_.common; }
    [[nodiscard]] Time now() const { return ports_.shard.clock().now(); }

    // --- metadata --------------------------------------------------------------------------------

    [[nodiscard]] Metadata& metadata() { return metadata_; }
    [[nodiscard]] const Metadata& metadata() const { return metadata_; }
    /// After a change of what metadata() wants, or request_update(): looks at it at once.
    void poke();
    /// Wants `topics` (none: only the brokers) and waits for an answer that was asked for after
    /// this call; where nothing at all is known yet and no topic is wanted, for the first one.
    /// Failures are tried again until `deadline`; then the last one is the error. What the answer
    /// says of a topic (also "unknown") is for the caller to look up.
    awaitable<Result<void>> refresh(std::vector<std::string> topics, Time deadline);
    /// Until generation() is above `seen` (true), or `deadline`, or the cluster closes.
    awaitable<bool> changed_since(std::uint64_t seen, Time deadline);

    // --- single requests -------------------------------------------------------------------------

    /// One request to one broker, once: waits out the broker's backoff and throttle, connects if
    /// need be, sends, waits. Errors: of transport, timeouts, unsupported_version,
    /// broker_not_available (not in the metadata). What the response's error codes mean is the
    /// caller's matter.
    template <class Request>
    awaitable<Result<Answer<typename Request::Response>>> call(BrokerId broker, Request request,
                                                               CallOptions options);
    /// The same for whoever does not know the request's type, which outlives the call. `read` is
    /// told of the answer, whose error is that of the call.
    awaitable<Result<void>> call_any(BrokerId broker, AnyRequest request, CallOptions options,
                                     ReadBody read);
    /// The same for a request that nobody answers (Produce with acks=0): until it is sent.
    template <class Request>
    awaitable<Result<void>> tell(BrokerId broker, Request request, CallOptions options);

    // --- routed requests -------------------------------------------------------------------------

    /// Finds the target and asks it; `judge(const Response&)` names the error code that decides
    /// what to do: none, and whatever is not retriable, hands the answer to the caller. A transport
    /// error or a retriable code is tried again with backoff until the deadline (never: until the
    /// cluster closes), after asking for metadata or the coordinator anew where the code says so;
    /// then it is the error, with how often and how long it was tried.
    template <class Request, class Judge>
    awaitable<Result<Answer<typename Request::Response>>> call(Target target, Request request,
                                                               CallOptions options, Judge judge);

    /// Who coordinates: from memory, or asked for until `deadline`.
    awaitable<Result<BrokerId>> find_coordinator(CoordinatorType type, std::string key,
                                                 Time deadline);
    /// NOT_COORDINATOR and the like: the next one asks again. Nothing happens if another broker
    /// than `broker` is known by now.
    void forget_coordinator(CoordinatorType type, std::string_view key, BrokerId broker);
    /// `broker` was asked as `target`, and `code` is what came of it: what that says is not true
    /// any more (stale_after()) is forgotten, and asked for anew. Routed calls do it themselves.
    void heed(const Target& target, BrokerId broker, ErrorCode code);

    /// "broker 3 (kafka-3:9092)", "bootstrap server kafka-1:9092".
    [[nodiscard]] std::string name_of(BrokerId broker) const;
    /// Ends the connection to a broker, if there is one.
    void disconnect(BrokerId broker, Error why);
    /// Open connections.
    [[nodiscard]] std::size_t connections() const;
    /// Whether a call would wait before it can send: not connected and in backoff, or throttled.
    [[nodiscard]] Time reachable_at(BrokerId broker) const;

private:
    using ConnectionPtr = std::shared_ptr<rpc::ClientConnection>;
    class CallCounter;
    struct Attempt {
        rpc::IncomingResponse response;
        ConnectionPtr connection;
    };
    using Read = std::function<Result<ErrorCode>(Attempt, BrokerId)>;
    struct Verdict {
        ErrorCode code = ErrorCode::none;
        BrokerId broker = no_broker;
    };

    awaitable<Result<Attempt>> exchange(BrokerId broker, AnyRequest request, CallOptions options);
    awaitable<Result<void>> exchange_routed(Target target, AnyRequest request, CallOptions options,
                                            Read read);
    awaitable<Result<Verdict>> try_once(Target target, AnyRequest request, CallOptions options,
                                        const Read* read);
    awaitable<Result<BrokerId>> resolve(Target target, Time deadline);
    awaitable<Result<BrokerId>> ask_for_coordinator(CoordinatorType type, std::string key,
                                                    Time deadline);
    [[nodiscard]] BrokerId pick_any();
    [[nodiscard]] std::vector<BrokerId> candidates() const;

    awaitable<Result<ConnectionPtr>> connection_to(LinkId id, Time deadline);
    void begin_dialing(LinkId id, BrokerLink& link);
    awaitable<void> connect(LinkId id, runtime::Endpoint to, Duration timeout,
                            std::shared_ptr<Dialing> dialing);
    awaitable<Result<ConnectionPtr>> establish(LinkId id, runtime::Endpoint to, Duration timeout,
                                               std::shared_ptr<Dialing> dialing);
    awaitable<void> serve(LinkId id, ConnectionPtr connection);
    void count_failure(LinkId id, BrokerLink& link, const Error& why);
    [[nodiscard]] Duration setup_timeout(std::uint32_t failures);
    static void abandon(BrokerLink& link, const Error& why);
    [[nodiscard]] std::optional<runtime::Endpoint> address_of(BrokerId broker) const;
    BrokerLink* link_to(LinkId id);
    [[nodiscard]] Error unknown_broker(BrokerId broker) const;
    void throttle(BrokerId broker, std::int32_t throttle_time_ms);

    awaitable<void> keep_up();
    awaitable<void> refresh_once();
    /// `why`: what asking `broker` came to.
    void consider_rebootstrap(BrokerId broker, const Error& why);
    void rebootstrap(std::string_view why);
    void drop_stale_links();
    Time close_idle();
    [[nodiscard]] static Error closed();

    template <class Response>
    Result<Answer<Response>> read(Attempt attempt, BrokerId broker);

    Ports ports_;
    Options options_;
    Metadata metadata_;
    CoordinatorCache coordinators_;
    std::map<LinkId, BrokerLink> links_;
    runtime::TaskGroup tasks_;
    runtime::Signal changed_;  // metadata came, a refresh is wanted, or closing_
    Time reached_{};           // when metadata last came, or the cluster began (again)
    std::size_t calls_ = 0;    // that have not returned
    bool started_ = false;
    bool closing_ = false;
};

// --- bodies: thin; what they do for every type of request alike is in cluster.cc ---------------

template <class Response>
Result<Answer<Response>> Cluster::read(Attempt attempt, BrokerId broker) {
    const std::int16_t version = attempt.response.version;
    auto message = wire::decode<Response>(attempt.response.body(), version);
    if (!message) {
        return std::unexpected(
            attempt.connection->refuse(Response::api_key, version, message.error()));
    }
    if constexpr (requires { message->throttle_time_ms; }) {
        throttle(broker, message->throttle_time_ms);
    }
    return Answer<Response>{.message = std::move(*message),
                            .frame = std::move(attempt.response.frame),
                            .version = version,
                            .broker = broker,
                            .round_trip = attempt.response.round_trip};
}

template <class Request>
awaitable<Result<Answer<typename Request::Response>>> Cluster::call(BrokerId broker,
                                                                    Request request,
                                                                    CallOptions options) {
    const AnyRequest any = request_of(request);
    auto attempt = co_await exchange(broker, any, options);
    if (!attempt) {
        co_return fail(std::move(attempt));
    }
    co_return read<typename Request::Response>(std::move(*attempt), broker);
}

template <class Request>
awaitable<Result<void>> Cluster::tell(BrokerId broker, Request request, CallOptions options) {
    AnyRequest any = request_of(request);
    any.answered = false;
    auto attempt = co_await exchange(broker, any, options);
    if (!attempt) {
        co_return fail(std::move(attempt));
    }
    co_return Result<void>();
}

template <class Request, class Judge>
awaitable<Result<Answer<typename Request::Response>>> Cluster::call(Target target, Request request,
                                                                    CallOptions options,
                                                                    Judge judge) {
    using Response = typename Request::Response;
    std::optional<Answer<Response>> answer;
    Read read_and_judge = [this, &answer, &judge](Attempt attempt,
                                                  BrokerId broker) -> Result<ErrorCode> {
        TRY_ASSIGN(auto got, read<Response>(std::move(attempt), broker));
        answer.emplace(std::move(got));
        return judge(std::as_const(answer->message));
    };
    const AnyRequest any = request_of(request);
    auto done =
        co_await exchange_routed(std::move(target), any, options, std::move(read_and_judge));
    if (!done) {
        co_return fail(std::move(done));
    }
    co_return std::move(*answer);
}

}  // namespace barnabas::client
