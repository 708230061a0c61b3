#pragma once

#include "base/time.h"
#include "runtime/random.h"
#include "runtime/simulated/simulated_disk.h"
#include "runtime/simulated/sparse_bytes.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace barnabas::runtime {

/// A file of SimulatedDisk: what programs see, what is on the medium, and the steps between.
/// Always: durable plus every pending step, in order, is live; unless a sync failed.
class FileNode {
public:
    [[nodiscard]] const SparseBytes& live() const { return live_; }
    void write(std::uint64_t position, ByteView bytes);
    void resize(std::uint64_t size);
    void sync();
    /// As Linux after an I/O error: what was pending never reaches the medium, programs go on
    /// seeing it, and the next sync works.
    void fail_sync();
    void forget_unsynced();
    void crash(const CrashOptions& options, Random& random);

    /// Bytes [position, position + size), as far as there are any, are on the medium alone.
    void make_cold(std::uint64_t position, std::uint64_t size);
    [[nodiscard]] bool is_cold(std::uint64_t position, std::uint64_t size) const;
    /// They are in memory now; whether some were not.
    bool warm_up(std::uint64_t position, std::uint64_t size);

    /// What it takes of the disk, in pages: what is written and what is reserved.
    [[nodiscard]] std::uint64_t pages_taken() const;
    /// How many a write there would add to that.
    [[nodiscard]] std::uint64_t pages_missing(std::uint64_t position, std::uint64_t size) const;

    Timestamp modified;
    bool locked = false;
    std::uint64_t bytes_read = 0;
    std::uint64_t reserved_pages = 0;  // the first ones; a crash leaves them

private:
    struct Write {
        std::uint64_t position;
        std::vector<std::byte> bytes;
    };
    struct Resize {
        std::uint64_t size;
    };
    using Step = std::variant<Write, Resize>;

    static void apply(SparseBytes& to, const Step& step);
    void tear(Write& write, Random& random) const;

    SparseBytes live_;
    SparseBytes durable_;
    std::vector<Step> pending_;
    bool lost_some_ = false;              // live has what durable will not get
    std::set<std::uint64_t> cold_pages_;  // by number
};

class DirectoryNode;
using Node = std::variant<std::shared_ptr<FileNode>, std::shared_ptr<DirectoryNode>>;

/// A directory of SimulatedDisk, in the same three parts.
class DirectoryNode {
public:
    using Entries = std::map<std::string, Node, std::less<>>;
    /// What one operation changes here: names set, or removed where there is no node.
    using Change = std::vector<std::pair<std::string, std::optional<Node>>>;

    [[nodiscard]] const Entries& live() const { return live_; }
    [[nodiscard]] const Node* find(std::string_view name) const;
    void change(Change change, Timestamp now);
    void sync();
    /// This directory and all below it.
    void crash(const CrashOptions& options, Random& random);

    Timestamp modified;

private:
    static void apply(Entries& to, const Change& change);

    Entries live_;
    Entries durable_;
    std::vector<Change> pending_;
};

}  // namespace barnabas::runtime
