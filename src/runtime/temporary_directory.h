#pragma once

#include "runtime/disk.h"
#include "runtime/random.h"

namespace barnabas::runtime {

/// A directory of our own under TMPDIR (/tmp without it), gone with the object, with all that is in
/// it. The disk outlives it. Used by one thread at a time.
class TemporaryDirectory {
public:
    explicit TemporaryDirectory(Disk& disk) : disk_(disk) {}
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory();

    /// Makes it, once. kafka_storage_error where that cannot be.
    [[nodiscard]] Result<Path> make(Random& random);
    /// Removes it now, if it was made; an error leaves what could not be removed.
    Result<void> remove();

private:
    Disk& disk_;
    Path path_;  // empty: not made
};

}  // namespace barnabas::runtime
