#pragma once

#include "base/endian.h"
#include "base/error_code.h"
#include "runtime/simulated/simulation.h"
#include "runtime/tasks.h"
#include "testkit/journal.h"
#include "wire/codec.h"
#include "wire/headers.h"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::testkit {

using boost::asio::awaitable;

/// A response and the bytes that its views look into.
template <class Response>
struct Answer {
    Response body;
    std::vector<std::byte> frame;
};

/// A client's connection to the broker, one call at a time, made anew whenever it broke. Who
/// gets no answer in time closes it: the request may be on its way all the same.
/// Lives on its machine; its coroutines end with that.
class WireClient {
public:
    static constexpr Duration patience = std::chrono::seconds(2);  // for one answer

    WireClient(runtime::SimulatedMachine& machine, Journal& journal)
        : machine_(machine), shard_(machine.shard(0)), journal_(journal) {}
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;

    [[nodiscard]] const std::string& name() const { return machine_.name(); }
    [[nodiscard]] runtime::Shard& shard() { return shard_; }
    [[nodiscard]] Journal& journal() { return journal_; }
    /// Counts the connections that broke.
    [[nodiscard]] std::uint64_t breaks() const { return breaks_; }

    /// Nothing if there was no answer: whether it was carried out is not known. What the request's
    /// views look into stays until then.
    template <class Response, class Request>
    awaitable<std::optional<Answer<Response>>> call(Request request, std::int16_t version) {
        std::vector<ByteBuffer> frames;
        frames.push_back(frame_of(request, version));
        const std::string_view what = Request::name;
        auto answered = co_await exchange(std::move(frames), what);
        if (answered.empty()) {
            co_return std::nullopt;
        }
        co_return read<Response>(std::move(answered.front()), version, what);
    }

    /// Each is sent before the one in front of it is answered. Of the first ones there are answers,
    /// in their order; where they end the connection broke.
    template <class Response, class Request>
    awaitable<std::vector<Answer<Response>>> call_all(std::vector<Request> requests,
                                                      std::int16_t version) {
        std::vector<ByteBuffer> frames;
        for (const auto& request : requests) {
            frames.push_back(frame_of(request, version));
        }
        const std::string_view what = Request::name;
        auto answered = co_await exchange(std::move(frames), what);
        std::vector<Answer<Response>> answers;
        for (auto& frame : answered) {
            auto answer = read<Response>(std::move(frame), version, what);
            if (!answer) {
                break;
            }
            answers.push_back(std::move(*answer));
        }
        co_return answers;
    }

private:
    using Frame = std::vector<std::byte>;

    template <class Request>
    ByteBuffer frame_of(const Request& request, std::int16_t version) {
        wire::Output output;
        output.bytes.grow(4);
        const wire::RequestHeader header{.request_api_key = Request::api_key,
                                         .request_api_version = version,
                                         .correlation_id = ++correlation_id_,
                                         .client_id = name(),
                                         .unknown_tags = {}};
        wire::encode(header, wire::request_header_version(Request::api_key, version), output);
        wire::encode(request, version, output);
        wire::finish_frame(output);
        return std::move(output.bytes);
    }

    template <class Response>
    std::optional<Answer<Response>> read(Frame frame, std::int16_t version, std::string_view what) {
        const bool tagged = wire::response_header_version(Response::api_key, version) > 0;
        auto body = wire::decode<Response>(ByteView(frame).subspan(tagged ? 5 : 4), version);
        if (!body) {
            journal_.complain(name(), "the answer to {} cannot be read: {}", what,
                              body.error().message);
            return std::nullopt;
        }
        return Answer<Response>{.body = std::move(*body), .frame = std::move(frame)};
    }

    /// Sends frames and reads as many, without their sizes.
    awaitable<std::vector<Frame>> exchange(std::vector<ByteBuffer> requests, std::string_view what);
    static awaitable<std::vector<Frame>> read_frames(std::shared_ptr<runtime::Stream> stream,
                                                     std::size_t count);

    runtime::SimulatedMachine& machine_;
    runtime::Shard& shard_;
    Journal& journal_;
    std::shared_ptr<runtime::Stream> stream_;
    std::int32_t correlation_id_ = 0;
    std::uint64_t breaks_ = 0;
};

/// Whether the same request is to be sent again after a pause.
[[nodiscard]] bool comes_again(ErrorCode code);

awaitable<void> pause_before_retry(WireClient* client);

/// What a request came to in the end.
template <class Response>
struct Settled {
    Answer<Response> answer;
    ErrorCode code = ErrorCode::none;
    bool is_first = true;  // of the first attempt: no other can have done anything
    bool lost = false;     // an attempt had no answer, and may still arrive
};

/// Sends the request until there is an answer other than "come again". `code_of(response)` is what
/// it says. Goes on for ever: the run ends its machine if need be.
template <class Response, class Request, class CodeOf>
awaitable<Settled<Response>> settle(WireClient* client, Request request, std::int16_t version,
                                    CodeOf code_of) {
    Settled<Response> settled;
    for (;;) {
        client->journal().sends(Request::name);
        auto answer = co_await client->template call<Response>(request, version);
        if (answer) {
            settled.code = code_of(answer->body);
            client->journal().note(client->name(), "{}: {}", Request::name, settled.code);
            if (!comes_again(settled.code)) {
                settled.answer = std::move(*answer);
                co_return settled;
            }
        } else {
            client->journal().note(client->name(), "{}: no answer", Request::name);
            settled.lost = true;
        }
        settled.is_first = false;
        co_await pause_before_retry(client);
    }
}

}  // namespace barnabas::testkit
