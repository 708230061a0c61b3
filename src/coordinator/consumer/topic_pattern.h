#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace barnabas::coordinator {

/// A regular expression over topic names in the syntax of RE2, as Kafka's RE2/J has it. It matches
/// whole names, in time linear in their length whatever the expression is.
class TopicPattern {
public:
    /// invalid_regular_expression with what is wrong.
    [[nodiscard]] static Result<TopicPattern> parse(std::string_view regex);

    TopicPattern(TopicPattern&&) noexcept;
    TopicPattern& operator=(TopicPattern&&) noexcept;
    TopicPattern(const TopicPattern&) = delete;
    TopicPattern& operator=(const TopicPattern&) = delete;
    ~TopicPattern();

    [[nodiscard]] bool matches(std::string_view name) const;

private:
    struct Compiled;
    explicit TopicPattern(std::unique_ptr<Compiled> compiled);

    std::unique_ptr<Compiled> compiled_;
};

}  // namespace barnabas::coordinator
