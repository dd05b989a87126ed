#include "cli/shell.hpp"

#include <algorithm>
#include <sstream>

namespace circuit::support {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

WorkerId Shell::spawn(const std::string& anchor, std::vector<std::string> call) {
  std::vector<std::string> arguments{"spawn", "localhost", "-d", "-a", anchor};
  arguments.insert(arguments.end(), call.begin(), call.end());
  const Outcome outcome = circuit(std::move(arguments));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  auto id = WorkerId::parse(outcome.out.substr(0, outcome.out.find(' ')));
  EXPECT_TRUE(id.has_value()) << outcome.out;
  return id.value_or(WorkerId());
}

std::vector<std::string> Shell::ls(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "ls");
  const Outcome outcome = circuit(std::move(arguments));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  return lines_of(outcome.out);
}

std::string Shell::complaint_of(std::vector<std::string> arguments, int status, std::string in) {
  const Outcome outcome = circuit(std::move(arguments), std::move(in));
  EXPECT_EQ(outcome.status, status) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("circuit: ")) << outcome.err;
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
  return outcome.err;
}

Outcome Shell::bash(const std::string& line, std::vector<std::string> environment) {
  environment.push_back("C=" + circuit_command({}).front());
  return run({"/bin/bash", "-c", line}, std::move(environment));
}

void Shell::expect_nothing_left() {
  EXPECT_TRUE(eventually([&] { return processes_of(directory()).size() == 2; }))
      << names_of(processes_of(directory()));
  EXPECT_TRUE(eventually([&] { return console().tree() == std::vector<std::string>(); }));
  EXPECT_TRUE(eventually([&] { return socket_files().size() == 2; }))
      << ::testing::PrintToString(socket_files());
  EXPECT_TRUE(eventually([&] { return held_jails() == 0; }));
}

Up::Up(std::vector<std::string> command, std::vector<std::string> environment)
    : program_(std::move(command), std::move(environment)) {}

std::string Up::url() {
  const bool said =
      eventually([&] { return program_.out().find("Ctrl-C") != std::string::npos || program_.has_ended(); });
  const std::string out = program_.out();
  const std::size_t begin = out.find("http://");
  EXPECT_TRUE(said && begin != std::string::npos) << out << program_.err();
  return begin == std::string::npos ? "" : out.substr(begin, out.find('\n', begin) - begin);
}

}  // namespace circuit::support
