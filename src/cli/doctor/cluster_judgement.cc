// What the cluster says of itself.
#include "cli/doctor/judgement.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <utility>

namespace barnabas::cli {
namespace {

/// At most so many names in a sentence.
constexpr std::size_t names_max = 5;

Finding cluster_finding(FindingLevel level, std::string check, std::string text,
                        std::string advice = {}) {
    return {.level = level,
            .check = std::move(check),
            .text = std::move(text),
            .advice = std::move(advice)};
}

Finding unanswered(std::string check, std::string_view question, const Error& error) {
    return cluster_finding(FindingLevel::fail, std::move(check),
                           fmt::format("{}: {}", question, error.message),
                           "see what the findings above say of the way to the brokers, and the "
                           "brokers' logs");
}

std::string some_of(const std::vector<std::string>& names) {
    const auto shown = std::min(names.size(), names_max);
    const std::vector<std::string> first(names.begin(),
                                         names.begin() + static_cast<std::ptrdiff_t>(shown));
    return names.size() > shown
               ? fmt::format("{} and {} more", fmt::join(first, ", "), names.size() - shown)
               : fmt::format("{}", fmt::join(first, ", "));
}

/// What producing, consuming and asking need: without one of these nothing works.
constexpr std::int16_t needed_apis[]{0, 1, 2, 3, 10};

std::string usable_text(const admin::BrokerApiVersions& broker) {
    std::size_t usable = 0;
    for (const auto& api : broker.apis) {
        usable += api.usable ? 1 : 0;
    }
    return fmt::format("broker {} and this client share versions of {} requests", broker.node.id,
                       usable);
}

Finding judge_broker_versions(const admin::BrokerApiVersions& broker) {
    std::vector<std::string> missing;
    for (const auto key : needed_apis) {
        const auto found = std::ranges::find(broker.apis, key, &admin::ApiVersionRange::api_key);
        if (found == broker.apis.end()) {
            missing.push_back(fmt::format("request {}, which it does not have", key));
        } else if (!found->usable) {
            missing.push_back(fmt::format("{} (it serves {} to {})", found->name,
                                          found->version_min, found->version_max));
        }
    }
    if (missing.empty()) {
        return cluster_finding(FindingLevel::ok, "versions", usable_text(broker));
    }
    return cluster_finding(
        FindingLevel::fail, "versions",
        fmt::format("broker {} and this client share no version of {}", broker.node.id,
                    some_of(missing)),
        "brokers from Kafka 2.1 on are understood: upgrade the broker, or the client");
}

/// Brokers that serve the same look the same here.
using ServedVersions = std::vector<std::pair<std::int16_t, std::int16_t>>;

ServedVersions served(const admin::BrokerApiVersions& broker) {
    ServedVersions versions;
    for (const auto& api : broker.apis) {
        versions.emplace_back(api.api_key, api.version_max);
    }
    return versions;
}

/// What is wrong with the partitions of the cluster, by how bad it is.
struct PartitionTroubles {
    std::vector<std::string> offline;
    std::vector<std::string> offline_internal;
    std::vector<std::string> behind;
    std::size_t count = 0;
};

void add_partition(PartitionTroubles& troubles, const admin::TopicDescription& topic,
                   const admin::PartitionDescription& partition) {
    const auto name = fmt::format("{}-{}", topic.name, partition.partition);
    ++troubles.count;
    if (!partition.leader) {
        (topic.internal ? troubles.offline_internal : troubles.offline).push_back(name);
    } else if (partition.isr.size() < partition.replicas.size()) {
        troubles.behind.push_back(name);
    }
}

Findings judge_partitions(const PartitionTroubles& troubles) {
    Findings findings;
    if (!troubles.offline_internal.empty()) {
        findings.push_back(cluster_finding(
            FindingLevel::fail, "topics",
            fmt::format("internal partitions have no leader: {}",
                        some_of(troubles.offline_internal)),
            "groups and transactions whose state is there stand still: start the brokers that have "
            "the replicas, or look at their log directories"));
    }
    if (!troubles.offline.empty()) {
        findings.push_back(
            cluster_finding(FindingLevel::fail, "topics",
                            fmt::format("partitions have no leader: {}", some_of(troubles.offline)),
                            "start the brokers that have the replicas; barnabas topics --describe "
                            "--unavailable-partitions tells which"));
    }
    if (!troubles.behind.empty()) {
        findings.push_back(cluster_finding(
            FindingLevel::warn, "topics",
            fmt::format("partitions have replicas that are not in sync: {}",
                        some_of(troubles.behind)),
            "a broker is down or slow; barnabas topics --describe --under-replicated-partitions"));
    }
    if (findings.empty()) {
        findings.push_back(cluster_finding(
            FindingLevel::ok, "topics",
            fmt::format("{} partitions have leaders, and their replicas are in sync",
                        troubles.count)));
    }
    return findings;
}

Finding judge_log_dir(BrokerId broker, const std::string& path,
                      const admin::LogDirDescription& dir) {
    const auto where = fmt::format("broker {}: {}", broker, path);
    if (!dir.state) {
        return cluster_finding(FindingLevel::fail, "disks",
                               fmt::format("{} is offline: {}", where, dir.state.error().message),
                               "look at the disk and the broker's log; its partitions come back "
                               "when the directory does and the broker starts again");
    }
    if (!dir.total_bytes || !dir.usable_bytes || *dir.total_bytes <= 0) {
        return cluster_finding(FindingLevel::ok, "disks", where + " is online");
    }
    const auto percent = *dir.usable_bytes * 100 / *dir.total_bytes;
    const auto text =
        fmt::format("{} has {} MiB ({} %) left", where, *dir.usable_bytes >> 20, percent);
    if (percent < 1) {
        return cluster_finding(
            FindingLevel::fail, "disks", text,
            "a broker that cannot write stops: delete topics or records, shorten "
            "retention.ms, or enlarge the disk");
    }
    return percent < 10 ? cluster_finding(FindingLevel::warn, "disks", text,
                                          "shorten retention.ms or enlarge the disk in time")
                        : cluster_finding(FindingLevel::ok, "disks", text);
}

}  // namespace

Findings judge_cluster(const Result<admin::ClusterDescription>& cluster) {
    if (!cluster) {
        return {unanswered("cluster", "the cluster cannot be described", cluster.error())};
    }
    Findings findings;
    findings.push_back(cluster_finding(
        FindingLevel::ok, "cluster",
        fmt::format("cluster {} has {} broker{}", cluster->cluster_id, cluster->brokers.size(),
                    cluster->brokers.size() == 1 ? "" : "s")));
    for (const auto& broker : cluster->brokers) {
        if (broker.fenced) {
            findings.push_back(cluster_finding(
                FindingLevel::warn, "cluster",
                fmt::format("broker {} is registered, but out of service", broker.id),
                "it is down, starting, or cut off from the controller: see its log"));
        }
    }
    if (!cluster->controller) {
        findings.push_back(cluster_finding(
            FindingLevel::fail, "controller", "nobody is the controller",
            "topics cannot change and leaders are not replaced: see the brokers' logs"));
    } else {
        findings.push_back(
            cluster_finding(FindingLevel::ok, "controller",
                            fmt::format("broker {} is the controller", cluster->controller->id)));
    }
    return findings;
}

Findings judge_versions(
    const Result<admin::Outcomes<BrokerId, admin::BrokerApiVersions>>& versions) {
    if (!versions) {
        return {unanswered("versions", "the brokers' versions cannot be told", versions.error())};
    }
    Findings findings;
    std::map<ServedVersions, std::vector<std::string>> alike;
    for (const auto& [broker, outcome] : *versions) {
        if (!outcome) {
            findings.push_back(unanswered(
                "versions", fmt::format("broker {} does not answer", broker), outcome.error()));
            continue;
        }
        findings.push_back(judge_broker_versions(*outcome));
        alike[served(*outcome)].push_back(fmt::format("{}", broker));
    }
    if (alike.size() > 1) {
        std::string kinds;
        for (const auto& [served_versions, brokers] : alike) {
            kinds += (kinds.empty() ? "" : " and ") + some_of(brokers);
        }
        findings.push_back(cluster_finding(
            FindingLevel::warn, "versions",
            fmt::format("brokers are of different versions: {}", kinds),
            "fine while you upgrade; what clients may use changes with the broker they meet"));
    }
    return findings;
}

Findings judge_topics(const Result<admin::Outcomes<std::string, admin::TopicDescription>>& topics) {
    if (!topics) {
        return {unanswered("topics", "topics cannot be described", topics.error())};
    }
    Findings findings;
    PartitionTroubles troubles;
    for (const auto& [name, topic] : *topics) {
        if (!topic) {
            findings.push_back(unanswered(
                "topics", fmt::format("topic {} cannot be described", name), topic.error()));
            continue;
        }
        for (const auto& partition : topic->partitions) {
            add_partition(troubles, *topic, partition);
        }
    }
    std::ranges::move(judge_partitions(troubles), std::back_inserter(findings));
    return findings;
}

Findings judge_log_dirs(const Result<BrokerLogDirs>& brokers) {
    if (!brokers) {
        return {unanswered("disks", "log directories cannot be described", brokers.error())};
    }
    Findings findings;
    for (const auto& [broker, outcome] : *brokers) {
        if (!outcome) {
            findings.push_back(unanswered(
                "disks",
                fmt::format("the log directories of broker {} cannot be described", broker),
                outcome.error()));
            continue;
        }
        for (const auto& [path, dir] : *outcome) {
            findings.push_back(judge_log_dir(broker, path, dir));
        }
    }
    return findings;
}

Finding judge_clock(const Result<std::optional<ClockSample>>& sample, bool written) {
    constexpr std::int64_t tolerated_ms = 2000;
    constexpr std::string_view advice =
        "let NTP set both clocks: timestamps, retention and tokens follow the brokers' clocks";
    if (!sample) {
        return unanswered("clock", "no broker's clock could be read", sample.error());
    }
    if (!*sample) {
        return cluster_finding(FindingLevel::ok, "clock",
                               "no broker has set a record's time yet, so that its clock does not "
                               "show; --write makes one do it");
    }
    const auto& seen = **sample;
    const auto ahead_ms = seen.theirs - seen.after;
    const auto behind_ms = seen.before - seen.theirs;
    if (ahead_ms > tolerated_ms) {
        return cluster_finding(
            FindingLevel::warn, "clock",
            fmt::format("a broker's clock is at least {} ms ahead of this machine's (by the time "
                        "that it gave a record)",
                        ahead_ms),
            std::string(advice));
    }
    if (!written) {
        return cluster_finding(
            FindingLevel::ok, "clock",
            fmt::format(
                "no broker's clock is seen to be ahead (the newest record that one gave its "
                "time is {} s old; one that is behind shows with --write only)",
                std::max<std::int64_t>(behind_ms, 0) / 1000));
    }
    if (behind_ms > tolerated_ms) {
        return cluster_finding(
            FindingLevel::warn, "clock",
            fmt::format(
                "a broker's clock is at least {} ms behind this machine's (by the time that "
                "it gave a record written for this)",
                behind_ms),
            std::string(advice));
    }
    return cluster_finding(FindingLevel::ok, "clock",
                           fmt::format("a broker's clock and this machine's agree to {} ms (by the "
                                       "time that it gave a record written for this)",
                                       std::max({seen.after - seen.before, ahead_ms, behind_ms})));
}

}  // namespace barnabas::cli
