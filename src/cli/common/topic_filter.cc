#include "cli/common/topic_filter.h"

#include <boost/regex.hpp>

#include <algorithm>
#include <exception>

namespace barnabas::cli {

class TopicFilter::Impl {
public:
    explicit Impl(const std::string& expression) : regex_(expression, boost::regex::perl) {}

    [[nodiscard]] bool matches(std::string_view topic) const {
        try {
            return boost::regex_match(topic.begin(), topic.end(), regex_);
        } catch (const std::exception&) {
            return false;  // an expression that takes too long for this name
        }
    }

private:
    boost::regex regex_;
};

Result<TopicFilter> TopicFilter::parse(std::string_view expression) {
    std::string text(expression);
    std::erase(text, ' ');
    std::ranges::replace(text, ',', '|');
    const auto begin = std::min(text.find_first_not_of("\"'"), text.size());
    text.erase(0, begin);
    text.erase(text.find_last_not_of("\"'") + 1);
    try {
        return TopicFilter(std::make_shared<const Impl>(text));
    } catch (const std::exception&) {
        return fail(ErrorCode::invalid_request, "{} is an invalid regex.", text);
    }
}

bool TopicFilter::matches(std::string_view topic) const {
    return impl_->matches(topic);
}

}  // namespace barnabas::cli
