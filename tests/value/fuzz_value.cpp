// The libFuzzer target of this layer.
#include <cstddef>
#include <cstdint>

#include "value/fuzz_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  circuit::testing::read_in_every_way(std::as_bytes(std::span(data, size)));
  return 0;
}
