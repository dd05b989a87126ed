// Each part of this file must not compile; tests/value/CMakeLists.txt knows the message of each.
#include <string_view>

#include <circuit/value/codec.hpp>

struct WithPointer {
  int number = 0;
  int* pointer = nullptr;
};
class Turtle {
 public:
  explicit Turtle(int legs) : legs_(legs) {}

 private:
  int legs_;
};
struct Base {
  int a = 0;
};
struct Derived : Base {
  int b = 0;
};
struct WithArray {
  int before = 0;
  int numbers[3] = {};
  double after = 0;
};

#ifdef POINTER_FIELD
void refused() {
  circuit::to_cbor(WithPointer{});
}
#endif
#ifdef OWN_CLASS
void refused() {
  circuit::to_cbor(Turtle{4});
}
#endif
#ifdef BASE_CLASS
void refused() {
  circuit::to_cbor(Derived{});
}
#endif
#ifdef C_ARRAY
void refused() {
  circuit::to_cbor(WithArray{});
}
#endif
#ifdef VIEW_RECEIVED
void refused() {
  std::string_view text;
  circuit::from_cbor({}, text);
}
#endif
