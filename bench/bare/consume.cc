#include "bare/modes.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace bare {
namespace {

constexpr std::size_t piece = 1 << 20;               // what a fetch takes of one partition
constexpr std::int64_t file_size_max = 256LL << 20;  // more than caches hold; it is sent repeatedly

/// A file of so many bytes whose pages are in memory and on the disk.
int filled_file(const std::string& name, std::int64_t size) {
    const int file = checked(open(name.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600), "open the file");
    std::vector<char> bytes(piece);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(i * 2654435761U >> 24);
    }
    for (std::int64_t at = 0; at < size; at += static_cast<std::int64_t>(piece)) {
        if (pwrite(file, bytes.data(), bytes.size(), at) != static_cast<ssize_t>(bytes.size())) {
            give_up("pwrite");
        }
    }
    checked(fdatasync(file), "fdatasync");
    return file;
}

/// One thread on a readiness loop, as a shard is. The CPU seconds of sending.
double send_all(int listener, int file, std::int64_t file_size, std::int64_t bytes) {
    const int socket = checked(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK), "accept4");
    const int readiness = checked(epoll_create1(0), "epoll_create1");
    epoll_event writable{.events = EPOLLOUT, .data = {.fd = socket}};
    checked(epoll_ctl(readiness, EPOLL_CTL_ADD, socket, &writable), "epoll_ctl");
    const double before = cpu_seconds();
    for (std::int64_t sent = 0; sent < bytes;) {
        off_t at = sent % file_size;
        const auto size = std::min<std::int64_t>({piece, file_size - at, bytes - sent});
        const auto taken = sendfile(socket, file, &at, static_cast<std::size_t>(size));
        if (taken >= 0) {
            sent += taken;
        } else if (errno == EAGAIN) {
            checked(epoll_wait(readiness, &writable, 1, -1), "epoll_wait");
        } else {
            give_up("sendfile");
        }
    }
    const double used = cpu_seconds() - before;
    close(socket);
    return used;
}

/// Until the stream ends, which must be after so many.
void receive_all(int socket, std::int64_t bytes) {
    std::vector<char> into(piece);
    std::int64_t received = 0;
    for (;;) {
        const auto got = recv(socket, into.data(), into.size(), 0);
        if (got <= 0) {
            checked(static_cast<int>(got), "recv");
            break;
        }
        received += got;
    }
    if (received != bytes) {
        errno = EPIPE;
        give_up("the stream ended after " + std::to_string(received) + " bytes");
    }
}

}  // namespace

Figures consume(const ConsumeOptions& options) {
    const auto size = std::min(options.bytes, file_size_max);
    const int file = filled_file(options.file, size);
    const Listening listening = listen_on_loopback();
    const auto& control = options.congestion_control;
    if (!control.empty()) {  // whoever is accepted has it from the beginning
        checked(setsockopt(listening.socket, IPPROTO_TCP, TCP_CONGESTION, control.data(),
                           static_cast<socklen_t>(control.size())),
                "TCP_CONGESTION");
    }
    const Server server([&] { return send_all(listening.socket, file, size, options.bytes); });
    const auto start = std::chrono::steady_clock::now();
    const int socket = connect_to(listening.address);
    receive_all(socket, options.bytes);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    close(socket);
    return {.cpu_s = server.cpu_s(), .seconds = seconds.count()};
}

}  // namespace bare
