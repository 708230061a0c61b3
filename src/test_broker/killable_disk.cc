#include "test_broker/killable_disk.h"

#include <utility>

namespace barnabas::test_broker {

using runtime::Path;

/// Whether the process lives; shared with its open files.
class KillableDisk::Life {
public:
    explicit Life(std::shared_ptr<runtime::DiskWatchers> watchers)
        : watchers_(std::move(watchers)) {}

    void end() { ended_ = true; }
    /// An error, which the watchers hear of, once the process is killed.
    [[nodiscard]] Result<void> check(const Path& path) const {
        if (ended_) {
            return watchers_->failed(
                runtime::DiskTrouble::broken, path,
                fmt::format("{} is not touched: the broker is killed", path.string()));
        }
        return {};
    }

private:
    std::shared_ptr<runtime::DiskWatchers> watchers_;
    std::atomic<bool> ended_ = false;
};

class KillableDisk::KillableFile final : public runtime::File {
public:
    KillableFile(std::shared_ptr<File> file, Path path, std::shared_ptr<const Life> life)
        : file_(std::move(file)), path_(std::move(path)), life_(std::move(life)) {}

    using File::write_at;
    Result<std::size_t> read_at(std::uint64_t position, MutableByteView into) const override {
        return file_->read_at(position, into);
    }
    Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) override {
        TRY(life_->check(path_));
        return file_->write_at(position, parts);
    }
    Result<void> truncate(std::uint64_t size) override {
        TRY(life_->check(path_));
        return file_->truncate(size);
    }
    [[nodiscard]] Result<bool> reserve(std::uint64_t size) override {
        TRY(life_->check(path_));
        return file_->reserve(size);
    }
    Result<void> sync() override {
        TRY(life_->check(path_));
        return file_->sync();
    }
    void forget_unsynced() override { file_->forget_unsynced(); }
    [[nodiscard]] Result<std::uint64_t> size() const override { return file_->size(); }
    [[nodiscard]] bool in_memory(std::uint64_t position, std::uint64_t size) const override {
        return file_->in_memory(position, size);
    }
    [[nodiscard]] int native_handle() const override { return file_->native_handle(); }

private:
    std::shared_ptr<File> file_;
    Path path_;
    std::shared_ptr<const Life> life_;
};

class KillableDisk::Forward final : public runtime::DiskWatcher {
public:
    explicit Forward(std::shared_ptr<runtime::DiskWatchers> to) : to_(std::move(to)) {}
    void on_failure(const runtime::DiskFailure& failure) override { to_->tell(failure); }

private:
    std::shared_ptr<runtime::DiskWatchers> to_;
};

KillableDisk::KillableDisk(runtime::Disk& disk)
    : disk_(disk),
      life_(std::make_shared<Life>(watchers())),
      forward_(std::make_shared<Forward>(watchers())) {
    disk_.watch(forward_);
}

KillableDisk::~KillableDisk() = default;

void KillableDisk::kill() {
    life_->end();
}

Result<std::shared_ptr<runtime::File>> KillableDisk::open(const Path& path,
                                                          runtime::OpenMode mode) {
    if (mode != runtime::OpenMode::read) {
        TRY(life_->check(path));
    }
    TRY_ASSIGN(auto file, disk_.open(path, mode));
    return std::make_shared<KillableFile>(std::move(file), path, life_);
}

bool KillableDisk::exists(const Path& path) const {
    return disk_.exists(path);
}

bool KillableDisk::is_directory(const Path& path) const {
    return disk_.is_directory(path);
}

Path KillableDisk::absolute(const Path& path) const {
    return disk_.absolute(path);
}

Result<std::vector<runtime::DirectoryEntry>> KillableDisk::list(const Path& directory) const {
    return disk_.list(directory);
}

Result<void> KillableDisk::create_directories(const Path& directory) {
    TRY(life_->check(directory));
    return disk_.create_directories(directory);
}

Result<void> KillableDisk::rename(const Path& from, const Path& to) {
    TRY(life_->check(from));
    return disk_.rename(from, to);
}

Result<void> KillableDisk::remove(const Path& file) {
    TRY(life_->check(file));
    return disk_.remove(file);
}

Result<void> KillableDisk::remove_all(const Path& directory) {
    TRY(life_->check(directory));
    return disk_.remove_all(directory);
}

Result<void> KillableDisk::sync_directory(const Path& directory) {
    TRY(life_->check(directory));
    return disk_.sync_directory(directory);
}

Result<runtime::DiskSpace> KillableDisk::space(const Path& path) const {
    return disk_.space(path);
}

Result<std::int64_t> KillableDisk::modified_at(const Path& path) const {
    return disk_.modified_at(path);
}

Result<void> KillableDisk::set_modified(const Path& path, std::int64_t when) {
    TRY(life_->check(path));
    return disk_.set_modified(path, when);
}

Result<std::unique_ptr<runtime::FileLock>> KillableDisk::lock(const Path& path) {
    TRY(life_->check(path));
    return disk_.lock(path);
}

}  // namespace barnabas::test_broker
