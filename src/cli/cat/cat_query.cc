// -L and -Q: what the cluster has.
#include "base/json_text.h"
#include "cli/cat/cat_modes.h"
#include "cli/cat/metadata_text.h"
#include "cli/common/admin_session.h"
#include "cli/common/quiet_clients.h"
#include <barnabas/admin.h>

#include <algorithm>
#include <set>
#include <utility>

namespace barnabas::cli {
namespace {

using TopicOutcomes = admin::Outcomes<std::string, admin::TopicDescription>;

/// The one that -t names, or all.
Result<TopicOutcomes> listed_topics(Admin& client, const CatOptions& options, Duration timeout) {
    std::set<std::string> names(options.topics.begin(), options.topics.end());
    if (names.empty()) {
        TRY_ASSIGN(const auto all,
                   client.list_topics({.timeout = timeout, .list_internal = true}).get());
        for (const auto& [name, listing] : all) {
            names.insert(name);
        }
    }
    return client.describe_topics(std::move(names), {.timeout = timeout}).get();
}

/// {"t":{"topic":"t","0":{"partition":0,"offset":5}}}, as kcat -Q -J.
std::string offsets_json(const std::map<TopicPartition, Offset>& offsets) {
    JsonLine all;
    for (auto at = offsets.begin(); at != offsets.end();) {
        const auto& topic = at->first.topic;
        JsonLine one;
        one.add("topic", topic);
        for (; at != offsets.end() && at->first.topic == topic; ++at) {
            one.add_json(fmt::format("{}", at->first.partition),
                         JsonLine()
                             .add("partition", at->first.partition.get())
                             .add("offset", at->second.get())
                             .text());
        }
        all.add_json(topic, one.text());
    }
    return all.text();
}

}  // namespace

Result<void> cat_list(const CatOptions& options, Console& console) {
    TRY_ASSIGN(auto client, quiet_admin(options.properties));
    const auto timeout = milliseconds(options.timeout_ms);
    ClusterListing listing{.topic = options.topics.empty() ? "" : options.topic()};
    TRY_ASSIGN(listing.cluster, client.describe_cluster({.timeout = timeout}).get());
    TRY_ASSIGN(listing.topics, listed_topics(client, options, timeout));
    const auto servers = split_commas(options.properties.at("bootstrap.servers"));
    listing.bootstrap = servers.empty() ? "" : servers.front();
    console.write(options.json ? listing_json(listing) + '\n' : listing_text(listing));
    return {};
}

Result<void> cat_query(const CatOptions& options, Console& console) {
    TRY_ASSIGN(auto client, quiet_admin(options.properties));
    std::map<TopicPartition, admin::OffsetSpec> asked;
    for (const auto& [partition, time] : options.queries) {
        asked.emplace(partition, admin::OffsetSpec::for_timestamp(Timestamp(time)));
    }
    TRY_ASSIGN(
        const auto outcomes,
        client.list_offsets(std::move(asked), {.timeout = milliseconds(options.timeout_ms)}).get());
    std::map<TopicPartition, Offset> offsets;
    std::string wrong;
    for (const auto& [partition, outcome] : outcomes) {
        if (outcome) {
            offsets.emplace(partition, outcome->offset);
        } else {
            wrong += fmt::format("{}{} [{}]: {}", wrong.empty() ? "" : "; ", partition.topic,
                                 partition.partition, outcome.error().message);
        }
    }
    if (options.json) {
        console.line(offsets_json(offsets));
    } else {
        for (const auto& [partition, offset] : offsets) {
            console.print("{} [{}] offset {}\n", partition.topic, partition.partition, offset);
        }
    }
    if (!wrong.empty()) {
        return fail(ErrorCode::unknown_topic_or_partition, "{}", wrong);
    }
    return {};
}

}  // namespace barnabas::cli
