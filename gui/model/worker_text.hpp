// A worker in words.
#pragma once

#include <string>

#include "monitor/json.hpp"
#include "spawn/agent_messages.hpp"

namespace circuit::gui {

using monitor::name_of;

/// `greet("world")`: the function with its arguments, as people write a call; `app` for an app without one.
std::string call_text(const spawn::WorkerRecord& worker);
/// The anchors that somebody chose, with spaces between; every worker has its host's besides.
std::string own_anchors_text(const spawn::WorkerRecord& worker);
/// The cause of death in a word or two: `exit 3`, `signal 9`.
std::string death_text(const spawn::WorkerRecord& worker);
/// The state as part of a sentence.
std::string state_sentence(const spawn::WorkerRecord& worker);

}  // namespace circuit::gui
