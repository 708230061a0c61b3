#include "runtime/temporary_directory.h"

#include "base/invariant.h"

#include <cstdlib>
#include <utility>

namespace barnabas::runtime {

TemporaryDirectory::~TemporaryDirectory() {
    ignore(remove(), "nobody is left to tell");
}

Result<Path> TemporaryDirectory::make(Random& random) {
    INVARIANT(path_.empty(), "{} is made twice", path_.string());
    const char* base = std::getenv("TMPDIR");
    const Path path =
        Path(base != nullptr ? base : "/tmp") / fmt::format("barnabas-{:016x}", random.next());
    TRY(disk_.create_directories(path));
    path_ = path;
    return path;
}

Result<void> TemporaryDirectory::remove() {
    return path_.empty() ? Result<void>() : disk_.remove_all(std::exchange(path_, Path()));
}

}  // namespace barnabas::runtime
