// The threads of a node's pool, as an Asio executor sees them.
#include <circuit/detail/async_call.hpp>

#include "lang/node.hpp"

namespace circuit::lang {
namespace {

class NodeExecutor final : public ExecutorTarget {
 public:
  explicit NodeExecutor(std::shared_ptr<const Life> life) : life_(std::move(life)) {}

  void run(std::function<void()> job) override {
    if (Node* node = life_->node(); node != nullptr && node->pool().deliver(job)) return;
    job();
  }
  boost::asio::execution_context& context() override { return context_; }

 private:
  const std::shared_ptr<const Life> life_;
  boost::asio::execution_context context_;
};

}  // namespace

std::shared_ptr<ExecutorTarget> executor_target(Node& node) {
  return node.executor([](const std::shared_ptr<const Life>& life) -> std::shared_ptr<ExecutorTarget> {
    return std::make_shared<NodeExecutor>(life);
  });
}

}  // namespace circuit::lang
