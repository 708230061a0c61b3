#pragma once

#include <barnabas/consumer_records.h>
#include <barnabas/offsets.h>

namespace barnabas {

/// Sees what the consumers that it is given to hand out and commit (Kafka's ConsumerInterceptor).
/// Given as an object, in ConsumerOptions: `interceptor.classes` names Java classes and is refused.
/// Shared by any number of consumers, each with a thread of its own: it guards its own state. It
/// throws nothing, and calls no consumer.
class ConsumerInterceptor {
public:
    virtual ~ConsumerInterceptor() = default;

    /// Inside poll(), on its thread (with poll_async(): the event loop's, which must not be
    /// blocked), before records are returned; never with none. What it returns is what the next
    /// interceptor sees, and in the end the caller: ConsumerRecords::keep_if() leaves some out.
    /// Positions, and what is committed without naming offsets, go beyond all of them all the same.
    [[nodiscard]] virtual ConsumerRecords on_consume(ConsumerRecords records) { return records; }

    /// Offsets that the group's coordinator has taken, in one request, whoever asked for it
    /// (commit_sync(), commit_async(), enable.auto.commit). On the event loop's thread, just before
    /// the commit's caller hears of it: short, and without blocking.
    virtual void on_commit(const OffsetMap& /*offsets*/) {}
};

}  // namespace barnabas
