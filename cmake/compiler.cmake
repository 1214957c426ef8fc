# cmake/compiler.cmake: language, warnings, hardening and sanitizers, the same for every target.
#
# APL_SANITIZE names the sanitizers of this build (a comma list as in -fsanitize=), APL_FUZZ makes the
# libFuzzer targets, APL_COVERAGE counts lines. A release build has none of them and is hardened.

option(APL_WERROR "Treat warnings as errors" OFF)
option(APL_FUZZ "Build the libFuzzer targets (needs clang)" OFF)
option(APL_COVERAGE "Count executed lines" OFF)
option(APL_TESTS "Build the unit tests and register the tests with ctest" ON)
set(APL_SANITIZE "" CACHE STRING "Sanitizers, as in -fsanitize=")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# Release keeps assertions: APL_ASSERT is no assert(3), and NDEBUG is never defined.
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g -fno-omit-frame-pointer")

add_compile_definitions(_GNU_SOURCE)
add_compile_options($<$<COMPILE_LANGUAGE:C>:-fno-common> "-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=")
foreach(warning all extra shadow conversion strict-prototypes missing-prototypes vla switch-enum format=2)
  add_compile_options($<$<COMPILE_LANGUAGE:C>:-W${warning}>)
endforeach()
if(APL_WERROR)
  add_compile_options($<$<COMPILE_LANGUAGE:C>:-Werror>)
endif()

if(APL_SANITIZE)
  add_compile_options(-fsanitize=${APL_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${APL_SANITIZE})
  # Each arena block is its own malloc, so that a use after reset is caught.
  add_compile_definitions(APL_ARENA_DEBUG=1)
else()
  add_compile_options(
    $<$<COMPILE_LANGUAGE:C>:-fstack-protector-strong> $<$<COMPILE_LANGUAGE:C>:-fstack-clash-protection>)
  if(NOT APL_COVERAGE)
    # Some distributions define the macro themselves; undefine first, so that the value is ours and is said once.
    add_compile_options($<$<COMPILE_LANGUAGE:C>:-U_FORTIFY_SOURCE> $<$<COMPILE_LANGUAGE:C>:-D_FORTIFY_SOURCE=2>)
  endif()
endif()

if(APL_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "The fuzz targets need clang; use the preset fuzz.")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(APL_COVERAGE)
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()

# Every library ends in an executable, so PIE serves, which leaves the compiler free to inline where PIC would not.
add_compile_options(-fPIE)
link_libraries(m)
add_link_options(-pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack -Wl,--as-needed -Wl,--enable-new-dtags)
