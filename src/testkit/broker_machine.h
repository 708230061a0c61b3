#pragma once

#include "broker/broker.h"
#include "metadata/store.h"
#include "runtime/simulated/simulation.h"

#include <memory>
#include <optional>
#include <string>

namespace barnabas::testkit {

/// A machine with a whole broker on it, as in production but for the network, the disk and the
/// clock: it can lose its power at any moment and be started again.
class BrokerMachine {
public:
    static constexpr std::uint16_t port = 9092;

    /// `configs`: beyond those that a broker needs.
    BrokerMachine(runtime::Simulation& simulation, const ConfigMap& configs, std::size_t shards);
    BrokerMachine(const BrokerMachine&) = delete;
    BrokerMachine& operator=(const BrokerMachine&) = delete;
    ~BrokerMachine();

    /// Begins to start; clients are refused until it listens.
    void start();
    /// It listens.
    [[nodiscard]] bool serves() const { return serves_; }
    /// Why it does not start, or wants to end though its disk is well; or empty.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

    /// The power is going: after so many more changes nothing reaches the disk any more, and the
    /// broker sees its every operation fail. lose_power() is to follow.
    void brown_out(std::uint64_t changes);
    /// Of its disk so far, also those that a brown-out let fail.
    [[nodiscard]] std::uint64_t disk_changes() const { return machine_.disk().operations(); }
    /// The power fails; what was not synced is lost.
    void lose_power();
    /// The process ends at once (SIGKILL); the disk keeps everything.
    void kill();
    [[nodiscard]] bool is_up() const { return machine_.up(); }
    [[nodiscard]] const std::string& host() const { return machine_.name(); }

private:
    static boost::asio::awaitable<void> run(BrokerMachine* self);
    void has_trouble(std::string why);
    void bury();

    runtime::SimulatedMachine& machine_;
    broker::LoadedConfig config_;
    std::shared_ptr<metadata::Store> tree_;
    Logger log_;
    std::unique_ptr<broker::Broker> broker_;
    bool serves_ = false;
    bool browns_out_ = false;
    std::string trouble_;
};

}  // namespace barnabas::testkit
