#pragma once

#include "metadata/store.h"
#include "runtime/disk.h"
#include "runtime/shard.h"

#include <functional>
#include <memory>
#include <string>

namespace barnabas::metadata {

/// The store of a cluster of one broker: a tree in memory, with its persistent nodes in an SQLite
/// database where a path is given. A change is durable when it is answered (the write-ahead log is
/// synced). With a shard the file is written on its blocking pool, and calls behind a change are
/// answered after it, on the shard; without one a call is answered before it returns. Ephemeral
/// nodes live in memory alone: they go with the process, as they must.
class EmbeddedStore : public Store {
public:
    /// The disk under the file has failed. The file is let go; what is known is still answered,
    /// and changes are refused with `why` (StoreErrorCode::storage), also the one under way, as
    /// this process's own nodes would be lost with it. Nothing happens if it is suspended already.
    virtual void suspend(std::string why) = 0;
    /// It is suspended, and what was under way then has come back from the disk.
    [[nodiscard]] virtual bool can_reopen() const = 0;
    /// Opens the file again, where can_reopen(), and brings it to what is known: a change that was
    /// refused with the failure may have reached it. This may take as long as its disk hangs: on
    /// any thread, once at a time, and the store stays for it; meanwhile it answers, and refuses
    /// changes. On an error the file is let go again. resume() follows.
    virtual Result<void> reopen() = 0;
    /// Takes changes again, after reopen().
    virtual void resume() = 0;
    [[nodiscard]] virtual bool is_suspended() const = 0;
    /// Calls `then` when nothing is being written: at once, or on the shard when the last write has
    /// come back from the disk, however long that hangs. Then the store can go, and leaves no
    /// thread at work.
    virtual void when_idle(std::move_only_function<void()> then) = 0;
};

/// Opens or creates the database `file`, whose directory is there. Refused with a sentence
/// (kafka_storage_error): a file that is no database of Barnabas, one written by a newer version,
/// one that another process has open. `disk` makes a new database durable; it and `home`, on which
/// the store is called, outlive the store and what it has begun to write.
[[nodiscard]] Result<std::unique_ptr<EmbeddedStore>> open_embedded_store(
    runtime::Disk& disk, const runtime::Path& file, runtime::Shard* home = nullptr);

/// Keeps nothing: for tests, simulation and `--temporary`.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();

}  // namespace barnabas::metadata
