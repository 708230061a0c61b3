# What `cmake --install` puts where: the program, the client library and the broker for tests, with
# their headers and with what find_package(barnabas) and pkg-config read.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# One archive of all that the client is made of; users see its public headers alone.
module_closure(client_modules client)
add_library(barnabas_library STATIC)
foreach(part ${client_modules} asio_pch)
    target_sources(barnabas_library PRIVATE $<TARGET_OBJECTS:barnabas_${part}>)
endforeach()
set_target_properties(barnabas_library PROPERTIES
    LINKER_LANGUAGE CXX OUTPUT_NAME barnabas EXPORT_NAME client)
target_include_directories(barnabas_library INTERFACE
    $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(barnabas_library INTERFACE cxx_std_23)
target_link_libraries(barnabas_library INTERFACE fmt::fmt spdlog::spdlog Threads::Threads
    ZLIB::ZLIB Boost::json isal snappy lz4 zstd re2)

# The broker for tests: what it needs besides that archive. Who links the client alone gets none of
# it. A folder of its own, as the module's archive has the same name.
module_closure(test_broker_modules test_broker)
list(REMOVE_ITEM test_broker_modules ${client_modules})
add_library(barnabas_test_broker_library STATIC)
foreach(part ${test_broker_modules})
    target_sources(barnabas_test_broker_library PRIVATE $<TARGET_OBJECTS:barnabas_${part}>)
endforeach()
set_target_properties(barnabas_test_broker_library PROPERTIES
    LINKER_LANGUAGE CXX OUTPUT_NAME barnabas_test_broker EXPORT_NAME test_broker
    ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/library)
target_link_libraries(barnabas_test_broker_library INTERFACE barnabas_library SQLite::SQLite3)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/barnabas)
configure_package_config_file(cmake/barnabasConfig.cmake.in
    ${CMAKE_BINARY_DIR}/barnabasConfig.cmake INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/barnabasConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
configure_file(cmake/barnabas.pc.in ${CMAKE_BINARY_DIR}/barnabas.pc @ONLY)
configure_file(cmake/barnabas-test-broker.pc.in ${CMAKE_BINARY_DIR}/barnabas-test-broker.pc @ONLY)

install(TARGETS barnabas RUNTIME COMPONENT program)
option(BARNABAS_KAFKA_NAMES "Install Kafka's names of commands as links to the program" ON)
install(CODE "set(barnabas_program \"$<TARGET_FILE:barnabas>\")
    set(barnabas_bin \"${CMAKE_INSTALL_BINDIR}\")
    set(barnabas_data \"${CMAKE_INSTALL_DATADIR}\")
    set(barnabas_kafka_names ${BARNABAS_KAFKA_NAMES})" COMPONENT program)
install(SCRIPT cmake/InstallNames.cmake COMPONENT program)
install(TARGETS barnabas_library EXPORT barnabas ARCHIVE COMPONENT library)
install(TARGETS barnabas_test_broker_library EXPORT barnabas_test_broker
    ARCHIVE COMPONENT library)
install(DIRECTORY include/barnabas DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT library)
install(EXPORT barnabas NAMESPACE barnabas:: FILE barnabasTargets.cmake
    DESTINATION ${package_folder} COMPONENT library)
install(EXPORT barnabas_test_broker NAMESPACE barnabas:: FILE barnabasTestBrokerTargets.cmake
    DESTINATION ${package_folder} COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/barnabasConfig.cmake
    ${CMAKE_BINARY_DIR}/barnabasConfigVersion.cmake
    DESTINATION ${package_folder} COMPONENT library)
install(FILES ${CMAKE_BINARY_DIR}/barnabas.pc ${CMAKE_BINARY_DIR}/barnabas-test-broker.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT library)
