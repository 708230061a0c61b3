#pragma once

#include "broker/cluster_image.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/offsets/offsets.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::broker {

/// The topics of a shard's image as the groups of one partition see them. Lives on the shard.
/// Nothing is seen before the first follow() or look_at().
class GroupTopics final : public coordinator::TopicsView {
public:
    struct Changes {
        /// Created, deleted, made anew, or with other partitions, replicas or racks than before.
        std::vector<std::string> names;
        std::vector<coordinator::DeletedTopic> deleted;
    };
    /// Sees this image from now on, and says what is different in it. Without an earlier image
    /// nothing is.
    [[nodiscard]] Changes follow(const ClusterImagePtr& image);
    /// The same for who does not care what is different. Cheap however many topics there are.
    void look_at(const ClusterImagePtr& image);

    [[nodiscard]] std::optional<Topic> find(std::string_view name) const override;
    [[nodiscard]] std::optional<std::string> name_of(const Uuid& id) const override;
    [[nodiscard]] std::vector<std::string> racks_of(std::string_view name,
                                                    std::int32_t partition) const override;
    void each_name(const std::function<void(std::string_view)>& visit) const override;
    [[nodiscard]] std::int64_t version() const override { return version_; }

private:
    ClusterImagePtr image_;
    std::int64_t version_ = 0;
};

}  // namespace barnabas::broker
