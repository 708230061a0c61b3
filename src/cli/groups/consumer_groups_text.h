#pragma once

#include <barnabas/admin.h>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace barnabas::cli {

/// How far a group is with one partition, and who reads it.
struct PartitionProgress {
    std::string group;
    TopicPartition partition;
    std::optional<LeaderEpoch> leader_epoch{};
    std::optional<Offset> committed{};
    std::optional<Offset> log_end{};
    std::string consumer_id = "-";
    std::string host = "-";
    std::string client_id = "-";

    /// Nothing where one of the two is not known.
    [[nodiscard]] std::optional<std::int64_t> lag() const;
};

/// Tables of kafka-consumer-groups, with the empty line in front. The pure half of the command.
[[nodiscard]] std::string progress_table(const std::vector<PartitionProgress>& rows, bool verbose);
[[nodiscard]] std::string members_table(const admin::ConsumerGroupDescription& group, bool verbose);
[[nodiscard]] std::string state_table(const admin::ConsumerGroupDescription& group, bool verbose);
[[nodiscard]] std::string listings_table(const std::vector<admin::GroupListing>& groups,
                                         bool with_type, bool with_state);

/// "orders:0,1;returns:2".
[[nodiscard]] std::string assignment_text(const std::set<TopicPartition>& assignment);

/// What the command says of a group before its table.
struct GroupRemark {
    std::string output{};  ///< for standard output
    std::string error{};   ///< for standard error
    bool show = true;      ///< whether there is something to print in the table
};
[[nodiscard]] GroupRemark group_remark(const std::string& group, admin::GroupState state,
                                       std::size_t rows);

[[nodiscard]] std::string progress_json(const PartitionProgress& row);
[[nodiscard]] std::string member_json(const std::string& group,
                                      const admin::MemberDescription& member);
[[nodiscard]] std::string group_json(const admin::ConsumerGroupDescription& group);
[[nodiscard]] std::string listing_json(const admin::GroupListing& group);

}  // namespace barnabas::cli
