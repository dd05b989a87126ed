// A coordinator's harness over the real ZooKeeper server of this process.
#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "anchor/coordinator_harness.hpp"
#include "anchor/zookeeper/session.hpp"
#include "support/zookeeper_server.hpp"

namespace circuit::anchor::testing {

/// Where the tests' sessions go: the shared server, below a node of the test's own.
inline zookeeper::ConnectString own_place() {
  return {support::shared_zookeeper().address(), support::own_chroot()};
}

class ZookeeperHarness final : public CoordinatorHarness {
 public:
  Outcome<std::shared_ptr<Coordinator>> connect(std::optional<SessionCredentials> credentials = {},
                                                SessionListener listener = {}) override {
    zookeeper::Session::Options options;
    options.where = place_;
    auto session = zookeeper::Session::connect(options, std::move(credentials), std::move(listener));
    if (!session) return session.error();
    std::lock_guard lock(mutex_);
    given_.push_back({*session, (*session)->session()});
    return std::shared_ptr<Coordinator>(*session);
  }

  /// Ends the sessions that have been let go, as the server itself does when their time is over, but without
  /// the wait. That the time does come to an end is a test of its own.
  void let_sessions_expire() override {
    std::lock_guard lock(mutex_);
    for (const Given& each : given_) {
      bool is_held = false;
      for (const Given& other : given_)
        is_held |= other.credentials.id == each.credentials.id && !other.session.expired();
      if (is_held) continue;
      auto ended = zookeeper::end_session(place_.servers, each.credentials, std::chrono::seconds(20));
      EXPECT_TRUE(ended) << ended.error().text;
    }
    std::erase_if(given_, [](const Given& each) { return each.session.expired(); });
  }
  std::string root() override { return ""; }
  const zookeeper::ConnectString& place() const { return place_; }

 private:
  struct Given {
    std::weak_ptr<Coordinator> session;
    SessionCredentials credentials;
  };

  const zookeeper::ConnectString place_ = own_place();
  std::mutex mutex_;
  std::vector<Given> given_;
};

}  // namespace circuit::anchor::testing
