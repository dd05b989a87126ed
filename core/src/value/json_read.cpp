// Whole CBOR values to exact JSON.
#include <boost/json/serialize.hpp>
#include <cmath>
#include <fmt/format.h>

#include <circuit/value/decoder.hpp>

#include "base/secret_mark.hpp"
#include "base/utf8.hpp"
#include "value/base64.hpp"
#include "value/item.hpp"
#include "value/json.hpp"
#include "value/typed_array.hpp"

namespace circuit {
namespace {

namespace json = boost::json;
using Type = Decoder::Type;

json::value real(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number;
}

/// Room for one value, before it is made.
bool allocate(Decoder& in, std::size_t count = 1) { return in.allocate(count * sizeof(json::value)); }

json::value read(Decoder& in);

json::value negative(Decoder& in) {
  const std::uint64_t number = read_item(in.rest()).number;
  in.skip();
  if (number <= INT64_MAX) return -1 - static_cast<std::int64_t>(number);
  // JSON of Boost holds signed numbers of 64 bits; those below have only their text.
  return json::value(number == UINT64_MAX ? "-18446744073709551616" : fmt::format("-{}", number + 1));
}

json::value array(Decoder& in) {
  json::array out;
  const std::uint64_t count = in.array();
  if (!in.enter()) return nullptr;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    if (allocate(in)) out.push_back(read(in));
  }
  in.leave();
  return out;
}

json::value map(Decoder& in) {
  json::object out;
  const std::uint64_t count = in.map();
  if (!in.enter()) return nullptr;
  for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
    if (!allocate(in, 3)) break;
    const json::value key = read(in);
    const std::string name = key.is_string() ? std::string(key.get_string().c_str(), key.get_string().size())
                                             : json::serialize(key);
    json::value value = read(in);
    if (in.ok() && !out.emplace(name, std::move(value)).second) {
      in.fail(fmt::format("the key {} comes twice", json::serialize(json::value(name))));
    }
  }
  in.leave();
  return out;
}

json::value typed_array(Decoder& in, TypedArray typed) {
  const ByteView bytes = in.bytes();
  if (bytes.size() % typed.item_bytes != 0) in.fail("a typed array ends within an item");
  if (!allocate(in, bytes.size() / typed.item_bytes)) return nullptr;
  json::array out;
  out.reserve(bytes.size() / typed.item_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += typed.item_bytes) {
    std::visit(
        [&](auto number) {
          if constexpr (std::is_same_v<decltype(number), double>) {
            out.push_back(real(number));
          } else {
            out.emplace_back(number);
          }
        },
        typed.read(bytes.data() + at));
  }
  return out;
}

json::value tagged(Decoder& in) {
  const std::uint64_t tag = in.tag();
  if (tag == secret_tag) {
    in.skip();
    return "***";
  }
  const auto typed = TypedArray::of(tag);
  if (typed && in.peek() == Type::bytes) return typed_array(in, *typed);
  // A tag may be on a tag.
  if (!in.enter()) return nullptr;
  json::value value = read(in);
  in.leave();
  return value;
}

json::value read(Decoder& in) {
  switch (in.peek()) {
    case Type::unsigned_integer: return in.unsigned_integer();
    case Type::negative_integer: return negative(in);
    case Type::floating: return real(in.floating());
    case Type::boolean: return in.boolean();
    case Type::text: return json::value(valid_utf8(in.text()));
    case Type::bytes: return json::value(to_base64(in.bytes()));
    case Type::array: return array(in);
    case Type::map: return map(in);
    case Type::tag: return tagged(in);
    case Type::null: in.null(); return nullptr;
    case Type::end:
    case Type::invalid: break;
  }
  in.skip();
  return nullptr;
}

}  // namespace

Result<json::value> cbor_to_json(ByteView cbor) {
  Decoder in(cbor);
  json::value value = read(in);
  if (in.ok() && !in.rest().empty()) {
    in.fail(fmt::format("{} bytes are left over after the value", in.rest().size()));
  }
  if (!in.ok()) return failure(ErrorKind::invalid, in.error());
  return value;
}

}  // namespace circuit
