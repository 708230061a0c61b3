#include "metadata/database.h"

#include "base/invariant.h"

#include <sqlite3.h>

#include <optional>
#include <utility>

namespace barnabas::metadata {
namespace {

constexpr int application_id = 0x4261726e;  // "Barn"
constexpr int layout_version = 1;
constexpr std::size_t reserve_size = 1 << 20;

constexpr const char* schema = R"(
    CREATE TABLE node (path TEXT PRIMARY KEY, data BLOB NOT NULL, created_zxid INTEGER NOT NULL,
                       modified_zxid INTEGER NOT NULL, version INTEGER NOT NULL,
                       children_version INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE opening (number INTEGER NOT NULL);
    INSERT INTO opening VALUES (0);
)";

/// A prepared statement; reset after each use.
class Statement {
public:
    explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
    Statement(Statement&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
    Statement& operator=(Statement&&) = delete;
    ~Statement() { sqlite3_finalize(statement_); }

    void bind(int at, std::int64_t number) { sqlite3_bind_int64(statement_, at, number); }
    /// `text` outlives the next step().
    void bind_text(int at, std::string_view text) {
        sqlite3_bind_text64(statement_, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    void bind_blob(int at, std::string_view bytes) {
        // A null pointer would bind NULL.
        sqlite3_bind_blob64(statement_, at, bytes.empty() ? "" : bytes.data(), bytes.size(),
                            SQLITE_STATIC);
    }
    [[nodiscard]] int step() { return sqlite3_step(statement_); }
    void reset() { sqlite3_reset(statement_); }

    [[nodiscard]] std::int64_t number(int column) const {
        return sqlite3_column_int64(statement_, column);
    }
    [[nodiscard]] std::string bytes(int column) const {
        const void* data = sqlite3_column_blob(statement_, column);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
    }

private:
    sqlite3_stmt* statement_;
};

std::vector<std::string> all_paths(const Tree& tree) {
    std::vector<std::string> paths{"/"};
    for (std::size_t i = 0; i < paths.size(); ++i) {
        const auto names = tree.children(paths[i]);
        INVARIANT(names, "{} is in the tree", paths[i]);
        for (const auto& name : *names) {
            paths.push_back((i == 0 ? "/" : paths[i] + "/") + name);
        }
    }
    return paths;
}

}  // namespace

/// The open database and its statements.
class Database::Connection {
public:
    Connection(const runtime::Disk& disk, runtime::Path file)
        : disk_(disk), path_(std::move(file)), file_(path_.string()) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() {
        upsert_.reset();
        erase_.reset();
        sqlite3_close(database_);
    }

    Result<void> open() {
        constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                              SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
        const int code = sqlite3_open_v2(file_.c_str(), &database_, flags, nullptr);
        return code == SQLITE_OK ? Result<void>() : failed("cannot be opened");
    }

    Result<void> run(const char* sql) {
        const int code = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
        return code == SQLITE_OK ? Result<void>() : failed("refused a change");
    }

    /// SQLite may have done so itself: the error before it is the one to report.
    void roll_back() { sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr); }

    Result<Statement> prepare(std::string_view sql) {
        sqlite3_stmt* statement = nullptr;
        const int code = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
        if (code != SQLITE_OK) {
            return fail(failed("cannot be read"));
        }
        return Statement(statement);
    }

    Result<std::int64_t> number(std::string_view sql) {
        TRY_ASSIGN(Statement statement, prepare(sql));
        if (statement.step() != SQLITE_ROW) {
            return fail(failed("cannot be read"));
        }
        return statement.number(0);
    }

    Result<void> prepare_writes() {
        TRY_ASSIGN(Statement upsert, prepare(R"(
            INSERT INTO node VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (path) DO UPDATE SET
            data = ?2, created_zxid = ?3, modified_zxid = ?4, version = ?5,
            children_version = ?6)"));
        TRY_ASSIGN(Statement erase, prepare("DELETE FROM node WHERE path = ?1"));
        upsert_.emplace(std::move(upsert));
        erase_.emplace(std::move(erase));
        return {};
    }

    Result<void> upsert(const std::string& path, const Row::Stored& node) {
        Statement& s = *upsert_;
        s.bind_text(1, path);
        s.bind_blob(2, node.data);
        s.bind(3, node.stat.created_zxid);
        s.bind(4, node.stat.modified_zxid);
        s.bind(5, node.stat.version.get());
        s.bind(6, node.stat.children_version);
        return finish(s);
    }

    Result<void> erase(std::string_view path) {
        erase_->bind_text(1, path);
        return finish(*erase_);
    }

    Result<void> sync_file() {
        sqlite3_file* file = nullptr;
        sqlite3_file_control(database_, "main", SQLITE_FCNTL_FILE_POINTER, &file);
        INVARIANT(file != nullptr && file->pMethods != nullptr, "{} is not open", file_);
        const int code = file->pMethods->xSync(file, SQLITE_SYNC_FULL);
        return code == SQLITE_OK ? Result<void>() : failed("cannot be synced");
    }

    /// What the log has stays there for the next opening.
    void leave_log() { sqlite3_db_config(database_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

    /// The last failure was for want of space.
    [[nodiscard]] bool is_out_of_space() const { return out_of_space_; }

    Result<void> failed(std::string_view what) {
        out_of_space_ = (sqlite3_errcode(database_) & 0xff) == SQLITE_FULL;
        switch (sqlite3_errcode(database_)) {
            case SQLITE_NOTADB:
                return fail(ErrorCode::kafka_storage_error,
                            "{} is no database of Barnabas; move it away or name another directory",
                            file_);
            case SQLITE_BUSY:
                return fail(ErrorCode::kafka_storage_error,
                            "{} is open in another process; stop that broker first", file_);
            default: {
                auto error = fail(ErrorCode::kafka_storage_error, "{} {}: {}", file_, what,
                                  sqlite3_errmsg(database_));
                report(error.error().message);
                return error;
            }
        }
    }

private:
    /// SQLite reaches the disk by its own way: those who watch the disk hear of it here.
    void report(const std::string& sentence) const {
        const int code = sqlite3_errcode(database_) & 0xff;
        if (code == SQLITE_IOERR || code == SQLITE_READONLY) {
            disk_.report(
                {.trouble = runtime::DiskTrouble::broken, .path = path_, .sentence = sentence});
        } else if (code == SQLITE_CANTOPEN) {
            disk_.report(
                {.trouble = runtime::DiskTrouble::path, .path = path_, .sentence = sentence});
        }
    }

    Result<void> finish(Statement& statement) {
        const int code = statement.step();
        Result<void> result = code == SQLITE_DONE ? Result<void>() : failed("refused a change");
        statement.reset();
        return result;
    }

    const runtime::Disk& disk_;
    runtime::Path path_;
    std::string file_;
    bool out_of_space_ = false;
    sqlite3* database_ = nullptr;
    std::optional<Statement> upsert_;
    std::optional<Statement> erase_;
};

Database::Database(runtime::Disk& disk, runtime::Path file, std::unique_ptr<Connection> connection)
    : disk_(disk), file_(std::move(file)), connection_(std::move(connection)) {}

Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(runtime::Disk& disk, const runtime::Path& file) {
    std::unique_ptr<Database> database(
        new Database(disk, file, std::make_unique<Connection>(disk, file)));
    TRY(database->open_connection());
    return database;
}

Result<std::vector<std::string>> Database::complaints(runtime::Disk& disk,
                                                      const runtime::Path& file) {
    Connection connection(disk, file);
    TRY(connection.open());
    TRY(connection.run("PRAGMA locking_mode = EXCLUSIVE"));
    TRY_ASSIGN(Statement check, connection.prepare("PRAGMA integrity_check(10)"));
    std::vector<std::string> found;
    int code = check.step();
    for (; code == SQLITE_ROW; code = check.step()) {
        auto line = check.bytes(0);
        if (line != "ok") {
            found.push_back(std::move(line));
        }
    }
    TRY(code == SQLITE_DONE ? Result<void>() : connection.failed("cannot be read"));
    return found;
}

Result<void> Database::open_connection() {
    TRY(connection_->open());
    has_reserve_ = disk_.exists(reserve_path());
    auto prepared = prepare();
    if (!prepared && spend_reserve()) {
        prepared = prepare();
    }
    return prepared;
}

void Database::close() {
    connection_->leave_log();
    connection_.reset();
}

Result<void> Database::reopen(const Tree& tree) {
    INVARIANT(!connection_, "{} is open", file_.string());
    connection_ = std::make_unique<Connection>(disk_, file_);
    auto reopened = open_connection();
    if (reopened) {
        std::vector<Row> rows;
        for (auto& path : all_paths(tree)) {
            rows.push_back(row_of(tree, std::move(path), true));
        }
        reopened = write_rows(rows, true);
    }
    if (reopened) {
        reopened = make_durable();
    }
    if (!reopened) {
        close();
    }
    return reopened;
}

Result<void> Database::prepare() {
    Connection& c = *connection_;
    // Exclusive: SQLite keeps its lock and needs no shared memory for the log.
    TRY(c.run("PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -512"));
    TRY_ASSIGN(const std::int64_t tables, c.number("SELECT count(*) FROM sqlite_schema"));
    TRY_ASSIGN(const std::int64_t id, c.number("PRAGMA application_id"));
    TRY_ASSIGN(const std::int64_t version, c.number("PRAGMA user_version"));
    fresh_ = tables == 0 && id == 0;
    if (!fresh_ && id != application_id) {
        return fail(ErrorCode::kafka_storage_error,
                    "{} belongs to another program; move it away or name another directory",
                    file_.string());
    }
    if (version > layout_version) {
        return fail(
            ErrorCode::kafka_storage_error,
            "{} has layout {}, and this version of Barnabas knows up to {}: use a newer one",
            file_.string(), version, layout_version);
    }
    // A new file has nothing to lose yet: what makes it durable waits for the first write.
    TRY(c.run(fresh_ ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = NORMAL"));
    TRY(c.run("PRAGMA journal_mode = WAL"));
    if (fresh_) {
        TRY(c.run("BEGIN"));
        TRY(c.run(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                              application_id, layout_version)
                      .c_str()));
        TRY(c.run(schema));
        TRY(c.run("COMMIT"));
    }
    TRY_ASSIGN(openings_, c.number("UPDATE opening SET number = number + 1 RETURNING number"));
    TRY(c.run(fresh_ ? "PRAGMA synchronous = OFF" : "PRAGMA synchronous = FULL"));
    return c.prepare_writes();
}

Result<void> Database::load(Tree& tree) {
    TRY_ASSIGN(Statement nodes,
               connection_->prepare("SELECT path, data, created_zxid, modified_zxid, version, "
                                    "children_version FROM node ORDER BY path"));
    int code = nodes.step();
    for (; code == SQLITE_ROW; code = nodes.step()) {
        const NodeStat stat{.created_zxid = nodes.number(2),
                            .modified_zxid = nodes.number(3),
                            .version = NodeVersion(static_cast<std::int32_t>(nodes.number(4))),
                            .children_version = static_cast<std::int32_t>(nodes.number(5)),
                            .children = 0,
                            .ephemeral_owner = {}};
        const auto restored = tree.restore(nodes.bytes(0), nodes.bytes(1), stat);
        if (!restored) {
            return fail(ErrorCode::kafka_storage_error, "{} is damaged: {}", file_.string(),
                        restored.error().message);
        }
    }
    return code == SQLITE_DONE ? Result<void>() : connection_->failed("cannot be read");
}

Database::Row Database::row_of(const Tree& tree, std::string path, bool is_new) {
    Row row{.path = std::move(path), .is_new = is_new, .node = {}};
    const auto node = tree.get(row.path);
    if (node && node->stat.ephemeral_owner == SessionId(0) && !is_implied(*node)) {
        row.node = {.data = node->data, .stat = node->stat};
    }
    return row;
}

Result<void> Database::write(std::span<const Row> rows) {
    auto written = write_rows(rows);
    if (!written && begin_log_again()) {
        written = write_rows(rows);
    }
    if (!written && spend_reserve()) {
        written = write_rows(rows);
    }
    TRY(written);
    TRY(make_durable());
    keep_reserve();
    return {};
}

/// On a disk without room: what the log has goes into the file, where most of it replaces what is
/// there, and the room of the log is that of the next changes.
bool Database::begin_log_again() {
    return connection_->is_out_of_space() &&
           connection_->run("PRAGMA wal_checkpoint(RESTART)").has_value();
}

runtime::Path Database::reserve_path() const {
    return file_.string() + ".reserve";
}

/// Whether there is room now where there was none.
bool Database::spend_reserve() {
    if (!connection_->is_out_of_space() || !has_reserve_) {
        return false;
    }
    has_reserve_ = false;
    return disk_.remove(reserve_path()).has_value();
}

/// As well as the disk allows; tried again with every write.
void Database::keep_reserve() {
    if (has_reserve_) {
        return;
    }
    const std::vector<std::byte> zeros(reserve_size);
    auto file = disk_.open(reserve_path(), runtime::OpenMode::create_or_open);
    has_reserve_ = file && (*file)->write_at(0, zeros);
    if (!has_reserve_) {
        ignore(disk_.remove(reserve_path()), "half of it is no use; the next write tries again");
    }
}

/// `all`: what else the file has goes.
Result<void> Database::write_rows(std::span<const Row> rows, bool all) {
    INVARIANT(connection_, "{} is closed", file_.string());
    TRY(connection_->run("BEGIN IMMEDIATE"));
    const auto write_all = [&]() -> Result<void> {
        TRY(all ? connection_->run("DELETE FROM node") : Result<void>());
        for (const Row& row : rows) {
            if (row.node) {
                TRY(connection_->upsert(row.path, *row.node));
            } else if (!row.is_new) {
                TRY(connection_->erase(row.path));
            }
        }
        return connection_->run("COMMIT");
    };
    auto written = write_all();
    if (!written) {
        connection_->roll_back();
    }
    return written;
}

Result<void> Database::make_durable() {
    if (!fresh_) {
        return {};
    }
    // The log was written without syncing: the empty checkpoint below moves it into the file.
    TRY(connection_->run("PRAGMA wal_checkpoint(TRUNCATE)"));
    TRY(connection_->sync_file());
    TRY(disk_.sync_directory(file_.parent_path()));
    TRY(connection_->run("PRAGMA synchronous = FULL"));
    fresh_ = false;
    return {};
}

}  // namespace barnabas::metadata
