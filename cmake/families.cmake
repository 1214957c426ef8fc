# cmake/families.cmake: writes the table of the members of a family.
#
# A family is a folder whose *.c files each define one struct; the build lists the folder in sorted order,
# so that adding a member is adding a file. The table ends with NULL, which the count does not include.
# Sub-folders of a family's folder hold what members share; they are compiled but are no members.

# apl_family(LAYER FOLDER TYPE): sets APL_FAMILY_SOURCE to the generated file, or to nothing without the folder.
function(apl_family layer folder type)
  set(APL_FAMILY_SOURCE "" PARENT_SCOPE)
  set(source_folder "${PROJECT_SOURCE_DIR}/src/${layer}/${folder}")
  if(NOT IS_DIRECTORY "${source_folder}")
    return()
  endif()

  file(GLOB members CONFIGURE_DEPENDS RELATIVE "${source_folder}" "${source_folder}/*.c")
  list(SORT members)
  set(declarations "")
  set(entries "")
  foreach(member IN LISTS members)
    get_filename_component(name "${member}" NAME_WE)
    string(REPLACE "-" "_" name "${name}")
    string(APPEND declarations "extern const ${type} ${type}_${name};\n")
    string(APPEND entries "    &${type}_${name},\n")
  endforeach()
  list(LENGTH members count)
  # The header of a family in a sub-folder of the layer lies beside that family's folder.
  string(REGEX REPLACE "^apl_" "" header "${type}")
  get_filename_component(parent "${folder}" DIRECTORY)
  if(parent)
    string(PREPEND header "${parent}/")
  endif()

  string(REPLACE "/" "_" flat "${folder}")
  set(output "${PROJECT_BINARY_DIR}/generated/${layer}_${flat}.c")
  file(CONFIGURE OUTPUT "${output}" @ONLY CONTENT
"/* Written by the build from the files of src/${layer}/${folder}; change those.
 *
 * The members stand in the order of their file names. */
#include \"${layer}/${header}.h\"

#include <stddef.h>

${declarations}
extern const ${type} *const ${type}_table[];
extern const size_t ${type}_table_count;

const ${type} *const ${type}_table[] = {
${entries}    NULL,
};

const size_t ${type}_table_count = ${count};
")
  set(APL_FAMILY_SOURCE "${output}" PARENT_SCOPE)
endfunction()
