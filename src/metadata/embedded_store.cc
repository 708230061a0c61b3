#include "metadata/embedded_store.h"

#include "base/invariant.h"
#include "metadata/database.h"
#include "metadata/tree.h"
#include "metadata/watches.h"

#include <deque>
#include <map>
#include <utility>

namespace barnabas::metadata {
namespace {

StoreError storage_error(Error error) {
    return {.code = StoreErrorCode::storage, .message = std::move(error.message)};
}

/// What the file is to hold of the nodes that a transaction touched, each once. An ephemeral child
/// does not make its parent's row worth writing.
std::vector<Database::Row> touched_rows(const Tree& tree,
                                        const std::vector<Tree::Change>& changes) {
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
    std::vector<Database::Row> rows;
    rows.reserve(is_new.size());
    for (const auto& [path, created] : is_new) {
        rows.push_back(Database::row_of(tree, std::string(path), created));
    }
    return rows;
}

class TreeStore final : public EmbeddedStore {
public:
    /// Without a database nothing is kept; without a shard it is written by the calling thread.
    TreeStore(Tree tree, std::shared_ptr<Database> database, SessionId session,
              runtime::Shard* home)
        : tree_(std::move(tree)), database_(std::move(database)), session_(session), home_(home) {}

    ~TreeStore() override {
        suspended_ =
            StoreError{.code = StoreErrorCode::session_expired, .message = "this store is closed"};
        if (let_go_) {
            let_go_->store = nullptr;
        }
        if (writing_) {
            give_up_writing()->store = nullptr;
        }
    }

    void suspend(std::string why) override {
        if (!database_ || suspended_) {
            return;
        }
        suspended_ = StoreError{.code = StoreErrorCode::storage, .message = std::move(why)};
        if (writing_) {
            let_go_ = give_up_writing();
        } else {
            database_->close();
        }
    }

    [[nodiscard]] bool can_reopen() const override { return suspended_ && !let_go_; }

    /// Nobody changes the tree as long as the store is suspended.
    Result<void> reopen() override {
        INVARIANT(database_ && !let_go_, "a store without a file to open is opened again");
        return database_->reopen(tree_);
    }

    void resume() override {
        INVARIANT(suspended_ && database_->is_open(), "there is no file to write to");
        suspended_.reset();
    }

    [[nodiscard]] bool is_suspended() const override { return suspended_.has_value(); }

    void when_idle(std::move_only_function<void()> then) override {
        idle_.push_back(std::move(then));
        tell_if_idle();
    }

    void create(CreateOp op, Done<std::string> done) override {
        auto answer = [done = std::move(done)](StoreResult<Tree::Applied> applied) mutable {
            done(applied ? StoreResult<std::string>(std::move(applied->outcomes.front().path))
                         : std::unexpected(std::move(applied.error())));
        };
        change(one(std::move(op)), std::move(answer));
    }

    void set(SetOp op, Done<NodeStat> done) override {
        auto answer = [this, path = op.path,
                       done = std::move(done)](StoreResult<Tree::Applied> applied) mutable {
            if (!applied) {
                done(std::unexpected(std::move(applied.error())));
                return;
            }
            const auto node = tree_.get(path);
            INVARIANT(node, "{} was just set", path);
            done(NodeStat(node->stat));
        };
        change(one(std::move(op)), std::move(answer));
    }

    void remove(RemoveOp op, Done<void> done) override {
        auto answer = [done = std::move(done)](StoreResult<Tree::Applied> applied) mutable {
            done(applied ? StoreResult<>() : std::unexpected(std::move(applied.error())));
        };
        change(one(std::move(op)), std::move(answer));
    }

    void multi(std::vector<Op> ops, Done<std::vector<OpOutcome>> done) override {
        auto answer = [done = std::move(done)](StoreResult<Tree::Applied> applied) mutable {
            done(applied ? StoreResult<std::vector<OpOutcome>>(std::move(applied->outcomes))
                         : std::unexpected(std::move(applied.error())));
        };
        change(std::move(ops), std::move(answer));
    }

    void get(std::string path, Watch watch, Done<Node> done) override {
        auto read = [this, path = std::move(path), watch, done = std::move(done)]() mutable {
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
        };
        in_turn(std::move(read));
    }

    void exists(std::string path, Watch watch, Done<std::optional<NodeStat>> done) override {
        auto read = [this, path = std::move(path), watch, done = std::move(done)]() mutable {
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
        };
        in_turn(std::move(read));
    }

    void children(std::string path, Watch watch, Done<std::vector<std::string>> done) override {
        auto read = [this, path = std::move(path), watch, done = std::move(done)]() mutable {
            auto names = tree_.children(path);
            if (names && watch == Watch::once) {
                watches_.on_children(std::move(path));
            }
            done(std::move(names));
        };
        in_turn(std::move(read));
    }

