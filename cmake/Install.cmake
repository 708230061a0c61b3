# What `cmake --install` puts where: the program, and the client library with its headers and with
# what find_package(barnabas) and pkg-config read.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# One archive of all that the client is made of; users see its public headers alone.
add_library(barnabas_library STATIC)
foreach(part base runtime wire rpc client asio_pch)
    target_sources(barnabas_library PRIVATE $<TARGET_OBJECTS:barnabas_${part}>)
endforeach()
set_target_properties(barnabas_library PROPERTIES
    LINKER_LANGUAGE CXX OUTPUT_NAME barnabas EXPORT_NAME client)
target_include_directories(barnabas_library INTERFACE
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(barnabas_library INTERFACE cxx_std_23)
target_link_libraries(barnabas_library INTERFACE fmt::fmt spdlog::spdlog Threads::Threads
    ZLIB::ZLIB Boost::json isal snappy lz4 zstd re2)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/barnabas)
configure_package_config_file(cmake/barnabasConfig.cmake.in
    ${CMAKE_BINARY_DIR}/barnabasConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/barnabasConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
configure_file(cmake/barnabas.pc.in ${CMAKE_BINARY_DIR}/barnabas.pc @ONLY)

install(TARGETS barnabas RUNTIME COMPONENT program)
install(TARGETS barnabas_library EXPORT barnabas ARCHIVE COMPONENT library)
install(DIRECTORY include/barnabas DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(EXPORT barnabas NAMESPACE barnabas:: FILE barnabasTargets.cmake
    DESTINATION ${package_folder} COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/barnabasConfig.cmake
    ${CMAKE_BINARY_DIR}/barnabasConfigVersion.cmake
    DESTINATION ${package_folder} COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/barnabas.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
