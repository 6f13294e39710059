# What `cmake --install` places beside the program and its library (which their rooms install): DuckDB's
# library, the public headers and the licences. Under the prefix:
#   bin/limno   lib/limno/{liblimno.so,libduckdb.so}   include/limno/   share/doc/limno/
install(FILES ${LIMNO_DUCKDB_DIR}/lib/libduckdb.so DESTINATION lib/limno)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/limno DESTINATION include)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/NOTICE
        DESTINATION share/doc/limno)
install(DIRECTORY ${LIMNO_DUCKDB_DIR}/licenses/ DESTINATION share/doc/limno/duckdb OPTIONAL)
