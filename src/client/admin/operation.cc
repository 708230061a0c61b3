#include "client/admin/operation.h"

#include "base/invariant.h"

namespace barnabas::client::admin_api {

Chain::Chain(std::unique_ptr<Operation> first, Next next)
    : first_(std::move(first)), next_(std::move(next)) {}

void Chain::start(Time deadline) {
    deadline_ = deadline;
    first_->start(deadline);
}

void Chain::poll(Time now, Exchanges& out) {
    if (!first_->done()) {
        first_->poll(now, out);
    }
    go_on();
    if (second_ != nullptr && !second_->done()) {
        second_->poll(now, out);
    }
}

Time Chain::next_wake() const {
    if (!first_->done()) {
        return first_->next_wake();
    }
    if (next_) {
        return Time{};  // the second one begins with the next poll
    }
    return second_ != nullptr && !second_->done() ? second_->next_wake() : never;
}

bool Chain::done() const {
    return first_->done() && !next_ && (second_ == nullptr || second_->done());
}

void Chain::abort(const Error& why) {
    if (!first_->done()) {
        first_->abort(why);
    }
    go_on();
    if (second_ != nullptr && !second_->done()) {
        second_->abort(why);
    }
    INVARIANT(done(), "an aborted call goes on");
}

void Chain::go_on() {
    if (!first_->done() || !next_) {
        return;
    }
    Next next = std::exchange(next_, nullptr);
    second_ = next();
    if (second_ != nullptr) {
        second_->start(deadline_);
    }
}

}  // namespace barnabas::client::admin_api
