# add_pytest(<name> FILE <file> LABEL <label> TIMEOUT <seconds> [SERIAL])
#   One file of Python tests is one ctest entry, run against this build's program. tools/pytest.sh
#   makes the Python environment on its first call. SERIAL: nothing else runs beside it.
#   With the address sanitizer freed memory goes soon: some tests look at what a broker takes.
function(add_pytest name)
    cmake_parse_arguments(arg "SERIAL" "FILE;LABEL;TIMEOUT" "" ${ARGN})
    add_test(NAME ${name}
        COMMAND ${CMAKE_SOURCE_DIR}/tools/pytest.sh ${CMAKE_CURRENT_SOURCE_DIR}/${arg_FILE})
    set_tests_properties(${name} PROPERTIES
        LABELS ${arg_LABEL}
        TIMEOUT ${arg_TIMEOUT}
        ENVIRONMENT
            "BARNABAS_BINARY=${CMAKE_BINARY_DIR}/barnabas;ASAN_OPTIONS=quarantine_size_mb=1")
    if(arg_SERIAL)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
endfunction()
