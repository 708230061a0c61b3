#include "support/vectors.h"

#include "support/exact_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

namespace barnabas::testing {
namespace {

namespace fs = std::filesystem;

const fs::path own_folder = fs::path{BARNABAS_TEST_DATA} / "vectors";
constexpr std::string_view own_suffix = ".jsonl.zst";
constexpr std::string_view plain_suffix = ".jsonl";

std::optional<std::string> contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>{file}, {}};
}

std::string unfolded(const std::string& compressed) {
    const auto size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
    if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) {
        return {};
    }
    std::string text(size, '\0');
    const auto got =
        ZSTD_decompress(text.data(), text.size(), compressed.data(), compressed.size());
    return ZSTD_isError(got) != 0 ? std::string{} : text;
}

std::vector<boost::json::object> parsed(std::string_view text, std::string_view name) {
    std::vector<boost::json::object> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        auto value = parse_exactly(text.substr(0, end));
        if (!value || !value->is_object()) {
            ADD_FAILURE() << name << " line " << lines.size() + 1 << " is not a JSON object";
            break;
        }
        lines.push_back(std::move(value->get_object()));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// The folder that BARNABAS_VECTORS names, if it names one.
const char* other_folder() {
    const char* const other = std::getenv("BARNABAS_VECTORS");
    return other == nullptr || *other == '\0' ? nullptr : other;
}

/// Whether any file that the tests know is in `folder`: without this check a mistyped name would
/// pass every test.
bool holds_vectors(const fs::path& folder) {
    return std::ranges::any_of(vector_files(), [&](const std::string& name) {
        return fs::exists(folder / fmt::format("{}{}", name, plain_suffix)) ||
               fs::exists(folder / fmt::format("{}{}", name, own_suffix));
    });
}

/// Nothing where `folder` has the file in neither form.
std::string other_text(const fs::path& folder, std::string_view name) {
    if (auto plain = contents(folder / fmt::format("{}{}", name, plain_suffix))) {
        return *std::move(plain);
    }
    const auto path = folder / fmt::format("{}{}", name, own_suffix);
    const auto compressed = contents(path);
    auto text = compressed ? unfolded(*compressed) : std::string{};
    if (compressed && text.empty()) {
        ADD_FAILURE() << path << " is unreadable";
    }
    return text;
}

}  // namespace

std::string vector_text(std::string_view name) {
    return data_text(fmt::format("vectors/{}{}", name, own_suffix));
}

std::string data_text(std::string_view file) {
    const auto path = fs::path{BARNABAS_TEST_DATA} / file;
    auto text = unfolded(contents(path).value_or(""));
    if (text.empty()) {
        ADD_FAILURE() << path << " is missing or unreadable";
    }
    return text;
}

std::vector<boost::json::object> data_lines(std::string_view file) {
    const auto path = fs::path{BARNABAS_TEST_DATA} / fmt::format("{}{}", file, own_suffix);
    auto lines = parsed(unfolded(contents(path).value_or("")), file);
    if (lines.empty()) {
        ADD_FAILURE() << path << " is missing or unreadable";
    }
    return lines;
}

bool vectors_are_ours() {
    return other_folder() == nullptr;
}

std::vector<boost::json::object> vector_lines(std::string_view name) {
    const char* const other = other_folder();
    if (other == nullptr) {
        return parsed(vector_text(name), name);
    }
    if (!holds_vectors(other)) {
        ADD_FAILURE() << "BARNABAS_VECTORS=" << other << " is no folder with vector files";
        return {};
    }
    return parsed(other_text(other, name), name);
}

std::vector<std::string> vector_files() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator{own_folder}) {
        const auto name = entry.path().filename().string();
        if (name.ends_with(own_suffix)) {
            names.push_back(name.substr(0, name.size() - own_suffix.size()));
        }
    }
    std::ranges::sort(names);
    return names;
}

std::vector<std::byte> bytes_of_hex(std::string_view hex) {
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    EXPECT_EQ(hex.size() % 2, 0U) << hex;
    std::vector<std::byte> bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<std::byte>(digit(hex[i]) * 16 + digit(hex[i + 1])));
    }
    return bytes;
}

std::string hex_of_bytes(ByteView bytes) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const auto byte : bytes) {
        hex += digits[std::to_integer<std::size_t>(byte) >> 4];
        hex += digits[std::to_integer<std::size_t>(byte) & 15];
    }
    return hex;
}

}  // namespace barnabas::testing
