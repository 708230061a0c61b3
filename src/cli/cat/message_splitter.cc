#include "cli/cat/message_splitter.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::cli {

MessageSplitter::MessageSplitter(std::string delimiter, std::size_t size_max)
    : delimiter_(std::move(delimiter)), size_max_(size_max) {
    INVARIANT(!delimiter_.empty(), "messages are cut at nothing");
}

Result<void> MessageSplitter::feed(std::string_view bytes) {
    kept_.erase(0, begin_);
    scanned_ -= begin_;
    begin_ = 0;
    const auto before = kept_.size();
    kept_ += bytes;
    // A delimiter may have begun in what was there: as many bytes count for both.
    if (before > size_max_ + delimiter_.size() && kept_.find(delimiter_, scanned_) > size_max_) {
        return fail(ErrorCode::message_too_large,
                    "a message of the input has more than {} bytes (max.request.size) before its "
                    "delimiter",
                    size_max_);
    }
    return {};
}

std::optional<std::string_view> MessageSplitter::next() {
    const auto end = kept_.find(delimiter_, std::max(scanned_, begin_));
    if (end == std::string::npos) {
        const auto overlap = std::min(kept_.size() - begin_, delimiter_.size() - 1);
        scanned_ = kept_.size() - overlap;
        return std::nullopt;
    }
    const auto message = std::string_view(kept_).substr(begin_, end - begin_);
    begin_ = scanned_ = end + delimiter_.size();
    return message;
}

std::string_view MessageSplitter::rest() const {
    return std::string_view(kept_).substr(begin_);
}

std::optional<std::pair<std::string_view, std::string_view>> split_key(std::string_view message,
                                                                       std::string_view delimiter) {
    const auto end = message.find(delimiter);
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    return std::pair{message.substr(0, end), message.substr(end + delimiter.size())};
}

}  // namespace barnabas::cli
