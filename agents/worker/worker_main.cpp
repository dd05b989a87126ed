// The main of a program that only runs worker functions, as gtest_main is the main of a program that only
// runs tests.
#include <cstdio>

#include <circuit/runtime.hpp>

int main(int argc, char** argv) {
  circuit::Runtime::Options options;
  options.start_agent = false;
  circuit::Runtime runtime(argc, argv, options);  // in a worker process this line does not return
  std::fprintf(stderr, "%s: this program runs functions for others; it is started by an agent\n", argv[0]);
  return 1;
}
