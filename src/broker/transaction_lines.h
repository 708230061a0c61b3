#pragma once

#include "base/time.h"
#include "base/types.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace barnabas::broker {

/// Keeps the Produce requests of a transaction in their order while one of them asks the
/// coordinator (KIP-890): the next request of a connection begins as soon as one waits, and without
/// this would be appended before it. Lives on the connections' shard, as long as they do.
/// Always: a producer has a line only while one of its requests is between take() and its end.
class TransactionLines {
public:
    explicit TransactionLines(runtime::Shard& shard) : shard_(shard) {}

    class Turn;
    /// Returns when the producer's requests that came before are done, or at `until`: then the turn
    /// is none. The first in line does not wait.
    boost::asio::awaitable<Turn> take(ProducerId producer, Time until);
    [[nodiscard]] bool has(ProducerId producer) const { return lines_.contains(producer); }

private:
    struct Line {
        explicit Line(runtime::Shard& shard) : moved(shard) {}
        runtime::Signal moved;
        std::uint64_t first = 0;             // whose turn it is
        std::uint64_t next = 0;              // what the next one in line gets
        std::set<std::uint64_t> given_up{};  // places of those who wait no more
    };

    void leave(ProducerId producer, std::uint64_t place);

    runtime::Shard& shard_;
    std::map<ProducerId, std::shared_ptr<Line>> lines_;
};

/// Ends when it is destroyed.
class TransactionLines::Turn {
public:
    Turn() = default;
    Turn(TransactionLines& lines, ProducerId producer, std::uint64_t place)
        : lines_(&lines), producer_(producer), place_(place) {}
    Turn(Turn&& other) noexcept
        : lines_(std::exchange(other.lines_, nullptr)),
          producer_(other.producer_),
          place_(other.place_) {}
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { end(); }

    [[nodiscard]] bool is_ours() const { return lines_ != nullptr; }
    void end() {
        if (auto* lines = std::exchange(lines_, nullptr)) {
            lines->leave(producer_, place_);
        }
    }

private:
    TransactionLines* lines_ = nullptr;
    ProducerId producer_;
    std::uint64_t place_ = 0;
};

}  // namespace barnabas::broker
