# Encodes each of FILES (relative to ROOT) as MESSAGE of SCHEMA with PROTOC into the folder OUT, under the same name;
# names file, line and column of all that fails.
set(failed FALSE)
foreach(file IN LISTS FILES)
  cmake_path(GET file PARENT_PATH folder)
  file(MAKE_DIRECTORY ${OUT}/${folder})
  execute_process(
    COMMAND ${PROTOC} -I${PROTOS} --encode=${MESSAGE} ${SCHEMA}
    INPUT_FILE ${ROOT}/${file}
    OUTPUT_FILE ${OUT}/${file}
    ERROR_VARIABLE errors
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    set(failed TRUE)
    string(REGEX REPLACE "(^|\n)input:" "\\1${ROOT}/${file}:" errors "${errors}")
    message("${errors}")
  endif()
endforeach()
if(failed)
  list(TRANSFORM FILES PREPEND ${OUT}/)
  file(REMOVE ${FILES})
  message(FATAL_ERROR "data files do not match ${MESSAGE}")
endif()
