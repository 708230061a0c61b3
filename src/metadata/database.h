#pragma once

#include "metadata/tree.h"
#include "runtime/disk.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace barnabas::metadata {

/// The SQLite file behind the embedded store: one row per persistent node, except for those that
/// their children imply (is_implied()). Used by one thread at a time.
/// SQLite's types stay in database.cc.
class Database {
public:
    static Result<std::unique_ptr<Database>> open(runtime::Disk& disk, const runtime::Path& file);

    /// What SQLite's own check finds wrong in a file that nobody has open, the first few; none:
    /// nothing. An error where it cannot even be read. Writes to the file and its log.
    static Result<std::vector<std::string>> complaints(runtime::Disk& disk,
                                                       const runtime::Path& file);

    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database();

    /// Every stored node into an empty `tree`.
    Result<void> load(Tree& tree);
    /// How often the file was opened, this time included: tells one process's life from another's.
    [[nodiscard]] std::int64_t openings() const { return openings_; }

    /// What the file is to hold of one node.
    struct Row {
        struct Stored {
            std::string data;
            NodeStat stat;
        };
        std::string path;
        bool is_new = false;         // the file has no row of it yet
        std::optional<Stored> node;  // nothing: there is no row for it, or no longer
    };
    /// Nothing is stored where there is no node, and of ephemeral ones and implied ones.
    [[nodiscard]] static Row row_of(const Tree& tree, std::string path, bool is_new);
    /// Brings the file's rows to what `rows` say. One durable transaction: all or, on an error,
    /// nothing.
    Result<void> write(std::span<const Row> rows);

    [[nodiscard]] bool is_open() const { return connection_ != nullptr; }
    /// Lets the file go as it is, because the disk under it fails. Only reopen() may follow.
    void close();
    /// Opens it again, or makes it anew, and writes what `tree` holds: all or, on an error,
    /// nothing, and it stays closed.
    Result<void> reopen(const Tree& tree);

private:
    class Connection;
    Database(runtime::Disk& disk, runtime::Path file, std::unique_ptr<Connection> connection);
    Result<void> prepare();
    Result<void> write_rows(std::span<const Row> rows, bool all = false);
    Result<void> open_connection();
    Result<void> make_durable();
    [[nodiscard]] runtime::Path reserve_path() const;
    bool begin_log_again();
    bool spend_reserve();
    void keep_reserve();

    runtime::Disk& disk_;
    runtime::Path file_;
    std::unique_ptr<Connection> connection_;
    std::int64_t openings_ = 0;
    /// The file was made by this process and may vanish with the power until it is synced once.
    bool fresh_ = false;
    /// Beside the database lies a file that only takes room: on a full disk it is given up, so that
    /// what makes room (deleting a topic) can still be written.
    bool has_reserve_ = false;
};

}  // namespace barnabas::metadata
