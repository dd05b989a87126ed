// How a process ended.
#pragma once

#include <cstdint>
#include <string>

namespace circuit {

/// The end of a worker or an app, as far as it is known.
struct Death {
  enum class Kind : std::uint8_t {
    /// Returned from main, or called exit with the status `code`.
    exited = 1,
    /// Ended by the signal `code`.
    signalled = 2,
    /// Ended because someone asked for it through Circuit.
    killed = 3,
    /// Said nothing within its time, and was ended.
    silent = 4,
    /// Ended unseen: nobody was there to take its status.
    lost = 5,
    /// Failed so often that it was not started again.
    crash_loop = 6,
  };

  Kind kind = Kind::lost;
  /// An exit status or a signal; 0 where neither is known.
  std::int32_t code = 0;
  /// For people: `exited with 3`, `killed by SIGKILL`.
  std::string text;
  /// The last lines that it wrote to its standard error, on one line.
  std::string last_words;
};

}  // namespace circuit
