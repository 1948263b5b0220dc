# The rows behind reviews of interfaces, code and infrastructure as code (reviews.h): embedded, and each file checked
# against its schema at build time.
set(review_files "")
foreach(review asvs=AsvsCatalogue=asvs api_review=ApiReview=api_review code_review=CodeReview=code_review
               code_review_languages=CodeReview=code_review iac_review=IacReview=iac_review)
  string(REGEX MATCH "^([a-z_]+)=([A-Za-z]+)=([a-z_]+)$" _ ${review})
  set(file data/reviews/${CMAKE_MATCH_1}.textproto)
  set(schema metapowers/knowledge/v1/${CMAKE_MATCH_3}.proto)
  set(review_stamp ${CMAKE_CURRENT_BINARY_DIR}/${CMAKE_MATCH_1}.checked)
  list(APPEND review_files ${file})
  add_custom_command(
    OUTPUT ${review_stamp}
    COMMAND ${CMAKE_COMMAND} -DPROTOC=$<TARGET_FILE:protobuf::protoc> -DPROTOS=${PROJECT_SOURCE_DIR}/proto
            -DSCHEMA=${schema} -DMESSAGE=metapowers.knowledge.v1.${CMAKE_MATCH_2}
            -DROOT=${CMAKE_CURRENT_SOURCE_DIR} -DFILES=${file} -DSTAMP=${review_stamp}
            -P ${CMAKE_CURRENT_SOURCE_DIR}/check_textproto.cmake
    DEPENDS ${file} check_textproto.cmake ${PROJECT_SOURCE_DIR}/proto/${schema}
    COMMENT "Checking ${file} against its schema"
    VERBATIM)
  target_sources(metapowers_knowledge PRIVATE ${review_stamp})
endforeach()
metapowers_embed(metapowers_knowledge metapowers::knowledge kReviewFiles ${review_files})
