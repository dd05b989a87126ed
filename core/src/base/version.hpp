// The version of this library and its programs.
#pragma once

namespace circuit {

inline constexpr const char* version = CIRCUIT_VERSION;

}  // namespace circuit
