// The libFuzzer target of this layer.
#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/fuzz_body.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  circuit::wire::testing::read_as_stream(std::as_bytes(std::span(data, size)));
  return 0;
}
