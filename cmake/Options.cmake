# Language level, warnings, hardening and sanitizers: one place, every target alike.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(BARNABAS_SANITIZE "" CACHE STRING "address,undefined | thread | (empty)")
option(BARNABAS_UNITY "Compile several files of a module together" OFF)
option(BARNABAS_FUZZ "Build the libFuzzer targets (clang only)" OFF)

find_program(CCACHE ccache)
if(CCACHE)
    # The sloppiness lets ccache look through the precompiled header.
    set(launcher ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

add_library(barnabas_options INTERFACE)
target_compile_options(barnabas_options INTERFACE
    -Wall -Wextra -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Werror
    -fstack-protector-strong -fno-omit-frame-pointer
    -fPIE)  # libraries too: all are static, and programs and tests share one precompiled header
target_compile_definitions(barnabas_options INTERFACE
    BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_link_options(barnabas_options INTERFACE -Wl,-z,relro,-z,now)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # clang looks for the precompiled header's own time stamp unless told to compare contents.
    target_compile_options(barnabas_options INTERFACE
        -Wno-missing-field-initializers -Xclang -fno-pch-timestamp)
    target_link_options(barnabas_options INTERFACE -fuse-ld=lld-19)
else()
    # g++ 12 reports these inside libstdc++ and Asio where there is nothing wrong.
    target_compile_options(barnabas_options INTERFACE -Wno-missing-field-initializers
        -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -Wno-restrict
        -Wno-dangling-pointer -Wno-mismatched-new-delete -Wno-stringop-overread)
endif()
if(BARNABAS_SANITIZE)
    target_compile_options(barnabas_options INTERFACE
        -fsanitize=${BARNABAS_SANITIZE} -fno-sanitize-recover=all)
    target_link_options(barnabas_options INTERFACE -fsanitize=${BARNABAS_SANITIZE})
else()
    target_compile_definitions(barnabas_options INTERFACE
        $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
endif()
if(NOT BARNABAS_FUZZ)
    set(CMAKE_EXE_LINKER_FLAGS "${CMAKE_EXE_LINKER_FLAGS} -pie")
endif()
