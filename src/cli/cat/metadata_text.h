#pragma once

#include <barnabas/admin/cluster.h>
#include <barnabas/admin/topics.h>
#include <barnabas/result.h>

#include <map>
#include <string>

namespace barnabas::cli {

/// What -L tells.
struct ClusterListing {
    std::string topic{};  ///< the one that was asked for; empty: all
    admin::ClusterDescription cluster{};
    std::string bootstrap{};  ///< the first address that was asked
    std::map<std::string, Result<admin::TopicDescription>> topics{};
};

/// As kcat prints it. Which broker answered is the one at the bootstrap address, else nobody knows.
[[nodiscard]] std::string listing_text(const ClusterListing& listing);
/// As kcat -L -J.
[[nodiscard]] std::string listing_json(const ClusterListing& listing);

/// How librdkafka words the errors that a topic in the metadata may have.
[[nodiscard]] std::string broker_error_text(ErrorCode code);

}  // namespace barnabas::cli
