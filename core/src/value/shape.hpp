// Shape: a type descriptor as a tree, for whoever has values of types that this program does not know.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace circuit {

/// A parsed descriptor.
struct Shape {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    signed_integer,
    unsigned_integer,
    floating,
    text,
    bytes,
    duration,
    time,
    list,
    array,
    set,
    map,
    optional,
    variant,
    tuple,
    enumeration,
    structure,
    /// A struct within itself.
    back,
    reference,
    channel,
    /// Of a value of the type inside, which is not to be shown.
    secret,
    /// A type with a codec of its own, of which the name is all that is known.
    custom,
  };

  Kind kind = Kind::none;
  /// References: 1 for a permanent one. Numbers: their bits. Arrays: their items. Back references: how many
  /// structs outwards, 0 being the innermost.
  std::size_t count = 0;
  /// Types inside: of items; key and value of a map; alternatives; fields; the number behind an enum.
  std::vector<Shape> parts;
  /// Structs with names: one for each part. References: the name of the class. Custom types: their name.
  std::vector<std::string> names;

  friend bool operator==(const Shape&, const Shape&) = default;
};

/// Parses a descriptor, which may have come from a stranger. Errors: `invalid`, with the place.
Result<Shape> parse_shape(std::string_view descriptor);

/// The shape for people: `{id: u64, title: text, tags: list<text>}`.
std::string pretty(const Shape& shape);

}  // namespace circuit
