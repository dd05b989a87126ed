// JSON as people write it to CBOR as the shape wants it.
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/secret_mark.hpp"
#include "value/base64.hpp"
#include "value/json.hpp"
#include "value/moment.hpp"

namespace circuit {
namespace {

namespace json = boost::json;
using Kind = Shape::Kind;

/// How much of what was got an error quotes.
constexpr std::size_t quoted_bytes = 60;

std::string quote(const json::value& value) {
  if (value.is_object()) return "an object";
  if (value.is_array()) return fmt::format("an array of {}", value.get_array().size());
  std::string text = json_text(value);
  if (text.size() <= quoted_bytes) return text;
  std::size_t end = quoted_bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

template <class Number>
bool parse_whole(std::string_view text, Number& out) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), out);
  return result.ec == std::errc() && result.ptr == text.data() + text.size() && !text.empty();
}

/// Whether a text is a whole number, of any size.
bool looks_whole(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class Writer {
 public:
  Writer(Encoder& out, std::string_view where) : out_(out), path_(where) {}

  bool write(const json::value& value, const Shape& shape);
  std::string take_error() { return std::move(error_); }

 private:
  bool fail(std::string_view text) {
    error_ = fmt::format("{}: {}", path_, text);
    return false;
  }
  bool expected(std::string_view what, const json::value& got) {
    return fail(fmt::format("expected {}, got {}", what, quote(got)));
  }
  /// Writes what lies one step further in.
  bool inside(std::string_view step, const json::value& value, const Shape& shape) {
    const std::size_t length = path_.size();
    path_ += step;
    const bool ok = write(value, shape);
    path_.resize(length);
    return ok;
  }
  bool item(std::size_t index, const json::value& value, const Shape& shape) {
    return inside(fmt::format("[{}]", index), value, shape);
  }

  bool dispatch(const json::value& value, const Shape& shape);
  bool nothing(const json::value& value);
  bool integer(const json::value& value, const Shape& shape);
  bool signed_text(std::string_view text, std::size_t bits);
  bool unsigned_text(std::string_view text, std::size_t bits);
  bool floating(const json::value& value, const Shape& shape);
  bool bytes(const json::value& value);
  bool moment(const json::value& value, bool is_time);
  bool sequence(const json::value& value, const Shape& shape);
  bool map(const json::value& value, const Shape& shape);
  bool optional(const json::value& value, const Shape& shape);
  bool variant(const json::value& value, const Shape& shape);
  bool tuple(const json::value& value, const Shape& shape);
  bool structure(const json::value& value, const Shape& shape);
  bool fields(const json::value& value, const Shape& shape);
  bool named_fields(const json::value& value, const Shape& shape);
  bool back(const json::value& value, const Shape& shape);
  bool secret(const json::value& value, const Shape& shape);

  Encoder& out_;
  std::string path_;
  std::string error_;
  std::vector<const Shape*> structs_;
  std::size_t depth_ = 0;
};

bool Writer::write(const json::value& value, const Shape& shape) {
  if (depth_ == limits::value_nesting) {
    return fail(fmt::format("values nest deeper than {} levels", limits::value_nesting));
  }
  ++depth_;
  const bool ok = dispatch(value, shape);
  --depth_;
  return ok;
}

bool Writer::dispatch(const json::value& value, const Shape& shape) {
  switch (shape.kind) {
    case Kind::none: return nothing(value);
    case Kind::boolean:
      if (!value.is_bool()) return expected("true or false", value);
      out_.boolean(value.get_bool());
      return true;
    case Kind::signed_integer:
    case Kind::unsigned_integer: return integer(value, shape);
    case Kind::enumeration: return write(value, shape.parts.at(0));
    case Kind::floating: return floating(value, shape);
    case Kind::text:
      if (!value.is_string()) return expected("text", value);
      out_.text({value.get_string().data(), value.get_string().size()});
      return true;
    case Kind::bytes: return bytes(value);
    case Kind::duration: return moment(value, false);
    case Kind::time: return moment(value, true);
    case Kind::list:
    case Kind::set:
    case Kind::array: return sequence(value, shape);
    case Kind::map: return map(value, shape);
    case Kind::optional: return optional(value, shape);
    case Kind::variant: return variant(value, shape);
    case Kind::tuple: return tuple(value, shape);
    case Kind::structure: return structure(value, shape);
    case Kind::back: return back(value, shape);
    case Kind::reference:
      return fail(
          "a reference to an object cannot be written as JSON; call this from a program that holds one");
    case Kind::channel:
      return fail("a channel cannot be written as JSON; call this from a program that holds one");
    case Kind::secret: return secret(value, shape);
    case Kind::custom: break;
  }
  return fail(fmt::format("the type {} has a form of its own that cannot be written as JSON", pretty(shape)));
}

bool Writer::nothing(const json::value& value) {
  if (!value.is_null()) return expected("null", value);
  out_.null();
  return true;
}

bool Writer::signed_text(std::string_view text, std::size_t bits) {
  std::int64_t number = 0;
  const std::int64_t most = bits == 64 ? INT64_MAX : (std::int64_t{1} << (bits - 1)) - 1;
  if (!parse_whole(text, number) || number > most || number < -most - 1) {
    return fail(fmt::format("{} does not fit an i{}", text, bits));
  }
  out_.signed_integer(number);
  return true;
}

bool Writer::unsigned_text(std::string_view text, std::size_t bits) {
  std::uint64_t number = 0;
  if (!parse_whole(text, number) || (bits < 64 && number >> bits != 0)) {
    return fail(fmt::format("{} does not fit an u{}", text, bits));
  }
  out_.unsigned_integer(number);
  return true;
}

bool Writer::integer(const json::value& value, const Shape& shape) {
  std::string text;
  if (value.is_int64()) {
    text = std::to_string(value.get_int64());
  } else if (value.is_uint64()) {
    text = std::to_string(value.get_uint64());
  } else if (value.is_double()) {
    // Languages whose numbers are all floating write 3 as 3.0.
    if (std::trunc(value.get_double()) != value.get_double()) return expected("a whole number", value);
    text = fmt::format("{:.0f}", value.get_double());
  } else if (value.is_string() && shape.count == 64 &&
             looks_whole({value.get_string().data(), value.get_string().size()})) {
    text.assign(value.get_string().data(), value.get_string().size());
  } else {
    return expected("a number", value);
  }
  return shape.kind == Kind::signed_integer ? signed_text(text, shape.count)
                                            : unsigned_text(text, shape.count);
}

bool Writer::floating(const json::value& value, const Shape& shape) {
  if (!value.is_number()) return expected("a number", value);
  const double number = value.to_number<double>();
  if (shape.count == 64) {
    out_.float64(number);
    return true;
  }
  if (std::fabs(number) > 3.4028234663852886e38) return fail(fmt::format("{} does not fit an f32", number));
  out_.float32(static_cast<float>(number));
  return true;
}

bool Writer::bytes(const json::value& value) {
  if (!value.is_string()) return expected("bytes as base64 text", value);
  const auto decoded = from_base64({value.get_string().data(), value.get_string().size()});
  if (!decoded) return expected("bytes as base64 text", value);
  out_.bytes(*decoded);
  return true;
}

bool Writer::moment(const json::value& value, bool is_time) {
  std::optional<std::int64_t> ns;
  if (value.is_string()) {
    const std::string_view text(value.get_string().data(), value.get_string().size());
    ns = is_time ? parse_moment(text) : parse_duration(text);
  } else if (value.is_number()) {
    ns = ns_of_seconds(value.to_number<double>());
    if (!ns) return fail(fmt::format("{} seconds are more than the 292 years that fit", quote(value)));
  }
  if (!ns) {
    return expected(is_time ? R"(a time as seconds since 1970 or a text such as "2024-05-01T12:30:00Z")"
                            : R"(a duration as a number of seconds or a text such as "1.5s" or "200ms")",
                    value);
  }
  out_.signed_integer(*ns);
  return true;
}

bool Writer::sequence(const json::value& value, const Shape& shape) {
  const bool exact = shape.kind == Kind::array;
  if (!value.is_array() || (exact && value.get_array().size() != shape.count)) {
    return expected(exact ? fmt::format("an array of {}", shape.count) : "an array", value);
  }
  const json::array& items = value.get_array();
  out_.array(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!item(i, items[i], shape.parts.at(0))) return false;
  }
  return true;
}

