#pragma once

#include <barnabas/types.h>

#include <vector>

namespace barnabas {

class Consumer;

/// Hears what a group gives to its member and takes from it. Called inside the consumer's poll()
/// (revoked and lost also inside unsubscribe() and close()), on the thread that calls it, so it
/// needs no locks and may use the consumer: commit, seek, pause. With poll_async() that thread is
/// the event loop's, where nothing may block: only what does not wait is open then. A member that
/// stays in a callback for longer than max.poll.interval.ms is out of its group.
class RebalanceListener {
public:
    virtual ~RebalanceListener() = default;

    /// These came on top of what the consumer had; before anything is read from them. Called with
    /// none, too, when a rebalance of the classic protocol is over.
    virtual void on_partitions_assigned(Consumer& consumer,
                                        const std::vector<TopicPartition>& partitions) = 0;
    /// These will be somebody else's when this returns; what was read of them can be committed.
    virtual void on_partitions_revoked(Consumer& consumer,
                                       const std::vector<TopicPartition>& partitions) = 0;
    /// These are somebody else's already: the member was thrown out of its group. What was read of
    /// them cannot be committed any more. As the above, unless overridden.
    virtual void on_partitions_lost(Consumer& consumer,
                                    const std::vector<TopicPartition>& partitions) {
        on_partitions_revoked(consumer, partitions);
    }
};

}  // namespace barnabas
