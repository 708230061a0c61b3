#include "metadata/embedded_store.h"

#include "base/invariant.h"
#include "metadata/database.h"
#include "metadata/tree.h"

#include <map>
#include <set>
#include <utility>

namespace barnabas::metadata {
namespace {

StoreError storage_error(Error error) {
    return {.code = StoreErrorCode::storage, .message = std::move(error.message)};
}

/// The nodes that a transaction touched, by path, each once; views of `changes`. An ephemeral child
/// does not make its parent's row worth writing.
std::vector<Database::Touched> touched_nodes(const std::vector<Tree::Change>& changes) {
    std::map<std::string_view, bool> is_new;  // the first mention tells
    for (const Tree::Change& change : changes) {
        if (change.ephemeral) {
            continue;
        }
        is_new.try_emplace(change.path, change.kind == Tree::Change::Kind::created);
        if (change.kind != Tree::Change::Kind::data_changed) {
            is_new.try_emplace(parent_path(change.path), false);
        }
    }
    std::vector<Database::Touched> nodes;
    nodes.reserve(is_new.size());
    for (const auto& [path, created] : is_new) {
        nodes.push_back({.path = path, .is_new = created});
    }
    return nodes;
}

/// Which paths are watched; a watch goes when it tells.
class Watches {
public:
    void on_data(std::string path) { data_.insert(std::move(path)); }
    void on_children(std::string path) { children_.insert(std::move(path)); }

    /// The events of `changes` for what is watched.
    std::vector<StoreEvent> take(const std::vector<Tree::Change>& changes) {
        std::vector<StoreEvent> events;
        for (const Tree::Change& change : changes) {
            if (data_.empty() && children_.empty()) {
                break;
            }
            add(change, events);
        }
        return events;
    }

private:
    void add(const Tree::Change& change, std::vector<StoreEvent>& events) {
        using Kind = Tree::Change::Kind;
        const bool removed = change.kind == Kind::removed;
        const bool data = take(data_, change.path);
        if (removed ? data | take(children_, change.path) : data) {
            events.push_back({.kind = removed ? StoreEvent::Kind::removed
                                      : change.kind == Kind::created
                                          ? StoreEvent::Kind::created
                                          : StoreEvent::Kind::data_changed,
                              .path = change.path});
        }
        if (change.kind != Kind::data_changed && take(children_, parent_path(change.path))) {
            events.push_back({.kind = StoreEvent::Kind::children_changed,
                              .path = std::string(parent_path(change.path))});
        }
    }

    static bool take(std::set<std::string, std::less<>>& watched, std::string_view path) {
        const auto at = watched.find(path);
        if (at == watched.end()) {
            return false;
        }
        watched.erase(at);
        return true;
    }

    std::set<std::string, std::less<>> data_;  // by get() and exists()
    std::set<std::string, std::less<>> children_;
};

class TreeStore final : public EmbeddedStore {
public:
    /// Without a database nothing is kept.
    TreeStore(Tree tree, std::unique_ptr<Database> database, SessionId session)
        : tree_(std::move(tree)), database_(std::move(database)), session_(session) {}

    void suspend(std::string why) override {
        if (database_ && !suspended_) {
            suspended_ = std::move(why);
            database_->close();
        }
    }

    /// Nobody changes the tree as long as the store is suspended.
    Result<void> reopen() override {
        INVARIANT(database_, "a store without a file is opened again");
        return database_->reopen(tree_);
    }

    void resume() override {
        INVARIANT(suspended_ && database_->is_open(), "there is no file to write to");
        suspended_.reset();
    }

    [[nodiscard]] bool is_suspended() const override { return suspended_.has_value(); }

    void create(CreateOp op, Done<std::string> done) override {
        auto applied = apply_one(std::move(op));
        done(applied ? StoreResult<std::string>(std::move(applied->outcomes.front().path))
                     : std::unexpected(std::move(applied.error())));
    }

