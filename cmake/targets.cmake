# The two shapes of target: a library (one per folder) and a test program (one per tested folder).

add_library(circuit_settings INTERFACE)
target_compile_options(circuit_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wextra-semi
  # Not in what users build: their compiler may find what none of ours has found.
  $<$<NOT:$<CONFIG:Release>>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these two inside libstdc++ and Boost where nothing is wrong (gcc bugs 105329, 105562).
  target_compile_options(circuit_settings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
  # So it does with these where it inlines much (gcc bug 105651).
  target_compile_options(circuit_settings INTERFACE
    $<$<CONFIG:Release>:-Wno-stringop-overflow> $<$<CONFIG:Release>:-Wno-stringop-overread>
    $<$<CONFIG:Release>:-Wno-array-bounds>)
endif()
target_compile_definitions(circuit_settings INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
  SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)

# Headers that many programs include are compiled once: by the first program of its kind, for all of them.
# (A macro that is defined for one program alone does no harm as long as these headers do not ask for it.)
function(circuit_shared_headers name kind)
  get_property(owner GLOBAL PROPERTY circuit_${kind}_headers)
  if(owner)
    target_precompile_headers(${name} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${name} PRIVATE ${ARGN})
    set_property(GLOBAL PROPERTY circuit_${kind}_headers ${name})
  endif()
endfunction()

# circuit_library(NAME [SOURCES file...] [PUBLIC target...] [PRIVATE target...] [PRECOMPILE header...])
function(circuit_library name)
  cmake_parse_arguments(A "" "" "SOURCES;PUBLIC;PRIVATE;PRECOMPILE" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES})
  target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}/core/include" "${PROJECT_SOURCE_DIR}/core/src")
  target_link_libraries(${name} PUBLIC ${A_PUBLIC} PRIVATE circuit_settings ${A_PRIVATE})
  if(A_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${A_PRECOMPILE})
  endif()
endfunction()

# circuit_program(NAME OUTPUT SOURCES file... LINK target... [PRECOMPILE header...])
function(circuit_program name output)
  cmake_parse_arguments(A "" "" "SOURCES;LINK;PRECOMPILE" ${ARGN})
  add_executable(${name} ${A_SOURCES})
  set_target_properties(${name} PROPERTIES OUTPUT_NAME ${output})
  target_link_libraries(${name} PRIVATE circuit_settings ${A_LINK})
  if(A_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${A_PRECOMPILE})
  elseif("circuit_runtime" IN_LIST A_LINK)
    circuit_shared_headers(${name} program <circuit/circuit.hpp>)
  endif()
endfunction()

# circuit_test(NAME [WHOLE] SOURCES file... LINK target... [TIMEOUT seconds] [LABELS label...] [PRECOMPILE header...])
# Each test case is a ctest test of its own: it runs in its own process, alone or beside any other. With WHOLE the
# program is one test: its cases share what is dear to start.
function(circuit_test name)
  cmake_parse_arguments(A "WHOLE" "TIMEOUT" "SOURCES;LINK;LABELS;PRECOMPILE" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 60)
  endif()
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE circuit_settings ${A_LINK} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/core/src")
  set(headers <gmock/gmock.h> <gtest/gtest.h> <string> <vector>)
  if(A_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${headers} ${A_PRECOMPILE})
  elseif("test_support" IN_LIST A_LINK)
    circuit_shared_headers(${name} process_test ${headers} "${PROJECT_SOURCE_DIR}/tests/support/host.hpp")
  else()
    circuit_shared_headers(${name} test ${headers} <circuit/circuit.hpp>)
  endif()
  if(A_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    # They take longest, and are begun first.
    set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}" COST 100)
    return()
  endif()
  set(cost 1)
  if(A_LABELS)
    set(cost 10)
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    TEST_PREFIX "${name}/" PROPERTIES TIMEOUT ${A_TIMEOUT} COST ${cost})
  if(A_LABELS)
    # A list does not survive gtest_discover_tests, so the labels are given to the discovered tests afterwards.
    set(labels "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
    file(CONFIGURE OUTPUT "${labels}" @ONLY CONTENT
      "if(@name@_TESTS)\n  set_tests_properties(\${@name@_TESTS} PROPERTIES LABELS \"@A_LABELS@\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels}")
  endif()
endfunction()
