# Encodes each of FILES (relative to ROOT) as MESSAGE of SCHEMA with PROTOC; names file, line and column of
# all that fails, and touches STAMP when nothing does.
set(failed FALSE)
foreach(file IN LISTS FILES)
  execute_process(
    COMMAND ${PROTOC} -I${PROTOS} --encode=${MESSAGE} ${SCHEMA}
    INPUT_FILE ${ROOT}/${file}
    OUTPUT_FILE ${STAMP}.bin
    ERROR_VARIABLE errors
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    set(failed TRUE)
    string(REGEX REPLACE "(^|\n)input:" "\\1${ROOT}/${file}:" errors "${errors}")
    message("${errors}")
  endif()
endforeach()
file(REMOVE ${STAMP}.bin)
if(failed)
  message(FATAL_ERROR "data files do not match ${MESSAGE}")
endif()
file(TOUCH ${STAMP})
