#pragma once

#include "base/result.h"
#include "base/time.h"
#include "runtime/network.h"
#include <barnabas/admin/cluster.h>
#include <barnabas/admin/log_dirs.h>
#include <barnabas/admin/options.h>
#include <barnabas/admin/topics.h>
#include <barnabas/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::cli {

/// One address of a name.
struct HostAddress {
    std::string text{};  ///< "127.0.0.1", "::1"
    bool is_ipv6 = false;
    bool is_loopback = false;

    friend bool operator==(const HostAddress&, const HostAddress&) = default;
};

/// What came of speaking to an address.
struct Contact {
    /// How long connecting took, or why it failed.
    Result<Duration> connected;
    /// What came back, as much as answer_size() says (greetings.h); empty: nothing did.
    std::string answer{};
    /// The other end closed the connection, instead of letting the time pass.
    bool closed = false;
};

/// What somebody's clock said, and when by ours.
struct ClockSample {
    Timestamp theirs;
    Timestamp before;  ///< ours, before it was asked for
    Timestamp after;   ///< ours, when the answer was there
};

using BrokerLogDirs = admin::Outcomes<BrokerId, std::map<std::string, admin::LogDirDescription>>;

/// All that `doctor` knows of the world. Every call blocks, and ends within a time.
class Probes {
public:
    virtual ~Probes() = default;

    /// In the order in which the system prefers them.
    virtual Result<std::vector<HostAddress>> resolve(const std::string& host) = 0;
    /// Connects to an address (no name), sends `bytes` and waits for what comes back.
    virtual Contact speak(const runtime::Endpoint& address, std::string_view bytes) = 0;

    virtual Result<admin::ClusterDescription> cluster() = 0;
    virtual Result<admin::Outcomes<BrokerId, admin::BrokerApiVersions>> versions() = 0;
    virtual Result<admin::Outcomes<std::string, admin::TopicDescription>> topics() = 0;
    virtual Result<BrokerLogDirs> log_dirs() = 0;
    /// The newest record of these topics whose time a broker's clock has set; nothing: there is
    /// none.
    virtual Result<std::optional<ClockSample>> newest_stamp(
        const std::vector<TopicPartition>& partitions) = 0;
    /// Makes a topic, writes a record to it whose time its leader's clock sets, and deletes it.
    virtual Result<ClockSample> write_record() = 0;
    virtual std::uint64_t open_files_max() = 0;
};

}  // namespace barnabas::cli
