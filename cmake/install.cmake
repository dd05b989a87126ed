# The library as other projects get it: one archive behind the target Circuit::circuit, by `cmake --install` and
# find_package, by add_subdirectory, and by pkg-config.
include(CMakePackageConfigHelpers)

set(objects)
foreach(folder base value wire record link anchor lang spawn runtime)
  list(APPEND objects $<TARGET_OBJECTS:circuit_${folder}>)
endforeach()
add_library(circuit_archive STATIC ${objects})
set_target_properties(circuit_archive PROPERTIES OUTPUT_NAME circuit EXPORT_NAME circuit)
target_include_directories(circuit_archive INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_compile_features(circuit_archive INTERFACE cxx_std_20)
target_link_libraries(circuit_archive
  PUBLIC Boost::headers Boost::json fmt::fmt spdlog::spdlog PkgConfig::cbor Threads::Threads)
# A lambda's id is salted with the build id of its executable, so every executable must have one.
target_link_options(circuit_archive INTERFACE -Wl,--build-id=sha1)
add_library(Circuit::circuit ALIAS circuit_archive)

# The main of an executable that is nothing but a worker.
add_library(circuit_worker_main_archive STATIC $<TARGET_OBJECTS:circuit_worker_main>)
set_target_properties(circuit_worker_main_archive PROPERTIES OUTPUT_NAME circuit_worker_main EXPORT_NAME worker_main)
target_link_libraries(circuit_worker_main_archive PUBLIC circuit_archive)
add_library(Circuit::worker_main ALIAS circuit_worker_main_archive)

# For the unit tests of apps: their workers in one process.
add_library(circuit_testing_archive STATIC $<TARGET_OBJECTS:circuit_testing>)
set_target_properties(circuit_testing_archive PROPERTIES OUTPUT_NAME circuit_testing EXPORT_NAME testing)
target_link_libraries(circuit_testing_archive PUBLIC circuit_archive)
add_library(Circuit::testing ALIAS circuit_testing_archive)

if(NOT CIRCUIT_INSTALL)
  return()
endif()

set(package_directory "${CMAKE_INSTALL_LIBDIR}/cmake/Circuit")
install(DIRECTORY "${PROJECT_SOURCE_DIR}/core/include/circuit" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS circuit_archive circuit_worker_main_archive circuit_testing_archive EXPORT CircuitTargets
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT CircuitTargets NAMESPACE Circuit:: DESTINATION "${package_directory}")
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/CircuitConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/CircuitConfig.cmake" INSTALL_DESTINATION "${package_directory}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/CircuitConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/CircuitConfig.cmake" "${PROJECT_BINARY_DIR}/CircuitConfigVersion.cmake"
              "${CMAKE_CURRENT_LIST_DIR}/CircuitWorker.cmake"
        DESTINATION "${package_directory}")
# Relative, so that the whole may be installed anywhere and moved.
file(RELATIVE_PATH circuit_pc_to_prefix "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file("${CMAKE_CURRENT_LIST_DIR}/circuit.pc.in" "${PROJECT_BINARY_DIR}/circuit.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/circuit.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
if(TARGET circuit_program_main)
  install(TARGETS circuit_program_main RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
if(TARGET circuit_gui_main)
  install(TARGETS circuit_gui_main RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
endif()
