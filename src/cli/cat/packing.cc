#include "cli/cat/packing.h"

#include <bit>
#include <cctype>
#include <charconv>
#include <optional>
#include <system_error>
#include <type_traits>

namespace barnabas::cli {
namespace {

constexpr std::string_view pack_letters = " <>bBhHiIqQcs$";

/// An integer of a format.
struct PackedInteger {
    std::size_t size = 0;
    bool is_signed = false;
};

/// Size 0: the letter is no integer.
PackedInteger packed_integer(char letter) {
    const bool is_signed = std::islower(static_cast<unsigned char>(letter)) != 0;
    switch (letter) {
        case 'b':
        case 'B':
            return {.size = 1, .is_signed = is_signed};
        case 'h':
        case 'H':
            return {.size = 2, .is_signed = is_signed};
        case 'i':
        case 'I':
            return {.size = 4, .is_signed = is_signed};
        case 'q':
        case 'Q':
            return {.size = 8, .is_signed = is_signed};
        default:
            return {};
    }
}

/// The `size` bytes as a number, its sign spread over all of it.
std::uint64_t number_of_bytes(std::string_view bytes, std::endian order, bool is_signed) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto at = order == std::endian::big ? i : bytes.size() - 1 - i;
        number = number << 8 | static_cast<unsigned char>(bytes[at]);
    }
    const auto unused = 64 - 8 * bytes.size();
    if (is_signed && unused > 0) {
        number = static_cast<std::uint64_t>(static_cast<std::int64_t>(number << unused) >>
                                            static_cast<int>(unused));
    }
    return number;
}

std::string bytes_of_number(std::uint64_t number, std::size_t size, std::endian order) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
        const auto at = order == std::endian::big ? size - 1 - i : i;
        bytes[at] = static_cast<char>(number >> (8 * i) & 0xff);
    }
    return bytes;
}

/// Takes a number off the front of `text`; nothing if there is none, or none of that size.
template <class T>
std::optional<std::uint64_t> take_number_as(std::string_view& text, std::size_t size) {
    T number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc()) {
        return std::nullopt;
    }
    const auto wide = static_cast<std::uint64_t>(number);
    const auto kept = bytes_of_number(wide, size, std::endian::big);
    if (number_of_bytes(kept, std::endian::big, std::is_signed_v<T>) != wide) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    return wide;
}

std::optional<std::uint64_t> take_number(std::string_view& text, PackedInteger integer) {
    return integer.is_signed ? take_number_as<std::int64_t>(text, integer.size)
                             : take_number_as<std::uint64_t>(text, integer.size);
}

}  // namespace

Result<PackFormat> PackFormat::parse(std::string_view what, std::string_view letters) {
    if (letters.empty()) {
        return fail(ErrorCode::invalid_request, "{} pack-format must not be empty", what);
    }
    const auto wrong = letters.find_first_not_of(pack_letters);
    if (wrong != std::string_view::npos) {
        return fail(ErrorCode::invalid_request,
                    "Invalid token '{}' in {} pack-format; what there is: {}", letters[wrong], what,
                    pack_letters.substr(1));
    }
    return PackFormat(what, letters);
}

Result<void> PackFormat::unpack(std::string_view bytes, std::string& text) const {
    auto order = std::endian::big;
    for (const char letter : letters_) {
        const auto integer = packed_integer(letter);
        const std::size_t wanted = letter == 'c' ? 1 : integer.size;
        if (wanted > bytes.size()) {
            return fail(ErrorCode::invalid_request,
                        "{} truncated, expected {} bytes to unpack {} but only {} bytes remaining",
                        what_, wanted, letter, bytes.size());
        }
        if (integer.size > 0) {
            const auto number =
                number_of_bytes(bytes.substr(0, integer.size), order, integer.is_signed);
            text += integer.is_signed ? std::to_string(static_cast<std::int64_t>(number))
                                      : std::to_string(number);
            bytes.remove_prefix(integer.size);
        } else if (letter == 'c') {
            text += bytes.front();
            bytes.remove_prefix(1);
        } else if (letter == 's') {
            text += bytes;
            bytes = {};
        } else if (letter == '$' && !bytes.empty()) {
            return fail(ErrorCode::invalid_request,
                        "expected {} end-of-input, but {} bytes remaining", what_, bytes.size());
        } else if (letter == ' ') {
            text += ' ';
        } else if (letter == '<' || letter == '>') {
            order = letter == '<' ? std::endian::little : std::endian::big;
        }
    }
    return {};
}

Result<std::string> PackFormat::pack(std::string_view text) const {
    const auto whole = text;
    std::string bytes;
    auto order = std::endian::big;
    bool after_number = false;
    for (const char letter : letters_) {
        const auto integer = packed_integer(letter);
        if (integer.size > 0) {
            if (after_number) {
                return fail(ErrorCode::invalid_request,
                            "{} pack-format '{}' has two numbers with nothing between them: text "
                            "cannot be read by it; put a blank there",
                            what_, letters_);
            }
            const auto number = take_number(text, integer);
            if (!number) {
                return fail(ErrorCode::invalid_request,
                            "{} '{}' has no number for '{}' of its pack-format at '{}'", what_,
                            whole, letter, text);
            }
            bytes += bytes_of_number(*number, integer.size, order);
        } else if (letter == 's') {
            bytes += text;
            text = {};
        } else if (letter == 'c' || letter == ' ') {
            if (text.empty() || (letter == ' ' && text.front() != ' ')) {
                return fail(ErrorCode::invalid_request,
                            "{} '{}' has no {} where its pack-format has '{}'", what_, whole,
                            letter == ' ' ? "blank" : "character", letter);
            }
            bytes += letter == 'c' ? text.substr(0, 1) : std::string_view();
            text.remove_prefix(1);
        } else if (letter == '$' && !text.empty()) {
            break;  // it goes on
        } else if (letter == '<' || letter == '>') {
            order = letter == '<' ? std::endian::little : std::endian::big;
        }
        after_number = integer.size > 0 || (after_number && (letter == '<' || letter == '>'));
    }
    if (!text.empty()) {
        return fail(ErrorCode::invalid_request, "{} '{}' goes on behind its pack-format with '{}'",
                    what_, whole, text);
    }
    return bytes;
}

}  // namespace barnabas::cli
