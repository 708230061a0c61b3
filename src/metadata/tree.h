#pragma once

#include "metadata/store.h"

#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace barnabas::metadata {

/// A tree of versioned nodes in memory, with ZooKeeper's rules: the logic of the embedded store,
/// without disk, watches or callbacks. Used by one thread.
///
/// Always: "/" is there; a node's parent is there; an ephemeral node has no children; a failed
/// apply() leaves no trace.
class Tree {
public:
    Tree();
    Tree(Tree&&) noexcept;
    Tree& operator=(Tree&&) noexcept;
    ~Tree();

    /// What an apply() did to one node, for those who store it or watch it; in the order of the
    /// operations. Creating and removing change the parent too.
    struct Change {
        enum class Kind : std::int8_t { created, data_changed, removed };
        Kind kind = Kind::created;
        std::string path;
        bool ephemeral = false;
    };

    struct Applied {
        std::vector<OpOutcome> outcomes;  // one per operation
        std::vector<Change> changes;
    };

    /// All of `ops` in order or none, as one transaction of `session`. Until keep() is called,
    /// undo() takes the last apply() back.
    StoreResult<Applied> apply(std::span<const Op> ops, SessionId session);
    /// The last apply() stays: forgets how to take it back.
    void keep();
    void undo();

    struct View {
        const std::string& data;
        const NodeStat& stat;
    };
    [[nodiscard]] StoreResult<View> get(std::string_view path) const;
    [[nodiscard]] StoreResult<std::vector<std::string>> children(std::string_view path) const;

    /// Puts a stored persistent node back; parents come before children. Parents that were not
    /// stored, because they are is_implied(), come back with it. node_exists or bad_path if what
    /// was stored is no tree.
    StoreResult<> restore(std::string_view path, std::string data, const NodeStat& stat);
    /// Transactions are numbered from `zxid` + 1 on.
    void number_after(std::int64_t zxid) { zxid_ = zxid; }
    [[nodiscard]] std::size_t size() const { return size_; }  // with "/"

private:
    struct Element;
    struct Undo;

    [[nodiscard]] Element* find(std::string_view path) const;
    StoreResult<Element*> expect(const std::string& path, NodeVersion expected) const;
    /// The four of apply(): each records how to take it back.
    StoreResult<OpOutcome> run(const CreateOp& op, SessionId session, std::vector<Change>& changes);
    StoreResult<OpOutcome> run(const SetOp& op, SessionId session, std::vector<Change>& changes);
    StoreResult<OpOutcome> run(const RemoveOp& op, SessionId session, std::vector<Change>& changes);
    StoreResult<OpOutcome> run(const CheckOp& op, SessionId session, std::vector<Change>& changes);

    std::unique_ptr<Element> root_;
    std::vector<Undo> undo_;  // of the last apply(), first operation first
    std::int64_t zxid_ = 0;
    std::size_t size_ = 1;
};

/// Whether restore() of its children brings the node back as it is: it has children, none was ever
/// removed, and it never held data. Thousands of /brokers/topics/T/partitions/P are such.
[[nodiscard]] bool is_implied(const Tree::View& node);

/// Whether `path` is "/" or "/a/b/c".
[[nodiscard]] bool is_node_path(std::string_view path);
/// "/a" of "/a/b", "/" of "/a"; `path` is a node's path other than "/".
[[nodiscard]] std::string_view parent_path(std::string_view path);
/// "b" of "/a/b".
[[nodiscard]] std::string_view node_name(std::string_view path);

}  // namespace barnabas::metadata
