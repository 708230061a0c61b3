# add_pch(<name>): cmake/<name>_pch.h, compiled once and used by every module that asks for it, and
#   again with GoogleTest's headers for their tests. With it a clean build takes half the time.
function(add_pch name)
    set(headers ${CMAKE_SOURCE_DIR}/cmake/${name}_pch.h)
    foreach(target barnabas_${name}_pch barnabas_${name}_test_pch)
        set(source ${CMAKE_SOURCE_DIR}/cmake/${target}.cc)
        string(REPLACE barnabas_ "" source ${source})
        if(NOT EXISTS ${source})
            set(source ${CMAKE_SOURCE_DIR}/cmake/pch.cc)
        endif()
        add_library(${target} OBJECT ${source})
        target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src
            ${CMAKE_SOURCE_DIR}/include)
        target_link_libraries(${target} PRIVATE barnabas_options Boost::headers fmt::fmt)
        target_precompile_headers(${target} PRIVATE ${headers})
        list(APPEND headers <gmock/gmock.h> <gtest/gtest.h>)
    endforeach()
    target_link_libraries(barnabas_${name}_test_pch PRIVATE GTest::gtest GTest::gmock)
endfunction()
add_pch(std)
add_pch(asio)
add_pch(client)
add_pch(broker)

# compile_together(<target> ALONE <names...> SOURCES <files...>): up to eight files of one folder become
#   one unit of compilation, which costs a quarter less of a clean build. ALONE names the files and
#   folders whose private names are those of a neighbour. BARNABAS_UNITY=OFF compiles each file alone.
function(compile_together target)
    cmake_parse_arguments(arg "" "" "ALONE;SOURCES" ${ARGN})
    if(NOT BARNABAS_UNITY)
        return()
    endif()
    foreach(name ${arg_ALONE})
        list(FILTER arg_SOURCES EXCLUDE REGEX "/${name}(/[a-z_0-9]+)?\\.cc$")
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    foreach(source ${arg_SOURCES})
        get_filename_component(folder ${source} DIRECTORY)
        file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR}/src ${folder})
        string(MAKE_C_IDENTIFIER ${folder} folder)
        list(APPEND files_of_${folder} ${source})
        list(LENGTH files_of_${folder} count)
        math(EXPR part "(${count} - 1) / 8")
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP ${folder}_${part})
    endforeach()
endfunction()

# add_module(<name> USES <modules...> LIBRARIES <targets...> [ALONE <names...>] [PCH <name>])
#   One folder under src/ is one static library. USES is the whole list of modules it may include;
#   tools/lint.py compares it with the includes. LIBRARIES are third-party targets that only this
#   module includes. Its unit tests are tests/unit/<name>/*_test.cc.
function(add_module name)
    cmake_parse_arguments(arg "" "PCH" "USES;LIBRARIES;ALONE" ${ARGN})
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
    list(FILTER sources EXCLUDE REGEX "/main\\.cc$")  # the program's, not the module's
    add_library(barnabas_${name} STATIC ${sources})
    compile_together(barnabas_${name} ALONE ${arg_ALONE} SOURCES ${sources})
    target_include_directories(barnabas_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src
        ${CMAKE_SOURCE_DIR}/include)
    target_link_libraries(barnabas_${name} PUBLIC barnabas_options fmt::fmt Boost::headers
        Threads::Threads)
    foreach(used ${arg_USES})
        target_link_libraries(barnabas_${name} PUBLIC barnabas_${used})
    endforeach()
    target_link_libraries(barnabas_${name} PRIVATE ${arg_LIBRARIES})
    if(NOT arg_PCH)
        set(arg_PCH std)
    endif()
    target_precompile_headers(barnabas_${name} REUSE_FROM barnabas_${arg_PCH}_pch)
    file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${name}/*_test.cc)
    if(tests AND NOT BARNABAS_FUZZ)
        add_module_tests(unit_${name} USES ${name} SOURCES ${tests} PCH ${arg_PCH})
    endif()
endfunction()

# add_module_tests(<target> USES <modules...> SOURCES <files...> [LIBRARIES <targets...>] [PCH <name>])
#   One GoogleTest program, registered with ctest under its own name.
function(add_module_tests target)
    cmake_parse_arguments(arg "" "PCH" "USES;SOURCES;LIBRARIES" ${ARGN})
    if(NOT arg_PCH)
        set(arg_PCH std)
    endif()
    add_executable(${target} ${arg_SOURCES})
    target_precompile_headers(${target} REUSE_FROM barnabas_${arg_PCH}_test_pch)
    # Half of a test's compile time is optimising what runs once.
    target_compile_options(${target} PRIVATE
        $<$<AND:$<CXX_COMPILER_ID:Clang>,$<CONFIG:RelWithDebInfo>>:-O1>)
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_compile_definitions(${target} PRIVATE
        BARNABAS_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    foreach(used ${arg_USES})
        target_link_libraries(${target} PRIVATE barnabas_${used})
    endforeach()
    target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} barnabas_options GTest::gtest
        GTest::gmock GTest::gtest_main)
    add_test(NAME ${target} COMMAND ${target} --gtest_brief=1)
    set_tests_properties(${target} PROPERTIES TIMEOUT 300 LABELS unit)
endfunction()

# add_fuzz_target(<name> USES <modules...> SOURCES <files...>): a libFuzzer program in build/fuzz.
# `fuzz_targets` builds them all, with the modules that they use and no others.
function(add_fuzz_target name)
    cmake_parse_arguments(arg "" "" "USES;SOURCES" ${ARGN})
    if(NOT BARNABAS_FUZZ)
        return()
    endif()
    add_executable(fuzz_${name} ${arg_SOURCES})
    if(NOT TARGET fuzz_targets)
        add_custom_target(fuzz_targets)
    endif()
    add_dependencies(fuzz_targets fuzz_${name})
    target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    foreach(used ${arg_USES})
        target_link_libraries(fuzz_${name} PRIVATE barnabas_${used})
    endforeach()
    target_link_libraries(fuzz_${name} PRIVATE barnabas_options)
endfunction()
