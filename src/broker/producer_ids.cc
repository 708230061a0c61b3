#include "broker/producer_ids.h"

#include "broker/await_answer.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace barnabas::broker {
namespace {

constexpr std::int64_t ids_in_a_block = 1000;  // Kafka's ProducerIdsBlock, aligned
/// No broker ever gave out a larger one. A client may write what it likes, and must not use up all
/// that there are.
constexpr ProducerId largest_believed{std::numeric_limits<std::int64_t>::max() / 2};

}  // namespace

void ProducerIds::pass(ProducerId used) {
    if (used >= next_ && used <= largest_believed) {
        next_ = ProducerId{(used.get() / ids_in_a_block + 1) * ids_in_a_block};
    }
}

boost::asio::awaitable<Result<ProducerId>> ProducerIds::next() {
    while (taking_) {
        co_await taken_.wait_until(never);
    }
    while (next_ > last_) {
        taking_ = true;
        auto start = [this](auto done) {
            metadata::allocate_producer_ids(store_, node_, next_, std::move(done));
        };
        auto block =
            co_await await_answer<Result<metadata::ProducerIdBlock>>(home_, std::move(start));
        taking_ = false;
        taken_.notify_all();
        if (!block) {
            co_return fail(std::move(block));
        }
        next_ = std::max(next_, block->first);  // pass() may have been called meanwhile
        last_ = block->last;
    }
    const ProducerId id = next_;
    ++next_;
    co_return id;
}

}  // namespace barnabas::broker
