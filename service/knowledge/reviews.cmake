# The rows behind reviews of interfaces, code and infrastructure as code (reviews.h): embedded, and each file checked
# against its schema at build time.
set(review_files "")
foreach(review asvs=AsvsCatalogue=asvs api_review=ApiReview=api_review code_review=CodeReview=code_review
               code_review_languages=CodeReview=code_review iac_review=IacReview=iac_review)
  string(REGEX MATCH "^([a-z_]+)=([A-Za-z]+)=([a-z_]+)$" _ ${review})
  set(file data/reviews/${CMAKE_MATCH_1}.textproto)
  list(APPEND review_files ${file})
  encode_rows(${CMAKE_MATCH_3} ${CMAKE_MATCH_2} ${file})
endforeach()
embed_rows(kReviewFiles ${review_files})
