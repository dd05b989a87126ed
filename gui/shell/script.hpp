// Scripts: mouse and keyboard from a file, for tests and for pictures.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "shell/drawn.hpp"
#include "shell/input_queue.hpp"

namespace circuit::gui {

/// A line each; words with spaces stand in quotes, and `#` begins a remark:
///
///     click "LABEL"            a button, tab, line of the tree, choice, by its words
///     click row WORD...        the row of the table in which all these words stand; also `call`
///     fill "LABEL" TEXT        clicks a field, and types the text in place of what is there
///     type TEXT...             types into what has the keyboard
///     key NAME                 Enter, Escape, Tab, Delete, Space, Down, Up, Left, Right, PageDown, PageUp,
///                              Home, End, Backspace, a letter, or Ctrl+LETTER
///     wait row WORD...         until a row has all these words; also `call`, `text`, `widget LABEL`
///     wait gone WORD...        until no row has them; also `wait gone-call WORD...`
///     print row WORD...        prints the row's cells, with tabs between; also `call`, `text`
///     print tree               prints the lines of the anchor tree that are seen, as paths
///     pause SECONDS            lets time pass
///     timeout SECONDS          how long each of the following lines may wait (10 at first)
///     screenshot FILE [PANEL]  writes a PNG
///     quit                     ends the program; the end of the file does too
///
/// Thread safety: none; the drawing thread alone.
class Script {
 public:
  /// `invalid` with the line's number where a line makes no sense.
  static Result<Script> parse(const std::string& text);

  struct Screenshot {
    std::string file;
    std::string panel;
  };
  /// What the program is to do after this frame.
  struct Wish {
    std::optional<Screenshot> screenshot;
    /// For standard output.
    std::string print;
    bool quit = false;
  };
  /// To be called after each frame, with what was drawn in it. A line that cannot be done in its time is a
  /// failure which names it.
  Result<Wish> step(const Drawn& drawn, InputQueue& input, std::uint64_t now_ns);

 private:
  struct Line {
    std::size_t number = 0;
    std::string text;
    std::vector<std::string> words;
  };
  using Done = Result<bool>;

  explicit Script(std::vector<Line> lines) : lines_(std::move(lines)) {}
  static Result<void> check(const Line& line);
  Done run(const Line& line, const Drawn& drawn, InputQueue& input, std::uint64_t now_ns, Wish& wish);
  bool click(const Drawn::Item* item, InputQueue& input);
  Failure failed(const Line& line, const std::string& why) const;

  std::vector<Line> lines_;
  std::size_t at_ = 0;
  std::uint64_t line_began_ns_ = 0;
  std::uint64_t timeout_ns_ = 10'000'000'000;
  /// Frames to let pass, so that what was done can be seen.
  int rest_ = 2;
  /// Where the target stood in the frame before: only what stands still is clicked.
  ImVec2 target_{-1, -1};
  bool clicked_ = false;
};

}  // namespace circuit::gui
