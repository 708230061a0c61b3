#include "base/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace barnabas {

void invariant_failed(const char* file, int line, const char* condition,
                      const std::string& sentence) noexcept {
    std::fprintf(stderr, "%s:%d: invariant broken: %s: %s\n", file, line, condition,
                 sentence.c_str());
    std::abort();
}

}  // namespace barnabas
