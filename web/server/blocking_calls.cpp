#include "server/blocking_calls.hpp"

#include <boost/asio/post.hpp>

#include "base/limits.hpp"

namespace circuit::web {

BlockingCalls::BlockingCalls() : pool_(limits::web_call_threads) {}

BlockingCalls::~BlockingCalls() {
  stop();
}

bool BlockingCalls::submit(std::function<void()> call) {
  if (stopped_ || under_way_.fetch_add(1) >= limits::web_calls) {
    if (!stopped_) under_way_.fetch_sub(1);
    return false;
  }
  boost::asio::post(pool_, [this, call = std::move(call)] {
    call();
    under_way_.fetch_sub(1);
  });
  return true;
}

void BlockingCalls::stop() {
  stopped_ = true;
  pool_.stop();
  pool_.join();
}

}  // namespace circuit::web
