# One interface target carries the warning set and the sanitizers; nothing is set globally.
add_library(project_warnings INTERFACE)
target_compile_options(project_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes
  -Wmissing-prototypes -Wold-style-definition -Wvla -Wundef -Wcast-qual -Wwrite-strings
  -Wformat=2 -Wimplicit-fallthrough -Wdouble-promotion -Wpointer-arith
  $<$<BOOL:${PROJECT_WERROR}>:-Werror>)

add_library(project_sanitize INTERFACE)
if(PROJECT_SANITIZE)
  target_compile_options(project_sanitize INTERFACE
    -fsanitize=${PROJECT_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(project_sanitize INTERFACE -fsanitize=${PROJECT_SANITIZE})
endif()
if(PROJECT_BUILD_FUZZERS)
  # Without it libFuzzer sees nothing of the libraries that it calls into, and cannot steer.
  target_compile_options(project_sanitize INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(project_sanitize INTERFACE -fsanitize=fuzzer-no-link)
endif()
