#include "runtime/real/pacing.h"

#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>

namespace barnabas::runtime {

bool is_loopback(const boost::asio::ip::tcp::endpoint& address) {
    const auto ip = address.address();
    if (ip.is_v6() && ip.to_v6().is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, ip.to_v6())
            .is_loopback();
    }
    return ip.is_loopback();
}

void do_not_pace(int socket, const boost::asio::ip::tcp::endpoint& other_end) {
    if (!is_loopback(other_end)) {
        return;
    }
    std::array<char, 16> name{};  // TCP_CA_NAME_MAX
    auto size = static_cast<socklen_t>(name.size());
    if (::getsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name.data(), &size) != 0 ||
        !std::string_view(name.data()).starts_with("bbr")) {
        return;
    }
    constexpr std::string_view unpaced = "reno";  // everybody may choose it, and it is built in
    ::setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, unpaced.data(), unpaced.size());
}

}  // namespace barnabas::runtime
