# Apache Arrow with Parquet, which Debian 12 does not package: what find_package knows, or headers and
# libraries below SLUICE_ARROW_ROOT. Where it is, the target sluice_arrow is.

set(SLUICE_ARROW_ROOT "" CACHE PATH
    "Folder with Apache Arrow's include/, libarrow.so* and libparquet.so*, as in PyPI's pyarrow (./dev arrow)")
set(SLUICE_ARROW_OLDEST 24)

# The library and its headers below a folder.
function(sluice_arrow_below root)
  file(GLOB arrow ${root}/libarrow.so* ${root}/lib/libarrow.so*)
  file(GLOB parquet ${root}/libparquet.so* ${root}/lib/libparquet.so*)
  if(NOT arrow OR NOT parquet OR NOT EXISTS ${root}/include/parquet/arrow/reader.h)
    message(FATAL_ERROR "SLUICE_ARROW_ROOT=${root}: expected include/parquet/arrow/reader.h, libarrow.so* "
                        "and libparquet.so* there")
  endif()
  list(GET arrow 0 arrow)
  list(GET parquet 0 parquet)
  file(STRINGS ${root}/include/arrow/util/config.h version REGEX "define ARROW_VERSION_STRING")
  string(REGEX MATCH "[0-9.]+" version "${version}")
  if(version VERSION_LESS SLUICE_ARROW_OLDEST)
    message(FATAL_ERROR "SLUICE_ARROW_ROOT=${root}: Apache Arrow ${version}; ${SLUICE_ARROW_OLDEST} or newer is needed")
  endif()
  add_library(sluice_arrow INTERFACE)
  target_include_directories(sluice_arrow SYSTEM INTERFACE ${root}/include)
  target_link_libraries(sluice_arrow INTERFACE ${parquet} ${arrow})
  set(Arrow_VERSION ${version} PARENT_SCOPE)
endfunction()

# Clang 14, which builds the fuzz targets, reads no Parquet.
if(NOT SLUICE_FUZZ)
  if(SLUICE_ARROW_ROOT)
    sluice_arrow_below(${SLUICE_ARROW_ROOT})
  else()
    find_package(Arrow CONFIG QUIET)
    find_package(Parquet CONFIG QUIET)
    if(Arrow_VERSION VERSION_LESS SLUICE_ARROW_OLDEST AND Arrow_FOUND)
      message(STATUS "Apache Arrow: ${Arrow_VERSION} is passed over, ${SLUICE_ARROW_OLDEST} or newer is needed")
    elseif(TARGET Arrow::arrow_shared AND TARGET Parquet::parquet_shared)
      add_library(sluice_arrow INTERFACE)
      target_link_libraries(sluice_arrow INTERFACE Parquet::parquet_shared Arrow::arrow_shared)
    endif()
  endif()
endif()

if(NOT TARGET sluice_arrow)
  message(STATUS "Apache Arrow: not found; Parquet files will not be read (./dev arrow, or SLUICE_ARROW_ROOT)")
else()
  message(STATUS "Apache Arrow: ${Arrow_VERSION}; Parquet files will be read")
endif()
