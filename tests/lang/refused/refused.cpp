// Each part of this file must not compile; tests/lang/CMakeLists.txt knows the message of each.
#include <string>

#include <circuit/circuit.hpp>

class Turtle {
 public:
  explicit Turtle(int legs) : legs_(legs) {}
  int legs() { return legs_; }

 private:
  int legs_;
};
class Listed {
 public:
  void take(std::string) {}
  Turtle give() { return Turtle(4); }
};

std::string greet(std::string name) { return "Hello " + name; }
CIRCUIT_FUNCTION(greet);

#ifdef UNSENDABLE_ARGUMENT
void walk(Turtle, int) {}
CIRCUIT_FUNCTION(walk);
#endif
#ifdef UNSENDABLE_POINTER
void point(int, int*) {}
void refused(circuit::Runtime& runtime) { runtime.spawn<point>("localhost", {}, 1, nullptr); }
#endif
#ifdef UNSENDABLE_RESULT
CIRCUIT_INTERFACE(Listed, give);
void refused(circuit::Runtime& runtime) { runtime.make<Listed>(); }
#endif
#ifdef CAPTURING_LAMBDA
void refused(circuit::Runtime& runtime, int number) {
  runtime.spawn("localhost", {}, [number] { return number; });
}
#endif
#ifdef CAPTURING_LAMBDA_RUN
void refused(circuit::Runtime& runtime, const circuit::Address& worker, int number) {
  runtime.run(worker, [&] { return number; });
}
#endif
#ifdef TOO_FEW_ARGUMENTS
void refused(circuit::Runtime& runtime) { runtime.spawn("localhost", {}, greet); }
#endif
#ifdef TOO_MANY_ARGUMENTS
void refused(circuit::Runtime& runtime) { runtime.spawn<greet>("localhost", {}, "one", "two"); }
#endif
#ifdef TOO_MANY_IN_A_CALL
CIRCUIT_INTERFACE(Listed, take);
void refused(const circuit::Ref<Listed>& object) { object.call<&Listed::take>("one", 2); }
#endif
#ifdef PIPELINED_VALUE
CIRCUIT_INTERFACE(Listed, take);
void refused(const circuit::Ref<Listed>& object) { object.pipeline<&Listed::take>("one"); }
#endif
#ifdef METHOD_AS_FUNCTION
void refused(circuit::Runtime& runtime) { runtime.spawn<&Listed::take>("localhost", {}, "text"); }
#endif
#ifdef REFERENCE_WITHOUT_INTERFACE
void hold(circuit::Ref<Turtle>) {}
CIRCUIT_FUNCTION(hold);
#endif
#ifdef OBJECT_WITHOUT_INTERFACE
void refused(circuit::Runtime& runtime) { runtime.make<Turtle>(4); }
#endif
