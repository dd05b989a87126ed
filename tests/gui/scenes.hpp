// Clusters to draw: empty, small, large, and one in which every text is hostile.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "web/fake_cluster.hpp"

namespace circuit::gui::testing {

using web::testing::FakeCluster;

inline constexpr std::uint64_t start_ns = 1'764'000'000'000'000'000;
inline constexpr std::uint64_t second_ns = 1'000'000'000;

inline spawn::WorkerRecord worker(std::uint64_t id, std::string function = "sleep",
                                  std::string arguments = "[60]") {
  spawn::WorkerRecord record = web::testing::worker(id, std::move(function));
  record.arguments = std::move(arguments);
  record.started_wall_ns = start_ns - id % 5000 * second_ns;
  return record;
}

/// Workers as a real cluster might have them, always the same ones.
inline std::vector<spawn::WorkerRecord> workers(std::size_t count) {
  std::mt19937_64 random(7);
  const std::vector<std::pair<const char*, const char*>> functions = {
      {"mapper", R"(["kafka://7"])"},          {"reducer", R"([{"shard":3}])"},
      {"aggregator", R"(["/trend/reducer"])"}, {"compact", "[2]"},
      {"ingest", R"(["events-2026-11"])"},     {"greet", R"(["world"])"}};
  std::vector<spawn::WorkerRecord> all;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [function, arguments] = functions[random() % functions.size()];
    spawn::WorkerRecord record = worker(random(), function, arguments);
    record.address.pid = static_cast<std::int32_t>(20000 + i);
    record.started_wall_ns = start_ns - random() % 20000 * second_ns;
    record.anchors = {"/trend/" + std::string(function), "/host/localhost"};
    if (i % 97 == 3) record.state = spawn::WorkerState::suspect;
    if (i % 31 == 21) {
      record.state = spawn::WorkerState::dead;
      record.cause = {spawn::CauseKind::signalled, 11, "ended by SIGSEGV"};
      record.died_wall_ns = start_ns;
    }
    all.push_back(std::move(record));
  }
  return all;
}

/// Calls among the first of these workers, some made within another.
inline std::vector<monitor::Call> calls(const std::vector<spawn::WorkerRecord>& among, std::size_t count) {
  std::vector<monitor::Call> all;
  for (std::size_t i = 0; i < count; ++i) {
    monitor::Call call;
    call.caller = among[i % among.size()].address.id;
    call.callee = among[(i + 1) % among.size()].address.id;
    call.id = i + 1;
    call.phase = static_cast<monitor::CallPhase>(3 - (i % 7 == 2) - (i % 11 == 3));
    call.method = i % 3 == 0 ? "aggregator.top" : i % 3 == 1 ? "reducer.add" : "store.put";
    call.descriptor = call.method + "(i64, text) -> bool";
    call.arguments = R"([10, "trend", {"shard": 3}])";
    call.argument_bytes = 48;
    call.started_wall_ns = start_ns - (count - i) * 37'000'000;
    call.depth = static_cast<std::uint32_t>(i % 3);
    if (i % 3 != 0) {
      call.parent_caller = all.back().caller;
      call.parent_id = all.back().id;
    }
    all.push_back(std::move(call));
  }
  return all;
}

/// What an attacker might have chosen as a name.
inline std::vector<std::string> hostile_texts() {
  return {"%s%n%d%999999s",
          "##same",
          "a###id",
          "\xFF\xFE\xC3(\xED\xA0\x80",
          std::string("nul\0in it", 9),
          "\x1b[31mred\x1b[0m\r\nnew line\ttab",
          "\xE2\x80\xAE"
          "txt.exe",
          std::string(3 << 20, 'x'),
          std::string(100000, '\n'),
          ""};
}

/// Workers of which every text is one of these.
inline std::vector<spawn::WorkerRecord> hostile_workers() {
  std::vector<spawn::WorkerRecord> all;
  std::uint64_t id = 1;
  for (const std::string& text : hostile_texts()) {
    spawn::WorkerRecord record = worker(id, text, text);
    record.address.host = text;
    record.address.endpoint = text;
    record.executable = text;
    record.anchors = {"/" + text, "/host/" + text, text + "/" + text};
    record.state = static_cast<spawn::WorkerState>(id % 7);
    record.cause = {spawn::CauseKind::exited, -1, text};
    record.address.pid = -1;
    all.push_back(std::move(record));
    ++id;
  }
  return all;
}

inline std::vector<monitor::Call> hostile_calls() {
  std::vector<monitor::Call> all;
  for (const std::string& text : hostile_texts()) {
    monitor::Call call;
    call.caller = WorkerId{1};
    call.callee = WorkerId{2};
    call.id = all.size();
    // Each is made within itself.
    call.parent_caller = call.caller;
    call.parent_id = call.id;
    call.method = call.descriptor = call.arguments = text;
    call.phase = static_cast<monitor::CallPhase>(all.size());
    call.depth = 0xFFFFFFFF;
    call.started_wall_ns = ~std::uint64_t{0};
    call.deadline_wall_ns = 1;
    all.push_back(std::move(call));
  }
  return all;
}

inline std::vector<spawn::FunctionDescription> functions() {
  return {{"greet",
           "greet(name: text) -> text",
           1,
           {{"name", "text", R"("world")"}},
           "text",
           "/opt/circuit/bin/circuit"},
          {"sleep",
           "sleep(seconds: f64 = 60)",
           2,
           {{"seconds", "f64", "60"}},
           "void",
           "/opt/circuit/bin/circuit"},
          {"scale",
           "scale(size: u8, keep: bool, sizes: [i32])",
           3,
           {{"size", "u8", std::nullopt}, {"keep", "bool", "true"}, {"sizes", "[i32]", "[1,2]"}},
           "void",
           "/opt/app"}};
}

}  // namespace circuit::gui::testing
