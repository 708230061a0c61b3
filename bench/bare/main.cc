// bare_bench: the least that a broker has to do, and nothing else. What it costs here is what no
// broker can go below. One measurement, one line of JSON; see bench/README.md.
//   bare_bench produce FILE BYTES_OF_A_FRAME FRAMES FRAMES_A_SECOND_OR_0
//   bare_bench consume FILE BYTES [CONGESTION_CONTROL]
#include "bare/modes.h"

#include <cstdio>
#include <string_view>

int main(int argc, char** argv) {
    const std::string_view mode = argc > 1 ? argv[1] : "";
    bare::Figures figures;
    if (mode == "produce" && argc == 6) {
        figures = bare::produce({.file = argv[2],
                                 .frame = std::stoul(argv[3]),
                                 .count = std::stol(argv[4]),
                                 .rate = std::stol(argv[5])});
    } else if (mode == "consume" && (argc == 4 || argc == 5)) {
        figures = bare::consume({.file = argv[2],
                                 .bytes = std::stol(argv[3]),
                                 .congestion_control = argc == 5 ? argv[4] : ""});
    } else {
        std::fprintf(stderr,
                     "bare_bench produce FILE BYTES_OF_A_FRAME FRAMES FRAMES_A_SECOND_OR_0\n"
                     "bare_bench consume FILE BYTES [CONGESTION_CONTROL]\n");
        return 1;
    }
    std::printf(R"({"cpu_s":%.6f,"seconds":%.6f})"
                "\n",
                figures.cpu_s, figures.seconds);
    return 0;
}
