// Base64 (RFC 4648, with padding), the form of bytes in JSON.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <circuit/bytes.hpp>

namespace circuit {

std::string to_base64(ByteView bytes);
/// Nothing when `text` is not exactly what to_base64() writes for some bytes.
std::optional<std::vector<std::byte>> from_base64(std::string_view text);

}  // namespace circuit
