// long: one file system, what it is asked and what can happen to it
#include "runtime/simulated/simulated_disk.h"

#include "base/invariant.h"
#include "runtime/simulated/simulated_nodes.h"

#include <algorithm>
#include <optional>

namespace barnabas::runtime {

namespace {

constexpr std::uint64_t no_step = std::numeric_limits<std::uint64_t>::max();

/// Absolute, without "." and "..", without a slash at the end: what two spellings have in common.
Path normal(const Path& path) {
    Path result = (Path("/") / path).lexically_normal();
    return result.has_filename() ? result : result.parent_path();
}

bool is_below(const Path& path, const Path& directory) {
    const Path whole = normal(path);
    const auto [rest, ignored] = std::ranges::mismatch(directory, whole);
    return rest == directory.end();
}

}  // namespace

struct SimulatedDisk::State {
    const Clock& clock;
    Random& random;
    std::shared_ptr<DirectoryNode> root = std::make_shared<DirectoryNode>();
    std::uint64_t boots = 0;  // crashes so far: older files are dead
    std::uint64_t operations = 0;
    std::uint64_t fail_at = no_step;
    DiskTrouble fail_with = DiskTrouble::broken;
    std::uint64_t stop_at = no_step;
    std::uint64_t capacity = default_capacity;
    bool on_pool = false;
    std::uint64_t cold_reads_on_pool = 0;
    std::uint64_t cold_reads_elsewhere = 0;
    std::vector<Path> broken;
    std::vector<Path> read_only;
    std::vector<Path> hanging;
    std::vector<Path> without_answer;  // some of those
    std::shared_ptr<DiskWatchers> watchers;

    [[nodiscard]] std::unexpected<Error> trouble(DiskTrouble kind, std::string_view operation,
                                                 const Path& path, std::string_view cause) const {
        return watchers->failed(kind, path,
                                fmt::format("cannot {} {}: {}", operation, path.string(), cause));
    }

    [[nodiscard]] static bool is_below_any(const Path& path, const std::vector<Path>& directories) {
        return std::ranges::any_of(
            directories, [&path](const Path& directory) { return is_below(path, directory); });
    }
    /// Whether `path` can be looked at now.
    [[nodiscard]] bool works(const Path& path) const {
        return operations <= stop_at && !is_below_any(path, broken);
    }

    /// The blocking pool looks at it, which may hang.
    void look_at(const Path& path) const {
        if (on_pool && is_below_any(path, hanging)) {
            throw DiskHangs();
        }
    }

    /// Nothing if `path` works now.
    [[nodiscard]] Result<void> check(std::string_view operation, const Path& path) const {
        if (operations > stop_at) {
            return trouble(DiskTrouble::other, operation, path, "the machine has stopped");
        }
        if (is_below_any(path, broken)) {
            return trouble(DiskTrouble::broken, operation, path, "Input/output error");
        }
        return {};
    }

    /// Counts a changing operation and says whether it works. `stopping` (a write alone has it)
    /// is set when it is the very one at which the power goes.
    [[nodiscard]] Result<void> count(std::string_view operation, const Path& path,
                                     bool* stopping = nullptr) {
        TRY(check(operation, path));
        look_at(path);
        if (is_below_any(path, read_only)) {
            return trouble(DiskTrouble::broken, operation, path, "Read-only file system");
        }
        const std::uint64_t number = operations++;
        if (number == fail_at) {
            const bool full = fail_with == DiskTrouble::space;
            // As on the real one: whatever a sync fails with, data are lost; but a directory has to
            // be opened first.
            const bool opens = operation == "sync directory" && fail_with == DiskTrouble::other;
            const bool loses = operation.starts_with("sync") && !opens;
            const auto kind = loses ? DiskTrouble::broken : fail_with;
            return trouble(kind, operation, path,
                           full    ? "No space left on device"
                           : opens ? "Too many open files"
                                   : "Input/output error");
        }
        if (number == stop_at) {
            operations = stop_at + 1;
            if (stopping == nullptr) {
                return trouble(DiskTrouble::other, operation, path, "the machine has stopped");
            }
            *stopping = true;
        }
        return {};
    }

