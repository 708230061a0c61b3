#pragma once

#include "base/result.h"
#include "base/types.h"
#include "metadata/cluster_state.h"
#include "metadata/store.h"
#include "runtime/tasks.h"

#include <boost/asio/awaitable.hpp>

namespace barnabas::broker {

/// Gives out producer ids, each once in the life of the cluster, from blocks that it takes from the
/// store. Lives on shard 0.
class ProducerIds {
public:
    ProducerIds(runtime::Shard& home, metadata::Store& store, BrokerId node)
        : home_(home), store_(store), node_(node), taken_(home) {}

    boost::asio::awaitable<Result<ProducerId>> next();

private:
    runtime::Shard& home_;
    metadata::Store& store_;
    BrokerId node_;
    runtime::Signal taken_;
    bool taking_ = false;
    ProducerId next_{0};
    ProducerId last_{-1};  // next_ > last_: the block is used up
};

}  // namespace barnabas::broker
