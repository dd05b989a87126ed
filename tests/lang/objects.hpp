// Objects that the tests of this folder call.
#pragma once

#include <stdexcept>

#include "lang/cluster.hpp"

namespace lang_test {

using circuit::Channel;
using circuit::Ref;
using circuit::lang::testing::Count;
using circuit::lang::testing::Gate;
using circuit::lang::testing::Member;

/// Calls run in the pool, one at a time.
struct Calculator {
  int add(int a, int b) { return a + b; }
  std::string join(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& word : words) all += word;
    return all;
  }
  void set(int to) { value = to; }
  int get() const { return value; }
  void fail(std::string text) { throw std::domain_error(text); }
  void fail_strangely() { throw 7; }
  int value = 0;
};

/// Calls run on the loop.
struct Quick {
  int twice(int number) { return 2 * number; }
  void block() { other.call<&Quick::twice>(1); }
  Ref<Quick> other;
};

/// Counts how many calls are inside at once.
struct Serial {
  int enter(int number) {
    int now = ++inside;
    if (now > most) most = now;
    seen.push_back(number);
    inside_count.add();
    gate.wait();
    --inside;
    return number;
  }
  void note(int number) { seen.push_back(number); }
  std::size_t weigh(const circuit::Bytes& bytes) {
    seen.push_back(static_cast<int>(bytes.size()));
    return bytes.size();
  }
  std::atomic<int> inside{0}, most{0};
  std::vector<int> seen;
  Count inside_count;
  Gate gate;
};
struct Overlapping : Serial {
  int pass(int number) {
    ++inside;
    inside_count.add();
    gate.wait();
    return number;
  }
};

struct Counter {
  int increment() { return ++count; }
  ~Counter() {
    if (gone) gone->add();
  }
  std::atomic<int> count{0};
  std::shared_ptr<Count> gone;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Counter, concurrent, increment);

namespace lang_test {

struct Pocket {
  std::string label;
  std::vector<Ref<Counter>> counters;
};

/// Makes, keeps and passes on references; stands in for a program.
struct Broker {
  Ref<Counter> make() {
    auto counter = std::make_shared<Counter>();
    counter->gone = gone;
    return self->ref(counter);
  }
  void keep(Ref<Counter> counter) { kept = counter; }
  Ref<Counter> give() { return kept; }
  void drop() { kept.reset(); }
  int use() { return kept.call<&Counter::increment>(); }
  Pocket fill(int size) {
    Pocket pocket{"filled", {}};
    for (int i = 0; i < size; ++i) pocket.counters.push_back(make());
    return pocket;
  }
  int use_all(Pocket pocket, std::vector<std::vector<Ref<Counter>>> nested) {
    int sum = 0;
    for (auto& counter : pocket.counters) sum += counter.call<&Counter::increment>();
    for (auto& row : nested)
      for (auto& counter : row) sum += counter.call<&Counter::increment>();
    return sum;
  }
  void pass_to(Ref<Broker> other) { other.call<&Broker::keep>(kept); }
  void pass_on_and_drop(Ref<Broker> other) {
    other.call<&Broker::keep>(kept);
    kept.reset();
  }

  Member* self = nullptr;
  Ref<Counter> kept;
  std::shared_ptr<Count> gone = std::make_shared<Count>();
};

/// Calls back and forth.
struct Echo {
  int bounce(Ref<Echo> back, int times) {
    if (times == 0) return 0;
    return 1 + back.call<&Echo::bounce>(self, times - 1);
  }
  int down(Ref<Echo> other, int times) { return bounce(other, times); }
  Ref<Echo> self;
};

/// Answers when the test says so, and hands its remaining time on.
struct Slow {
  void wait() {
    began.add();
    gate.wait();
    ended.add();
  }
  void run() { runs.add(); }
  std::uint64_t remaining_ms() {
    const auto* context = circuit::lang::current_context();
    if (context->deadline_ns == 0) return 0;
    return (context->deadline_ns - context->node->clock().now_ns()) / 1'000'000;
  }
  std::uint64_t remaining_there(Ref<Slow> there) { return there.call<&Slow::remaining_ms>(); }
  Count began, ended, runs;
  Gate gate;
};

}  // namespace lang_test

CIRCUIT_INTERFACE(lang_test::Calculator, add, join, set, get, fail, fail_strangely);
CIRCUIT_INTERFACE(lang_test::Quick, inline_calls, twice, block);
CIRCUIT_INTERFACE(lang_test::Serial, enter, note, weigh);
CIRCUIT_INTERFACE(lang_test::Overlapping, concurrent, pass);
CIRCUIT_INTERFACE(lang_test::Broker, make, keep, give, drop, use, fill, use_all, pass_to, pass_on_and_drop);
CIRCUIT_INTERFACE(lang_test::Echo, bounce, down);
CIRCUIT_INTERFACE(lang_test::Slow, wait, run, remaining_ms, remaining_there);

namespace lang_test {

/// Under which id an object of the tests is published.
inline constexpr std::uint64_t object_id = 100;

inline std::shared_ptr<Broker> make_broker(Member& member) {
  auto broker = std::make_shared<Broker>();
  broker->self = &member;
  member.publish(object_id, broker);
  return broker;
}

}  // namespace lang_test
