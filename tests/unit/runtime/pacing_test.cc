#include "runtime/real/pacing.h"

#include <gtest/gtest.h>

#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace barnabas::runtime {
namespace {

boost::asio::ip::tcp::endpoint endpoint(const char* address) {
    return {boost::asio::ip::make_address(address), 9092};
}

TEST(Pacing, OnlyLoopbackAddressesStayInsideTheMachine) {
    for (const char* address : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
        EXPECT_TRUE(is_loopback(endpoint(address))) << address;
    }
    for (const char* address : {"0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1"}) {
        EXPECT_FALSE(is_loopback(endpoint(address))) << address;
    }
}

/// A TCP socket with a congestion control of its own.
class ControlledSocket {
public:
    explicit ControlledSocket(std::string_view control)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        EXPECT_GE(socket_, 0);
        ::setsockopt(socket_, IPPROTO_TCP, TCP_CONGESTION, control.data(), control.size());
    }
    ControlledSocket(const ControlledSocket&) = delete;
    ControlledSocket& operator=(const ControlledSocket&) = delete;
    ~ControlledSocket() { ::close(socket_); }

    [[nodiscard]] int number() const { return socket_; }
    [[nodiscard]] std::string control() const {
        std::array<char, 16> name{};
        auto size = static_cast<socklen_t>(name.size());
        EXPECT_EQ(::getsockopt(socket_, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size), 0);
        return name.data();
    }

private:
    int socket_;
};

TEST(Pacing, WhatPacesIsReplaced) {
    // Where the system has no BBR, the socket keeps its default, which is not BBR either.
    const ControlledSocket socket("bbr");
    do_not_pace(socket.number(), endpoint("127.0.0.1"));
    EXPECT_FALSE(socket.control().starts_with("bbr")) << socket.control();
}

TEST(Pacing, WhatDoesNotPaceStays) {
    for (const char* control : {"reno", "cubic"}) {
        const ControlledSocket socket(control);
        const std::string before = socket.control();
        if (before.starts_with("bbr")) {
            continue;  // this system has no such control
        }
        do_not_pace(socket.number(), endpoint("127.0.0.1"));
        EXPECT_EQ(socket.control(), before);
    }
}

TEST(Pacing, WhoIsElsewhereKeepsWhatTheSystemChose) {
    const ControlledSocket socket("bbr");
    const std::string before = socket.control();
    do_not_pace(socket.number(), endpoint("10.0.0.1"));
    EXPECT_EQ(socket.control(), before);
}

}  // namespace
}  // namespace barnabas::runtime
