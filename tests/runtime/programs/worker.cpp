// Functions without a main of their own.
#include <circuit/circuit.hpp>

namespace {

std::int64_t sum(std::vector<std::int64_t> numbers) {
  std::int64_t total = 0;
  for (std::int64_t each : numbers) total += each;
  return total;
}
CIRCUIT_FUNCTION(sum, "numbers");

}  // namespace
