#include "runtime/simulated/simulated_network.h"

#include "base/invariant.h"
#include "runtime/simulated/simulated_machine.h"

#include <algorithm>

namespace barnabas::runtime {

namespace {

/// How often a SYN that nobody answers is sent again.
constexpr Duration retry_every = 100ms;

std::unexpected<Error> cannot(std::string_view what, const Endpoint& endpoint,
                              std::string_view cause) {
    return fail(ErrorCode::network_exception, "cannot {} {}:{}: {}", what, endpoint.host,
                endpoint.port, cause);
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "127.0.0.1" || host == "::1";
}

bool is_any(const std::string& host) {
    return host.empty() || host == "0.0.0.0" || host == "::";
}

std::pair<std::string, std::string> ordered(const std::string& a, const std::string& b) {
    return a < b ? std::pair(a, b) : std::pair(b, a);
}

}  // namespace

void NetworkModel::partition(const std::string& a, const std::string& b) {
    world_.note(a, fmt::format("is cut off from {}", b));
    partitioned_.insert(ordered(a, b));
}

void NetworkModel::isolate(const std::string& machine) {
    world_.note(machine, "is isolated");
    isolated_.insert(machine);
}

void NetworkModel::heal() {
    world_.note("", "the network is whole");
    partitioned_.clear();
    isolated_.clear();
    for (const auto& connection : connections()) {
        connection->resume();
    }
}

std::size_t NetworkModel::cut(const std::string& a, const std::string& b) {
    std::size_t count = 0;
    for (const auto& connection : connections()) {
        if (ordered(connection->side(0).machine, connection->side(1).machine) == ordered(a, b)) {
            connection->break_now();
            ++count;
        }
    }
    return count;
}

void NetworkModel::add_machine(SimulatedMachine& machine) {
    const bool added = machines_.emplace(machine.name(), &machine).second;
    INVARIANT(added, "two machines are called {}", machine.name());
}

void NetworkModel::machine_stopped(const std::string& name) {
    for (auto& [where, sockets] : listeners_) {
        if (where.first != name) {
            continue;
        }
        for (const auto& socket : sockets) {
            socket->closed = true;
            socket->waiting.clear();
        }
        sockets.clear();
    }
}

void NetworkModel::reset_connections(const std::string& name) {
    for (const auto& connection : connections()) {
        for (const int side : {0, 1}) {
            if (connection->side(side).machine == name) {
                connection->break_later(1 - side);
            }
        }
    }
}

SimulatedMachine* NetworkModel::find(const SimulatedMachine& from, const std::string& host) {
    const auto found = machines_.find(is_loopback(host) ? from.name() : host);
    return found == machines_.end() ? nullptr : found->second;
}

bool NetworkModel::reachable(const std::string& a, const std::string& b) const {
    if (!machines_.at(a)->powered() || !machines_.at(b)->powered()) {
        return false;
    }
    return a == b || (!isolated_.contains(a) && !isolated_.contains(b) &&
                      !partitioned_.contains(ordered(a, b)));
}

Duration NetworkModel::delay() {
    const Duration usual = world_.options.network_delay.draw(world_.random);
    return world_.random.below(world_.options.slow_segment_every) == 0 ? usual * 10 : usual;
}

std::vector<std::shared_ptr<Connection>> NetworkModel::connections() const {
    std::vector<std::shared_ptr<Connection>> result;
    for (const auto& weak : connections_) {
        if (auto connection = weak.lock()) {
            result.push_back(std::move(connection));
        }
    }
    return result;
}

void NetworkModel::add_connection(const std::shared_ptr<Connection>& connection) {
    if (connections_.size() == connections_.capacity()) {  // before it would grow
        std::erase_if(connections_, [](const auto& weak) { return weak.expired(); });
    }
    connections_.push_back(connection);
}

Result<std::unique_ptr<Listener>> SimulatedNetwork::listen(Endpoint at, ListenOptions options) {
    if (!is_any(at.host) && model_.find(machine_, at.host) != &machine_) {
        return cannot("listen on", at, "Cannot assign requested address");
    }
    if (at.port == 0) {
        at.port = model_.free_port();
    }
    auto& there = model_.listeners(machine_.name(), at.port);
    const bool shared = std::ranges::all_of(there, [&](const auto& other) {
        return other->options.share_port && options.share_port && options.joins;
    });
    if (!shared) {
        return cannot("listen on", at, "Address already in use");
    }
    auto socket = std::make_shared<ListeningSocket>();
    socket->address = {.host = machine_.name(), .port = at.port};
    socket->options = options;
    there.push_back(socket);
    model_.world().note(machine_.name(), fmt::format("listens on port {}", at.port));
    return std::make_unique<SimulatedListener>(model_, machine_, shard_, std::move(socket));
}

awaitable<Result<std::unique_ptr<Stream>>> SimulatedNetwork::connect(Endpoint to,
                                                                     StreamOptions options,
                                                                     Time deadline) {
    const Clock& clock = shard_.clock();
    while (clock.now() < deadline) {
        co_await sleep_for(shard_, std::min(model_.delay(), deadline - clock.now()));
        SimulatedMachine* there = model_.find(machine_, to.host);
        if (there == nullptr) {
            co_return cannot("connect to", to, "no machine has this name");
        }
        if (model_.reachable(machine_.name(), there->name())) {
            auto stream = knock(*there, to, options);
            if (!stream || *stream) {
                co_return stream;
            }
        }
        co_await sleep_for(shard_, std::min(retry_every, deadline - clock.now()));
    }
    co_return cannot("connect to", to, "no answer in time");
}

Result<std::unique_ptr<Stream>> SimulatedNetwork::knock(const SimulatedMachine& there, Endpoint to,
                                                        const StreamOptions& options) {
    auto& sockets = model_.listeners(there.name(), to.port);
    if (sockets.empty()) {
        return cannot("connect to", to, "Connection refused");
    }
    ListeningSocket& socket = *sockets[model_.world().random.below(sockets.size())];
    if (std::cmp_greater_equal(socket.waiting.size(), socket.options.backlog)) {
        return nullptr;
    }
    const auto window = [&](const StreamOptions& of) {
        return of.receive_buffer_bytes > 0 ? static_cast<std::size_t>(of.receive_buffer_bytes)
                                           : model_.world().options.socket_buffer_bytes;
    };
    const Endpoint from{.host = machine_.name(), .port = model_.free_port()};
    auto connection = std::make_shared<Connection>(
        model_,
        Connection::Side{.machine = machine_.name(), .address = from, .window = window(options)},
        Connection::Side{.machine = there.name(),
                         .address = {.host = there.name(), .port = to.port},
                         .window = window(socket.options.stream)});
    model_.add_connection(connection);
    model_.world().note(machine_.name(),
                        fmt::format("port {} connects to {}:{}", from.port, there.name(), to.port));
    socket.waiting.push_back(connection);
    socket.acceptor.post();
    return std::make_unique<SimulatedStream>(std::move(connection), 0, machine_, shard_,
                                             model_.world().random);
}

}  // namespace barnabas::runtime
