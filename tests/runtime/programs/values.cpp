// Spawns functions with arguments and results of many types, and checks that they come back as they were.
#include <chrono>
#include <iostream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <variant>

#include <circuit/circuit.hpp>

enum class Colour : std::uint8_t { red, green = 7 };

struct Inner {
  std::string text;
  std::optional<double> number;
  friend bool operator==(const Inner&, const Inner&) = default;
};

struct Outer {
  std::map<std::string, std::vector<Inner>> inners;
  std::variant<std::int32_t, std::string> either;
  Colour colour = Colour::red;
  std::tuple<bool, std::uint64_t> pair;
  std::chrono::milliseconds time{0};
  std::vector<std::byte> bytes;
  friend bool operator==(const Outer&, const Outer&) = default;
};

namespace {

Outer round_trip(Outer value) { return value; }
CIRCUIT_FUNCTION(round_trip);

void nothing() {}
CIRCUIT_FUNCTION(nothing);

std::string joined(std::string a, std::int64_t b, double c, bool d) {
  return a + std::to_string(b) + (c > 0 ? "+" : "-") + (d ? "yes" : "no");
}
CIRCUIT_FUNCTION(joined, "a", "b", "c", "d");

std::vector<std::uint64_t> many(std::uint64_t count) {
  std::vector<std::uint64_t> all(count);
  for (std::uint64_t i = 0; i < count; ++i) all[i] = i * i;
  return all;
}
CIRCUIT_FUNCTION(many, "count");

void throw_text(std::string text) { throw std::invalid_argument(text); }
CIRCUIT_FUNCTION(throw_text);

void throw_number() { throw 42; }  // NOLINT: what a callee may do
CIRCUIT_FUNCTION(throw_number);

void unregistered() {}

void expect(bool holds, const char* what) {
  std::cout << (holds ? "right: " : "WRONG: ") << what << std::endl;
}

template <class Call>
void show_error(Call call) {
  try {
    call();
    std::cout << "no error" << std::endl;
  } catch (const circuit::Error& error) {
    std::cout << circuit::name_of(error.kind()) << " | " << error.type() << " | " << error.what()
              << std::endl;
  }
}

void go_through_types(circuit::Runtime& runtime) {
  Outer value;
  value.inners["one"] = {{"x", 1.5}, {"\xc3\xa4", std::nullopt}};
  value.inners["none"] = {};
  value.either = "text";
  value.colour = Colour::green;
  value.pair = {true, UINT64_MAX};
  value.time = std::chrono::milliseconds(-5);
  value.bytes = {std::byte{0}, std::byte{255}};
  expect(runtime.spawn("localhost", {}, round_trip, value).value == value, "a nested struct");
  expect(runtime.spawn("localhost", {}, round_trip, Outer()).value == Outer(), "an empty one");
  expect(static_cast<bool>(runtime.spawn("localhost", {}, nothing).worker.id), "nothing");
  expect(runtime.spawn("localhost", {}, joined, "a", -7, 0.5, true).value == "a-7+yes",
         "converted arguments");
  auto squares = runtime.spawn("localhost", {}, many, 500'000u).value;
  expect(squares.size() == 500'000 && squares[499'999] == 499'999ull * 499'999, "four megabytes");
}

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "types") go_through_types(runtime);
  if (part == "errors") {
    show_error([&] { runtime.spawn("localhost", {}, throw_text, "what went wrong"); });
    show_error([&] { runtime.spawn("localhost", {}, throw_number); });
    show_error([&] { runtime.spawn("localhost", {}, unregistered); });
    show_error([&] { runtime.spawn("elsewhere", {}, nothing); });
    show_error([&] { runtime.spawn("localhost", {"no slash"}, nothing); });
    show_error([&] { circuit::here(); });
    show_error([&] { runtime.daemonize([](std::stop_token) {}); });
  }
  if (part == "lambda") {
    auto twice = [](std::int32_t x) { return 2 * x; };
    auto thrice = [](std::int32_t x) { return 3 * x; };
    std::cout << runtime.spawn("localhost", {}, twice, 21).value << " "
              << runtime.spawn("localhost", {}, thrice, 21).value << std::endl;
  }
  if (part == "two") {
    circuit::Runtime other(argc, argv);
    expect(other.address() != runtime.address(), "two identities");
    auto channel = runtime.channel<std::string>();
    auto sender = [](circuit::Channel<std::string> to) { to.send("from a worker of the other"); };
    other.spawn("localhost", {}, sender, channel);
    std::cout << channel.receive() << std::endl;
    runtime.spawn("localhost", {}, sender, channel);
    std::cout << channel.receive() << std::endl;
  }
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
