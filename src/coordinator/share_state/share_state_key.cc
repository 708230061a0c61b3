#include "coordinator/share_state/share_state_key.h"

#include "coordinator/blank.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace barnabas::coordinator {
namespace {

/// Java's Uuid.fromString: the padding of base64 may be there.
std::optional<Uuid> parse_uuid(std::string_view text) {
    constexpr std::size_t padded = 24;
    if (text.size() == padded && text.ends_with("==")) {
        text.remove_suffix(2);
    }
    return Uuid::parse(text);
}

/// Java's Integer.parseInt: a plus sign may be there.
std::optional<std::int32_t> parse_int(std::string_view text) {
    if (text.size() > 1 && text.front() == '+' && text[1] != '-') {
        text.remove_prefix(1);
    }
    std::int32_t number = 0;
    const auto* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && at == end ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string coordinator_key(const ShareStateKey& key) {
    return fmt::format("{}:{}:{}", key.group, key.topic, key.partition);
}

Result<ShareStateKey> parse_coordinator_key(std::string_view text) {
    const auto refuse = [text](std::string_view why) {
        return fail(ErrorCode::invalid_request, "'{}' is no group:topicId:partition: {}", text,
                    why);
    };
    auto rest = text;
    while (rest.ends_with(':')) {
        rest.remove_suffix(1);  // Java's split() drops empty parts at the end
    }
    const auto partition_at = rest.rfind(':');
    if (partition_at == std::string_view::npos || partition_at == 0) {
        return refuse("it has fewer than three parts");
    }
    const auto topic_at = rest.rfind(':', partition_at - 1);
    if (topic_at == std::string_view::npos) {
        return refuse("it has fewer than three parts");
    }
    const auto group = rest.substr(0, topic_at);
    if (is_blank(group)) {
        return refuse("the group is empty");
    }
    const auto topic = parse_uuid(rest.substr(topic_at + 1, partition_at - topic_at - 1));
    if (!topic) {
        return refuse("the topic id is not 22 characters of URL-safe base64");
    }
    const auto partition = parse_int(rest.substr(partition_at + 1));
    if (!partition) {
        return refuse("the partition is no number of 32 bits");
    }
    return ShareStateKey{.group = std::string(group), .topic = *topic, .partition = *partition};
}

}  // namespace barnabas::coordinator
