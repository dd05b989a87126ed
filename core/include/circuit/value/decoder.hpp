// Decoder: reads CBOR that a stranger may have written, item by item, as the types ask for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <circuit/bytes.hpp>

namespace circuit {

/// Reads references to objects of other processes; the calling side of the library defines it.
class ReferenceDecoder;

/// A pull reader over hostile bytes. The first error sticks: later reads return empty values at once, so a
/// reader asks ok() once at its end, and before it allocates or loops. Nothing is thrown. Items of indefinite
/// length are refused. Thread safety: none; one owner. Lifetime: the input and the reference decoder outlive
/// it and its views.
class Decoder {
 public:
  explicit Decoder(ByteView in, ReferenceDecoder* references = nullptr) noexcept
      : in_(in), references_(references) {}

  bool ok() const noexcept { return ok_; }
  /// What was wrong, as a sentence for a person. Empty while ok().
  const std::string& error() const { return error_; }
  /// Makes the decoder fail with `text`, unless it has failed before: the first error is the one that is
  /// kept.
  void fail(std::string text);

  /// What the next item is. `end`: nothing is left, or the decoder has failed. `invalid`: malformed or cut
  /// off.
  enum class Type {
    end,
    unsigned_integer,
    negative_integer,
    bytes,
    text,
    array,
    map,
    tag,
    boolean,
    null,
    floating,
    invalid
  };
  /// Looks at the next item and neither consumes it nor fails.
  Type peek();

  /// A whole number that fits in `bits` bits without a sign (8, 16, 32 or 64).
  std::uint64_t unsigned_integer(unsigned bits = 64);
  /// A whole number that fits in `bits` bits with a sign.
  std::int64_t signed_integer(unsigned bits = 64);
  bool boolean();
  /// A number of any kind; a whole one beyond 2^53 is rounded.
  double floating();
  /// A view into the input. Whether it is UTF-8 is not checked.
  std::string_view text();
  /// A view into the input.
  ByteView bytes();
  /// The number of items that follow: never more than the bytes that remain can hold.
  std::uint64_t array();
  /// The number of pairs that follow: never more than the bytes that remain can hold.
  std::uint64_t map();
  /// The number of the tag; the item that it is for follows.
  std::uint64_t tag();
  /// Consumes a null, or `undefined`, if one is next, and says whether it was.
  bool null();
  /// Consumes one whole item with all that is in it.
  void skip();

  /// Goes one level deeper, before the items of an array or a map are read. False, and failed, when values
  /// nest too deep. Each true is followed by one leave().
  bool enter();
  void leave() noexcept;
  /// Accounts for `size` bytes that are about to be allocated for what the input asks for. False, and failed,
  /// when all of them together pass the limit for one input: a small input can otherwise ask for much.
  bool allocate(std::size_t size);

  /// How many bytes have been consumed.
  std::size_t position() const noexcept { return position_; }
  ByteView rest() const noexcept { return in_.subspan(position_); }
  /// What reads references, or nullptr where a value must hold none.
  ReferenceDecoder* references() const noexcept { return references_; }

 private:
  void load();
  bool take(Type wanted, const char* what);
  void consume() noexcept;
  void fail_here(std::string text);
  void fail_type(const char* wanted);
  bool integer_next();
  std::uint64_t count(Type wanted, const char* what, std::size_t least_bytes);

  ByteView in_;
  ReferenceDecoder* references_;
  std::size_t position_ = 0;
  std::size_t depth_ = 0;
  std::size_t allocated_ = 0;
  bool ok_ = true;
  bool loaded_ = false;
  // The next item, once loaded: a number, count, length or tag; or a floating number; or a view of text or
  // bytes.
  Type type_ = Type::end;
  std::uint64_t number_ = 0;
  double real_ = 0;
  ByteView payload_;
  std::size_t item_bytes_ = 0;
  std::string error_;
};

}  // namespace circuit
