# What the tests with real processes share. Each folder that has such tests includes this.
include_guard(GLOBAL)

add_library(test_support STATIC
  "${CMAKE_CURRENT_LIST_DIR}/console.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/host.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/processes.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/program.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/tcp_proxy.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/temporary.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/zookeeper_server.cpp")
target_include_directories(test_support PUBLIC "${PROJECT_SOURCE_DIR}/tests")
target_link_libraries(test_support
  PUBLIC circuit_runtime circuit_keeper_core Boost::json GTest::gtest
  PRIVATE circuit_settings)
target_compile_definitions(test_support PRIVATE CIRCUIT_TEST_PROGRAM="$<TARGET_FILE:circuit_program_main>")
add_dependencies(test_support circuit)
