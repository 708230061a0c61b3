#pragma once

#include "cli/doctor/finding.h"
#include "cli/doctor/greetings.h"
#include "cli/doctor/probes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

// What `doctor` makes of what it has seen. Nothing here asks anybody: the same facts give the same
// findings.

/// An address as --bootstrap-server has it.
[[nodiscard]] Finding judge_address(std::string_view text, const Result<runtime::Endpoint>& parsed);

[[nodiscard]] Finding judge_name(const std::string& host,
                                 const Result<std::vector<HostAddress>>& addresses);

/// What came of connecting to one address and greeting it as a Kafka client does, and where that
/// got no answer of Kafka's, as a TLS client does.
struct Greeting {
    std::string where{};  ///< "localhost:9092 (127.0.0.1)"
    Contact kafka;
    std::optional<Contact> tls{};
};
[[nodiscard]] Findings judge_greeting(const Greeting& greeting);
/// Whether a broker answered, which serves clients.
[[nodiscard]] bool is_kafkas(const Greeting& greeting);

/// The addresses of one name, in the system's order: clients try the first one first.
[[nodiscard]] Findings judge_order(const std::string& host, const std::vector<Greeting>& greetings);

/// Where a broker answers and tells of no brokers.
[[nodiscard]] Finding judge_silence_on_brokers(const Result<std::vector<admin::Node>>& brokers);

/// An address that a broker tells its clients, and what came of looking it up and going there.
struct Advertised {
    admin::Node node{};
    Result<std::vector<HostAddress>> addresses;
    std::vector<Greeting> greetings{};
};
/// `bootstrap`: the addresses that were typed. `bootstrap_is_local`: all of them are this
/// machine's.
[[nodiscard]] Finding judge_advertised(const Advertised& advertised,
                                       const std::vector<runtime::Endpoint>& bootstrap,
                                       bool bootstrap_is_local);

[[nodiscard]] Findings judge_cluster(const Result<admin::ClusterDescription>& cluster);

[[nodiscard]] Findings judge_versions(
    const Result<admin::Outcomes<BrokerId, admin::BrokerApiVersions>>& versions);

[[nodiscard]] Findings judge_topics(
    const Result<admin::Outcomes<std::string, admin::TopicDescription>>& topics);

[[nodiscard]] Findings judge_log_dirs(const Result<BrokerLogDirs>& brokers);

/// `written`: the sample is of a record that was written for it, and tells both ways; else it is
/// the newest that was found, and only a clock that is ahead shows.
[[nodiscard]] Finding judge_clock(const Result<std::optional<ClockSample>>& sample, bool written);

[[nodiscard]] Finding judge_open_files(std::uint64_t open_files_max, std::size_t brokers);

}  // namespace barnabas::cli
