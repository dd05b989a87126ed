// Workers that are started without a function, and functions that are run in them; spawns on several hosts.
#include <algorithm>
#include <csignal>
#include <iostream>
#include <string_view>
#include <unistd.h>

#include <circuit/circuit.hpp>

#include "lang/node.hpp"
#include "runtime/state.hpp"

namespace {

std::int32_t times = 0;

std::string count(std::string name) { return name + " " + std::to_string(++times); }
CIRCUIT_FUNCTION(count);

void meet(circuit::Channel<std::string> arrived, circuit::Channel<std::string> go) {
  arrived.send(circuit::here().address().id.string());
  go.receive();
}
CIRCUIT_FUNCTION(meet);

[[noreturn]] void wait_for_ever() {
  std::cout << "runs" << std::endl;
  for (;;) ::pause();
}
CIRCUIT_FUNCTION(wait_for_ever);

/// Registered by the template of its spawn alone.
std::string nameless(std::string text) { return text + " from " + circuit::here().address().id.string(); }

/// Never registered by anything.
void unheard_of() {}

class Thing {
 public:
  void nothing() {}
};

[[noreturn]] void leave_with(std::int32_t status) {
  std::cerr << "leaves" << std::endl;
  ::_exit(status);
}

void say(const std::optional<circuit::Death>& death) {
  if (!death) return;
  constexpr const char* kinds[] = {"", "exited", "signalled", "killed", "silent", "lost", "crash loop"};
  std::cout << kinds[static_cast<int>(death->kind)] << " " << death->code << ": " << death->last_words
            << std::endl;
}
void say(const circuit::Address& worker) { std::cout << worker.id.string() << std::endl; }

[[noreturn]] void stay() {
  for (;;) ::pause();
}

void all_at_once(circuit::Runtime& runtime) {
  auto arrived = runtime.channel<std::string>(), go = runtime.channel<std::string>();
  // The two workers wait for each other: one after the other they would never end.
  std::jthread gate([=]() mutable {
    for (int i = 0; i < 2; ++i) arrived.receive();
    for (int i = 0; i < 2; ++i) go.send("go");
  });
  const std::vector<std::string> hosts{"localhost", "nowhere", "localhost"};
  for (const auto& outcome : runtime.spawn_all(hosts, {"/all"}, meet, arrived, go))
    std::cout << outcome.host << ": "
              << (outcome.result ? "met" : std::string(circuit::name_of(outcome.error->kind()))) << std::endl;
}

}  // namespace
CIRCUIT_INTERFACE(Thing, nothing);

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "run") {
    const circuit::Address worker = runtime.start_worker("localhost", {"/started"});
    say(worker);
    std::cout << runtime.run(worker, count, "one") << std::endl;
    std::cout << runtime.run<count>(worker, "two") << std::endl;
    std::cout << runtime.run(
                     worker, [](std::string text) { return text + ", too"; }, "a lambda")
              << std::endl;
    runtime.release(worker);
    stay();
  }
  if (part == "start") {
    say(runtime.start_worker("localhost", {"/started"}));
    stay();
  }
  if (part == "start and run") {
    const circuit::Address worker = runtime.start_worker("localhost", {"/started"});
    say(worker);
    runtime.run(worker, wait_for_ever);
  }
  if (part == "start and watch") {
    const circuit::Address worker = runtime.start_worker("localhost", {});
    say(worker);
    std::cout << (runtime.await_death(worker, std::chrono::milliseconds(20)) ? "" : "waits") << std::endl;
    say(runtime.await_death(worker));
  }
  if (part == "half-way") {
    // A spawn that stops between the start of the worker and its function.
    circuit::spawn::SpawnOrder order{{"/half"}, "wait_for_ever", std::string(argv[2])};
    auto record = runtime.state().launcher().launch("localhost", order);
    say(record.value().address);
    stay();
  }
  if (part == "all") all_at_once(runtime);
  if (part == "template") {
    auto [text, worker] = runtime.spawn<nameless>("localhost", {}, "text");
    std::cout << (text == "text from " + worker.id.string()) << std::endl;
    std::cout << runtime.spawn<count>("localhost", {}, "named").value << std::endl;
  }
  if (part == "deaths") {
    const circuit::Address worker = runtime.start_worker("localhost", {});
    const auto killed = runtime.start_worker("localhost", {}),
               released = runtime.start_worker("localhost", {});
    auto told = runtime.channel<std::string>();
    runtime.when_dead(killed,
                      [told](const circuit::Death& death) mutable { told.send("told: " + death.text); });
    std::cout << runtime.await_death(killed, std::chrono::milliseconds(50)).has_value() << std::endl;
    runtime.kill(killed, {SIGKILL, {}});
    say(runtime.await_death(killed));
    std::cout << told.receive() << std::endl;
    runtime.release(released);
    say(runtime.await_death(released));
    runtime.when_dead(released,
                      [told](const circuit::Death& death) mutable { told.send("again: " + death.text); });
    std::cout << told.receive() << std::endl;
    ::kill(worker.pid, SIGABRT);
    say(runtime.await_death(worker));
    // A reference's worker, whose function has returned.
    auto [ref, holder] = runtime.spawn("localhost", {}, [] { return circuit::here().make<Thing>(); });
    const circuit::Address where = holder;
    try {
      runtime.run<leave_with>(where, 7);
    } catch (const circuit::Error& error) {
      std::cout << circuit::name_of(error.kind()) << std::endl;
    }
    say(runtime.await_death(ref.address()));
  }
  if (part == "death of an app") {
    // No agent has started it; its link tells.
    auto app = circuit::WorkerId::parse(argv[2]);
    circuit::Address address;
    address.id = app.value();
    address.incarnation = std::stoull(argv[3]);
    address.endpoint = argv[4];
    std::cout << "waits" << std::endl;
    say(runtime.await_death(address));
  }
  if (part == "app") {
    const circuit::Address& own = runtime.address();
    std::cout << own.id.string() << " " << own.incarnation << " " << own.endpoint << std::endl;
    stay();
  }
  if (part == "ends at once") {
    auto fastest = std::chrono::steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
      const circuit::Address worker = runtime.spawn("localhost", {}, [] {}).worker;
      const auto returned = std::chrono::steady_clock::now();
      runtime.await_death(worker);
      fastest = std::min(fastest, std::chrono::steady_clock::now() - returned);
    }
    std::cout << (fastest < std::chrono::milliseconds(500) ? "at once" : "after a while") << std::endl;
  }
  if (part == "many at once") {
    constexpr int many = 12;
    auto arrived = runtime.channel<std::string>(), go = runtime.channel<std::string>();
    std::jthread gate([=]() mutable {
      for (int i = 0; i < many; ++i) arrived.receive();
      for (int i = 0; i < many; ++i) go.send("go");
    });
    const std::vector<std::string> hosts(many, "localhost"), anchors{"/many"};
    int met = 0;
    for (const auto& outcome : runtime.spawn_all(hosts, anchors, meet, arrived, go))
      met += outcome.result.has_value();
    std::cout << met << " " << anchors.size() << std::endl;
  }
  if (part == "session")
    std::cout << runtime.spawn("localhost", {}, [] { return ::getsid(0) == ::getpid(); }).value << std::endl;
  if (part == "unregistered") runtime.spawn("localhost", {"/never"}, unheard_of);
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
