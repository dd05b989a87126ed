// CBOR of any origin as one line of text for people.
#include <fmt/format.h>
#include <iterator>
#include <variant>

#include "base/limits.hpp"
#include "base/secret_mark.hpp"
#include "base/utf8.hpp"
#include "value/item.hpp"
#include "value/json.hpp"
#include "value/tags.hpp"
#include "value/typed_array.hpp"

namespace circuit {
namespace {

using Type = Decoder::Type;

constexpr std::string_view ellipsis = "…";
/// The first bytes of a byte string that are shown.
constexpr std::size_t shown_bytes = 16;

/// Walks over the items for as long as there is room.
class Display {
 public:
  Display(ByteView in, std::size_t limit_bytes) : in_(in), limit_(limit_bytes) {}

  std::string text() {
    if (limit_ < ellipsis.size()) return {};
    if (!value() || over()) shorten();
    return std::move(out_);
  }

 private:
  bool over() const { return out_.size() > limit_; }

  /// Cuts between two characters, so that the mark fits behind.
  void shorten() {
    if (out_.size() > limit_ - ellipsis.size()) {
      std::size_t end = limit_ - ellipsis.size();
      while (end > 0 && (static_cast<unsigned char>(out_[end]) & 0xc0U) == 0x80U) --end;
      out_.resize(end);
    }
    out_ += ellipsis;
  }

  /// Shows one whole value; false where the input ends or is malformed, or there is no more room.
  bool value() {
    if (at_ == in_.size() || over() || depth_ == limits::value_nesting) return false;
    const Item item = read_item(in_.subspan(at_));
    if (item.status == Item::Status::cut) {
      if (item.type == Type::text) quoted(item.payload, false);
      if (item.type == Type::bytes) bytes(item.payload);
      return false;
    }
    if (item.status != Item::Status::whole) return false;
    at_ += item.size;
    ++depth_;
    const bool ok = whole(item);
    --depth_;
    return ok;
  }

  bool whole(const Item& item) {
    switch (item.type) {
      case Type::unsigned_integer: return print("{}", item.number);
      case Type::negative_integer:
        return item.number == UINT64_MAX ? print("-18446744073709551616") : print("-{}", item.number + 1);
      case Type::floating: return print("{}", item.real);
      case Type::boolean: return print("{}", item.number != 0);
      case Type::null: return print("null");
      case Type::text: return quoted(item.payload, true);
      case Type::bytes: return bytes(item.payload) && print(">");
      case Type::array: return items(item.number);
      case Type::map: return pairs(item.number);
      case Type::tag: return tagged(item.number);
      default: return false;
    }
  }

  template <class... Args>
  bool print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
    return !over();
  }

  bool quoted(ByteView payload, bool close) {
    std::string_view text = text_of(payload);
    out_ += '"';
    while (!text.empty() && !over()) {
      const std::size_t length = utf8_length(text);
      // A character that is cut off with the text is no error of the text.
      if (length == 0 && !close && text.size() < 4) break;
      character(text.substr(0, length));
      text.remove_prefix(length == 0 ? 1 : length);
    }
    if (close) out_ += '"';
    return !over();
  }

  /// One character of a text; an empty one stands for a byte that is none.
  void character(std::string_view c) {
    const unsigned char first = c.empty() ? 0xff : static_cast<unsigned char>(c[0]);
    if (c.empty()) {
      out_ += "\xef\xbf\xbd";
    } else if (first == '"' || first == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (first == '\n') {
      out_ += "\\n";
    } else if (first == '\t') {
      out_ += "\\t";
    } else if (first < 0x20 || first == 0x7f) {
      print("\\u{:04x}", first);
    } else if (c.size() == 2 && first == 0xc2 && static_cast<unsigned char>(c[1]) < 0xa0) {
      // The control characters of C1, which some terminals obey.
      print("\\u{:04x}", static_cast<unsigned char>(c[1]));
    } else {
      out_ += c;
    }
  }

  bool bytes(ByteView payload) {
    print("<{} bytes", payload.size());
    if (!payload.empty()) out_ += ' ';
    for (std::size_t i = 0; i < payload.size() && i < shown_bytes; ++i) {
      print("{:02x}", std::to_integer<unsigned>(payload[i]));
    }
    if (payload.size() > shown_bytes) out_ += ellipsis;
    return !over();
  }

  bool items(std::uint64_t count) {
    out_ += '[';
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) out_ += ", ";
      if (!value()) return false;
    }
    return print("]");
  }

  bool pairs(std::uint64_t count) {
    out_ += '{';
    for (std::uint64_t i = 0; i < count; ++i) {
      if (i > 0) out_ += ", ";
      if (!value()) return false;
      out_ += ": ";
      if (!value()) return false;
    }
    return print("}}");
  }

  /// A reference is shown by the name of its interface: its numbers say nothing to people.
  bool reference() {
    Decoder decoder(in_.subspan(at_));
    const std::uint64_t fields = decoder.array();
    decoder.skip();
    decoder.skip();
    // The first of its names, where it has several.
    std::uint64_t more = decoder.peek() == Type::array ? decoder.array() : 1;
    std::string_view interface = decoder.text();
    if (!decoder.ok()) return value();
    for (; more > 1 && decoder.ok(); --more) decoder.skip();
    for (std::uint64_t i = 3; i < fields && decoder.ok(); ++i) decoder.skip();
    const bool is_whole = decoder.ok();
    at_ += decoder.position();
    out_ += '<';
    while (!interface.empty() && !over()) {
      const std::size_t length = utf8_length(interface);
      character(interface.substr(0, length));
      interface.remove_prefix(length == 0 ? 1 : length);
    }
    return print(">") && is_whole;
  }

  bool secret() {
    Decoder decoder(in_.subspan(at_));
    decoder.skip();
    at_ += decoder.position();
    return print("***") && decoder.ok();
  }

  bool tagged(std::uint64_t tag) {
    if (tag == reference_tag) return reference();
    if (tag == secret_tag) return secret();
    const auto typed = TypedArray::of(tag);
    if (!typed || at_ == in_.size()) return value();
    const Item item = read_item(in_.subspan(at_));
    if (item.type != Type::bytes) return value();
    at_ += item.size;
    return numbers(item.payload, *typed) && item.status == Item::Status::whole && print("]");
  }

  bool numbers(ByteView payload, TypedArray typed) {
    out_ += '[';
    for (std::size_t at = 0; at + typed.item_bytes <= payload.size(); at += typed.item_bytes) {
      if (at > 0) out_ += ", ";
      const bool room =
          std::visit([&](auto number) { return print("{}", number); }, typed.read(payload.data() + at));
      if (!room) return false;
    }
    return true;
  }

  ByteView in_;
  std::size_t limit_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string show_json(ByteView cbor, std::size_t limit_bytes) { return Display(cbor, limit_bytes).text(); }

}  // namespace circuit
