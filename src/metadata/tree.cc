#include "metadata/tree.h"

#include "base/invariant.h"

namespace barnabas::metadata {

struct Tree::Element {
    std::string data;
    NodeStat stat;
    bool implied = false;  // restored without a row of its own: its children tell its stat
    std::map<std::string, std::unique_ptr<Element>, std::less<>> children;
};

/// How to take one operation back: put `before` there, or what was there away.
struct Tree::Undo {
    Element* parent = nullptr;  // nullptr: the root itself was set
    std::string name;
    NodeStat parent_stat;
    bool created = false;
    std::unique_ptr<Element> removed;  // where the operation removed it
    std::string data;                  // where the operation set it
    NodeStat stat;
};

namespace {

template <class... Args>
std::unexpected<StoreError> refuse(StoreErrorCode code, fmt::format_string<Args...> text,
                                   Args&&... args) {
    return std::unexpected(
        StoreError{.code = code, .message = fmt::format(text, std::forward<Args>(args)...)});
}

bool is_ephemeral(CreateMode mode) {
    return mode == CreateMode::ephemeral || mode == CreateMode::ephemeral_sequential;
}

bool is_sequential(CreateMode mode) {
    return mode == CreateMode::persistent_sequential || mode == CreateMode::ephemeral_sequential;
}

}  // namespace

bool is_implied(const Tree::View& node) {
    return node.data.empty() && node.stat.version == NodeVersion(0) && node.stat.children > 0 &&
           node.stat.children_version == node.stat.children &&
           node.stat.ephemeral_owner == SessionId(0);
}

bool is_node_path(std::string_view path) {
    if (path == "/") {
        return true;
    }
    return path.starts_with('/') && !path.ends_with('/') && !path.contains("//") &&
           !path.contains('\0');
}

std::string_view parent_path(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view node_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

Tree::Tree() : root_(std::make_unique<Element>()) {
    root_->implied = true;
}
Tree::Tree(Tree&&) noexcept = default;
Tree& Tree::operator=(Tree&&) noexcept = default;
Tree::~Tree() = default;

Tree::Element* Tree::find(std::string_view path) const {
    Element* element = root_.get();
    std::string_view rest = path.substr(1);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('/'), rest.size());
        const auto child = element->children.find(rest.substr(0, end));
        if (child == element->children.end()) {
            return nullptr;
        }
        element = child->second.get();
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return element;
}

StoreResult<Tree::Element*> Tree::expect(const std::string& path, NodeVersion expected) const {
    if (!is_node_path(path)) {
        return refuse(StoreErrorCode::bad_path, "{} is no node's path: it must be / or like /a/b",
                      path);
    }
    Element* element = find(path);
    if (element == nullptr) {
        return refuse(StoreErrorCode::no_node, "there is no node {}", path);
    }
    if (expected != any_version && element->stat.version != expected) {
        return refuse(StoreErrorCode::bad_version, "{} has version {}, not {}", path,
                      element->stat.version, expected);
    }
    return element;
}

StoreResult<Tree::Applied> Tree::apply(std::span<const Op> ops, SessionId session) {
    INVARIANT(undo_.empty(), "the transaction before was neither kept nor taken back");
    Applied applied;
    applied.outcomes.reserve(ops.size());
    undo_.reserve(ops.size());
    ++zxid_;
    for (std::size_t i = 0; i < ops.size(); ++i) {
        auto outcome =
            std::visit([&](const auto& op) { return run(op, session, applied.changes); }, ops[i]);
        if (!outcome) {
            undo();
            outcome.error().operation = i;
            return std::unexpected(std::move(outcome.error()));
        }
        applied.outcomes.push_back(std::move(*outcome));
    }
    return applied;
}

void Tree::keep() {
    undo_.clear();
}

void Tree::undo() {
    for (; !undo_.empty(); undo_.pop_back()) {
        Undo& last = undo_.back();
        if (last.created) {
            last.parent->children.erase(last.name);
            --size_;
        } else if (last.removed) {
            last.parent->children.emplace(last.name, std::move(last.removed));
            ++size_;
        } else {
            Element& element =
                last.parent != nullptr ? *last.parent->children.find(last.name)->second : *root_;
            element.data = std::move(last.data);
            element.stat = last.stat;
        }
        if (last.parent != nullptr) {
            last.parent->stat = last.parent_stat;
        }
    }
}

StoreResult<OpOutcome> Tree::run(const CreateOp& op, SessionId session,
                                 std::vector<Change>& changes) {
    if (!is_node_path(op.path) || op.path == "/") {
        return refuse(StoreErrorCode::bad_path, "{} cannot be created: it must be like /a/b",
                      op.path);
    }
    Element* parent = find(parent_path(op.path));
    if (parent == nullptr) {
        return refuse(StoreErrorCode::no_node, "{} cannot be created: there is no node {}", op.path,
                      parent_path(op.path));
    }
    if (parent->stat.ephemeral_owner != SessionId(0)) {
        return refuse(StoreErrorCode::ephemeral_parent,
                      "{} cannot be created: ephemeral nodes have no children", op.path);
    }
    std::string path = op.path;
    if (is_sequential(op.mode)) {
        path += fmt::format("{:010}", parent->stat.children_version);
    }
    auto element = std::make_unique<Element>();
    element->data = op.data;
    element->stat = {.created_zxid = zxid_, .modified_zxid = zxid_};
    const bool ephemeral = is_ephemeral(op.mode);
    if (ephemeral) {
        INVARIANT(session != SessionId(0), "an ephemeral node {} without a session", path);
        element->stat.ephemeral_owner = session;
    }
    std::string name(node_name(path));
    if (!parent->children.emplace(name, std::move(element)).second) {
        return refuse(StoreErrorCode::node_exists, "{} is there already", path);
    }
    undo_.push_back({.parent = parent,
                     .name = std::move(name),
                     .parent_stat = parent->stat,
                     .created = true,
                     .removed = nullptr,
                     .data = {},
                     .stat = {}});
    ++parent->stat.children_version;
    ++parent->stat.children;
    ++size_;
    changes.push_back({.kind = Change::Kind::created, .path = path, .ephemeral = ephemeral});
    return OpOutcome{.path = std::move(path)};
}

StoreResult<OpOutcome> Tree::run(const SetOp& op, SessionId /*session*/,
                                 std::vector<Change>& changes) {
    const auto found = expect(op.path, op.expected);
    if (!found) {
        return std::unexpected(found.error());
    }
    Element& element = **found;
    Element* parent = op.path == "/" ? nullptr : find(parent_path(op.path));
    undo_.push_back({.parent = parent,
                     .name = std::string(node_name(op.path)),
                     .parent_stat = parent != nullptr ? parent->stat : NodeStat{},
                     .created = false,
                     .removed = nullptr,
                     .data = std::exchange(element.data, op.data),
                     .stat = element.stat});
    ++element.stat.version;
    element.stat.modified_zxid = zxid_;
    changes.push_back({.kind = Change::Kind::data_changed,
                       .path = op.path,
                       .ephemeral = element.stat.ephemeral_owner != SessionId(0)});
    return OpOutcome{.path = op.path, .version = element.stat.version};
}

StoreResult<OpOutcome> Tree::run(const RemoveOp& op, SessionId /*session*/,
                                 std::vector<Change>& changes) {
    const auto found = expect(op.path, op.expected);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (op.path == "/") {
        return refuse(StoreErrorCode::bad_path, "/ cannot be removed");
    }
    const Element& element = **found;
    if (!element.children.empty()) {
        return refuse(StoreErrorCode::not_empty, "{} has {} children and cannot be removed",
                      op.path, element.children.size());
    }
    Element* parent = find(parent_path(op.path));
    const auto at = parent->children.find(node_name(op.path));
    changes.push_back({.kind = Change::Kind::removed,
                       .path = op.path,
                       .ephemeral = element.stat.ephemeral_owner != SessionId(0)});
    undo_.push_back({.parent = parent,
                     .name = at->first,
                     .parent_stat = parent->stat,
                     .created = false,
                     .removed = std::move(at->second),
                     .data = {},
                     .stat = {}});
    parent->children.erase(at);
    ++parent->stat.children_version;
    --parent->stat.children;
    --size_;
    return OpOutcome{.path = op.path};
}

StoreResult<OpOutcome> Tree::run(const CheckOp& op, SessionId /*session*/,
                                 std::vector<Change>& /*changes*/) {
    const auto found = expect(op.path, op.expected);
    if (!found) {
        return std::unexpected(found.error());
    }
    return OpOutcome{.path = op.path, .version = (*found)->stat.version};
}

StoreResult<Tree::View> Tree::get(std::string_view path) const {
    const auto found = expect(std::string(path), any_version);
    if (!found) {
        return std::unexpected(found.error());
    }
    return View{.data = (*found)->data, .stat = (*found)->stat};
}

StoreResult<std::vector<std::string>> Tree::children(std::string_view path) const {
    const auto found = expect(std::string(path), any_version);
    if (!found) {
        return std::unexpected(found.error());
    }
    std::vector<std::string> names;
    names.reserve((*found)->children.size());
    for (const auto& [name, child] : (*found)->children) {
        names.push_back(name);
    }
    return names;
}

StoreResult<> Tree::restore(std::string_view path, std::string data, const NodeStat& stat) {
    INVARIANT(stat.ephemeral_owner == SessionId(0), "{} is ephemeral and was stored", path);
    if (!is_node_path(path)) {
        return refuse(StoreErrorCode::bad_path, "{} is no node's path", path);
    }
    if (path == "/") {
        root_->data = std::move(data);
        root_->stat = stat;
        root_->stat.children = 0;
        root_->implied = false;
        return {};
    }
    Element* parent = find(parent_path(path));
    if (parent == nullptr) {
        NodeStat implied{.created_zxid = stat.created_zxid, .modified_zxid = stat.created_zxid};
        if (auto restored = restore(parent_path(path), {}, implied); !restored) {
            return restored;
        }
        parent = find(parent_path(path));
        parent->implied = true;
    }
    auto element = std::make_unique<Element>();
    element->data = std::move(data);
    element->stat = stat;
    element->stat.children = 0;
    if (!parent->children.emplace(node_name(path), std::move(element)).second) {
        return refuse(StoreErrorCode::node_exists, "{} is stored twice", path);
    }
    ++parent->stat.children;
    if (parent->implied) {
        parent->stat.children_version = parent->stat.children;
    }
    ++size_;
    return {};
}

}  // namespace barnabas::metadata
