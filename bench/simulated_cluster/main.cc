// simulated_cluster: one broker that looks like many.
//   simulated_cluster BROKER NODES
// NODES ports of 127.0.0.1, each of them a node of the cluster that clients see, all of them the
// broker at BROKER (host:port). Says "listening on HOST:PORT" of the first node, and runs until it
// is killed: there is nothing to bring in order. What a client gets is the broker's own answer
// (nodes.h tells the exceptions), so that what is written through it can be proven beside it.
#include "base/endian.h"
#include "rpc/frame_reader.h"
#include "runtime/process.h"
#include "runtime/real/real_runtime.h"
#include "runtime/tasks.h"
#include "simulated_cluster/nodes.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulated_cluster {
namespace {

using namespace barnabas;
using rpc::FrameReader;
using runtime::awaitable;
using runtime::Stream;

constexpr std::uint32_t frame_max = 100 << 20;  // as a broker's socket.request.max.bytes
constexpr Duration connect_deadline = 10s;
constexpr std::uint16_t nodes_max = 1000;

[[noreturn]] void give_up(const std::string& sentence) {
    std::fprintf(stderr, "simulated_cluster: %s\n", sentence.c_str());
    std::_Exit(1);
}

void complain(const Error& error) {
    std::fprintf(stderr, "simulated_cluster: %s\n", error.message.c_str());
}

std::uint16_t number(std::string_view text, std::string_view what) {
    std::uint16_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0) {
        give_up(fmt::format("{} is a number from 1 to 65535, not '{}'", what, text));
    }
    return value;
}

runtime::Endpoint endpoint_of(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        give_up(fmt::format("BROKER is host:port, not '{}'", text));
    }
    return {.host = std::string(text.substr(0, colon)),
            .port = number(text.substr(colon + 1), "BROKER's port")};
}

/// What every connection needs. Lives as long as the process.
struct Cluster {
    runtime::Shard& shard;
    runtime::Endpoint broker;
    Nodes nodes;
    std::vector<std::unique_ptr<runtime::Listener>> listeners;
};

/// One client's connection and the one to the broker that goes with it.
struct Relay {
    std::unique_ptr<Stream> client;
    std::unique_ptr<Stream> broker;
    Conversation conversation;

    void close() const {
        client->close();
        broker->close();
    }
};

awaitable<bool> send_frame(Stream* stream, std::string frame) {
    std::string size(sizeof(std::uint32_t), '\0');
    store_big_endian(reinterpret_cast<std::byte*>(size.data()),
                     static_cast<std::uint32_t>(frame.size()));
    const runtime::Piece pieces[] = {as_bytes(size), as_bytes(frame)};
    const auto sent = co_await stream->write(pieces);
    co_return sent.has_value();
}

awaitable<void> relay_requests(std::shared_ptr<Relay> relay) {
    FrameReader requests(*relay->client, frame_max);
    for (;;) {
        const auto frame = co_await requests.next();
        if (!frame || !*frame) {
            break;
        }
        auto passed = relay->conversation.on_request(std::string(as_text((*frame)->view())));
        if (!passed) {
            complain(passed.error());
            break;
        }
        if (!co_await send_frame(relay->broker.get(), std::move(*passed))) {
            break;
        }
    }
    relay->close();
}

awaitable<void> relay_answers(std::shared_ptr<Relay> relay) {
    FrameReader answers(*relay->broker, frame_max);
    for (;;) {
        const auto frame = co_await answers.next();
        if (!frame || !*frame) {
            break;
        }
        auto shown = relay->conversation.on_answer(std::string(as_text((*frame)->view())));
        if (!shown) {
            complain(shown.error());
            break;
        }
        if (!co_await send_frame(relay->client.get(), std::move(*shown))) {
            break;
        }
    }
    relay->close();
}

awaitable<void> serve(Cluster* cluster, std::unique_ptr<Stream> client) {
    const Time deadline = cluster->shard.clock().now() + connect_deadline;
    const auto to = cluster->broker;
    auto broker = co_await cluster->shard.network().connect(to, {}, deadline);
    if (!broker) {
        complain(broker.error());
        client->close();
        co_return;
    }
    auto relay = std::make_shared<Relay>(Relay{.client = std::move(client),
                                               .broker = std::move(*broker),
                                               .conversation = Conversation(cluster->nodes)});
    runtime::spawn(cluster->shard, relay_answers(relay));
    co_await relay_requests(relay);
}

awaitable<void> accept(Cluster* cluster, runtime::Listener* listener) {
    for (;;) {
        auto client = co_await listener->accept();
        if (!client) {
            give_up(client.error().message);
        }
        runtime::spawn(cluster->shard, serve(cluster, std::move(*client)));
    }
}

void listen(Cluster& cluster, std::uint16_t count) {
    cluster.nodes.host = "127.0.0.1";
    for (std::uint16_t i = 0; i < count; ++i) {
        auto listener = cluster.shard.network().listen({.host = cluster.nodes.host, .port = 0}, {});
        if (!listener) {
            give_up(listener.error().message);
        }
        cluster.nodes.ports.push_back((*listener)->local().port);
        cluster.listeners.push_back(std::move(*listener));
    }
}

void run(const runtime::Endpoint& broker, std::uint16_t count) {
    ignore(runtime::raise_file_limit(), "accept() tells when there are too few");
    runtime::RealRuntime real({.shards = 1, .pool_threads_max = 1});
    Cluster cluster{.shard = real.shard(0), .broker = broker, .nodes = {}, .listeners = {}};
    listen(cluster, count);
    cluster.shard.post([&cluster] {
        for (const auto& listener : cluster.listeners) {
            runtime::spawn(cluster.shard, accept(&cluster, listener.get()));
        }
    });
    std::printf("listening on %s:%u\n", cluster.nodes.host.c_str(), cluster.nodes.ports.front());
    std::fflush(stdout);
    real.run();
}

}  // namespace
}  // namespace simulated_cluster

int main(int argc, char** argv) {
    using namespace simulated_cluster;
    if (argc != 3) {
        give_up("simulated_cluster BROKER NODES");
    }
    const auto count = number(argv[2], "NODES");
    if (count > nodes_max) {
        give_up(fmt::format("at most {} nodes", nodes_max));
    }
    run(endpoint_of(argv[1]), count);
    return 0;
}
