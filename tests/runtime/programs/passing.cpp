// References and channels that go from worker to worker.
#include <iostream>
#include <string_view>
#include <unistd.h>

#include <circuit/circuit.hpp>

class Cell {
 public:
  void put(std::string text) { text_ = std::move(text); }
  std::string get() { return text_; }
  std::int32_t pid() { return ::getpid(); }

 private:
  std::string text_;
};
CIRCUIT_INTERFACE(Cell, put, get, pid);

class Holder {
 public:
  void keep(circuit::Ref<Cell> cell) { cell_ = std::move(cell); }
  circuit::Ref<Cell> give() { return cell_; }
  std::string read() { return cell_.call<&Cell::get>(); }

 private:
  circuit::Ref<Cell> cell_;
};
CIRCUIT_INTERFACE(Holder, keep, give, read);

namespace {

circuit::Ref<Cell> cell(std::string text) {
  auto made = circuit::here().make<Cell>();
  made.call<&Cell::put>(std::move(text));
  return made;
}
CIRCUIT_FUNCTION(cell);

circuit::Ref<Holder> holder() { return circuit::here().make<Holder>(); }
CIRCUIT_FUNCTION(holder);

void write_to(circuit::Ref<Cell> target, std::string text) { target.call<&Cell::put>(std::move(text)); }
CIRCUIT_FUNCTION(write_to);

/// Spawns a worker of its own and returns a reference into that one: its caller has never met it.
circuit::Ref<Cell> grandchild(std::string text) {
  return circuit::here().spawn("localhost", {}, cell, text).value;
}
CIRCUIT_FUNCTION(grandchild);

void produce(circuit::Channel<std::int32_t> to, std::int32_t count) {
  for (std::int32_t i = 0; i < count; ++i) to.send(i);
  to.close();
}
CIRCUIT_FUNCTION(produce);

void square(circuit::Channel<std::int32_t> from, circuit::Channel<std::int64_t> to) {
  for (std::int32_t value : from) to.send(std::int64_t{value} * value);
  to.close();
}
CIRCUIT_FUNCTION(square);

std::string where() { return circuit::here().address().id.string(); }
CIRCUIT_FUNCTION(where);

/// Offers a cell, and lives as long as the reference that it returns.
circuit::Ref<Cell> serve(std::string text) {
  circuit::here().listen("cell", cell(text));
  return circuit::here().dial_self<Cell>("cell");
}
CIRCUIT_FUNCTION(serve);

circuit::PermRef<Cell> permanent(std::string text) {
  auto made = std::make_shared<Cell>();
  made->put(std::move(text));
  return circuit::here().perm_ref(std::move(made));
}
CIRCUIT_FUNCTION(permanent);

std::string read_stored(circuit::Bytes stored) {
  auto [cell] = circuit::here().import_values<circuit::PermRef<Cell>>(stored);
  return cell.call<&Cell::get>();
}
CIRCUIT_FUNCTION(read_stored);

}  // namespace

int main(int argc, char** argv) try {
  circuit::Runtime runtime(argc, argv);
  const std::string_view part = argc > 1 ? argv[1] : "";
  if (part == "reference") {
    auto [there, worker] = runtime.spawn("localhost", {}, cell, "from the start");
    std::cout << there.call<&Cell::get>() << std::endl;
    there.call<&Cell::put>("changed");
    std::cout << there.call<&Cell::get>() << std::endl;
    std::cout << (there.call<&Cell::pid>() == worker.pid && worker.pid != ::getpid()) << std::endl;
  }
  if (part == "own") {
    auto mine = runtime.make<Cell>();
    runtime.spawn("localhost", {}, write_to, mine, "written by a worker");
    std::cout << mine.call<&Cell::get>() << std::endl;
  }
  if (part == "third") {
    auto source = runtime.spawn("localhost", {}, cell, "from one worker to another").value;
    auto keeper = runtime.spawn("localhost", {}, holder).value;
    keeper.call<&Holder::keep>(source);
    source.reset();
    std::cout << keeper.call<&Holder::read>() << std::endl;
    auto back = keeper.call<&Holder::give>();
    keeper.reset();
    std::cout << back.call<&Cell::get>() << std::endl;
  }
  if (part == "grandchild") {
    auto far = runtime.spawn("localhost", {}, grandchild, "from a worker's worker").value;
    std::cout << far.call<&Cell::get>() << std::endl;
  }
  if (part == "channel") {
    auto numbers = runtime.channel<std::int32_t>();
    auto squares = runtime.channel<std::int64_t>();
    runtime.spawn("localhost", {}, produce, numbers, 100);
    runtime.spawn("localhost", {}, square, numbers, squares);
    std::int64_t sum = 0;
    for (std::int64_t each : squares) sum += each;
    std::cout << sum << std::endl;
  }
  if (part == "service") {
    auto [kept, worker] = runtime.spawn("localhost", {}, serve, "offered by a worker");
    std::cout << runtime.dial<Cell>(worker, "cell").call<&Cell::get>() << std::endl;
    std::cout << runtime.try_dial<Cell>(worker, "nothing").has_value() << std::endl;
    std::cout << runtime.dial<circuit::Acid>(worker, "acid").call<&circuit::Acid::statistics>().exports
              << std::endl;
  }
  if (part == "permanent") {
    auto own = runtime.perm_ref(std::make_shared<Cell>());
    own.call<&Cell::put>("stored and read by a worker");
    std::cout << runtime.spawn("localhost", {}, read_stored, circuit::export_values(own)).value << std::endl;
    // Nobody else holds anything in this worker, which therefore ends.
    auto gone = runtime.spawn("localhost", {}, permanent, "gone").value;
    try {
      for (;;) gone.call<&Cell::get>();
    } catch (const circuit::Error& error) {
      std::cout << circuit::name_of(error.kind()) << std::endl;
    }
  }
  if (part == "where") {
    auto [id, worker] = runtime.spawn("localhost", {}, where);
    std::cout << (id == worker.id.string()) << std::endl;
  }
} catch (const circuit::Error& error) {
  std::cerr << circuit::name_of(error.kind()) << ": " << error.what() << std::endl;
  return 1;
}
