#include "value/item.hpp"

#include <algorithm>
#include <cbor/callbacks.h>
#include <cbor/streaming.h>

namespace circuit {
namespace {

using Type = Decoder::Type;

Item& item(void* context) {
  return *static_cast<Item*>(context);
}

void set_number(void* context, Type type, std::uint64_t number) {
  item(context).type = type;
  item(context).number = number;
}

void set_real(void* context, double real) {
  item(context).type = Type::floating;
  item(context).real = real;
}

void set_payload(void* context, Type type, cbor_data data, std::size_t size) {
  item(context).type = type;
  item(context).payload = {reinterpret_cast<const std::byte*>(data), size};
}

void set_indefinite(void* context) {
  item(context).status = Item::Status::indefinite;
}

template <Type type, class Number>
void number_callback(void* context, Number number) {
  set_number(context, type, number);
}

const cbor_callbacks callbacks = [] {
  cbor_callbacks table{};
  table.uint8 = number_callback<Type::unsigned_integer, std::uint8_t>;
  table.uint16 = number_callback<Type::unsigned_integer, std::uint16_t>;
  table.uint32 = number_callback<Type::unsigned_integer, std::uint32_t>;
  table.uint64 = number_callback<Type::unsigned_integer, std::uint64_t>;
  table.negint8 = number_callback<Type::negative_integer, std::uint8_t>;
  table.negint16 = number_callback<Type::negative_integer, std::uint16_t>;
  table.negint32 = number_callback<Type::negative_integer, std::uint32_t>;
  table.negint64 = number_callback<Type::negative_integer, std::uint64_t>;
  table.array_start = number_callback<Type::array, std::size_t>;
  table.map_start = number_callback<Type::map, std::size_t>;
  table.tag = number_callback<Type::tag, std::uint64_t>;
  table.byte_string = [](void* context, cbor_data data, std::size_t size) {
    set_payload(context, Type::bytes, data, size);
  };
  table.string = [](void* context, cbor_data data, std::size_t size) {
    set_payload(context, Type::text, data, size);
  };
  table.float2 = [](void* context, float real) { set_real(context, static_cast<double>(real)); };
  table.float4 = [](void* context, float real) { set_real(context, static_cast<double>(real)); };
  table.float8 = set_real;
  table.boolean = [](void* context, bool value) { set_number(context, Type::boolean, value ? 1 : 0); };
  table.null = [](void* context) { set_number(context, Type::null, 0); };
  table.undefined = [](void* context) { set_number(context, Type::null, 0); };
  table.byte_string_start = set_indefinite;
  table.string_start = set_indefinite;
  table.indef_array_start = set_indefinite;
  table.indef_map_start = set_indefinite;
  table.indef_break = [](void* context) { item(context).status = Item::Status::invalid; };
  return table;
}();

/// What is there of a text or byte string that is cut off: people want to see the beginning.
void keep_beginning(ByteView in, Item& found) {
  const auto first = std::to_integer<unsigned>(in[0]);
  const unsigned major = first >> 5U;
  const unsigned minor = first & 31U;
  if (major != 2 && major != 3) return;
  const std::size_t head = minor < 24 ? 1 : 1 + (std::size_t{1} << (minor - 24));
  if (in.size() < head) return;
  found.type = major == 2 ? Type::bytes : Type::text;
  found.payload = in.subspan(head);
}

}  // namespace

Item read_item(ByteView in) noexcept {
  Item found;
  found.status = Item::Status::whole;
  const cbor_decoder_result result =
      cbor_stream_decode(reinterpret_cast<cbor_data>(in.data()), in.size(), &callbacks, &found);
  found.size = result.read;
  if (result.status == CBOR_DECODER_NEDATA) {
    found.status = Item::Status::cut;
    keep_beginning(in, found);
  } else if (result.status != CBOR_DECODER_FINISHED) {
    found.status = Item::Status::invalid;
  }
  return found;
}

}  // namespace circuit
