// Channels that are found by a name: a service of the process in which the channel lives, which stands under
// the name as an anchor.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <circuit/detail/call.hpp>

namespace circuit::runtime {

class State;

/// As Runtime's functions of these names. Thread safety: any thread that may block.
void offer_channel(State& state, std::string_view name, const lang::TargetPointer& channel);
void withdraw_channel(State& state, std::string_view name);
/// `interface`: of the channel that is wanted, `channel<i32>`.
lang::TargetPointer find_channel(State& state, std::string_view name, const std::string& interface,
                                 std::chrono::milliseconds wait);

}  // namespace circuit::runtime
