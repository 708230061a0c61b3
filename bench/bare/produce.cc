#include "bare/modes.h"

#include <isa-l/crc.h>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace bare {
namespace {

constexpr std::size_t answer_size = 60;  // about a ProduceResponse of one partition
using Answer = std::array<char, answer_size>;

void send_at_once(int socket) {
    constexpr int on = 1;
    checked(setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

/// False at the end of the stream.
bool receive_whole(int socket, char* to, std::size_t size) {
    while (size > 0) {
        const auto got = recv(socket, to, size, 0);
        if (got < 0) {
            give_up("recv");
        }
        if (got == 0) {
            return false;
        }
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

void send_whole(int socket, const std::vector<char>& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const auto taken = send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        sent += static_cast<std::size_t>(checked(static_cast<int>(taken), "send"));
    }
}

/// One thread on a readiness loop, as a shard is. The CPU seconds of serving.
double serve(int listener, const ProduceOptions& options) {
    const int socket = checked(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK), "accept4");
    send_at_once(socket);
    const int file =
        checked(open(options.file.c_str(), O_CREAT | O_EXCL | O_WRONLY, 0600), "open the file");
    const int readiness = checked(epoll_create1(0), "epoll_create1");
    epoll_event readable{.events = EPOLLIN, .data = {.fd = socket}};
    checked(epoll_ctl(readiness, EPOLL_CTL_ADD, socket, &readable), "epoll_ctl");
    std::vector<char> frame(options.frame);
    const Answer answer{};
    std::size_t have = 0;
    off_t end = 0;
    unsigned checksum = 0;
    const double before = cpu_seconds();
    for (;;) {
        checked(epoll_wait(readiness, &readable, 1, -1), "epoll_wait");
        const auto got = recv(socket, frame.data() + have, frame.size() - have, 0);
        if (got == 0) {
            break;
        }
        have += static_cast<std::size_t>(checked(static_cast<int>(got), "recv"));
        if (have < frame.size()) {
            continue;
        }
        have = 0;
        checksum ^= crc32_iscsi(reinterpret_cast<unsigned char*>(frame.data()),
                                static_cast<int>(frame.size()), ~0U);
        if (pwrite(file, frame.data(), frame.size(), end) != static_cast<ssize_t>(frame.size())) {
            give_up("pwrite");
        }
        end += static_cast<off_t>(frame.size());
        checked(static_cast<int>(send(socket, answer.data(), answer.size(), MSG_NOSIGNAL)), "send");
    }
    return cpu_seconds() - before + (checksum == 1 ? 1e-12 : 0);  // it is needed
}

/// Seconds from the first frame to the last answer.
double send_frames(const sockaddr_in& address, const ProduceOptions& options) {
    prctl(PR_SET_TIMERSLACK, 1000UL);
    const int socket = connect_to(address);
    send_at_once(socket);
    std::vector<char> frame(options.frame);
    for (std::size_t i = 0; i < frame.size(); ++i) {
        frame[i] = static_cast<char>(i * 2654435761U >> 24);
    }
    std::thread answers([&] {
        Answer answer;
        for (std::int64_t i = 0; i < options.count; ++i) {
            if (!receive_whole(socket, answer.data(), answer.size())) {
                give_up("the connection was closed");
            }
        }
    });
    const auto start = std::chrono::steady_clock::now();
    for (std::int64_t i = 0; i < options.count; ++i) {
        if (options.rate > 0) {
            std::this_thread::sleep_until(
                start + std::chrono::nanoseconds(i * 1'000'000'000 / options.rate));
        }
        send_whole(socket, frame);
    }
    answers.join();
    close(socket);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Figures produce(const ProduceOptions& options) {
    const Listening listening = listen_on_loopback();
    const Server server([&] { return serve(listening.socket, options); });
    close(listening.socket);
    const double seconds = send_frames(listening.address, options);
    return {.cpu_s = server.cpu_s(), .seconds = seconds};
}

}  // namespace bare
