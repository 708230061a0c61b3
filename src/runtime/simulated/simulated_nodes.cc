#include "runtime/simulated/simulated_nodes.h"

#include "base/invariant.h"

#include <algorithm>

namespace barnabas::runtime {

namespace {
constexpr std::size_t sector_bytes = 512;
}  // namespace

void FileNode::write(std::uint64_t position, ByteView bytes) {
    live_.write(position, bytes);
    pending_.emplace_back(Write{position, {bytes.begin(), bytes.end()}});
}

void FileNode::resize(std::uint64_t size) {
    live_.resize(size);
    reserved_pages = 0;
    pending_.emplace_back(Resize{size});
}

std::uint64_t FileNode::pages_taken() const {
    return live_.pages_used() + live_.pages_missing(0, reserved_pages * SparseBytes::page_bytes);
}

std::uint64_t FileNode::pages_missing(std::uint64_t position, std::uint64_t size) const {
    const auto from = std::max(position, reserved_pages * SparseBytes::page_bytes);
    const auto end = position + size;
    return from < end ? live_.pages_missing(from, end - from) : 0;
}

void FileNode::sync() {
    for (const Step& step : pending_) {
        apply(durable_, step);
    }
    pending_.clear();
    INVARIANT(lost_some_ || durable_.size() == live_.size(), "{} synced of {}", durable_.size(),
              live_.size());
}

void FileNode::fail_sync() {
    pending_.clear();
    lost_some_ = true;
}

void FileNode::forget_unsynced() {
    sync();
    live_ = durable_;
    lost_some_ = false;
}

void FileNode::make_cold(std::uint64_t position, std::uint64_t size) {
    const auto end = position + std::min(size, live_.size() - std::min(position, live_.size()));
    for (auto page = position / SparseBytes::page_bytes; page * SparseBytes::page_bytes < end;
         ++page) {
        cold_pages_.insert(page);
    }
}

bool FileNode::is_cold(std::uint64_t position, std::uint64_t size) const {
    const auto first = cold_pages_.lower_bound(position / SparseBytes::page_bytes);
    return size > 0 && first != cold_pages_.end() &&
           *first * SparseBytes::page_bytes < position + size;
}

bool FileNode::warm_up(std::uint64_t position, std::uint64_t size) {
    if (!is_cold(position, size)) {
        return false;
    }
    cold_pages_.erase(cold_pages_.lower_bound(position / SparseBytes::page_bytes),
                      cold_pages_.upper_bound((position + size - 1) / SparseBytes::page_bytes));
    return true;
}

void FileNode::apply(SparseBytes& to, const Step& step) {
    if (const auto* write = std::get_if<Write>(&step)) {
        to.write(write->position, write->bytes);
    } else {
        to.resize(std::get<Resize>(step).size);
    }
}

/// Half of the time a prefix reaches the medium, else all of the length without some of its
/// sectors: those are as they were, or zeros behind the file's end (the size was written before the
/// data were, as ext4 and XFS may).
void FileNode::tear(Write& write, Random& random) const {
    auto& bytes = write.bytes;
    if (bytes.empty()) {
        return;
    }
    if (random.below(2) == 0) {
        bytes.resize(random.below(bytes.size()));
        return;
    }
    for (std::size_t at = 0; at < bytes.size(); at += sector_bytes) {
        if (random.below(2) == 0) {
            const auto lost =
                MutableByteView(bytes).subspan(at, std::min(sector_bytes, bytes.size() - at));
            std::ranges::fill(lost, std::byte{0});
            static_cast<void>(durable_.read(write.position + at, lost));  // as far as it goes
        }
    }
}

void FileNode::crash(const CrashOptions& options, Random& random) {
    std::vector<Step> survivors;
    if (options.keep_some_writes && !pending_.empty()) {
        // One time in three nothing survives, one time in three all but the tear does.
        const std::uint64_t mood = random.below(3);
        for (Step& step : pending_) {
            if (mood == 2 || (mood == 1 && random.below(2) == 0)) {
                survivors.push_back(std::move(step));
            }
        }
        if (!survivors.empty() && random.below(2) == 0) {
            if (auto* write = std::get_if<Write>(&survivors.back())) {
                tear(*write, random);
            }
        }
    }
    pending_.clear();
    for (const Step& step : survivors) {
        apply(durable_, step);
    }
    live_ = durable_;
    lost_some_ = false;
    locked = false;
}

const Node* DirectoryNode::find(std::string_view name) const {
    const auto found = live_.find(name);
    return found == live_.end() ? nullptr : &found->second;
}

void DirectoryNode::change(Change change, Timestamp now) {
    apply(live_, change);
    pending_.push_back(std::move(change));
    modified = now;
}

void DirectoryNode::apply(Entries& to, const Change& change) {
    for (const auto& [name, node] : change) {
        if (node) {
            to.insert_or_assign(name, *node);
        } else {
            to.erase(name);
        }
    }
}

void DirectoryNode::sync() {
    for (const Change& change : pending_) {
        apply(durable_, change);
    }
    pending_.clear();
}

void DirectoryNode::crash(const CrashOptions& options, Random& random) {
    const std::size_t keep =
        options.keep_some_entries && !pending_.empty() ? random.below(pending_.size() + 1) : 0;
    for (std::size_t i = 0; i < keep; ++i) {
        apply(durable_, pending_[i]);
    }
    pending_.clear();
    live_ = durable_;
    for (auto& [name, node] : live_) {
        std::visit([&](const auto& child) { child->crash(options, random); }, node);
    }
}

}  // namespace barnabas::runtime
