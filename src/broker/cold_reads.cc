#include "broker/cold_reads.h"

#include "base/invariant.h"

#include <utility>

namespace barnabas::broker {

awaitable<void> ColdReads::bring_in(std::vector<log::ColdPart> parts) {
    while (running_ >= at_once_max) {
        co_await changed_.wait_until(never);
    }
    ++running_;
    for (const auto& part : parts) {
        ++reads_;
        bytes_ += part.size;
    }
    auto read = [parts = std::move(parts)] {
        for (const auto& part : parts) {
            ignore(part.bring_in(), "the next try says what is wrong");
        }
    };
    co_await runtime::run_blocking(shard_, std::move(read));
    INVARIANT(running_ > 0, "a read ended that was not counted");
    --running_;
    changed_.notify_all();
}

}  // namespace barnabas::broker
