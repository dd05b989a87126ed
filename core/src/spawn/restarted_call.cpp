#include "spawn/restarted_call.hpp"

#include <optional>
#include <utility>

#include "base/limits.hpp"

namespace circuit::spawn {
namespace {

/// Owned by the call that is under way, the agent's or the worker's.
class RestartedCall final : public std::enable_shared_from_this<RestartedCall> {
 public:
  RestartedCall(lang::Node& node, AgentConnection& agent, std::uint64_t function, Buffer arguments,
                std::function<void(RestartedAnswer)> done)
      : node_(node),
        agent_(agent),
        function_(function),
        arguments_(std::move(arguments)),
        done_(std::move(done)),
        timer_(node.loop().make_timer()) {}

  void call(const Address& worker) {
    worker_ = worker;
    lang::PeerPointer peer = node_.peers().find_or_add(worker);
    Buffer body;
    body.extend(wire::CallHead::size);
    body.append(arguments_.view());
    lang::ReferenceSession none(node_, peer);
    lang::CallTerms terms;
    if (const lang::Function* known = lang::find_function(function_)) terms.signature = known->descriptor;
    node_.send_call(peer, node_.head_for(lang::fixed_object::functions, function_, false), std::move(body),
                    none, terms, *new CallWaiter(shared_from_this()));
  }

 private:
  class CallWaiter final : public lang::Waiter {
   public:
    explicit CallWaiter(std::shared_ptr<RestartedCall> call) : call_(std::move(call)) {}
    void complete(lang::Answer answer) override {
      std::unique_ptr<CallWaiter> self(this);
      call_->answered(std::move(answer));
    }

   private:
    std::shared_ptr<RestartedCall> call_;
  };

  void answered(lang::Answer answer) {
    if (answer.has_value()) return done_({worker_, std::move(answer)});
    switch (answer.error().kind) {
      case ErrorKind::failed:
      case ErrorKind::dead:
      case ErrorKind::unreachable: break;
      default: return refused(std::move(answer));
    }
    last_ = answer.error();
    give_up_ns_ = node_.clock().now_ns() + ns_of(limits::agent_start);
    ask();
  }

  /// It would be refused in any successor too: the worker is not to be started again.
  void refused(lang::Answer answer) {
    KillOrder order{worker_.id, 0, 0, node_.own_address().string()};
    if (lang::PeerPointer agent = agent_.look())
      lang::start_call(node_, agent, lang::fixed_object::agent, agent_interface().kill, {},
                       std::function([](Result<void>) {}), order);
    done_({worker_, std::move(answer)});
  }

  void ask() {
    lang::PeerPointer agent = agent_.look();
    if (!agent) return ask_again();
    // A successor may take its time: back-off, and start.
    lang::start_call(node_, agent, lang::fixed_object::agent, agent_interface().successor,
                     {std::chrono::milliseconds(0)},
                     std::function([self = shared_from_this()](Result<SuccessorReport> report) {
                       if (report.has_error()) return self->ask_again();
                       if (report->restarted) return self->call(report->record.address);
                       self->last_.text += "; " + report->why;
                       self->done_({self->worker_, lang::Answer(std::move(self->last_))});
                     }),
                     worker_.id);
  }

  /// The agent is being replaced, or gone for good.
  void ask_again() {
    if (!node_.loop().running() || node_.clock().now_ns() > give_up_ns_)
      return done_({worker_, lang::Answer(std::move(last_))});
    timer_->arm(node_.clock().now_ns() + ns_of(limits::agent_retry),
                [self = shared_from_this()] { self->ask(); });
  }

  lang::Node& node_;
  AgentConnection& agent_;
  const std::uint64_t function_;
  const Buffer arguments_;
  const std::function<void(RestartedAnswer)> done_;
  const std::unique_ptr<link::Timer> timer_;
  Address worker_;
  Failure last_;
  std::uint64_t give_up_ns_ = 0;
};

}  // namespace

void call_through_restarts(lang::Node& node, AgentConnection& agent, const Address& worker,
                           std::uint64_t function, Buffer arguments,
                           std::function<void(RestartedAnswer)> done) {
  std::make_shared<RestartedCall>(node, agent, function, std::move(arguments), std::move(done))->call(worker);
}

}  // namespace circuit::spawn
