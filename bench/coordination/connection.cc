#include "coordination/connection.h"

#include "base/endian.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace coordination_bench {

using namespace barnabas;

namespace {

constexpr std::size_t size_prefix = 4;
constexpr std::size_t response_bytes_max = 64 << 20;

struct FreeAddresses {
    void operator()(addrinfo* addresses) const { freeaddrinfo(addresses); }
};

/// A socket with the first of the host's addresses that takes it.
int connected(const Address& address) {
    const addrinfo wanted{.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    addrinfo* list = nullptr;
    const int error =
        getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &wanted, &list);
    if (error != 0) {
        give_up(fmt::format("{}: {}", address.host, gai_strerror(error)));
    }
    const std::unique_ptr<addrinfo, FreeAddresses> addresses(list);
    for (const addrinfo* at = list; at != nullptr; at = at->ai_next) {
        const int fd = checked(::socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket");
        if (::connect(fd, at->ai_addr, at->ai_addrlen) == 0) {
            return fd;
        }
        close(fd);
    }
    give_up(fmt::format("cannot connect to {}:{}", address.host, address.port));
}

}  // namespace

Address parse_address(const std::string& text) {
    const auto colon = text.rfind(':');
    Address address{.host = text.substr(0, colon)};
    const char* const end = text.data() + text.size();
    const char* const digits = colon == std::string::npos ? end : text.data() + colon + 1;
    const auto [rest, error] = std::from_chars(digits, end, address.port);
    if (error != std::errc{} || rest != end || address.port < 1 || address.port > 65535) {
        give_up("'" + text + "' is not HOST:PORT");
    }
    return address;
}

Connection::Connection(Loop& loop, const Address& address) : loop_(loop), fd_(connected(address)) {
    constexpr int on = 1;
    checked(setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
    checked(fcntl(fd_, F_SETFL, O_NONBLOCK), "O_NONBLOCK");
    loop_.watch(fd_, *this);
}

Connection::~Connection() {
    close(fd_);
}

void Connection::write_request(std::int16_t api_key, std::int16_t version,
                               const wire::StructSchema& schema, wire::Layout layout,
                               const void* request) {
    if (sent_ < out_.bytes.size() || caller_) {
        give_up("two requests at once on one connection");
    }
    out_.bytes.clear();
    out_.bytes.grow(size_prefix);
    const wire::RequestHeader header{.request_api_key = api_key,
                                     .request_api_version = version,
                                     .correlation_id = ++correlation_id_,
                                     .client_id = "bench",
                                     .unknown_tags = {}};
    wire::encode(header, wire::request_header_version(api_key, version), out_);
    wire::encode_struct(schema, layout, request, out_);
    wire::finish_frame(out_);
    sent_ = 0;
    in_.resize(size_prefix);
    received_ = 0;
    flush();
}

void Connection::flush() {
    while (sent_ < out_.bytes.size()) {
        const auto taken =
            ::send(fd_, out_.bytes.data() + sent_, out_.bytes.size() - sent_, MSG_NOSIGNAL);
        if (taken < 0 && errno == EAGAIN) {
            break;
        }
        sent_ += static_cast<std::size_t>(checked(static_cast<int>(taken), "send"));
    }
    const bool waits = sent_ < out_.bytes.size();
    if (waits != waits_to_write_) {
        loop_.watch_writable(fd_, *this, waits);
        waits_to_write_ = waits;
    }
}

void Connection::ready(std::uint32_t events) {
    if ((events & EPOLLOUT) != 0) {
        flush();
    }
    if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
        receive();
    }
}

void Connection::receive() {
    for (;;) {
        if (received_ == in_.size()) {
            if (in_.size() > size_prefix) {
                give_up("a response that nobody asked for");
            }
            const auto size = load_big_endian<std::int32_t>(in_.data());
            if (size < 4 || static_cast<std::size_t>(size) > response_bytes_max) {
                give_up(fmt::format("a response of {} bytes", size));
            }
            in_.resize(size_prefix + static_cast<std::size_t>(size));
        }
        const auto got = ::recv(fd_, in_.data() + received_, in_.size() - received_, 0);
        if (got < 0 && errno == EAGAIN) {
            return;
        }
        if (checked(static_cast<int>(got), "recv") == 0) {
            give_up("the broker closed a connection");
        }
        received_ += static_cast<std::size_t>(got);
        if (received_ == in_.size() && in_.size() > size_prefix) {
            // Whoever waits may send the next request before this returns.
            std::exchange(caller_, nullptr).resume();
            return;
        }
    }
}

ByteView Connection::response_body(std::int16_t api_key, std::int16_t version) const {
    const ByteView frame = in_.view().subspan(size_prefix);
    wire::ResponseHeader header;
    const auto layout =
        wire::layout_of<wire::ResponseHeader>(wire::response_header_version(api_key, version));
    const auto taken =
        wire::decode_struct(wire::schema_of<wire::ResponseHeader>(), layout, frame, &header);
    if (!taken) {
        give_up(taken.error().message);
    }
    if (header.correlation_id != correlation_id_) {
        give_up(fmt::format("a response to request {}, expected one to {}", header.correlation_id,
                            correlation_id_));
    }
    return frame.subspan(*taken);
}

}  // namespace coordination_bench
