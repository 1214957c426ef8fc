# cmake/content.cmake: compiles the content of the tree and embeds it in the binary.
#
# services/, vocabulary/, frameworks/ and the other content folders are YAML and tables; the host tool
# apl-content checks them and writes content.bin, which an assembler file includes as it is. Bad content
# fails the build with the tool's own messages. Code sees two symbols: apl_content_data and apl_content_data_end.

set(APL_CONTENT_FOLDERS services vocabulary frameworks techniques models classifiers)

# apl_embed(TARGET FILE): a library that gives the two symbols around FILE; no FILE gives empty content.
function(apl_embed target file)
  set(assembler "${PROJECT_BINARY_DIR}/generated/${target}.S")
  set(directive "")
  if(file)
    set(directive "    .incbin \"${file}\"\n")
  endif()
  file(CONFIGURE OUTPUT "${assembler}" @ONLY CONTENT
"/* Written by the build. Content of the tree, read-only, aligned for the widest type that looks into it. */
    .section .rodata.apl_content, \"a\"
    .balign 64
    .global apl_content_data
    .global apl_content_data_end
apl_content_data:
${directive}apl_content_data_end:
    .byte 0
    .section .note.GNU-stack, \"\", %progbits
")
  add_library(${target} STATIC "${assembler}")
  if(file)
    set_source_files_properties("${assembler}" PROPERTIES OBJECT_DEPENDS "${file}")
  endif()
endfunction()

# The host tool links the same layers as the product, so it needs the symbols too: empty ones.
apl_embed(apl_content_none "")

if(EXISTS "${PROJECT_SOURCE_DIR}/tools/content/content.c")
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tools/content/*.c")
  add_executable(apl-content ${sources})
  target_include_directories(apl-content PRIVATE "${PROJECT_SOURCE_DIR}/src")
  target_compile_definitions(apl-content PRIVATE "APL_VERSION=\"${PROJECT_VERSION}\"")
  apl_link_layers(apl-content apl_content_none)
  set_target_properties(apl-content PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tools")
  apl_run_path(apl-content)

  set(patterns "")
  foreach(folder IN LISTS APL_CONTENT_FOLDERS)
    list(APPEND patterns "${PROJECT_SOURCE_DIR}/${folder}/*")
  endforeach()
  file(GLOB_RECURSE content_files CONFIGURE_DEPENDS LIST_DIRECTORIES false ${patterns})
  add_custom_command(
    OUTPUT "${PROJECT_BINARY_DIR}/content.bin"
    COMMAND apl-content --output "${PROJECT_BINARY_DIR}/content.bin" --root "${PROJECT_SOURCE_DIR}"
    DEPENDS apl-content ${content_files}
    COMMENT "Checking and compiling the content"
    VERBATIM)
  apl_embed(apl_content "${PROJECT_BINARY_DIR}/content.bin")
else()
  add_library(apl_content ALIAS apl_content_none)
endif()
