#include "base/random.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <sys/random.h>
#include <system_error>
#include <vector>

namespace circuit {

std::uint64_t Random::id() {
  std::uint64_t value = 0;
  while (value == 0) fill(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

void SystemRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    ssize_t n = ::getrandom(out.data(), out.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::system_error(errno, std::generic_category(), "getrandom");
    out = out.subspan(static_cast<std::size_t>(n));
  }
}

std::string random_hex(Random& random, std::size_t bytes) {
  std::vector<std::byte> raw(bytes);
  random.fill(raw);
  std::string text;
  text.reserve(bytes * 2);
  for (std::byte b : raw) text += fmt::format("{:02x}", static_cast<unsigned>(b));
  return text;
}

}  // namespace circuit
