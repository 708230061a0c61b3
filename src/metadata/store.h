#pragma once

#include "base/result.h"
#include "base/strong.h"

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace barnabas::metadata {

/// One client's life at the store: ephemeral nodes belong to it and go with it. 0: no session.
using SessionId = Strong<std::int64_t, struct SessionIdTag>;

/// How often a node's data changed since it was created, from 0. Writes name the version they
/// expect; any_version expects nothing.
using NodeVersion = Strong<std::int32_t, struct NodeVersionTag>;
inline constexpr NodeVersion any_version{-1};

/// What a store answers when it does not do what it was asked: ZooKeeper's words.
enum class StoreErrorCode : std::int8_t {
    no_node,           // the node, or the parent of one to be created, is not there
    node_exists,       //
    bad_version,       // the node's version is not the expected one
    not_empty,         // it has children
    ephemeral_parent,  // an ephemeral node has no children
    bad_path,          // not of the form "/a/b"
    session_expired,   // ephemeral nodes are gone; this store answers nothing any more
    connection_lost,   // whether it was done is not known
    rolled_back,       // in a multi: another operation failed, so this one was not done
    storage,           // the disk refused; nothing was done
};

struct StoreError {
    StoreErrorCode code = StoreErrorCode::storage;
    std::string message;
    /// In a multi: the first operation that failed; otherwise 0.
    std::size_t operation = 0;
};

template <class T = void>
class [[nodiscard]] StoreResult : public std::expected<T, StoreError> {
public:
    using std::expected<T, StoreError>::expected;
};

/// The one place where a store's errors become Kafka's codes.
[[nodiscard]] Error to_error(const StoreError& error);
template <class T>
[[nodiscard]] std::unexpected<Error> failed(const StoreResult<T>& result) {
    return std::unexpected(to_error(result.error()));
}

struct NodeStat {
    std::int64_t created_zxid = 0;   // the store's transaction that created it, and the one that
    std::int64_t modified_zxid = 0;  // set its data last: each transaction has a higher number
    NodeVersion version{0};
    std::int32_t children_version = 0;  // grows with each child created or removed
    std::int32_t children = 0;
    SessionId ephemeral_owner{0};

    friend bool operator==(const NodeStat&, const NodeStat&) = default;
};

struct Node {
    std::string data;  // ZooKeeper's null reads as empty
    NodeStat stat;
};

/// A sequential node's name gets the parent's next number, ten digits, at its end.
enum class CreateMode : std::int8_t {
    persistent,
    ephemeral,
    persistent_sequential,
    ephemeral_sequential,
};

struct CreateOp {
    std::string path;
    std::string data;
    CreateMode mode = CreateMode::persistent;
};
struct SetOp {
    std::string path;
    std::string data;
    NodeVersion expected = any_version;
};
struct RemoveOp {
    std::string path;
    NodeVersion expected = any_version;
};
/// Fails the multi that holds it unless the node is there with the expected version.
struct CheckOp {
    std::string path;
    NodeVersion expected = any_version;
};
using Op = std::variant<CreateOp, SetOp, RemoveOp, CheckOp>;

/// What one operation of a multi did: the path it created (with its number), the version it set.
struct OpOutcome {
    std::string path;
    NodeVersion version{0};
};

/// Whether the store tells its listener about the next change. A watch tells once: read again,
/// with a watch, to hear of the next one.
enum class Watch : std::int8_t { none, once };

struct StoreEvent {
    enum class Kind : std::int8_t {
        created,           // a node watched by exists()
        removed,           // a node watched by any call
        data_changed,      // a node watched by get() or exists()
        children_changed,  // a node watched by children()
        connected,         // after a loss; the session and its watches go on
        disconnected,      //
        expired,           // the session is over: open another store
    };
    Kind kind = Kind::connected;
    std::string path;  // empty for the session's own events

    friend bool operator==(const StoreEvent&, const StoreEvent&) = default;
};

/// The cluster's state: a tree of versioned nodes, ZooKeeper's model as a port. A path is "/" or
/// "/a/b": no empty segment, no '/' at its end.
///
/// Owned and called by one thread. Every call answers exactly once through its callback, in the
/// order of the calls: before the call returns, or later on the same thread. A watch's event
/// reaches the listener before any answer that shows the new state. Callbacks may call the store.
/// What was answered as done is durable. The destructor ends the session and answers what is open
/// with session_expired.
class Store {
public:
    template <class T>
    using Done = std::move_only_function<void(StoreResult<T>)>;
    using Listener = std::move_only_function<void(const StoreEvent&)>;

    virtual ~Store() = default;

    /// Answers the path created, which differs from the one asked for when it is sequential.
    virtual void create(CreateOp op, Done<std::string> done) = 0;
    virtual void set(SetOp op, Done<NodeStat> done) = 0;
    virtual void remove(RemoveOp op, Done<void> done) = 0;
    /// All or nothing, in order: later operations see what earlier ones did.
    virtual void multi(std::vector<Op> ops, Done<std::vector<OpOutcome>> done) = 0;

    virtual void get(std::string path, Watch watch, Done<Node> done) = 0;
    /// Nothing if it is not there; a watch then tells of its creation.
    virtual void exists(std::string path, Watch watch, Done<std::optional<NodeStat>> done) = 0;
    /// Their names (the last segment), sorted.
    virtual void children(std::string path, Watch watch, Done<std::vector<std::string>> done) = 0;

    /// Whom watches tell; replaces the one before.
    virtual void listen(Listener listener) = 0;
    [[nodiscard]] virtual SessionId session() const = 0;
};

}  // namespace barnabas::metadata