bool Writer::map(const json::value& value, const Shape& shape) {
  const Shape& key_shape = shape.parts.at(0);
  const bool by_text = key_shape.kind == Kind::text;
  const bool by_number = key_shape.kind == Kind::signed_integer || key_shape.kind == Kind::unsigned_integer;
  if (value.is_object() && (by_text || by_number)) {
    out_.map(value.get_object().size());
    for (const auto& [key, mapped] : value.get_object()) {
      const std::string step = fmt::format("[\"{}\"]", std::string_view(key.data(), key.size()));
      json::value name(key);
      if (by_number) {
        const std::string_view digits(key.data(), key.size());
        if (!looks_whole(digits)) return expected("a whole number as key", name);
        const bool ok = key_shape.kind == Kind::signed_integer ? signed_text(digits, key_shape.count)
                                                               : unsigned_text(digits, key_shape.count);
        if (!ok) return false;
      } else if (!inside(step, name, key_shape)) {
        return false;
      }
      if (!inside(step, mapped, shape.parts.at(1))) return false;
    }
    return true;
  }
  if (!value.is_array()) return expected(by_text ? "an object" : "an array of pairs [key, value]", value);
  const json::array& pairs = value.get_array();
  out_.map(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (!pairs[i].is_array() || pairs[i].get_array().size() != 2)
      return expected("pairs [key, value]", pairs[i]);
    const json::array& pair = pairs[i].get_array();
    if (!item(i, pair[0], key_shape) || !item(i, pair[1], shape.parts.at(1))) return false;
  }
  return true;
}

