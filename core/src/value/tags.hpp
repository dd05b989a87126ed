// CBOR tags that are Circuit's own.
#pragma once

#include <cstdint>

namespace circuit {

/// A reference to an object; docs/wire.md gives its forms. From the range that anyone may use.
inline constexpr std::uint64_t reference_tag = 51001;

}  // namespace circuit
