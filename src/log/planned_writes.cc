#include "log/planned_writes.h"

#include <utility>

namespace barnabas::log {
namespace {

Result<void> write_entries(runtime::Disk& disk, const PlannedWrites::IndexEntries& index) {
    TRY_ASSIGN(const auto file, disk.open(index.path, runtime::OpenMode::create_or_open));
    if (index.capacity > 0) {
        TRY(file->truncate(index.from));
        TRY(file->truncate(index.capacity));
    }
    return file->write_at(index.from, index.entries.view());
}

}  // namespace

Result<void> PlannedWrites::carry_out(runtime::Disk& disk) {
    TRY(epochs_ ? write_epochs(disk) : Result<void>());
    TRY(batches_ ? write_batches() : Result<void>());
    if (snapshot_) {
        if (const auto written = write_snapshot(disk); !written) {
            snapshot_trouble_ = written.error().message;
        }
    }
    indexes_written_.clear();
    for (const auto& index : indexes_) {
        indexes_written_.push_back(write_entries(disk, index).has_value());
    }
    for (const auto& path : empty_) {
        ignore(disk.open(path, runtime::OpenMode::create_or_open), "Kafka makes it anew");
    }
    return {};
}

Result<void> PlannedWrites::write_epochs(runtime::Disk& disk) {
    const auto fresh = runtime::Path(epochs_->path.string() + ".tmp");
    TRY_ASSIGN(auto file, disk.open(fresh, runtime::OpenMode::create_or_open));
    TRY(file->truncate(0));
    TRY(file->write_at(0, as_bytes(epochs_->text)));
    TRY(disk.rename(fresh, epochs_->path));
    epochs_file_ = std::move(file);
    return {};
}

Result<void> PlannedWrites::write_batches() {
    std::vector<ByteView> parts;
    parts.reserve(batches_->parts.size());
    for (const auto& part : batches_->parts) {
        parts.push_back(part->view());
    }
    if (auto written = batches_->file->write_at(batches_->position, parts); !written) {
        ignore(batches_->file->truncate(batches_->position), "the write's error is to be reported");
        return written;
    }
    return {};
}

Result<void> PlannedWrites::write_snapshot(runtime::Disk& disk) {
    TRY_ASSIGN(auto file, disk.open(snapshot_->path, runtime::OpenMode::create_or_open));
    TRY(file->truncate(0));
    if (auto written = file->write_at(0, snapshot_->bytes.view()); !written) {
        ignore(disk.remove(snapshot_->path), "half a file: who opens the log removes it");
        return written;
    }
    snapshot_file_ = std::move(file);
    for (const auto& [offset, path] : snapshot_->useless) {
        ignore(disk.remove(path), "the next start removes it");
    }
    return {};
}

}  // namespace barnabas::log
