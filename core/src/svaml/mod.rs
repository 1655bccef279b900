//! SVAML: what an application replies to a callback.
