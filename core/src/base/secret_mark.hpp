// How a secret is marked among bytes, for whoever copies bytes without reading them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <circuit/bytes.hpp>

namespace circuit {

/// The CBOR tag of a secret. From the range that anyone may use.
inline constexpr std::uint64_t secret_tag = 51002;
/// The same as it stands in CBOR.
inline constexpr std::array<std::byte, 3> secret_mark{std::byte{0xd9}, std::byte{0xc7}, std::byte{0x3a}};

/// Where the first secret begins, behind its mark; bytes.size() where there is none. The mark is looked for
/// in whatever the bytes are, also within a text: what only looks like a secret counts as one.
std::size_t find_secret(ByteView bytes) noexcept;

}  // namespace circuit