    [[nodiscard]] const Node* find(const Path& path) const;
    [[nodiscard]] std::shared_ptr<DirectoryNode> directory(const Path& path) const {
        const Path whole = normal(path);
        if (whole == "/") {
            return root;
        }
        const Node* node = find(whole);
        const auto* found = node ? std::get_if<std::shared_ptr<DirectoryNode>>(node) : nullptr;
        return found ? *found : nullptr;
    }
    [[nodiscard]] std::shared_ptr<DirectoryNode> parent(const Path& path) const {
        return directory(normal(path).parent_path());
    }
    [[nodiscard]] std::shared_ptr<FileNode> file(const Path& path) const {
        const Node* node = find(path);
        const auto* found = node ? std::get_if<std::shared_ptr<FileNode>>(node) : nullptr;
        return found ? *found : nullptr;
    }
    [[nodiscard]] std::uint64_t used() const { return used_below(*root); }
    [[nodiscard]] static std::uint64_t used_below(const DirectoryNode& directory) {
        std::uint64_t sum = 0;
        for (const auto& [name, node] : directory.live()) {
            if (const auto* file = std::get_if<std::shared_ptr<FileNode>>(&node)) {
                sum += (*file)->pages_taken() * SparseBytes::page_bytes;
            } else {
                sum += used_below(*std::get<std::shared_ptr<DirectoryNode>>(node));
            }
        }
        return sum;
    }
};

const Node* SimulatedDisk::State::find(const Path& path) const {
    const DirectoryNode* at = root.get();
    const Node* found = nullptr;
    for (const Path& name : normal(path).relative_path()) {
        if (at == nullptr) {
            return nullptr;
        }
        found = at->find(name.string());
        if (found == nullptr) {
            return nullptr;
        }
        const auto* next = std::get_if<std::shared_ptr<DirectoryNode>>(found);
        at = next ? next->get() : nullptr;
    }
    return found;
}

/// A handle; dead once the disk has crashed.
class SimulatedDisk::OpenFile final : public File {
public:
    OpenFile(std::shared_ptr<State> state, std::shared_ptr<FileNode> node, Path path, bool writable)
        : state_(std::move(state)),
          node_(std::move(node)),
          path_(std::move(path)),
          boot_(state_->boots),
          writable_(writable) {}

    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t position,
                                              MutableByteView into) const override {
        TRY(alive("read"));
        warm_up(position, into.size());
        const auto got = node_->live().read(position, into);
        node_->bytes_read += got;
        return got;
    }

    Result<void> write_at(std::uint64_t position, std::span<const ByteView> parts) override {
        TRY(changeable("write to"));
        bool stopping = false;
        TRY(state_->count("write to", path_, &stopping));
        std::vector<std::byte> bytes;
        for (const ByteView part : parts) {
            bytes.insert(bytes.end(), part.begin(), part.end());
        }
        const bool fits = cut_to_space(position, bytes);
        if (!bytes.empty()) {
            // Of a page that is written in part the rest is read first.
            if (position % SparseBytes::page_bytes != 0) {
                warm_up(position, 1);
            }
            node_->write(position, bytes);
            node_->modified = state_->clock.wall();
        }
        if (stopping) {
            return state_->trouble(DiskTrouble::other, "write to", path_,
                                   "the machine has stopped");
        }
        if (!fits) {
            return state_->trouble(DiskTrouble::space, "write to", path_,
                                   "No space left on device");
        }
        return {};
    }

    Result<void> truncate(std::uint64_t size) override {
        TRY(changeable("set the size of"));
        TRY(state_->count("set the size of", path_));
        node_->resize(size);
        node_->modified = state_->clock.wall();
        return {};
    }

    [[nodiscard]] Result<bool> reserve(std::uint64_t size) override {
        TRY(changeable("reserve room for"));
        TRY(state_->count("reserve room for", path_));
        if (node_->pages_missing(0, size) > pages_free()) {
            return state_->trouble(DiskTrouble::space, "reserve room for", path_,
                                   "No space left on device");
        }
        const auto pages = (size + SparseBytes::page_bytes - 1) / SparseBytes::page_bytes;
        node_->reserved_pages = std::max(node_->reserved_pages, pages);
        return true;
    }

