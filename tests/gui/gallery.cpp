// Pictures of the dashboard in states that a real cluster seldom has, and what a frame of them costs.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <time.h>

#include "gui/scenes.hpp"
#include "shell/program.hpp"

namespace circuit::gui::testing {
namespace {

class SceneClock final : public Clock {
 public:
  std::uint64_t now_ns() const noexcept override { return real_.now_ns(); }
  std::uint64_t wall_ns() const noexcept override { return start_ns + real_.now_ns() - began_; }

 private:
  SystemClock real_;
  std::uint64_t began_ = real_.now_ns();
};

/// Fills the cluster; returns the script that brings the window into the state that is wanted.
std::string set(FakeCluster& cluster, const std::string& scene) {
  cluster.known_functions = functions();
  cluster.on_spawn = [](const auto&, auto) { return worker(0x77); };
  cluster.on_kill = [](const auto&) { return Result<void>(); };
  const std::size_t count = scene == "empty" || scene == "waiting" ? 0
                            : scene.starts_with("many")            ? 10'000
                                                                   : 18;
  const auto all = scene == "hostile" ? hostile_workers() : workers(count);
  cluster.change(all);
  if (count > 0)
    cluster.change_calls(scene == "hostile" ? hostile_calls()
                                            : calls(all, scene == "many-calls" ? 10'000 : 14));
  if (scene == "waiting") cluster.change_hosts({});
  if (scene == "lost")
    cluster.change_hosts(
        {{"localhost", false, "the agent has ended (killed by SIGKILL)", start_ns - 12 * second_ns}});
  static const std::map<std::string, std::string> scripts = {
      {"few", "key j\nkey j\nkey j\nkey j\nclick \"/trend\"\nkey Right\nclick \"/trend\""},
      {"lost", "key j"},
      {"many", "key End\nkey k"},
      {"calls", "click Calls\nclick call reducer.add"},
      {"many-calls", "click Calls"},
      {"hostile", "key j\nkey j\nkey j\nkey j"},
      {"spawn", "key n\nwait widget Function\nclick Function\nclick scale\nfill size 300"},
      {"spawned", "key n\nwait widget Function\nkey Enter\nwait text runs"},
      {"kill", "key j\nkey j\nkey Delete"},
      {"kill-many", "key Ctrl+A\nkey Delete"},
      {"keys", "key ?"},
      {"filter", "fill Filter \"host:local* state:!dead bogus:1 red\""},
      {"nothing", "fill Filter \"state:unregistered\"\nkey Enter"}};
  auto found = scripts.find(scene);
  return found == scripts.end() ? "" : found->second;
}

double thread_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// The CPU time of frames without the drawing itself: what the panels and the model cost.
void measure(FakeCluster& cluster, Dashboard& state, float scale) {
  Canvas canvas(state);
  InputQueue input;
  auto frame = [&] {
    const double began = thread_seconds();
    state.take_in();
    canvas.prepare(scale);
    canvas.draw(input);
    ImGui::Render();
    return (thread_seconds() - began) * 1000;
  };
  ImGui::GetIO().DisplaySize = {1440, 900};
  ImGui::GetIO().DeltaTime = 0.016F;
  frame();
  double idle = 0, changed = 0, worst = 0;
  constexpr int rounds = 50;
  for (int i = 0; i < rounds; ++i) idle += frame() / rounds;
  auto all = workers(200);
  for (int i = 0; i < rounds; ++i) {
    for (auto& record : all) record.started_wall_ns += second_ns;
    cluster.change(all);
    std::this_thread::sleep_for(std::chrono::milliseconds(110));
    const double ms = frame();
    changed += ms / rounds;
    worst = std::max(worst, ms);
  }
  fmt::print("a frame: {:.2f} ms; with 200 changed workers: {:.2f} ms, at most {:.2f} ms\n", idle, changed,
             worst);
}

int run(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "circuit-gui-gallery SCENE FILE.png|measure [WIDTHxHEIGHT] [light]\n");
    return 2;
  }
  Window::Size size;
  if (argc > 3) std::sscanf(argv[3], "%dx%d", &size.width, &size.height);
  auto window = Window::open(size, "Circuit");
  if (window.has_error()) {
    fmt::print(stderr, "{}\n", window.error().text);
    return 1;
  }
  FakeCluster cluster;
  const std::string script = set(cluster, argv[1]);
  SceneClock clock;
  Dashboard state(cluster, clock, [] { Window::wake(); });
  state.theme = argc > 4 ? ThemeChoice::light : ThemeChoice::dark;
  state.set_looked_at(true);
  if (std::strcmp(argv[2], "measure") == 0) {
    measure(cluster, state, 1);
    return 0;
  }
  auto parsed = Script::parse(script + "\npause 2.2\nscreenshot " + argv[2] + "\n");
  if (parsed.has_error()) {
    fmt::print(stderr, "{}\n", parsed.error().text);
    return 1;
  }
  Program program(**window, state, clock, {{}, {}, 1, std::move(*parsed)});
  auto done = program.run([] { return false; });
  if (done.has_error()) fmt::print(stderr, "{}\n", done.error().text);
  return done.has_error() ? 1 : 0;
}

}  // namespace
}  // namespace circuit::gui::testing

int main(int argc, char** argv) { return circuit::gui::testing::run(argc, argv); }
