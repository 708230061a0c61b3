#pragma once

#include "log/cold_part.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace barnabas::broker {

using boost::asio::awaitable;

/// Brings parts of files into memory on the blocking pool, for the fetches of one shard: a few at
/// once, so that readers of old data leave threads to everybody else; the others wait in line.
/// Lives on its shard, longer than what waits here.
/// Always: running() <= at_once_max.
class ColdReads {
public:
    static constexpr std::size_t at_once_max = 4;

    explicit ColdReads(runtime::Shard& shard) : shard_(shard), changed_(shard) {}

    /// Returns when the parts were read as far as they can be: whoever tries again learns of
    /// what cannot.
    awaitable<void> bring_in(std::vector<log::ColdPart> parts);

    [[nodiscard]] std::size_t running() const { return running_; }
    [[nodiscard]] std::uint64_t reads() const { return reads_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    runtime::Shard& shard_;
    runtime::Signal changed_;
    std::size_t running_ = 0;
    std::uint64_t reads_ = 0;  // since the start, as `bytes_`
    std::uint64_t bytes_ = 0;
};

}  // namespace barnabas::broker
