#include "test_broker/broker_settings.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::test_broker {
namespace {

/// A first rebalance waits for nobody, and internal topics are made in no time: what a test on one
/// machine wants, as Kafka's own test clusters have it.
const ConfigMap& test_defaults() {
    static const ConfigMap defaults{
        {"listeners", "PLAINTEXT://127.0.0.1:0"},
        {"metrics.listeners", ""},
        {"shards", "1"},
        {"flush.before.ack", "never"},
        {"group.initial.rebalance.delay.ms", "0"},
        {"offsets.topic.num.partitions", "1"},
        {"transaction.state.log.num.partitions", "1"},
        {"share.coordinator.state.topic.num.partitions", "1"},
    };
    return defaults;
}

std::string listeners_text(std::span<const broker::ListenerConfig> listeners) {
    std::string text;
    for (const auto& listener : listeners) {
        text += fmt::format("{}{}://{}", text.empty() ? "" : ",", listener.name,
                            host_and_port(listener.at.host, listener.at.port));
    }
    return text;
}

}  // namespace

std::string host_and_port(const std::string& host, std::uint16_t port) {
    return host.contains(':') ? fmt::format("[{}]:{}", host, port)
                              : fmt::format("{}:{}", host, port);
}

Result<ConfigMap> broker_settings(const ConfigMap& asked, const runtime::Path& directory,
                                  std::span<const broker::ListenerConfig> bound) {
    for (const std::string_view name : {"log.dirs", "log.dir"}) {
        if (const auto found = asked.find(name); found != asked.end()) {
            return fail(ErrorCode::invalid_config,
                        "{}={}: where a test broker keeps its data is said by "
                        "TestBrokerOptions::directory",
                        name, found->second);
        }
    }
    ConfigMap set = test_defaults();
    for (const auto& [name, value] : asked) {
        set.insert_or_assign(name, value);
    }
    set.insert_or_assign("log.dirs", directory.string());
    if (!bound.empty()) {
        set.insert_or_assign("listeners", listeners_text(bound));
    }
    return set;
}

std::vector<broker::ListenerConfig> with_ports(std::vector<broker::ListenerConfig> listeners,
                                               std::span<const runtime::Endpoint> bound) {
    INVARIANT(listeners.size() == bound.size(), "{} listeners, {} are bound", listeners.size(),
              bound.size());
    for (std::size_t i = 0; i < listeners.size(); ++i) {
        listeners[i].at.port = bound[i].port;
    }
    return listeners;
}

}  // namespace barnabas::test_broker
