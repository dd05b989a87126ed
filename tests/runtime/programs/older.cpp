// The older of two programs that are built from different sources and call each other: newer.cpp has grown.
#include <boost/describe.hpp>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <vector>

#include "generations.hpp"

using generations::expect;
using generations::show_error;

/// Described: fields are matched by name.
struct Person {
  std::string name;
  std::uint32_t born = 0;
};
BOOST_DESCRIBE_STRUCT(Person, (), (name, born))

/// Plain: it grows at its end.
struct Reading {
  std::string sensor;
  double value = 0;
};

/// What is no older form of the newer one's.
struct Span {
  std::int32_t from = 0;
  std::int32_t to = 0;
};

class Ledger {
 public:
  void add(Person person) { people_.push_back(std::move(person)); }
  Person last() const { return people_.back(); }
  std::uint64_t count() const { return people_.size(); }
  std::int32_t width(Span span) const { return span.to - span.from; }

 private:
  std::vector<Person> people_;
};
CIRCUIT_INTERFACE(Ledger, add, last, count, width);

namespace {

Person meet(Person person) { return {person.name + " met the older", person.born + 1}; }
CIRCUIT_FUNCTION(meet);

Reading measure(Reading reading) { return {reading.sensor + " of the older", reading.value * 2}; }
CIRCUIT_FUNCTION(measure);

std::vector<Person> everyone(std::map<std::string, std::vector<Person>> rooms) {
  std::vector<Person> all;
  for (auto& [room, people] : rooms)
    for (Person& person : people) all.push_back({room + "/" + person.name, person.born});
  return all;
}
CIRCUIT_FUNCTION(everyone);

std::int32_t width(Span span) { return span.to - span.from; }
CIRCUIT_FUNCTION(width);
Span widest() { return {0, 1}; }
CIRCUIT_FUNCTION(widest);

circuit::Ref<Ledger> ledger() { return circuit::here().make<Ledger>(); }
CIRCUIT_FUNCTION(ledger);

/// Calls an object of the newer program.
std::uint64_t enroll(circuit::Ref<Ledger> ledger, Person person) {
  ledger.call<&Ledger::add>(person);
  return ledger.call<&Ledger::count>();
}
CIRCUIT_FUNCTION(enroll);

void serve() { circuit::here().listen("ledger", std::make_shared<Ledger>()); }
CIRCUIT_FUNCTION(serve);
Person last_of(circuit::Address process) {
  return circuit::here().dial<Ledger>(process, "ledger").call<&Ledger::last>();
}
CIRCUIT_FUNCTION(last_of);

void pour(circuit::Channel<Person> people) { people.send({"ida", 1858}); }
CIRCUIT_FUNCTION(pour);
void pour_spans(circuit::Channel<Span> spans) { spans.send({}); }
CIRCUIT_FUNCTION(pour_spans);

/// Values for whoever reads them, with an object of this process.
circuit::Bytes keep() {
  auto kept = std::make_shared<Ledger>();
  kept->add({"kept", 1});
  return circuit::export_values(Person{"ada", 1815}, Reading{"roof", 21.5}, circuit::here().perm_ref(kept));
}
CIRCUIT_FUNCTION(keep);
circuit::Bytes keep_span() { return circuit::export_values(Span{1, 2}); }
CIRCUIT_FUNCTION(keep_span);
std::string recall(circuit::Bytes bytes) {
  auto [person, reading] = circuit::here().import_values<Person, Reading>(bytes);
  return person.name + " " + std::to_string(person.born) + " " + reading.sensor;
}
CIRCUIT_FUNCTION(recall);

/// Dies at its first run. Each later one leaves a file of its number with what it was called with, and stays.
Person stumble(Person person, std::string directory) {
  int run = 1;
  while (std::filesystem::exists(directory + "/" + std::to_string(run))) ++run;
  std::ofstream(directory + "/" + std::to_string(run)) << person.name << std::flush;
  if (run == 1) std::_Exit(1);
  circuit::here().daemonize([](std::stop_token stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait(lock, stop, [] { return false; });
  });
  return {person.name + " at run " + std::to_string(run), person.born};
}
CIRCUIT_FUNCTION(stumble);

void run_functions(circuit::Runtime& runtime) {
  const Person met = runtime.spawn("localhost", {}, meet, Person{"ada", 1815}).value;
  expect(met.name == "ada <nobody> met the newer" && met.born == 1815,
         "a described struct has gained a field");
  const Reading measured = runtime.spawn("localhost", {}, measure, Reading{"roof", 21.5}).value;
  expect(measured.sensor == "roof in celsius" && measured.value == 21.5, "a plain struct has grown");
  const auto all =
      runtime.spawn("localhost", {}, everyone,
                    std::map<std::string, std::vector<Person>>{{"hall", {{"ada", 1}, {"bob", 2}}}});
  expect(all.value.size() == 2 && all.value[1].name == "bob <nobody> in hall", "structs within containers");
}

void run_refused(circuit::Runtime& runtime) {
  show_error([&] { runtime.spawn("localhost", {}, width, Span{1, 2}); });
  show_error([&] { runtime.spawn("localhost", {}, widest); });
  generations::spawn_what_has_no_name(runtime);
}

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime::Options options;
  options.worker_executable = argc > 2 ? argv[2] : "";
  circuit::Runtime runtime(argc, argv, options);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "functions") run_functions(runtime);
  if (part == "refused") run_refused(runtime);
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
