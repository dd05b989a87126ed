// Values between CBOR and JSON, by shape alone: what consoles show and what people type.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>

#include <circuit/bytes.hpp>
#include <circuit/value/encoder.hpp>

#include "base/result.hpp"
#include "value/shape.hpp"

namespace circuit {

/// Appends `json`, read as a value of `shape`, to `out`. On failure `out` is as it was.
/// `where` names the value in errors: `argument 2 (seconds): expected a number, got "abc"`.
///
/// Whole numbers of 64 bits may be decimal texts, as JSON readers in other languages round them. Bytes are
/// base64. Durations are a number of seconds or a text like "200ms"; times are seconds since 1970 or
/// "2024-05-01T12:30:00Z". Described structs are objects, of which fields may be missing; plain ones are
/// arrays, which may be shorter. Variants are [index, value]. Maps are objects, or arrays of pairs.
Result<void> json_to_cbor(const boost::json::value& json, const Shape& shape, Encoder& out,
                          std::string_view where);

/// The whole value as JSON. Whole numbers stay exact; numbers below -2^63 become decimal text and numbers
/// that JSON lacks "NaN", "Infinity" or "-Infinity". Bytes become base64, typed arrays become arrays, tags
/// are dropped. Keys that are not text become their JSON text. Errors: `invalid`.
Result<boost::json::value> cbor_to_json(ByteView cbor);

/// JSON on one line, its numbers as people write them (0.5, where Boost.JSON has 5E-1).
std::string json_text(const boost::json::value& value);

/// Any bytes as JSON-like text for people, at most `limit_bytes` long and one line. What is malformed, cut
/// off or too long ends in `…`. Never throws for what the bytes say.
std::string show_json(ByteView cbor, std::size_t limit_bytes);

}  // namespace circuit
