// What the fuzzer and the suite do with bytes of any origin.
#pragma once

#include <circuit/bytes.hpp>

namespace circuit::testing {

/// Reads `input` in every way there is. Aborts when an invariant does not hold.
void read_in_every_way(ByteView input);

}  // namespace circuit::testing
