#include "wire/codec.h"
#include "wire/reader.h"

#include <algorithm>
#include <bit>

namespace barnabas::wire {
namespace {

/// Walks a schema and fills an object. One per message.
class Decoder {
public:
    Decoder(ByteView input, Layout layout, const DecodeLimits& limits)
        : in_(input), layout_(layout), limits_(limits) {}

    void structure(const StructSchema& schema, void* object);

    [[nodiscard]] const Reader& reader() const { return in_; }
    [[nodiscard]] std::string sentence() const {
        return path_.empty() ? in_.error() : fmt::format("{}: {}", path_, in_.error());
    }

private:
    static constexpr std::int64_t null_length = -1;

    void field(const PlanStep& step, void* object, bool tagged);
    void array(const FieldSchema& field, void* member, std::int64_t count);
    /// Of one array, before they are read; false if they are too many.
    bool count_elements(const FieldSchema& field, std::size_t more);
    void value(const FieldSchema& field, void* to);
    void lengthy(const FieldSchema& field, void* to, std::int64_t length);
    void tagged_fields(const StructSchema& schema, const Plan& plan, void* object);
    void tagged_field(const StructSchema& schema, const Plan& plan, void* object);
    void unknown_tag(const StructSchema& schema, void* object, std::uint32_t tag,
                     std::uint32_t size);
    std::int64_t length(const FieldSchema& field, bool is_array);

