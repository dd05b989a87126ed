#include "base/secret_mark.hpp"

#include <cstring>

namespace circuit {

std::size_t find_secret(ByteView bytes) noexcept {
  std::size_t at = 0;
  while (bytes.size() - at >= secret_mark.size()) {
    const void* first = std::memchr(bytes.data() + at, std::to_integer<int>(secret_mark[0]),
                                    bytes.size() - at - (secret_mark.size() - 1));
    if (first == nullptr) break;
    at = static_cast<std::size_t>(static_cast<const std::byte*>(first) - bytes.data());
    if (std::memcmp(first, secret_mark.data(), secret_mark.size()) == 0) return at + secret_mark.size();
    ++at;
  }
  return bytes.size();
}

}  // namespace circuit
