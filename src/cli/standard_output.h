#pragma once

#include "log/dump/dump_text.h"

#include <cstdio>
#include <string_view>

namespace barnabas::cli {

/// Lines on standard output and standard error, each in the order they came.
class StandardOutput final : public log::DumpOutput {
public:
    ~StandardOutput() override { std::fflush(stdout); }

    void line(std::string_view text) override { write(stdout, text); }
    void error_line(std::string_view text) override {
        std::fflush(stdout);
        write(stderr, text);
    }

private:
    static void write(std::FILE* to, std::string_view text) {
        std::fwrite(text.data(), 1, text.size(), to);
        std::fputc('\n', to);
    }
};

}  // namespace barnabas::cli
