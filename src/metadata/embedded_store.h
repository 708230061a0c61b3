#pragma once

#include "metadata/store.h"
#include "runtime/disk.h"

#include <memory>
#include <string>

namespace barnabas::metadata {

/// The store of a cluster of one broker: a tree in memory, with its persistent nodes in an SQLite
/// database where a path is given. Answers before a call returns; a change is durable when it
/// answers (the write-ahead log is synced), which blocks the calling thread for about a
/// millisecond. Ephemeral nodes live in memory alone: they go with the process, as they must.

class EmbeddedStore : public Store {
public:
    /// The disk under the file has failed. The file is let go; what is known is still answered,
    /// and changes are refused with `why` (StoreErrorCode::storage), as this process's own nodes
    /// would be lost with it. Nothing happens if it is suspended already.
    virtual void suspend(std::string why) = 0;
    /// Opens the file again, while the store is suspended, and brings it to what is known: a change
    /// that was refused with the failure may have reached it. This may take as long as its disk
    /// hangs: on any thread, once at a time, and the store stays for it; meanwhile it answers, and
    /// refuses changes. On an error the file is let go again. resume() follows.
    virtual Result<void> reopen() = 0;
    /// Takes changes again, after reopen().
    virtual void resume() = 0;
    [[nodiscard]] virtual bool is_suspended() const = 0;
};

/// Opens or creates the database `file`, whose directory is there. Refused with a sentence
/// (kafka_storage_error): a file that is no database of Barnabas, one written by a newer version,
/// one that another process has open. `disk` makes a new database durable and outlives the store.
[[nodiscard]] Result<std::unique_ptr<EmbeddedStore>> open_embedded_store(runtime::Disk& disk,
                                                                         const runtime::Path& file);

/// Keeps nothing: for tests, simulation and `--temporary`.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();

}  // namespace barnabas::metadata
