#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace barnabas::broker {

/// Who may still write to a log directory. Clients stop where less than log.dir.min.free.bytes is
/// free: that much is kept for what makes room again and for those who read meanwhile. The logs in
/// which the broker writes down what goes on (members and offsets of groups, transactions, share
/// groups) take records as long as the disk does: without them no consumer of a group could join,
/// or commit what it has read. Not even where nothing is left: then the write itself says so, and
/// what has a reserve of its own goes on (the cluster's state, and retention).
enum class Room : std::int8_t { for_all, for_the_broker };

[[nodiscard]] Room room_of(std::uint64_t free_bytes, std::uint64_t free_min);

/// Whether a log takes records; `internal`: of a topic that the broker alone writes.
[[nodiscard]] bool takes_records(Room room, bool internal);

/// What whoever produces is told, and the log. Nothing is said of the mount if it is not known.
[[nodiscard]] std::string no_room_sentence(const std::string& directory,
                                           const std::optional<std::string>& mount,
                                           std::uint64_t free_bytes, std::uint64_t free_min);

}  // namespace barnabas::broker
