#include "broker/producer_ids.h"

#include "broker/await_answer.h"

#include <utility>

namespace barnabas::broker {

boost::asio::awaitable<Result<ProducerId>> ProducerIds::next() {
    while (taking_) {
        co_await taken_.wait_until(never);
    }
    if (next_ > last_) {
        taking_ = true;
        auto start = [this](auto done) {
            metadata::allocate_producer_ids(store_, node_, std::move(done));
        };
        auto block =
            co_await await_answer<Result<metadata::ProducerIdBlock>>(home_, std::move(start));
        taking_ = false;
        taken_.notify_all();
        if (!block) {
            co_return fail(std::move(block));
        }
        next_ = block->first;
        last_ = block->last;
    }
    const ProducerId id = next_;
    ++next_;
    co_return id;
}

}  // namespace barnabas::broker
