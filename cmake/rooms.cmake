# A room is a folder of src/ and a library of the same name. Its sources see the public vocabulary
# (include/limno), itself, and the rooms it names under DEPENDS: every room has its own include root
# that holds nothing but a link to the room, so that a forbidden include does not compile.

set(LIMNO_ROOM_ROOTS ${CMAKE_BINARY_DIR}/rooms)

# limno_room(NAME [DEPENDS room...] [LIBRARIES target...] SOURCES file...)
function(limno_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(limno_${name} STATIC)
  set(root ${LIMNO_ROOM_ROOTS}/${name})
  file(MAKE_DIRECTORY ${root})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/src/${name} ${root}/${name} SYMBOLIC)
  list(TRANSFORM ROOM_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/src/${name}/)
  target_sources(limno_${name} PRIVATE ${ROOM_SOURCES})
  target_include_directories(limno_${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${root})
  target_link_libraries(limno_${name} PRIVATE limno_flags ${ROOM_LIBRARIES})
  set_target_properties(limno_${name} PROPERTIES LIMNO_DEPENDS "${ROOM_DEPENDS}"
                                                 LIMNO_LIBRARIES "${ROOM_LIBRARIES}")
  foreach(dependency IN LISTS ROOM_DEPENDS)
    target_include_directories(limno_${name} PRIVATE ${LIMNO_ROOM_ROOTS}/${dependency})
    target_link_libraries(limno_${name} INTERFACE limno_${dependency})
  endforeach()
endfunction()

# limno_room_test(ROOM SOURCES file... [DEPENDS room...] [LIBRARIES target...]): one test program per
# room, made of the *_test.cc files beside the sources; it sees what the room sees.
function(limno_room_test room)
  cmake_parse_arguments(TEST "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  if(NOT LIMNO_TESTS)
    return()
  endif()
  set(target limno_${room}_test)
  list(TRANSFORM TEST_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/src/${room}/)
  add_executable(${target} ${TEST_SOURCES})
  get_target_property(room_depends limno_${room} LIMNO_DEPENDS)
  get_target_property(room_libraries limno_${room} LIMNO_LIBRARIES)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include
                                               ${LIMNO_ROOM_ROOTS}/${room})
  foreach(dependency IN LISTS room_depends TEST_DEPENDS)
    if(dependency)
      target_include_directories(${target} PRIVATE ${LIMNO_ROOM_ROOTS}/${dependency})
      target_link_libraries(${target} PRIVATE limno_${dependency})
    endif()
  endforeach()
  if(NOT room_libraries)
    set(room_libraries "")
  endif()
  target_link_libraries(${target} PRIVATE limno_flags limno_${room} ${room_libraries}
                                          ${TEST_LIBRARIES} GTest::gmock GTest::gtest_main)
  add_test(NAME ${room} COMMAND ${target})
endfunction()
