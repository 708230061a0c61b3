#include "cli/records/offsets_file.h"

#include "cli/common/json_file.h"

#include <cstdint>
#include <limits>
#include <set>
#include <utility>

namespace barnabas::cli {

Result<std::map<TopicPartition, Offset>> parse_offsets_json(std::string_view text) {
    TRY_ASSIGN(const auto root, parse_json_object(text));
    TRY(check_file_version(root));
    TRY_ASSIGN(const auto* partitions, array_member(root, "partitions"));
    std::map<TopicPartition, Offset> offsets;
    std::set<TopicPartition> twice;
    for (const auto& item : *partitions) {
        if (!item.is_object()) {
            return fail(ErrorCode::invalid_request, "{} is no partition with an offset",
                        boost::json::serialize(item));
        }
        const auto& object = item.get_object();
        TRY_ASSIGN(auto topic, text_member(object, "topic"));
        TRY_ASSIGN(const auto partition, number_member(object, "partition"));
        TRY_ASSIGN(const auto offset, number_member(object, "offset"));
        if (partition < 0 || partition > std::numeric_limits<std::int32_t>::max()) {
            return fail(ErrorCode::invalid_request, "{} is no partition", partition);
        }
        const TopicPartition one{.topic = std::move(topic),
                                 .partition = PartitionId(static_cast<std::int32_t>(partition))};
        if (!offsets.emplace(one, Offset(offset)).second) {
            twice.insert(one);
        }
    }
    if (!twice.empty()) {
        return fail(ErrorCode::invalid_request,
                    "Offset json file contains duplicate topic partitions: {}",
                    fmt::join(twice, ","));
    }
    return offsets;
}

}  // namespace barnabas::cli
