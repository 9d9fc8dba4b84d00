# Libraries from Debian 12. Each is found once here and linked by the modules that need it.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(FYAML REQUIRED IMPORTED_TARGET libfyaml)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat)

add_library(sluice_boost INTERFACE)
target_link_libraries(sluice_boost INTERFACE Boost::json Boost::url Threads::Threads)
target_compile_definitions(sluice_boost INTERFACE BOOST_ASIO_NO_DEPRECATED
                           BOOST_ASIO_DISABLE_CONCEPTS FMT_HEADER_ONLY)

set(SLUICE_LIBS_base sluice_boost OpenSSL::Crypto PkgConfig::FYAML)
set(SLUICE_LIBS_os Threads::Threads)
set(SLUICE_LIBS_store PkgConfig::SQLITE OpenSSL::Crypto)
set(SLUICE_LIBS_http sluice_boost Threads::Threads)
set(SLUICE_LIBS_pipeline PkgConfig::RE2)
set(SLUICE_LIBS_exec PkgConfig::ARCHIVE PkgConfig::ZSTD PkgConfig::RE2)
set(SLUICE_LIBS_ml PkgConfig::RE2 PkgConfig::EXPAT PkgConfig::ZSTD ZLIB::ZLIB ${CMAKE_DL_LIBS})
