# circuit_add_worker(NAME [SOURCES file...] [LINK target...])
#
# An executable that is nothing but a worker: its main is Circuit::worker_main's, and agents start it for the functions
# that are registered in its sources and in the libraries that it is linked with. A linker takes out of a static
# library only what something refers to, and nothing refers to a registration: so the static libraries after LINK are
# linked whole. A main of its own is an error ("multiple definition of main").
function(circuit_add_worker name)
  cmake_parse_arguments(PARSE_ARGV 1 A "" "" "SOURCES;LINK")
  if(A_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "circuit_add_worker(${name}): what is ${A_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT A_SOURCES)
    # Everything may be in libraries, and an executable has at least one source.
    set(A_SOURCES "${CMAKE_CURRENT_BINARY_DIR}/${name}_is_a_worker.cpp")
    file(WRITE "${A_SOURCES}.new" "// ${name} has its functions from the libraries that it is linked with.\n")
    file(COPY_FILE "${A_SOURCES}.new" "${A_SOURCES}" ONLY_IF_DIFFERENT)
  endif()
  add_executable(${name} ${A_SOURCES})
  set(whole Circuit::worker_main)
  foreach(library IN LISTS A_LINK)
    if(TARGET ${library})
      get_target_property(type ${library} TYPE)
      if(type STREQUAL "STATIC_LIBRARY" AND NOT library STREQUAL "Circuit::circuit")
        list(APPEND whole ${library})
        continue()
      endif()
    endif()
    target_link_libraries(${name} PRIVATE ${library})
  endforeach()
  list(REMOVE_DUPLICATES whole)
  foreach(library IN LISTS whole)
    target_link_libraries(${name} PRIVATE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${library}>")
    # Also where another of them brings it along.
    set_property(TARGET ${name} PROPERTY "LINK_LIBRARY_OVERRIDE_${library}" WHOLE_ARCHIVE)
  endforeach()
endfunction()
