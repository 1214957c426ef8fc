# cmake/layers.cmake: the one ordered list of the folders of src/, and what each of them may link.
#
# The order is the flow of a scan: a folder may include itself and the folders above it, nothing below.
# The build gives each library only those include paths, so a forbidden include does not compile, and
# tools/tidy reads the same list. A folder that does not exist yet is skipped.

set(APL_LAYERS
  base        # arena, strings, interning, containers, status, limits, clock, threads
  bytes       # files, recognition by content, decompression, archives, worker processes
  json        # a thin face over the JSON library
  yaml        # a thin face over the YAML library
  net         # HTTPS client
  model       # the vocabulary as structs
  condition   # the condition language
  collect     # documents from providers
  inspect     # opens what was found
  normalize   # documents to assets
  link        # relations across documents
  policy      # definitions, initiatives, assignments
  access      # effective permissions
  exposure    # network reachability
  graph       # attack graph
  evaluate    # findings, score, compliance, drift
  bom         # bills of materials
  remediate   # plans, patches, apply
  store       # snapshots in time
  scan        # the pipeline
  query       # questions about a snapshot
  report      # one file a format
  work        # jobs past one machine
  serve       # HTTP API and dashboard
  cli         # main.c and one file a command
)

# External libraries of a layer: targets of cmake/libraries.cmake. tools/tidy reads these lines too: only the layers
# named here may include a library's headers and call it.
set(APL_LIBRARIES_base apl::crypto apl::xxhash apl::threads)
set(APL_LIBRARIES_bytes apl::archive apl::zstd apl::zlib)
set(APL_LIBRARIES_json apl::yyjson)
set(APL_LIBRARIES_yaml apl::fyaml)
set(APL_LIBRARIES_net apl::curl apl::crypto)
set(APL_LIBRARIES_condition apl::utf8proc)
set(APL_LIBRARIES_collect apl::zstd)
set(APL_LIBRARIES_store apl::sqlite apl::zstd)

# Families: LAYER FOLDER TYPE. Each src/LAYER/FOLDER/<name>.c defines one `const TYPE TYPE_<name>` (a dash in
# the file's name is an underscore in the symbol), declared by the header <TYPE without apl_>.h beside FOLDER.
# The build writes `TYPE_table` and `TYPE_table_count` in sorted order into the layer's library.
set(APL_FAMILIES
  "cli commands apl_command"
  "report formats apl_format"
  "normalize shapes apl_shape"
  "inspect model/formats apl_model_format"
)

# Compile definitions of a layer.
set(APL_DEFINITIONS_cli "APL_VERSION=\"${PROJECT_VERSION}\"")
set(APL_DEFINITIONS_scan "APL_VERSION=\"${PROJECT_VERSION}\"")
