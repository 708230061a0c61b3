#include "broker/dispatcher.h"

#include "broker/handlers/handler_row.h"
#include "broker/share/share_partitions.h"
#include "wire/messages/api_versions.h"

#include <algorithm>

namespace barnabas::broker {
namespace {

constexpr auto api_versions_key = wire::ApiVersionsRequest::api_key;

const HandlerRow* find_row(std::int16_t key) {
    const auto rows = handler_rows();
    const auto found = std::ranges::lower_bound(rows, key, {}, &HandlerRow::api_key);
    return found != rows.end() && found->api_key == key ? &*found : nullptr;
}

/// KIP-511: a client that is too new learns in version 0 which versions there are.
rpc::Reply too_new(std::int32_t correlation_id) {
    wire::ApiVersionsResponse response;
    response.error_code = static_cast<std::int16_t>(ErrorCode::unsupported_version);
    const auto* row = find_row(api_versions_key);
    response.api_keys.push_back({.api_key = row->api_key,
                                 .min_version = row->versions.first,
                                 .max_version = row->versions.last});
    rpc::Reply reply;
    wire::begin_response(reply.output, api_versions_key, 0, correlation_id);
    wire::encode(response, 0, reply.output);
    wire::finish_frame(reply.output);
    return reply;
}

}  // namespace

rpc::Handled Dispatcher::handle(rpc::Request request) {
    const auto key = request.header.request_api_key;
    const auto version = request.header.request_api_version;
    const Counted counted{
        .api_key = key, .request_bytes = request.frame.size(), .received = request.received};
    const auto* row = find_row(key);
    if (row == nullptr || !row->versions.contains(version)) {
        if (key == api_versions_key) {
            return too_new(request.header.correlation_id);
        }
        services_.log.info("closing a connection of listener {}: API {} version {} is not served",
                           listener_, key, version);
        return rpc::Reply::close_connection();
    }
    auto handled = row->run({.services = services_,
                             .home = home_,
                             .listener = listener_,
                             .request = std::move(request)});
    if (const auto* reply = std::get_if<rpc::Reply>(&handled)) {
        count(counted, *reply);
        return handled;
    }
    return count_later(counted, std::get<awaitable<rpc::Reply>>(std::move(handled)));
}

void Dispatcher::on_end(const void* connection) {
    if (home_.shares != nullptr) {  // not where requests are tested alone
        home_.shares->end_connection(connection);
    }
}

void Dispatcher::count(const Counted& request, const rpc::Reply& reply) {
    home_.metrics.on_request({.api_key = request.api_key,
                              .request_bytes = request.request_bytes,
                              .response_bytes = reply.output.total_size(),
                              .took = home_.shard.clock().now() - request.received});
}

awaitable<rpc::Reply> Dispatcher::count_later(Counted request, awaitable<rpc::Reply> coming) {
    auto reply = co_await std::move(coming);
    count(request, reply);
    co_return reply;
}

}  // namespace barnabas::broker
