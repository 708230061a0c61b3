#include "broker/turns.h"

#include "base/invariant.h"

namespace barnabas::broker {

Turns::Turn::~Turn() {
    if (turns_ != nullptr) {
        turns_->busy_ = false;
        turns_->held_.clear();
        turns_->changed_.notify_all();
    }
}

void Turns::Turn::holds_logs_of(std::size_t directory) const {
    INVARIANT(turns_ != nullptr, "directory {} is held without a turn", directory);
    turns_->held_.insert(directory);
}

awaitable<Result<Turns::Turn>> Turns::take_by(Time deadline) {
    while (busy_ && !stopping_) {
        if (!co_await changed_.wait_until(deadline)) {
            co_return fail(ErrorCode::request_timed_out,
                           "other changes of the cluster took until the request's timeout; "
                           "nothing was changed");
        }
    }
    if (stopping_) {
        co_return fail(ErrorCode::request_timed_out, "the broker stops; nothing was changed");
    }
    INVARIANT(held_.empty(), "{} directories are held by nobody", held_.size());
    busy_ = true;
    co_return Turn(*this);
}

void Turns::stop() {
    stopping_ = true;
    changed_.notify_all();
}

awaitable<bool> Turns::ended_by(Time until) {
    INVARIANT(stopping_, "others may take the turn at {}", until.time_since_epoch().count());
    while (busy_ && co_await changed_.wait_until(until)) {
    }
    co_return !busy_;
}

}  // namespace barnabas::broker
