#pragma once

#include "coordination/loop.h"

#include <string>
#include <vector>

namespace coordination_bench {

/// Times of single things, in seconds, as the figures that bench/README.md names:
/// "mean_ms":...,"p50_ms":...,"p99_ms":...,"max_ms":... (without braces). Not empty.
std::string times_json(std::vector<double> seconds);

/// How much of a core this program's thread used, from its construction on.
class ClientThread {
public:
    [[nodiscard]] double share() const { return (cpu_seconds() - cpu_) / (now() - start_); }

private:
    double start_ = now();
    double cpu_ = cpu_seconds();
};

}  // namespace coordination_bench
