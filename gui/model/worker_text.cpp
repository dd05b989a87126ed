#include "model/worker_text.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"
#include "model/text.hpp"

namespace circuit::gui {

std::string call_text(const spawn::WorkerRecord& worker) {
  if (worker.function.empty()) return worker.app ? "app" : "";
  return shown(worker.function, limits::gui_cell_bytes) + "(" +
         shown(monitor::argument_list(worker.arguments), limits::gui_cell_bytes) + ")";
}

std::string own_anchors_text(const spawn::WorkerRecord& worker) {
  std::string text;
  for (const std::string& anchor : worker.anchors) {
    if (anchor.starts_with("/host/")) continue;
    if (!text.empty()) text += ' ';
    text += shown(anchor, limits::gui_cell_bytes);
    if (text.size() > limits::gui_cell_bytes) break;
  }
  return text;
}

std::string death_text(const spawn::WorkerRecord& worker) {
  switch (worker.cause.kind) {
    case spawn::CauseKind::none: return "dead";
    case spawn::CauseKind::exited: return fmt::format("exit {}", worker.cause.code);
    case spawn::CauseKind::signalled: return fmt::format("signal {}", worker.cause.code);
    case spawn::CauseKind::killed: return "killed";
    case spawn::CauseKind::silent: return "silent";
    case spawn::CauseKind::lost: return "lost";
    case spawn::CauseKind::crash_loop: return "crash loop";
  }
  return "dead";
}

std::string state_sentence(const spawn::WorkerRecord& worker) {
  if (worker.state == spawn::WorkerState::suspect) return "suspect: it is not heard";
  if (worker.state == spawn::WorkerState::unregistered) return "lives, but is not in the anchor tree";
  return std::string(name_of(worker.state));
}

}  // namespace circuit::gui
