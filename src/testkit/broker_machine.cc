#include "testkit/broker_machine.h"

#include "base/invariant.h"
#include "broker/config/definitions.h"
#include "metadata/embedded_store.h"
#include "runtime/tasks.h"
#include "testkit/kept_store.h"
#include "testkit/story.h"

#include <cstdlib>
#include <utility>

namespace barnabas::testkit {
namespace {

/// The broker's own log, in the simulation's trace.
class TraceSink final : public LogSink {
public:
    TraceSink(runtime::Simulation& simulation, std::string machine)
        : simulation_(simulation), machine_(std::move(machine)) {}

    void write(LogLevel /*level*/, std::string_view component, std::string_view text) override {
        tell(simulation_, machine_, fmt::format("[{}] {}", component, text));
    }

private:
    runtime::Simulation& simulation_;
    const std::string machine_;
};

broker::LoadedConfig load(const ConfigMap& configs) {
    ConfigMap set{{"listeners", fmt::format("PLAINTEXT://broker:{}", BrokerMachine::port)},
                  {"log.dirs", "/data"},
                  {"metrics.listeners", ""}};
    for (const auto& [name, value] : configs) {
        set.insert_or_assign(name, value);
    }
    auto loaded = broker::load_broker_config(broker::broker_definition(), set, {});
    INVARIANT(loaded, "{}", loaded.error().message);
    return std::move(*loaded);
}

}  // namespace

BrokerMachine::BrokerMachine(runtime::Simulation& simulation, const ConfigMap& configs,
                             std::size_t shards)
    : machine_(simulation.add_machine("broker", shards)),
      config_(load(configs)),
      tree_(metadata::make_memory_store()),
      log_(std::make_shared<TraceSink>(simulation, "broker"), "broker") {}

BrokerMachine::~BrokerMachine() {
    if (machine_.up()) {
        machine_.kill();
    }
    bury();
}

void BrokerMachine::start() {
    if (!machine_.up()) {
        machine_.restart();
    }
    std::vector<runtime::Shard*> shards;
    for (std::size_t i = 0; i < machine_.size(); ++i) {
        shards.push_back(&machine_.shard(i));
    }
    auto open_store = [tree = tree_]() -> std::unique_ptr<metadata::Store> {
        return std::make_unique<KeptStore>(tree);
    };
    broker_ = std::make_unique<broker::Broker>(
        broker::Broker::Ports{.shards = std::move(shards),
                              .disk = machine_.disk(),
                              .log = log_,
                              .host_name = machine_.name(),
                              .on_end = [this](std::string why) { has_trouble(std::move(why)); },
                              .open_store = std::move(open_store)},
        broker::Broker::Options{.config = config_.config, .statics = config_.statics});
    auto& home = machine_.shard(0);
    home.post([this, &home] { runtime::spawn(home, run(this)); });
}

boost::asio::awaitable<void> BrokerMachine::run(BrokerMachine* self) {
    const auto started = co_await self->broker_->start();
    if (started) {
        self->serves_ = true;
    } else {
        self->has_trouble(fmt::format("the broker does not start: {}", started.error().message));
    }
}

void BrokerMachine::has_trouble(std::string why) {
    if (!browns_out_) {
        trouble_ = std::move(why);
    }
}

void BrokerMachine::brown_out(std::uint64_t changes) {
    browns_out_ = true;
    machine_.disk().stop_at(machine_.disk().operations() + changes);
}

void BrokerMachine::lose_power() {
    machine_.crash();
    browns_out_ = false;
    bury();
}

void BrokerMachine::kill() {
    machine_.kill();
    bury();
}

void BrokerMachine::bury() {
    broker_.reset();
    serves_ = false;
}

}  // namespace barnabas::testkit
