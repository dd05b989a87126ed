#include "value/shape.hpp"

#include <array>
#include <charconv>
#include <fmt/format.h>
#include <utility>

#include "base/limits.hpp"

namespace circuit {
namespace {

using Kind = Shape::Kind;

struct Word {
  std::string_view text;
  Kind kind;
  std::size_t bits;
};

/// The words that stand alone.
constexpr std::array words{Word{"void", Kind::none, 0},
                           Word{"bool", Kind::boolean, 0},
                           Word{"i8", Kind::signed_integer, 8},
                           Word{"i16", Kind::signed_integer, 16},
                           Word{"i32", Kind::signed_integer, 32},
                           Word{"i64", Kind::signed_integer, 64},
                           Word{"u8", Kind::unsigned_integer, 8},
                           Word{"u16", Kind::unsigned_integer, 16},
                           Word{"u32", Kind::unsigned_integer, 32},
                           Word{"u64", Kind::unsigned_integer, 64},
                           Word{"f32", Kind::floating, 32},
                           Word{"f64", Kind::floating, 64},
                           Word{"text", Kind::text, 0},
                           Word{"bytes", Kind::bytes, 0},
                           Word{"duration", Kind::duration, 0},
                           Word{"time", Kind::time, 0}};

struct Form {
  std::string_view text;
  Kind kind;
  std::size_t least;
  std::size_t most;
};

constexpr std::size_t any_number = SIZE_MAX;
/// The words with types in angle brackets, and how many types they take.
constexpr std::array forms{Form{"list", Kind::list, 1, 1},
                           Form{"set", Kind::set, 1, 1},
                           Form{"map", Kind::map, 2, 2},
                           Form{"optional", Kind::optional, 1, 1},
                           Form{"channel", Kind::channel, 1, 1},
                           Form{"secret", Kind::secret, 1, 1},
                           Form{"variant", Kind::variant, 1, any_number},
                           Form{"tuple", Kind::tuple, 0, any_number},
                           Form{"enum", Kind::enumeration, 1, 1}};

bool in_word(char c) {
  // Bytes beyond ASCII belong to the names of people who write their names so.
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Shape> whole() {
    Shape shape;
    if (!type(shape)) return failed();
    if (at_ != text_.size()) {
      expected("the end");
      return failed();
    }
    return shape;
  }

 private:
  Failure failed() const { return failure(ErrorKind::invalid, error_); }

  bool expected(std::string_view what) {
    if (error_.empty()) error_ = fmt::format("type descriptor: expected {} at byte {}", what, at_);
    return false;
  }

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool accept(char c) {
    if (!next_is(c)) return false;
    ++at_;
    return true;
  }
  bool require(char c) { return accept(c) || expected(fmt::format("'{}'", c)); }

  std::string_view word() {
    const std::size_t start = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    return text_.substr(start, at_ - start);
  }

  bool number(std::size_t& out) {
    const auto result = std::from_chars(text_.data() + at_, text_.data() + text_.size(), out);
    if (result.ec != std::errc()) return expected("a number");
    at_ = static_cast<std::size_t>(result.ptr - text_.data());
    return true;
  }

  bool type(Shape& out) {
    if (depth_ == limits::value_nesting)
      return expected(fmt::format("at most {} levels", limits::value_nesting));
    ++depth_;
    const bool ok = accept('^') ? back(out) : named(out);
    --depth_;
    return ok;
  }

  bool back(Shape& out) {
    out.kind = Kind::back;
    if (!number(out.count)) return false;
    return out.count < structs_ || expected("a reference to an enclosing struct before");
  }

  bool named(Shape& out) {
    const std::string_view name = word();
    if (name.empty()) return expected("a type");
    if (name == "struct" && accept('{')) return structure(out);
    if (name == "array" && accept('<')) return array(out);
    if ((name == "ref" || name == "permref") && accept('<')) return reference(name, out);
    for (const Word& known : words) {
      if (known.text != name) continue;
      out.kind = known.kind;
      out.count = known.bits;
      return true;
    }
    for (const Form& known : forms) {
      if (known.text != name) continue;
      out.kind = known.kind;
      if (!require('<') || !types(out)) return false;
      return (out.parts.size() >= known.least && out.parts.size() <= known.most) ||
             expected("another number of types before");
    }
    out.kind = Kind::custom;
    out.names.emplace_back(name);
    return !accept('<') || types(out);
  }

  /// Types up to the closing angle bracket.
  bool types(Shape& out) {
    if (accept('>')) return true;
    do {
      if (!type(out.parts.emplace_back())) return false;
    } while (accept(','));
    return require('>');
  }

  bool array(Shape& out) {
    out.kind = Kind::array;
    return type(out.parts.emplace_back()) && require(',') && number(out.count) && require('>');
  }

  /// The name of a class may be that of a template and hold brackets itself.
  bool reference(std::string_view word, Shape& out) {
    out.kind = Kind::reference;
    out.count = word == "permref" ? 1 : 0;
    const std::size_t start = at_;
    for (std::size_t open = 1; at_ < text_.size(); ++at_) {
      if (text_[at_] == '<') ++open;
      if (text_[at_] == '>' && --open == 0) break;
    }
    out.names.emplace_back(text_.substr(start, at_ - start));
    return require('>');
  }

  bool structure(Shape& out) {
    out.kind = Kind::structure;
    ++structs_;
    if (!next_is('}')) {
      do {
        if (!field(out)) return false;
      } while (accept(','));
    }
    --structs_;
    return require('}');
  }

  bool field(Shape& out) {
    const std::size_t start = at_;
    const std::string_view name = word();
    const bool has_name = !name.empty() && accept(':');
    if (has_name) {
      if (out.names.size() != out.parts.size()) return expected("no name, as the fields before have none,");
      out.names.emplace_back(name);
    } else {
      at_ = start;
      if (!out.names.empty()) return expected("a name");
    }
    return type(out.parts.emplace_back());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::size_t structs_ = 0;
  std::string error_;
};

std::string joined(const Shape& shape, std::string_view between) {
  std::string out;
  for (std::size_t i = 0; i < shape.parts.size(); ++i) {
    if (i > 0) out += between;
    if (shape.kind == Kind::structure && !shape.names.empty()) out += shape.names[i] + ": ";
    out += pretty(shape.parts[i]);
  }
  return out;
}

}  // namespace

Result<Shape> parse_shape(std::string_view descriptor) {
  if (descriptor.size() > limits::descriptor_bytes) {
    return failure(ErrorKind::invalid,
                   fmt::format("a type descriptor of {} bytes is longer than the limit of {}",
                               descriptor.size(), limits::descriptor_bytes));
  }
  return Parser(descriptor).whole();
}

std::string pretty(const Shape& shape) {
  switch (shape.kind) {
    case Kind::structure: return "{" + joined(shape, ", ") + "}";
    case Kind::tuple: return "(" + joined(shape, ", ") + ")";
    case Kind::variant: return "(" + joined(shape, " | ") + ")";
    case Kind::optional: return joined(shape, "") + "?";
    case Kind::array: return fmt::format("{}[{}]", joined(shape, ""), shape.count);
    case Kind::back: return fmt::format("^{}", shape.count);
    case Kind::reference: return (shape.count == 1 ? "permref<" : "ref<") + shape.names.at(0) + ">";
    case Kind::custom:
      return shape.parts.empty() ? shape.names.at(0) : shape.names.at(0) + "<" + joined(shape, ", ") + ">";
    default: break;
  }
  for (const Word& known : words) {
    if (known.kind == shape.kind && known.bits == shape.count) return std::string(known.text);
  }
  for (const Form& known : forms) {
    if (known.kind == shape.kind) return fmt::format("{}<{}>", known.text, joined(shape, ", "));
  }
  return "?";
}

}  // namespace circuit
