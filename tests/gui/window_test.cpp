// The desktop in a real window, against a live cluster, with a script as its hands.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <set>
#include <sstream>
#include <unistd.h>

#include "base/pidfd.hpp"
#include "spawn/agent_interface.hpp"
#include "support/host.hpp"
#include "support/zookeeper_server.hpp"

namespace circuit::support {
namespace {

/// An X server of the test's own, on a display that was free.
class Display {
 public:
  Display()
      : server_({"/usr/bin/Xvfb", "-displayfd", "1", "-screen", "0", "1600x2000x24", "-nolisten", "tcp"}) {
    EXPECT_TRUE(eventually([this] { return server_.out().find('\n') != std::string::npos; }))
        << server_.err();
    const std::string out = server_.out();
    name_ = ":" + out.substr(0, out.find('\n'));
  }
  ~Display() {
    server_.signal(SIGTERM);
    server_.wait();
  }
  const std::string& name() const { return name_; }

 private:
  Program server_;
  std::string name_;
};

class Desktop : public Host {
 protected:
  void start_up(std::vector<std::string> more = {}) {
    more.insert(more.begin(), "up");
    up_.emplace(circuit_command(std::move(more)));
    ASSERT_TRUE(eventually([this] { return up_->out().find("Page: ") != std::string::npos; })) << up_->err();
  }
  ~Desktop() override {
    if (!up_) return;
    up_->signal(SIGINT);
    up_->wait();
  }

  std::vector<std::string> desktop(const std::string& script, std::vector<std::string> more = {}) {
    const auto file = directory() / "script";
    write_text(file, script);
    std::vector<std::string> command = {CIRCUIT_GUI_PROGRAM, "--dir", directory(), "--theme", "dark",
                                        "--script",          file};
    command.insert(command.end(), more.begin(), more.end());
    return command;
  }
  Outcome run_desktop(const std::string& script, std::vector<std::string> more = {}) {
    return run(desktop(script, std::move(more)), {"DISPLAY=" + display_.name(), "LIBGL_ALWAYS_SOFTWARE=1"});
  }

