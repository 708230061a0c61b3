#pragma once

#include "coordinator/consumer/config.h"
#include "coordinator/consumer/topics_view.h"
#include "coordinator/share/config.h"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace barnabas::coordinator::testing {

/// Topics by name, with ids that are never used again.
class FakeTopics final : public TopicsView {
public:
    void put(const std::string& name, std::int32_t partitions) {
        const auto [at, fresh] = topics_.try_emplace(name);
        if (fresh) {
            at->second.id.bytes[15] = static_cast<std::uint8_t>(++ids_);
            at->second.id.bytes[14] = static_cast<std::uint8_t>(ids_ >> 8);
        }
        at->second.partitions = partitions;
        ++version_;
    }
    void remove(const std::string& name) {
        topics_.erase(name);
        ++version_;
    }
    void set_racks(std::vector<std::string> racks) { racks_ = std::move(racks); }

    [[nodiscard]] std::optional<Topic> find(std::string_view name) const override {
        const auto at = topics_.find(name);
        return at == topics_.end() ? std::nullopt : std::optional(at->second);
    }
    [[nodiscard]] std::optional<std::string> name_of(const Uuid& id) const override {
        for (const auto& [name, topic] : topics_) {
            if (topic.id == id) {
                return name;
            }
        }
        return std::nullopt;
    }
    [[nodiscard]] std::vector<std::string> racks_of(std::string_view /*name*/,
                                                    std::int32_t /*partition*/) const override {
        return racks_;
    }
    void each_name(const std::function<void(std::string_view)>& visit) const override {
        for (const auto& [name, topic] : topics_) {
            visit(name);
        }
    }
    [[nodiscard]] std::int64_t version() const override { return version_; }
    [[nodiscard]] const std::map<std::string, Topic, std::less<>>& all() const { return topics_; }

private:
    std::map<std::string, Topic, std::less<>> topics_;
    std::vector<std::string> racks_;
    int ids_ = 0;
    std::int64_t version_ = 0;
};

class FakeSettings final : public ConsumerGroupSettings {
public:
    ConsumerGroupConfig config;
    ConsumerGroupTimes times;

    [[nodiscard]] const ConsumerGroupConfig& broker() const override { return config; }
    [[nodiscard]] ConsumerGroupTimes times_of(std::string_view /*group*/) const override {
        return times;
    }
};

class FakeShareSettings final : public ShareSettings {
public:
    ShareGroupConfig config;
    ShareGroupTimes times;

    [[nodiscard]] const ShareGroupConfig& broker() const override { return config; }
    [[nodiscard]] ShareGroupTimes times_of(std::string_view /*group*/) const override {
        return times;
    }
};

}  // namespace barnabas::coordinator::testing
