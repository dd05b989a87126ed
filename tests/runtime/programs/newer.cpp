// The newer of two programs that are built from different sources and call each other: what older.cpp has has
// grown here, or is something else.
#include <boost/describe.hpp>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <vector>

#include "generations.hpp"

using generations::expect;
using generations::show_error;

struct Person {
  std::optional<std::string> mail = "nobody";
  std::uint32_t born = 0;
  std::string name;
  std::vector<std::string> tags = {"new"};
};
BOOST_DESCRIBE_STRUCT(Person, (), (mail, born, name, tags))

struct Reading {
  std::string sensor;
  double value = 0;
  std::string unit = "celsius";
  std::vector<std::uint64_t> samples = {1};
};

struct Span {
  std::string from;
  std::string to;
};

class Ledger {
 public:
  void add(Person person) { people_.push_back(std::move(person)); }
  Person last() const { return people_.back(); }
  std::uint64_t count() const { return people_.size(); }
  std::int32_t width(Span span) const { return static_cast<std::int32_t>(span.to.size()); }
  void clear() { people_.clear(); }

 private:
  std::vector<Person> people_;
};
CIRCUIT_INTERFACE(Ledger, add, last, count, width, clear);

namespace {

std::string shown(const Person& person) { return person.name + " <" + person.mail.value_or("none") + ">"; }

Person meet(Person person) {
  Person met = person;
  met.name = shown(person) + " met the newer";
  return met;
}
CIRCUIT_FUNCTION(meet);

Reading measure(Reading reading) {
  reading.sensor += " in " + reading.unit;
  return reading;
}
CIRCUIT_FUNCTION(measure);

std::vector<Person> everyone(std::map<std::string, std::vector<Person>> rooms) {
  std::vector<Person> all;
  for (auto& [room, people] : rooms)
    for (Person& person : people) all.push_back({{}, person.born, shown(person) + " in " + room, {}});
  return all;
}
CIRCUIT_FUNCTION(everyone);

std::int32_t width(Span span) { return static_cast<std::int32_t>(span.to.size()); }
CIRCUIT_FUNCTION(width);
Span widest() { return {"a", "z"}; }
CIRCUIT_FUNCTION(widest);

circuit::Ref<Ledger> ledger() { return circuit::here().make<Ledger>(); }
CIRCUIT_FUNCTION(ledger);
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
void pour(circuit::Channel<Person> people) { people.send({}); }
CIRCUIT_FUNCTION(pour);
void pour_spans(circuit::Channel<Span> spans) { spans.send({}); }
CIRCUIT_FUNCTION(pour_spans);
circuit::Bytes keep() { return {}; }
CIRCUIT_FUNCTION(keep);
circuit::Bytes keep_span() { return {}; }
CIRCUIT_FUNCTION(keep_span);
std::string recall(circuit::Bytes) { return {}; }
CIRCUIT_FUNCTION(recall);

Person stumble(Person person, std::string) { return person; }
CIRCUIT_FUNCTION(stumble);

std::string only_here(std::string text) { return text; }
CIRCUIT_FUNCTION(only_here);

void run_functions(circuit::Runtime& runtime) {
  const Person met = runtime.spawn("localhost", {}, meet, Person{"a@b", 1815, "ada", {"x", "y"}}).value;
  expect(met.name == "ada met the older" && met.born == 1816, "a described struct lacks a field there");
  expect(met.mail == "nobody" && met.tags.at(0) == "new", "which has its default when it comes back");
  const Reading measured = runtime.spawn("localhost", {}, measure, Reading{"roof", 21.5, "kelvin", {}}).value;
  expect(measured.sensor == "roof of the older" && measured.value == 43, "a plain struct is shorter there");
  expect(measured.unit == "celsius" && measured.samples.size() == 1, "and has its defaults at its end");
  const auto all = runtime.spawn("localhost", {}, everyone,
                                 std::map<std::string, std::vector<Person>>{{"hall", {{{}, 1, "ada", {}}}}});
  expect(all.value.size() == 1 && all.value[0].name == "hall/ada" && all.value[0].mail == "nobody",
         "structs within containers");
}

void run_refused(circuit::Runtime& runtime) {
  show_error([&] { runtime.spawn("localhost", {}, width, Span{"a", "b"}); });
  show_error([&] { runtime.spawn("localhost", {}, widest); });
  generations::spawn_what_has_no_name(runtime);
  show_error([&] { runtime.spawn("localhost", {}, only_here, "text"); });
  auto there = runtime.spawn("localhost", {}, ledger).value;
  show_error([&] { there.call<&Ledger::width>(Span{"a", "b"}); });
  show_error([&] { there.call<&Ledger::clear>(); });
  show_error([&] { runtime.spawn("localhost", {}, pour_spans, runtime.channel<Span>()); });
  show_error([&] { runtime.import_values<Span>(runtime.spawn("localhost", {}, keep_span).value); });
}

void run_references(circuit::Runtime& runtime) {
  auto there = runtime.spawn("localhost", {}, ledger).value;
  there.call<&Ledger::add>(Person{"a@b", 1815, "ada", {}});
  expect(there.call<&Ledger::count>() == 1, "a method whose types are the same");
  expect(shown(there.call<&Ledger::last>()) == "ada <nobody>", "a method whose types have grown");
  expect(circuit::X(there).call<Person>("last").born == 1815, "the same by its name");

  auto own = std::make_shared<Ledger>();
  const auto reference = runtime.ref(own);
  expect(runtime.spawn("localhost", {}, enroll, reference, Person{{}, 1, "bob", {}}).value == 1,
         "an object of this process is called by the older program");
  expect(shown(own->last()) == "bob <nobody>" && own->last().born == 1,
         "with what the older one knows of it");

  auto people = runtime.channel<Person>();
  runtime.spawn("localhost", {}, pour, people);
  expect(shown(people.receive()) == "ida <nobody>", "a channel of a type that has grown");
}

void run_services(circuit::Runtime& runtime) {
  const circuit::Address worker = runtime.start_worker("localhost", {});
  runtime.run(worker, serve);
  auto dialled = runtime.dial<Ledger>(worker, "ledger");
  dialled.call<&Ledger::add>(Person{"a@b", 1815, "ada", {}});
  expect(shown(dialled.call<&Ledger::last>()) == "ada <nobody>", "a service of the older program");

  auto own = std::make_shared<Ledger>();
  own->add({"c@d", 7, "eve", {}});
  runtime.listen("ledger", own);
  const Person seen = runtime.run(worker, last_of, runtime.address());
  expect(seen.name == "eve" && seen.born == 7 && seen.mail == "nobody", "a service for the older program");
}

void run_stored(circuit::Runtime& runtime) {
  const circuit::Address worker = runtime.start_worker("localhost", {});
  auto [person, reading, lasting] =
      runtime.import_values<Person, Reading, circuit::PermRef<Ledger>>(runtime.run(worker, keep));
  expect(shown(person) == "ada <nobody>" && person.born == 1815, "a described struct of the older program");
  expect(reading.sensor == "roof" && reading.unit == "celsius", "a plain one");
  expect(lasting.call<&Ledger::last>().name == "kept", "an object there, to which a reference was kept");
  expect(runtime.run(worker, recall, circuit::export_values(Person{{}, 3, "flo", {}}, Reading{"cellar"})) ==
             "flo 3 cellar",
         "values of this program, read by the older one");
}

void run_restarts(circuit::Runtime& runtime, const char* directory) {
  using namespace std::chrono_literals;
  const circuit::SpawnOptions options{
      .restart = {.on = circuit::RestartOn::failure, .at_most = 5, .within = 60s}};
  auto [person, worker] =
      runtime.spawn("localhost", {}, options, stumble, Person{"a@b", 1, "ada", {}}, directory);
  expect(shown(person) == "ada at run 2 <nobody>", "a worker that was started again");
  // From here on the agent calls the function. A kill by the runtime would be no failure.
  ::kill(worker.pid, SIGKILL);
}

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime::Options options;
  options.worker_executable = argc > 2 ? argv[2] : "";
  circuit::Runtime runtime(argc, argv, options);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "functions") run_functions(runtime);
  if (part == "refused") run_refused(runtime);
  if (part == "references") run_references(runtime);
  if (part == "services") run_services(runtime);
  if (part == "stored") run_stored(runtime);
  if (part == "restarts") run_restarts(runtime, argv[3]);
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