bool Writer::optional(const json::value& value, const Shape& shape) {
  const Shape& inner = shape.parts.at(0);
  // What may itself be null is wrapped, as the codec of std::optional does.
  const bool wrapped = inner.kind == Kind::optional || inner.kind == Kind::none;
  if (wrapped) out_.array(value.is_null() ? 0 : 1);
  if (!value.is_null()) return write(value, inner);
  if (!wrapped) out_.null();
  return true;
}

bool Writer::variant(const json::value& value, const Shape& shape) {
  const std::string wanted = fmt::format("[index, value] with an index below {}", shape.parts.size());
  if (!value.is_array() || value.get_array().size() != 2) return expected(wanted, value);
  const json::value& index = value.get_array()[0];
  if (!index.is_int64() || index.get_int64() < 0 ||
      static_cast<std::uint64_t>(index.get_int64()) >= shape.parts.size()) {
    return expected(wanted, index);
  }
  out_.array(2);
  out_.signed_integer(index.get_int64());
  return item(1, value.get_array()[1], shape.parts[static_cast<std::size_t>(index.get_int64())]);
}

bool Writer::tuple(const json::value& value, const Shape& shape) {
  if (!value.is_array() || value.get_array().size() != shape.parts.size()) {
    return expected(fmt::format("an array of {}", shape.parts.size()), value);
  }
  return fields(value, shape);
}

bool Writer::fields(const json::value& value, const Shape& shape) {
  const json::array& items = value.get_array();
  out_.array(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!item(i, items[i], shape.parts[i])) return false;
  }
  return true;
}

bool Writer::structure(const json::value& value, const Shape& shape) {
  structs_.push_back(&shape);
  bool ok = false;
  if (!shape.names.empty()) {
    ok = named_fields(value, shape);
  } else if (!value.is_array() || value.get_array().size() > shape.parts.size()) {
    ok =
        expected(fmt::format("an array of at most {}, the fields in their order", shape.parts.size()), value);
  } else {
    ok = fields(value, shape);
  }
  structs_.pop_back();
  return ok;
}

bool Writer::named_fields(const json::value& value, const Shape& shape) {
  if (!value.is_object()) return expected("an object", value);
  out_.map(value.get_object().size());
  for (const auto& [key, field] : value.get_object()) {
    const std::string_view name(key.data(), key.size());
    std::size_t at = 0;
    while (at < shape.names.size() && shape.names[at] != name) ++at;
    if (at == shape.names.size()) {
      return fail(fmt::format("there is no field {}; the fields are {}", quote(json::value(key)),
                              fmt::join(shape.names, ", ")));
    }
    out_.text(name);
    if (!inside("." + shape.names[at], field, shape.parts[at])) return false;
  }
  return true;
}

bool Writer::secret(const json::value& value, const Shape& shape) {
  out_.tag(secret_tag);
  const std::string path = path_;
  if (write(value, shape.parts.at(0))) return true;
  // What is wrong inside would quote it.
  path_ = path;
  return fail(fmt::format("expected {}, got something else", pretty(shape)));
}

bool Writer::back(const json::value& value, const Shape& shape) {
  if (shape.count >= structs_.size()) return fail("the type refers to a struct that does not enclose it");
  // The struct is written as it stands where it is defined: with its own enclosing structs around it.
  const std::vector<const Shape*> here = structs_;
  const Shape& target = *structs_[structs_.size() - 1 - shape.count];
  structs_.resize(structs_.size() - 1 - shape.count);
  const bool ok = write(value, target);
  structs_ = here;
  return ok;
}

}  // namespace

Result<void> json_to_cbor(const json::value& value, const Shape& shape, Encoder& out,
                          std::string_view where) {
  const std::size_t start = out.out().size();
  Writer writer(out, where);
  if (writer.write(value, shape)) return {};
  out.out().truncate(start);
  return failure(ErrorKind::invalid, writer.take_error());
}

}  // namespace circuit
