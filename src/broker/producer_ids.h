#pragma once

#include "base/result.h"
#include "base/types.h"
#include "metadata/cluster_state.h"
#include "metadata/store.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>

namespace barnabas::broker {

/// Gives out producer ids, each once in the life of the cluster, from blocks that it takes from the
/// store. Lives on shard 0.
///
/// A log may hold ids that the store knows nothing of: Kafka's brokers gave them out before us, or
/// between two of our runs. Given out again, such an id's first batches would be taken for those
/// that its former owner wrote, acknowledged, and not be there.
class ProducerIds {
public:
    ProducerIds(runtime::Shard& home, metadata::Store& store, BrokerId node)
        : home_(home), store_(store), node_(node) {}

    /// coordinator_load_in_progress, as Kafka's brokers say it, if the store has given out no block
    /// by `until`, or the broker stops; what it gives out later is used then. Else the store's
    /// errors.
    boost::asio::awaitable<Result<ProducerId>> next(Time until);
    /// Nobody waits for the store any more, from now on.
    void end_waits();

    /// `used` is in a log: what is given out lies behind it, and behind the others of its block,
    /// which may be in use too.
    void pass(ProducerId used);

private:
    /// A block that the store was asked for. The store's answer may outlive the asker.
    struct Asked {
        explicit Asked(runtime::Shard& home) : answered(home) {}
        runtime::Signal answered;
        std::optional<Result<metadata::ProducerIdBlock>> answer;
    };
    [[nodiscard]] std::shared_ptr<Asked> ask();
    void take_over(const metadata::ProducerIdBlock& block);

    runtime::Shard& home_;
    metadata::Store& store_;
    BrokerId node_;
    std::shared_ptr<Asked> asked_;  // nothing: all answers were taken over
    bool stopping_ = false;
    ProducerId next_{0};
    ProducerId last_{-1};  // next_ > last_: the block is used up, the next one begins at next_
};

}  // namespace barnabas::broker
