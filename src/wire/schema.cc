#include "wire/schema.h"

#include "base/invariant.h"

#include <algorithm>
#include <utility>

namespace barnabas::wire {

StructSchema::StructSchema(std::vector<FieldSchema> fields, std::ptrdiff_t unknown_tags_offset,
                           const void* defaults)
    : fields_(std::move(fields)),
      unknown_tags_offset_(unknown_tags_offset),
      defaults_(static_cast<const std::byte*>(defaults)) {}

StructSchema::~StructSchema() {
    for (const auto& plan : plans_) {
        delete plan.load();
    }
}

UnknownTags* StructSchema::unknown_tags(void* object) const {
    if (unknown_tags_offset_ < 0) {
        return nullptr;
    }
    return reinterpret_cast<UnknownTags*>(static_cast<std::byte*>(object) + unknown_tags_offset_);
}

const UnknownTags* StructSchema::unknown_tags(const void* object) const {
    return unknown_tags(const_cast<void*>(object));
}

const Plan& StructSchema::make_plan(std::int16_t version) const {
    INVARIANT(version >= 0 && static_cast<std::size_t>(version) < plans_max, "version {}", version);
    const std::lock_guard lock(making_plans_);
    auto& slot = plans_[static_cast<std::size_t>(version)];
    if (const Plan* made = slot.load(std::memory_order_acquire)) {
        return *made;
    }
    auto plan = std::make_unique<Plan>();
    for (const auto& field : fields_) {
        if (field.versions.contains(version)) {
            auto& steps = field.tag < 0 ? plan->fields : plan->tagged;
            steps.push_back({.field = &field, .nullable = field.nullable.contains(version)});
        }
    }
    INVARIANT(plan->tagged.size() <= 64, "{} tagged fields; encode() marks 64",
              plan->tagged.size());
    std::ranges::sort(plan->tagged, {}, [](const PlanStep& step) { return step.field->tag; });
    const Plan* made = plan.release();
    slot.store(made, std::memory_order_release);
    return *made;
}

}  // namespace barnabas::wire
