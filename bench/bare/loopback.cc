#include "bare/loopback.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bare {

void give_up(const std::string& what) {
    std::fprintf(stderr, "bare_bench: %s: %s\n", what.c_str(), std::strerror(errno));
    std::exit(1);
}

int checked(int result, const char* what) {
    if (result < 0) {
        give_up(what);
    }
    return result;
}

Listening listen_on_loopback() {
    Listening listening{.socket = checked(socket(AF_INET, SOCK_STREAM, 0), "socket"),
                        .address = {.sin_family = AF_INET,
                                    .sin_port = 0,
                                    .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
                                    .sin_zero = {}}};
    auto* const address = reinterpret_cast<sockaddr*>(&listening.address);
    socklen_t size = sizeof listening.address;
    checked(bind(listening.socket, address, size), "bind");
    checked(listen(listening.socket, 1), "listen");
    checked(getsockname(listening.socket, address, &size), "getsockname");
    return listening;
}

int connect_to(const sockaddr_in& address) {
    const int socket = checked(::socket(AF_INET, SOCK_STREAM, 0), "socket");
    checked(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address),
            "connect");
    return socket;
}

double cpu_seconds() {
    timespec used{};
    checked(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), "clock_gettime");
    return double(used.tv_sec) + double(used.tv_nsec) / 1e9;
}

bool Server::begin() {
    checked(pipe(result_), "pipe");
    child_ = checked(fork(), "fork");
    if (child_ != 0) {
        close(result_[1]);
    }
    return child_ == 0;
}

void Server::end(double cpu_s) const {
    checked(static_cast<int>(write(result_[1], &cpu_s, sizeof cpu_s)), "write the result");
    std::_Exit(0);
}

double Server::cpu_s() const {
    double used = 0;
    if (read(result_[0], &used, sizeof used) != sizeof used) {
        give_up("no result");
    }
    checked(waitpid(child_, nullptr, 0), "waitpid");
    return used;
}

}  // namespace bare
