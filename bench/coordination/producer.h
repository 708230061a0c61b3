#pragma once

#include "base/types.h"
#include "clients/payload.h"
#include "coordination/cluster.h"
#include "coordination/connection.h"
#include "coordination/loop.h"
#include "coordination/options.h"
#include "wire/records/batch_builder.h"

#include <cstdint>
#include <string>
#include <vector>

namespace coordination_bench {

/// A producer with a transactional id, which writes one batch into one partition in each
/// transaction. With a connection to its coordinator and one to the partition's leader, as clients
/// have. Lives as long as the loop.
class Producer {
public:
    struct Place {
        std::string transactional_id;
        std::int32_t partition = 0;
        Address coordinator;
        Address leader;
    };

    Producer(Loop& loop, Place place, const Options& options);
    Producer(const Producer&) = delete;
    Producer& operator=(const Producer&) = delete;

    /// InitProducerId: it has an id and an epoch afterwards.
    Task<> begin();
    /// One transaction with these payloads, from its first request to the answer to its last.
    Task<> transaction(std::vector<std::int64_t> counters, bool committed);

    /// How often it was told that the transaction before is still being ended, and tried again.
    [[nodiscard]] std::int64_t retries() const { return retries_; }

private:
    Task<> add_partition();
    Task<> produce(std::vector<std::int64_t> counters);
    Task<> end(bool committed);
    barnabas::ByteView batch(const std::vector<std::int64_t>& counters);
    Task<bool> retry(barnabas::ErrorCode code, const char* what);

    Loop& loop_;
    Place place_;
    const Options& options_;
    Connection coordinator_;
    Connection leader_;
    rdkafka_bench::OwnPayload payloads_;
    barnabas::wire::BatchBuilder builder_;
    barnabas::ByteBuffer batch_;
    barnabas::ProducerId id_ = barnabas::no_producer;
    barnabas::ProducerEpoch epoch_ = barnabas::no_producer_epoch;
    std::int32_t sequence_ = 0;
    std::int64_t retries_ = 0;
};

}  // namespace coordination_bench
