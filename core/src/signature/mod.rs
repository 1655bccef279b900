//! Signatures of requests between Sinch and an application.