    void set(SetOp op, Done<NodeStat> done) override {
        std::string path = op.path;
        auto applied = apply_one(std::move(op));
        if (!applied) {
            done(std::unexpected(std::move(applied.error())));
            return;
        }
        const auto node = tree_.get(path);
        INVARIANT(node, "{} was just set", path);
        done(NodeStat(node->stat));
    }

    void remove(RemoveOp op, Done<void> done) override {
        auto applied = apply_one(std::move(op));
        done(applied ? StoreResult<>() : std::unexpected(std::move(applied.error())));
    }

    void multi(std::vector<Op> ops, Done<std::vector<OpOutcome>> done) override {
        auto applied = apply(ops);
        done(applied ? StoreResult<std::vector<OpOutcome>>(std::move(applied->outcomes))
                     : std::unexpected(std::move(applied.error())));
    }

    void get(std::string path, Watch watch, Done<Node> done) override {
        const auto node = tree_.get(path);
        if (!node) {
            done(std::unexpected(node.error()));
            return;
        }
        Node answer{.data = node->data, .stat = node->stat};
        if (watch == Watch::once) {
            watches_.on_data(std::move(path));
        }
        done(std::move(answer));
    }

    void exists(std::string path, Watch watch, Done<std::optional<NodeStat>> done) override {
        const auto node = tree_.get(path);
        if (!node && node.error().code != StoreErrorCode::no_node) {
            done(std::unexpected(node.error()));
            return;
        }
        std::optional<NodeStat> answer;
        if (node) {
            answer = node->stat;
        }
        if (watch == Watch::once) {
            watches_.on_data(std::move(path));
        }
        done(answer);
    }

    void children(std::string path, Watch watch, Done<std::vector<std::string>> done) override {
        auto names = tree_.children(path);
        if (names && watch == Watch::once) {
            watches_.on_children(std::move(path));
        }
        done(std::move(names));
    }

    void listen(Listener listener) override {
        INVARIANT(!telling_, "the listener cannot be replaced while it is told");
        listener_ = std::move(listener);
    }

    [[nodiscard]] SessionId session() const override { return session_; }

private:
    template <class AnyOp>
    StoreResult<Tree::Applied> apply_one(AnyOp op) {
        const Op one(std::move(op));
        return apply({&one, 1});
    }

    /// In memory, then on disk; if the disk refuses, in neither. Tells the watches.
    StoreResult<Tree::Applied> apply(std::span<const Op> ops) {
        if (suspended_) {
            return std::unexpected(
                StoreError{.code = StoreErrorCode::storage, .message = *suspended_});
        }
        auto applied = tree_.apply(ops, session_);
        if (!applied) {
            return applied;
        }
        if (database_) {
            const auto nodes = touched_nodes(applied->changes);
            auto written = nodes.empty() ? Result<void>() : database_->write(tree_, nodes);
            if (!written) {
                tree_.undo();
                return std::unexpected(storage_error(std::move(written.error())));
            }
        }
        tree_.keep();
        tell(watches_.take(applied->changes));
        return applied;
    }

    void tell(const std::vector<StoreEvent>& events) {
        const bool outermost = !std::exchange(telling_, true);
        for (const StoreEvent& event : events) {
            if (listener_) {
                listener_(event);
            }
        }
        telling_ = !outermost;
    }

    Tree tree_;
    std::unique_ptr<Database> database_;
    SessionId session_;
    std::optional<std::string> suspended_;  // and why
    Watches watches_;
    Listener listener_;
    bool telling_ = false;
};

}  // namespace

Result<std::unique_ptr<EmbeddedStore>> open_embedded_store(runtime::Disk& disk,
                                                           const runtime::Path& file) {
    TRY_ASSIGN(auto database, Database::open(disk, file));
    Tree tree;
    TRY(database->load(tree));
    // Transactions and sessions of this process come after those of every one before.
    tree.number_after(database->openings() << 32);
    const SessionId session(database->openings());
    return std::make_unique<TreeStore>(std::move(tree), std::move(database), session);
}

std::unique_ptr<Store> make_memory_store() {
    return std::make_unique<TreeStore>(Tree(), nullptr, SessionId(1));
}

}  // namespace barnabas::metadata
