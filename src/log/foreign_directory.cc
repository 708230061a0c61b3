#include "log/foreign_directory.h"

#include "log/directory_files.h"
#include "log/file_names.h"

#include <algorithm>
#include <string_view>

namespace barnabas::log {
namespace {

constexpr std::string_view recovered_folder = "lost+found";

bool is_name_of_a_log(std::string_view name) {
    return partition_of_folder(name) || partition_of_future(name) || partition_of_stray(name) ||
           partition_of_deletion(name);
}

bool is_of_a_log(const runtime::DirectoryEntry& entry) {
    const std::string_view name = entry.name;
    return name.starts_with(partition_metadata_file) || name.starts_with(leader_epoch_file) ||
           offset_of_file(name.substr(0, name.find('.')), "");
}

/// Whether it is empty, or holds something that only a log does.
Result<bool> may_be_a_log(const runtime::Disk& disk, const runtime::Path& folder) {
    TRY_ASSIGN(const auto entries, disk.list(folder));
    return entries.empty() || std::ranges::any_of(entries, is_of_a_log);
}

Result<bool> may_be_a_brokers(const runtime::Disk& disk, const runtime::Path& directory,
                              std::string_view name) {
    if (name.starts_with('.') || name == recovered_folder || name == kraft_log_folder) {
        return true;
    }
    return is_name_of_a_log(name) ? may_be_a_log(disk, directory / name) : Result<bool>(false);
}

}  // namespace

Result<void> check_not_foreign(const runtime::Disk& disk, const runtime::Path& directory) {
    TRY_ASSIGN(const auto entries, disk.list(directory));
    for (const auto& entry : entries) {
        if (!entry.is_directory) {
            continue;
        }
        TRY_ASSIGN(const bool ours, may_be_a_brokers(disk, directory, entry.name));
        if (!ours) {
            return fail(ErrorCode::invalid_config,
                        "{} has no meta.properties, and its folder {} is no broker's: is it the "
                        "directory of another program? Name an empty one in log.dirs",
                        directory.string(), entry.name);
        }
    }
    return {};
}

}  // namespace barnabas::log
