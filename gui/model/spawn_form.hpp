// What stands in the spawn dialog.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/arguments.hpp"
#include "monitor/cluster.hpp"

namespace circuit::gui {

/// Plain data that the dialog edits, and what follows from it. Thread safety: none.
class SpawnForm {
 public:
  /// Still asking which functions there are; then the answer.
  bool asking_functions = true;
  std::string functions_problem;
  std::vector<spawn::FunctionDescription> functions;

  std::string host = "localhost";
  std::string anchors;
  bool detached = false;

  enum class Stage { editing, spawning, failed, running };
  Stage stage = Stage::editing;
  /// With `failed`.
  Failure failure;
  /// With `running`.
  spawn::WorkerRecord worker;

  void choose(std::size_t index) { chosen_ = index; }
  std::size_t chosen_index() const noexcept { return chosen_; }
  /// nullptr: there is no function.
  const spawn::FunctionDescription* chosen() const;
  /// A function's name says it all, unless two executables have one of that name.
  std::string label(std::size_t index) const;
  /// What is typed for a parameter of the chosen function; it stays when another function is looked at.
  std::string& argument(std::size_t parameter);
  Checked check(std::size_t parameter) const;
  /// What is wrong with the anchors; empty: nothing.
  std::string anchors_problem() const;

  /// What to ask the cluster for; nullopt: something is wrong or missing.
  std::optional<monitor::SpawnRequest> request() const;
  /// The shell's line that does the same; empty where request() is nullopt.
  std::string command() const;

 private:
  std::optional<std::vector<std::string>> checked_arguments() const;
  const std::string* typed(std::size_t parameter) const;

  std::size_t chosen_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::string> typed_;
};

}  // namespace circuit::gui
