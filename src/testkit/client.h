#pragma once

#include "testkit/producer.h"
#include "testkit/wire_client.h"

#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace barnabas::testkit {

/// A program on a machine of its own. It may die at any moment and forgets all; whoever made it
/// kills the machine first, then destroys it.
class Client {
public:
    explicit Client(WireClient& wire) : wire_(wire) {}
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;
    virtual ~Client() = default;

    /// Until the journal says that it is over.
    virtual awaitable<void> run() = 0;

protected:
    [[nodiscard]] WireClient& wire() { return wire_; }
    [[nodiscard]] Journal& journal() { return wire_.journal(); }
    [[nodiscard]] runtime::Random& random() { return wire_.shard().random(); }
    /// By lot up to `most`.
    awaitable<void> pause(Duration most);

private:
    WireClient& wire_;
};

struct ClientOptions {
    enum class Kind : std::uint8_t { writer, copier, reader, dirty_reader };

    Kind kind = Kind::writer;
    Producer::Options producer{};  // of writers and copiers
};

[[nodiscard]] std::unique_ptr<Client> make_client(WireClient& wire, const ClientOptions& options);

}  // namespace barnabas::testkit
