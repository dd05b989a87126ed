#include <fmt/format.h>
#include <utility>

#include <circuit/value/decoder.hpp>

#include "base/limits.hpp"
#include "value/item.hpp"

namespace circuit {
namespace {

const char* name_of(Decoder::Type type) {
  using Type = Decoder::Type;
  switch (type) {
    case Type::end:
      return "the end of the input";
    case Type::unsigned_integer:
    case Type::negative_integer:
    case Type::floating:
      return "a number";
    case Type::bytes:
      return "bytes";
    case Type::text:
      return "text";
    case Type::array:
      return "an array";
    case Type::map:
      return "a map";
    case Type::tag:
      return "a tag";
    case Type::boolean:
      return "true or false";
    case Type::null:
      return "null";
    case Type::invalid:
      break;
  }
  return "something that is no CBOR";
}

const char* text_of(Item::Status status) {
  switch (status) {
    case Item::Status::cut:
      return "the input ends in the middle of a value";
    case Item::Status::indefinite:
      return "an item of indefinite length, which is not accepted";
    default:
      return "the input is not well-formed CBOR";
  }
}

}  // namespace

void Decoder::fail(std::string text) {
  if (!ok_) return;
  ok_ = false;
  error_ = std::move(text);
}

void Decoder::fail_here(std::string text) {
  fail(fmt::format("{}, at byte {}", text, position_));
}

void Decoder::fail_type(const char* wanted) {
  if (!ok_) return;
  if (type_ == Type::invalid) return fail_here(text_of(read_item(rest()).status));
  fail_here(fmt::format("expected {}, got {}", wanted, name_of(type_)));
}

void Decoder::load() {
  if (loaded_) return;
  loaded_ = true;
  if (position_ == in_.size()) {
    type_ = Type::end;
    return;
  }
  const Item item = read_item(rest());
  type_ = item.status == Item::Status::whole ? item.type : Type::invalid;
  number_ = item.number;
  real_ = item.real;
  payload_ = item.payload;
  item_bytes_ = item.size;
}

void Decoder::consume() noexcept {
  position_ += item_bytes_;
  loaded_ = false;
}

Decoder::Type Decoder::peek() {
  if (!ok_) return Type::end;
  load();
  return type_;
}

bool Decoder::take(Type wanted, const char* what) {
  if (!ok_) return false;
  load();
  if (type_ != wanted) {
    fail_type(what);
    return false;
  }
  consume();
  return true;
}

bool Decoder::integer_next() {
  if (!ok_) return false;
  load();
  if (type_ == Type::unsigned_integer || type_ == Type::negative_integer) return true;
  fail_type(type_ == Type::floating ? "a whole number" : "a number");
  return false;
}

std::uint64_t Decoder::unsigned_integer(unsigned bits) {
  if (!integer_next()) return 0;
  if (type_ == Type::negative_integer) {
    // -1 - number, which 64 bits need not hold.
    fail_here(number_ == UINT64_MAX ? fmt::format("-18446744073709551616 does not fit an u{}", bits)
                                    : fmt::format("-{} does not fit an u{}", number_ + 1, bits));
    return 0;
  }
  if (bits < 64 && number_ >> bits != 0) {
    fail_here(fmt::format("{} does not fit an u{}", number_, bits));
    return 0;
  }
  consume();
  return number_;
}

std::int64_t Decoder::signed_integer(unsigned bits) {
  if (!integer_next()) return 0;
  const bool negative = type_ == Type::negative_integer;
  if (number_ >> (bits - 1) != 0) {
    fail_here(negative && number_ == UINT64_MAX
                  ? fmt::format("-18446744073709551616 does not fit an i{}", bits)
                  : fmt::format("{}{} does not fit an i{}", negative ? "-" : "", number_ + (negative ? 1 : 0),
                                bits));
    return 0;
  }
  consume();
  const auto number = static_cast<std::int64_t>(number_);
  return negative ? -1 - number : number;
}

bool Decoder::boolean() {
  return take(Type::boolean, "true or false") && number_ != 0;
}

double Decoder::floating() {
  switch (peek()) {
    case Type::unsigned_integer:
      consume();
      return static_cast<double>(number_);
    case Type::negative_integer:
      consume();
      return -1.0 - static_cast<double>(number_);
    default:
      return take(Type::floating, "a number") ? real_ : 0;
  }
}

std::string_view Decoder::text() {
  return take(Type::text, "text") ? circuit::text_of(payload_) : std::string_view();
}

ByteView Decoder::bytes() {
  return take(Type::bytes, "bytes") ? payload_ : ByteView();
}

std::uint64_t Decoder::count(Type wanted, const char* what, std::size_t least_bytes) {
  const std::size_t start = position_;
  if (!take(wanted, what)) return 0;
  if (number_ <= rest().size() / least_bytes) return number_;
  position_ = start;
  fail_here(fmt::format("{} of {} cannot lie in the {} bytes that follow", what, number_,
                        in_.size() - start - item_bytes_));
  return 0;
}

std::uint64_t Decoder::array() {
  return count(Type::array, "an array", 1);
}

std::uint64_t Decoder::map() {
  return count(Type::map, "a map", 2);
}

std::uint64_t Decoder::tag() {
  return take(Type::tag, "a tag") ? number_ : 0;
}

bool Decoder::null() {
  if (peek() != Type::null) return false;
  consume();
  return true;
}

void Decoder::skip() {
  // Items that are still to be skipped. A count never passes the bytes that remain, so the sum does not
  // overflow.
  std::uint64_t pending = 1;
  while (pending > 0 && ok_) {
    --pending;
    switch (peek()) {
      case Type::array:
        pending += array();
        break;
      case Type::map:
        pending += 2 * map();
        break;
      case Type::tag:
        consume();
        ++pending;
        break;
      case Type::end:
      case Type::invalid:
        fail_type("a value");
        break;
      default:
        consume();
        break;
    }
  }
}

bool Decoder::enter() {
  if (!ok_) return false;
  if (depth_ == limits::value_nesting) {
    fail_here(fmt::format("values nest deeper than {} levels", limits::value_nesting));
    return false;
  }
  ++depth_;
  return true;
}

void Decoder::leave() noexcept {
  --depth_;
}

bool Decoder::allocate(std::size_t size) {
  if (!ok_) return false;
  if (size > limits::decoded_bytes - allocated_) {
    fail_here(fmt::format("the input unfolds to more than {} MiB of values", limits::decoded_bytes >> 20U));
    return false;
  }
  allocated_ += size;
  return true;
}

}  // namespace circuit