    void listen(Listener listener) override {
        INVARIANT(!telling_, "the listener cannot be replaced while it is told");
        listener_ = std::move(listener);
    }

    [[nodiscard]] SessionId session() const override { return session_; }

private:
    using Answer = std::move_only_function<void(StoreResult<Tree::Applied>)>;
    using Call = std::move_only_function<void()>;

    /// A change that is in the tree and on its way to the file.
    struct Writing {
        TreeStore* store;  // null: it has gone. On the home shard
        Tree::Applied applied;
        Answer answer;
        std::vector<Database::Row> rows;
        Result<void> written;  // of the thread that writes, until it has told home
    };

    template <class AnyOp>
    static std::vector<Op> one(AnyOp op) {
        std::vector<Op> ops;
        ops.emplace_back(std::move(op));
        return ops;
    }

    /// Behind the write under way, and the calls that wait for it: what is not on the disk yet
    /// nobody is to see.
    void in_turn(Call call) {
        if (writing_ || !waiting_.empty()) {
            waiting_.push_back(std::move(call));
        } else {
            call();
        }
    }

    void change(std::vector<Op> ops, Answer answer) {
        auto call = [this, ops = std::move(ops), answer = std::move(answer)]() mutable {
            begin(ops, std::move(answer));
        };
        in_turn(std::move(call));
    }

    /// In memory, then on disk; if the disk refuses, in neither.
    void begin(std::span<const Op> ops, Answer answer) {
        if (suspended_) {
            answer(std::unexpected(*suspended_));
            return;
        }
        auto applied = tree_.apply(ops, session_);
        if (!applied) {
            answer(std::move(applied));
            return;
        }
        auto rows =
            database_ ? touched_rows(tree_, applied->changes) : std::vector<Database::Row>();
        const bool to_write = !rows.empty();
        auto writing = std::make_shared<Writing>(this, std::move(*applied), std::move(answer),
                                                 std::move(rows), Result<void>());
        writing_ = writing;
        if (to_write && home_ != nullptr) {
            home_->pool().submit([database = database_, home = home_, writing] {
                writing->written = database->write(writing->rows);
                home->post([writing] { ended(writing); });
            });
            return;
        }
        if (to_write) {
            writing->written = database_->write(writing->rows);
        }
        ended(writing);
    }

    static void ended(const std::shared_ptr<Writing>& writing) {
        if (writing->store != nullptr) {
            writing->store->end(*writing);
        }
    }

    /// Tells the watches before whoever asked.
    void end(Writing& writing) {
        if (let_go_.get() == &writing) {
            let_go_.reset();
            database_->close();
            tell_if_idle();
            return;
        }
        writing_.reset();
        if (writing.written) {
            tree_.keep();
            tell(watches_.take(writing.applied.changes));
            writing.answer(std::move(writing.applied));
        } else {
            tree_.undo();
            writing.answer(std::unexpected(storage_error(std::move(writing.written.error()))));
        }
        go_on();
        tell_if_idle();
    }

    void tell_if_idle() {
        if (!writing_ && !let_go_) {
            for (auto& then : std::exchange(idle_, {})) {
                then();
            }
        }
    }

    void go_on() {
        while (!writing_ && !waiting_.empty()) {
            auto call = std::move(waiting_.front());
            waiting_.pop_front();
            call();
        }
    }

    /// The store changes nothing any more, and does not wait for the disk: whether that has the
    /// change is not known.
    std::shared_ptr<Writing> give_up_writing() {
        auto writing = std::exchange(writing_, nullptr);
        tree_.undo();
        writing->answer(std::unexpected(*suspended_));
        go_on();
        return writing;
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
    std::shared_ptr<Database> database_;  // also of the thread that writes
    SessionId session_;
    runtime::Shard* home_;
    std::optional<StoreError> suspended_;  // what changes are answered
    std::shared_ptr<Writing> writing_;
    std::shared_ptr<Writing> let_go_;  // was under way when the store was suspended, and still is
    std::deque<Call> waiting_;
    std::vector<Call> idle_;  // who asked for when_idle()
    Watches watches_;
    Listener listener_;
    bool telling_ = false;
};

}  // namespace

Result<std::unique_ptr<EmbeddedStore>> open_embedded_store(runtime::Disk& disk,
                                                           const runtime::Path& file,
                                                           runtime::Shard* home) {
    TRY_ASSIGN(std::shared_ptr<Database> database, Database::open(disk, file));
    Tree tree;
    TRY(database->load(tree));
    // Transactions and sessions of this process come after those of every one before.
    tree.number_after(database->openings() << 32);
    const SessionId session(database->openings());
    return std::make_unique<TreeStore>(std::move(tree), std::move(database), session, home);
}

std::unique_ptr<Store> make_memory_store() {
    return std::make_unique<TreeStore>(Tree(), nullptr, SessionId(1), nullptr);
}

}  // namespace barnabas::metadata
