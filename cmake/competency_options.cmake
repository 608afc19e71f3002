# Build options of competency. All are off, or the system's, unless asked for; a combination that
# cannot work is refused here, with the reason.
option(COMPETENCY_MEMORY_PROFILING
  "Phases of the engine are scopes of the heap profile; competency/profiling.h has figures" OFF)
option(COMPETENCY_DHAT
  "The example memory_profile records itself and writes dhat-heap.json and an HTML report" OFF)
set(COMPETENCY_ALLOCATOR system CACHE STRING
  "malloc of competency's programs: system, jemalloc, mimalloc or tcmalloc")
set_property(CACHE COMPETENCY_ALLOCATOR PROPERTY STRINGS system jemalloc mimalloc tcmalloc)

# Either the heaplens beside us, or an installed one.
if((COMPETENCY_MEMORY_PROFILING OR COMPETENCY_DHAT) AND NOT TARGET heaplens::heaplens)
  find_package(heaplens QUIET)
  if(NOT TARGET heaplens::heaplens)
    message(FATAL_ERROR
      "COMPETENCY_MEMORY_PROFILING and COMPETENCY_DHAT take their figures from heaplens, which is "
      "neither built here (HEAPLENS_BUILD=ON) nor installed (CMAKE_PREFIX_PATH)")
  endif()
  set_target_properties(heaplens::heaplens PROPERTIES IMPORTED_GLOBAL TRUE)  # examples/ links it too
endif()
if(COMPETENCY_DHAT)
  if(PROJECT_SANITIZE)
    message(FATAL_ERROR
      "COMPETENCY_DHAT links the heap recorder, and PROJECT_SANITIZE=${PROJECT_SANITIZE} brings a "
      "malloc of its own: one program cannot have both")
  endif()
  if(TARGET heaplens_cli)
    set(COMPETENCY_HEAPLENS_COMMAND $<TARGET_FILE:heaplens_cli> CACHE INTERNAL "the heaplens that is built here")
  else()
    find_program(COMPETENCY_HEAPLENS_COMMAND heaplens)
    if(NOT COMPETENCY_HEAPLENS_COMMAND)
      message(FATAL_ERROR "COMPETENCY_DHAT needs the command heaplens, which writes dhat-heap.json")
    endif()
  endif()
endif()

# competency_allocator: what a program links to have the chosen malloc. The library never chooses:
# its callers own the process. By its whole path: the run-time packages of Debian have no link for
# -l.
add_library(competency_allocator INTERFACE)
set(competency_allocator_names_jemalloc jemalloc libjemalloc.so.2)
set(competency_allocator_names_mimalloc mimalloc libmimalloc.so.2.0 libmimalloc.so.2)
set(competency_allocator_names_tcmalloc tcmalloc_minimal libtcmalloc_minimal.so.4)
set(competency_allocator_package_jemalloc libjemalloc2)
set(competency_allocator_package_mimalloc libmimalloc2.0)
set(competency_allocator_package_tcmalloc libtcmalloc-minimal4)
if(NOT COMPETENCY_ALLOCATOR MATCHES "^(system|jemalloc|mimalloc|tcmalloc)$")
  message(FATAL_ERROR
    "COMPETENCY_ALLOCATOR=${COMPETENCY_ALLOCATOR}: it is one of system, jemalloc, mimalloc, tcmalloc")
endif()
if(NOT COMPETENCY_ALLOCATOR STREQUAL "system")
  if(PROJECT_SANITIZE)
    message(FATAL_ERROR
      "COMPETENCY_ALLOCATOR=${COMPETENCY_ALLOCATOR} and PROJECT_SANITIZE=${PROJECT_SANITIZE} both bring "
      "a malloc: one program cannot have both")
  endif()
  find_library(COMPETENCY_LIBRARY_${COMPETENCY_ALLOCATOR}
    NAMES ${competency_allocator_names_${COMPETENCY_ALLOCATOR}})
  if(NOT COMPETENCY_LIBRARY_${COMPETENCY_ALLOCATOR})
    message(FATAL_ERROR "COMPETENCY_ALLOCATOR=${COMPETENCY_ALLOCATOR}: the library is not installed "
      "(Debian: ${competency_allocator_package_${COMPETENCY_ALLOCATOR}})")
  endif()
  # No symbol of it is named, so that the linker would leave it out. As libraries, not as options,
  # which would come first: the recorder, where it is linked, must come before it.
  target_link_libraries(competency_allocator INTERFACE
    "-Wl,--push-state,--no-as-needed" "${COMPETENCY_LIBRARY_${COMPETENCY_ALLOCATOR}}" "-Wl,--pop-state")
endif()
