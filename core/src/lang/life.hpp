// Whether a node is still there, for what may outlive it.
#pragma once

#include <atomic>

#include <circuit/error.hpp>

namespace circuit::lang {

class Node;

/// Shared by a node and the references that were made through it.
/// Thread safety: any thread. A node must not end while a call through it is being made; later is safe.
class Life {
 public:
  explicit Life(Node& node) noexcept : node_(&node) {}
  void end() noexcept { node_ = nullptr; }
  /// Null once the node has ended.
  Node* node() const noexcept { return node_.load(); }
  /// Throws Error{cancelled} once the node has ended.
  Node& living() const {
    if (Node* node = node_.load()) return *node;
    throw Error(ErrorKind::cancelled, "the runtime of this reference has ended");
  }

 private:
  std::atomic<Node*> node_;
};

}  // namespace circuit::lang
