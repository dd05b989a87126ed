#include "base/log.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <string>

namespace circuit::log {
namespace {

constexpr std::array<std::pair<std::string_view, Level>, 5> names{{{"debug", Level::debug},
                                                                   {"info", Level::info},
                                                                   {"warn", Level::warn},
                                                                   {"error", Level::error},
                                                                   {"off", Level::off}}};

spdlog::level::level_enum spdlog_level(Level level) noexcept {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: break;
  }
  return spdlog::level::off;
}

Level level_from_environment(Level otherwise) noexcept {
  const char* text = std::getenv("CIRCUIT_LOG");
  if (text == nullptr) return otherwise;
  for (auto [name, level] : names)
    if (name == text) return level;
  return otherwise;
}

std::shared_ptr<spdlog::logger> make(std::string_view part, Level level) {
  auto logger = spdlog::stderr_logger_mt("circuit." + std::string(part));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l " + std::string(part) + "[%P] %v");
  logger->set_level(spdlog_level(level_from_environment(level)));
  return logger;
}

// The log is the one thing that every part writes to, so it is the one thing that is not handed around.
std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = make("app", Level::warn);
  return instance;
}

}  // namespace

void start(std::string_view part, Level level) {
  logger();
  spdlog::drop("circuit." + std::string(part));
  logger() = make(part, level);
}

bool enabled(Level level) noexcept { return logger()->should_log(spdlog_level(level)); }

void write(Level level, std::string_view text) {
  std::string clean(text);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
      ' ');
  logger()->log(spdlog_level(level), "{}", clean);
}

}  // namespace circuit::log
