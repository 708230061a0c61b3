// coordination_bench: load for the coordinators of groups and transactions; one measurement, one
// line of JSON. See bench/README.md.
#include "coordination/loop.h"
#include "coordination/modes.h"
#include "coordination/options.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

int main(int argc, char** argv) {
    using namespace coordination_bench;
    const auto options = parse_options(argc, argv);
    const std::map<std::string, Task<std::string> (*)(Loop&, const Options&)> modes = {
        {"groups", groups}, {"rebalance", rebalance}, {"transactions", transactions}};
    const auto mode = modes.find(options.mode);
    if (mode == modes.end()) {
        give_up("unknown mode " + options.mode);
    }
    Loop loop{double(options.timeout_s)};
    std::printf("%s\n", loop.run(mode->second(loop, options)).c_str());
    std::fflush(stdout);
    std::_Exit(0);
}
