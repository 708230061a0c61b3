# The modules and what each may use, lowest first: the one list that the build and the lint share.
add_module(base LIBRARIES spdlog::spdlog isal z)
add_module(runtime USES base LIBRARIES barnabas_asio_pch PCH asio)
add_module(wire USES base LIBRARIES z snappy lz4 zstd Boost::json)
add_module(log USES base runtime wire)
add_module(rpc USES base runtime wire PCH asio)
add_module(metadata USES base runtime LIBRARIES SQLite::SQLite3 Boost::json)
add_module(broker USES base runtime wire rpc log metadata PCH asio)
