#pragma once

#include "rpc/frame_reader.h"
#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"
#include "wire/codec.h"
#include "wire/headers.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace barnabas::testing {

using runtime::awaitable;

/// One request as a scripted broker got it.
struct Asked {
    wire::RequestHeader header;
    std::string body;
    std::size_t connection = 0;  // the how-manieth
    Time when;

    template <class Request>
    [[nodiscard]] bool is() const {
        return header.request_api_key == Request::api_key;
    }
    /// Its strings are copies; its bytes view `body`.
    template <class Request>
    [[nodiscard]] Request as() const {
        auto request = wire::decode<Request>(as_bytes(body), header.request_api_version);
        return request ? std::move(*request) : Request{};
    }
};

/// What a scripted broker does with a request.
struct Reaction {
    std::string bytes;     // sent as they are; none: silence
    bool hang_up = false;  // afterwards
    Duration after{0};     // waits before that; later requests of the connection wait, too
};

inline std::string frame_of(const wire::Output& output) {
    return std::string(as_text(output.bytes.view()));
}

/// A whole answer, as the request's version has it.
template <class Response>
Reaction answer(const Asked& asked, const Response& response) {
    wire::Output output;
    wire::begin_response(output, asked.header.request_api_key, asked.header.request_api_version,
                         asked.header.correlation_id);
    wire::encode(response, asked.header.request_api_version, output);
    wire::finish_frame(output);
    return {.bytes = frame_of(output)};
}

/// A broker on a simulated machine that does what the test says, sense or nonsense.
class ScriptedBroker {
public:
    using Script = std::function<Reaction(const Asked&)>;

    ScriptedBroker(runtime::SimulatedMachine& machine, std::uint16_t port, Script script);
    ScriptedBroker(const ScriptedBroker&) = delete;
    ScriptedBroker& operator=(const ScriptedBroker&) = delete;
    ~ScriptedBroker();

    void set_script(Script script);
    /// Sends bytes that nobody asked for on every connection.
    void blurt(std::string bytes);
    /// Closes every connection, and goes on listening.
    void hang_up();
    /// No new connections any more; those that are there stay.
    void stop_listening();

    [[nodiscard]] const std::vector<Asked>& asked() const;
    /// How many requests of that API came.
    template <class Request>
    [[nodiscard]] std::size_t count() const {
        std::size_t found = 0;
        for (const Asked& each : asked()) {
            found += each.is<Request>() ? 1 : 0;
        }
        return found;
    }
    /// That were ever accepted.
    [[nodiscard]] std::size_t connections() const;
    /// Whose client has not hung up.
    [[nodiscard]] std::size_t open() const;

private:
    struct State;
    static awaitable<void> accept(std::shared_ptr<State> state);
    static awaitable<void> serve(std::shared_ptr<State> state,
                                 std::shared_ptr<runtime::Stream> stream, std::size_t number);

    std::shared_ptr<State> state_;
};

namespace detail {

constexpr std::uint32_t request_bytes_max = 256U << 20;

inline awaitable<void> say(std::shared_ptr<runtime::Stream> stream, std::string bytes) {
    const runtime::Piece pieces[] = {as_bytes(bytes)};
    ignore(co_await stream->write(pieces), "the client may have gone");
}

template <class Make, class T>
awaitable<void> store(Make make, std::shared_ptr<std::optional<T>> into) {
    into->emplace(co_await make());
}

}  // namespace detail

/// Runs the coroutine that `make` returns on the shard, and the simulation until it ends; nothing
/// if that takes longer than `at_most`.
template <class Make>
auto finish(runtime::Simulation& simulation, runtime::Shard& shard, Make make,
            Duration at_most = 300s) {
    using T = typename std::invoke_result_t<Make&>::value_type;
    auto result = std::make_shared<std::optional<T>>();
    shard.post([&shard, make = std::move(make), result]() mutable {
        runtime::spawn(shard, detail::store(std::move(make), result));
    });
    simulation.run_until([&] { return result->has_value(); }, at_most);
    return std::move(*result);
}

// --- bodies -----------------------------------------------------------------------------------

struct ScriptedBroker::State {
    State(runtime::SimulatedMachine& where, Script what)
        : shard(where.shard(0)), script(std::move(what)) {}

    runtime::Shard& shard;
    Script script;
    std::unique_ptr<runtime::Listener> listener;
    std::vector<std::shared_ptr<runtime::Stream>> streams;
    std::size_t accepted = 0;
    std::vector<Asked> asked;
};

inline ScriptedBroker::ScriptedBroker(runtime::SimulatedMachine& machine, std::uint16_t port,
                                      Script script)
    : state_(std::make_shared<State>(machine, std::move(script))) {
    auto listener = state_->shard.network().listen({.host = "", .port = port}, {});
    if (listener) {
        state_->listener = std::move(*listener);
        state_->shard.post([state = state_] { runtime::spawn(state->shard, accept(state)); });
    }
}

inline ScriptedBroker::~ScriptedBroker() {
    stop_listening();
    hang_up();
}

inline void ScriptedBroker::set_script(Script script) {
    state_->script = std::move(script);
}

inline const std::vector<Asked>& ScriptedBroker::asked() const {
    return state_->asked;
}

inline std::size_t ScriptedBroker::connections() const {
    return state_->accepted;
}

inline std::size_t ScriptedBroker::open() const {
    return state_->streams.size();
}

inline void ScriptedBroker::stop_listening() {
    if (state_->listener) {
        state_->listener->close();
    }
}

inline void ScriptedBroker::hang_up() {
    for (const auto& stream : std::exchange(state_->streams, {})) {
        stream->close();
    }
}

inline void ScriptedBroker::blurt(std::string bytes) {
    for (const auto& stream : state_->streams) {
        state_->shard.post([state = state_, stream, bytes] {
            runtime::spawn(state->shard, detail::say(stream, bytes));
        });
    }
}

inline awaitable<void> ScriptedBroker::accept(std::shared_ptr<State> state) {
    while (!state->listener->closed()) {
        auto accepted = co_await state->listener->accept();
        if (accepted) {
            std::shared_ptr<runtime::Stream> stream = std::move(*accepted);
            state->streams.push_back(stream);
            runtime::spawn(state->shard, serve(state, stream, state->accepted++));
        }
    }
}

inline awaitable<void> ScriptedBroker::serve(std::shared_ptr<State> state,
                                             std::shared_ptr<runtime::Stream> stream,
                                             std::size_t number) {
    rpc::FrameReader requests(*stream, detail::request_bytes_max);
    for (;;) {
        const auto frame = co_await requests.next();
        if (!frame || !*frame) {
            break;
        }
        const ByteView request = (*frame)->view();
        const auto header = wire::read_request_header(request);
        if (!header) {
            break;
        }
        state->asked.push_back({.header = header->header,
                                .body = std::string(as_text(request.subspan(header->size))),
                                .connection = number,
                                .when = state->shard.clock().now()});
        const Asked asked = state->asked.back();
        const Reaction reaction = state->script(asked);
        if (reaction.after > Duration{0}) {
            co_await runtime::sleep_for(state->shard, reaction.after);
        }
        if (!reaction.bytes.empty()) {
            co_await detail::say(stream, reaction.bytes);
        }
        if (reaction.hang_up) {
            break;
        }
    }
    stream->close();
    std::erase(state->streams, stream);
}

}  // namespace barnabas::testing
