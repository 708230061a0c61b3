#include "runtime/real/resolve.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <sys/socket.h>

namespace barnabas::runtime {

namespace asio = boost::asio;

std::optional<asio::ip::tcp::endpoint> as_address(const Endpoint& endpoint) {
    boost::system::error_code error;
    const auto address = asio::ip::make_address(endpoint.host, error);
    if (error) {
        return std::nullopt;
    }
    return asio::ip::tcp::endpoint(address, endpoint.port);
}

Result<std::vector<asio::ip::tcp::endpoint>> resolve_name(const Endpoint& endpoint) {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int failed = ::getaddrinfo(endpoint.host.c_str(), nullptr, &wanted, &found);
    if (failed != 0) {
        return fail(ErrorCode::network_exception, "cannot resolve the host name {}: {}",
                    endpoint.host, ::gai_strerror(failed));
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, &::freeaddrinfo);
    std::vector<asio::ip::tcp::endpoint> addresses;
    for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
        asio::ip::tcp::endpoint address;
        if (at->ai_addrlen > address.capacity()) {
            continue;
        }
        std::memcpy(address.data(), at->ai_addr, at->ai_addrlen);
        address.resize(at->ai_addrlen);
        address.port(endpoint.port);
        if (std::ranges::find(addresses, address) == addresses.end()) {
            addresses.push_back(address);
        }
    }
    return addresses;
}

}  // namespace barnabas::runtime
