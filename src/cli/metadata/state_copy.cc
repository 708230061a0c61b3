#include "cli/metadata/state_copy.h"

#include "metadata/database.h"
#include "metadata/embedded_store.h"
#include "runtime/real/real_random.h"

#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace barnabas::cli {
namespace {

constexpr std::string_view state_file = "cluster.db";
constexpr std::size_t state_size_max = std::size_t{1} << 30;
constexpr std::size_t log_header_size = 32;  // with the salts that change when the log begins anew
constexpr int attempts_max = 10;

runtime::Path log_of(const runtime::Path& database) {
    return database.string() + "-wal";
}

/// Empty where there is none.
Result<std::string> read_log(runtime::Disk& disk, const runtime::Path& database) {
    const auto log = log_of(database);
    return disk.exists(log) ? disk.read_text(log, state_size_max) : Result<std::string>("");
}

bool same_beginning(std::string_view a, std::string_view b) {
    return a.substr(0, log_header_size) == b.substr(0, log_header_size);
}

}  // namespace

Result<std::unique_ptr<StateCopy>> StateCopy::take(runtime::Disk& disk,
                                                   const runtime::Path& directory) {
    TRY_ASSIGN(auto copy, copy_of(disk, directory));
    TRY(copy->open());
    return copy;
}

Result<StateCopy::Checked> StateCopy::take_and_check(runtime::Disk& disk,
                                                     const runtime::Path& directory) {
    Checked checked;
    TRY_ASSIGN(checked.copy, copy_of(disk, directory));
    TRY_ASSIGN(checked.complaints,
               metadata::Database::complaints(disk, checked.copy->directory_ / state_file));
    TRY(checked.complaints.empty() ? checked.copy->open() : Result<void>());
    return checked;
}

Result<void> StateCopy::open() {
    TRY_ASSIGN(store_, metadata::open_embedded_store(disk_, directory_ / state_file));
    return {};
}

Result<std::unique_ptr<StateCopy>> StateCopy::copy_of(runtime::Disk& disk,
                                                      const runtime::Path& directory) {
    const auto database = directory / state_file;
    if (!disk.exists(database)) {
        return fail(ErrorCode::kafka_storage_error,
                    "{} has no {}: it is no data directory of Barnabas, or its first one is "
                    "another",
                    directory.string(), state_file);
    }
    const char* base = std::getenv("TMPDIR");
    runtime::RealRandom random;
    auto place = runtime::Path(base != nullptr ? base : "/tmp") /
                 fmt::format("barnabas-metadata-{:016x}", random.next());
    TRY(disk.create_directories(place));
    std::unique_ptr<StateCopy> copy(new StateCopy(disk, std::move(place)));
    TRY(copy->copy(database));
    return copy;
}

StateCopy::~StateCopy() {
    store_.reset();
    ignore(disk_.remove_all(directory_), "nobody is left to tell");
}

Result<void> StateCopy::copy(const runtime::Path& database) {
    const auto ours = directory_ / state_file;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        TRY_ASSIGN(const auto before, read_log(disk_, database));
        TRY_ASSIGN(const auto pages, disk_.read_text(database, state_size_max));
        TRY_ASSIGN(const auto after, read_log(disk_, database));
        if (!same_beginning(before, after)) {
            continue;
        }
        TRY(disk_.replace_text(ours, pages, runtime::Syncs::nothing));
        if (!before.empty()) {
            TRY(disk_.replace_text(log_of(ours), before, runtime::Syncs::nothing));
        }
        return {};
    }
    return fail(ErrorCode::kafka_storage_error,
                "{} changes too fast to be copied; try again, or stop the broker",
                database.string());
}

}  // namespace barnabas::cli
