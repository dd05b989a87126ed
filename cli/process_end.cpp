#include "process_end.hpp"

#include <poll.h>

namespace circuit::cli {

bool has_ended(const UniqueFd& process, std::chrono::milliseconds wait) {
  pollfd end{process.get(), POLLIN, 0};
  return !process || ::poll(&end, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace circuit::cli
