# project_install_package(<package> TARGETS <target>... [PC_DESCRIPTION <text>] [PC_LIBS <flag>...])
#
# Installs the targets with their public headers, a CMake package `<package>` whose targets are
# `<package>::<name>`, and a relocatable pkg-config file.
function(project_install_package package)
  cmake_parse_arguments(P "" "PC_DESCRIPTION" "TARGETS;PC_LIBS" ${ARGN})
  install(TARGETS ${P_TARGETS} EXPORT ${package}-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  install(DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include/${package}
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
  install(EXPORT ${package}-targets NAMESPACE ${package}::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/${package})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/package-config.cmake.in
    ${CMAKE_CURRENT_BINARY_DIR}/${package}-config.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/${package})
  write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/${package}-config-version.cmake
    VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${package}-config.cmake
    ${CMAKE_CURRENT_BINARY_DIR}/${package}-config-version.cmake
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/${package})
  project_install_pkgconfig(${package} "${P_PC_DESCRIPTION}" ${P_PC_LIBS})
endfunction()

# project_install_pkgconfig(<name> <description> <flag>...): a relocatable pkg-config file.
function(project_install_pkgconfig name description)
  # From the folder of the .pc file up to the prefix: as deep as the library folder's name is long.
  file(RELATIVE_PATH PC_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" PC_PREFIX "${PC_PREFIX}")
  set(PC_NAME ${name})
  set(PC_DESCRIPTION "${description}")
  string(JOIN " " PC_LIBS ${ARGN})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/package.pc.in ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
