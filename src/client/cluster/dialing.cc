#include "client/cluster/dialing.h"

#include <utility>

namespace barnabas::client {

namespace {

using runtime::awaitable;

awaitable<void> run(runtime::Shard& shard, runtime::Endpoint to, runtime::StreamOptions options,
                    Time deadline, std::shared_ptr<Dialing> into) {
    auto stream = co_await shard.network().connect(std::move(to), options, deadline);
    if (into->abandoned) {
        if (stream) {
            (*stream)->close();
        }
        co_return;
    }
    into->stream.emplace(std::move(stream));
    into->changed.notify_all();
}

}  // namespace

void dial(runtime::Shard& shard, runtime::Endpoint to, runtime::StreamOptions options,
          Time deadline, std::shared_ptr<Dialing> into) {
    runtime::spawn(shard, run(shard, std::move(to), options, deadline, std::move(into)));
}

}  // namespace barnabas::client