    Result<void> sync() override {
        TRY(alive("sync"));
        if (sync_failed_) {
            return state_->trouble(DiskTrouble::broken, "sync", path_, "Input/output error");
        }
        if (auto works = state_->count("sync", path_); !works) {
            if (state_->operations <= state_->stop_at) {
                sync_failed_ = true;
                node_->fail_sync();
            }
            return works;
        }
        node_->sync();
        return {};
    }

    void forget_unsynced() override {
        if (state_->works(path_)) {
            node_->forget_unsynced();
        }
    }

    [[nodiscard]] Result<std::uint64_t> size() const override {
        TRY(alive("look at"));
        return node_->live().size();
    }
    [[nodiscard]] bool in_memory(std::uint64_t position, std::uint64_t size) const override {
        return !node_->is_cold(position, size);
    }
    [[nodiscard]] int native_handle() const override { return -1; }

private:
    [[nodiscard]] Result<void> alive(std::string_view operation) const {
        if (boot_ != state_->boots) {
            return state_->trouble(DiskTrouble::other, operation, path_, "the machine has stopped");
        }
        return state_->check(operation, path_);
    }
    [[nodiscard]] Result<void> changeable(std::string_view operation) const {
        TRY(alive(operation));
        if (!writable_) {
            return state_->trouble(DiskTrouble::other, operation, path_,
                                   "it is open for reading only");
        }
        return {};
    }

    /// Whoever needs these bytes waits for the medium if they are nowhere else.
    void warm_up(std::uint64_t position, std::uint64_t size) const {
        if (node_->is_cold(position, size) && state_->is_below_any(path_, state_->hanging)) {
            INVARIANT(state_->on_pool, "a shard waits for {}, which hangs", path_.string());
            throw DiskHangs();
        }
        if (node_->warm_up(position, size)) {
            ++(state_->on_pool ? state_->cold_reads_on_pool : state_->cold_reads_elsewhere);
        }
    }

    [[nodiscard]] std::uint64_t pages_free() const {
        const std::uint64_t used = state_->used();
        return (used < state_->capacity ? state_->capacity - used : 0) / SparseBytes::page_bytes;
    }

    /// Cuts `bytes` to what the disk still takes; false if it had to.
    bool cut_to_space(std::uint64_t position, std::vector<std::byte>& bytes) const {
        if (state_->capacity == default_capacity) {
            return true;  // not to add up the whole tree at each write
        }
        const auto pages = pages_free();
        bool fits = true;
        while (node_->pages_missing(position, bytes.size()) > pages) {
            fits = false;
            const std::size_t over = (position + bytes.size()) % SparseBytes::page_bytes;
            const std::size_t cut = over == 0 ? SparseBytes::page_bytes : over;
            bytes.resize(bytes.size() - std::min(cut, bytes.size()));
        }
        return fits;
    }

    std::shared_ptr<State> state_;
    std::shared_ptr<FileNode> node_;
    Path path_;
    std::uint64_t boot_;
    bool writable_;
    bool sync_failed_ = false;
};

