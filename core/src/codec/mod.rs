//! JSON and base64 as bytes and characters; what they mean is the dialects' business.

pub mod base64;
pub mod json;
pub mod writer;
