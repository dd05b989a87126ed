# The two shapes of target: a library (one per folder) and a test program (one per tested folder).

add_library(circuit_settings INTERFACE)
target_compile_options(circuit_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wextra-semi -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these two inside libstdc++ and Boost where nothing is wrong (gcc bugs 105329, 105562).
  target_compile_options(circuit_settings INTERFACE -Wno-restrict -Wno-maybe-uninitialized)
  # So it does with these where it inlines much (gcc bug 105651).
  target_compile_options(circuit_settings INTERFACE
    $<$<CONFIG:Release>:-Wno-stringop-overflow> $<$<CONFIG:Release>:-Wno-array-bounds>)
endif()
target_compile_definitions(circuit_settings INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION
  SPDLOG_COMPILED_LIB SPDLOG_FMT_EXTERNAL)

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
  endif()
endfunction()

# circuit_test(NAME [WHOLE] SOURCES file... LINK target... [TIMEOUT seconds] [LABELS label...])
# Each test case is a ctest test of its own: it runs in its own process, alone or beside any other. With WHOLE the
# program is one test: its cases share what is dear to start.
function(circuit_test name)
  cmake_parse_arguments(A "WHOLE" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 60)
  endif()
  add_executable(${name} ${A_SOURCES})
  target_link_libraries(${name} PRIVATE circuit_settings ${A_LINK} GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/core/src")
  target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h> <string> <vector>)
  if(A_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}")
    return()
  endif()
  include(GoogleTest)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    TEST_PREFIX "${name}/" PROPERTIES TIMEOUT ${A_TIMEOUT})
  if(A_LABELS)
    # A list does not survive gtest_discover_tests, so the labels are given to the discovered tests afterwards.
    set(labels "${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake")
    file(CONFIGURE OUTPUT "${labels}" @ONLY CONTENT
      "if(@name@_TESTS)\n  set_tests_properties(\${@name@_TESTS} PROPERTIES LABELS \"@A_LABELS@\")\nendif()\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels}")
  endif()
endfunction()
