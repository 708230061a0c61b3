#include "broker/transaction_lines.h"

#include "base/invariant.h"

namespace barnabas::broker {

boost::asio::awaitable<TransactionLines::Turn> TransactionLines::take(ProducerId producer,
                                                                      Time until) {
    auto& slot = lines_[producer];
    if (!slot) {
        slot = std::make_shared<Line>(shard_);
    }
    const auto line = slot;
    const auto place = line->next++;
    while (line->first != place) {
        if (!co_await line->moved.wait_until(until) && line->first != place) {
            line->given_up.emplace(place);
            co_return Turn();
        }
    }
    co_return Turn(*this, producer, place);
}

void TransactionLines::leave(ProducerId producer, std::uint64_t place) {
    const auto found = lines_.find(producer);
    INVARIANT(found != lines_.end() && found->second->first == place,
              "producer {} leaves place {} of its line", producer, place);
    auto& line = *found->second;
    do {
        ++line.first;
    } while (line.given_up.erase(line.first) > 0);
    if (line.first == line.next) {
        lines_.erase(found);
    } else {
        line.moved.notify_all();
    }
}

}  // namespace barnabas::broker