    Reader in_;
    Layout layout_;
    const DecodeLimits& limits_;
    std::string path_;
    int depth_ = 0;
    std::size_t elements_ = 0;
    std::size_t structs_ = 0;
    std::size_t unknown_tags_ = 0;
};

bool has_length(const FieldSchema& field) {
    return field.array != nullptr || field.kind == FieldKind::string ||
           field.kind == FieldKind::bytes || field.kind == FieldKind::records;
}

void Decoder::structure(const StructSchema& schema, void* object) {
    if (++depth_ > limits_.depth_max) {
        in_.fail(fmt::format("nested deeper than {}", limits_.depth_max));
        return;
    }
    const Plan& plan = schema.plan(layout_.version);
    for (const auto& step : plan.fields) {
        field(step, object, false);
        if (!in_.ok()) [[unlikely]] {
            return;
        }
    }
    if (layout_.flexible) {
        tagged_fields(schema, plan, object);
    }
    --depth_;
}

void Decoder::field(const PlanStep& step, void* object, bool tagged) {
    const FieldSchema& field = *step.field;
    void* member = static_cast<std::byte*>(object) + field.offset;
    std::int64_t length_read = 0;
    bool null = false;
    if (has_length(field)) {
        length_read = length(field, field.array != nullptr);
        null = length_read == null_length;
    } else if (step.nullable && field.kind == FieldKind::structure) {
        null = tagged ? in_.unsigned_varint() == 0 : in_.integer<std::int8_t>() < 0;
    }
    if (in_.ok() && null) {
        if (!step.nullable) {
            in_.fail("null, which this version does not allow");
        } else if (field.optional != nullptr) {
            field.optional->reset(member);
        }
    } else if (in_.ok()) {
        void* to = field.optional != nullptr ? field.optional->emplace(member) : member;
        if (field.array != nullptr) {
            array(field, to, length_read);
        } else if (has_length(field)) {
            lengthy(field, to, length_read);
        } else {
            value(field, to);
        }
    }
    if (!in_.ok()) [[unlikely]] {
        path_ = path_.empty() ? std::string(field.name) : fmt::format("{}.{}", field.name, path_);
    }
}

/// -1 for null; what is left is not looked at yet.
std::int64_t Decoder::length(const FieldSchema& field, bool is_array) {
    std::int64_t length = 0;
    if (layout_.flexible && !field.classic_length) {
        length = static_cast<std::int32_t>(in_.unsigned_varint() - 1);  // wraps, as Kafka's does
    } else if (!is_array && field.kind == FieldKind::string) {
        length = in_.integer<std::int16_t>();
    } else {
        length = in_.integer<std::int32_t>();
    }
    return std::max(length, null_length);
}

void Decoder::array(const FieldSchema& field, void* member, std::int64_t count) {
    const auto elements = static_cast<std::size_t>(count);
    // Each element takes a byte at least, but for structs without fields, of which there are none.
    if (elements > in_.left() || elements > limits_.array_elements_max) {
        in_.fail(fmt::format("an array of {} elements with {} bytes left; at most {} are read",
                             elements, in_.left(), limits_.array_elements_max));
        return;
    }
    if (!count_elements(field, elements)) {
        return;
    }
    field.array->clear(member, std::min(elements, limits_.reserved_elements_max));
    for (std::size_t i = 0; i < elements && in_.ok(); ++i) {
        void* to = field.array->append(member);
        if (field.kind == FieldKind::string || field.kind == FieldKind::bytes) {
            const auto size = length(field, false);
            if (size == null_length) {
                in_.fail("null as an element");
            } else {
                lengthy(field, to, size);
            }
        } else {
            value(field, to);
        }
    }
}

bool Decoder::count_elements(const FieldSchema& field, std::size_t more) {
    elements_ += more;
    structs_ += field.kind == FieldKind::structure ? more : 0;
    if (elements_ > limits_.elements_max || structs_ > limits_.structs_max) {
        in_.fail(fmt::format("{} elements in all arrays, {} of them structs; at most {} and {}",
                             elements_, structs_, limits_.elements_max, limits_.structs_max));
        return false;
    }
    return true;
}

void Decoder::lengthy(const FieldSchema& field, void* to, std::int64_t length) {
    if (field.kind == FieldKind::string && static_cast<std::size_t>(length) > string_bytes_max)
        [[unlikely]] {
        in_.fail(fmt::format("a string of {} bytes; at most {}", length, string_bytes_max));
        return;
    }
    const ByteView taken = in_.bytes(static_cast<std::size_t>(length));
    switch (field.kind) {
        case FieldKind::string:
            static_cast<std::string*>(to)->assign(as_text(taken));
            break;
        case FieldKind::bytes:
            *static_cast<ByteView*>(to) = taken;
            break;
        default:
            *static_cast<Records*>(to) = Records(taken);
            break;
    }
}

void Decoder::value(const FieldSchema& field, void* to) {
    switch (field.kind) {
        case FieldKind::boolean:
            *static_cast<bool*>(to) = in_.integer<std::int8_t>() != 0;
            break;
        case FieldKind::int8:
            *static_cast<std::int8_t*>(to) = in_.integer<std::int8_t>();
            break;
        case FieldKind::int16:
        case FieldKind::uint16:
            *static_cast<std::int16_t*>(to) = in_.integer<std::int16_t>();
            break;
        case FieldKind::int32:
        case FieldKind::uint32:
            *static_cast<std::int32_t*>(to) = in_.integer<std::int32_t>();
            break;
        case FieldKind::int64:
            *static_cast<std::int64_t*>(to) = in_.integer<std::int64_t>();
            break;
        case FieldKind::float64:
            *static_cast<double*>(to) = std::bit_cast<double>(in_.integer<std::int64_t>());
            break;
        case FieldKind::uuid: {
            auto& id = *static_cast<Uuid*>(to);
            const ByteView taken = in_.bytes(id.bytes.size());
            if (!taken.empty()) {
                std::memcpy(id.bytes.data(), taken.data(), taken.size());
            }
            break;
        }
        case FieldKind::structure:
            structure(field.nested(), to);
            break;
        case FieldKind::string:
        case FieldKind::bytes:
        case FieldKind::records:
            in_.fail("a length is missing");
            break;
    }
}

void Decoder::tagged_fields(const StructSchema& schema, const Plan& plan, void* object) {
    const auto count = in_.unsigned_varint();
    if (count > limits_.tagged_fields_max) {
        in_.fail(fmt::format("{} tagged fields; at most {}", count, limits_.tagged_fields_max));
    }
    for (std::uint32_t i = 0; i < count && in_.ok(); ++i) {
        tagged_field(schema, plan, object);
    }
}

void Decoder::tagged_field(const StructSchema& schema, const Plan& plan, void* object) {
    const auto tag = in_.unsigned_varint();
    const auto size = in_.unsigned_varint();
    if (size > in_.left()) {
        in_.fail(fmt::format("tagged field {} of {} bytes, {} left", tag, size, in_.left()));
        return;
    }
    const auto known = std::ranges::find(plan.tagged, static_cast<int>(tag),
                                         [](const PlanStep& step) { return step.field->tag; });
    if (known != plan.tagged.end()) {
        field(*known, object, true);
    } else {
        unknown_tag(schema, object, tag, size);
    }
}

void Decoder::unknown_tag(const StructSchema& schema, void* object, std::uint32_t tag,
                          std::uint32_t size) {
    if (++unknown_tags_ > limits_.unknown_tags_max) {
        in_.fail(fmt::format("more than {} unknown tagged fields", limits_.unknown_tags_max));
        return;
    }
    const ByteView bytes = in_.bytes(size);
    if (auto* kept = schema.unknown_tags(object)) {
        kept->push_back({.tag = tag, .bytes = bytes});
    }
}

}  // namespace

Result<std::size_t> decode_struct(const StructSchema& schema, Layout layout, ByteView input,
                                  void* object, const DecodeLimits& limits) {
    Decoder decoder(input, layout, limits);
    decoder.structure(schema, object);
    if (!decoder.reader().ok()) {
        return fail(ErrorCode::invalid_request, "{}", decoder.sentence());
    }
    return input.size() - decoder.reader().left();
}

}  // namespace barnabas::wire
