#pragma once

#include <netinet/in.h>
#include <string>

namespace bare {

/// What one mode of bare_bench measured.
struct Figures {
    double cpu_s = 0;    // of the serving process, user and system
    double seconds = 0;  // as the other end saw it
};

/// Says what failed and errno's sentence, and ends the process with 1.
[[noreturn]] void give_up(const std::string& what);
/// `result`, unless it is negative: then gives up.
int checked(int result, const char* what);

/// A socket that listens on a free port of 127.0.0.1.
struct Listening {
    int socket = -1;
    sockaddr_in address{};
};
Listening listen_on_loopback();
int connect_to(const sockaddr_in& address);

/// Of this process, user and system.
double cpu_seconds();

/// The other end of a measurement: a child process that runs `work`, which returns the CPU seconds
/// to be told to the parent. The child never returns from here.
class Server {
public:
    template <class Work>
    explicit Server(Work work) {
        if (begin()) {
            end(work());
        }
    }
    /// Waits for the child's end.
    double cpu_s() const;

private:
    bool begin();  // true in the child
    [[noreturn]] void end(double cpu_s) const;

    int child_ = -1;
    int result_[2] = {-1, -1};
};

}  // namespace bare