class SimulatedDisk::Lock final : public FileLock {
public:
    Lock(std::shared_ptr<State> state, std::shared_ptr<FileNode> node)
        : state_(std::move(state)), node_(std::move(node)), boot_(state_->boots) {
        node_->locked = true;
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    ~Lock() override {
        if (boot_ == state_->boots) {
            node_->locked = false;
        }
    }

private:
    std::shared_ptr<State> state_;
    std::shared_ptr<FileNode> node_;
    std::uint64_t boot_;
};

SimulatedDisk::SimulatedDisk(const Clock& clock, Random& random)
    : state_(std::make_shared<State>(State{.clock = clock,
                                           .random = random,
                                           .broken = {},
                                           .read_only = {},
                                           .watchers = watchers()})) {}

SimulatedDisk::~SimulatedDisk() = default;

void SimulatedDisk::crash(CrashOptions options) {
    ++state_->boots;
    state_->fail_at = no_step;
    state_->stop_at = no_step;
    state_->root->crash(options, state_->random);
}

std::uint64_t SimulatedDisk::operations() const {
    return state_->operations;
}

void SimulatedDisk::fail_at(std::uint64_t n, DiskTrouble trouble) {
    state_->fail_at = n;
    state_->fail_with = trouble;
}

void SimulatedDisk::stop_at(std::uint64_t n) {
    INVARIANT(n >= state_->operations, "operation {} of {} is over", n, state_->operations);
    state_->stop_at = n;
}

void SimulatedDisk::break_directory(const Path& directory) {
    state_->broken.push_back(normal(directory));
}

void SimulatedDisk::make_read_only(const Path& directory) {
    state_->read_only.push_back(normal(directory));
}

void SimulatedDisk::hang(const Path& directory) {
    state_->hanging.push_back(normal(directory));
}

void SimulatedDisk::hang_without_answer(const Path& directory) {
    hang(directory);
    state_->without_answer.push_back(normal(directory));
}

void SimulatedDisk::heal() {
    state_->broken.clear();
    state_->read_only.clear();
    state_->hanging.clear();
    state_->without_answer.clear();
}

void SimulatedDisk::set_capacity(std::uint64_t bytes) {
    state_->capacity = bytes;
}

void SimulatedDisk::make_cold(const Path& file, std::uint64_t position, std::uint64_t size) {
    if (const auto node = state_->file(file)) {
        node->make_cold(position, size);
    }
}

std::uint64_t SimulatedDisk::cold_reads_on_pool() const {
    return state_->cold_reads_on_pool;
}

std::uint64_t SimulatedDisk::cold_reads_elsewhere() const {
    return state_->cold_reads_elsewhere;
}

std::uint64_t SimulatedDisk::bytes_read(const Path& file) const {
    const auto node = state_->file(file);
    return node ? node->bytes_read : 0;
}

void SimulatedDisk::on_pool(bool begins) {
    state_->on_pool = begins;
}

Result<std::shared_ptr<File>> SimulatedDisk::open(const Path& path, OpenMode mode) {
    const bool creates = mode == OpenMode::create_new || mode == OpenMode::create_or_open;
    const std::string_view operation = creates ? "create" : "open";
    TRY(state_->check(operation, path));
    auto node = state_->file(path);
    if (node && mode == OpenMode::create_new) {
        return state_->trouble(DiskTrouble::other, operation, path, "File exists");
    }
    if (!node) {
        const auto parent = state_->parent(path);
        if (!creates || !parent) {
            return state_->trouble(DiskTrouble::path, operation, path, "No such file or directory");
        }
        if (state_->find(path) != nullptr) {
            return state_->trouble(DiskTrouble::other, operation, path, "Is a directory");
        }
        TRY(state_->count(operation, path));
        node = std::make_shared<FileNode>();
        node->modified = state_->clock.wall();
        parent->change({{normal(path).filename().string(), Node(node)}}, node->modified);
    }
    return std::make_shared<OpenFile>(state_, std::move(node), path, mode != OpenMode::read);
}

bool SimulatedDisk::exists(const Path& path) const {
    state_->look_at(path);
    return state_->works(path) && (normal(path) == "/" || state_->find(path) != nullptr);
}

bool SimulatedDisk::is_directory(const Path& path) const {
    state_->look_at(path);
    return state_->works(path) && state_->directory(path) != nullptr;
}

Path SimulatedDisk::absolute(const Path& path) const {
    return normal(path);
}

Result<std::vector<DirectoryEntry>> SimulatedDisk::list(const Path& directory) const {
    TRY(state_->check("list", directory));
    const auto node = state_->directory(directory);
    if (!node) {
        return state_->trouble(DiskTrouble::path, "list", directory, "No such file or directory");
    }
    std::vector<DirectoryEntry> entries;
    for (const auto& [name, child] : node->live()) {
        const auto* file = std::get_if<std::shared_ptr<FileNode>>(&child);
        entries.push_back({.name = name,
                           .is_directory = file == nullptr,
                           .size = file ? (*file)->live().size() : 0,
                           .modified = file ? (*file)->modified.get() : 0});
    }
    return entries;
}

Result<void> SimulatedDisk::create_directories(const Path& directory) {
    TRY(state_->check("create directory", directory));
    if (state_->directory(directory)) {
        return {};
    }
    TRY(state_->count("create directory", directory));
    auto at = state_->root;
    for (const Path& name : normal(directory).relative_path()) {
        const Node* found = at->find(name.string());
        if (found == nullptr) {
            const auto child = std::make_shared<DirectoryNode>();
            child->modified = state_->clock.wall();
            at->change({{name.string(), Node(child)}}, child->modified);
            at = child;
            continue;
        }
        const auto* child = std::get_if<std::shared_ptr<DirectoryNode>>(found);
        if (child == nullptr) {
            return state_->trouble(DiskTrouble::path, "create directory", directory,
                                   "Not a directory");
        }
        at = *child;
    }
    return {};
}

Result<void> SimulatedDisk::rename(const Path& from, const Path& to) {
    TRY(state_->check("rename", from));
    TRY(state_->check("rename", to));
    const Node* found = state_->find(from);
    const auto from_parent = state_->parent(from);
    const auto to_parent = state_->parent(to);
    if (found == nullptr || !to_parent) {
        return state_->trouble(DiskTrouble::path, "rename to " + to.string() + " the file", from,
                               "No such file or directory");
    }
    const auto target = state_->directory(to);
    if (target && !target->live().empty()) {
        return state_->trouble(DiskTrouble::other, "rename to " + to.string() + " the file", from,
                               "Directory not empty");
    }
    TRY(state_->count("rename", from));
    const Node node = *found;
    const auto old_name = normal(from).filename().string();
    const auto new_name = normal(to).filename().string();
    const Timestamp now = state_->clock.wall();
    if (from_parent == to_parent) {
        if (old_name != new_name) {
            from_parent->change({{old_name, std::nullopt}, {new_name, node}}, now);
        }
        return {};
    }
    to_parent->change({{new_name, node}}, now);
    from_parent->change({{old_name, std::nullopt}}, now);
    return {};
}

Result<void> SimulatedDisk::remove(const Path& file) {
    TRY(state_->check("remove", file));
    if (!state_->file(file)) {
        return state_->trouble(DiskTrouble::path, "remove", file, "No such file or directory");
    }
    TRY(state_->count("remove", file));
    state_->parent(file)->change({{normal(file).filename().string(), std::nullopt}},
                                 state_->clock.wall());
    return {};
}

Result<void> SimulatedDisk::remove_all(const Path& directory) {
    TRY(state_->check("remove", directory));
    if (state_->find(directory) == nullptr) {
        return {};  // as the real one
    }
    TRY(state_->count("remove", directory));
    state_->parent(directory)->change({{normal(directory).filename().string(), std::nullopt}},
                                      state_->clock.wall());
    return {};
}

Result<void> SimulatedDisk::sync_directory(const Path& directory) {
    TRY(state_->check("sync directory", directory));
    const auto node = state_->directory(directory);
    if (!node) {
        return state_->trouble(DiskTrouble::path, "sync directory", directory,
                               "No such file or directory");
    }
    TRY(state_->count("sync directory", directory));
    node->sync();
    return {};
}

Result<DiskSpace> SimulatedDisk::space(const Path& path) const {
    TRY(state_->check("ask for the free space of", path));
    if (state_->on_pool && state_->is_below_any(path, state_->without_answer)) {
        throw DiskHangs();
    }
    const std::uint64_t used = std::min(state_->used(), state_->capacity);
    return DiskSpace{.total = state_->capacity, .free = state_->capacity - used};
}

Result<std::int64_t> SimulatedDisk::modified_at(const Path& path) const {
    TRY(state_->check("look at", path));
    if (const auto file = state_->file(path)) {
        return file->modified.get();
    }
    if (const auto directory = state_->directory(path)) {
        return directory->modified.get();
    }
    return state_->trouble(DiskTrouble::path, "look at", path, "No such file or directory");
}

Result<void> SimulatedDisk::set_modified(const Path& path, std::int64_t when) {
    TRY(state_->check("date", path));
    const auto file = state_->file(path);
    if (!file) {
        return state_->trouble(DiskTrouble::path, "date", path, "No such file or directory");
    }
    file->modified = Timestamp{when};
    return {};
}

Result<std::unique_ptr<FileLock>> SimulatedDisk::lock(const Path& path) {
    TRY(open(path, OpenMode::create_or_open));
    auto node = state_->file(path);
    if (node->locked) {
        return watchers()->failed(
            DiskTrouble::other, path,
            fmt::format("{} is locked: another process uses its directory", path.string()));
    }
    return std::make_unique<Lock>(state_, std::move(node));
}

}  // namespace barnabas::runtime
