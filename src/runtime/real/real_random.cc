#include "runtime/real/real_random.h"

#include "base/invariant.h"

#include <sys/random.h>

namespace barnabas::runtime {

std::uint64_t RealRandom::next() {
    if (used_ == drawn_.size()) {
        // Up to 256 bytes come whole and without a signal's interruption (getrandom(2)).
        static_assert(sizeof drawn_ <= 256);
        const ssize_t got = ::getrandom(drawn_.data(), sizeof drawn_, 0);
        INVARIANT(got == static_cast<ssize_t>(sizeof drawn_), "getrandom gave {} bytes", got);
        used_ = 0;
    }
    return drawn_[used_++];
}

}  // namespace barnabas::runtime
