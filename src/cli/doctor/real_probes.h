#pragma once

#include "cli/doctor/probes.h"
#include <barnabas/client_config.h>

#include <memory>

namespace barnabas::cli {

struct ProbeOptions {
    ClientConfig config{};      ///< of the admin client
    Duration connect_time{3s};  ///< for connecting, and again for the first answer
    Duration answer_time{10s};  ///< for each question to the cluster
};

/// The network, the resolver and the cluster as they are. Has threads of its own. Where no client
/// can be made of the configuration, each question to the cluster is answered with why.
[[nodiscard]] std::unique_ptr<Probes> real_probes(ProbeOptions options);

}  // namespace barnabas::cli
