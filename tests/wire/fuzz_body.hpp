// What the fuzzer and the suite do with bytes of any origin.
#pragma once

#include <circuit/bytes.hpp>

namespace circuit::wire::testing {

/// Reads `input` as a stream of frames, and each body as whatever its kind says. Aborts when an invariant
/// does not hold.
void read_as_stream(ByteView input);

}  // namespace circuit::wire::testing
