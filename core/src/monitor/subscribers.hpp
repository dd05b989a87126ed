// Who wants to hear of something, and telling them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "monitor/cluster.hpp"

namespace circuit::monitor {

/// Thread safety: any thread. One value at a time is told, to all; a subscriber may end its own subscription
/// while it is told. Lifetime: outlives its subscriptions.
template <class Value>
class Subscribers {
 public:
  using Changed = std::function<void(Value)>;

  /// After the end of the subscription has returned, no call comes any more.
  std::unique_ptr<Cluster::Subscription> add(Changed changed) {
    std::lock_guard lock(mutex_);
    subscribers_.emplace(++last_, std::move(changed));
    return std::make_unique<One>(*this, last_);
  }

  void tell(const Value& value) {
    std::lock_guard telling(telling_);
    std::map<std::uint64_t, Changed> subscribers;
    {
      std::lock_guard lock(mutex_);
      subscribers = subscribers_;
    }
    for (const auto& [number, changed] : subscribers) changed(value);
  }

  bool empty() const {
    std::lock_guard lock(mutex_);
    return subscribers_.empty();
  }

 private:
  class One final : public Cluster::Subscription {
   public:
    One(Subscribers& all, std::uint64_t number) : all_(all), number_(number) {}
    ~One() override {
      std::lock_guard telling(all_.telling_);
      std::lock_guard lock(all_.mutex_);
      all_.subscribers_.erase(number_);
    }

   private:
    Subscribers& all_;
    const std::uint64_t number_;
  };

  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Changed> subscribers_;
  /// Held while they are told, so that the end of a subscription waits for it.
  std::recursive_mutex telling_;
};

}  // namespace circuit::monitor
