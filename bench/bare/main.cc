// bare_bench: the least that a broker has to do with what is produced, and nothing else: receive a
// frame, its CRC, write it to a file, answer. What it costs here is what no broker can go below.
// One measurement, one line of JSON; see bench/README.md.
#include <isa-l/crc.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

struct Options {
    std::size_t frame = 0;  // bytes
    std::int64_t count = 0;
    std::int64_t rate = 0;  // frames a second; 0: as fast as they are taken
    std::string file;       // must not exist; is left
};

constexpr std::size_t answer_size = 60;  // about a ProduceResponse of one partition
using Answer = std::array<char, answer_size>;

[[noreturn]] void give_up(const std::string& what) {
    std::fprintf(stderr, "bare_bench: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

int checked(int result, const char* what) {
    if (result < 0) {
        give_up(what);
    }
    return result;
}

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

double cpu_seconds() {
    timespec used{};
    checked(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), "clock_gettime");
    return double(used.tv_sec) + double(used.tv_nsec) / 1e9;
}

/// One thread on a readiness loop, as a shard is.
void serve(int listener, const Options& options, int result) {
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
    const double used = cpu_seconds() - before + (checksum == 1 ? 1e-12 : 0);  // it is needed
    checked(static_cast<int>(write(result, &used, sizeof used)), "write the result");
}

/// Seconds from the first frame to the last answer.
double produce(const sockaddr_in& address, const Options& options) {
    prctl(PR_SET_TIMERSLACK, 1000UL);
    const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    checked(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "connect");
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

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fprintf(stderr, "bare_bench FILE BYTES_OF_A_FRAME FRAMES FRAMES_A_SECOND_OR_0\n");
        return 1;
    }
    const Options options{.frame = std::stoul(argv[2]),
                          .count = std::stol(argv[3]),
                          .rate = std::stol(argv[4]),
                          .file = argv[1]};
    const int listener = checked(socket(AF_INET, SOCK_STREAM, 0), "socket");
    sockaddr_in address{.sin_family = AF_INET,
                        .sin_port = 0,
                        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                        .sin_zero = {}};
    socklen_t size = sizeof address;
    checked(bind(listener, reinterpret_cast<const sockaddr*>(&address), size), "bind");
    checked(listen(listener, 1), "listen");
    checked(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
    std::array<int, 2> result{};
    checked(pipe(result.data()), "pipe");
    const int child = checked(fork(), "fork");
    if (child == 0) {
        serve(listener, options, result[1]);
        std::_Exit(0);
    }
    close(listener);
    close(result[1]);
    const double seconds = produce(address, options);
    double used = 0;
    if (read(result[0], &used, sizeof used) != sizeof used) {
        give_up("no result");
    }
    checked(waitpid(child, nullptr, 0), "waitpid");
    std::printf(R"({"cpu_s":%.6f,"seconds":%.6f})"
                "\n",
                used, seconds);
    return 0;
}
