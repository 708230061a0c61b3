#pragma once

#include "runtime/network.h"
#include "runtime/simulated/simulated_connection.h"
#include "runtime/simulated/world.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace barnabas::runtime {

class SimulatedMachine;

/// The cables between a simulation's machines, and the knives for them. Machines find each other
/// by name; "localhost", "127.0.0.1" and "::1" are the machine itself.
///
/// A connection keeps its bytes in order; segments of different connections overtake each other.
/// Bytes that meet a partition wait for heal(), as TCP would send them again.
class NetworkModel {
public:
    explicit NetworkModel(World& world) : world_(world) {}

    /// Nothing passes between the two, in either direction, until heal().
    void partition(const std::string& a, const std::string& b);
    /// No machine reaches this one, nor it any other.
    void isolate(const std::string& machine);
    /// Ends every partition and isolation.
    void heal();
    /// Every connection between the two breaks now: bytes on their way are lost, both ends get
    /// errors. Returns how many there were.
    std::size_t cut(const std::string& a, const std::string& b);

    // --- for machines and their networks ---------------------------------------------------------
    void add_machine(SimulatedMachine& machine);
    /// Its listeners are gone.
    void machine_stopped(const std::string& name);
    /// Its peers learn, after the network's delay, that their connections to it are no more.
    void reset_connections(const std::string& name);

    [[nodiscard]] World& world() { return world_; }
    /// The machine that `host` names for `from`; nullptr if there is none.
    [[nodiscard]] SimulatedMachine* find(const SimulatedMachine& from, const std::string& host);
    /// Whether a packet gets from one to the other now.
    [[nodiscard]] bool reachable(const std::string& a, const std::string& b) const;
    [[nodiscard]] Duration delay();
    [[nodiscard]] std::uint16_t free_port() { return next_port_++; }

    using Listeners = std::vector<std::shared_ptr<ListeningSocket>>;
    [[nodiscard]] Listeners& listeners(const std::string& machine, std::uint16_t port) {
        return listeners_[{machine, port}];
    }
    /// Remembers a connection for partitions and cuts, and forgets those that have gone.
    void add_connection(const std::shared_ptr<Connection>& connection);

private:
    /// The connections that still have an end.
    [[nodiscard]] std::vector<std::shared_ptr<Connection>> connections() const;

    World& world_;
    std::map<std::string, SimulatedMachine*> machines_;
    std::map<std::pair<std::string, std::uint16_t>, Listeners> listeners_;
    std::vector<std::weak_ptr<Connection>> connections_;
    std::set<std::pair<std::string, std::string>> partitioned_;  // the smaller name first
    std::set<std::string> isolated_;
    std::uint16_t next_port_ = 32768;
};

/// One shard's door to the NetworkModel.
class SimulatedNetwork final : public Network {
public:
    SimulatedNetwork(NetworkModel& model, SimulatedMachine& machine, Shard& shard)
        : model_(model), machine_(machine), shard_(shard) {}

    [[nodiscard]] Result<std::unique_ptr<Listener>> listen(Endpoint at,
                                                           ListenOptions options) override;
    awaitable<Result<std::unique_ptr<Stream>>> connect(Endpoint to, StreamOptions options,
                                                       Time deadline) override;

private:
    /// A connection to whoever listens there, or nullptr if it listens but is full.
    [[nodiscard]] Result<std::unique_ptr<Stream>> knock(const SimulatedMachine& there, Endpoint to,
                                                        const StreamOptions& options);

    NetworkModel& model_;
    SimulatedMachine& machine_;
    Shard& shard_;
};

}  // namespace barnabas::runtime
