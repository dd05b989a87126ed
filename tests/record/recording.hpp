// A recorder and a reader of the same memory, as most tests of this folder need them.
#pragma once

#include <fcntl.h>
#include <memory>
#include <utility>

#include "record/reader.hpp"
#include "record/recorder.hpp"

namespace circuit::record::testing {

inline UniqueFd duplicate(int fd) {
  return UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

struct Recording {
  explicit Recording(std::uint32_t slots = 8)
      : recorder(Recorder::create(0x6aca01d945c3b861, slots).value()),
        reader(Reader::open(duplicate(recorder->fd())).value()) {}

  std::unique_ptr<Recorder> recorder;
  Reader reader;
};

inline CallFacts facts(Direction direction, std::uint64_t method = 7) {
  CallFacts call;
  call.direction = direction;
  call.state = direction == Direction::incoming ? CallState::queued : CallState::waiting;
  call.method = method;
  return call;
}

}  // namespace circuit::record::testing
