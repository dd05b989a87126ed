# What a build can be told, and the settings that hold for every target.
# As part of another project only the library is built, unless more is asked for.
option(CIRCUIT_PROGRAMS "Build the programs and the examples" ${PROJECT_IS_TOP_LEVEL})
option(CIRCUIT_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(CIRCUIT_INSTALL "Have the library and the programs installed" ${PROJECT_IS_TOP_LEVEL})
option(CIRCUIT_FUZZERS "Build the libFuzzer targets (clang)" OFF)
set(CIRCUIT_GUI AUTO CACHE STRING "Build the desktop dashboard: ON, OFF, or AUTO (where its packages are)")
set_property(CACHE CIRCUIT_GUI PROPERTY STRINGS AUTO ON OFF)
set(CIRCUIT_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them: 'address,undefined' or 'thread'")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# A dev build keeps the names of functions and lines but not of every variable: half the size, half the link time.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")

find_program(CIRCUIT_CCACHE ccache)
if(CIRCUIT_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers carry time stamps; the sloppiness that ccache documents for them lets it hit all the same. Not
  # that for the times of included files: a header edited while it is compiled would be taken for the one compiled.
  # Paths are hashed relative to the checkout, so that a second clone hits too.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=true ${CIRCUIT_CCACHE})
endif()

find_program(CIRCUIT_MOLD mold)
if(CIRCUIT_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
# A lambda's id is salted with the build id of its executable, so every executable must have one.
add_link_options(-Wl,--build-id=sha1)

if(CIRCUIT_SANITIZE)
  add_compile_options(-fsanitize=${CIRCUIT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CIRCUIT_SANITIZE})
  if(CIRCUIT_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC warns that the thread sanitizer does not follow fences, of which Asio has some.
    add_compile_options(-Wno-tsan)
  endif()
endif()
