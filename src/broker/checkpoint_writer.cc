#include "broker/checkpoint_writer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace barnabas::broker {

CheckpointWriter::CheckpointWriter(runtime::Shard& home, log::LogDirs& dirs, Logger log)
    : home_(home),
      dirs_(dirs),
      log_(std::move(log)),
      directories_(dirs.count()),
      changed_(home),
      tasks_(home) {}

awaitable<log::LogDirs::Unwritten> CheckpointWriter::write(std::vector<log::LogOffsets> offsets) {
    const auto all = std::make_shared<const Offsets>(std::move(offsets));
    std::vector<std::size_t> begun;
    std::vector<std::size_t> left;  // an earlier writing still goes on
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        if (directories_[i].under_way) {
            left.push_back(i);
        } else if (directories_[i].written != those_in(i, *all)) {
            directories_[i].under_way = true;
            begun.push_back(i);
        }
    }
    for (const auto i : begun) {
        tasks_.spawn(write_one(i, all));
    }
    const Time until = home_.clock().now() + patience;
    const auto under_way = [this](std::size_t i) { return directories_[i].under_way; };
    while (std::ranges::any_of(begun, under_way) && home_.clock().now() < until) {
        co_await changed_.wait_until(until);
    }
    std::ranges::copy_if(begun, std::back_inserter(left), under_way);
    auto unwritten = dirs_.unwritten();
    for (const auto i : left) {
        note_slow(i, unwritten);
    }
    co_return unwritten;
}

CheckpointWriter::Offsets CheckpointWriter::those_in(std::size_t directory,
                                                     const Offsets& all) const {
    Offsets some;
    std::ranges::copy_if(all, std::back_inserter(some),
                         [directory](const auto& one) { return one.directory == directory; });
    return some;
}

void CheckpointWriter::note_slow(std::size_t directory, log::LogDirs::Unwritten& unwritten) {
    const auto& path = dirs_.path_of(directory);
    auto why = fmt::format("the checkpoints of {} are not written: its disk takes longer than {} s",
                           path.string(), patience / 1s);
    auto& state = directories_[directory];
    if (state.under_way && !std::exchange(state.slow, true)) {
        dirs_.set_hanging(directory, true);
        log_.error("{}; it gets no new partitions until they are", why);
    }
    unwritten.insert_or_assign(
        path, Error{.code = ErrorCode::kafka_storage_error, .message = std::move(why)});
}

awaitable<void> CheckpointWriter::write_one(std::size_t directory,
                                            std::shared_ptr<const Offsets> all) {
    auto work = [this, directory, all] { return dirs_.write_checkpoints_of(directory, *all); };
    const auto written = co_await runtime::run_blocking(home_, std::move(work));
    auto& state = directories_[directory];
    state.written.reset();
    if (written && *written) {
        state.written = those_in(directory, *all);
    } else if (!written && dirs_.is_well(directory)) {  // else it is taken offline: said once
        log_.error(
            "checkpoints cannot be written: {}; until they are, the next start after a crash reads "
            "more, and may find records that were deleted",
            written.error().message);
    }
    state.under_way = false;
    if (std::exchange(state.slow, false)) {
        dirs_.set_hanging(directory, false);
        log_.info("the disk of {} goes on", dirs_.path_of(directory).string());
    }
    changed_.notify_all();
}

}  // namespace barnabas::broker
