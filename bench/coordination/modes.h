#pragma once

#include "coordination/loop.h"
#include "coordination/options.h"

#include <string>

namespace coordination_bench {

/// Each mode does its work once, proves it, gives up if anything was not as it should be, and ends
/// with its figures as one JSON object. `loop` and `options` outlive it.

/// --groups of --members each join; when all are settled they commit one offset after the other,
/// each with one request in flight, for --seconds. What was committed is fetched back and compared.
/// Steps: connected, settled, counting, counted.
Task<std::string> groups(Loop& loop, const Options& options);

/// One group of --members. One of them leaves, --rounds times; the figures are the times until all
/// others have their new assignments. Then it comes again.
Task<std::string> rebalance(Loop& loop, const Options& options);

/// --producers with transactional ids of their own commit transactions of --records each for
/// --seconds, every producer on its own partition, one transaction after the other. Before that
/// each aborts one, which a reader must not see. The payloads are rdkafka_bench's, dealt to the
/// partitions in turn. Steps: ready, done.
Task<std::string> transactions(Loop& loop, const Options& options);

}  // namespace coordination_bench
