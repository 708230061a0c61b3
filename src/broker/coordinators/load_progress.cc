#include "broker/coordinators/load_progress.h"

#include <fmt/format.h>

namespace barnabas::broker {

std::optional<std::string> LoadProgress::on_batch(std::size_t records, Offset next, Offset end,
                                                  Time now) {
    records_ += static_cast<std::int64_t>(records);
    if (now < due_) {
        return std::nullopt;
    }
    due_ = now + interval;
    return fmt::format("{} records in {} ms, up to offset {} of {}", records_, took_ms(now), next,
                       end);
}

std::int64_t LoadProgress::took_ms(Time now) const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now - began_).count();
}

}  // namespace barnabas::broker
