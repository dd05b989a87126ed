// Randomness, behind an interface so that a simulation can seed it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace circuit {

/// Thread safety: any thread.
class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::byte> out) = 0;

  /// 64 random bits, never 0: 0 means "none" wherever ids are written.
  std::uint64_t id();
};

/// The kernel's generator (getrandom), fit for secrets.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;
};

/// `bytes` random bytes in lower-case hex: a token that nobody guesses.
std::string random_hex(Random& random, std::size_t bytes);

}  // namespace circuit
