#pragma once

#include "broker/handlers/call.h"
#include "rpc/server_connection.h"
#include "wire/codec.h"
#include "wire/headers.h"

#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

namespace barnabas::broker {

/// A request as the dispatcher hands it over.
struct Incoming {
    Services& services;
    BrokerShard& home;
    const std::string& listener;
    rpc::Request request;
};

/// What serves one API. The one list of them feeds dispatch and ApiVersions alike.
struct HandlerRow {
    std::int16_t api_key = 0;
    wire::Versions versions;
    rpc::Handled (*run)(Incoming incoming) = nullptr;
};

/// Every API that is served, by rising key.
[[nodiscard]] std::span<const HandlerRow> handler_rows();

/// An encoded response; the parts of files that it splices in go with it.
template <class Response>
rpc::Reply make_reply(Call& call, std::int32_t correlation_id, const Response& response) {
    rpc::Reply reply;
    reply.kind = call.outcome;
    if (reply.kind == rpc::Reply::Kind::send) {
        reply.sources = std::move(call.sources);
        wire::begin_response(reply.output, call.api_key, call.version, correlation_id);
        wire::encode(response, call.version, reply.output);
        wire::finish_frame(reply.output);
    }
    return reply;
}

inline Call make_call(const Incoming& incoming) {
    const auto& header = incoming.request.header;
    return {.services = incoming.services,
            .home = incoming.home,
            .listener = incoming.listener,
            .api_key = header.request_api_key,
            .version = header.request_api_version,
            .client_id = header.client_id,
            .peer_host = incoming.request.peer_host,
            .received = incoming.request.received,
            .connection = incoming.request.connection};
}

template <class Request, auto handle>
awaitable<rpc::Reply> run_waiting(Incoming incoming, Request request) {
    Call call = make_call(incoming);
    auto response = co_await handle(call, request);
    co_return make_reply(call, incoming.request.header.correlation_id, response);
}

/// Decodes, calls `handle` (a coroutine or a plain function of Call& and the request), encodes.
/// `shortcut` (of the same arguments, if there is one) is asked first: the response if the request
/// can be answered without waiting, or nothing, and then it has done nothing. A request that cannot
/// be decoded closes its connection.
template <class Request, auto handle, auto shortcut>
rpc::Handled run_handler(Incoming incoming) {
    const auto correlation_id = incoming.request.header.correlation_id;
    Call call = make_call(incoming);
    auto request = wire::decode<Request>(incoming.request.body, call.version, wire::request_limits);
    if (!request) {
        call.services.log.info("closing a connection of listener {}: {}", call.listener,
                               request.error().message);
        return rpc::Reply::close_connection();
    }
    using Answer = std::invoke_result_t<decltype(handle), Call&, Request&>;
    if constexpr (!requires { typename Answer::executor_type; }) {
        return make_reply(call, correlation_id, handle(call, *request));
    } else {
        if constexpr (!std::is_null_pointer_v<decltype(shortcut)>) {
            if (const auto response = shortcut(call, *request)) {
                return make_reply(call, correlation_id, *response);
            }
        }
        return run_waiting<Request, handle>(std::move(incoming), std::move(*request));
    }
}

template <class Request, auto handle, auto shortcut = nullptr>
constexpr HandlerRow handler_row(wire::Versions versions = Request::versions) {
    return {.api_key = Request::api_key,
            .versions = versions,
            .run = &run_handler<Request, handle, shortcut>};
}

}  // namespace barnabas::broker
