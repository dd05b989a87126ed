// The program circuit-gui: the cluster on the desktop.
#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/paths.hpp"
#include "base/version.hpp"
#include "model/preferences.hpp"
#include "monitor/live_cluster.hpp"
#include "shell/program.hpp"

namespace circuit::gui {
namespace {

struct Options {
  std::string directory;
  std::string size = "1440x900";
  std::string theme = "auto";
  std::string screenshot;
  std::string panel;
  double after_s = 1;
  std::string script;
};

std::atomic<bool> stop_asked = false;

int fail(const Failure& failure) {
  const std::string line = fmt::format("circuit-gui: {}\n", failure.text);
  std::fwrite(line.data(), 1, line.size(), stderr);
  return failure.kind == ErrorKind::invalid ? 2 : 1;
}

Result<Window::Size> parse_size(const std::string& text) {
  Window::Size size;
  int end = 0;
  const bool read = std::sscanf(text.c_str(), "%5dx%5d%n", &size.width, &size.height, &end) == 2;
  if (!read || static_cast<std::size_t>(end) != text.size() || size.width < 640 || size.height < 400 ||
      size.width > 16384 || size.height > 16384)
    return failure(ErrorKind::invalid,
                   fmt::format("--size wants WIDTHxHEIGHT, at least 640x400, and got '{}'", text));
  return size;
}

Result<std::optional<Script>> read_script(const std::string& file) {
  if (file.empty()) return std::optional<Script>();
  auto text = read_file(file, limits::gui_script_bytes);
  if (text.has_error()) return text.error();
  auto script = Script::parse(*text);
  if (script.has_error()) return script.error();
  return std::optional<Script>(std::move(*script));
}

/// Ctrl-C closes the window as a click does.
void listen_for_the_end() {
  for (int number : {SIGINT, SIGTERM, SIGHUP})
    std::signal(number, [](int) {
      // The loop looks once a second by itself: nothing here may be called that is not safe in a signal.
      stop_asked = true;
    });
  std::signal(SIGPIPE, SIG_IGN);
}

void apply(const Preferences& preferences, Dashboard& state, ViewState& view) {
  state.theme = preferences.theme;
  state.workers.set_order(preferences.order);
  view.zoom = preferences.zoom;
  view.left_width = preferences.left_width;
  view.right_width = preferences.right_width;
}

Preferences preferences_of(const Dashboard& state, const ViewState& view) {
  return {state.theme, view.zoom, view.left_width, view.right_width, state.workers.order()};
}

int show(const Options& options) {
  auto size = parse_size(options.size);
  if (size.has_error()) return fail(size.error());
  auto script = read_script(options.script);
  if (script.has_error()) return fail(script.error());
  const std::filesystem::path directory =
      options.directory.empty() ? agent_directory()
                                : std::filesystem::absolute(options.directory).lexically_normal();
  auto window = Window::open(*size, "Circuit");
  if (window.has_error()) return fail(window.error());
  SystemClock clock;
  monitor::LiveCluster cluster(directory, monitor::LiveCluster::Watch::yes);
  Result<void> done;
  {
    Dashboard state(cluster, clock, [] { Window::wake(); });
    Program program(**window, state, clock,
                    {options.screenshot, options.panel, options.after_s, std::move(*script)});
    // A picture or a script must not depend on what somebody has chosen before, nor change it.
    const bool remembers = options.screenshot.empty() && options.script.empty();
    const std::filesystem::path file = remembers ? preferences_file() : std::filesystem::path();
    const Preferences before = file.empty() ? Preferences() : load_preferences(file);
    apply(before, state, program.view());
    if (options.theme == "dark") state.theme = ThemeChoice::dark;
    if (options.theme == "light") state.theme = ThemeChoice::light;
    done = program.run([] { return stop_asked.load(); });
    (*window)->hide();
    const Preferences after = preferences_of(state, program.view());
    if (!file.empty() && !(after == before))
      if (auto saved = save_preferences(file, after); saved.has_error()) log::warn("{}", saved.error().text);
  }
  return done.has_error() ? fail(done.error()) : 0;
}

int run(int argc, char** argv) {
  CLI::App app("Circuit's cluster on the desktop: see and steer what runs", "circuit-gui");
  Options options;
  app.set_version_flag("--version", std::string("circuit-gui ") + version);
  app.add_option("--dir", options.directory, "directory of the agent (default: $CIRCUIT_DIR, else your own)")
      ->type_name("DIRECTORY");
  app.add_option("--size", options.size, "size of the window (default: 1440x900)")->type_name("WxH");
  app.add_option("--theme", options.theme,
                 "dark, light, or auto: as chosen last, at first as the desktop is (default)")
      ->type_name("THEME")
      ->check(CLI::IsMember({"dark", "light", "auto"}));
  app.add_option("--screenshot", options.screenshot, "write a picture and end")->type_name("FILE.png");
  app.add_option("--panel", options.panel,
                 "the part that the picture shows: bar, strip, anchors, centre, detail, status")
      ->type_name("NAME");
  app.add_option("--after", options.after_s, "seconds before the picture is taken (default: 1)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 3600.0));
  app.add_option("--script", options.script,
                 "mouse and keyboard from a file; gui/shell/script.hpp lists its lines")
      ->type_name("FILE");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    fail(failure(ErrorKind::invalid, error.what()));
    return 2;
  }
  return show(options);
}

}  // namespace
}  // namespace circuit::gui

int main(int argc, char** argv) {
  using namespace circuit;
  try {
    log::start("gui", log::Level::warn);
    gui::listen_for_the_end();
    return gui::run(argc, argv);
  } catch (const Error& error) {
    return gui::fail(error.failure());
  } catch (const std::exception& error) {
    return gui::fail(failure(ErrorKind::failed, error.what()));
  }
}
