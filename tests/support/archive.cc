#include "support/archive.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

namespace barnabas::testing {
namespace {

namespace fs = std::filesystem;

// A tar archive is blocks of 512 bytes: a header, then the contents filled up with zeros.
constexpr std::size_t block_size = 512;
using Block = std::array<char, block_size>;

struct Piece {
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

std::uint64_t octal(std::string_view field) {
    std::uint64_t number = 0;
    for (const char c : field) {
        if (c >= '0' && c <= '7') {
            number = number * 8 + static_cast<std::uint64_t>(c - '0');
        }
    }
    return number;
}

std::string unfolded(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string compressed{std::istreambuf_iterator<char>{file}, {}};
    const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                       &ZSTD_freeDCtx);
    std::string text;
    std::vector<char> piece(ZSTD_DStreamOutSize());
    ZSTD_inBuffer input{compressed.data(), compressed.size(), 0};
    while (input.pos < input.size) {
        ZSTD_outBuffer output{piece.data(), piece.size(), 0};
        const auto left = ZSTD_decompressStream(context.get(), &output, &input);
        if (ZSTD_isError(left) != 0) {
            return {};
        }
        text.append(piece.data(), output.pos);
    }
    return text;
}

/// Walks over an archive's blocks; a read beyond the end yields zeros, which end an archive.
class Archive {
public:
    explicit Archive(std::string bytes) : bytes_(std::move(bytes)) {}

    Block next() {
        Block block{};
        const auto size = std::min(block_size, bytes_.size() - at_);
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), size, block.begin());
        at_ += size;
        return block;
    }
    std::string_view take(std::uint64_t size) {
        const auto contents = std::string_view(bytes_).substr(at_, size);
        at_ = std::min(at_ + (size + block_size - 1) / block_size * block_size, bytes_.size());
        return contents;
    }

private:
    std::string bytes_;
    std::size_t at_ = 0;
};

void read_pieces(std::string_view fields, std::vector<Piece>& pieces) {
    for (; fields.size() >= 24; fields.remove_prefix(24)) {
        if (fields.front() != '\0') {
            pieces.push_back({octal(fields.substr(0, 12)), octal(fields.substr(12, 12))});
        }
    }
}

void write_file(const fs::path& path, std::uint64_t size, const std::vector<Piece>& pieces,
                std::string_view contents) {
    std::ofstream file(path, std::ios::binary);
    for (const auto& piece : pieces) {
        file.seekp(static_cast<std::streamoff>(piece.offset));
        const auto part = contents.substr(0, piece.size);
        file.write(part.data(), static_cast<std::streamsize>(part.size()));
        contents.remove_prefix(part.size());
    }
    file.close();
    fs::resize_file(path, size);
}

/// One file of GNU tar's kind 'S': what lies between its holes, where it lies.
void unpack_sparse(const Block& header, Archive& archive, const fs::path& path) {
    const std::string_view fields(header.data(), header.size());
    std::vector<Piece> pieces;
    read_pieces(fields.substr(386, 96), pieces);
    bool more = header[482] != '\0';
    while (more) {
        const Block extension = archive.next();
        read_pieces({extension.data(), 504}, pieces);
        more = extension[504] != '\0';
    }
    write_file(path, octal(fields.substr(483, 12)), pieces,
               archive.take(octal(fields.substr(124, 12))));
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
    auto name = (fs::temp_directory_path() / "barnabas-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        ADD_FAILURE() << "cannot create " << name;
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code left;
    fs::remove_all(path_, left);
}

void unpack_archive(std::string_view name, const fs::path& folder) {
    const auto source = fs::path{BARNABAS_TEST_DATA} / fmt::format("{}.tar.zst", name);
    Archive archive(unfolded(source));
    std::size_t files = 0;
    while (true) {
        const Block header = archive.next();
        const std::string_view fields(header.data(), header.size());
        const auto path = folder / std::string(fields.substr(0, fields.find('\0')).substr(0, 100));
        const char kind = header[156];
        const auto size = octal(fields.substr(124, 12));
        if (header.front() == '\0') {
            break;
        }
        if (kind == '5') {
            fs::create_directories(path);
        } else if (kind == '0') {
            write_file(path, size, {{0, size}}, archive.take(size));
            ++files;
        } else if (kind == 'S') {
            unpack_sparse(header, archive, path);
            ++files;
        } else {
            ADD_FAILURE() << source << " has an entry of the unknown kind " << kind;
            break;
        }
    }
    EXPECT_GT(files, 0U) << source << " is missing or unreadable";
}

}  // namespace barnabas::testing
