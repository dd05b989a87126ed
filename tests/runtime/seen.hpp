// What the handler of a watch has been told.
#pragma once

#include <gtest/gtest.h>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <circuit/anchors.hpp>

#include "support/eventually.hpp"

namespace circuit::support {

/// Keeps the account that a user of a watch keeps: who stands where, by what was told. Fails the test if
/// somebody joins who stands there already, or leaves who does not. Thread safety: any thread.
class Seen {
 public:
  using Files = std::set<std::pair<std::string, WorkerId>>;

  AnchorHandler handler() {
    return [this](const std::vector<AnchorEvent>& events) {
      std::lock_guard lock(mutex_);
      EXPECT_FALSE(events.empty());
      for (const AnchorEvent& event : events) {
        const std::pair<std::string, WorkerId> file(event.directory, event.file.address.id);
        if (event.kind == AnchorEvent::Kind::joined) {
          EXPECT_TRUE(standing_.insert(file).second) << file.second.string() << " joins twice";
        } else {
          EXPECT_EQ(standing_.erase(file), 1u) << file.second.string() << " leaves from nowhere";
          ++left_;
        }
      }
    };
  }
  Files standing() const {
    std::lock_guard lock(mutex_);
    return standing_;
  }
  bool comes_to(const Files& expected) const {
    return eventually([&] { return standing() == expected; });
  }
  int left() const {
    std::lock_guard lock(mutex_);
    return left_;
  }

 private:
  mutable std::mutex mutex_;
  Files standing_;
  int left_ = 0;
};

}  // namespace circuit::support
