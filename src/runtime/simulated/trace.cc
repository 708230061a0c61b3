#include "runtime/simulated/trace.h"

namespace barnabas::runtime {

namespace {
constexpr std::uint64_t fnv_prime = 0x100000001b3ULL;
}  // namespace

void Trace::add(Time when, std::string_view machine, std::string_view what) {
    ++size_;
    mix(static_cast<std::uint64_t>(when.time_since_epoch().count()));
    mix(machine);
    mix(what);
    if (keep_) {
        events_.push_back({when, std::string(machine), std::string(what)});
    }
}

void Trace::mix(std::uint64_t value) {
    hash_ = (hash_ ^ value) * fnv_prime;
    hash_ ^= hash_ >> 29;  // the multiplication alone never moves high bits down
}

void Trace::mix(std::string_view text) {
    for (const char c : text) {
        hash_ = (hash_ ^ static_cast<unsigned char>(c)) * fnv_prime;
    }
    mix(text.size());
}

}  // namespace barnabas::runtime
