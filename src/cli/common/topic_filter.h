#pragma once

#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::cli {

/// Which topics an expression names: a regular expression that must match the whole name; commas
/// separate alternatives, quotes around it and blanks do not count
/// (org.apache.kafka.tools.filter.TopicFilter). The syntax is Perl's, which agrees with Java's in
/// what topic names call for, look-ahead included.
class TopicFilter {
public:
    /// invalid_request for what is no expression.
    static Result<TopicFilter> parse(std::string_view expression);

    [[nodiscard]] bool matches(std::string_view topic) const;

private:
    class Impl;
    explicit TopicFilter(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

    std::shared_ptr<const Impl> impl_;
};

}  // namespace barnabas::cli
