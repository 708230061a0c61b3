# The modules and what each may use, lowest first: the one list that the build and the lint share.
add_module(base LIBRARIES spdlog::spdlog isal z)
add_module(runtime USES base LIBRARIES barnabas_asio_pch PCH asio)
add_module(wire USES base LIBRARIES z snappy lz4 zstd Boost::json)
add_module(sasl USES base LIBRARIES OpenSSL::Crypto)
add_module(security USES base)
add_module(log USES base runtime wire)
add_module(rpc USES base runtime wire PCH asio)
add_module(client USES base runtime wire rpc LIBRARIES re2 Boost::json ALONE config PCH client)
add_module(metadata USES base runtime LIBRARIES SQLite::SQLite3 Boost::json)
add_module(replication USES base runtime wire log)
add_module(coordinator USES base wire LIBRARIES re2)
add_module(share USES base)
add_module(broker USES base runtime wire rpc log metadata replication coordinator share
    ALONE config add_partitions_to_txn delete_records describe_groups describe_log_dirs
    describe_producers describe_share_group_offsets fetch list_offsets offset_fetch
    offset_for_leader_epoch produce produce_operation share_fetch update_features write_txn_markers
    PCH broker)
add_module(test_broker USES base runtime broker PCH broker)
add_module(testkit USES base runtime wire metadata broker PCH broker)
add_module(cli USES base runtime wire log metadata client broker LIBRARIES CLI11::CLI11 Boost::json re2
    ALONE consumer_groups_options share_groups_options share_groups_command share_groups_text
    PCH asio)

target_compile_definitions(barnabas_options INTERFACE BARNABAS_VERSION="${PROJECT_VERSION}")
add_executable(barnabas src/cli/main.cc)
target_precompile_headers(barnabas REUSE_FROM barnabas_asio_pch)
target_link_libraries(barnabas PRIVATE barnabas_cli CLI11::CLI11)
