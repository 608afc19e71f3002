find_package(PkgConfig REQUIRED)
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)

# Texts, and what other tools say of them, are the same whatever builds the programs: the builds
# with gcc and without a sanitizer test them, the others leave them out.
set(PROJECT_TESTS_TEXTS OFF)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT PROJECT_SANITIZE)
  set(PROJECT_TESTS_TEXTS ON)
endif()

# The thread sanitizer compares what two threads do. The six tests that embed most have one thread, and
# took half of its build's time: the other builds run them.
set(PROJECT_TESTS_LONG_ON_ONE_THREAD ON)
if(PROJECT_SANITIZE MATCHES "thread")
  set(PROJECT_TESTS_LONG_ON_ONE_THREAD OFF)
endif()

# project_add_test(<name> SOURCES <file>... [LIBS <target>...] [ARGS <arg>...] [LABELS <label>...])
#
# One cmocka program, one CTest entry, one process. A program that exits with 77 is
# reported as skipped, never as passed.
function(project_add_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LIBS;ARGS;LABELS" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LIBS} PkgConfig::CMOCKA project_warnings project_sanitize m)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support)
  add_test(NAME ${name} COMMAND ${name} ${T_ARGS})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS "${T_LABELS}" TIMEOUT 300)
endfunction()

# project_add_script_test(<name> COMMAND <command>... [LABELS <label>...] [TIMEOUT <seconds>] [COST <seconds>])
#
# COST: about how long a test takes that has to begin before the others, or it would end long after them.
function(project_add_script_test name)
  cmake_parse_arguments(T "" "TIMEOUT;COST" "COMMAND;LABELS" ${ARGN})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  add_test(NAME ${name} COMMAND ${T_COMMAND} COMMAND_EXPAND_LISTS)
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS "${T_LABELS}" TIMEOUT ${T_TIMEOUT})
  if(T_COST)
    set_tests_properties(${name} PROPERTIES COST ${T_COST})
  endif()
endfunction()

option(PROJECT_BUILD_FUZZERS "Instrument everything for the libFuzzer programs (needs clang)" OFF)

# project_add_fuzz(<fuzz_name> SOURCES <file>... LIBS <target>... CORPUS <folder>)
#
# Always: <fuzz_name>_replay, which runs the corpus as a test. With clang: <fuzz_name>, a libFuzzer
# program over the same target, so that it is known to build; PROJECT_BUILD_FUZZERS makes the code
# under it report what it covers, without which fuzzing finds little.
function(project_add_fuzz name)
  cmake_parse_arguments(F "" "CORPUS" "SOURCES;LIBS" ${ARGN})
  add_executable(${name}_replay ${F_SOURCES} ${PROJECT_SOURCE_DIR}/tests/support/fuzz_replay.c)
  target_link_libraries(${name}_replay PRIVATE ${F_LIBS} project_sanitize m)
  target_compile_definitions(${name}_replay PRIVATE _GNU_SOURCE)
  project_add_script_test(${name}_replay LABELS fuzz
    COMMAND ${name}_replay ${CMAKE_CURRENT_SOURCE_DIR}/${F_CORPUS})
  if(PROJECT_BUILD_FUZZERS OR CMAKE_C_COMPILER_ID STREQUAL "Clang")
    add_executable(${name} ${F_SOURCES})
    target_link_libraries(${name} PRIVATE ${F_LIBS} project_sanitize m -fsanitize=fuzzer)
    target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  endif()
endfunction()
