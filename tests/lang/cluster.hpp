// Several nodes in one process: each with a loop, a thread, a socket and a recorder of its own.
#pragma once

#include <condition_variable>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <circuit/circuit.hpp>

#include "lang/node.hpp"
#include "link/ends.hpp"
#include "link/faults.hpp"

namespace circuit::lang::testing {

using namespace std::chrono_literals;
using link::testing::on_loop;

/// A door that threads wait at until it is opened, for good.
class Gate {
 public:
  void open();
  void wait();

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

/// A number that threads wait for.
class Count {
 public:
  void add(int by = 1);
  int value();
  /// False after 20 s.
  bool wait_for(int at_least);

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int value_ = 0;
};

class Member final : public NodeObserver {
 public:
  Member(const std::string& directory, std::uint64_t id, bool listens);
  ~Member() override;

  Node& node() { return *node_; }
  const Address& address() { return node_->own_address(); }
  link::AsioLoop& loop() { return loop_; }
  link::testing::FaultyTransport& transport() { return transport_; }

  PeerPointer peer(Member& other) { return node_->peers().find_or_add(other.address()); }

  /// A reference to an object that lives here.
  template <class T>
  Ref<T> ref(std::shared_ptr<T> object) {
    return Ref<T>(make_object_target(*node_, std::move(object), interface_of<T>()));
  }
  template <class T>
  Channel<T> channel() {
    return Channel<T>(make_local_target(*node_, make_channel_servant<T>()));
  }
  /// Offers an object to everyone, under a fixed id.
  template <class T>
  void publish(std::uint64_t id, std::shared_ptr<T> object) {
    node_->dispatcher().publish(id, make_object_servant(std::move(object), interface_of<T>()));
  }
  /// A published object of `other`.
  template <class T>
  Ref<T> published(Member& other, std::uint64_t id) {
    return Ref<T>(node_->imports().fixed(peer(other), id, interface_of<T>().name));
  }

  /// Waits for what the node's tables and peers tell; false after 20 s.
  bool wait(const std::function<bool()>& come);
  bool is_empty();
  /// Waits until this process holds nothing of others and others hold nothing of it.
  bool wait_empty() {
    return wait([this] { return is_empty(); });
  }
  /// Breaks all links, as if this process had been killed.
  void kill();
  void end();

  /// Of peers that this one has lost, in the order of the news.
  std::vector<Failure> lost;
  std::vector<Failure> died;

 private:
  void peer_opened(const PeerPointer&) override {
    tell([] {});
  }
  void peer_died(const PeerPointer&, const Failure& verdict) override {
    tell([&] { died.push_back(verdict); });
  }
  void peer_lost(const PeerPointer&, const Failure& reason) override {
    tell([&] { lost.push_back(reason); });
  }
  void tell(const std::function<void()>& change);

  SystemClock clock_;
  SystemRandom random_;
  link::AsioLoop loop_{clock_};
  link::UnixTransport unix_transport_{loop_};
  link::testing::FaultyTransport transport_{unix_transport_};
  std::unique_ptr<Node> node_;
  std::mutex mutex_;
  std::condition_variable changed_;
};

class Cluster {
 public:
  explicit Cluster(std::size_t members, bool listens = true) {
    for (std::size_t i = 0; i < members; ++i) add(listens);
  }
  ~Cluster() {
    for (auto& member : members_) member->end();
  }
  Member& add(bool listens = true) {
    members_.push_back(std::make_unique<Member>(directory_.path(), 0xa0 + members_.size(), listens));
    return *members_.back();
  }
  Member& operator[](std::size_t at) { return *members_.at(at); }

 private:
  link::testing::TemporaryDirectory directory_;
  std::vector<std::unique_ptr<Member>> members_;
};

/// The failure that `call` throws.
template <class Call>
Failure failure_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.failure();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace circuit::lang::testing
