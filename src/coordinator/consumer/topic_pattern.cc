#include "coordinator/consumer/topic_pattern.h"

#include <re2/re2.h>

#include <utility>

namespace barnabas::coordinator {

struct TopicPattern::Compiled {
    explicit Compiled(std::string_view regex) : regex({regex.data(), regex.size()}, options()) {}

    static RE2::Options options() {
        RE2::Options options;
        options.set_log_errors(false);
        return options;
    }

    RE2 regex;
};

TopicPattern::TopicPattern(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
TopicPattern::TopicPattern(TopicPattern&&) noexcept = default;
TopicPattern& TopicPattern::operator=(TopicPattern&&) noexcept = default;
TopicPattern::~TopicPattern() = default;

Result<TopicPattern> TopicPattern::parse(std::string_view regex) {
    auto compiled = std::make_unique<Compiled>(regex);
    if (!compiled->regex.ok()) {
        return fail(ErrorCode::invalid_regular_expression,
                    "SubscribedTopicRegex `{}` is not a valid regular expression: {}.", regex,
                    compiled->regex.error());
    }
    return TopicPattern(std::move(compiled));
}

bool TopicPattern::matches(std::string_view name) const {
    return RE2::FullMatch({name.data(), name.size()}, compiled_->regex);
}

}  // namespace barnabas::coordinator