  Display display_;
  std::optional<Program> up_;
};

/// The cells of a row that a script has printed.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, '\t');) cells.push_back(cell);
  return cells;
}

/// Whether a path of the tree is a worker's.
bool is_file(const std::string& path) {
  return WorkerId::parse(std::string_view(path).substr(path.rfind('/') + 1)).has_value();
}

std::ptrdiff_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

double seconds_of(const std::string& age) {
  const double number = std::atof(age.c_str());
  if (age.ends_with("ms")) return number / 1000;
  return age.ends_with(" s") ? number : number * 60;
}

TEST_F(Desktop, AClickSpawnsAProcessAndAClickWithAConfirmationKillsThatVeryOne) {
  start_up();
  const auto picture = directory() / "picture.png";
  Program desk(desktop(fmt::format(R"script(timeout 30
click "Spawn"
wait widget "Function"
click "Function"
click "sleep"
fill "seconds" 617
fill "Anchors" /desk
click "Spawn"
wait text "runs on localhost"
click "Show it"
wait row live "sleep(617)" /desk
print row "sleep(617)"
click "Calls"
print call sleep 617
pause 1.2
print call sleep 617
screenshot {}
click "Workers"
wait row "sleep(617)"
print text "detail R"
# The test looks at the process now, and then starts another worker for a sign.
wait row live "sleep(602)"
click "Kill…"
wait text "Kill this worker, pid"
click "Kill"
wait gone live "sleep(617)"
wait row live "sleep(602)"
)script",
                                   picture.string())),
               {"DISPLAY=" + display_.name(), "LIBGL_ALWAYS_SOFTWARE=1"});
  ASSERT_TRUE(eventually([&] {
    return desk.out().find("detail R") != std::string::npos || desk.has_ended();
  })) << desk.err();
  std::istringstream out(desk.out());
  std::string row, call, later;
  std::getline(out, row);
  std::getline(out, call);
  std::getline(out, later);
  const std::vector<std::string> cells = cells_of(row), young = cells_of(call), old = cells_of(later);
  ASSERT_EQ(cells.size(), 7U) << desk.out() << desk.err();
  const std::string id = cells[1];
  const pid_t pid = std::atoi(cells[3].c_str());
  ASSERT_GT(pid, 1);
  const UniqueFd process = open_pidfd(pid);
  const auto runs = [&] { return send_signal(process.get(), 0); };
  ASSERT_TRUE(process);
  EXPECT_TRUE(runs());
  EXPECT_NE(circuit({"ls", "/desk"}).out.find(id), std::string::npos);
  ASSERT_EQ(young.size(), 6U) << call;
  ASSERT_EQ(old.size(), 6U) << later;
  EXPECT_EQ(young[2], "running");
  EXPECT_GE(seconds_of(old[0]), seconds_of(young[0]) + 1) << young[0] << " " << old[0];
  EXPECT_NE(old[4].find(id), std::string::npos) << "the worker is the callee";
  EXPECT_GT(std::filesystem::file_size(picture), 10'000U);

  const auto kept = console().spawn({"sleep", "[602]", {"/keep"}});
  const Outcome outcome = desk.wait();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(eventually([&] { return !runs(); }));
  EXPECT_TRUE(lives(kept.address.pid));
  EXPECT_TRUE(eventually([&] { return circuit({"ls", "/..."}).out.find(id) == std::string::npos; }));
  EXPECT_NE(circuit({"ls", "/keep"}).out.find(kept.address.id.string()), std::string::npos);
}

TEST_F(Desktop, ACallWithinACallIsShownWithBothEndsAlsoWhileItsWorkerIsStopped) {
  start_up();
  Program relay({CIRCUIT_RELAY, "600"});
  auto one_under = [&](const std::string& anchor) {
    auto listing = console().ask(spawn::agent_interface().list, anchor);
    return listing.has_value() && listing->workers.size() == 1 ? listing->workers[0] : spawn::WorkerRecord();
  };
  ASSERT_TRUE(eventually([&] { return one_under("/relay/first").address.id || relay.has_ended(); }))
      << relay.err();
  const auto first = one_under("/relay/first"), second = one_under("/relay/second");
  ASSERT_TRUE(stop(second.address.pid));
  Program desk(desktop(R"script(timeout 30
click "Calls"
wait call Sleeper.rest 600
print call Sleeper.rest 600
print call rest_elsewhere
wait gone-call Sleeper.rest
wait gone-call rest_elsewhere
)script"),
               {"DISPLAY=" + display_.name(), "LIBGL_ALWAYS_SOFTWARE=1"});
  ASSERT_TRUE(eventually([&] { return lines(desk.out()) == 2 || desk.has_ended(); })) << desk.err();
  std::istringstream out(desk.out());
  std::string inner, outer;
  std::getline(out, inner);
  std::getline(out, outer);
  EXPECT_NE(inner.find(first.address.id.string()), std::string::npos) << inner;
  EXPECT_NE(inner.find(second.address.id.string()), std::string::npos) << inner;
  EXPECT_NE(outer.find(first.address.id.string()), std::string::npos) << outer;
  ASSERT_EQ(::kill(second.address.pid, SIGCONT), 0);
  ASSERT_TRUE(console().kill(second.address.id, SIGKILL).has_value());
  const Outcome outcome = desk.wait();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  relay.wait();
}

TEST_F(Desktop, ShowsTheTreeThatZookeepersOwnShellWalks) {
  const std::string chroot = own_chroot();
  start_up({"--zookeeper", shared_zookeeper().address() + chroot});
  std::vector<WorkerId> living;
  for (int i = 0; i < (is_long() ? 1000 : 16); ++i) {
    if (living.size() >= 8 || i % 5 == 4) {
      ASSERT_TRUE(console().kill(living.front(), SIGKILL).has_value());
      living.erase(living.begin());
    } else {
      const std::string anchor = fmt::format("/{}/{}", "abc"[i % 3], "xy"[i % 2]);
      living.push_back(console().spawn({"sleep", "[600]", {anchor}}).address.id);
    }
  }
  std::set<std::string> walked;
  ASSERT_TRUE(eventually([&] {
    walked = walk_of_zookeepers_shell(chroot);
    const auto files = std::count_if(walked.begin(), walked.end(), is_file);
    return static_cast<std::size_t>(files) == 2 * living.size();
  }));
  std::string script = "timeout 30\n";
  for (const std::string& path : walked)
    if (!is_file(path) && path != "/host") script += fmt::format("click \"fold {}\"\n", path);
  for (const std::string& path : walked) script += fmt::format("wait widget {}\n", path);
  const Outcome outcome = run_desktop(script + "print tree\n", {"--size", "1600x2000"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  std::set<std::string> seen;
  std::istringstream lines(outcome.out);
  for (std::string line; std::getline(lines, line);) seen.insert(line);
  EXPECT_EQ(seen, walked);
}

TEST_F(Desktop, OfCircuitUpEndsWithIt) {
  up_.emplace(circuit_command({"up", "--gui"}),
              std::vector<std::string>{"DISPLAY=" + display_.name(), "LIBGL_ALWAYS_SOFTWARE=1"});
  const auto windows = [&] {
    const auto all = processes_of(directory());
    return std::count_if(all.begin(), all.end(), [](pid_t pid) {
      return read_text(fmt::format("/proc/{}/comm", pid)) == "circuit-gui\n";
    });
  };
  ASSERT_TRUE(eventually([&] { return windows() == 1 || up_->has_ended(); })) << up_->err();
  up_->signal(SIGINT);
  EXPECT_EQ(up_->wait().status, 0) << up_->err();
  EXPECT_EQ(windows(), 0);
  up_.reset();
}

TEST_F(Desktop, AWindowThatIsClosedLeavesNothingBehind) {
  start_up();
  const auto before = socket_files();
  Program desk(
      desktop("timeout 30\nwait text Connected\nprint text Connected\nwait row \"no such worker\"\n"),
      {"DISPLAY=" + display_.name(), "LIBGL_ALWAYS_SOFTWARE=1"});
  ASSERT_TRUE(
      eventually([&] { return desk.out().find("Connected") != std::string::npos || desk.has_ended(); }));
  EXPECT_GT(socket_files().size(), before.size()) << "it is connected by one of its own";
  desk.signal(SIGTERM);
  EXPECT_EQ(desk.wait().status, 0);
  EXPECT_TRUE(eventually([&] { return socket_files() == before; }));
}

TEST_F(Desktop, AFailingLineEndsItWithASentenceThatNamesTheLine) {
  start_up();
  const Outcome outcome = run_desktop("wait text Connected\ntimeout 0.5\nwait row \"no such worker\"\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("line 3 (`wait row \"no such worker\"`): not within 0.5 s"), std::string::npos)
      << outcome.err;
}

TEST_F(Desktop, AScreenshotIsAPicture) {
  start_up();
  const auto file = directory() / "shot.png";
  const Outcome outcome = run({CIRCUIT_GUI_PROGRAM, "--dir", directory(), "--size", "1024x640", "--theme",
                               "light", "--screenshot", file, "--panel", "anchors", "--after", "0.2"},
                              {"DISPLAY=" + display_.name(), "LIBGL_ALWAYS_SOFTWARE=1"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  const std::string bytes = read_text(file);
  ASSERT_GT(bytes.size(), 33U);
  EXPECT_EQ(bytes.substr(1, 3), "PNG");
  auto number = [&](std::size_t at) {
    return static_cast<unsigned char>(bytes[at + 2]) * 256 + static_cast<unsigned char>(bytes[at + 3]);
  };
  EXPECT_EQ(number(16), 210) << "the panel's width";
}

TEST_F(Desktop, ItWaitsForAClusterAndShowsItWhenItComes) {
  Program desk(desktop("timeout 30\nwait text \"No agent is heard yet.\"\nprint text \"No agent\"\nwait text "
                       "\"No worker runs.\"\n"),
               {"DISPLAY=" + display_.name(), "LIBGL_ALWAYS_SOFTWARE=1"});
  ASSERT_TRUE(
      eventually([&] { return desk.out().find("No agent") != std::string::npos || desk.has_ended(); }));
  start_up();
  const Outcome outcome = desk.wait();
  EXPECT_EQ(outcome.status, 0) << outcome.err;
}

TEST_F(Desktop, WithoutADisplayItSaysSo) {
  const Outcome outcome = run({CIRCUIT_GUI_PROGRAM, "--dir", directory()}, {"DISPLAY="});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("there is no display"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace circuit::support
