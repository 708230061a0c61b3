#include "rpc/api_versions_exchange.h"

#include "base/endian.h"
#include "wire/messages/api_versions.h"

#include <algorithm>
#include <utility>

namespace barnabas::rpc {

namespace {

using wire::ApiVersionsRequest;
using wire::ApiVersionsResponse;

/// The error code comes first in every version. UNSUPPORTED_VERSION is always answered in version 0
/// (KIP-511), whatever was asked.
Result<ApiVersionsResponse> read_answer(const IncomingResponse& answer) {
    const ByteView body = answer.body();
    const bool fallback =
        body.size() >= 2 && load_big_endian<std::int16_t>(body.data()) ==
                                static_cast<std::int16_t>(ErrorCode::unsupported_version);
    return wire::decode<ApiVersionsResponse>(body, fallback ? 0 : answer.version);
}

ApiVersionTable table_of(const ApiVersionsResponse& response) {
    ApiVersionTable table;
    for (const auto& api : response.api_keys) {
        if (api.min_version >= 0 && api.min_version <= api.max_version) {
            table.set(api.api_key, {api.min_version, api.max_version});
        }
    }
    return table;
}

/// Which version to ask in next. Brokers before 2.4 (KIP-511) do not say which they have.
std::int16_t next_version(const ApiVersionTable& table) {
    const auto theirs = table.find(ApiVersionsRequest::api_key);
    return theirs ? std::clamp(theirs->last, ApiVersionsRequest::versions.first,
                               ApiVersionsRequest::versions.last)
                  : std::int16_t{0};
}

}  // namespace

awaitable<Result<void>> negotiate(std::shared_ptr<ClientConnection> connection,
                                  Introduction introduction, Duration timeout) {
    const ApiVersionsRequest request{.client_software_name = introduction.software_name,
                                     .client_software_version = introduction.software_version,
                                     .cluster_id = introduction.cluster_id,
                                     .node_id = introduction.node_id,
                                     .unknown_tags = {}};
    std::int16_t version = ApiVersionsRequest::versions.last;
    for (bool again = false;; again = true) {
        OutgoingRequest asked = outgoing(request, version);
        asked.timeout = timeout;
        auto answer = co_await connection->exchange(asked);
        if (!answer) {
            co_return fail(std::move(answer));
        }
        const auto response = read_answer(*answer);
        if (!response) {
            co_return std::unexpected(
                connection->refuse(ApiVersionsRequest::api_key, version, response.error()));
        }
        auto table = table_of(*response);
        const auto code = static_cast<ErrorCode>(response->error_code);
        if (code == ErrorCode::none) {
            connection->set_versions(std::move(table));
            co_return Result<void>();
        }
        if (code != ErrorCode::unsupported_version || again) {
            const Error why{
                code, fmt::format("{}: ApiVersions v{}: {}", connection->peer(), version, code)};
            connection->close(why);
            co_return std::unexpected(why);
        }
        version = next_version(table);
    }
}

}  // namespace barnabas::rpc
