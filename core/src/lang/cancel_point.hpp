// From where a call that is being made can be cancelled.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "lang/life.hpp"

namespace circuit::lang {

/// Knows a call from the moment when it has an id; a cancel that comes before that is carried out then, and
/// one that comes after the call's end does nothing. Thread safety: any thread.
class CancelPoint {
 public:
  void started(Node& node, std::uint64_t call);
  void cancel();

 private:
  std::mutex mutex_;
  bool cancelled_ = false;
  /// Null: not started.
  std::shared_ptr<const Life> life_;
  std::uint64_t call_ = 0;
};

}  // namespace circuit::lang
