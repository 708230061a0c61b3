#pragma once

#include "base/result.h"
#include "wire/messages/metadata.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace simulated_cluster {

/// The brokers that clients are to see: number i (from 1) listens on ports[i - 1] of `host`.
struct Nodes {
    std::string host;
    std::vector<std::uint16_t> ports;
};

/// Puts the nodes in the place of the one broker that answered: partition p is led by node
/// 1 + p % N, which is its only replica. Partitions without a leader stay without.
void show(const Nodes& nodes, barnabas::wire::MetadataResponse& metadata);

/// What one client's connection carries, frame by frame (each without its size). Everything goes
/// through as it is, but for two things: answers to Metadata name the nodes, and ApiVersions asks
/// for no certain node (KIP-1242), as there is only one broker to answer. Coordinators are not
/// among the nodes: FindCoordinator tells the broker's own address, past them.
class Conversation {
public:
    /// `nodes` outlives it.
    explicit Conversation(const Nodes& nodes) : nodes_(nodes) {}

    /// What is passed on in the place of a request, and of an answer.
    [[nodiscard]] barnabas::Result<std::string> on_request(std::string frame);
    [[nodiscard]] barnabas::Result<std::string> on_answer(std::string frame);

private:
    [[nodiscard]] barnabas::Result<std::string> with_nodes(const std::string& frame,
                                                           std::int16_t version) const;

    const Nodes& nodes_;
    std::map<std::int32_t, std::int16_t> metadata_;  // versions that were asked, by correlation id
};

}  // namespace simulated_cluster
