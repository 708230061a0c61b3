// rdkafka_bench: one measurement through librdkafka, one line of JSON. See bench/README.md.
#include "clients/modes.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

int main(int argc, char** argv) {
    using namespace rdkafka_bench;
    const auto options = parse_options(argc, argv);
    const std::map<std::string, std::string (*)(const Options&)> modes = {
        {"create", create_topic}, {"delete", delete_topic}, {"produce", produce},
        {"consume", consume},     {"rate", rate},           {"roundtrip", roundtrip}};
    const auto mode = modes.find(options.mode);
    if (mode == modes.end()) {
        give_up("unknown mode " + options.mode);
    }
    std::printf("%s\n", mode->second(options).c_str());
    std::fflush(stdout);
    std::_Exit(0);
}
