#include "broker/producer_ids.h"

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

std::shared_ptr<ProducerIds::Asked> ProducerIds::ask() {
    auto asked = std::make_shared<Asked>(home_);
    auto answer = [asked](Result<metadata::ProducerIdBlock> block) {
        asked->answer.emplace(std::move(block));
        asked->answered.notify_all();
    };
    metadata::allocate_producer_ids(store_, node_, next_, std::move(answer));
    return asked;
}

void ProducerIds::take_over(const metadata::ProducerIdBlock& block) {
    next_ = std::max(next_, block.first);  // pass() may have been called meanwhile
    last_ = block.last;
}

void ProducerIds::end_waits() {
    stopping_ = true;
    if (asked_) {
        asked_->answered.notify_all();
    }
}

boost::asio::awaitable<Result<ProducerId>> ProducerIds::next(Time until) {
    while (next_ > last_) {
        if (!asked_) {
            asked_ = ask();
        }
        const auto asked = asked_;
        bool waits = true;
        while (!asked->answer && !stopping_ && waits) {
            waits = co_await asked->answered.wait_until(until);
        }
        if (!asked->answer) {
            co_return fail(ErrorCode::coordinator_load_in_progress,
                           "the cluster's store has not given out producer ids in time");
        }
        const auto& block = *asked->answer;
        if (asked_ == asked) {
            asked_.reset();
            if (block) {
                take_over(*block);
            }
        }
        if (!block) {
            co_return fail(block.error().code, "{}", block.error().message);
        }
    }
    const ProducerId id = next_;
    ++next_;
    co_return id;
}

}  // namespace barnabas::broker
