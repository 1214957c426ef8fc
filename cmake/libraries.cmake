# cmake/libraries.cmake: finds the external libraries and names each `apl::<name>`.
#
# All of them are the distribution's own packages. yyjson alone may stand under build/deps/yyjson, where tools/setup
# unpacks a newer release's package when this release has none; then it is found at run time by a path relative to
# the binary, and the Debian package carries it.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

# apl_library(NAME PKG_CONFIG_MODULE DEBIAN_PACKAGE)
function(apl_library name module package)
  pkg_check_modules(APL_${name} IMPORTED_TARGET GLOBAL QUIET ${module})
  if(NOT APL_${name}_FOUND)
    message(FATAL_ERROR "${module} was not found. Run tools/setup, or install the package ${package}.")
  endif()
  add_library(apl::${name} ALIAS PkgConfig::APL_${name})
endfunction()

apl_library(crypto libcrypto libssl-dev)
apl_library(xxhash libxxhash libxxhash-dev)
apl_library(utf8proc libutf8proc libutf8proc-dev)
apl_library(archive libarchive libarchive-dev)
apl_library(zstd libzstd libzstd-dev)
apl_library(zlib zlib zlib1g-dev)
apl_library(fyaml libfyaml libfyaml-dev)
apl_library(sqlite sqlite3 libsqlite3-dev)

# Headers only: src/net/curl.c loads the library when a live source is named, so that no other run pays for it.
pkg_check_modules(APL_curl QUIET libcurl)
if(NOT APL_curl_FOUND)
  message(FATAL_ERROR "libcurl was not found. Run tools/setup, or install the package libcurl4-openssl-dev.")
endif()
add_library(apl::curl INTERFACE IMPORTED GLOBAL)
target_include_directories(apl::curl INTERFACE ${APL_curl_INCLUDE_DIRS})

add_library(apl::threads ALIAS Threads::Threads)

if(APL_TESTS)
  apl_library(cmocka cmocka libcmocka-dev)
endif()

# The private copy wins, so that one build directory never mixes two versions.
set(APL_DEPS_DIR "${PROJECT_SOURCE_DIR}/build/deps" CACHE PATH "Where tools/setup unpacks private packages")
file(GLOB APL_YYJSON_LIBRARY "${APL_DEPS_DIR}/yyjson/usr/lib/*/libyyjson.so")
if(APL_YYJSON_LIBRARY)
  get_filename_component(APL_YYJSON_LIBDIR "${APL_YYJSON_LIBRARY}" DIRECTORY)
  add_library(apl::yyjson SHARED IMPORTED GLOBAL)
  set_target_properties(apl::yyjson PROPERTIES IMPORTED_LOCATION "${APL_YYJSON_LIBRARY}" IMPORTED_SONAME libyyjson.so.0
    INTERFACE_INCLUDE_DIRECTORIES "${APL_DEPS_DIR}/yyjson/usr/include")
else()
  apl_library(yyjson yyjson libyyjson-dev)
endif()

# Says where an executable finds the private library: by default from its own folder in the build tree, or at the
# folder given. The path is final at the first link: a build path that CMake means to replace ends with an empty
# element, which the dynamic linker reads as the current folder, so a scanned tree could bring its own libcrypto.
function(apl_run_path target)
  if(NOT APL_YYJSON_LIBRARY)
    return()
  endif()
  set(path "${ARGN}")
  if(NOT path)
    get_target_property(folder ${target} RUNTIME_OUTPUT_DIRECTORY)
    file(RELATIVE_PATH path "${folder}" "${APL_YYJSON_LIBDIR}")
    set(path "$ORIGIN/${path}")
  endif()
  set_target_properties(${target} PROPERTIES INSTALL_RPATH "${path}" BUILD_WITH_INSTALL_RPATH ON)
endfunction()
