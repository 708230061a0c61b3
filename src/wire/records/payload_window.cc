#include "wire/records/payload_window.h"

#include <algorithm>
#include <cstring>

namespace barnabas::wire {
namespace {

/// Small enough for the second-level cache, large enough for blocks of lz4 and snappy to be
/// unfolded straight into it.
constexpr std::size_t usual_room = std::size_t{256} << 10;
/// What a record larger than that left behind is given back with the next payload.
constexpr std::size_t kept_room_max = std::size_t{2} << 20;

}  // namespace

Result<> PayloadWindow::start(Codec codec, ByteView payload, Decompressor::Options options) {
    drained_ = codec == Codec::none;
    whole_ = true;
    if (drained_) {
        at_ = first_ = payload.data();
        end_ = at_ + payload.size();
        return {};
    }
    if (room_.capacity() < usual_room || room_.capacity() > kept_room_max) {
        room_ = ByteBuffer{usual_room};
    }
    at_ = end_ = first_ = room_.data();
    auto started = decompressor_.start(codec, payload, options);
    drained_ = !started;
    return started;
}

bool PayloadWindow::try_rewind() {
    at_ = whole_ ? first_ : at_;
    return whole_;
}

std::size_t PayloadWindow::room_behind() const {
    return room_.capacity() - static_cast<std::size_t>(end_ - room_.data());
}

void PayloadWindow::make_room() {
    const std::size_t left = size();
    whole_ = false;
    if (left * 2 > room_.capacity()) {
        ByteBuffer larger{room_.capacity() * 2};
        std::memcpy(larger.data(), at_, left);
        room_ = std::move(larger);
    } else if (left > 0) {
        std::memmove(room_.data(), at_, left);
    }
    at_ = room_.data();
    end_ = at_ + left;
}

Result<bool> PayloadWindow::more() {
    if (drained_) {
        return false;
    }
    if (room_behind() < usual_room / 2) {
        make_room();
    }
    std::byte* to = room_.data() + (room_.capacity() - room_behind());
    auto got = decompressor_.read({to, room_behind()});
    drained_ = !got || *got == 0;
    if (!got) {
        return fail(std::move(got));
    }
    end_ += *got;
    return *got > 0;
}

Result<bool> PayloadWindow::need(std::size_t n) {
    while (size() < n) {
        TRY_ASSIGN(const bool grown, more());
        if (!grown) {
            return false;
        }
    }
    return true;
}

Result<bool> PayloadWindow::skip(std::size_t n) {
    while (size() < n) {
        n -= size();
        at_ = end_;
        TRY_ASSIGN(const bool grown, more());
        if (!grown) {
            return false;
        }
    }
    at_ += n;
    return true;
}

}  // namespace barnabas::wire
