#include "base/invariant.h"
#include "wire/codec.h"
#include "wire/field_equality.h"
#include "wire/writer.h"

#include <bit>
#include <span>
#include <string>
#include <string_view>

namespace barnabas::wire {
namespace {

/// Walks a schema and writes an object. One per message.
class Encoder {
public:
    Encoder(Output& output, Layout layout) : output_(output), out_(output.bytes), layout_(layout) {}

    void structure(const StructSchema& schema, const void* object);

private:
    void field(const PlanStep& step, const void* object, bool tagged);
    void array(const FieldSchema& field, const void* member);
    void value(const FieldSchema& field, const void* from);
    void number(FieldKind kind, const void* from);
    void text(const FieldSchema& field, std::string_view text);
    void length(const FieldSchema& field, bool is_array, std::size_t length);
    void null(const FieldSchema& field, bool tagged);
    void records(const FieldSchema& field, const Records& records);
    void tagged_fields(const StructSchema& schema, const Plan& plan, const void* object);
    void tagged_field(const PlanStep& step, const void* object);
    void unknown_tag(const UnknownTag& unknown);

    Output& output_;
    Writer out_;
    Layout layout_;
};

/// What v(m.field) is, or nullptr where it is null.
const void* present(const FieldSchema& field, const void* object) {
    const void* member = static_cast<const std::byte*>(object) + field.offset;
    if (field.optional != nullptr) {
        return field.optional->get(member);
    }
    const bool is_records = field.kind == FieldKind::records && field.array == nullptr;
    return is_records && static_cast<const Records*>(member)->is_null() ? nullptr : member;
}

void Encoder::structure(const StructSchema& schema, const void* object) {
    const Plan& plan = schema.plan(layout_.version);
    for (const auto& step : plan.fields) {
        field(step, object, false);
    }
    if (layout_.flexible) {
        tagged_fields(schema, plan, object);
    }
}

void Encoder::field(const PlanStep& step, const void* object, bool tagged) {
    const FieldSchema& field = *step.field;
    const void* from = present(field, object);
    if (from == nullptr) {
        INVARIANT(step.nullable, "{} is null in version {}", field.name, layout_.version);
        null(field, tagged);
        return;
    }
    if (field.array != nullptr) {
        array(field, from);
        return;
    }
    if (step.nullable && field.kind == FieldKind::structure) {
        tagged ? out_.unsigned_varint(1) : out_.integer<std::int8_t>(1);
    }
    value(field, from);
}

void Encoder::null(const FieldSchema& field, bool tagged) {
    if (field.kind == FieldKind::structure && field.array == nullptr) {
        tagged ? out_.unsigned_varint(0) : out_.integer<std::int8_t>(-1);
    } else if (layout_.flexible && !field.classic_length) {
        out_.unsigned_varint(0);
    } else if (field.kind == FieldKind::string && field.array == nullptr) {
        out_.integer<std::int16_t>(-1);
    } else {
        out_.integer<std::int32_t>(-1);
    }
}

void Encoder::length(const FieldSchema& field, bool is_array, std::size_t length) {
    if (layout_.flexible && !field.classic_length) {
        out_.unsigned_varint(static_cast<std::uint32_t>(length + 1));
    } else if (field.kind == FieldKind::string && !is_array) {
        out_.integer(static_cast<std::int16_t>(length));
    } else {
        out_.integer(static_cast<std::int32_t>(length));
    }
}

void Encoder::array(const FieldSchema& field, const void* member) {
    const auto count = field.array->count(member);
    length(field, true, count);
    const auto* element = static_cast<const std::byte*>(field.array->data(member));
    for (std::size_t i = 0; i < count; ++i, element += field.array->stride) {
        value(field, element);
    }
}

void Encoder::value(const FieldSchema& field, const void* from) {
    switch (field.kind) {
        case FieldKind::uuid: {
            const auto& id = static_cast<const Uuid*>(from)->bytes;
            out_.bytes(std::as_bytes(std::span(id)));
            break;
        }
        case FieldKind::string:
            text(field, *static_cast<const std::string*>(from));
            break;
        case FieldKind::bytes: {
            const auto& bytes = *static_cast<const ByteView*>(from);
            length(field, false, bytes.size());
            out_.bytes(bytes);
            break;
        }
        case FieldKind::records:
            records(field, *static_cast<const Records*>(from));
            break;
        case FieldKind::structure:
            structure(field.nested(), from);
            break;
        default:
            number(field.kind, from);
            break;
    }
}

void Encoder::number(FieldKind kind, const void* from) {
    switch (kind) {
        case FieldKind::boolean:
            out_.integer<std::int8_t>(*static_cast<const bool*>(from) ? 1 : 0);
            break;
        case FieldKind::int8:
            out_.integer(*static_cast<const std::int8_t*>(from));
            break;
        case FieldKind::int16:
        case FieldKind::uint16:
            out_.integer(*static_cast<const std::int16_t*>(from));
            break;
        case FieldKind::int32:
        case FieldKind::uint32:
            out_.integer(*static_cast<const std::int32_t*>(from));
            break;
        case FieldKind::int64:
            out_.integer(*static_cast<const std::int64_t*>(from));
            break;
        case FieldKind::float64:
            out_.integer(std::bit_cast<std::int64_t>(*static_cast<const double*>(from)));
            break;
        default:
            INVARIANT(false, "kind {} is no number", static_cast<int>(kind));
    }
}

/// Cut where the protocol ends, at a character's start: a sentence may quote what a client sent.
void Encoder::text(const FieldSchema& field, std::string_view text) {
    if (text.size() > string_bytes_max) [[unlikely]] {
        std::size_t end = string_bytes_max;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        text = text.substr(0, end);
    }
    length(field, false, text.size());
    out_.bytes(as_bytes(text));
}

void Encoder::records(const FieldSchema& field, const Records& records) {
    length(field, false, records.size());
    if (!records.is_spliced()) {
        out_.bytes(records.bytes());
    } else if (records.size() > 0) {
        output_.gaps.push_back({.position = output_.bytes.size(),
                                .size = static_cast<std::uint32_t>(records.size()),
                                .source = records.source()});
    }
}

/// Known and unknown ones together, by rising tag; a known one only if it is not the default.
void Encoder::tagged_fields(const StructSchema& schema, const Plan& plan, const void* object) {
    const UnknownTags* unknown = schema.unknown_tags(object);
    const std::size_t kept = unknown != nullptr ? unknown->size() : 0;
    std::uint64_t set = 0;  // bit i: plan.tagged[i] is written
    for (std::size_t i = 0; i < plan.tagged.size(); ++i) {
        if (!equal_fields(*plan.tagged[i].field, layout_.version, object, schema.defaults())) {
            set |= std::uint64_t{1} << i;
        }
    }
    out_.unsigned_varint(
        static_cast<std::uint32_t>(static_cast<std::size_t>(std::popcount(set)) + kept));
    std::size_t next = 0;
    for (; set != 0; set &= set - 1) {
        const auto& step = plan.tagged[static_cast<std::size_t>(std::countr_zero(set))];
        const auto tag = static_cast<std::uint32_t>(step.field->tag);
        for (; next < kept && (*unknown)[next].tag < tag; ++next) {
            unknown_tag((*unknown)[next]);
        }
        tagged_field(step, object);
    }
    for (; next < kept; ++next) {
        unknown_tag((*unknown)[next]);
    }
}

void Encoder::unknown_tag(const UnknownTag& unknown) {
    out_.unsigned_varint(unknown.tag);
    out_.unsigned_varint(static_cast<std::uint32_t>(unknown.bytes.size()));
    out_.bytes(unknown.bytes);
}

void Encoder::tagged_field(const PlanStep& step, const void* object) {
    Output alone;
    Encoder(alone, layout_).field(step, object, true);
    INVARIANT(alone.gaps.empty(), "records in tagged field {}", step.field->name);
    out_.unsigned_varint(static_cast<std::uint32_t>(step.field->tag));
    out_.unsigned_varint(static_cast<std::uint32_t>(alone.bytes.size()));
    out_.bytes(alone.bytes.view());
}

}  // namespace

void encode_struct(const StructSchema& schema, Layout layout, const void* object, Output& output) {
    Encoder(output, layout).structure(schema, object);
}

}  // namespace barnabas::wire
